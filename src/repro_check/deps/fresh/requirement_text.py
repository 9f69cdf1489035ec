"""A requirements file without what cannot or need not be tried."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from repro_check.sources.requirement_item import normal_name
from repro_check.text import pattern

_NAME = pattern(r"([A-Za-z0-9][\w.-]*)\s*(\[[^\]]*\])?\s*(@?)\s*(.*)")
_LOCAL = pattern(r"(-e\b|--editable\b|\.{0,2}/|\.$|\.\[|file:|~)")
_REMOTE = pattern(r"((git|hg|svn|bzr)\+|[\w+]+://)")
_WITH_PATH = pattern(r"(-r|-c|-f|--requirement|--constraint|--find-links)(\s+|\s*=\s*)?(\S+)")
# they would undo `--only-binary :all:`
_BINARY = pattern(r"--(no-binary|only-binary|prefer-binary|use-pep517|no-build-isolation)\b")


class Tried(msgspec.Struct, frozen=True):
    """What is left of a requirements file.

    Attributes:
        text: with paths that hold anywhere.
        left_out: sentences on what is not in it.
        has_hashes: whether every requirement names hashes.
        is_empty: whether nothing is left to install.
    """

    text: str
    left_out: tuple[str, ...]
    has_hashes: bool
    is_empty: bool


def tried(text: str, *, folder: Path, dropped: frozenset[str], allow_builds: bool) -> Tried:
    """What to install of a requirements file.

    Args:
        text: of the file.
        folder: that its relative paths start from.
        dropped: normalised names of distributions that are known to fail.
        allow_builds: whether to keep what has no wheel.
    """
    kept: list[str] = []
    left_out: list[str] = []
    hashes: list[bool] = []
    for line in _logical_lines(text):
        if line.startswith("-") and not _LOCAL.match(line):
            if allow_builds or not _BINARY.match(line):
                kept.append(_with_absolute_path(line, folder))
                # what is read along may have hashes or not
                hashes += [False] if line.startswith(("-r", "--requirement")) else []
            continue
        reason = _why_left_out(line, allow_builds=allow_builds)
        if reason:
            left_out.append(reason)
        elif _name(line) not in dropped:
            kept.append(line)
            hashes.append("--hash=" in line)
    return Tried("\n".join(kept) + "\n", tuple(left_out), bool(hashes) and all(hashes), not hashes)


def _logical_lines(text: str) -> Iterator[str]:
    whole = ""
    for row in text.splitlines():
        bare = row.strip()
        if bare.startswith("#") or not bare:
            continue
        whole += bare.removesuffix("\\").rstrip() + " "
        if not bare.endswith("\\"):
            yield whole.split(" #")[0].strip()
            whole = ""
    if whole.strip():
        yield whole.strip()


def _name(line: str) -> str:
    found = _NAME.match(line)
    return normal_name(found[1]) if found else ""


def _why_left_out(line: str, *, allow_builds: bool) -> str:
    shown = line.partition(" --hash")[0]
    if _LOCAL.match(line):
        return f"`{shown}` is a folder of the repository"
    found = _NAME.match(line)
    target = found[4] if found and found[3] else line if _REMOTE.match(line) else ""
    if not target or allow_builds:
        return ""
    if target.startswith("file:"):
        return f"`{shown}` lies on one machine"
    place = target.partition("#")[0].partition(" ")[0]
    is_wheel = place.endswith(".whl")
    return "" if is_wheel else f"`{shown}` would have to be built"


def _with_absolute_path(line: str, folder: Path) -> str:
    found = _WITH_PATH.match(line)
    if found is None or _REMOTE.match(found[3]):
        return line
    return f"{found[1]} {folder / found[3]}"
