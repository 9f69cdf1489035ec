"""DEPS009."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from repro_check.findings import Finding, Location, Related, Severity
from repro_check.project.files import RequirementsFile
from repro_check.project.project import Project
from repro_check.rules.deps._completeness import UNSAFE, Need, missing_from, needs_of
from repro_check.rules.rule import Stage, rule
from repro_check.sources.requirement_item import RequirementItem
from repro_check.text import counted, pattern

_FROZEN = pattern(r"(^|[-_.])(freeze|frozen|lock(ed)?|pinned|exact)([-_.]|$)", re.IGNORECASE)
_EXACT = pattern(r"={2,3}\s*([\w.!+-]+)$")
_PACKAGES = ("requirement", "url", "file", "editable")
# a list of this many pins that has most of what they need was meant to have all of it
_MANY = 8
_MOST = 0.75
_WAIVERS = ("--no-emit-package", "--unsafe-package", "--no-deps", "--excludes")


@rule(
    "DEPS009",
    severity=Severity.WARNING,
    on=RequirementsFile,
    practice=9,
    stage=Stage.REPOSITORY,
    is_default=False,
)
def lock_incomplete(file: RequirementsFile, project: Project) -> Iterator[Finding]:
    """A frozen requirement file that leaves out a part of the environment.

    What a pinned package needs and the file does not list is installed in the newest version of the
    day, so the environment moves although it looks frozen. What packages need is told by the other locks
    of the repository and by the metadata of its own virtual environment; what only some platforms or
    extras need may be missing. And where one line has hashes, pip installs the whole file in its
    hash-checking mode and refuses each line without one
    (https://pip.pypa.io/en/stable/topics/secure-installs/).

    Bad:
        # file: requirements.txt
        certifi==2024.2.2 \\
            --hash=sha256:dc383c07b76109f368f6106eee2b593b04a011ea4d55f652c6ca24a754d1cdd1
        idna==3.6

    Bad:
        # file: requirements-frozen.txt
        pandas==2.2.0
        numpy==1.26.4
        # file: uv.lock
        version = 1

        [[package]]
        name = "pandas"
        version = "2.2.0"
        dependencies = [
            { name = "numpy" },
            { name = "pytz" },
            { name = "tzdata", marker = "sys_platform == 'win32'" },
        ]

    Good:
        # file: requirements-frozen.txt
        pandas==2.2.0
        numpy==1.26.4
        pytz==2024.1
        # file: uv.lock
        version = 1

        [[package]]
        name = "pandas"
        version = "2.2.0"
        dependencies = [
            { name = "numpy" },
            { name = "pytz" },
            { name = "tzdata", marker = "sys_platform == 'win32'" },
        ]

    Not this rule:
        # file: requirements.txt
        pandas==2.2.0
        # file: uv.lock
        version = 1

        [[package]]
        name = "pandas"
        version = "2.2.0"
        dependencies = [{ name = "numpy" }]
    """
    items = [item for item in file.facts.items if item.kind in _PACKAGES]
    bare = [item for item in items if not _has_hash(item)]
    if bare and len(bare) < len(items) and any(item.hashes for item in items):
        count = counted(len(bare), "requirement")
        yield file.finding(
            bare[0].span,
            f"`{bare[0].text}` has no hash and other lines have, so pip refuses to install the file "
            f"({count} without)",
            help="Compile the file again with `pip-compile --generate-hashes`, which writes a hash "
            "for each line; what comes from a repository or a folder cannot have one.",
        )
    if not file.path.endswith(".in"):
        yield from _missing(file, items, project)


def _has_hash(item: RequirementItem) -> bool:
    return item.hashes > 0 or (item.kind in ("url", "file") and "#sha" in item.url)


def _missing(
    file: RequirementsFile, items: list[RequirementItem], project: Project
) -> Iterator[Finding]:
    if not items or not all(item.name and item.is_pinned for item in items):
        return
    if any(mark in one.text for one in file.facts.comments for mark in _WAIVERS):
        return
    frozen = {
        item.name: exact[1]
        for item in items
        if item.kind == "requirement" and (exact := _EXACT.match(item.specifier))
    }
    needs = needs_of(project, frozen, path=file.path)
    names = {item.name for item in items} | _beside(file, project)
    if not needs or not _is_meant_whole(file, items, needs):
        return
    lacking = {
        name: gone
        for name in frozen
        if name in needs and (gone := missing_from(needs[name], names))
    }
    if not lacking:
        return
    first = next(iter(lacking))
    item = next(item for item in items if item.name == first)
    gone = sorted({name for each in lacking.values() for name in each})
    shown = ", ".join(f"`{name}`" for name in gone[:3])
    more = f" and {len(gone) - 3} more" if len(gone) > 3 else ""
    source = needs[first].source
    yield Finding(
        message=f"{posixpath.basename(file.path)} pins `{item.text}` and not what it needs: {shown}{more}, "
        "so pip takes the newest of the day",
        location=Location(path=file.path, span=item.span),
        help="Freeze the whole environment again: `pip-compile`, or `pip freeze` where it was made.",
        related=(Related(source, f"needs `{lacking[first][0]}`"),) if source else (),
    )


def _beside(file: RequirementsFile, project: Project) -> set[str]:
    """What the other requirement files of the folder name: a freeze may be split, or include them."""
    folder = posixpath.dirname(file.path)
    return {
        item.name
        for path in project.requirements.paths
        if posixpath.dirname(path) == folder and path != file.path and not path.endswith(".in")
        if (other := project.requirements.get(path)) is not None
        for item in other.facts.items
        if item.kind in _PACKAGES
    }


def _is_meant_whole(
    file: RequirementsFile, items: list[RequirementItem], needs: dict[str, Need]
) -> bool:
    """Whether a file was made to have everything, and not only what its author asks for."""
    name = posixpath.splitext(posixpath.basename(file.path))[0]
    if file.facts.compiled_by or items[0].hashes or _FROZEN.search(name):
        return True
    here = {item.name for item in items}
    asked = [one for need in needs.values() for one in need.names if one not in UNSAFE]
    there = sum(one in here for one in asked)
    return len(items) >= _MANY and bool(asked) and there >= _MOST * len(asked)
