"""The dependencies of a project in a folder, as its files state them; nothing of it is run."""

from __future__ import annotations

import posixpath

import msgspec

from repro_check.deps.freeze.folder import Folder
from repro_check.deps.freeze.project_table import PYPROJECT, read_project
from repro_check.errors import UsageError
from repro_check.sources.dependencies.model import ManifestFacts
from repro_check.sources.requirement_item import normal_name
from repro_check.sources.unreadable import Unreadable

_WHY = "they are worked out by code, which would have to be run"


class Stated(msgspec.Struct, frozen=True):
    """What a project states.

    Attributes:
        lines: requirements, one a line; relative paths are those of the project's folder.
        path: the file that states them.
        reason: why they are not known; then there are no lines.
    """

    lines: tuple[str, ...] = ()
    path: str = ""
    reason: str = ""


def stated(
    folder: Folder,
    name: str,
    *,
    extras: tuple[str, ...] = (),
    groups: tuple[str, ...] = (),
) -> Stated:
    """What one file of a project (pyproject.toml, setup.cfg, setup.py) states.

    Raises:
        ReproCheckError: the file cannot be read.
        UsageError: it has no such extra or group.
    """
    if posixpath.basename(name) == PYPROJECT:
        table = read_project(folder, name)
        if table is None or not (table.is_project or table.groups):
            return Stated(path=name, reason="it has no `[project]` table")
        if not table.is_dynamic:
            return Stated(table.chosen(extras, groups), name)
        inner = posixpath.dirname(name)
        if table.files and all(folder.has(posixpath.join(inner, one)) for one in table.files):
            more = msgspec.structs.replace(table, dependencies=())
            included = tuple(f"-r {one}" for one in table.files)
            return Stated((*included, *more.chosen(extras, groups)), name)
        beside = [posixpath.join(inner, one) for one in ("setup.cfg", "setup.py")]
        for one in beside:
            if folder.has(one) and not (found := _of_setup(folder, one, extras)).reason:
                return found
        return Stated(path=name, reason=_WHY)
    if groups:
        raise UsageError(f"`{name}` has no groups", fix="Groups are those of pyproject.toml.")
    return _of_setup(folder, name, extras)


def stated_in(folder: Folder, inner: str, extras: tuple[str, ...]) -> Stated:
    """What the project in a folder states, whatever file it does it in.

    Raises:
        ReproCheckError: a file of it cannot be read.
    """
    reason = "there is no project in it"
    for base in (PYPROJECT, "setup.cfg", "setup.py"):
        name = posixpath.normpath(posixpath.join(inner, base))
        if not folder.has(name):
            continue
        found = stated(folder, name, extras=extras)
        if not found.reason:
            return found
        # a `pyproject.toml` that only names the build system leaves the rest to the others
        reason = found.reason
    return Stated(reason=reason)


def _of_setup(folder: Folder, name: str, extras: tuple[str, ...]) -> Stated:
    """What a setup.cfg or setup.py states, and the requirements files that it is read from."""
    try:
        facts = _facts(name, folder.read(name) or b"")
    except Unreadable as error:
        return Stated(path=name, reason=f"the file {error}")
    inner = posixpath.dirname(name)
    files = [one for one in facts.includes if folder.has(posixpath.join(inner, one))]
    wanted = set(map(normal_name, extras))
    of_extras = {normal_name(one.group) for one in facts.declared if one.role == "extra"}
    if missing := wanted - of_extras:
        if facts.is_dynamic:
            return Stated(path=name, reason=_WHY)
        raise UsageError(f"the project has no extra `{min(missing)}`", where=folder.at(name))
    if facts.is_dynamic and not files:
        return Stated(path=name, reason=_WHY)
    lines = [
        one.text
        for one in facts.declared
        if one.role == "runtime" or (one.role == "extra" and normal_name(one.group) in wanted)
    ]
    return Stated((*(f"-r {one}" for one in files), *lines), name)


def _facts(name: str, data: bytes) -> ManifestFacts:
    if name.endswith(".py"):
        from repro_check.sources.dependencies.setup_py import read_setup_py
        from repro_check.sources.python import read_python

        return read_setup_py(read_python(data))
    from repro_check.sources.dependencies.setup_cfg import read_setup_cfg
    from repro_check.sources.ini import read_ini

    return read_setup_cfg(read_ini(data))
