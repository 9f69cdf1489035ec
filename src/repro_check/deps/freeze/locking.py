"""Lock a project with the tool that it uses: uv, Poetry, PDM, pixi or conda-lock."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from repro_check.deps.freeze.choosing import LOCKS, conda_environments
from repro_check.deps.freeze.failures import failure
from repro_check.deps.freeze.folder import Folder
from repro_check.deps.freeze.model import Way, Wish
from repro_check.deps.freeze.project_table import PYPROJECT, ProjectTable
from repro_check.deps.freeze.running import run_tool
from repro_check.errors import ReproCheckError, UsageError
from repro_check.text import pattern

_POETRY_VERSION = pattern(r"version (\d+)")


def lock_name(way: Way) -> str:
    """The file that a tool writes."""
    return next(name for name, one in LOCKS.items() if one is way)


def refuse_options(way: Way, wish: Wish) -> None:
    """Refuse options that make no sense for a lock of the whole project.

    Raises:
        UsageError: there is one.
    """
    given = {
        "--extra": wish.extras,
        "--group": wish.groups,
        "--python-version": wish.python,
        "--output": wish.output,
    }
    for option, value in given.items():
        if value:
            raise UsageError(
                f"`{way.value}` has no use for `{option}`: it locks all extras and groups for all "
                f"versions of Python that are declared, in {lock_name(way)}",
                fix=f"Leave it out, or add `--tool pip-compile`, which has a use for `{option}`.",
            )


def refuse_code(way: Way, folder: Folder, project: ProjectTable | None) -> None:
    """Refuse a project whose dependencies only its own code can tell.

    Raises:
        ReproCheckError: it is such a project.
    """
    if way is Way.CONDA_LOCK or (way is Way.PIXI and folder.has("pixi.toml")):
        return
    if project is None:
        raise UsageError(
            f"`{way.value}` needs a pyproject.toml",
            where=folder.path,
            fix="Choose another tool with `--tool`.",
        )
    if project.is_dynamic and not (way is Way.POETRY and "poetry" in project.tools):
        raise ReproCheckError(
            "its dependencies are `dynamic`: the project would have to be built to learn them, and that "
            "runs its code",
            where=folder.at(PYPROJECT),
            fix="Write them out as `dependencies = [...]` in `[project]`.",
        )


def lock_project(
    way: Way,
    program: str,
    folder: Folder,
    wish: Wish,
    *,
    work: Path,
    env: Mapping[str, str],
) -> tuple[str, bytes]:
    """The lock: its path, relative to the root, and its bytes.

    Args:
        way: the tool.
        program: its path.
        folder: the folder to lock.
        wish: whether to upgrade, and how long it may take.
        work: the folder that stands for the root, with the manifests in it.
        env: the tool's environment variables.

    Raises:
        ReproCheckError: the tool failed.
    """
    cwd = work / folder.path
    for words in _commands(way, folder, wish, _major(way, program, cwd, env)):
        outcome = run_tool([program, *words], cwd=cwd, env=env, seconds=wish.seconds)
        if outcome.code != 0:
            raise failure(way, outcome, work=work, seconds=wish.seconds)
    lock = cwd / lock_name(way)
    if not lock.is_file() and way is Way.UV_LOCK:  # of a member, at the top of the workspace
        lock = next((up / lock.name for up in cwd.parents if (up / lock.name).is_file()), lock)
    if not lock.is_file():
        raise failure(way, outcome, work=work, seconds=wish.seconds)
    return lock.relative_to(work).as_posix(), lock.read_bytes()


def _commands(way: Way, folder: Folder, wish: Wish, major: int) -> list[list[str]]:
    names = list(wish.upgraded)
    match way:
        case Way.UV_LOCK:
            packages = [f"--upgrade-package={name}" for name in names]
            return [["lock", *(["--upgrade"] if wish.upgrade else packages)]]
        case Way.POETRY:
            if names and not wish.upgrade:
                return [["update", "--lock", "--no-interaction", *names]]
            # before Poetry 2 the default was what is now `--regenerate`
            keeps, renews = ([], ["--regenerate"]) if major >= 2 else (["--no-update"], [])
            return [["lock", "--no-interaction", *(renews if wish.upgrade else keeps)]]
        case Way.PDM:
            # scripts of the project may hang on `pdm lock`, and would be run
            quiet = ["--skip=:all"]
            if names and not wish.upgrade:
                return [["update", *quiet, "--no-sync", "--update-reuse", *names]]
            is_kept = folder.has("pdm.lock") and not wish.upgrade
            return [["lock", *quiet, *(["--update-reuse"] if is_kept else [])]]
        case Way.PIXI:
            if names or wish.upgrade:
                return [["update", "--no-install", *names]]
            return [["lock"]]
    return [_conda_lock(folder, wish)]


def _conda_lock(folder: Folder, wish: Wish) -> list[str]:
    sources = wish.sources or tuple(conda_environments(folder))[:1]
    words = ["lock", "--lockfile", lock_name(Way.CONDA_LOCK)]
    for name in sources:
        words += ["--file", name]
    if folder.has(lock_name(Way.CONDA_LOCK)) and not wish.upgrade:
        # without names it solves all again; with this it keeps a lock whose sources are unchanged
        words += [f"--update={name}" for name in wish.upgraded] or ["--check-input-hash"]
    return words


def _major(way: Way, program: str, cwd: Path, env: Mapping[str, str]) -> int:
    if way is not Way.POETRY:
        return 0
    outcome = run_tool([program, "--version"], cwd=cwd, env=env, seconds=60)
    found = _POETRY_VERSION.search(outcome.text)
    return int(found[1]) if found else 2
