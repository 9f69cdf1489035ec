"""Turn requirements files into what a compiler may read: no code of the repository, no moving commits.

A local folder (`-e .`) would be built to learn what it needs, which runs the repository's code. Its
place is taken by what it states; pip accepts no folder beside hashes anyway
(pip.pypa.io, "Secure installs").
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Mapping

import msgspec

from repro_check.deps.freeze.folder import Folder
from repro_check.deps.freeze.git_refs import GitPlace, git_place, is_open
from repro_check.deps.freeze.static_sources import stated_in
from repro_check.errors import ReproCheckError
from repro_check.sources.requirement_item import RequirementItem
from repro_check.sources.requirements import read_requirements
from repro_check.sources.unreadable import Unreadable

_INDEXES = ("--index-url", "--extra-index-url", "--find-links", "--trusted-host")
_MOST_FILES = 200


class Prepared(msgspec.Struct, frozen=True):
    """What a compiler gets.

    Attributes:
        files: the text of each file, by its name relative to the folder.
        options: lines that say where packages come from, in order.
        notes: sentences for people.
        has_repositories: whether something comes from git or the like, which cannot be hashed.
        wheels: wheels of the repository that are named, relative to the folder.
    """

    files: dict[str, str]
    options: tuple[str, ...]
    notes: tuple[str, ...]
    has_repositories: bool
    wheels: tuple[str, ...]


class _Collected(msgspec.Struct):
    files: dict[str, str] = {}
    options: list[str] = []
    notes: list[str] = []
    wheels: list[str] = []
    has_repositories: bool = False


def prepare(
    folder: Folder,
    sources: Mapping[str, str],
    commit_of: Callable[[RequirementItem, GitPlace], str],
    *,
    fresh: Mapping[str, str],
) -> Prepared:
    """The sources, and what they include.

    Args:
        folder: the folder that names are relative to.
        sources: the text of each file to compile, by name.
        commit_of: gives the commit that a git dependency means.
        fresh: the text of files that are about to be written.

    Raises:
        ReproCheckError: a line cannot be read, or names what is not there.
    """
    collected = _Collected()
    left = list(sources.items())
    while left:
        name, text = left.pop(0)
        if name in collected.files:
            continue
        if len(collected.files) > _MOST_FILES:
            raise ReproCheckError("it includes too many files", where=folder.at(name))
        collected.files[name] = ""
        collected.files[name], included = _prepared(folder, name, text, commit_of, collected)
        for other in included:
            content = fresh.get(other) or folder.text(other)
            if content is None:
                raise ReproCheckError(
                    f"it includes `{other}`, which does not exist",
                    where=folder.at(name),
                    fix="Correct the path; it is relative to the file that names it.",
                )
            left.append((other, content))
    return Prepared(
        collected.files,
        tuple(dict.fromkeys(collected.options)),
        tuple(dict.fromkeys(collected.notes)),
        collected.has_repositories,
        tuple(dict.fromkeys(collected.wheels)),
    )


def items_in(folder: Folder, name: str, text: str) -> tuple[RequirementItem, ...]:
    """What a requirements file holds.

    Raises:
        ReproCheckError: it cannot be read, or has a line that pip would refuse.
    """
    try:
        items = read_requirements(text.encode()).items
    except Unreadable as error:
        raise ReproCheckError(f"the file {error}", where=folder.at(name)) from error
    for item in items:
        if item.kind == "invalid":
            raise ReproCheckError(
                f"`{item.text}` cannot be read: {item.reason}",
                where=f"{folder.at(name)}:{item.span.line}",
                fix="Correct the line; conda's own packages belong in environment.yml.",
            )
    return items


def _prepared(
    folder: Folder,
    name: str,
    text: str,
    commit_of: Callable[[RequirementItem, GitPlace], str],
    collected: _Collected,
) -> tuple[str, list[str]]:
    lines = text.replace("\r\n", "\n").split("\n")
    inner = posixpath.dirname(name)
    included = []
    for item in items_in(folder, name, "\n".join(lines)):
        first, last = item.span.line - 1, item.span.end_line - 1
        if item.kind in {"include", "constraint"}:
            if "://" in item.url:
                continue
            included.append(posixpath.normpath(posixpath.join(inner, item.url)))
        elif item.kind == "option" and item.name in _INDEXES:
            collected.options.append(f"{item.name} {item.url}")
        elif place := git_place(item):
            collected.has_repositories = True
            if is_open(item):
                new = place.at(commit_of(item, place))
                lines[first] = lines[first].replace(item.url, new, 1)
        elif item.kind in {"url", "editable"} and item.url.startswith(("hg+", "svn+", "bzr+")):
            collected.has_repositories = True
        elif item.kind == "file" and item.url.partition("#")[0].lower().endswith(".whl"):
            collected.wheels.append(_inner(folder, name, item))
        elif item.kind in {"file", "editable"}:
            lines[first] = _instead(folder, name, item, collected)
            lines[first + 1 : last + 1] = [""] * (last - first)
    return "\n".join(lines), included


def _inner(folder: Folder, name: str, item: RequirementItem) -> str:
    """A local place, relative to the folder; what others do not have is refused."""
    url = item.url.partition("#")[0].removeprefix("file://").removeprefix("file:")
    inner = posixpath.normpath(posixpath.join(posixpath.dirname(name), url))
    if url.startswith(("/", "~")):
        inner = posixpath.relpath(os.path.expanduser(url), folder.root / folder.path)
    if folder.at(inner).startswith(".."):
        raise ReproCheckError(
            f"`{item.text}` lies outside of the repository, where nobody else has it",
            where=f"{folder.at(name)}:{item.span.line}",
            fix="Put it into the repository, or name a version that is on an index.",
        )
    return inner


def _instead(folder: Folder, name: str, item: RequirementItem, collected: _Collected) -> str:
    """Lines that stand for a local folder."""
    inner = _inner(folder, name, item)
    project = stated_in(folder, inner, item.extras)
    shown = folder.at(inner)
    if project.reason:
        collected.notes.append(
            f"`{item.text}` was left out, with all that it needs: {project.reason}. List its "
            f"dependencies in `{name}`, and install it with `pip install --no-deps -e {shown}`."
        )
        return ""
    collected.notes.append(
        f"`{item.text}` itself was left out, since pip installs no folder beside hashes; what it needs "
        f"is frozen. Install it with `pip install --no-deps -e {shown}`."
    )
    lines = []
    for line in project.lines:
        if line.startswith("-r "):
            content = folder.text(posixpath.join(inner, line[3:])) or ""
            lines += content.replace("\r\n", "\n").split("\n")
        else:
            lines.append(line)
    return "\n".join(lines)
