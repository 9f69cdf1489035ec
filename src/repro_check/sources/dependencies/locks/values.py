"""Values of a decoded document by the type that a lock gives them; another type reads as absent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from repro_check.sources.dependencies.model import Declared
from repro_check.sources.requirement_item import normal_name

Table = Mapping[str, object]
PYPI, OLD_PYPI = (f"https://{name}.org/simple" for name in ("pypi", "pypi.python"))
"""The index as locks name it, which is the one that is meant where none is named."""


def text(table: Table, key: str) -> str:
    """A string, or ""."""
    value = table.get(key)
    return value if isinstance(value, str) else ""


def table(value: object) -> dict[str, object]:
    """A table, or one without keys."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """A list, or one without items."""
    return value if isinstance(value, list) else []


def tables(value: object) -> Iterator[dict[str, object]]:
    """The tables of a list."""
    return (item for item in items(value) if isinstance(item, dict))


def named(value: object) -> Iterator[dict[str, object]]:
    """The tables of a list, of which one that has nothing but a name may be written as the name."""
    for item in items(value):
        if isinstance(item, dict):
            yield item
        elif isinstance(item, str):
            yield {"name": item}


def words(value: object) -> tuple[str, ...]:
    """The strings of a list."""
    return tuple(item for item in items(value) if isinstance(item, str))


def names(written: Iterable[str]) -> tuple[str, ...]:
    """Normalised names, each once, in the order in which they first stand there."""
    return tuple(dict.fromkeys(normal_name(name) for name in written if name))


def either(markers: Iterable[str]) -> str:
    """The marker that holds where one of several does; "" if one of them always does."""
    each = list(dict.fromkeys(markers))
    if not each or "" in each:
        return ""
    return each[0] if len(each) == 1 else " or ".join(f"({marker})" for marker in each)


def unique(declared: Iterable[Declared]) -> tuple[Declared, ...]:
    """Each declaration once."""
    return tuple(dict.fromkeys(declared))
