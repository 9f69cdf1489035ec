"""What a pinned requirement file freezes: of pip-compile, `uv pip compile` and `uv export`.

The comments `# via` name what asked for a package
(https://pip-tools.readthedocs.io/en/latest/cli/pip-compile/, `--annotate`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from repro_check.sources.dependencies.locks.values import names
from repro_check.sources.dependencies.model import Locked, LockFacts, Origin
from repro_check.sources.requirement_item import RequirementItem, normal_name
from repro_check.sources.requirements import Comment, RequirementFacts
from repro_check.text import pattern

_EXACT = pattern(r"\(?\s*={2,3}\s*([\w.!+-]+)\s*\)?$")
_BY = pattern(r"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?$")
_KINDS = ("requirement", "url", "file", "editable")


def compiled(facts: RequirementFacts) -> LockFacts:
    """What a requirement file freezes; `requires` comes from its comments, so it may be empty.

    Lines that pin nothing are packages without a version.
    """
    items = [item for item in facts.items if item.kind in _KINDS and item.name]
    requires: dict[str, list[str]] = {}
    for item, written in zip(items, _comments(items, facts.comments), strict=True):
        for parent in _asked_by(written):
            requires.setdefault(parent, []).append(item.name)
    return LockFacts(
        tool="pip-compile",
        packages=tuple(_package(item, names(requires.get(item.name, ()))) for item in items),
    )


def asked_directly(facts: RequirementFacts) -> Iterator[str]:
    """The names that stand there because an input file (`-r x.in`) asks for them, and nothing else."""
    items = [item for item in facts.items if item.kind in _KINDS and item.name]
    for item, written in zip(items, _comments(items, facts.comments), strict=True):
        sources = [each.removeprefix("via").strip() for each in written]
        if any(each.startswith("-r ") for each in sources) and not _asked_by(written):
            yield item.name


def _package(item: RequirementItem, requires: tuple[str, ...]) -> Locked:
    exact = _EXACT.match(item.specifier)
    return Locked(
        name=item.name,
        version=exact[1] if exact else "",
        line=item.span.line,
        marker=item.marker,
        origin=_origin(item),
        url=item.url,
        hashes=item.hashes,
        requires=requires,
        # a comment tells what was needed on the machine that wrote it
        conditional=requires,
    )


def _origin(item: RequirementItem) -> Origin:
    if item.kind == "requirement":
        return "index"
    if item.url.partition(":")[0].partition("+")[0] in {"git", "hg", "svn", "bzr"}:
        return "vcs"
    return "url" if item.kind == "url" else "path"


def _comments(items: Sequence[RequirementItem], comments: Sequence[Comment]) -> list[list[str]]:
    """The comments from each item's line up to the next item's."""
    after: list[list[str]] = [[] for _ in items]
    at = -1
    for comment in comments:
        while at + 1 < len(items) and items[at + 1].span.line <= comment.span.line:
            at += 1
        # what stands at the margin speaks of the file
        if at >= 0 and comment.span.column > 1:
            after[at].append(comment.text.lstrip("#").strip())
    return after


def _asked_by(comments: list[str]) -> list[str]:
    start = next((i for i, each in enumerate(comments) if each.split(" ")[0] == "via"), None)
    if start is None:
        return []
    written = [comments[start].removeprefix("via"), *comments[start + 1 :]]
    found = (_BY.match(name.strip()) for each in written for name in each.split(","))
    return [normal_name(name[1]) for name in found if name]
