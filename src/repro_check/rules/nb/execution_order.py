"""NB001."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Confidence, Finding, Severity
from repro_check.project.files import Notebook
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.sources.kinds import Role
from repro_check.sources.notebook import Cell

READ = frozenset({Role.PRODUCT, Role.DOCS})
"""Notebooks that people read: those of the work and those of its documentation."""


@rule("NB001", severity=Severity.WARNING, on=Notebook, practice=7, roles=READ)
def execution_order(notebook: Notebook, _project: Project) -> Iterator[Finding]:
    """The saved outputs of a notebook did not come from a run from top to bottom.

    A reader who runs the cells in order gets other results, or an error: of 10,388 published notebooks
    that could be run, 879 gave identical results (Samuel & Mietchen, GigaScience 2024, giad113). A
    notebook without any outputs and counts is fine; so are counts with gaps, which are only noted.

    Bad:
        # file: notebooks/results.ipynb
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
         {"cell_type": "code", "execution_count": 2, "metadata": {}, "source": ["x = 1"], "outputs": []},
         {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": ["x + 1"], "outputs": []}
        ]}

    Good:
        # file: notebooks/results.ipynb
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
         {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": ["x = 1"], "outputs": []},
         {"cell_type": "code", "execution_count": 2, "metadata": {}, "source": ["x + 1"], "outputs": []}
        ]}

    Not this rule:
        # file: notebooks/cleared.ipynb
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
         {"cell_type": "code", "execution_count": null, "metadata": {}, "source": ["x = 1"],
          "outputs": []},
         {"cell_type": "markdown", "metadata": {}, "source": ["Text"]}
        ]}
    """
    cells = [
        (number, cell)
        for number, cell in enumerate(notebook.facts.cells, start=1)
        if cell.kind == "code"
    ]
    counted = [(number, cell.execution_count) for number, cell in cells if cell.execution_count]
    advice = "Restart the kernel, run all cells, and save; or clear all outputs."
    for (before, earlier), (number, count) in zip(counted, counted[1:], strict=False):
        if count <= earlier:
            yield Finding(
                message=f"cell {number} was executed as number {count}, before cell {before} "
                f"(number {earlier}): the saved outputs are not from one run in order",
                location=notebook.cell(number),
                help=advice,
            )
            return
    unrun = next((number for number, cell in cells if _is_stale(cell, notebook.facts.cells)), None)
    if unrun is not None:
        yield Finding(
            message=f"cell {unrun} shows an output but has no execution count, "
            "so its output comes from another run",
            location=notebook.cell(unrun),
            help=advice,
        )
    elif counted and [count for _, count in counted] != list(range(1, len(counted) + 1)):
        yield Finding(
            message="the execution counts are not 1, 2, 3, …: cells were run more than once "
            "or were removed",
            location=notebook.cell(counted[0][0]),
            help=advice,
            severity=Severity.INFO,
            confidence=Confidence.HIGH,
        )


def _is_stale(cell: Cell, cells: tuple[Cell, ...]) -> bool:
    """Whether a cell has outputs and no count, in a notebook that has counts elsewhere."""
    is_counted = any(other.execution_count for other in cells)
    return cell.kind == "code" and bool(cell.outputs) and not cell.execution_count and is_counted
