"""Whether the commit itself fixes the content of what a path names."""

from __future__ import annotations

import posixpath

from repro_check.project.project import Project
from repro_check.sources.discovery import SourceFile
from repro_check.sources.ignored import IgnoreFiles
from repro_check.sources.kinds import Kind
from repro_check.text import pattern

_DATA = frozenset({Kind.JSON, Kind.OTHER})
# what lies beside data, or keeps a folder that git would not know without it
_BESIDE_DATA = pattern(r"(^|/)(\.[^/]*|(readme|license|licence|notice|citation)[^/]*)$")


def is_committed(project: Project, path: str) -> bool:
    """Whether git tracks the data at or below a path, all of them and not samples only.

    A folder that is ignored, whole or in part, holds more than the commit does
    (https://git-scm.com/docs/gitignore: what is tracked already stays so).

    Args:
        project: the repository.
        path: of a file or a folder, relative to the root.
    """
    here = project.tree.get(path)
    if here is not None:
        return here.is_tracked
    data = [file for file in project.tree.below(path) if _is_data(file)]
    if not data or not all(file.is_tracked for file in data):
        return False
    return not _is_ignored(project, path, data)


def _is_data(file: SourceFile) -> bool:
    return file.kind in _DATA and not _BESIDE_DATA.search(file.path.lower())


def _is_ignored(project: Project, folder: str, data: list[SourceFile]) -> bool:
    """Whether a further file beside any of these, or in a folder of its own, would be ignored."""
    ignored = IgnoreFiles()
    for file in project.tree.files:
        around = posixpath.dirname(file.path)
        is_near = (
            not around
            or f"{around}/".startswith(f"{folder}/")
            or f"{folder}/".startswith(f"{around}/")
        )
        if is_near and posixpath.basename(file.path) == ".gitignore":
            text = project.text_at(file.path) or ""
            if _names_part(text, around, folder):
                return True
            ignored.add(around, text)
    beside = {posixpath.dirname(file.path) for file in data} | {folder}
    return any(ignored.ignores(f"{each}/another") for each in beside)


def _names_part(text: str, around: str, folder: str) -> bool:
    """Whether a .gitignore names something inside of a folder (`data/raw/`)."""
    lines = (line.strip() for line in text.splitlines())
    named = (
        posixpath.join(around, line.lstrip("/")) for line in lines if line and line[0] not in "#!"
    )
    return any(each.startswith(f"{folder}/") and each.rstrip("/") != folder for each in named)
