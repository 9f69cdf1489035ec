"""The fixes of SEED003, SEED005, SEED017 and SEED019: statements that are moved, deleted or widened."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Repo
from mending import mended

MakeRepo = Callable[..., Repo]
Mend = Callable[..., dict[str, str]]


@pytest.fixture
def mend(make_repo: MakeRepo) -> Mend:
    """The files that the fixes of a rule change; one text is that of `train.py`."""

    def run(code: str, files: dict[str, str] | str) -> dict[str, str]:
        chosen = {"train.py": files} if isinstance(files, str) else files
        return mended(make_repo(chosen, commit=False), code)

    return run


LATE = """\
import random

import numpy as np
import torch
from utils import *

def main(args):
{body}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x in torch.load("train.pt"):
        model(x).sum().backward()
        optimizer.step()

if __name__ == "__main__":
    main(parse_args())
"""
MODEL = "    model = torch.nn.Linear(4, 2)\n"


def late(body: str) -> str:
    """A training script that seeds too late."""
    return LATE.format(body=body.rstrip("\n"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            f"{MODEL}    torch.manual_seed(args.seed)\n",
            f"    torch.manual_seed(args.seed)\n{MODEL}",
        ),
        (
            (
                f"    print(args)\n{MODEL}    model = model.cuda()\n    # seeds\n"
                "    np.random.seed(1)\n    torch.manual_seed(\n        1,\n    )  # once\n    print(model)\n"
            ),
            (
                f"    print(args)\n    torch.manual_seed(\n        1,\n    )  # once\n{MODEL}"
                "    model = model.cuda()\n    # seeds\n    np.random.seed(1)\n    print(model)\n"
            ),
        ),
        (
            f"    noise = np.random.rand(3)\n{MODEL}    np.random.seed(1)\n    torch.manual_seed(1)\n",
            f"    np.random.seed(1)\n    torch.manual_seed(1)\n    noise = np.random.rand(3)\n{MODEL}",
        ),
        (
            f"    with open('log') as log:\n        x = torch.rand(3)\n{MODEL}    torch.manual_seed(1)\n",
            f"    torch.manual_seed(1)\n    with open('log') as log:\n        x = torch.rand(3)\n{MODEL}",
        ),
    ],
)
def test_the_seeding_is_moved_above_the_first_draw(before: str, after: str, mend: Mend) -> None:
    assert mend("SEED003", late(before)) == {"train.py": late(after)}


def test_a_line_with_two_statements_stays_whole(mend: Mend) -> None:
    line, seeding = f"    x = 1; {MODEL.strip()}\n", "    torch.manual_seed(1)\n"
    assert mend("SEED003", late(line + seeding)) == {"train.py": late(seeding + line)}


def test_a_helper_that_seeds_more_is_moved_above_the_first_draw_of_all(mend: Mend) -> None:
    helper = (
        "import numpy as np\nimport torch\n\n\ndef set_seed(seed):\n"
        "    torch.manual_seed(seed)\n    np.random.seed(seed)\n"
    )
    text = late(f"    noise = np.random.rand(3)\n{MODEL}    set_seed(1)\n")
    after = late(f"    set_seed(1)\n    noise = np.random.rand(3)\n{MODEL}")
    assert mend("SEED003", {"train.py": text, "utils.py": helper}) == {"train.py": after}


@pytest.mark.parametrize(
    "body",
    [
        f"{MODEL}    seed = args.seed\n    torch.manual_seed(seed)\n",
        f"{MODEL}    args.seed = 3\n    torch.manual_seed(args.seed)\n",
        f"{MODEL}    if True:\n        torch.manual_seed(1)\n",
        f"{MODEL}    x = 1; torch.manual_seed(1)\n",
        f"{MODEL}    g = torch.manual_seed(1)\n",
        "    import torch as t\n    model = t.nn.Linear(4, 2)\n    import torch.random as r\n    r.manual_seed(1)\n",
    ],
)
def test_a_seeding_that_cannot_be_moved_has_no_fix(body: str, mend: Mend) -> None:
    assert mend("SEED003", late(body)) == {}


def test_a_seed_that_others_may_set_in_between_is_not_moved(mend: Mend) -> None:
    body = "    model = torch.nn.Linear(4, size(args))\n    torch.manual_seed(args.seed)\n"
    after = "    torch.manual_seed(args.seed)\n    model = torch.nn.Linear(4, size(args))\n"
    files = {"train.py": late(body), "utils.py": "def size(x):\n    return x.size\n"}
    assert mend("SEED003", files) == {"train.py": late(after)}
    files["utils.py"] = "def size(x):\n    x.seed = 3\n    return x.size\n"
    assert mend("SEED003", files) == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "np.random.seed(0)\nx = np.random.rand(3)\nnp.random.seed()  # again\nprint(x)\n",
            "np.random.seed(0)\nx = np.random.rand(3)\nprint(x)\n",
        ),
        (
            "def f():\n    random.seed(0)\n    random.seed(None)\n",
            "def f():\n    random.seed(0)\n",
        ),
        (
            "random.seed(0)\nif x:\n    print(x)\n    random.seed()\n",
            "random.seed(0)\nif x:\n    print(x)\n",
        ),
    ],
)
def test_what_undoes_a_seed_is_deleted(before: str, after: str, mend: Mend) -> None:
    head = "import random\n\nimport numpy as np\nfrom data import x\n\n"
    assert mend("SEED005", head + before) == {"train.py": head + after}


@pytest.mark.parametrize(
    "body",
    [
        "random.seed(0)\nif x:\n    random.seed()\n",
        "random.seed(0)\nprint(x); random.seed()\n",
        "random.seed(0)\ny = random.seed()\n",
        "random.seed(0)\n\n\ndef worker(i):\n    print(i)\n    random.seed()\n",
        "if x:\n    random.seed(0)\nrandom.seed()\nprint(x)\n",
        "random.seed()\nrandom.seed(0)\n",
        "random.seed(int(time.time()))\nprint(x)\n",
    ],
)
def test_a_reseeding_that_may_be_meant_or_stands_alone_is_kept(body: str, mend: Mend) -> None:
    assert mend("SEED005", f"import random\nimport time\n\nfrom data import x\n\n{body}") == {}


RANKS = """\
import os

