"""What a `pyproject.toml` says of dependencies, as it stands there; nothing of the project is run.

PEP 621 (`[project]`) and PEP 735 (`[dependency-groups]`).
"""

from __future__ import annotations

from typing import Any

import msgspec

from repro_check.deps.freeze.folder import Folder
from repro_check.errors import ReproCheckError, UsageError
from repro_check.settings.toml import parse_toml
from repro_check.sources.requirement_item import normal_name

PYPROJECT = "pyproject.toml"
_DEEP = 100


class ProjectTable(msgspec.Struct, frozen=True, kw_only=True):
    """The dependencies that a `pyproject.toml` declares.

    Attributes:
        name: of the project, "" if it has none.
        python: the versions of Python that it is for (PEP 440).
        dependencies: requirements in the words of PEP 508.
        extras: those of each extra, by its normalised name.
        groups: those of each group, with groups that it includes, by its normalised name.
        tools: names of the tables below `tool`.
        is_project: whether there is a `[project]` table.
        is_dynamic: whether the dependencies are worked out when it is built.
        files: requirements files that setuptools reads the dependencies from.
    """

    name: str = ""
    python: str = ""
    dependencies: tuple[str, ...] = ()
    extras: dict[str, tuple[str, ...]] = {}
    groups: dict[str, tuple[str, ...]] = {}
    tools: frozenset[str] = frozenset()
    is_project: bool = False
    is_dynamic: bool = False
    files: tuple[str, ...] = ()

    def chosen(self, extras: tuple[str, ...], groups: tuple[str, ...]) -> tuple[str, ...]:
        """The requirements of the project with some extras and groups.

        Raises:
            UsageError: there is no such extra or group.
        """
        lines = list(self._expanded(self.dependencies, set()))
        for kind, asked, known in (("extra", extras, self.extras), ("group", groups, self.groups)):
            for name in asked:
                if normal_name(name) not in known:
                    there = ", ".join(f"`{one}`" for one in known) or "none"
                    raise UsageError(
                        f"the project has no {kind} `{name}`",
                        where=PYPROJECT,
                        fix=f"Those that it has: {there}.",
                    )
                lines += self._expanded(known[normal_name(name)], set())
        return tuple(dict.fromkeys(lines))

    def _expanded(self, lines: tuple[str, ...], seen: set[str]) -> list[str]:
        """The lines, with `this-project[extra]` replaced by what that extra holds."""
        from packaging.requirements import InvalidRequirement, Requirement

        found = []
        for line in lines:
            try:
                parsed = Requirement(line)
            except (InvalidRequirement, RecursionError):
                found.append(line)
                continue
            if not self.name or normal_name(parsed.name) != normal_name(self.name):
                found.append(line)
                continue
            for extra in sorted(map(normal_name, parsed.extras)):
                if extra not in seen:
                    seen.add(extra)
                    found += self._expanded(self.extras.get(extra, ()), seen)
        return found


def read_project(folder: Folder, name: str = PYPROJECT) -> ProjectTable | None:
    """The table of a `pyproject.toml`; None if there is no such file.

    Raises:
        ReproCheckError: it is not TOML, or cannot be read.
    """
    text = folder.text(name)
    if text is None:
        return None
    document = parse_toml(text, folder.at(name))
    project = _table(document.get("project"))
    dynamic = set(_texts(project.get("dynamic")))
    setuptools = _table(_table(_table(document.get("tool")).get("setuptools")).get("dynamic"))
    files = _table(setuptools.get("dependencies")).get("file")
    return ProjectTable(
        name=_text(project.get("name")),
        python=_text(project.get("requires-python")),
        dependencies=_texts(project.get("dependencies")),
        extras={
            normal_name(extra): _texts(lines)
            for extra, lines in _table(project.get("optional-dependencies")).items()
        },
        groups=_groups(_table(document.get("dependency-groups")), folder.at(name)),
        tools=frozenset(_table(document.get("tool"))),
        is_project=bool(project),
        is_dynamic="dependencies" in dynamic,
        files=_texts([files] if isinstance(files, str) else files),
    )


def _groups(table: dict[str, Any], where: str) -> dict[str, tuple[str, ...]]:
    known = {normal_name(name): lines for name, lines in table.items()}
    done: dict[str, tuple[str, ...]] = {}

    def lines_of(name: str, above: tuple[str, ...]) -> tuple[str, ...]:
        if name in above or len(above) > _DEEP:
            raise ReproCheckError(
                f"the group `{name}` includes itself", where=where, fix="Break the circle."
            )
        if name not in done:
            found: list[str] = []
            lines = known.get(name)
            for line in lines if isinstance(lines, list) else ():
                if isinstance(line, str):
                    found.append(line)
                elif isinstance(line, dict) and isinstance(line.get("include-group"), str):
                    found += lines_of(normal_name(line["include-group"]), (*above, name))
            done[name] = tuple(dict.fromkeys(found))
        return done[name]

    return {name: lines_of(name, ()) for name in known}


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
