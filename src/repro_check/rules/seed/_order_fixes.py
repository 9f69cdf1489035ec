"""The fix for an order that is not settled: `sorted(...)` around what has it."""

from __future__ import annotations

from repro_check.findings import Edit, Fix, Safety, Span
from repro_check.project.files import PythonFile


def sort(file: PythonFile, span: Span, *, key: str = "") -> Fix:
    """Put `sorted(...)` around an expression.

    It is safe: a run whose order was settled by chance cannot have been repeated elsewhere.
    """
    end = f", key={key})" if key else ")"
    return Fix(
        Safety.SAFE,
        "sort it; numbers that this machine gave so far may move once",
        (
            Edit(file.location(Span(span.line, span.column, span.line, span.column)), "sorted("),
            Edit(
                file.location(Span(span.end_line, span.end_column, span.end_line, span.end_column)),
                end,
            ),
        ),
    )
