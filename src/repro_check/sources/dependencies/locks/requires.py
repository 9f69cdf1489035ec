"""What a package needs, of requirements as text (PEP 508) or as conda writes them."""

from __future__ import annotations

from collections.abc import Iterable

from repro_check.sources.dependencies.locks.values import names
from repro_check.text import pattern

_EXTRA = pattern(r"\bextra\s*==")
_NAME = pattern(r"\s*([A-Za-z0-9_][A-Za-z0-9._-]*)")


def split_requirements(written: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names that requirements ask for, and those of them that only ever stand with a marker.

    What only an extra asks for is left out.

    Args:
        written: PEP 508 (`numpy>=1; python_version < "3.9"`), or conda (`numpy >=1,<2`).
    """
    always: dict[str, bool] = {}
    for one in written:
        found = _NAME.match(one)
        head, _, marker = one.partition(";")
        if found and not _EXTRA.search(marker):
            # without white space before it a semicolon belongs to the URL
            is_always = not marker or ("@" in head and not head.endswith((" ", "\t")))
            always[found[1]] = always.get(found[1], False) or is_always
    conditional = [name for name, is_always in always.items() if not is_always]
    return names(always), names(conditional)
