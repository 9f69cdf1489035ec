"""Why data differ from the recorded ones although nobody meant to change them."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from repro_check.errors import ReproCheckError
from repro_check.runtime.changes import Change
from repro_check.runtime.junk import find_junk, is_junk
from repro_check.sources.git_process import run

_MOST = 20
_REWRITTEN = {("i/lf", "w/crlf"), ("i/crlf", "w/lf")}
"""Line ends in the index and in the work tree, as `git ls-files --eol` calls them."""


def causes(
    path: Path, changed: Sequence[Change], *, root: Path, counts_junk: bool
) -> tuple[str, ...]:
    """The likely causes of a mismatch, one sentence's end each.

    Args:
        path: the data.
        changed: what is known to differ; () if nothing is.
        root: the repository, whose git may rewrite line ends.
        counts_junk: whether the algorithm counts what operating systems drop.
    """
    found = (
        _junk(path, changed) if counts_junk else "",
        _normalisation(changed),
        _line_ends(path, changed, root),
    )
    return tuple(filter(None, found))


def _junk(path: Path, changed: Sequence[Change]) -> str:
    told = [change for change in changed if is_junk(change.path.rstrip("/"))]
    gone = [change.path for change in told if change.new_size is None]
    names = [change.path for change in told if change.new_size is not None]
    # a folder that changed may stand for all that is in it
    folders = [change.path for change in changed if change.path.endswith("/")] if changed else [""]
    for folder in folders:
        names += [folder + name for name in find_junk(str(path / folder), limit=_MOST)]
    if names:
        return f"files of the operating system lie in it: {_some(names)}; remove them"
    if gone:
        return (
            f"the record counts files of the operating system, which are gone: {_some(gone)}; "
            "record the data again without them"
        )
    return ""


def _normalisation(changed: Sequence[Change]) -> str:
    """Names that were recorded in one Unicode form and are on disk in the other.

    macOS decomposes (NFD) what is typed elsewhere in composed form (NFC): unicode.org/reports/tr15.
    """
    added = {unicodedata.normalize("NFC", c.path): c for c in changed if c.old_size is None}
    names = [
        change.path
        for change in changed
        if change.new_size is None
        and (twin := added.get(unicodedata.normalize("NFC", change.path))) is not None
        and twin.path != change.path
    ]
    if not names:
        return ""
    return (
        f"names have another Unicode form (NFC or NFD, as macOS writes): {_some(names)}; "
        "name them in ASCII, or copy them by a program that keeps names"
    )


def _line_ends(path: Path, changed: Sequence[Change], root: Path) -> str:
    """Text that git checked out with other line ends than it stores (git-scm.com/docs/gitattributes)."""
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(root):
        return ""
    below = real.relative_to(root).as_posix()
    try:
        out = run(root, "ls-files", "--eol", "-z", "--", f":(literal){below}")
    except ReproCheckError:
        return ""  # no repository of git: nothing rewrites line ends
    suspects = {change.path for change in changed if not change.path.endswith("/")}
    folders = tuple(change.path for change in changed if change.path.endswith("/"))
    names = []
    for line in out.decode("utf-8", "surrogateescape").split("\0"):
        attributes, _, name = line.partition("\t")
        relative = name[len(below) :].lstrip("/") or real.name
        words = attributes.split()
        is_suspect = not changed or relative in suspects or relative.startswith(folders)
        if len(words) > 1 and is_suspect and tuple(words[:2]) in _REWRITTEN:
            names.append(relative)
    if not names:
        return ""
    pattern = f"{below}/**" if real.is_dir() else below
    return (
        f"git rewrote the line ends of {_some(names)}; write `{pattern} -text` into "
        f".gitattributes, delete the files and run `git checkout -- {below}`"
    )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
