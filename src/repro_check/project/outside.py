"""One name for every outside class, however it is imported, and what such classes derive from.

The public names are those of the libraries' own documentation (docs.pytorch.org, lightning.ai/docs,
keras.io, huggingface.co/docs); the private modules that also lead to them are left out of the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_KERAS_ROOT = r"(?:tensorflow\.(?:compat\.v1\.|python\.)?keras|tf_keras|keras)\.(?:src\.)?"
_KERAS = (
    (
        _KERAS_ROOT + r"(?:models?|engine\.\w+|models\.\w+)\.(Model|Sequential|Functional)",
        r"keras.\1",
    ),
    (_KERAS_ROOT + r"([\w.]+)", r"keras.\1"),
)
_LIGHTNING = ((r"(?:pytorch_)?lightning\.(?:pytorch\.)?(?:\w+\.)*(\w+)", r"lightning.\1"),)
# by the first part of the name: a pattern of the whole one, and what it is called
_SAME: dict[str, tuple[tuple[str, str], ...]] = {
    "torch": (
        (r"torch\.nn\.(?:modules|parallel)\.(?:\w+\.)?([A-Z]\w*)", r"torch.nn.\1"),
        (r"torch\.utils\.data\.(?:[a-z_]+\.)+([A-Za-z]\w*)", r"torch.utils.data.\1"),
        (r"torch\.optim\.(?!lr_scheduler\b)[a-z_]+\.([A-Z]\w*)", r"torch.optim.\1"),
        (r"torch\.(?:cuda\.|cpu\.)?amp\.(?:grad_scaler\.)?GradScaler", r"torch.amp.GradScaler"),
    ),
    "torchvision": (
        (r"torchvision\.transforms\.(?:[a-z0-9_]+\.)+([A-Z]\w*)", r"torchvision.transforms.\1"),
        (r"torchvision\.datasets\.(?:\w+\.)*([A-Z]\w*)", r"torchvision.datasets.\1"),
        (r"torchvision\.models\.(?:\w+\.)*(\w+)", r"torchvision.models.\1"),
    ),
    "lightning": _LIGHTNING,
    "pytorch_lightning": _LIGHTNING,
    "tensorflow": _KERAS,
    "tf_keras": _KERAS,
    "keras": _KERAS,
    "transformers": ((r"transformers\.(?:\w+\.)*([A-Z]\w*)", r"transformers.\1"),),
    "accelerate": ((r"accelerate\.(?:\w+\.)*([A-Z]\w*)", r"accelerate.\1"),),
    "timm": ((r"timm\.(?:models\.)?(?:\w+\.)*create_model", r"timm.create_model"),),
    "numpy": ((r"numpy\.random\.(?:mtrand|_generator)\.(\w+)", r"numpy.random.\1"),),
}
_DATASET, _MODULE = "torch.utils.data.Dataset", "torch.nn.Module"
_DERIVED: dict[str, tuple[tuple[str, str], ...]] = {
    "torch": (
        (r"torch\.utils\.data\.(IterableDataset|\w+Dataset|Subset)", _DATASET),
        (r"torch\.nn\.(?!Module$|Parameter$|Buffer$)[A-Z]\w*", _MODULE),
    ),
    "torchvision": (
        (r"torchvision\.datasets\.\w+", _DATASET),
        (r"torchvision\.models\.\w+", _MODULE),
    ),
    "torch_geometric": (
        (r"torch_geometric\.data\.(\w+\.)?(InMemory)?Dataset", _DATASET),
        (r"torch_geometric\.nn\.(\w+\.)*\w*(Conv|MessagePassing|Net)", _MODULE),
    ),
    "timm": ((r"timm\.create_model", _MODULE),),
    "monai": (
        (r"monai\.data\.(\w+\.)*\w*Dataset", _DATASET),
        (r"monai\.networks\.(\w+\.)*[A-Z]\w*", _MODULE),
    ),
    "lightning": ((r"lightning\.LightningModule", _MODULE),),
    "transformers": (
        (r"transformers\.\w+Trainer", "transformers.Trainer"),
        (r"transformers\.(?!TF|Flax)\w*(Model|For[A-Z]\w+)", _MODULE),
    ),
    "trl": ((r"trl\.(\w+\.)*\w+Trainer", "transformers.Trainer"),),
    "keras": ((r"keras\.(Sequential|Functional)", "keras.Model"),),
}
# of these libraries every class that matters here is in the tables above
_SURVEYED = frozenset(
    "builtins abc typing typing_extensions enum collections dataclasses torch torchvision keras "
    "tensorflow lightning numpy pandas argparse logging threading json".split()
)


def canonical(dotted: str) -> str:
    """The public name of an outside class or function; what is not in the tables stays as it is.

    `torch.nn.modules.module.Module` is `torch.nn.Module`; all classes of Lightning, of either
    distribution, are `lightning.X`; all spellings of Keras are `keras.x`.
    """
    root = dotted.partition(".")[0]
    if root not in _SAME:
        return dotted
    head, called, rest = dotted.partition("()")
    for pattern, replacement in _SAME[root]:
        found = re.fullmatch(pattern, head)
        if found:
            return found.expand(replacement) + called + rest
    return dotted


def outside_bases(name: str) -> Iterator[str]:
    """The known outside bases of an outside class, nearest first, by canonical names."""
    for pattern, base in _DERIVED.get(name.partition(".")[0], ()):
        if re.fullmatch(pattern, name):
            yield base
            yield from outside_bases(base)
            return


def is_surveyed(name: str) -> bool:
    """Whether the bases of an outside class are known, none included."""
    return name.partition(".")[0] in _SURVEYED


def makes_module(name: str) -> bool:
    """Whether an outside function makes a `torch.nn.Module`, which is then named by the function."""
    is_known = name.startswith(("torchvision.models.", "timm."))
    return is_known and _MODULE in outside_bases(canonical(name))
