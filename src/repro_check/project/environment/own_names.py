"""The modules that belong to a repository although no file of its own resolves them.

A module may be built (`ext_modules`), vendored, checked out as a submodule, left out by `.gitignore`, or
be the repository's own package under the name that it is installed with.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from repro_check.sources.expressions import Literal
from repro_check.sources.kinds import Kind, Role
from repro_check.sources.requirement_item import normal_name

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project

_COMPILED = (".pyx", ".pyi", ".so", ".pyd")
_CODE = (".py", *_COMPILED, ".c", ".cc", ".cpp", ".cu")
_BUILDERS = (
    "Extension",
    "CUDAExtension",
    "CppExtension",
    "Pybind11Extension",
    "CMakeExtension",
    "NpyExtension",
    "make_cuda_ext",
    "get_extension",
)
_SUBMODULE = re.compile(r"^\s*(?:path|url)\s*=\s*(\S+)", re.MULTILINE)
_IGNORED = re.compile(r"^[/*]*([A-Za-z_]\w*)(?:\.py|/\*{0,2})?\s*$", re.MULTILINE)
# folders of what a run writes, which a tracker names after itself
_OUTPUTS = frozenset({"wandb", "mlflow", "aim", "comet", "neptune", "hydra", "build", "dist"})


class OwnNames:
    """Names that mean the repository's own code.

    Args:
        project: the repository.

    Attributes:
        settled: modules that are its own for certain.
        possible: first parts that may be: those of any file or folder with code.
        distributions: normalised names that its own packages and its submodules are known by.
    """

    def __init__(self, project: Project) -> None:
        self.settled = frozenset(_settled(project))
        self.possible = frozenset(_possible(project))
        self.distributions = frozenset(_distributions(project))


def _settled(project: Project) -> Iterator[str]:
    for file in project.tree.files:
        folder, _, name = file.path.rpartition("/")
        stem, dot, _ = name.partition(".")
        if file.role is Role.VENDORED and name.endswith(".py"):
            yield posixpath.basename(folder) if stem == "__init__" else stem
        elif dot and name.endswith(_COMPILED):
            yield stem
    for path in project.python.paths:
        if path.endswith("setup.py"):
            yield from _built(project.python[path])
    yield from _named(_IGNORED, project.text_at(".gitignore"), without=_OUTPUTS)


def _built(setup: PythonFile) -> Iterator[str]:
    for call in setup.calls_named(*_BUILDERS):
        name = call.argument(0, "name")
        if isinstance(name, Literal) and isinstance(name.value, str):
            yield from {name.value.partition(".")[0], name.value.rpartition(".")[2]}


def _possible(project: Project) -> Iterator[str]:
    for file in project.tree.files:
        if file.path.endswith(_CODE):
            *folders, name = file.path.split("/")
            yield from folders
            yield name.partition(".")[0]


def _distributions(project: Project) -> Iterator[str]:
    for file in project.tree.files:
        if posixpath.basename(file.path) == "pyproject.toml":
            config = project.configs.get(file.path)
            tables = (("project", "name"), ("tool", "poetry", "name"))
            for keys in tables if config is not None else ():
                entry = config.facts.get(*keys) if config is not None else None
                if entry is not None:
                    yield normal_name(entry.text)
        elif file.path.endswith("setup.py") and file.kind is Kind.PYTHON:
            yield from _set_up(project.python.get(file.path))
    for name in _named(_SUBMODULE, project.text_at(".gitmodules")):
        yield normal_name(posixpath.basename(name.rstrip("/")).removesuffix(".git"))
    for skipped in project.tree.skipped:
        yield normal_name(posixpath.basename(skipped.path))


def _set_up(setup: PythonFile | None) -> Iterator[str]:
    if setup is not None:
        for call in setup.facts.calls_to("setuptools.setup", "distutils.core.setup"):
            name = call.keyword("name")
            if isinstance(name, Literal) and isinstance(name.value, str):
                yield normal_name(name.value)


def _named(
    wanted: re.Pattern[str], text: str | None, without: frozenset[str] = frozenset()
) -> Iterator[str]:
    return (match[1] for match in wanted.finditer(text or "") if match[1] not in without)
