"""Files that are pickles: plain ones, joblib's, and what `torch.save` wrote before 1.6.

torch's old form is a row of pickles (a magic number, a protocol version, facts about the system, the
object, the keys of its storages) and then the storages' bytes (`torch/serialization.py`,
`_legacy_save`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from repro_check.sources.checkpoints.found import Found
from repro_check.sources.checkpoints.model import Reason, Verdict
from repro_check.sources.checkpoints.parts import is_seekable
from repro_check.sources.checkpoints.pickles.judging import reasons_of
from repro_check.sources.checkpoints.pickles.machine import Walked, walk
from repro_check.sources.checkpoints.windows import Window

_TORCH_MAGIC = 0x1950A86A20F9469CFC6C
_TORCH_PICKLES = 5
_TORCH_OBJECT = 3
_MOST = 100_000
_NEWLINE = b"\n"  # behind a pickle in text, put there by an editor


def read_pickled(stream: IO[bytes], *, member: str = "", depth: int = 0) -> Found:
    """What a row of pickles uses and holds; the stream is read from where it stands."""
    window = Window(stream)
    begin = window.offset
    found = Found("pickle")
    count = 0
    while count < _MOST:
        start = window.offset
        walked = walk(window)
        count += 1
        if count > 1 and walked.problem and not _looks_like_pickle(walked):
            behind = f"has bytes behind its end (byte {start:,}) that are no pickle"
            found.cannot_read(behind, member)
            break
        _take(found, walked, stream, member, depth)
        if count == 1 and walked.value == _TORCH_MAGIC:
            found.form = "torch legacy"
        if walked.problem or window.is_at_end or window.rest(_NEWLINE) == _NEWLINE:
            break
        if found.form == "torch legacy" and count == _TORCH_PICKLES:
            break  # the storages follow
    else:
        found.cannot_read(f"has more than {_MOST:,} pickles", member)
    if found.form == "joblib" and is_seekable(stream):
        found.reasons.extend(_as_plain_pickle(stream, begin, member))
    if found.form == "torch legacy":
        found.values = found.values[_TORCH_OBJECT : _TORCH_OBJECT + 1]
    return found


def _take(found: Found, walked: Walked, stream: IO[bytes], member: str, depth: int) -> None:
    found.reasons.extend(reasons_of(walked, stream, member=member, depth=depth))
    found.values.append(walked.value)
    names = [use.name for use in walked.uses if use.name is not None]
    found.roots.update(name.module.partition(".")[0] for name in names)
    if any(name.module == "joblib.numpy_pickle" for name in names):
        found.form = "joblib"
    if not walked.is_whole:
        found.notes["only in part"] = "too large to be shown whole; its uses were read to the end"


def _as_plain_pickle(stream: IO[bytes], begin: int, member: str) -> Iterator[Reason]:
    """What `pickle.load` would run of a file that joblib reads otherwise."""
    back = stream.tell()
    stream.seek(begin)
    walked = walk(Window(stream), skips_arrays=False)
    reasons = reasons_of(walked, stream, member=member)
    yield from (each for each in reasons if each.verdict is Verdict.DANGEROUS)
    stream.seek(back)


def _looks_like_pickle(walked: Walked) -> bool:
    """Whether what cannot be read to its end may be a pickle all the same: it names something."""
    return bool(walked.uses)
