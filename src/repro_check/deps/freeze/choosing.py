"""Which tool freezes a folder: the one that it uses already, else pip-tools."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.deps.freeze.folder import Folder
from repro_check.deps.freeze.header import Header, read_header
from repro_check.deps.freeze.model import Way, Wish
from repro_check.deps.freeze.project_table import PYPROJECT, ProjectTable
from repro_check.errors import UsageError
from repro_check.text import pattern

LOCKS = {
    "uv.lock": Way.UV_LOCK,
    "poetry.lock": Way.POETRY,
    "pdm.lock": Way.PDM,
    "pixi.lock": Way.PIXI,
    "conda-lock.yml": Way.CONDA_LOCK,
}
_TABLES = {"uv": Way.UV_LOCK, "poetry": Way.POETRY, "pdm": Way.PDM, "pixi": Way.PIXI}
REQUIREMENTS = "requirements.txt"
SOURCE = "requirements.in"
_INPUT = pattern(r"(?:[\w.-]*requirements[\w.-]*|requirements/[\w.-]+)\.in")
_OUTPUT = pattern(r"(?:[\w.-]*requirements[\w.-]*|requirements/[\w.-]+)\.txt")
_CONDA = pattern(r"(?:conda[-_.]?)?env(?:ironment)?[\w.-]*\.ya?ml")


def choose(folder: Folder, wish: Wish, project: ProjectTable | None) -> Way:
    """How to freeze this folder.

    Raises:
        UsageError: it holds the locks of several tools, and none was named.
    """
    if wish.program:
        return _named(folder, wish, project)
    if wish.sources:
        if all(name.endswith((".yml", ".yaml")) for name in wish.sources):
            return Way.CONDA_LOCK
        return _compiler(folder)
    locks = [name for name in LOCKS if folder.has(name)]
    if len(locks) > 1:
        listed = " and ".join(f"`{name}`" for name in locks)
        raise UsageError(
            f"{listed} are both here, so it is not known which of them is kept",
            where=folder.path,
            fix="Name the tool with `--tool`, or remove the lock that is no longer used.",
        )
    if locks:
        return LOCKS[locks[0]]
    if any(inputs(folder)) or any(compiled(folder)):
        return _compiler(folder)
    if way := _declared(folder, project):
        return way
    if folder.has(REQUIREMENTS) or (project is not None and project.is_project):
        return Way.PIP_COMPILE
    # beside an environment, setup.py only makes the code importable
    return Way.CONDA_LOCK if list(conda_environments(folder)) else Way.PIP_COMPILE


def inputs(folder: Folder) -> Iterator[str]:
    """Files such as `requirements.in` and `requirements/dev.in`."""
    for inner in ("", "requirements"):
        yield from (name for name in folder.names(inner) if _INPUT.fullmatch(name))


def compiled(folder: Folder) -> Iterator[tuple[str, Header]]:
    """The requirements files that were compiled, and how."""
    for inner in ("", "requirements"):
        for name in folder.names(inner):
            if _OUTPUT.fullmatch(name) and (header := read_header(folder.text(name) or "")):
                yield name, header


def conda_environments(folder: Folder) -> Iterator[str]:
    """Files such as `environment.yml`."""
    return (name for name in folder.names() if _CONDA.fullmatch(name))


def _named(folder: Folder, wish: Wish, project: ProjectTable | None) -> Way:
    for way in Way:
        if way.program == wish.program and way.program != "uv":
            return way
    # options that only compiling has a use for say what is meant
    is_special = wish.sources or wish.extras or wish.groups or wish.python or wish.output
    if folder.has("uv.lock") and not is_special:
        return Way.UV_LOCK
    is_compiled = is_special or any(inputs(folder)) or any(compiled(folder))
    is_lockable = project is not None and project.is_project and not is_compiled
    return Way.UV_LOCK if is_lockable else Way.UV_COMPILE


def _compiler(folder: Folder) -> Way:
    return next((header.way for _, header in compiled(folder)), Way.PIP_COMPILE)


def _declared(folder: Folder, project: ProjectTable | None) -> Way | None:
    """The tool whose table stands in `pyproject.toml`."""
    if folder.has("pixi.toml"):
        return Way.PIXI
    for table, way in _TABLES.items():
        # uv locks only what has a [project]
        if project and table in project.tools and (way is not Way.UV_LOCK or project.is_project):
            return way
    return None


def declares_anything(folder: Folder) -> bool:
    """Whether a folder has a file that names dependencies."""
    known = (*LOCKS, PYPROJECT, "setup.cfg", "setup.py", "pixi.toml", REQUIREMENTS)
    return any(map(folder.has, known)) or any(inputs(folder)) or any(conda_environments(folder))
