"""Read a model file: what it holds, and what loading it would run."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from repro_check.bounded import open_regular
from repro_check.sources.checkpoints.contents import mapping_of, tensor, walk
from repro_check.sources.checkpoints.found import Found
from repro_check.sources.checkpoints.model import ModelFile
from repro_check.sources.checkpoints.pickles.values import Mapping
from repro_check.sources.checkpoints.sniffing import read_stream

# a file has a few thousand at most; a list of more is of no use to a reader
TENSORS = 20_000
_MAX_KEYS = 1_000
_TOLD = {
    "epoch": "epoch",
    "epochs": "epoch",
    "global_step": "global step",
    "step": "step",
    "iteration": "iteration",
    "pytorch-lightning_version": "Lightning",
    "_sklearn_version": "scikit-learn",
    "loss": "loss",
    "seed": "seed",
}
_RNG = ("rng_state", "random_state", "rng", "torch_rng", "numpy_rng", "cuda_rng", "rng_states")


def read_model(path: Path, *, follow_link: bool = False) -> ModelFile:
    """Read a model file, a few megabytes of it at a time; nothing of it is imported or run.

    The forms are told by their first bytes, as their loaders do: PyTorch (both of `torch.save`'s,
    TorchScript), pickle, joblib, numpy, safetensors, ONNX, Keras and HDF5; packed and archived ones
    too. What cannot be read is said by a reason of the verdict UNREADABLE.

    Raises:
        OSError: it cannot be opened, is no regular file, or is a link that may not be followed.
    """
    with open_regular(path, follow_link=follow_link) as stream:
        return read_model_stream(stream)


def read_model_stream(stream: IO[bytes]) -> ModelFile:
    """The same, of a stream that can be sought in."""
    return model_file(read_stream(stream))


def model_file(found: Found) -> ModelFile:
    """What a reader found, put in order."""
    tensors = list(found.tensors)
    told = dict(found.notes)
    has_optimizer = has_rng_state = False
    for value in found.values:
        for name, part in walk(value):
            leaf = name.rpartition(".")[2]
            has_optimizer |= _is_optimizer(part)
            is_plain = part is None or isinstance(part, str | int | float)
            has_rng_state |= not is_plain and leaf.lower().endswith(_RNG)
            made = tensor(name, part)
            if made is not None:
                tensors.append(made)
            elif leaf in _TOLD and is_plain and part is not None and name.count(".") < 2:
                told.setdefault(_TOLD[leaf], str(part)[:80])
    return ModelFile(
        form=found.form,
        reasons=tuple(dict.fromkeys(found.reasons)),
        tensors=tuple(tensors[:TENSORS]),
        more_tensors=max(0, len(tensors) - TENSORS),
        keys=_keys(found.values),
        values=tuple(told.items()),
        has_optimizer=has_optimizer,
        has_rng_state=has_rng_state,
        libraries=tuple(sorted(found.roots - {"builtins", "__builtin__", "copyreg", "_codecs"})),
    )


def _keys(values: list[object]) -> tuple[str, ...]:
    """The outermost keys of the largest object among the pickles."""
    mappings = [each for each in map(mapping_of, values) if each is not None]
    if not mappings:
        return ()
    largest = max(mappings, key=lambda each: len(each.pairs))
    return tuple(
        str(key)[:200] for key, _ in largest.pairs[:_MAX_KEYS] if isinstance(key, str | int)
    )


def _is_optimizer(value: object) -> bool:
    """Whether a value is what `torch.optim.Optimizer.state_dict` gives, whatever key it stands under."""
    return isinstance(value, Mapping) and {"state", "param_groups"} <= {
        key for key, _ in value.pairs[:8] if isinstance(key, str)
    }
