"""The Python that the saved notebooks of a repository were run with."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.project.project import Project
from repro_check.sources.kinds import Kind, Role
from repro_check.sources.notebook import load
from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

_VERSION = pattern(r"3\.\d{1,2}\.\d{1,2}")


def notebook_python(project: Project) -> str:
    """The minor version in the metadata of all notebooks; "" where they differ or do not tell.

    Jupyter writes the interpreter's version at each save
    (https://nbformat.readthedocs.io/en/latest/format_description.html#top-level-structure).
    """
    found = set(_versions(project))
    return found.pop() if len(found) == 1 else ""


def _versions(project: Project) -> Iterator[str]:
    for file in project.tree.files:
        if file.kind is not Kind.NOTEBOOK or file.role is not Role.PRODUCT:
            continue
        text = project.text(file) or ""
        if '"language_info"' not in text:
            continue
        try:
            metadata = load(text.encode()).get("metadata")
        except Unreadable:
            continue
        info = metadata.get("language_info") if isinstance(metadata, dict) else None
        version = info.get("version") if isinstance(info, dict) else None
        name = info.get("name") if isinstance(info, dict) else None
        if name == "python" and isinstance(version, str) and _VERSION.fullmatch(version):
            yield version.rpartition(".")[0]
