"""Which blocks of a module cannot both run."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Span
from repro_check.sources.python import ModuleFacts

_Branch = tuple[int, Span]


def are_exclusive(facts: ModuleFacts, one: int, other: int) -> bool:
    """Whether two blocks lie in different branches of one `if`."""
    mine = dict(_branches(facts, one))
    return any(mine.get(branch, kind) != kind for branch, kind in _branches(facts, other))


def _branches(facts: ModuleFacts, block: int) -> Iterator[tuple[_Branch, str]]:
    for at in facts.ancestors(block):
        found = facts.blocks[at]
        if found.kind in {"if", "else"} and found.test is not None:
            yield (found.parent, found.test.span), found.kind
