"""What the words of pip and uv say of a frozen distribution."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.deps.fresh.model import Problem, Trouble
from repro_check.sources.requirement_item import normal_name
from repro_check.text import pattern

_NAME = r"`?(?P<name>[A-Za-z0-9][\w.-]*?)"
_PINNED = rf"{_NAME}(?:\[[^\]]*\])?===?[^\s`,]+"
_LINE = re.MULTILINE
# in the order in which they are tried; each names a distribution
_SAYINGS = (
    (Trouble.OTHER_PYTHON, pattern(rf"Package '{_NAME}' requires a different Python.*", _LINE)),
    (Trouble.NO_WHEEL, pattern(rf"Because {_PINNED}`? has no (?:usable )?wheels.*", _LINE)),
    (
        Trouble.NO_WHEEL,
        pattern(r"ERROR: (?P<name>[\w.]+)-\d[^\s]*\.whl is not a supported wheel.*", _LINE),
    ),
    (
        Trouble.NO_WHEEL,
        pattern(
            rf"[Dd]istribution `{_PINNED} @ [^`]*` can't be installed because.*"
            r"(?:no-build|platform|wheel).*",
            _LINE,
        ),
    ),
    (
        Trouble.MISSING,
        pattern(
            rf"(?:[Bb]ecause|and) (?:there (?:is|are) no versions? of {_NAME}(?:===?[^\s`,]+)?(?=[ ,])|"
            r"`?(?P<other>[A-Za-z0-9][\w.-]*) was not found).*",
            _LINE,
        ),
    ),
    (Trouble.MISSING, pattern(rf"No matching distribution found for {_PINNED}.*", _LINE)),
    (
        Trouble.MISSING,
        pattern(rf"Could not install requirement {_PINNED}.*HTTP error (?:404|410).*", _LINE),
    ),
    (
        Trouble.MISSING,
        pattern(rf"Failed to download `{_PINNED}`(?s:.{{0,600}}?)\b(?:404|410)\b"),
    ),
    (Trouble.CHANGED, pattern(rf"^ +{_PINNED} from .*(?=:$\n +Expected )", _LINE)),
    (Trouble.CHANGED, pattern(rf"Hash mismatch for {_PINNED}`", _LINE)),
    (
        Trouble.BROKEN,
        pattern(rf"Failed (?:building|to build)(?: wheel for)? {_NAME}(?:[=` ].*)?$", _LINE),
    ),
)
_YANKED = (
    pattern(
        r"yanked version: '(?P<name>[\w.-]+)' candidate(?s:.*?)Reason for being yanked: (?P<why>.*)"
    ),
    pattern(r"warning: `(?P<name>[\w.-]+)==[^`]*` is yanked(?: \(reason: (?P<why>.*)\))?"),
)
_UNEQUAL = (
    pattern(r"^(?P<name>[\w.-]+) \S+ (?:has requirement|requires) .*$", _LINE),
    pattern(r"^The package `(?P<name>[\w.-]+)` requires `.*$", _LINE),
)
_NO_NETWORK = pattern(
    r"Retrying \(Retry\(total=|Failed to establish a new connection|[Nn]ame resolution|dns error|"
    r"error sending request|tcp connect error|Network is unreachable|Connection refused|"
    r"[Cc]onnection (?:reset|aborted|timed out)|ProxyError|Tunnel connection failed|"
    r"CERTIFICATE_VERIFY_FAILED|UnknownIssuer|No route to host|All attempts to connect to"
)
# where the installer found the line, which is in our own file, and what follows from what it says
_NOISE = pattern(r" ?\(from -r [^)]*\)\)?|, we can conclude .*|#sha256=[0-9a-f]{64}")
_DISK = pattern(r"No space left on device|os error 28|Disk quota exceeded")


def failures(text: str) -> Iterator[Problem]:
    """Why an installation failed: each distribution that is named, once."""
    seen: set[str] = set()
    for trouble, saying in _SAYINGS:
        for found in saying.finditer(text):
            groups = found.groupdict()
            name = normal_name(groups.get("name") or groups.get("other") or "")
            if name and name not in seen:
                seen.add(name)
                yield Problem(trouble, name, _one_line(found[0]))


def yanked(text: str) -> Iterator[Problem]:
    """What was installed, and is withdrawn (PEP 592)."""
    for saying in _YANKED:
        for found in saying.finditer(text):
            why = (found["why"] or "").strip().strip('"')
            why = "" if why == "<none given>" else why
            yield Problem(Trouble.YANKED, normal_name(found["name"]), _one_line(why))


def disagreements(text: str) -> Iterator[Problem]:
    """What `pip check` says: installed distributions that need other ones."""
    for saying in _UNEQUAL:
        for found in saying.finditer(text):
            yield Problem(Trouble.DISAGREES, normal_name(found["name"]), _one_line(found[0]))


def outside_reason(text: str) -> str:
    """Why the failure says nothing about the lock; "" if it does."""
    if _DISK.search(text):
        return "there is not enough space for a fresh environment"
    found = _NO_NETWORK.search(text)
    return f"the package index cannot be reached ({_one_line(found[0])})" if found else ""


def last_words(text: str) -> str:
    """The last line that says something."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("[notice]")]
    marked = [line for line in lines if re.match(r"\s*(error|ERROR|cause)\b", line)]
    return _one_line((marked or lines or ["it wrote nothing"])[-1])


def _one_line(words: str) -> str:
    return _NOISE.sub("", " ".join(words.split()))[:300]
