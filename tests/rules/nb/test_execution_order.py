"""NB001: which saved counts betray a run out of order, and which do not."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from checking import check, codes, places
from conftest import Repo

from repro_check.findings import Finding, Severity

MakeRepo = Callable[..., Repo]
PATH = "notebooks/results.ipynb"


def code(
    count: int | None, source: str = "x = 1", *, shows: bool = False, tags: Sequence[str] = ()
) -> dict[str, Any]:
    """A code cell, with its execution count and perhaps an output."""
    output = {"output_type": "stream", "name": "stdout", "text": ["1\n"]}
    return {
        "cell_type": "code",
        "execution_count": count,
        "metadata": {"tags": list(tags)},
        "source": source.splitlines(keepends=True),
        "outputs": [output] if shows else [],
    }


def text(kind: str) -> dict[str, Any]:
    """A markdown or raw cell."""
    return {"cell_type": kind, "metadata": {}, "source": ["1. Text"]}


@pytest.fixture
def judge(make_repo: MakeRepo) -> Callable[..., list[Finding]]:
    """The findings on a notebook of these cells."""

    def run(*cells: dict[str, Any], path: str = PATH) -> list[Finding]:
        document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}
        repo = make_repo({path: json.dumps(document)}, commit=False)
        return list(check(repo.root, "NB001").findings)

    return run


Judge = Callable[..., list[Finding]]


@pytest.mark.parametrize(
    ("counts", "cell"),
    [
        ((1, 5, 3), 3),
        ((2, 1), 2),
        ((3, 4, 4, 5), 3),
        ((10, 11, 1, 2), 3),
        ((1, None, 3, 2), 4),
    ],
)
def test_counts_that_fall_or_repeat_are_found_at_the_first_such_cell(
    judge: Judge, counts: tuple[int | None, ...], cell: int
) -> None:
    (finding,) = judge(*(code(count) for count in counts))
    assert finding.location.cell == cell
    assert finding.location.path == PATH
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("counts", "cell"), [((7, 8, 9), 1), ((1, 2, 5), 3), ((2, 3), 1), ((1, 3, 4), 2)]
)
def test_gaps_are_only_noted_where_they_begin(
    judge: Judge, counts: tuple[int, ...], cell: int
) -> None:
    (finding,) = judge(*(code(count) for count in counts))
    assert (finding.location.cell, finding.severity) == (cell, Severity.INFO)


def test_a_cell_edited_after_its_run_explains_a_gap(judge: Judge) -> None:
    # examples/2d_flow_matching.ipynb of facebookresearch/flow_matching
    edited = code(None, "class Wrapped(ModelWrapper): ...")
    assert not judge(code(1), code(2, shows=True), edited, code(4, shows=True), code(None, ""))
    assert not judge(edited, edited, code(3), code(4))


@pytest.mark.parametrize(
    ("counts", "cell"),
    [((1, None, 4), 3), ((None, 3), 2), ((1, None, 2, 4), 4), ((1, 3, None), 2)],
)
def test_a_gap_wider_than_the_edited_cells_in_it_is_noted(
    judge: Judge, counts: tuple[int | None, ...], cell: int
) -> None:
    (finding,) = judge(*(code(count) for count in counts))
    assert (finding.location.cell, finding.severity) == (cell, Severity.INFO)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((1, 4), "cell 2 was executed as number 4, and the count before it is 1"),
        ((None, 9), "cell 2 was executed as number 9, and no count stands before it"),
    ],
)
def test_a_note_of_a_gap_says_only_what_the_counts_say(
    judge: Judge, counts: tuple[int | None, ...], said: str
) -> None:
    (finding,) = judge(*(code(count) for count in counts))
    assert finding.message.startswith(said)


def test_text_and_raw_cells_count_for_the_place_but_not_for_the_order(judge: Judge) -> None:
    cells = [text("markdown"), code(2), text("raw"), code(1)]
    (finding,) = judge(*cells)
    assert finding.location.cell == 4
    assert not judge(text("markdown"), code(1), text("raw"), text("markdown"), code(2))


def test_an_output_without_a_count_comes_from_another_run(judge: Judge) -> None:
    (finding,) = judge(code(1), code(None, "train()", shows=True), code(2))
    assert (finding.location.cell, finding.severity) == (2, Severity.WARNING)


@pytest.mark.parametrize(
    "cells",
    [
        [code(None), code(None)],
        [code(None, shows=True), code(None, shows=True)],
        [code(1, shows=True), code(2, shows=True), code(None), code(None)],
        [code(None, "# not run in this release"), code(1), code(2)],
        [],
        [text("markdown")],
        [code(0), code(0)],
        [code(1, "%%bash\nls"), code(2, "%%html\n<b>x</b>"), code(3, "%matplotlib inline")],
    ],
    ids=[
        "stripped",
        "counts stripped and outputs kept",
        "the end not run",
        "one cell not run",
        "empty",
        "text only",
        "zeros",
        "magics",
    ],
)
def test_what_one_run_in_order_can_leave_behind_passes(
    judge: Judge, cells: list[dict[str, Any]]
) -> None:
    assert judge(*cells) == []


def test_a_papermill_run_passes(judge: Judge) -> None:
    cells = [
        code(1, "alpha = 0.1", tags=["parameters"]),
        code(2, "alpha = 0.5", tags=["injected-parameters"]),
        code(3, "run(alpha)", shows=True),
    ]
    assert judge(*cells) == []


def test_cells_that_are_tagged_as_not_run_are_left_out(judge: Judge) -> None:
    skipped = code(None, "train()", shows=True, tags=["skip-execution"])
    assert judge(code(1), skipped, code(2)) == []


def test_a_kernel_does_not_count_blank_cells(judge: Judge) -> None:
    assert judge(code(1), code(2), code(2, "  \n")) == []
    assert judge(code(1), code(1, ""), code(2)) == []


@pytest.mark.parametrize(
    "source",
    [
        "!pip install -q torch",
        "%pip install transformers datasets",
        "pip install torch",
        "# packages\n!pip install a\n!apt-get install git-lfs\n",
        "!pip install torch==2.0.1+cu117 \\\n  --extra-index-url https://example.org/whl",
        "%conda install -y scipy",
        "!{sys.executable} -m pip install x",
        "import os\n!uv pip install x\nos.kill(os.getpid(), 9)",
    ],
)
def test_the_kernel_may_be_restarted_after_packages_were_installed(
    judge: Judge, source: str
) -> None:
    assert judge(code(4, source, shows=True), code(1), code(2, shows=True)) == []
    assert judge(code(1, source), code(1), code(2)) == []
    assert judge(code(None, source, shows=True), code(1), code(2)) == []
    assert judge(code(1, source), code(2), code(3)) == []
    (late,) = judge(code(3, source), code(4), code(5))
    assert (late.location.cell, late.severity) == (1, Severity.INFO)
    (gap,) = judge(code(1, source), code(2), code(7))
    assert (gap.location.cell, gap.severity) == (3, Severity.INFO)


def test_a_cell_that_installs_and_works_counts(judge: Judge) -> None:
    (finding,) = judge(code(4, "!pip install x\nimport x\nx.run()"), code(1))
    assert finding.severity is Severity.WARNING


def test_notebooks_of_other_languages_and_of_the_documentation_are_read(judge: Judge) -> None:
    assert judge(code(2, "x <- 1"), code(1, "y <- 2"), path="docs/tour.ipynb")


@pytest.mark.parametrize(
    "path", ["tests/data/bad.ipynb", "third_party/x/demo.ipynb", ".ipynb_checkpoints/a.ipynb"]
)
def test_notebooks_of_tests_and_of_others_are_not_judged(judge: Judge, path: str) -> None:
    assert judge(code(2), code(1), path=path) == []


def test_an_old_notebook_with_worksheets_is_read(make_repo: MakeRepo) -> None:
    cells = [
        {
            "cell_type": "code",
            "prompt_number": count,
            "input": ["x"],
            "outputs": [],
            "language": "python",
        }
        for count in (2, 1)
    ]
    document = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {},
        "worksheets": [{"cells": cells}],
    }
    repo = make_repo({"old.ipynb": json.dumps(document)}, commit=False)
    assert places(check(repo.root, "NB001")) == ["old.ipynb:cell 2:1:1 NB001"]


def test_a_broken_notebook_is_not_checked_and_never_clean(make_repo: MakeRepo) -> None:
    repo = make_repo({"broken.ipynb": "{not json"}, commit=False)
    report = check(repo.root, "NB001")
    assert codes(report) == []
    assert [item.path for item in report.not_checked] == ["broken.ipynb"]
