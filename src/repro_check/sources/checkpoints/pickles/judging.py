"""What the uses of a pickle amount to, and the pickles inside of its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from repro_check.sources.checkpoints.model import Reason, Verdict
from repro_check.sources.checkpoints.parts import Part, buffered, is_seekable
from repro_check.sources.checkpoints.pickles.allowed import Standing, standing
from repro_check.sources.checkpoints.pickles.machine import NESTED, Walked
from repro_check.sources.checkpoints.pickles.values import Bytes, Use

_DEEPEST = 4


def reasons_of(
    walked: Walked, stream: IO[bytes], *, member: str = "", depth: int = 0
) -> Iterator[Reason]:
    """Why a walked pickle is not safe, each class and function once.

    Args:
        walked: the pickle.
        stream: it was read from; bytes in it that are a pickle of their own are read there.
        member: named by the reasons.
        depth: how many pickles it lies inside of.
    """
    seen: set[tuple[object, str]] = set()
    for use in walked.uses:
        key = (use.name, use.how)
        if use.name == NESTED and use.how == "called":
            yield from _nested(use, stream, member, depth)
        elif key not in seen:
            seen.add(key)
            yield from _of_use(use, member)
    if walked.problem:
        yield Reason(Verdict.UNREADABLE, f"cannot be read: {walked.problem}", "", member)


def _of_use(use: Use, member: str) -> Iterator[Reason]:
    name = use.name
    if name is None:
        yield from _of_unnamed(use, member)
        return
    label = name.label
    if use.how == "changed":
        yield _reason(Verdict.DANGEROUS, f"changes `{label}` itself", use, member)
        return
    if use.how == "handed on":
        yield _reason(Verdict.DANGEROUS, f"hands `{label}` to what may call it", use, member)
        return
    if use.how == "called":
        return  # naming it was judged already
    match standing(name):
        case Standing.DANGEROUS:
            yield _reason(Verdict.DANGEROUS, f"uses `{label}`", use, member)
        case Standing.NEEDS_CODE:
            yield _reason(Verdict.NEEDS_CODE, f"loads only with `{label}`", use, member)


def _of_unnamed(use: Use, member: str) -> Iterator[Reason]:
    if use.how == "called":
        return
    is_reached = use.how == "reached"
    what = "reaches into an object" if is_reached else "puts the name of what it uses together"
    yield _reason(Verdict.DANGEROUS, what, use, member)


def _nested(use: Use, stream: IO[bytes], member: str, depth: int) -> Iterator[Reason]:
    from repro_check.sources.checkpoints.sniffing import read_stream

    match use.arguments:
        case (Bytes() as data, *_) if depth < _DEEPEST and is_seekable(stream):
            inner = buffered(Part(stream, data.offset, data.length))
            back = stream.tell()
            yield from read_stream(inner, member=member, depth=depth + 1).reasons
            stream.seek(back)
        case _:
            message = "has a pickle inside of it that cannot be read"
            yield _reason(Verdict.UNREADABLE, message, use, member)


def _reason(verdict: Verdict, message: str, use: Use, member: str) -> Reason:
    subject = use.name.label if use.name is not None else ""
    return Reason(verdict, message, subject, member, use.offset)
