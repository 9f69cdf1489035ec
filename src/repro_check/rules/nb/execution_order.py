"""NB001."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from repro_check.findings import Finding, Severity
from repro_check.project.files import Notebook
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.sources.kinds import Role
from repro_check.sources.notebook import Cell, cells_of, load, source_of
from repro_check.text import pattern

READ = frozenset({Role.PRODUCT, Role.DOCS})
"""Notebooks that people read: those of the work and those of its documentation."""

_ADVICE = "Restart the kernel, run all cells, and save; or clear all outputs."
_INSTALL = pattern(
    r"\s*(#.*|import (os|sys)|os\.kill\(.*|exit\(\)|quit\(\)|"
    r"[!%]{0,2}\s*(sudo |\S*python3? -m |\{sys\.executable\} -m )?"
    r"(uv |q)?(pip3?|conda|mamba|apt|apt-get|brew|git clone|git lfs)\b.*)?"
)
_Numbered = tuple[int, Cell]


@rule("NB001", severity=Severity.WARNING, on=Notebook, practice=7, roles=READ)
def execution_order(notebook: Notebook, project: Project) -> Iterator[Finding]:
    """The saved outputs of a notebook did not come from a run from top to bottom.

    A reader who runs the cells in order gets other results, or an error: of 10,388 published
    notebooks that could be run, 879 gave identical results (Samuel & Mietchen, GigaScience 2024,
    giad113). A notebook without any outputs and counts is fine; so are counts with gaps, which are
    only noted where no cell without a count explains them, and cells that install packages before
    the kernel is restarted.

    Bad:
        # file: notebooks/results.ipynb
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
         {"cell_type": "code", "execution_count": 2, "source": ["x = 1"], "outputs": []},
         {"cell_type": "code", "execution_count": 1, "source": ["x + 1"], "outputs": []}
        ]}

    Good:
        # file: notebooks/results.ipynb
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
         {"cell_type": "code", "execution_count": 1, "source": ["x = 1"], "outputs": []},
         {"cell_type": "code", "execution_count": 2, "source": ["x + 1"], "outputs": []}
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
        # a kernel does not count blank cells, and a cell tagged so is not run
        if cell.kind == "code" and not cell.is_empty and not _is_skipped(cell)
    ]
    found = next(_wrong(notebook, cells), None)
    if found is None:
        return
    installs = _installing(notebook, project)
    again = next(_wrong(notebook, [pair for pair in cells if pair[0] not in installs]), None)
    if again is not None:
        yield found if found.severity is Severity.INFO else again


def _wrong(notebook: Notebook, cells: Sequence[_Numbered]) -> Iterator[Finding]:
    """The first thing that is wrong with the numbers of these cells."""
    counted = [(number, cell.execution_count) for number, cell in cells if cell.execution_count]
    for (before, earlier), (number, count) in pairwise(counted):
        if count <= earlier:
            order = f"cell {before} was executed as number {earlier}, and cell {number} as {count}"
            yield _finding(
                notebook,
                number,
                f"{order}: the saved outputs are not from one run in order",
            )
            return
    for number, cell in cells:
        if counted and cell.outputs and not cell.execution_count:
            yield _finding(
                notebook,
                number,
                f"cell {number} shows an output but has no execution count, "
                "so its output comes from another run",
            )
            return
    yield from _gap(notebook, cells)


def _gap(notebook: Notebook, cells: Sequence[_Numbered]) -> Iterator[Finding]:
    """The first count that is higher than the cells above it explain.

    A cell that was edited after its run has neither count nor output, and may be the one that a gap
    tells of.
    """
    last = edited = 0
    for number, cell in cells:
        if not cell.execution_count:
            edited += 1
            continue
        if cell.execution_count > last + 1 + edited:
            after = f"the count before it is {last}" if last else "no count stands before it"
            yield _finding(
                notebook,
                number,
                f"cell {number} was executed as number {cell.execution_count}, and {after}: "
                "a cell was run more than once, or one that had been run was changed or removed",
                severity=Severity.INFO,
            )
            return
        last, edited = cell.execution_count, 0


def _finding(
    notebook: Notebook, number: int, message: str, *, severity: Severity | None = None
) -> Finding:
    return Finding(message=message, location=notebook.cell(number), help=_ADVICE, severity=severity)


def _is_skipped(cell: Cell) -> bool:
    return any("skip" in tag.lower() for tag in cell.tags)


def _installing(notebook: Notebook, project: Project) -> frozenset[int]:
    """The numbers of the cells that do nothing but install, after which kernels are restarted."""
    text = project.text_at(notebook.path)
    raw_cells = cells_of(load(text.encode())) if text else []
    return frozenset(
        number
        for number, raw in enumerate(raw_cells, start=1)
        if all(_INSTALL.fullmatch(line) for line in source_of(raw).replace("\\\n", " ").split("\n"))
    )
