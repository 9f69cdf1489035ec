"""The cheap look that decides whether a line is worth detect-secrets' regular expressions.

detect-secrets takes a quarter of a second to import and seconds a megabyte to run, and nearly no
text holds a secret. Every detector of this package needs one of the words below on the line and,
beside it, a run of characters long and mixed enough to be a credential; so a line without them
cannot become a finding. The whole text is walked as bytes, and only lines with a hit are cut out;
of a line too long for them, only what is around its hits.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate

import msgspec

from repro_check.secrets.pivots import at_pivot, by_pivot, byte_pattern
from repro_check.secrets.placeholders import class_changes, mixed_parts
from repro_check.text import pattern

LONGEST_LINE = 5000
"""Of longer lines, which are mostly generated, only what is around a hit is searched."""

# A hit is seen with all that may name it before, and as much after it as a private key takes.
# Places are counted in steps, so that the hits of all words share one look.
_STEP, _BEFORE, _AFTER = 1000, 300, 3600
_MOST_PARTS = 100  # of too long lines; a text with more is data, and is told by these

# Beginnings of tokens: sixteen token characters, not all lower case, must follow. These are
# looked for in lower case ...
_PREFIXES = """
    hf_ api_org_ sk- sk_live_ rk_live_ r8_ kgat_ wandb_v1_ local- gocspx- ghp_ gho_ ghu_ ghs_ ghr_
    github_pat_ glpat- gldt- glft- glsoat- glrt- glcbt- glimt- glptt- glagent- gloas- lsv2_ ls__
    gsk_ xai- npm_ pcsk_ ak- as- nvapi- tvly- jina_ pplx- pa- rpa_ tgp_v1_ olp_ dckr_pat_ dop_v1_
    fw_ pnu_ pypi-age xoxa- xoxb- xoxp- xoxo- xoxs- xoxr- sq0csp-
