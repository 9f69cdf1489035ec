"""Whether another package index than the public one is named for a requirement file."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.project.files import RequirementsFile
from repro_check.project.project import Project
from repro_check.sources.kinds import Kind
from repro_check.text import pattern

INDEX_OPTIONS = frozenset({"--index-url", "--extra-index-url", "--find-links"})
_SOURCES = frozenset({"sources", "index", "index-url", "extra-index-url", "find-links", "source"})
_ON_COMMAND_LINE = pattern(r"--(extra-)?index-url|--find-links|\s-[fi]\s|PIP_(EXTRA_)?INDEX_URL")
_TEXTS = frozenset({Kind.MARKDOWN, Kind.SHELL, Kind.MAKEFILE, Kind.DOCKERFILE})


def names_index(file: RequirementsFile, project: Project) -> bool:
    """Whether one is named in the file, in those read with it, for uv, or where it is used."""
    return any(_has_option(each) for each in _read_together(file, project)) or is_index_named(
        file.path, project
    )


def is_index_named(path: str, project: Project) -> bool:
    """Whether one is named for uv, Poetry or PDM, or in a line that names this file."""
    return _is_in_pyproject(project) or _is_on_command_line(path, project)


def _has_option(file: RequirementsFile) -> bool:
    return any(item.kind == "option" and item.name in INDEX_OPTIONS for item in file.facts.items)


def _read_together(file: RequirementsFile, project: Project) -> Iterator[RequirementsFile]:
    yield file
    for other in project.requirements.readable():
        if _includes(other, file) or _includes(file, other):
            yield other


def _includes(file: RequirementsFile, other: RequirementsFile) -> bool:
    name = other.path.rpartition("/")[2]
    return any(
        item.kind in {"include", "constraint"} and item.url.rpartition("/")[2] == name
        for item in file.facts.items
    )


def _is_in_pyproject(project: Project) -> bool:
    for path, tools in (("pyproject.toml", ("uv", "poetry", "pdm")), ("uv.toml", ())):
        config = project.configs.get(path) if path in project.configs.paths else None
        for entry in config.facts.entries if config else ():
            keys = entry.keys[2:] if entry.keys[:1] == ("tool",) and entry.keys[1:2] else entry.keys
            is_tool = not tools or entry.keys[1:2] in {(tool,) for tool in tools}
            if is_tool and keys[:1] and keys[0] in _SOURCES:
                return True
    return False


def _is_on_command_line(path: str, project: Project) -> bool:
    name = path.rpartition("/")[2]
    for source in project.tree.files:
        text = project.text(source) if source.kind in _TEXTS else None
        for line in (text or "").replace("\\\n", " ").split("\n"):
            if name in line and _ON_COMMAND_LINE.search(line):
                return True
    return False
