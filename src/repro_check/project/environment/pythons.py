"""Every place of a repository that says which versions of Python it is for."""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from repro_check.findings import Span
from repro_check.project.environment.containers import containers
from repro_check.project.environment.python_prose import python_in_prose
from repro_check.project.environment.python_workflows import python_in_workflow
from repro_check.project.environment.told_commands import is_workflow
from repro_check.sources.containers.images import image_name
from repro_check.sources.dependencies.installs import python_version
from repro_check.sources.dependencies.python_commands import asked_python
from repro_check.sources.kinds import Role
from repro_check.sources.lines import Lines
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.project import Project
    from repro_check.sources.containers.model import ContainerFacts

PythonKind = Literal["manifest", "file", "conda", "image", "command", "ci", "readme", "lock"]

_VERSION_FILES = frozenset({".python-version", "runtime.txt", ".tool-versions"})
_TAG = pattern(r"(\d\.\d+(?:\.\d+)?)(?:-.*)?")
_TAG_INSIDE = pattern(r"(?:^|[-_])(?:py|python)-?(3)\.?(\d{1,2})(?:$|[-_.])")
_FILE_LINE = pattern(r"[ \t]*(?:python[-@ \t]*)?((?:cpython-?)?\d+\.\d+(?:\.\d+)?)[ \t]*(?:#.*)?")
_TOOL_LINE = pattern(r"[ \t]*python[ \t]+(\d+\.\d+(?:\.\d+)?)\b.*")
_INSIDE = frozenset(
    ".github workflows docker dockers .docker dockerfiles container containers .devcontainer env envs "
    "environment environments conda .binder binder requirements reqs singularity apptainer scripts "
    "install ci .circleci".split()
)


class PythonDeclaration(msgspec.Struct, frozen=True):
    """One place that says which versions of Python the work is for.

    Attributes:
        path: the file.
        span: the place.
        specifier: the versions (PEP 440).
        kind: "manifest" is `requires-python` and its like, "file" a `.python-version` or
            `runtime.txt`, "image" the tag of a Python image, "command" what makes an environment.
        text: as written, for messages.
    """

    path: str
    span: Span | None
    specifier: str
    kind: PythonKind
    text: str

    @property
    def folder(self) -> str:
        """The folder of the project that it speaks of: `docker/` and the like belong to the one above."""
        folders = posixpath.dirname(self.path).split("/")
        kept = itertools.takewhile(lambda name: name.lower() not in _INSIDE, folders)
        return "/".join(kept)


def find_pythons(project: Project) -> Iterator[PythonDeclaration]:
    """The declarations of the work itself, by kind and path; locks last, since manifests decide them."""
    yield from _in_manifests(project)
    for file in project.tree.files:
        if file.role is Role.PRODUCT and posixpath.basename(file.path) in _VERSION_FILES:
            yield from _in_version_file(file.path, project.text(file) or "")
    for path, container in containers(project):
        yield from _in_container(path, container)
    yield from _in_cog(project)
    yield from _in_commands(project)
    yield from _in_workflows(project)
    yield from _in_readmes(project)
    for lock in project.environment.locks:
        if lock.tool != "pip-compile" and lock.facts.python:
            yield PythonDeclaration(lock.path, None, lock.facts.python, "lock", lock.facts.python)


def _in_manifests(project: Project) -> Iterator[PythonDeclaration]:
    for manifest in project.environment.files:
        facts = manifest.facts
        if facts.python and facts.python_span is not None:
            kind: PythonKind = "conda" if facts.tool == "conda" else "manifest"
            yield PythonDeclaration(
                manifest.path, facts.python_span, facts.python, kind, facts.python
            )


def _in_cog(project: Project) -> Iterator[PythonDeclaration]:
    """What Cog builds an image with (https://cog.run/yaml/)."""
    for path in project.configs.paths:
        config = project.configs.get(path) if posixpath.basename(path) == "cog.yaml" else None
        entry = config.facts.get("build", "python_version") if config is not None else None
        if entry is not None and (specifier := python_version(entry.text)):
            yield PythonDeclaration(path, entry.span, specifier, "image", entry.text)


def _in_commands(project: Project) -> Iterator[PythonDeclaration]:
    for told in project.installs.told:
        asked = asked_python(told.command) if told.role is Role.PRODUCT else None
        # workflows are read as a whole, and places in cells would need more than a span
        if asked is not None and told.where != "ci" and told.cell is None:
            text = asked.specifier.removeprefix("==").removesuffix(".*")
            kind: PythonKind = "image" if told.where == "container" else "command"
            yield PythonDeclaration(told.path, asked.span, asked.specifier, kind, text)


def _in_workflows(project: Project) -> Iterator[PythonDeclaration]:
    for path in project.configs.paths:
        config = project.configs.get(path) if is_workflow(path) else None
        for found in python_in_workflow(config.facts) if config is not None else ():
            yield PythonDeclaration(path, found.span, found.specifier, "ci", found.text)


def _in_readmes(project: Project) -> Iterator[PythonDeclaration]:
    for document in project.markdown.readable(Role.PRODUCT):
        if posixpath.basename(document.path).lower().startswith(("readme", "install")):
            text = project.text_at(document.path) or ""
            for found in python_in_prose(document.facts, text):
                yield PythonDeclaration(
                    document.path, found.span, found.specifier, "readme", found.text
                )


def _in_version_file(path: str, text: str) -> Iterator[PythonDeclaration]:
    form = _TOOL_LINE if path.endswith(".tool-versions") else _FILE_LINE
    lines = Lines(text)
    for number, row in enumerate(lines.rows(), start=1):
        found = form.fullmatch(row)
        if found:
            version = found[1].removeprefix("cpython-").removeprefix("cpython")
            span = Span(number, found.start(1) + 1, number, found.end(1) + 1)
            yield PythonDeclaration(path, span, python_version(version), "file", version)


def _in_container(path: str, facts: ContainerFacts) -> Iterator[PythonDeclaration]:
    """The tags of Python's own images, and of others that name a Python."""
    for image in facts.images:
        if image.use != "from" or image.is_stage or not image.name:
            continue
        name = image_name(image.name)
        found = _TAG.fullmatch(name.tag) if name.last == "python" else None
        version = found[1] if found else ""
        if not version and (inner := _TAG_INSIDE.search(name.tag)):
            version = f"{inner[1]}.{inner[2]}"
        if version:
            text = f"{name.last}:{name.tag}"
            yield PythonDeclaration(path, image.span, python_version(version), "image", text)
