"""The version specifiers that requirement files, conda environments and packaging files declare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.environment import is_conda_environment
from repro_check.sources.expressions import Collection, Expression, Literal
from repro_check.sources.requirement_item import RequirementItem, normal_name, requirement

if TYPE_CHECKING:
    from repro_check.project.files import ConfigFile, PythonFile
    from repro_check.project.project import Project

# conda names some distributions otherwise (https://anaconda.org/pytorch/pytorch)
CONDA_NAMES = {"pytorch": "torch", "pytorch-gpu": "torch", "tensorflow-gpu": "tensorflow"}


class Requirement(msgspec.Struct, frozen=True):
    """A distribution by its normalised name, the versions allowed (PEP 440), and the file."""

    name: str
    specifier: str
    path: str


def requirements(project: Project) -> Iterator[Requirement]:
    """All declared requirements of the product, whatever file they stand in."""
    for file in project.requirements.readable():
        if file.is_product:
            yield from _of_items(file.facts.items, file.path)
    for config in project.configs.readable():
        if config.is_product and config.path.endswith("pyproject.toml"):
            yield from _of_project(config)
        elif config.is_product and config.facts.format == "yaml":
            yield from _of_conda(config)
    setup = project.python.get("setup.py")
    if setup is not None:
        yield from _of_setup(setup)


def _of_items(items: Iterable[RequirementItem], path: str) -> Iterator[Requirement]:
    for item in items:
        if item.kind == "requirement" and item.name:
            yield Requirement(CONDA_NAMES.get(item.name, item.name), item.specifier, path)


def _of_conda(file: ConfigFile) -> Iterator[Requirement]:
    from repro_check.sources.environment import read_environment

    if not is_conda_environment(file):
        return
    facts = read_environment(file.facts)
    for one in facts.dependencies:
        name = normal_name(one.name)
        yield Requirement(CONDA_NAMES.get(name, name), conda_specifier(one.version), file.path)
    yield from _of_items(facts.pip, file.path)


def conda_specifier(version: str) -> str:
    """Conda's versions in the words of PEP 440: `=1.2` allows all of 1.2."""
    if re.match(r"=[^=]", version):
        return f"=={version[1:].removesuffix('.*').removesuffix('*').rstrip('.')}.*"
    return version


def _of_project(file: ConfigFile) -> Iterator[Requirement]:
    for entry in file.facts.leaves():
        match entry.keys:
            case ("project", "dependencies", int()):
                yield from _of_items([requirement(entry.text, entry.span)], file.path)
            case ("tool", "poetry", "dependencies", str(name)) | (
                "tool",
                "poetry",
                "dependencies",
                str(name),
                "version",
            ):
                yield Requirement(normal_name(name), _poetry_specifier(entry.text), file.path)


def _poetry_specifier(text: str) -> str:
    """Poetry's `^1.2` and `~1.2`; their upper ends matter less than that there is a lower one."""
    parts = []
    for part in text.split(","):
        word = part.strip()
        if word[:1] in {"^", "~"} and word[1:2] != "=":
            word = f">={word[1:]}"
        elif re.fullmatch(r"\d[\w.]*(\.\*)?", word):
            word = f"=={word}"
        parts.append(word)
    return ",".join(parts) if parts != ["*"] else ""


def _of_setup(file: PythonFile) -> Iterator[Requirement]:
    for call in file.facts.calls_to("setuptools.setup", "distutils.core.setup"):
        value: Expression | None = call.keyword("install_requires")
        for item in value.items if isinstance(value, Collection) else ():
            if isinstance(item, Literal) and isinstance(item.value, str):
                yield from _of_items([requirement(item.value, item.span)], file.path)
