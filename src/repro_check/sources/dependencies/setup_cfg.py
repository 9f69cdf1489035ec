"""What a setup.cfg declares for setuptools.

https://setuptools.pypa.io/en/latest/userguide/declarative_config.html
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Span
from repro_check.sources.config import ConfigFacts
from repro_check.sources.dependencies.model import Declared, ManifestFacts, Role
from repro_check.sources.dependencies.pip import declared_text
from repro_check.sources.dependencies.tree import Node, tree

_LISTS: tuple[tuple[str, Role, str], ...] = (
    ("install_requires", "runtime", ""),
    ("setup_requires", "build", ""),
    ("tests_require", "group", "tests"),
)


class _Item(msgspec.Struct, frozen=True):
    text: str
    span: Span


def read_setup_cfg(facts: ConfigFacts) -> ManifestFacts:
    """What a setup.cfg declares; `file:` makes it dynamic and names what is read."""
    top = tree(facts)
    options = top.at("options")
    declared: list[Declared] = []
    includes: list[str] = []
    lists = [(_option(options, key), role, group) for key, role, group in _LISTS]
    for extra, given in top.at("options.extras_require").named():
        lists.append((given, "extra", extra))
    for given, role, group in lists:
        items = list(_items(given))
        if items and items[0].text.startswith("file:"):
            names = [item.text.removeprefix("file:") for item in items]
            includes += [each.strip() for name in names for each in name.split(",") if each.strip()]
            continue
        found = (declared_text(item.text, item.span, role=role, group=group) for item in items)
        declared += [one for one in found if one is not None]
    python = _option(options, "python_requires")
    return ManifestFacts(
        tool="setuptools",
        declared=tuple(declared),
        python=python.text,
        python_span=python.span if python.text else None,
        is_dynamic=bool(includes),
        includes=tuple(includes),
    )


def _option(options: Node, key: str) -> Node:
    # distutils wrote `install-requires`
    return options.at(key) or options.at(key.replace("_", "-"))


def _items(given: Node) -> Iterator[_Item]:
    """A list is dangling lines, or one line with semicolons."""
    if given.kind == "list":
        for each in given.strings():
            if not each.text.startswith("#"):
                yield _Item(each.text, each.span)
        return
    at = given.span.column
    for part in given.text.split(";"):
        text = part.strip()
        if text and given.span.line == given.span.end_line:
            start = at + len(part) - len(part.lstrip())
            span = Span(given.span.line, start, given.span.line, start + len(text))
            yield _Item(text, span)
        at += len(part) + 1
