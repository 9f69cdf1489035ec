"""Where the data that a configuration names are on this machine."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath

import msgspec

from repro_check.data.paths import is_pattern, is_url, local_path


class Place(msgspec.Struct, frozen=True):
    """The answer: a path, or why there is none.

    Attributes:
        path: the data, or None.
        is_outside: something is there, but a relative path leads out of the repository to it.
        reason: why there can be nothing, as a sentence's end that follows the path; "" where it
            may just be missing.
    """

    path: Path | None = None
    is_outside: bool = False
    reason: str = ""


def locate(path_text: str, *, root: Path, config_path: str) -> Place:
    """Find the data of one declaration.

    A relative path is tried against the repository's root (where training is usually started),
    then against the configuration's own folder, then against each folder above that, the nearest
    first. The first place where something exists is taken. Neither `..` nor a link leads out of
    the root; an absolute path (or one that begins with `~`) may be anywhere. Backslashes separate
    on every system, and a slash at the end means nothing.

    Args:
        path_text: the path, with interpolations filled in.
        root: the repository.
        config_path: the configuration, relative to the root with forward slashes.
    """
    path_text = local_path(path_text)
    if "\0" in path_text:
        return Place(reason="can be no path")
    if is_url(path_text):
        return Place(reason="is not on this machine")
    text = path_text.replace("\\", "/") if os.sep == "/" else path_text
    if os.sep == "/" and re.match(r"[A-Za-z]:/", text):
        return Place(reason="is a path of another system")
    written = Path(os.path.expanduser(text) if text.startswith("~") else text)
    if written.is_absolute():
        return Place(written) if _exists(written) else Place(reason=_reason(path_text))
    top = Path(os.path.realpath(root))
    is_outside = False
    folders = [PurePosixPath(), *PurePosixPath(config_path).parents]
    for folder in dict.fromkeys(folders):
        candidate = top / folder / written
        if not _exists(candidate):
            continue
        if Path(os.path.realpath(candidate)).is_relative_to(top):
            return Place(candidate)
        is_outside = True
    return Place(is_outside=is_outside, reason=_reason(path_text))


def _reason(text: str) -> str:
    return "is a pattern of several files, and not one path" if is_pattern(text) else ""


def _exists(path: Path) -> bool:
    # A link that leads nowhere is there all the same: it may stand for annexed content.
    return os.path.lexists(path)
