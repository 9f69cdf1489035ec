"""Which matches of the detectors stand: whole tokens, no placeholders, rightly named."""

from __future__ import annotations

import re

import msgspec

from repro_check.secrets.detectors import Detector, Evidence
from repro_check.secrets.model import Candidate
from repro_check.secrets.names import (
    bound_name,
    denies_secret,
    is_bare_token,
    promises_credential,
)
from repro_check.secrets.placeholders import (
    is_common_word,
    is_credible,
    is_digest,
    is_opaque,
    is_placeholder,
    is_wordy,
)
from repro_check.sources.kinds import Role, role_of
from repro_check.text import pattern

# Hosts that no reader can reach, or that exist for documentation (RFC 2606).
_NO_HOST = pattern(
    r"@(?:(?:localhost|host|hostname|server|db|database|postgres|mysql|redis|mongo)(?![\w.-])"
    r"|127\.|0\.0\.0\.0|\[::1\]|(?:[\w-]+\.)*(?:example|company)\b|[\w.-]*\.(?:test|invalid|local)\b|[{<$%])",
    re.IGNORECASE,
)
_PASSWORD = pattern(r"passw|passphrase|pwd|_pass$|^pass$|secret|credential", re.IGNORECASE)
_WORD = pattern(r"[A-Za-z0-9_]")
_MADE_UP = frozenset({Evidence.NAME, Evidence.PLACE, Evidence.URL})

# What is published on purpose: the key of a documentation's search box, and the word that opens
# a folder beside the link to it.
_SEARCH_BOX = pattern(r"(?:^|/)(?:docusaurus\.config|\.vitepress/config)\.[cm]?[jt]s$")
_PROSE = pattern(r"\.(?:md|markdown|rst|txt|html?|ipynb)$", re.IGNORECASE)
_SHORTEST_PASSWORD = 10  # beside a link

# Where a string needs no quotes; elsewhere a bare word is a variable, unless it looks random.
_BARE_STRINGS = pattern(
    r"\.(?:ya?ml|ini|cfg|conf|cnf|properties|env|envrc|sh|bash|zsh|slurm|sbatch|pbs|netrc)$"
    r"|(?:^|/)(?:\.env[\w.]*|[\w.]*Dockerfile[\w.]*|config|credentials)$"
)
_NO_IDENTIFIER = pattern(r"(?!.*[a-z]{7})[A-Za-z0-9_+/=\-]{20,}")
_BARE_COMMAND = pattern(r"\s*(?:[%!$>]|export\s|ENV\s|ARG\s)|[A-Z][A-Z0-9_]{2,60}=")
_IDENTIFIERS = pattern(r"\.(?:pyi?|pyx|jl|[rR]|[cm]?[jt]sx?)$")  # where a bare word is a variable


class Place(msgspec.Struct, frozen=True):
    """A suspicious line: its text, its 1-based number and the path of its file."""

    line: str
    number: int
    path: str


def judge(detector: Detector, value: str, place: Place) -> Candidate | None:
    """The candidate that `value`, matched on a line, makes, or None.

    Args:
        detector: what matched.
        value: the text it takes for a secret; it may carry stray signs at its ends.
        place: where it matched.
    """
    line = place.line
    if detector.evidence in _MADE_UP and role_of(place.path) is Role.TEST:
        return None  # nothing tells a password made up for a test from one that opens something
    if detector.evidence is Evidence.NAME:
        value = _trimmed(value)
    start = _whole_match(value, line, edges=detector.edges)
    if start is None:
        return None
    name = bound_name(line, start)
    rest = line[start + len(value) :]
    if detector.evidence is Evidence.NAME:
        quoted = line[start - 1 : start] in ("'", '"', "`")
        # `detect-secrets 01ab…` in a list is a commit; only what is assigned can be a hex secret
        is_listed = not quoted and not line[:start].rstrip().endswith(("=", ":", "(", ",", ">"))
        stands = _named_stands(value, name, rest=rest) and not (is_listed and is_digest(value))
        stands = stands and not _is_published(value, name, place)
        stands = stands and (
            quoted or _takes_bare_strings(place) or bool(_NO_IDENTIFIER.fullmatch(value))
        )
    elif detector.evidence is Evidence.SIGNED:
        # GitHub serves the images of a README under such links, good for five minutes.
        passing = line[:start].endswith("?jwt=")
        stands = not (passing or is_placeholder(value) or denies_secret(name))
    else:
        stands = _stands(detector.evidence, value, rest=rest)
    if not stands:
        return None
    return Candidate(
        kind=detector.kind,
        value=value,
        line=place.number,
        column=start + 1,
        reason=_reason(detector, name),
    )


def _stands(evidence: Evidence, value: str, *, rest: str) -> bool:
    if evidence is Evidence.SHAPE:
        return not is_placeholder(value)
    if evidence is Evidence.SERVICE:
        return is_opaque(value)
    if evidence is Evidence.UUID:
        return is_opaque(value.replace("-", "")) and not is_wordy(value)
    if evidence is Evidence.PLACE:
        return is_credible(value)
    return not is_placeholder(value) and _is_password(value) and not _NO_HOST.match(rest)


def _named_stands(value: str, name: str, *, rest: str) -> bool:
    if not promises_credential(name) or rest[:1] in ("(", "["):
        return False
    if _PASSWORD.search(name):
        return is_credible(value) and (len(value) >= 8 or "pass" in name.lower())
    return is_opaque(value) and not (is_bare_token(name) and is_digest(value))


def _is_published(value: str, name: str, place: Place) -> bool:
    if _PASSWORD.search(name):
        is_short = len(value) < _SHORTEST_PASSWORD
        return is_short and "://" in place.line and bool(_PROSE.search(place.path))
    return bool(_SEARCH_BOX.search(place.path))


def _takes_bare_strings(place: Place) -> bool:
    is_command = _BARE_COMMAND.match(place.line) and not _IDENTIFIERS.search(place.path)
    return bool(is_command or _BARE_STRINGS.search(place.path))


def _is_password(value: str) -> bool:
    """Whether a password in a URL is more than a word that stands for one."""
    return len(value) >= 5 and not is_common_word(value) and not _PASSWORD.search(value)


def _trimmed(value: str) -> str:
    """What KeywordDetector took, without a comment after it, brackets and commas."""
    return value.strip().partition(" #")[0].rstrip(" ,;)}]").strip("\"'`")


def _whole_match(value: str, line: str, *, edges: bool) -> int | None:
    """Where the first whole occurrence of `value` starts, or None if each is part of more."""
    start = line.find(value) if value else -1
    while start >= 0 and edges and _is_part(line, start, start + len(value)):
        start = line.find(value, start + 1)
    return start if start >= 0 else None


def _is_part(line: str, start: int, end: int) -> bool:
    before, after = line[start - 1 : start], line[end : end + 1]
    return bool(
        (_WORD.match(before) and _WORD.match(line[start]))
        or (_WORD.match(after) and _WORD.match(line[end - 1]))
    )


def _reason(detector: Detector, name: str) -> str:
    form = f"in the form of {detector.kind}"
    if detector.evidence is Evidence.NAME:
        return f"the value of `{name}`"
    return f"the value of `{name}`, {form}" if name else form
