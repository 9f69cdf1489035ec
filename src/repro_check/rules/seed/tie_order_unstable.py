"""SEED031."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Edit, Finding, Fix, Safety, Severity, Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._ties import Sorter, Tie, ties


@rule("SEED031", severity=Severity.INFO, on=PythonFile, practice=4, is_default=False, fixes="safe")
def tie_order_unstable(file: PythonFile, _project: Project) -> Iterator[Finding]:
    """Equal counts or ranks are put in an order that depends on the machine.

    The default sort of NumPy, PyTorch and pandas is not stable: which of two equal keys comes first
    is open, and NumPy chooses its algorithm by the processor (numpy/numpy#24064, #25610: other
    `argsort` results with AVX-512). Where keys are counts, ranks or rounded scores, ties are many, and
    the words of a vocabulary or the neighbours of a point differ from machine to machine.

    Bad:
        import numpy as np

        counts = np.bincount(labels)
        common = np.argsort(counts)[::-1][:100]

    Bad:
        import pandas as pd

        table = pd.read_csv("words.csv")
        top = table.sort_values("count", ascending=False).head(100)

    Good:
        import numpy as np

        counts = np.bincount(labels)
        common = np.argsort(counts, kind="stable")[::-1][:100]

    Not this rule:
        import numpy as np

        distances = np.linalg.norm(points - centre, axis=1)
        nearest = np.argsort(distances)[:10]

    Not this rule:
        import pandas as pd

        table = pd.read_csv("words.csv")
        top = table.sort_values(["count", "word"], ascending=False)
    """
    for tie in ties(file):
        advice = (
            f"Write `{tie.sorter.stable}`: equals then keep the order that they came in."
            if tie.sorter.stable
            else "Take a stable `argsort` and its first items: equals then keep the order they came in."
        )
        yield file.finding(
            tie.call.span,
            f"`{tie.call.name}` leaves open which of equal values of `{tie.key}` comes first, "
            "and processors differ in it",
            help=advice,
            fix=_fix(file, tie),
        )


def _fix(file: PythonFile, tie: Tie) -> Fix | None:
    if not tie.sorter.stable or tie.call.keyword("kind") or tie.call.keyword("stable"):
        return None
    values = [*tie.call.args, *(keyword.value for keyword in tie.call.keywords)]
    end = max((value.span.end_line, value.span.end_column) for value in values)
    return Fix(
        Safety.SAFE if tie.sorter is Sorter.NUMPY else Safety.UNSAFE,
        "keep equals in order; numbers that this machine gave so far may move once",
        (Edit(file.location(Span(*end, *end)), f", {tie.sorter.stable}"),),
    )
