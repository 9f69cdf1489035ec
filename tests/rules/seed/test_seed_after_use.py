"""SEED003: the first seed, and what was drawn before it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable

import pytest
from checking import check, place
from conftest import Repo

from repro_check.findings import Finding

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
HEAD = """\
import random
import numpy as np
import torch

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 2)

def fit(net):
    for x in torch.randn(9, 8, 4):
        optimizer.step(net(x).sum().backward())

"""


def script(body: str, more: str = "") -> str:
    """A script whose `main` has this body."""
    inner = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    guard = 'if __name__ == "__main__":\n    main(parse_args())\n'
    return f"{HEAD}{textwrap.dedent(more)}\ndef main(args):\n{inner}\n\n{guard}"


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str] | str) -> list[Finding]:
        chosen = {"train.py": files} if isinstance(files, str) else files
        texts = {path: textwrap.dedent(text) for path, text in chosen.items()}
        return list(check(make_repo(texts, commit=False).root, "SEED003").findings)

    return run


@pytest.mark.parametrize(
    ("body", "family"),
    [
        ("net = Net()\ntorch.manual_seed(0)\nfit(net)", "torch"),
        (
            "net = torch.nn.Linear(4, 2)\nif args.seed is not None:\n    torch.manual_seed(0)\nfit(net)",
            "torch",
        ),
        ("order = np.random.permutation(9)\nnp.random.seed(0)\nfit(Net())", "numpy"),
        ("random.shuffle(args.files)\nrandom.seed(0)\nfit(Net())", "random"),
        (
            "a, b = torch.utils.data.random_split(args.data, [8, 2])\ntorch.manual_seed(0)\nfit(Net())",
            "torch",
        ),
        ("net = Net()\nfor seed in range(3):\n    torch.manual_seed(seed)\n    fit(net)", "torch"),
        ("np.random.seed(0)\nnet = Net()\ntorch.manual_seed(0)\nfit(net)", "torch"),
    ],
)
def test_a_draw_before_the_first_seed_is_found(body: str, family: str, judge: Judge) -> None:
    (finding,) = judge(script(body))
    assert f"seeds {family} only after" in finding.message


@pytest.mark.parametrize(
    "body",
    [
        "torch.manual_seed(0)\nfit(Net())",
        "torch.manual_seed(0)\nnet = Net()\ntorch.manual_seed(0)\nfit(net)",
        "if args.seed:\n    torch.manual_seed(0)\nnet = Net()\ntorch.manual_seed(1)\nfit(net)",
        "args.seed = random.randint(0, 99)\nrandom.seed(args.seed)\nfit(Net())",
        "random.seed(random.randint(0, 99))\nfit(Net())",
        "args.port = random.randint(0, 99)\nrandom.seed(0)\nfit(Net())",
        "if args.test:\n    fit(Net())\n    return\ntorch.manual_seed(0)\nfit(Net())",
        "if args.test:\n    fit(Net())\nelse:\n    torch.manual_seed(0)\n    fit(Net())",
        "if args.test:\n    net = Net()\ntorch.manual_seed(0)\nfit(Net())",
        "net = Net()\nnet.load_state_dict(torch.load('x.pt'))\ntorch.manual_seed(0)\nfit(net)",
        "net = torch.nn.LazyLinear(2)\ntorch.manual_seed(0)\nfit(net)",
        "g = torch.Generator().manual_seed(0)\nnet = Net()\nfit(net)",
        "unseen.set_seed(0)\nnet = Net()\ntorch.manual_seed(0)\nfit(net)",
        "set_all_seeds(0)\nnet = Net()\ntorch.manual_seed(0)\nfit(net)",
        "args.run_id = random.randint(0, 99)\nrandom.seed(0)\nfit(Net())",
        "this = str(random.randint(0, 99))\nrandom.seed(0)\nfit(Net())",
        "make = lambda: Net()\ntorch.manual_seed(0)\nfit(make())",
        "net = Net()\nrandom.seed(0)\nfit(net)",
        "rng = np.random.default_rng(0)\nrng.shuffle(args.x)\nnp.random.seed(0)\nfit(Net())",
    ],
)
def test_these_are_in_order(body: str, judge: Judge) -> None:
    assert judge(script(body)) == []


def test_the_finding_points_at_the_two_calls_of_one_function(judge: Judge) -> None:
    files = {
        "train.py": """
            from models import build
            from utils import set_seed

            def main():
                net = build()
                set_seed(0)
                for x in range(9):
                    optimizer.step(net(x).backward())

            if __name__ == "__main__":
                main()
        """,
        "models.py": "import torch\n\ndef build():\n    return torch.nn.Linear(1, 2)\n",
        "utils.py": "import torch\n\ndef set_seed(seed):\n    torch.manual_seed(seed)\n",
    }
    (finding,) = judge(files)
    assert place(finding) == "train.py:7:5 SEED003"
    places = [(each.location.path, each.location.span) for each in finding.related]
    assert [(path, span.line if span else 0) for path, span in places] == [
        ("train.py", 6),
        ("models.py", 4),
    ]


def test_a_seed_in_another_module_that_runs_at_import_comes_first(judge: Judge) -> None:
    files = {
        "train.py": script("net = Net()\ntorch.manual_seed(1)\nfit(net)", "import setup_all"),
        "setup_all.py": "import torch\ntorch.manual_seed(0)\n",
    }
    assert judge(files) == []


def test_a_model_that_is_built_when_its_module_is_imported_is_too_early(judge: Judge) -> None:
    files = {
        "train.py": """
            import torch
            from model import net

            def main():
                torch.manual_seed(0)
                for x in range(9):
                    optimizer.step(net(x).backward())

            if __name__ == "__main__":
                main()
        """,
        "model.py": "import torch\nnet = torch.nn.Linear(1, 2)\n",
    }
    (finding,) = judge(files)
    assert "only after an import has drawn" in finding.message


def test_a_seed_that_a_callback_may_set_first_means_silence(judge: Judge) -> None:
    more = "def setup():\n    torch.manual_seed(0)\n"
    body = "register(setup)\nnet = Net()\ntorch.manual_seed(1)\nfit(net)"
    assert judge(script(body, more)) == []


def test_the_parent_of_worker_processes_does_not_draw_for_them(judge: Judge) -> None:
    more = "def worker(rank):\n    torch.manual_seed(rank)\n    fit(Net())\n"
    body = "check = Net()\ntorch.multiprocessing.spawn(worker, nprocs=2)\nfit(check)"
    assert judge(script(body, more)) == []


@pytest.mark.parametrize(
    "more",
    [
        "from sklearn.linear_model import SGDClassifier\nnet = SGDClassifier()\n",
        "def build(backbone=Net()):\n    return backbone\n",
    ],
)
def test_estimators_and_defaults_are_no_use_yet(more: str, judge: Judge) -> None:
    body = "np.random.seed(0)\ntorch.manual_seed(0)\nfit(Net())"
    assert judge(script(body, more)) == []


def test_a_check_of_shapes_is_no_use(judge: Judge) -> None:
    more = "def sanity_check():\n    x = torch.rand(3)\n    assert x.shape == (3,)\n"
    assert judge(script("sanity_check()\ntorch.manual_seed(0)\nfit(Net())", more)) == []


def test_the_cells_of_a_notebook_run_in_order(judge: Judge) -> None:
    cells = [
        "import torch",
        "net = torch.nn.Linear(1, 2)",
        "torch.manual_seed(0)",
        "for x in range(9):\n    optimizer.step(net(x).backward())",
    ]
    text = json.dumps(
        {"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4}
    )
    (finding,) = judge({"train.ipynb": text})
    assert place(finding) == "train.ipynb:cell 3:1:1 SEED003"


def test_entries_that_share_the_wrong_order_are_named_once(judge: Judge) -> None:
    library = f"{HEAD}\ndef run():\n    net = Net()\n    torch.manual_seed(0)\n    fit(net)\n"
    entry = 'from lib import run\n\nif __name__ == "__main__":\n    run()\n'
    (finding,) = judge({"lib.py": library, "a.py": entry, "b.py": entry})
    assert finding.location.path == "lib.py"
