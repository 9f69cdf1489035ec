"""One call that seeds every generator the program has, and says which ones those were."""

from __future__ import annotations

import operator
import os
import sys
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, SupportsIndex, TypeAlias

from repro_check.runtime.hash_seed import hash_seed_is_fixed

if TYPE_CHECKING:
    from types import ModuleType

Deterministic: TypeAlias = "bool | Literal['warn']"


class SeedReport(NamedTuple):
    """What `set_seed` did; `report._asdict()` goes into JSON as it is.

    Attributes:
        seed: the seed.
        seeded: the generators that were seeded, of "random", "numpy" and "torch".
        not_imported: those that the program had not imported yet and that so were left alone.
        deterministic: whether torch was told to use deterministic algorithms only.
        hash_seed_fixed: whether sets of strings keep their order in the next run.
    """

    seed: int
    seeded: tuple[str, ...]
    not_imported: tuple[str, ...]
    deterministic: bool
    hash_seed_fixed: bool


def set_seed(seed: SupportsIndex, *, deterministic: Deterministic = False) -> SeedReport:
    """Seed Python's, NumPy's and torch's global generators.

    Call it after the imports and before the first model, split or shuffle: a framework that is
    not imported yet is neither imported nor seeded, and the report says so. NumPy `Generator`s
    and torch `Generator`s that the program made itself are not touched. PYTHONHASHSEED is never
    set: it would be too late for this process.

    Args:
        seed: 0 <= seed < 2**32, the range that NumPy accepts; a NumPy integer will do.
        deterministic: also tell torch to refuse (`True`) or to name (`"warn"`) operations whose
            result can differ from run to run, and stop cuDNN from choosing algorithms by timing.
            See docs.pytorch.org, notes/randomness.

    Returns:
        What was seeded and what was not.

    Raises:
        TypeError: the seed is a bool or not an integer.
        ValueError: the seed is out of range.
    """
    number = _checked(seed)
    import random

    random.seed(number)
    numpy, torch = _imported("numpy", "random"), _imported("torch", "manual_seed")
    if numpy:
        numpy.random.seed(number)
    if torch:
        torch.manual_seed(number)
        if deterministic:
            _make_deterministic(torch, warn_only=deterministic == "warn")
    frameworks: dict[str, Any] = {"numpy": numpy, "torch": torch}
    return SeedReport(
        seed=number,
        seeded=("random", *(name for name, module in frameworks.items() if module)),
        not_imported=tuple(name for name, module in frameworks.items() if not module),
        deterministic=bool(deterministic and torch),
        hash_seed_fixed=hash_seed_is_fixed(),
    )


def _checked(seed: SupportsIndex) -> int:
    if isinstance(seed, bool):
        raise TypeError(f"the seed is {seed!r}, a truth value: write an integer")
    try:
        number = operator.index(seed)
    except TypeError:
        raise TypeError(f"the seed is {seed!r}: write an integer") from None
    if not 0 <= number < 2**32:
        raise ValueError(f"the seed is {number}: write an integer from 0 to 2**32 - 1")
    return number


def _imported(name: str, attribute: str) -> Any | None:
    """The module if the program has imported it whole (not half-way through a circular import)."""
    module: ModuleType | None = sys.modules.get(name)
    return module if module is not None and hasattr(module, attribute) else None


def _make_deterministic(torch: Any, *, warn_only: bool) -> None:
    # Torch up to 2.9 refuses without it (pytorch/pytorch#161749); read when CUDA starts.
    if not torch.cuda.is_initialized():
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=warn_only)
    torch.backends.cudnn.benchmark = False
