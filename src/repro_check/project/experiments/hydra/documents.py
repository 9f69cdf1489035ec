"""A config file, read once: its keys, its defaults list and its header."""

from __future__ import annotations

import msgspec

from repro_check.project.experiments.effective import Origin, Problem
from repro_check.project.experiments.hydra.elements import SELF, Element
from repro_check.project.experiments.hydra.interpolations import (
    InterpolationError,
    interpolation_parts,
)
from repro_check.project.experiments.hydra.packages import HeaderError, package_header
from repro_check.project.experiments.hydra.scalars import UnreadableScalarError
from repro_check.project.experiments.hydra.trees import (
    NOWHERE,
    Leaf,
    ListNode,
    MapNode,
    Tree,
    tree_of_facts,
)
from repro_check.sources.config import ConfigFacts
from repro_check.text import pattern

_USUAL = pattern(r"\$\{[\w.]+\}")


class MalformedError(ValueError):
    """Something in a config that Hydra refuses to read."""

    def __init__(self, message: str, origin: Origin) -> None:
        super().__init__(message)
        self.origin = origin


class Document(msgspec.Struct):
    """What one config file says.

    Attributes:
        path: the file; "" for a config of Hydra itself.
        body: its keys without the defaults list.
        defaults: the items of the defaults list, to be copied before they are placed.
        header: the package of its header.
        problem: why Hydra refuses to read it.
        is_known: false where its keys cannot be seen (a structured config, an unreadable file).
    """

    path: str
    body: Tree
    defaults: tuple[Element, ...] = ()
    header: str | None = None
    problem: Problem | None = None
    is_known: bool = True


def empty_document(path: str = "", *, is_known: bool = True) -> Document:
    """A config without keys."""
    return Document(path, MapNode({}, NOWHERE), is_known=is_known)


def read_document(facts: ConfigFacts, text: str, path: str, *, is_modern: bool) -> Document:
    """The document of a file's facts and of its text, which has the header."""
    document = empty_document(path)
    try:
        document.header = package_header(text)
        document.body, listed = _body(facts, path)
        document.defaults = tuple(_defaults(listed, is_modern=is_modern))
    except MalformedError as error:
        document.problem = Problem("malformed", str(error), error.origin)
    except UnreadableScalarError as error:
        document.problem = Problem(
            "malformed", str(error), Origin(path, error.span or NOWHERE.span)
        )
    except HeaderError as error:
        document.problem = Problem("malformed", str(error), Origin(path, NOWHERE.span))
    return document


def _body(facts: ConfigFacts, path: str) -> tuple[Tree, Tree | None]:
    top = tree_of_facts(facts, path)
    origin = top.origin if top else Origin(path, NOWHERE.span)
    if facts.documents > 1:
        raise MalformedError("OmegaConf reads files of one YAML document only", origin)
    if facts.duplicates:
        raise MalformedError("the same key stands here twice", Origin(path, facts.duplicates[0]))
    for entry in facts.entries:
        if entry.kind == "scalar" and "${" in entry.text:
            _check_interpolation(entry.text, Origin(path, entry.span))
    if isinstance(top, Leaf):
        if top.value is not None and not isinstance(top.value, str):
            raise MalformedError("a config is a map or a list", origin)
        top = MapNode({} if top.value is None else {top.value: Leaf(None, origin)}, origin)
    if top is None:
        top = MapNode({}, origin)
    if isinstance(top, MapNode) and "defaults" in top.children:
        rest = {key: value for key, value in top.children.items() if key != "defaults"}
        return MapNode(rest, top.origin), top.children["defaults"]
    return top, None


def _check_interpolation(text: str, origin: Origin) -> None:
    if _USUAL.fullmatch(text):
        return
    try:
        interpolation_parts(text)
    except InterpolationError as error:
        raise MalformedError(str(error), origin) from error


def _defaults(listed: Tree | None, *, is_modern: bool) -> list[Element]:
    if listed is None:
        return []
    if not isinstance(listed, ListNode):
        raise MalformedError("the defaults must be a list", listed.origin)
    return [_element(item, is_modern=is_modern) for item in listed.children]


def _element(item: Tree, *, is_modern: bool) -> Element:
    if isinstance(item, MapNode):
        return _group_element(item, is_modern=is_modern)
    if not isinstance(item, Leaf) or not isinstance(item.value, str):
        raise MalformedError("an item of a defaults list is a name or `group: option`", item.origin)
    path, _, package = item.value.partition("@")
    if path == SELF and "@" in item.value:
        raise MalformedError("_self_ takes no package", item.origin)
    return Element(
        item.origin, None, path, package.partition(":")[0] if "@" in item.value else None
    )


def _group_element(item: MapNode, *, is_modern: bool) -> Element:
    children = dict(item.children)
    old = children.pop("optional", None) if not is_modern and len(children) > 1 else None
    if len(children) != 1:
        raise MalformedError("an item of a defaults list has one group", item.origin)
    ((key, value),) = children.items()
    written, _, package = key.partition("@")
    *keywords, group = written.split(" ")
    for at, keyword in enumerate(keywords):
        if keyword not in {"optional", "override"}:
            keywords = keywords[:at]
            break
    if not group:
        raise MalformedError("an item of a defaults list has no group", item.origin)
    return Element(
        value.origin,
        group,
        _choice(value),
        package.partition(":")[0] if "@" in key else None,
        is_optional="optional" in keywords or (isinstance(old, Leaf) and bool(old.value)),
        is_override="override" in keywords,
    )


def _choice(value: Tree) -> str | tuple[str, ...] | None:
    if isinstance(value, ListNode):
        return tuple(_option(item) for item in value.children)
    if isinstance(value, Leaf) and value.value is None:
        return None
    return _option(value)


def _option(value: Tree) -> str:
    if isinstance(value, Leaf) and isinstance(value.value, str):
        return value.value
    what = f"`{value.value}`" if isinstance(value, Leaf) else "a map or a list"
    raise MalformedError(f"{what} is no text, and the option of a group must be text", value.origin)
