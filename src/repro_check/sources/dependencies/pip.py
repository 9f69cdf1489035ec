"""What a pip requirement or constraint file declares."""

from __future__ import annotations

from collections.abc import Iterable

from repro_check.findings import Span
from repro_check.sources.dependencies.model import Declared, ManifestFacts, Origin, Role
from repro_check.sources.requirement_item import RequirementItem, requirement
from repro_check.sources.requirements import RequirementFacts

_KINDS = frozenset({"requirement", "url", "file", "editable"})
_INDEXES = frozenset({"--index-url", "--extra-index-url", "--find-links"})
_VCS = ("git+", "hg+", "svn+", "bzr+", "git:", "git@")


def read_pip(facts: RequirementFacts, *, role: Role = "runtime") -> ManifestFacts:
    """What a requirement file declares; those that it includes are named in `includes`.

    Args:
        facts: of the file.
        role: "constraint" for a file that is read with `-c`.
    """
    return ManifestFacts(
        tool="pip",
        declared=tuple(declared_items(facts.items, role=role)),
        indexes=tuple(
            item.url for item in facts.items if item.kind == "option" and item.name in _INDEXES
        ),
        includes=tuple(item.url for item in facts.items if item.kind == "include"),
        constraints=tuple(item.url for item in facts.items if item.kind == "constraint"),
    )


def declared_items(
    items: Iterable[RequirementItem], *, role: Role = "runtime", group: str = ""
) -> Iterable[Declared]:
    """The requirements among the items of pip's grammar."""
    return (declared_item(item, role=role, group=group) for item in items if item.kind in _KINDS)


def declared_item(item: RequirementItem, *, role: Role = "runtime", group: str = "") -> Declared:
    """One requirement of pip's grammar."""
    return Declared(
        name=item.name,
        text=item.text,
        span=item.span,
        specifier=item.specifier,
        marker=item.marker,
        extras=item.extras,
        role=role,
        group=group,
        origin=origin_of(item),
        url=item.url,
        hashes=item.hashes,
        is_pinned=item.is_pinned,
    )


def declared_text(
    text: str, span: Span, *, role: Role = "runtime", group: str = ""
) -> Declared | None:
    """The requirement of a string (PEP 508); None if it is none."""
    item = requirement(text.strip(), span)
    return declared_item(item, role=role, group=group) if item.kind in _KINDS else None


def origin_of(item: RequirementItem) -> Origin:
    """Where a requirement comes from."""
    if item.kind == "requirement":
        return "index"
    if item.url.lower().startswith(_VCS):
        return "vcs"
    if item.kind == "file" or "://" not in item.url or item.url.lower().startswith("file:"):
        return "path"
    return "url"
