"""SEED031: unstable sorts by keys that are often equal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Finding, Safety, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[[str], list[Finding]]
HEAD = "import numpy as np\nimport pandas as pd\nimport torch\n\n"


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on `train.py` with this body."""

    def run(body: str) -> list[Finding]:
        repo = make_repo({"train.py": HEAD + body}, commit=False)
        return list(check(repo.root, "SEED031").findings)

    return run


@pytest.mark.parametrize(
    "body",
    [
        "order = np.argsort(counts)\n",
        "order = np.argsort(-counts)[:9]\n",
        "order = np.argsort(word_counts, kind='quicksort')\n",
        "order = np.argsort(np.bincount(labels))\n",
        "scores = np.round(model(x), 2)\norder = np.argsort(scores)\n",
        "order = np.argpartition(votes, 9)\n",
        "order = torch.argsort(degrees, descending=True)\n",
        "best = torch.topk(node_degree, 9)\n",
        "top = table.sort_values('count')\n",
        "top = table.sort_values(by='n_votes' if False else 'word_count')\n".replace(
            "'n_votes' if False else ", ""
        ),
        "top = table.sort_values(['frequency'], ascending=False)\n",
    ],
)
def test_an_unstable_sort_of_counts_is_found(judge: Judge, body: str) -> None:
    (finding,) = judge(body)
    assert finding.severity is Severity.INFO


@pytest.mark.parametrize(
    "body",
    [
        "order = np.argsort(counts, kind='stable')\n",
        "order = np.argsort(counts, kind='mergesort')\n",
        "order = torch.argsort(degrees, stable=True)\n",
        "order = np.argsort(distances)\n",
        "order = np.argsort(x)\n",
        "order = np.argsort(counts, -1, kind)\n",
        "order = np.argsort(counts, **options)\n",
        "np.argsort(counts)\n",
        "top = table.sort_values(['count', 'word'])\n",
        "top = table.sort_values('date')\n",
        "top = table.sort_values('count', kind='stable')\n",
        "order = sorted(counts)\n",
        "n = np.argsort(account)\n",
    ],
)
def test_stable_sorts_and_keys_that_differ_pass(judge: Judge, body: str) -> None:
    assert [finding.message for finding in judge(body)] == []


@pytest.mark.parametrize(
    ("before", "after", "safety"),
    [
        ("o = np.argsort(counts)\n", 'o = np.argsort(counts, kind="stable")\n', Safety.SAFE),
        ("o = np.argsort(-counts)\n", 'o = np.argsort(-counts, kind="stable")\n', Safety.SAFE),
        ("o = torch.argsort(degrees)\n", "o = torch.argsort(degrees, stable=True)\n", Safety.UNSAFE),
        ("t = t.sort_values('count')\n", "t = t.sort_values('count', kind=\"stable\")\n", Safety.UNSAFE),
    ],
)  # fmt: skip
def test_the_fix_keeps_equals_in_order(
    judge: Judge, before: str, after: str, safety: Safety
) -> None:
    (finding,) = judge(before)
    assert finding.fix is not None
    assert finding.fix.safety is safety
    (change,) = plan_fixes([finding], lambda _: (HEAD + before).encode(), frozenset(Safety))
    assert isinstance(change, Change)
    assert change.new.decode() == HEAD + after


@pytest.mark.parametrize("body", ["o = np.argpartition(votes, 9)\n", "o = torch.topk(votes, 9)\n"])
def test_what_cannot_be_told_to_be_stable_has_no_fix(judge: Judge, body: str) -> None:
    (finding,) = judge(body)
    assert finding.fix is None
