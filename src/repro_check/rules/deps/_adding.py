"""Where to write one more requirement, if there is exactly one file for it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from repro_check.findings import Edit, Fix, Location, Safety, Span
from repro_check.sources.lines import Lines

if TYPE_CHECKING:
    from repro_check.project.environment import Manifest
    from repro_check.project.project import Project


def adding(project: Project, name: str) -> Fix | None:
    """A fix that declares a distribution, at no version: which one was used nobody but the user knows.

    None unless one file alone is for what the work needs, and it is a plain requirements file or the
    `[project]` table of a `pyproject.toml`.
    """
    files = [each for each in project.environment.files if each.is_runtime]
    if len(files) != 1 or any(lock.path == files[0].path for lock in project.environment.locks):
        return None
    (manifest,) = files
    text = project.text_at(manifest.path)
    if text is None or any(one.hashes for one in manifest.facts.declared):
        return None
    edit = None
    if manifest.path in project.requirements.paths:
        edit = _appended(manifest, text, name)
    elif posixpath.basename(manifest.path) == "pyproject.toml" and manifest.facts.tool == "pep621":
        edit = _inserted(manifest, text, name)
    if edit is None:
        return None
    return Fix(Safety.UNSAFE, f"Add `{name}` to {manifest.path}", (edit,))


def _appended(manifest: Manifest, text: str, name: str) -> Edit:
    lines = Lines(text)
    last = len(lines.starts)
    column = len(text) - lines.starts[-1] + 1
    lead = "" if column == 1 else "\n"
    place = Span(last, column, last, column)
    return Edit(Location(path=manifest.path, span=place), f"{lead}{name}\n")


def _inserted(manifest: Manifest, text: str, name: str) -> Edit | None:
    """Before the first one, so that a comment behind the last one stays with it."""
    first = next((one for one in manifest.facts.declared if one.role == "runtime"), None)
    if first is None:
        return None
    span = first.span
    line = text.splitlines()[span.line - 1]
    before = line[: span.column - 1]
    if line[span.column - 1 : span.column] not in {'"', "'"}:
        return None
    separator = f",\n{before}" if not before.strip() else ", "
    place = Span(span.line, span.column, span.line, span.column)
    return Edit(Location(path=manifest.path, span=place), f'"{name}"{separator}')
