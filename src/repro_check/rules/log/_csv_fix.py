"""Writing what is printed at each epoch into a CSV file as well."""

from __future__ import annotations

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
from repro_check.rules.walking import loops_around
from repro_check.sources.expressions import CallRef, Expression, Literal, Name, Operation
from repro_check.sources.python import Call

_FILE = "metrics.csv"
_STREAM = "file"


def append_row(project: Project, file: PythonFile, shown: Call) -> Fix | None:
    """A line of the CSV file for each line that is printed in a loop over epochs.

    Args:
        project: the repository.
        file: where metrics are printed.
        shown: the call that prints them.

    Returns:
        The fix; None where it is no loop over epochs, or where something else than texts, names and
        the `item()` of a name is printed.
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
    """The variable of the innermost loop, if it counts epochs; else ""."""
    loop = next(loops_around(file.facts, block), None)
    for item in file.facts.assignments:
        if item.block == loop and item.kind == "for" and len(item.targets) == 1:
            name = getattr(item.targets[0], "name", "")
            return name if "epoch" in name.lower() and "." not in name else ""
    return ""


def _columns(file: PythonFile, call: Call) -> list[str]:
    """The printed values, as they are written; [] if there is any that cannot be written twice."""
    if any(keyword.name not in {"end", "flush", "sep"} for keyword in call.keywords):
        return []
    columns = [_column(file, value) for value in _values(call)]
    return columns if all(columns) else []


def _values(call: Call) -> Iterator[Expression]:
    for value in call.args:
        if isinstance(value, Operation) and value.operator == "f-string":
            yield from value.operands
        elif not isinstance(value, Literal):
            yield value


def _column(file: PythonFile, value: Expression) -> str:
    if isinstance(value, Name):
        return value.name if "." not in value.name else ""
    if not isinstance(value, CallRef):
        return ""
    made = file.facts.calls[value.index]
    owner, _, method = made.name.rpartition(".")
    is_number = method == "item" and owner.isidentifier() and not made.args and not made.keywords
    return f"{owner}.item()" if is_number and made.receiver is None else ""
