"""Freeze the dependencies of a folder: choose the tool, run it on a copy, say what would change."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from repro_check.deps.freeze.choosing import (
    LOCKS,
    choose,
    compiled,
    conda_environments,
    declares_anything,
    inputs,
)
from repro_check.deps.freeze.compiling import Compiler, compile_job, line_ends
from repro_check.deps.freeze.folder import Folder
from repro_check.deps.freeze.installed import active_environment
from repro_check.deps.freeze.jobs import find_jobs
from repro_check.deps.freeze.known_versions import known_versions
from repro_check.deps.freeze.locking import lock_name, lock_project, refuse_code, refuse_options
from repro_check.deps.freeze.model import Change, Frozen, Way, Wish
from repro_check.deps.freeze.notes import notes_on
from repro_check.deps.freeze.pip_tools_settings import with_settings
from repro_check.deps.freeze.preparing import prepare
from repro_check.deps.freeze.programs import program_for
from repro_check.deps.freeze.project_table import PYPROJECT, ProjectTable, read_project
from repro_check.deps.freeze.reading import read_sources
from repro_check.deps.freeze.running import tool_variables
from repro_check.deps.freeze.seeding import commits_of, note_on_seed, seed_of
from repro_check.deps.freeze.workplace import copy_manifests, put, workplace
from repro_check.errors import UsageError

Show = Callable[[str], None]


class Surroundings(msgspec.Struct, frozen=True):
    """What a freeze needs of the world.

    Attributes:
        paths: the files of the repository, relative to its root.
        imported: gives the distributions that the code imports, for a folder that declares none.
        caller: the user's environment variables.
        show: is told what is being done.
    """

    paths: tuple[str, ...]
    imported: Callable[[], tuple[str, ...]]
    caller: Mapping[str, str]
    show: Show


def declaring_folder(root: Path, path: str) -> Folder:
    """The folder to freeze: the nearest one, going up from `path`, that declares dependencies.

    Args:
        root: the top of the repository.
        path: a folder of it, relative to the root.
    """
    root = root.resolve()
    parts = path.split("/") if path else []
    for length in range(len(parts), -1, -1):
        folder = Folder(root, "/".join(parts[:length]))
        if declares_anything(folder):
            return _workspace(folder) or folder
    return Folder(root, "")


def _workspace(folder: Folder) -> Folder | None:
    """The folder above whose lock of uv is that of this one, too; None if there is none."""
    if any(inputs(folder)) or any(map(folder.has, LOCKS)) or not folder.has(PYPROJECT):
        return None
    while folder.path:
        folder = Folder(folder.root, posixpath.dirname(folder.path))
        if folder.has("uv.lock") and "[tool.uv.workspace]" in (folder.text(PYPROJECT) or ""):
            return folder
    return None


def freeze(folder: Folder, wish: Wish, around: Surroundings) -> Frozen:
    """What freezing a folder would write; nothing is written.

    Args:
        folder: where the dependencies are declared.
        wish: what was asked for.
        around: the repository and the user's environment.

    Raises:
        ReproCheckError: the tool is missing or failed, what is declared contradicts itself, or something
            that a person wrote would be overwritten.
    """
    project = read_project(folder)
    way = choose(folder, wish, project)
    # where nothing but the default speaks for pip-tools, uv may stand in for it
    is_asked = bool(wish.program) or way is not Way.PIP_COMPILE or _is_compiled(folder)
    wanted, (way, program) = way, program_for(way, folder.root, is_asked=is_asked)
    with workplace() as scratch:
        work = scratch / "tree"
        (work / folder.path).mkdir(parents=True)
        env = tool_variables(scratch, around.caller)
        if way.compiles:
            compiler = Compiler(way, program, env, work)
            frozen = _compiled(compiler, folder, wish, project, around)
            note = f"{wanted.value} is not installed, so {way.value} did its work"
            notes = frozen.notes if way is wanted else (note, *frozen.notes)
            return msgspec.structs.replace(frozen, notes=notes)
        refuse_options(way, wish)
        refuse_code(way, folder, project)
        around.show(f"{way.value} resolves the dependencies")
        copy_manifests(folder, around.paths, work)
        for name in (lock_name(way), PYPROJECT, "pixi.toml", *wish.sources):
            if (data := folder.read(name)) is not None:  # git may ignore it
                put(work, folder.at(name), data)
        path, new = lock_project(way, program, folder, wish, work=work, env=env)
        old = Folder(folder.root).read(path)
        return _frozen(way, [Change(path, old, new)], (), (path,))


def _compiled(
    compiler: Compiler,
    folder: Folder,
    wish: Wish,
    project: ProjectTable | None,
    around: Surroundings,
) -> Frozen:
    jobs = find_jobs(folder, wish, project, around.imported)
    if compiler.way is Way.PIP_COMPILE and wish.python:
        raise UsageError(
            "pip-compile freezes for the version of Python that runs it, and for no other",
            fix=f"Add `--tool uv`, or run this in an environment with Python {wish.python}.",
        )
    installed = active_environment(folder.root / folder.path, folder.root, around.caller)
    known = known_versions(folder, installed)
    changes: list[Change] = []
    notes: list[str] = []
    fresh: dict[str, str] = {}
    if compiler.way is Way.UV_COMPILE:
        _copy_settings(compiler, folder)
    for job in jobs:
        around.show(f"{compiler.way.value} resolves {', '.join(job.sources)}")
        sources = read_sources(folder, job, project, known)
        changes += sources.changes
        commits = commits_of(compiler, folder, job, wish)
        prepared = prepare(folder, sources.texts, commits, fresh=fresh)
        if compiler.way is Way.PIP_COMPILE:
            job, prepared = with_settings(folder, job, prepared)  # noqa: PLW2901 - the same job
        seed = seed_of(folder, job, installed, wish)
        text = compile_job(
            compiler, folder, job, wish, prepared, seed=seed, derived=sources.derived
        )
        fresh[job.output] = text
        old = folder.read(job.output)
        new = line_ends(text, old)
        changes.append(Change(folder.at(job.output), old, new, is_by_hand=bool(job.moved)))
        notes += [*sources.notes, *prepared.notes]
        notes += notes_on(compiler.way, folder, job, prepared, text=text, project=project)
        notes.append(note_on_seed(seed, text, installed))
    if not wish.sources:
        notes += _not_frozen(folder)
    outputs = tuple(folder.at(job.output) for job in jobs)
    return _frozen(compiler.way, changes, notes, outputs)


def _copy_settings(compiler: Compiler, folder: Folder) -> None:
    """Give uv the settings (such as indexes) that it finds beside the sources."""
    for name in (PYPROJECT, "uv.toml"):
        if (data := folder.read(name)) is not None:
            put(compiler.work, folder.at(name), data)


def _not_frozen(folder: Folder) -> Iterator[str]:
    for name in conda_environments(folder):
        yield f"what `{name}` names is not frozen by this; `--tool conda-lock` freezes it"


def _is_compiled(folder: Folder) -> bool:
    return any(header.way is Way.PIP_COMPILE for _, header in compiled(folder))


def _frozen(
    way: Way, changes: Iterable[Change], notes: Iterable[str], outputs: tuple[str, ...]
) -> Frozen:
    real = tuple(change for change in changes if change.old != change.new)
    return Frozen(way, real, tuple(dict.fromkeys(filter(None, notes))), outputs)
