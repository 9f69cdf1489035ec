"""What a model file holds, for a person."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from repro_check.render.ansi import BOLD
from repro_check.render.commented import DIM, GREEN, RED, YELLOW, Line, commented
from repro_check.render.style import Style
from repro_check.sources.checkpoints.model import ModelFile, Reason, Verdict
from repro_check.text import counted

_COLORS = {
    Verdict.SAFE: GREEN,
    Verdict.NEEDS_CODE: YELLOW,
    Verdict.UNREADABLE: YELLOW,
    Verdict.DANGEROUS: RED,
}
_MEANINGS = {
    Verdict.SAFE: "loading it runs nothing but what builds data",
    Verdict.NEEDS_CODE: "it loads only where this code can be imported",
    Verdict.UNREADABLE: "it was not read to its end, so nobody can say what loading it runs",
    Verdict.DANGEROUS: "loading it runs what can do harm",
}
_MANY = 12


def checkpoint_text(path: str, content: ModelFile, style: Style, *, tensors: int | None) -> str:
    """The page, without its last newline.

    Args:
        path: as the user wrote it.
        content: of the file.
        style: of the output.
        tensors: how many to list; None for all.
    """
    return commented(_lines(path, content, tensors), style)


def _lines(path: str, content: ModelFile, most: int | None) -> Iterator[Line]:
    verdict = content.verdict
    yield Line(f"{path} ({content.form})", color=BOLD)
    yield Line(f"  {verdict.label}: {_MEANINGS[verdict]}", color=_COLORS[verdict])
    worst = sorted(content.reasons, key=lambda reason: -reason.verdict)
    for reason in worst[:_MANY]:
        yield Line(f"    {reason.message}", _place(reason))
    if len(worst) > _MANY:
        yield Line(f"    and {len(worst) - _MANY:,} more", color=DIM)
    yield from _facts(content)
    yield from _tensors(content, most)


def _place(reason: Reason) -> str:
    at = f"byte {reason.offset:,}" if reason.offset >= 0 else ""
    return ", ".join(filter(None, (reason.member, at)))


def _facts(content: ModelFile) -> Iterator[Line]:
    if content.keys:
        more = f" and {len(content.keys) - _MANY:,} more" if len(content.keys) > _MANY else ""
        yield Line(f"  keys: {', '.join(content.keys[:_MANY])}{more}")
    for name, value in content.values:
        yield Line(f"  {name}: {value}")
    held = [
        name
        for name, is_there in (
            ("an optimizer's state", content.has_optimizer),
            ("a random generator's state", content.has_rng_state),
        )
        if is_there
    ]
    if held:
        yield Line(f"  holds {' and '.join(held)}")
    if content.libraries:
        yield Line(f"  imports {', '.join(content.libraries)}")


def _tensors(content: ModelFile, most: int | None) -> Iterator[Line]:
    listed = content.tensors[:most]
    if not listed:
        return
    count = len(content.tensors) + content.more_tensors
    numbers = sum(math.prod(each.shape) for each in content.tensors if each.shape is not None)
    yield Line(f"  {counted(count, 'tensor')}, {counted(numbers, 'number')}")
    widths = _widths([(each.name, each.dtype) for each in listed])
    for each in listed:
        name, dtype = each.name or "(the array)", each.dtype
        shape = "?" if each.shape is None else " x ".join(map(str, each.shape)) or "scalar"
        device = "" if each.device in {"", "cpu"} else each.device
        yield Line(f"    {name:<{widths[0]}}  {dtype:<{widths[1]}}  {shape}", device)
    if count > len(listed):
        hint = "`--all` lists them" if count == len(content.tensors) else ""
        yield Line(f"    and {count - len(listed):,} more", hint, color=DIM)


def _widths(rows: Sequence[tuple[str, str]]) -> tuple[int, int]:
    return max(len(row[0]) for row in rows), max(len(row[1]) for row in rows)
