"""The fix for an order that is not settled: `sorted(...)` around what has it."""

from __future__ import annotations

from repro_check.findings import Edit, Fix, Safety, Span
from repro_check.project.files import PythonFile
from repro_check.sources.python import Call

_TITLE = "sort it; numbers that this machine gave so far may move once"


def sort(file: PythonFile, span: Span, *, taker: Call | None = None, key: str = "") -> Fix:
    """Put `sorted(...)` around an expression; `list(...)` around it becomes `sorted(...)`.

    It is safe: a run whose order was settled by chance cannot have been repeated elsewhere.

    Args:
        file: where it is written.
        span: its place.
        taker: the call whose argument it is.
        key: what to sort by, as code.
    """
    if taker is not None and taker.target == "builtins.list" and not key:
        edit = Edit(file.location(taker.name_span), "sorted")
        return Fix(Safety.SAFE, _TITLE, (edit,))
    end = f", key={key})" if key else ")"
    return Fix(
        Safety.SAFE,
        _TITLE,
        (
            Edit(file.location(Span(span.line, span.column, span.line, span.column)), "sorted("),
            Edit(
                file.location(Span(span.end_line, span.end_column, span.end_line, span.end_column)),
                end,
            ),
        ),
    )
