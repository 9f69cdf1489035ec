"""What a setup.py declares, read without running it: literals and the names that are bound to them.

What is put together by code cannot be told; then `is_dynamic` says so, and files of requirements whose
names stand in the module are named in `includes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from repro_check.findings import Span
from repro_check.sources.dependencies.model import Declared, ManifestFacts, Role
from repro_check.sources.dependencies.pip import declared_text
from repro_check.sources.expressions import (
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
    Subscript,
    parts,
)
from repro_check.sources.python import MODULE, Call, ModuleFacts
from repro_check.text import pattern

_FILE = pattern(r"[\w./-]*(?:requirements?|reqs?|deps|dependencies)[\w./-]*\.(?:txt|in)")
_SETUPS = frozenset({"setuptools.setup", "distutils.core.setup"})
_LISTS: tuple[tuple[str, Role, str], ...] = (
    ("install_requires", "runtime", ""),
    ("requires", "runtime", ""),
    ("setup_requires", "build", ""),
    ("tests_require", "group", "tests"),
)
_DEEPEST = 20
# so much of a display and of a string is kept by the facts
_MOST_ITEMS = 200
_LONGEST = 1000


def setup_call(facts: ModuleFacts) -> Call | None:
    """The call of `setup()`, if there is exactly one."""
    found = [
        call
        for call in facts.calls
        if call.target in _SETUPS
        or (not call.target and call.name.rpartition(".")[2] == "setup" and call.keywords)
    ]
    return found[0] if len(found) == 1 else None


def setup_argument(facts: ModuleFacts, call: Call, name: str) -> Expression | None:
    """A keyword argument of `setup()`, one in an unpacked `**dict` included."""
    given = call.keyword(name)
    if given is not None:
        return given
    for keyword in call.keywords:
        if not keyword.name:
            table = _bound(facts, keyword.value)
            for key, value in _pairs(table):
                if key == name:
                    return value
    return None


def read_setup_py(facts: ModuleFacts) -> ManifestFacts:
    """What the call of `setup()` declares; nothing where there is none."""
    call = setup_call(facts)
    if call is None:
        return ManifestFacts(tool="setuptools")
    declared: list[Declared] = []
    is_dynamic = False
    for key, role, group in _LISTS:
        given = setup_argument(facts, call, key)
        if given is not None:
            found, is_whole = _requirements(facts, given, role, group)
            declared += found
            is_dynamic |= not is_whole
    extras = setup_argument(facts, call, "extras_require")
    if extras is not None:
        table = _bound(facts, extras)
        name = getattr(extras, "name", "")
        is_dynamic |= not isinstance(table, Collection) or bool(name and _grows(facts, name))
        for key, value in _pairs(table):
            extra, colon, marker = key.partition(":")
            found, is_whole = _requirements(
                facts, value, "extra" if extra or not colon else "runtime", extra, marker
            )
            declared += found
            is_dynamic |= not is_whole
    is_dynamic |= any(
        not isinstance(_bound(facts, keyword.value), Collection)
        for keyword in call.keywords
        if not keyword.name
    )
    python = setup_argument(facts, call, "python_requires")
    version = _string(facts, python) if python is not None else None
    declared.sort(key=lambda one: (one.span.line, one.span.column))
    return ManifestFacts(
        tool="setuptools",
        declared=tuple(declared),
        python=version or "",
        python_span=python.span if python is not None and version else None,
        is_dynamic=is_dynamic,
        includes=tuple(_files(facts)) if is_dynamic else (),
    )


def _requirements(
    facts: ModuleFacts, given: Expression, role: Role, group: str, marker: str = ""
) -> tuple[list[Declared], bool]:
    """The requirements of an expression, and whether those are all."""
    texts, is_whole = _strings(facts, given)
    declared = []
    for text, span in texts:
        for line in text.splitlines() if "\n" in text else [text]:
            if line.strip() and not line.lstrip().startswith("#"):
                whole = f"{line}; {marker}" if marker and ";" not in line else line
                one = declared_text(whole, span, role=role, group=group)
                if one is not None:
                    declared.append(one)
    return declared, is_whole


def _strings(
    facts: ModuleFacts, given: Expression, depth: int = 0
) -> tuple[list[tuple[str, Span]], bool]:
    """The strings of a list, of sums of lists and of names bound to them; whether those are all."""
    if depth > _DEEPEST:
        return [], False
    if isinstance(given, Name):
        bindings = _bindings(facts, given.name)
        inner = [_strings(facts, value, depth + 1) for value in bindings]
        is_whole = bool(bindings) and not _grows(facts, given.name)
        return _joined(inner, is_whole=is_whole)
    if isinstance(given, Literal):
        if isinstance(given.value, str):
            # longer ones are cut by the facts
            return [(given.value, given.span)], len(given.value) < _LONGEST
        return [], given.value is None
    if isinstance(given, Collection) and not given.keys:
        inner = [_strings(facts, item, depth + 1) for item in given.items]
        return _joined(inner, is_whole=len(given.items) < _MOST_ITEMS)
    if isinstance(given, Operation) and given.operator in {"+", "*"}:
        return _joined([_strings(facts, item, depth + 1) for item in given.operands])
    if isinstance(given, Subscript) and isinstance(given.index, Literal):
        for key, item in _pairs(_bound(facts, given.base)):
            if key == given.index.value:
                return _strings(facts, item, depth + 1)
    return [], False


def _joined(
    inner: list[tuple[list[tuple[str, Span]], bool]], *, is_whole: bool = True
) -> tuple[list[tuple[str, Span]], bool]:
    found = [one for each, _ in inner for one in each]
    return found, is_whole and all(whole for _, whole in inner)


def _bindings(facts: ModuleFacts, name: str) -> list[Expression]:
    """What a name is bound to, and what is added to it; nothing if it is bound twice."""
    found = [
        item
        for item in facts.assignments
        if item.value is not None
        and any(isinstance(each, Name) and each.name == name for each in item.targets)
    ]
    firsts = [item for item in found if item.kind in {"=", ":"}]
    if len(firsts) != 1 or any(item.kind not in {"=", ":", "+="} for item in found):
        return []
    return [item.value for item in found if item.value is not None]


def _grows(facts: ModuleFacts, name: str) -> bool:
    """Whether what a name holds depends on conditions, or is changed in place."""
    for item in facts.assignments:
        for target in item.targets:
            if isinstance(target, Name) and target.name == name and item.block != MODULE:
                return True
            if isinstance(target, Subscript) and getattr(target.base, "name", "") == name:
                return True
    changing = {f"{name}.{method}" for method in ("append", "extend", "insert", "update", "remove")}
    return any(call.name in changing for call in facts.calls)


def _bound(facts: ModuleFacts, given: Expression) -> Expression:
    """What a name stands for, if it is bound once."""
    for _ in range(_DEEPEST):
        if not isinstance(given, Name):
            return given
        bindings = _bindings(facts, given.name)
        if len(bindings) != 1:
            return given
        given = bindings[0]
    return given


def _pairs(table: Expression) -> Iterator[tuple[str, Expression]]:
    if isinstance(table, Collection) and table.keys:
        for key, value in zip(table.keys, table.items, strict=False):
            if isinstance(key, Literal) and isinstance(key.value, str):
                yield key.value, value


def _string(facts: ModuleFacts, given: Expression) -> str | None:
    value = _bound(facts, given)
    return value.value if isinstance(value, Literal) and isinstance(value.value, str) else None


def _files(facts: ModuleFacts) -> Iterable[str]:
    """The files of requirements that the module names, each once."""
    found: dict[str, None] = {}
    expressions: list[Expression] = [arg for call in facts.calls for arg in call.args]
    expressions += [keyword.value for call in facts.calls for keyword in call.keywords]
    expressions += [item.value for item in facts.assignments if item.value is not None]
    for expression in expressions:
        for part in parts(expression):
            value = part.value if isinstance(part, Literal) else None
            if isinstance(value, str) and _FILE.fullmatch(value):
                found[value] = None
    return found
