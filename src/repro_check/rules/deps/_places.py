"""Whether a requirement's place can be reached from another machine."""

from __future__ import annotations

import posixpath
import re

from repro_check.text import pattern

_FILE_URL = pattern(r"((git|hg|svn|bzr)\+)?file:(//(localhost)?)?", re.IGNORECASE)
_ABSOLUTE = pattern(r"/|~|[A-Za-z]:[\\/]")
_VARIABLE = pattern(r"/*(\$|\{)")
_URL = pattern(r"[A-Za-z][\w+.-]+:")


def is_elsewhere(url: str, path: str) -> bool:
    """Whether a URL or a path names a folder of one machine, or one outside of the repository.

    Args:
        url: as written in the requirement.
        path: of the file that holds it; pip reads relative paths from the current folder, other
            tools from the file's.
    """
    local = _FILE_URL.match(url)
    place = url[local.end() :] if local else url
    # `file:///${PROJECT_ROOT}/x` and hatch's `{root:uri}/x` begin where the project lies
    if _VARIABLE.match(place):
        return False
    if _ABSOLUTE.match(place):
        return True
    if "$" in place or (local is None and _URL.match(place)):
        return False
    place = place.partition("#")[0].partition("[")[0].replace("\\", "/")
    folders = ("", posixpath.dirname(path))
    return all(_leaves(posixpath.join(folder, place)) for folder in folders)


def is_outside(place: str, path: str) -> bool:
    """Whether a path, read from the folder of the file that holds it, leaves the repository."""
    if "$" in place or "{" in place:
        return False
    plain = place.replace("\\", "/")
    return bool(_ABSOLUTE.match(place)) or _leaves(posixpath.join(posixpath.dirname(path), plain))


def _leaves(path: str) -> bool:
    return posixpath.normpath(path).split("/")[0] == ".."
