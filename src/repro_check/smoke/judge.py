"""Whether the outputs are what they should be: the same each time, numbers, and as expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from repro_check.smoke.compare import Difference, Tolerance, difference, find_nan
from repro_check.smoke.result import Diagnosis
from repro_check.smoke.values import UnreadableError, read_value

if TYPE_CHECKING:
    from pathlib import Path

    from repro_check.smoke.spec import SmokeSpec


def judge_repeats(outputs: tuple[object, ...], spec: SmokeSpec) -> Diagnosis | None:
    """Why the outputs of one process, or of one command run twice, are not the same."""
    first = outputs[0]
    if find_nan(first) is not None:
        return None
    tolerance = Tolerance(spec.rtol, spec.atol, "the first time")
    for later in outputs[1:]:
        if found := difference(later, first, tolerance):
            return Diagnosis(
                f"Two runs on the same input disagree: {found.clause}.",
                "Call model.eval(), seed inside the entry, and sort what a set or a folder lists.",
            )
    return None


def judge_output(output: object, spec: SmokeSpec, tree: Path) -> Diagnosis | None:
    """Why an output is not the expected one; without one, only NaN is wrong."""
    where = find_nan(output)
    if where is not None:
        return _nan(f"{where or 'the output'} is NaN")
    if spec.expected is None:
        return None
    try:
        expected = read_value(tree / spec.expected)
    except UnreadableError as error:
        return Diagnosis(f"The expected output cannot be read: {error}.", place=spec.expected)
    found = difference(output, expected, Tolerance(spec.rtol, spec.atol))
    if found is None:
        return None
    return _nan(found.clause) if found.is_nan else _differs(found, spec)


def _differs(found: Difference, spec: SmokeSpec) -> Diagnosis:
    return Diagnosis(
        f"The output differs from {spec.expected}: {found.clause}.",
        f"If the new output is right, write it to {spec.expected}; otherwise the commit lacks the "
        "weights, the code or the versions that gave the old one.",
    )


def _nan(clause: str) -> Diagnosis:
    return Diagnosis(
        f"The output is not a number: {clause}.",
        "Look for a division by zero, a logarithm of zero, or weights that were never loaded.",
    )
