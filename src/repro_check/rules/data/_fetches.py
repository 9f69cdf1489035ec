"""Responses of the web that a program writes into files of its own."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.project.constants import Constants
from repro_check.rules.data._places import owner_of, place_of
from repro_check.sources.expressions import CallRef, Expression, Literal, Name, parts
from repro_check.sources.python import Call, ModuleFacts
from repro_check.sources.scopes import bound_names
from repro_check.text import pattern

_FETCHES = frozenset(
    {
        *("requests.get", "httpx.get", "httpx.stream"),
        *("urllib.request.urlopen", "urllib.urlopen", "urllib2.urlopen"),
        "six.moves.urllib.request.urlopen",
    }
)
_OPENS = frozenset({"open", "builtins.open", "io.open", "codecs.open", "gzip.open", "bz2.open"})
_WRITE_MODE = pattern(r"[rbtU+]*[wax][rbtU+]*(:\w*)?")
_ROUNDS = 4
_DEEPEST = 12


def written_responses(names: Constants) -> Iterator[tuple[Call, Call, str]]:
    """The call that fetches, the call that writes what came, and the place it is written to.

    What is asked for as JSON is left out: the answer of a service has no hash.
    """
    facts = names.facts
    for index, call in enumerate(facts.calls):
        if call.target not in _FETCHES:
            continue
        scope = scope_of(facts, call.block)
        inside = [other for other in facts.calls if scope_of(facts, other.block) == scope]
        flow = _Flow(facts, index, scope)
        if any(flow.is_json(other) for other in inside):
            continue
        for other in inside:
            target = _target(names, other, flow)
            if target:
                yield call, other, target


def scope_of(facts: ModuleFacts, block: int) -> int:
    """The block of the function around, or of the module."""
    function = facts.function_of(block)
    return function.block if function else 0


def is_writing(call: Call) -> bool:
    """Whether a call that opens a file opens it for writing."""
    is_method = not call.target and call.name.rpartition(".")[2] == "open"
    given = [*call.args[1:2], *(word.value for word in call.keywords if word.name == "mode")]
    given += call.args[:1] if is_method else ()
    modes = (value.value for value in given if isinstance(value, Literal))
    return any(isinstance(mode, str) and _WRITE_MODE.fullmatch(mode) for mode in modes)


class _Flow:
    """The names of one scope that hold something of one response."""

    def __init__(self, facts: ModuleFacts, fetch: int, scope: int) -> None:
        self._facts = facts
        self._fetch = fetch
        self._names: set[str] = set()
        inside = [item for item in facts.assignments if scope_of(facts, item.block) == scope]
        for _ in range(_ROUNDS):
            before = len(self._names)
            for item in inside:
                if item.value is not None and self.reaches(item.value):
                    self._names.update(
                        name for target in item.targets for name in bound_names(target)
                    )
            if len(self._names) == before:
                return

    def reaches(self, expression: Expression, depth: int = 0) -> bool:
        """Whether something of the response is in a value."""
        return any(
            (isinstance(part, Name) and self._holds(part.name))
            or (isinstance(part, CallRef) and self._comes_from(part.index, depth))
            for part in parts(expression)
        )

    def is_json(self, call: Call) -> bool:
        """Whether the response is read as JSON here."""
        if call.name.rpartition(".")[2] != "json":
            return False
        return self._holds(call.name) or (call.receiver is not None and self.reaches(call.receiver))

    def _holds(self, name: str) -> bool:
        return name.partition(".")[0] in self._names

    def _comes_from(self, index: int, depth: int) -> bool:
        if index == self._fetch or depth > _DEEPEST:
            return index == self._fetch
        call = self._facts.calls[index]
        values = [*call.args, *(keyword.value for keyword in call.keywords)]
        if call.receiver is not None:
            values.append(call.receiver)
        return self._holds(call.name) or any(self.reaches(value, depth + 1) for value in values)


def _target(names: Constants, call: Call, flow: _Flow) -> str:
    """Where a call writes something of the response; "" if it does not."""
    name = call.name.rpartition(".")[2]
    if name == "copyfileobj" and len(call.args) > 1 and flow.reaches(call.args[0]):
        return _opened(names, call.args[1], call)
    if not call.args or not flow.reaches(call.args[0]):
        return ""
    if name in {"write_bytes", "write_text"}:
        return owner_of(names, call.name, call.receiver, call.block)
    if name == "write":
        owner = call.name.rpartition(".")[0]
        handle = Name(call.name_at, owner) if owner else call.receiver
        return _opened(names, handle, call) if handle is not None else ""
    return ""


def _opened(names: Constants, handle: Expression, user: Call) -> str:
    """The path behind a file object that is opened for writing."""
    facts = names.facts
    opening = None
    if isinstance(handle, CallRef):
        opening = facts.calls[handle.index]
    elif isinstance(handle, Name):
        bindings = [
            item
            for item in facts.assignments
            if isinstance(item.value, CallRef)
            and item.span.line <= user.span.line
            and any(handle.name in bound_names(target) for target in item.targets)
            and (item.kind != "with" or facts.is_inside(user.block, item.block))
            and scope_of(facts, item.block) == scope_of(facts, user.block)
        ]
        last = max(bindings, key=lambda item: item.span.line, default=None)
        value = None if last is None else last.value
        opening = facts.calls[value.index] if isinstance(value, CallRef) else None
    if opening is None or not is_writing(opening):
        return ""
    if (opening.target or opening.name) in _OPENS and opening.args:
        return place_of(names, opening.args[0], opening.block)
    return owner_of(names, opening.name, opening.receiver, opening.block)
