"""What readers of single forms find, before it becomes a `ModelFile`."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from repro_check.sources.checkpoints.model import Reason, Tensor, Verdict


class Found(msgspec.Struct):
    """What one file or one member holds.

    Attributes:
        form: as `ModelFile.form`.
        reasons: in the order found.
        values: the symbolic objects that its pickles would build.
        tensors: those that a header names.
        notes: plain values that it tells of itself, as text.
        roots: modules that loading imports.
    """

    form: str
    reasons: list[Reason] = []
    values: list[object] = []
    tensors: list[Tensor] = []
    notes: dict[str, str] = {}
    roots: set[str] = set()

    def add(self, others: Iterable[Found]) -> None:
        """Take over what was found in members."""
        for other in others:
            self.reasons.extend(other.reasons)
            self.values.extend(other.values)
            self.tensors.extend(other.tensors)
            self.notes.update(other.notes)
            self.roots.update(other.roots)

    def cannot_read(self, why: str, member: str = "") -> None:
        """Say that a part of it was not read."""
        self.reasons.append(Reason(Verdict.UNREADABLE, why, "", member))


def damaged(why: str, member: str = "") -> Found:
    """What is said of a file that no reader could open."""
    return Found("unknown", [Reason(Verdict.UNREADABLE, why, "", member)])
