"""SEED018: benchmark beside a promise of determinism."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Finding, Safety

MakeRepo = Callable[..., Repo]
Judge = Callable[[str], list[Finding]]
HEAD = "import torch\nimport torch.backends.cudnn as cudnn\nfrom lightning import Trainer\n\n"


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on `train.py` with this body."""

    def run(body: str) -> list[Finding]:
        repo = make_repo({"train.py": HEAD + textwrap.dedent(body)}, commit=False)
        return list(check(repo.root, "SEED018").findings)

    return run


@pytest.mark.parametrize(
    "body",
    [
        "cudnn.deterministic = True\ncudnn.benchmark = True\n",
        "cudnn.benchmark = True\ntorch.use_deterministic_algorithms(True)\n",
        "cudnn.benchmark = True\ntorch.use_deterministic_algorithms(mode=True)\n",
        "cudnn.benchmark = cudnn.deterministic = True\n",
        "def setup(seed):\n    cudnn.deterministic = True\n    if torch.cuda.is_available():\n        cudnn.benchmark = True\n",
        "def setup(seed):\n    if seed is not None:\n        cudnn.deterministic = True\n        cudnn.benchmark = True\n",
        "trainer = Trainer(benchmark=True, deterministic='warn')\n",
        "def seed_everything(seed):\n    cudnn.benchmark = True\n",
        "def seed_everything(seed):\n    cudnn.deterministic = False\n    cudnn.benchmark = True\n",
        "def make_deterministic():\n    if torch.cuda.is_available():\n        cudnn.benchmark = True\n",
        "class Run:\n    def set_seed(self):\n        torch.backends.cudnn.benchmark = True\n",
    ],
)
def test_a_benchmark_beside_a_promise_is_found(judge: Judge, body: str) -> None:
    assert len(judge(body)) == 1


@pytest.mark.parametrize(
    "body",
    [
        "cudnn.benchmark = True\n",
        "cudnn.deterministic = True\ncudnn.benchmark = False\n",
        "cudnn.deterministic = False\ncudnn.benchmark = True\n",
        "def main():\n    torch.manual_seed(0)\n    cudnn.benchmark = True\n",
        "if args.deterministic:\n    cudnn.deterministic = True\nelse:\n    cudnn.benchmark = True\n",
        "def set_seed(seed, fast):\n    if fast:\n        cudnn.benchmark = True\n",
        "def set_seed(seed, cuda_deterministic=True):\n    if cuda_deterministic:\n        cudnn.deterministic, cudnn.benchmark = True, False\n    else:\n        cudnn.deterministic = False\n        cudnn.benchmark = True\n",
        "def main():\n    cudnn.deterministic = True\n\n\ndef fast():\n    cudnn.benchmark = True\n",
        "cudnn.deterministic = True\ncudnn.benchmark = True\ncudnn.benchmark = False\n",
        "def set_seed(seed):\n    cudnn.benchmark = not args.deterministic\n",
        "trainer = Trainer(benchmark=True)\n",
        "def main():\n    cudnn.benchmark = True\n    trainer = Trainer(deterministic=True)\n",
        "trainer = Trainer(benchmark=False, deterministic=True)\n",
        "one = Trainer(benchmark=True)\nother = Trainer(deterministic=True)\n",
        "torch.use_deterministic_algorithms(False)\ncudnn.benchmark = True\n",
        "import mine\nmine.benchmark = True\nmine.deterministic = True\n",
    ],
)
def test_a_mere_choice_of_speed_passes(judge: Judge, body: str) -> None:
    assert [finding.message for finding in judge(body)] == []


def test_the_other_end_is_shown_and_the_fix_is_unsafe(judge: Judge) -> None:
    body = "cudnn.deterministic = True\ncudnn.benchmark = True\n"
    (finding,) = judge(body)
    assert [item.message for item in finding.related] == ["asked here"]
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE
    (change,) = plan_fixes([finding], lambda _: (HEAD + body).encode(), frozenset(Safety))
    assert isinstance(change, Change)
    assert change.new.decode().endswith("cudnn.deterministic = True\ncudnn.benchmark = False\n")