"""
# ... and these in the one case that the detectors know, which makes their letters rare.
_CASED_PREFIXES = "AIza ya29. GR1348941 AKIA ASIA ABIA ACCA A3T SG. eyJ :AA AccountKey="
# Names of weaker promise, and of services: a mixed run of sixteen must follow.
_WEAK_WORDS = """
    key token login bearer sig= wandb comet neptune kaggle zenodo figshare osf cohere
    mistral together serpapi ncbi roboflow clearml deepseek openrouter azure labelbox mailchimp
    twilio discord telegram cloudant softlayer ibm artifactory mprester mpdataretrieval experiment( pat
"""

_SIXTEEN = r"(?=[A-Za-z0-9_\-.~/+=]{16})"
_LOWERED_TOKENS = tuple(by_pivot(_PREFIXES, "_-", after=_SIXTEEN))
_TOKENS = tuple(by_pivot(_CASED_PREFIXES, "AJG9", after=_SIXTEEN))
_TOKEN_RUN = byte_pattern(r"(?=[A-Za-z0-9_\-.~/+]{0,64}[0-9A-Z])[A-Za-z0-9_\-.~/+=]{16}")
# Names of credentials: a mixed run of six must follow. Words that end first are tried first.
_STRONG = (
    byte_pattern(
        r"p(?:ass(?<=sshpass)|ass(?<=[_\-]pass)(?![a-z])|ass(?<=storagepass)|assw|assphrase|wd)"
    ),
    byte_pattern(r"cre(?:t(?<=secret)|dential)"),
)
_URL = byte_pattern(r"://(?:[^\s/@:]*:[^\s/@]+@|(?i:hooks\.slack\.com/services/))")
_PRIVATE_KEY = byte_pattern(at_pivot("v", ["private key"]))

_WEAK = tuple(by_pivot(_WEAK_WORDS, "kzwybghmpfd"))
_BINDS = byte_pattern(r"""[\w\-]{0,32}[\\"'\])]{0,4}(?:\s{0,3}[=:,(]|\s)""")
_REACH = 160
_DAPI = byte_pattern("dapi")  # hexadecimal digits follow, which mix as well
_WEAK_RUN = pattern(r"[A-Za-z0-9_\-+/=.~%]{16,}")
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_OTHER = b"0123456789~%"
_TO_CLASSES = bytes.maketrans(_LETTERS + _OTHER, b"a" * len(_LETTERS) + b"0" * len(_OTHER))
_MIXED_LINE = byte_pattern(r"0(?:a|(?<=a0))[^\n]*")  # of classes: a letter beside another sign

_Spans = dict[int, int]
"""Where lines or parts of lines start and end."""
_Judge = Callable[[bytes, int, int], "bool | None"]
"""Whether a credential follows a place in a line, given with the end of the line.

None where none follows any later place of it, either.
"""


class _Marks(msgspec.Struct):
    """What is worth a look: whole lines, and parts of too long ones."""

    lines: _Spans = {}
    parts: _Spans = {}


class Stretch(msgspec.Struct, frozen=True):
    """A line, or a part of one that is too long.

    Attributes:
        number: the 1-based number of the line.
        text: what stands there, without a carriage return at its end.
        before: how many characters of the line stand before it.
        is_cut: whether the line goes on after it, so that a token at its end may be half of one.
    """

    number: int
    text: str
    before: int = 0
    is_cut: bool = False


def suspicious_lines(text: str) -> tuple[Stretch, ...]:
    """What of `text` may hold a secret, in order; lines end at a line feed.

    Args:
        text: any decoded text.
    """
    data = text.encode("utf-8", "surrogatepass")
    lowered = data.lower()
    marks = _Marks()
    for searched, patterns, judge in (
        (lowered, _LOWERED_TOKENS, _token_follows),
        (data, _TOKENS, _token_follows),
        (lowered, _STRONG, _credential_follows),
        (data, (_URL,), _is_enough),
        (lowered, (_PRIVATE_KEY,), _is_enough),
    ):
        for each in patterns:
            _mark(each, searched, data, judge=judge, marks=marks)
    _mark_opaque(data, marks)
    return tuple(_cut_out(data, marks))


def _cut_out(data: bytes, marks: _Marks) -> Iterator[Stretch]:
    number, counted, before = 1, 0, 0
    for start, end in sorted((marks.lines | marks.parts).items()):
        breaks = data.count(b"\n", counted, start)
        if breaks:
            number, before = number + breaks, 0
            counted = data.rfind(b"\n", counted, start) + 1
        before += len(_text(data[counted:start]))
        counted = start
        is_cut = data[end : end + 1] not in (b"", b"\n")
        shown = _text(data[start:end])
        yield Stretch(number, shown if is_cut else shown.rstrip("\r"), before, is_cut)


def _mark(
    words: re.Pattern[bytes], searched: bytes, data: bytes, *, judge: _Judge, marks: _Marks
) -> None:
    """Add to `marks` where a credential follows one of `words`.

    `searched` is `data` or its lower case.
    """
    first, last, is_long, marked = 0, -1, False, marks.lines
    start, end, limit, settled = 0, -1, -1, False
    for match in words.finditer(searched):
        place = match.start()
        if place >= limit:
            if place >= last:
                first, last = _line_around(data, place)
                is_long = _is_too_long(data, first, last)
                marked = marks.parts if is_long else marks.lines
            start, end, limit = _part(data, first, last, place) if is_long else (first, last, last)
            settled = start in marked or (is_long and len(marked) >= _MOST_PARTS)
        if settled:
            continue
        answer: bool | None
        if is_long and judge in (_credential_follows, _opaque_follows):
            answer = _is_bound(data, match.end(), end, judge=judge)
        else:
            answer = judge(data, match.end(), end)
        if answer:
            marked[start] = end
        settled = answer is not False


def _part(data: bytes, first: int, last: int, place: int) -> tuple[int, int, int]:
    """Where the part around a place of a line starts, ends, and where the next one is looked at."""
    step = place - (place - first) % _STEP
    start, end = max(first, step - _BEFORE), min(last, step + _STEP + _AFTER)
    return _whole(data, start), _whole(data, end), min(last, step + _STEP)


def _whole(data: bytes, place: int) -> int:
    """`place`, or the start of the character of UTF-8 that it lies inside of."""
    while place < len(data) and data[place] & 0xC0 == 0x80:
        place -= 1
    return place


def _mark_opaque(data: bytes, marks: _Marks) -> None:
    """Add to `marks` where an opaque run follows a word of little promise.

    These words are many and common, and mixed runs are neither: the words are looked for in the
    lines that have one.
    """
    lines = [
        (data.rfind(b"\n", 0, match.start()) + 1, match.end())
        for match in _MIXED_LINE.finditer(data.translate(_TO_CLASSES))
    ]
    if not lines:
        return
    mixed = b"\n".join([data[start:end] for start, end in lines])
    lowered = mixed.lower()
    found = _Marks()
    for each in _WEAK:
        _mark(each, lowered, mixed, judge=_opaque_follows, marks=found)
    _mark(_DAPI, lowered, mixed, judge=_token_follows, marks=found)
    starts = [0, *accumulate(end - start + 1 for start, end in lines)]
    for spans, into in ((found.lines, marks.lines), (found.parts, marks.parts)):
        for start, end in spans.items():
            index = bisect_right(starts, start) - 1
            moved = lines[index][0] - starts[index]
            into[start + moved] = end + moved


def _line_around(data: bytes, place: int) -> tuple[int, int]:
    end = data.find(b"\n", place)
    return data.rfind(b"\n", 0, place) + 1, len(data) if end < 0 else end


def _is_too_long(data: bytes, start: int, end: int) -> bool:
    return end - start > LONGEST_LINE and len(_text(data[start:end])) > LONGEST_LINE


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _is_enough(_data: bytes, _after: int, _end: int) -> bool:
    return True


def _token_follows(data: bytes, after: int, end: int) -> bool:
    return bool(_TOKEN_RUN.match(data, after, end))


def _is_bound(data: bytes, after: int, end: int, *, judge: _Judge) -> bool:
    # Three letters turn up by chance in base64, where all is opaque; and what is far off on a
    # line of data is not bound to a name.
    binds = _BINDS.match(data, after, end)
    if not binds:
        return False
    return bool(judge(data, binds.end(), _whole(data, min(end, binds.end() + _REACH))))


def _credential_follows(data: bytes, after: int, end: int) -> bool | None:
    return bool(mixed_parts(_text(data[after:end]))) or None


def _opaque_follows(data: bytes, after: int, end: int) -> bool | None:
    # What `is_opaque` demands of a value holds for a longer run around it, too: a mixed part, and
    # the three changes of its shortest values.
    runs = _WEAK_RUN.findall(_text(data[after:end]))
    return any(mixed_parts(run) and class_changes(run) >= 3 for run in runs) or None
