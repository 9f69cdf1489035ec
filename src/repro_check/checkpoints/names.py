"""Which files are worth reading as models, by their name and their first bytes."""

from __future__ import annotations

_PICKLES = (".pkl", ".pickle", ".dill", ".joblib", ".pt", ".pth", ".ckpt", ".pyt")
_OTHERS = (".npy", ".npz", ".h5", ".hdf5", ".keras", ".onnx", ".safetensors", ".nemo", ".mar")
_TEXTS = (".py", ".json", ".txt", ".md", ".yaml", ".yml", ".csv", ".debug_pkl")
_BEGINNINGS = (
    b"PK\x03\x04",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"\x93NUMPY",
    b"\x89HDF",
)
MODEL_NAMES = _PICKLES + _OTHERS


def may_be_model(name: str, head: bytes) -> bool:
    """Whether a file has a model's name, or begins as a pickle or an archive does."""
    lower = name.lower()
    if lower.endswith(MODEL_NAMES):
        return True
    is_pickle = head[:1] == b"\x80" and head[1:2] <= b"\x05"
    return not lower.endswith(_TEXTS) and (is_pickle or head.startswith(_BEGINNINGS))
