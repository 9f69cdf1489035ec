"""Writing what is printed at each epoch into a CSV file as well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Fix, Safety
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.insertion import (
    imported_as,
    indent_of,
    insert_below,
    insert_import,
)
from repro_check.rules.walking import calls_in, loops_around
from repro_check.sources.expressions import (
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
)
from repro_check.sources.python import Call
from repro_check.text import pattern

_FILE = "metrics.csv"
_STREAM = "file"
_COUNTS = pattern(r"(^|_)epoch(_?(i|id|idx|num))?$", re.IGNORECASE)
_ARITHMETIC = frozenset({"+", "-", "*", "/", "//"})


def append_row(project: Project, file: PythonFile, shown: Call) -> Fix | None:
    """A line of the CSV file for each line that is printed in a loop over epochs.

    Args:
        project: the repository.
        file: where metrics are printed.
        shown: the call that prints them.

    Returns:
        The fix; None where no epochs are counted, or where something else is printed than texts, times,
        names, their `item()`, and sums and the like of those.
    """
    text = None if file.notebook else project.text_at(file.path)
    is_statement = shown.target == "builtins.print" and shown.use == "dropped"
    if text is None or not is_statement or indent_of(text, shown.span) is None:
        return None
    epoch = _epoch(file, shown.block)
    columns = _columns(file, shown)
    scopes = file.scopes
    is_free = scopes.binding(_STREAM, shown.block) < 0 and scopes.binding("open", shown.block) < 0
    if not epoch or not columns or not is_free:
        return None
    edits, writer = [], imported_as(file, "csv.writer", shown.block)
    if not writer:
        importing = insert_import(file, text, "import csv")
        if importing is None or scopes.binding("csv", shown.block) >= 0:
            return None
        edits.append(importing)
        writer = "csv.writer"
    row = ", ".join(dict.fromkeys([epoch, *columns]))
    statements = (
        f'with open("{_FILE}", "a", newline="") as {_STREAM}:',
        f"    {writer}({_STREAM}).writerow([{row}])",
    )
    edits.append(insert_below(file, text, shown.span, statements))
    return Fix(Safety.UNSAFE, f"Append what is printed to {_FILE}", tuple(edits))


def _epoch(file: PythonFile, block: int) -> str:
    """The variable of the innermost loop, or outside of loops the parameter, that counts epochs."""
    loop = next(loops_around(file.facts, block), None)
    if loop is None:
        function = file.facts.function_of(block)
        given = (item.name for item in function.parameters) if function else ()
        return next((name for name in given if _COUNTS.search(name)), "")
    for item in file.facts.assignments:
        if item.block == loop and item.kind == "for" and len(item.targets) == 1:
            name = getattr(item.targets[0], "name", "")
            return name if _COUNTS.search(name) and "." not in name else ""
    return ""


def _columns(file: PythonFile, call: Call) -> list[str]:
    """The printed values, as they are written; [] if there is any that cannot be written twice."""
    if any(keyword.name not in {"end", "flush", "sep"} for keyword in call.keywords):
        return []
    columns = [_written(file, value) for value in _values(file, call) if not _is_time(file, value)]
    return columns if all(columns) else []


def _values(file: PythonFile, call: Call) -> Iterator[Expression]:
    """What is printed, also through an f-string, `%` and `format`; texts are left out."""
    for value in call.args:
        match value:
            case Literal():
                continue
            case Operation(operator="f-string", operands=operands):
                yield from operands
            case Operation(
                operator="%", operands=(Literal(), Collection(kind="tuple", items=items))
            ):
                yield from items
            case Operation(operator="%", operands=(Literal(), one)):
                yield one
            case CallRef(index=index) if _is_format(file.facts.calls[index]):
                yield from file.facts.calls[index].args
            case _:
                yield value


def _is_time(file: PythonFile, value: Expression) -> bool:
    """Whether it is a duration: nothing that the run has measured, and another one at each look."""
    return any(call.target.startswith("time.") for call in calls_in(file.facts, value))


def _is_format(call: Call) -> bool:
    is_text = isinstance(call.receiver, Literal) and call.name == "format"
    return is_text and not call.keywords and not call.unpacks


def _written(file: PythonFile, value: Expression) -> str:
    """A name, a sum or the like of names and numbers, or the `item()` of a name; "" for all else.

    Before Python 3.12 the places of what stands in an f-string are not to be trusted, so it is
    spelled anew.
    """
    match value:
        case Name(name=name) if "." not in name:
            return name
        case Literal(value=int() | float() as number):
            return repr(number)
        case Operation(operator=operator, operands=(one, other)) if operator in _ARITHMETIC:
            sides = [_written(file, each) for each in (one, other)]
            inner = [f"({side})" if " " in side else side for side in sides]
            return f" {operator} ".join(inner) if all(sides) else ""
        case CallRef(index=index):
            call = file.facts.calls[index]
            owner, _, method = call.name.rpartition(".")
            is_plain = call.receiver is None and not call.args and not call.keywords
            return (
                call.name + "()" if method == "item" and owner.isidentifier() and is_plain else ""
            )
        case _:
            return ""
