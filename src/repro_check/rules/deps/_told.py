"""What texts tell a reader to install where no file declares it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.environment.distributions import Needed
from repro_check.project.environment.third_party import Need, ThirdPartyImport
from repro_check.rules.deps._declarations import Declarations, Standing
from repro_check.sources.kinds import Kind, Role
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.project import Project

_README = pattern(
    r"(readme|install(ation|ing)?|setup|requirements?|dependencies|getting[-_]started)(\.\w+)?$",
    re.IGNORECASE,
)
_SECTION = pattern(
    r"^\W*(\w+ )?(requir\w*|dependenc\w+|prerequisites?|install\w*|set-?up|environment|packages|"
    r"libraries|usage|getting started)\b",
    re.IGNORECASE | re.MULTILINE,
)
_LISTS = pattern(
    r"(^|[-_.])(requirements?|dependenc(y|ies)|environment|env|conda|packages?|deps|pip|install|"
    r"libraries|freeze)([-_.][\w.-]*)?$",
    re.IGNORECASE,
)
_TEXT = (".txt", ".in", ".pip", ".yml", ".yaml", ".lst", ".list")
_SHARE = 0.5


class Told(msgspec.Struct, frozen=True):
    """A text that tells which packages to install.

    Attributes:
        is_complete: whether it is a list of packages, under a name that no tool knows.
    """

    path: str
    is_complete: bool = False


def told_by(project: Project, needed: Sequence[Needed]) -> Told | None:
    """The best of the texts that name packages: a list under another name, commands, or prose."""
    for path in _lists(project):
        if _share(project.text_at(path), needed) >= _SHARE:
            return Told(path, is_complete=True)
    declarations = Declarations(project)
    for one in needed:
        declaration = declarations.of(one.shipped)
        if declaration.standing is Standing.COMMAND:
            return Told(declaration.path)
    for file in project.tree.files:
        if file.role is Role.PRODUCT and _README.match(posixpath.basename(file.path)):
            text = project.text(file) or ""
            section = _SECTION.search(text)
            if section and _share(text[section.start() :], needed) > 0:
                return Told(file.path)
    return None


def first_place(project: Project, needed: Sequence[Needed]) -> ThirdPartyImport:
    """Where the first program that is run imports the first of them."""
    uses = [use for one in needed for use in one.uses if use.need is Need.ALWAYS]
    order = {
        entry.path: at for at, entry in enumerate((*project.entries, *project.notebook_entries))
    }
    return min(uses, key=lambda use: (order.get(use.path, len(order)), use.path, *_start(use)))


def _start(use: ThirdPartyImport) -> tuple[int, int]:
    return use.span.line, use.span.column


def _lists(project: Project) -> Iterator[str]:
    for file in project.tree.files:
        stem, dot, suffix = posixpath.basename(file.path).partition(".")
        is_text = not dot or f".{suffix}".endswith(_TEXT)
        is_list = file.path == "cog.yaml" or _LISTS.search(stem)
        if is_text and file.kind is not Kind.PYTHON and is_list:
            yield file.path


def _share(text: str | None, needed: Sequence[Needed]) -> float:
    """How many of the distributions a text names, by any of their names."""
    words = set(re.findall(r"[a-z0-9][\w.-]*\w", (text or "").lower().replace("_", "-")))
    if "pytorch" in words:
        words.add("torch")
    found = [one for one in needed if not words.isdisjoint(_called(one))]
    return len(found) / len(needed)


def _called(one: Needed) -> set[str]:
    return {*one.shipped.distributions, one.shipped.module.lower().replace("_", "-")}
