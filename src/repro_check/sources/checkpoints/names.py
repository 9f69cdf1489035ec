"""Which files are worth reading as models, by their name and their first bytes."""

from __future__ import annotations

import re

_PICKLES = (".pkl", ".pickle", ".dill", ".joblib", ".pt", ".pth", ".ckpt", ".pyt")
_OTHERS = (".npy", ".npz", ".h5", ".hdf5", ".keras", ".onnx", ".safetensors", ".nemo", ".mar")
_BEGINNINGS = (
    b"PK\x03\x04",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"\x93NUMPY",
    b"\x89HDF",
)
# of protocols 0 and 1, which have no mark: a name, or a mark and a beginning of one
_OLD_PICKLE = re.compile(rb"\(?[ci]\w[\w.]*\n|\((dp|lp|d|l|t)[0-9q.\n]")
MODEL_NAMES = _PICKLES + _OTHERS


def may_be_model(name: str, head: bytes) -> bool:
    """Whether a file has a model's name, or begins as a pickle or an archive does."""
    lower = name.lower()
    if lower.endswith(MODEL_NAMES):
        return True
    is_pickle = head[:1] == b"\x80" and head[1:2] <= b"\x05"
    return is_pickle or head.startswith(_BEGINNINGS) or bool(_OLD_PICKLE.match(head))
