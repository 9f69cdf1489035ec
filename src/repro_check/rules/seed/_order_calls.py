"""What calls of well-known names do with the order of what they are given."""

from __future__ import annotations

import enum
import re

from repro_check.sources.python import Call
from repro_check.text import pattern


class Effect(enum.Enum):
    """What becomes of the order of a call's argument."""

    NONE = "none"
    KEPT = "kept"
    NUMBERED = "numbered"
    PAIRED = "paired"
    POSITION = "takes some of them by position"
    DRAWN = "draws from them"
    SPLIT = "splits them"
    DATASET = "makes a data set of them"
    WRITTEN = "writes them to a file"
    EXTENDS = "extends"


_KEPT = frozenset(
    "list tuple iter reversed map filter chain from_iterable tqdm track progress_bar array asarray "
    "stack vstack hstack dstack column_stack concatenate concat cat tensor as_tensor from_numpy "
    "Series DataFrame deepcopy copy ".split()
)
# numpy's and the standard library's share their names
_DRAWS = frozenset("choice choices sample shuffle permutation".split())
_RANDOM_OWNER = pattern(
    r"(^|[._])(\w*rng|random|np_random|rand|generator|random_state)$", re.IGNORECASE
)
_SPLITS = frozenset("train_test_split random_split array_split".split())
_DATASETS = frozenset(
    "ConcatDataset ChainDataset TensorDataset from_tensor_slices TFRecordDataset DataLoader".split()
)
_WRITERS = pattern(
    r"^(json|yaml|pickle|joblib|dill|msgpack|cPickle)\.(safe_)?dump$|^numpy\.save\w*$|^torch\.save$"
)
_WRITING_METHODS = frozenset("write writelines writerow writerows write_text".split())
_TRAINED = pattern(r"(model|net|clf|classifier|regressor|estimator)$", re.IGNORECASE)
WRITTEN_BY = frozenset("to_csv to_json to_parquet to_pickle to_feather to_excel to_hdf".split())
"""Methods of a table that write it."""

SORTS = frozenset("sort sort_values sort_index".split())
"""Methods that put what they are called on in order."""


def effect(call: Call, target: str) -> Effect:
    """What a call of an outside or unknown function does with the order of its first arguments.

    Args:
        call: the call.
        target: the outside name that it stands for, or "".
    """
    owner, _, last = call.name.rpartition(".")
    if target == "builtins.enumerate":
        return Effect.NUMBERED
    if target == "builtins.zip":
        return Effect.PAIRED
    if last in _KEPT or (last == "join" and not target):
        return Effect.KEPT
    if last in _DRAWS:
        is_random = target.startswith(("random.", "numpy.random.", "jax.random."))
        return Effect.DRAWN if is_random or _RANDOM_OWNER.search(owner) else Effect.NONE
    if last in _SPLITS:
        return Effect.SPLIT
    if last in _DATASETS or (last == "fit" and _TRAINED.search(owner)):
        return Effect.DATASET
    # `list(islice(iterator, size))` is mostly one chunk of all
    if target == "itertools.islice" and call.use != "argument":
        return Effect.POSITION
    if _WRITERS.match(target) or last in {"writelines", "writerows"}:
        return Effect.WRITTEN
    return Effect.EXTENDS if last == "extend" and owner else Effect.NONE


def writes(call: Call) -> bool:
    """Whether a method call writes what it is given to what it is called on."""
    owner, _, last = call.name.rpartition(".")
    return bool(owner) and last in _WRITING_METHODS