import torch
import torch.distributed as dist
from torch import nn

def main({parameters}):
    dist.init_process_group("nccl")
    {body}
    net = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))
    net = nn.parallel.DistributedDataParallel(net)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for x in torch.load("train.pt"):
        net(x).sum().backward()
        optimizer.step()

if __name__ == "__main__":
    main(*load())
"""
BOUND = "rank = dist.get_rank()\n    "


@pytest.mark.parametrize(
    ("parameters", "before", "after"),
    [
        ("seed, rank", "torch.manual_seed(seed)", "torch.manual_seed(seed + rank)"),
        ("local_rank", "torch.manual_seed(3)", "torch.manual_seed(3 + local_rank)"),
        (
            "args",
            f"{BOUND}torch.manual_seed(args.seed)",
            f"{BOUND}torch.manual_seed(args.seed + rank)",
        ),
        (
            "args",
            "args.rank = int(os.environ['RANK'])\n    torch.manual_seed(1)",
            "args.rank = int(os.environ['RANK'])\n    torch.manual_seed(1 + args.rank)",
        ),
        (
            "seed, rank",
            "torch.manual_seed(seed); torch.cuda.manual_seed_all(seed)",
            "torch.manual_seed(seed + rank); torch.cuda.manual_seed_all(seed + rank)",
        ),
    ],
)
def test_the_rank_is_added_to_the_seed(
    parameters: str, before: str, after: str, mend: Mend
) -> None:
    text = RANKS.format(parameters=parameters, body=before)
    expected = RANKS.format(parameters=parameters, body=after)
    assert mend("SEED017", text) == {"train.py": expected}


@pytest.mark.parametrize(
    ("parameters", "body"),
    [
        ("seed", "torch.manual_seed(seed)"),
        ("seed, rank: str", "torch.manual_seed(seed)"),
        ("seed, rank=-1", "torch.manual_seed(seed)"),
        ("seed", "torch.manual_seed(seed)\n    rank = dist.get_rank()"),
        ("seed", "rank = os.environ['RANK']\n    torch.manual_seed(seed)"),
        ("seed", "if seed:\n        rank = dist.get_rank()\n    torch.manual_seed(seed)"),
        ("seed, rank", "torch.manual_seed(seed); torch.cuda.manual_seed_all(0)"),
        ("seed, rank", "torch.manual_seed(seed or 1)"),
        ("seed, rank", "torch.manual_seed(seed)\n    order = torch.randperm(9)"),
    ],
)
def test_a_rank_that_is_not_surely_a_number_is_not_added(
    parameters: str, body: str, mend: Mend
) -> None:
    assert mend("SEED017", RANKS.format(parameters=parameters, body=body)) == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "import os\n\nimport numpy as np\nimport torch\n\nos.environ['OMP_NUM_THREADS'] = '1'\nprint(np)\n",
            "import os\n\nos.environ['OMP_NUM_THREADS'] = '1'\nimport numpy as np\nimport torch\n\nprint(np)\n",
        ),
        (
            "import json\nimport numpy as np\nimport os\nx = 1\nos.environ['OMP_NUM_THREADS'] = '1'\n",
            "import json\nimport os\nos.environ['OMP_NUM_THREADS'] = '1'\nimport numpy as np\nx = 1\n",
        ),
    ],
)
def test_the_variable_is_set_above_the_first_import(before: str, after: str, mend: Mend) -> None:
    assert mend("SEED019", before) == {"train.py": after}


@pytest.mark.parametrize(
    "source",
    [
        "import os\nimport numpy as np\nn = 1\nos.environ['OMP_NUM_THREADS'] = str(n)\n",
        "import os\nimport numpy as np\nos.environ.setdefault('OMP_NUM_THREADS', '1')\n",
        "import os\nimport numpy as np\nif np:\n    os.environ['OMP_NUM_THREADS'] = '1'\n",
        "import os\ntry:\n    import numpy as np\nfinally:\n    pass\nos.environ['OMP_NUM_THREADS'] = '1'\n",
        "import numpy as np\nimport os, sys\nos.environ['OMP_NUM_THREADS'] = '1'\n",
        "from os import environ\nimport numpy as np\nenviron['OMP_NUM_THREADS'] = '1'\n",
        "import os\nfrom work import x\nos.environ['OMP_NUM_THREADS'] = '1'\n",
        "import os\nimport numpy as np; x = 1\nos.environ['OMP_NUM_THREADS'] = '1'; y = 2\n",
    ],
)
def test_a_variable_that_cannot_be_moved_has_no_fix(source: str, mend: Mend) -> None:
    files = {"train.py": source, "work.py": "import numpy as np\n\nx = np.ones(3)\n"}
    assert mend("SEED019", files) == {}
