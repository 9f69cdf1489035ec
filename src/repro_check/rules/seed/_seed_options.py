"""What declares a seed: an option of the command line, a parameter, a field."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate

from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.sources.expressions import Expression, Literal, Name
from repro_check.sources.kinds import Role
from repro_check.sources.python import Call, ModuleFacts
from repro_check.text import pattern

_NO_NUMBER = pattern(r"(\w+\.)*(bool|BOOL|str|STRING|str2bool|strtobool|Path)")
_ZERO_HAS_A_MEANING = pattern(
    r"\b(0|zero)\b['\"`]?\s*(=|:|->|means|for|to|is|disables|will)", re.IGNORECASE
)


class Declarations:
    """What the options, the fields and the parameters that a file may mean are declared as.

    Args:
        file: the file that reads them.
        project: the repository, which may declare them elsewhere.
    """

    def __init__(self, file: PythonFile, project: Project) -> None:
        self._file = file
        self._project = project
        self._known: dict[str, bool] = {}

    def is_no_number(self, name: str, tested: Expression) -> bool:
        """Whether what has this name is declared as a switch, a text or a path.

        The text "0" is true, and a switch holds no seed. An option whose help gives 0 a meaning
        has one.
        """
        if isinstance(tested, Name) and "." not in tested.name:
            starts, reached = self._parameters.get(name, ((), ()))
            at = bisect_right(starts, tested.span.line)
            if at and tested.span.line <= reached[at - 1]:
                return True
        if name not in self._known:
            self._known[name] = self._is_declared_so(name)
        return self._known[name]

    def _is_declared_so(self, name: str) -> bool:
        own = list(_declared(self._file.facts, name))
        if own:
            return any(own)
        others = [
            verdict
            for other in self._project.python.readable(Role.PRODUCT)
            if other.path != self._file.path
            for verdict in _declared(other.facts, name)
        ]
        return bool(others) and all(others)

    @cached_property
    def _parameters(self) -> dict[str, tuple[Sequence[int], Sequence[int]]]:
        """By name: the first lines of the functions that have such a parameter, and the last lines.

        The last line is that of the longest function which begins there or above.
        """
        facts = self._file.facts
        lines: dict[str, list[tuple[int, int]]] = {}
        for function in facts.functions:
            span = facts.blocks[function.block].span
            for parameter in function.parameters:
                if _is_no_number(parameter.annotation, parameter.default):
                    lines.setdefault(parameter.name, []).append((span.line, span.end_line))
        return {
            name: (
                [start for start, _ in sorted(pairs)],
                list(accumulate((end for _, end in sorted(pairs)), max)),
            )
            for name, pairs in lines.items()
        }


def _declared(facts: ModuleFacts, name: str) -> Iterator[bool]:
    """For each declaration of an option or a field of this name, whether it is no number."""
    for call in facts.calls:
        kind = call.name.rpartition(".")[2]
        if kind in {"add_argument", "option", "argument"} or kind.startswith("DEFINE_"):
            names = [str(getattr(argument, "value", "")).lstrip("-") for argument in call.args]
            names.append(str(getattr(call.keyword("dest"), "value", "")))
            if name in {one.replace("-", "_") for one in names}:
                yield _is_switch(call, kind)
    for item in facts.assignments:
        is_field = item.kind == ":" and facts.blocks[item.block].kind == "class"
        if is_field and any(getattr(target, "name", "") == name for target in item.targets):
            yield _is_no_number(item.annotation, item.value)


def _is_switch(call: Call, kind: str) -> bool:
    if _ZERO_HAS_A_MEANING.search(str(getattr(call.keyword("help"), "value", ""))):
        return True
    if kind.startswith("DEFINE_"):
        return kind != "DEFINE_integer"
    action = call.keyword("action")
    if getattr(action, "value", "store") != "store" or isinstance(action, Name):
        return True
    default, declared = call.keyword("default"), call.keyword("type")
    if call.keyword("is_flag") is not None or declared is not None:
        return declared is None or _is_no_number(getattr(declared, "name", ""), default)
    # argparse reads text where no type is given; click takes the type of the default
    return kind == "add_argument" or not isinstance(getattr(default, "value", None), int)


def _is_no_number(annotation: str, default: Expression | None) -> bool:
    if isinstance(default, Literal) and isinstance(default.value, bool):
        return True
    return _NO_NUMBER.fullmatch(annotation) is not None
