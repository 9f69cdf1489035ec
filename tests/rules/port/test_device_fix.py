"""PORT002: the fix moves everything to one device, which is asked for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from conftest import Repo
from fixed_files import fix, has_fix

MakeRepo = Callable[..., Repo]

SCRIPT = """\
import torch
from torch import nn

net = nn.Linear(2, 2).cuda()


def predict(x):
    x = x.cuda(non_blocking=True)
    noise = torch.zeros(2, device="cuda")
    return (
        net(x)
        .add(noise.to('cuda'))
        .to(device="cuda", dtype=torch.float64)
    )


if __name__ == "__main__":
    print(predict(torch.ones(1, 2)).dtype)
"""
FIXED = """\
import torch
from torch import nn

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

net = nn.Linear(2, 2).to(device)


def predict(x):
    x = x.to(device, non_blocking=True)
    noise = torch.zeros(2, device=device)
    return (
        net(x)
        .add(noise.to(device))
        .to(device=device, dtype=torch.float64)
    )


if __name__ == "__main__":
    print(predict(torch.ones(1, 2)).dtype)
"""


HEAD = "import torch\nfrom model import make\n\nnet, x = make()\n"


def test_all_places_move_to_one_device_and_the_script_runs_without_a_gpu(
    make_repo: MakeRepo,
) -> None:
    repo = make_repo({"train.py": SCRIPT}, commit=False)
    assert fix(repo, "PORT002") == {"train.py": FIXED}
    command = (sys.executable, "train.py")
    done = subprocess.run(command, cwd=repo.root, capture_output=True, text=True, check=True)
    assert done.stdout == "torch.float64\n"


def test_torch_is_imported_where_it_is_not(make_repo: MakeRepo) -> None:
    text = '"""A script."""\n\nfrom model import Net\n\nnet = Net()\nnet.cuda()\n'
    changed = fix(make_repo({"train.py": text}, commit=False), "PORT002")
    made = 'device = torch.device("cuda" if torch.cuda.is_available() else "cpu")'
    wanted = f'"""A script."""\n\nfrom model import Net\nimport torch\n\n{made}\n\nnet = Net()\nnet.to(device)\n'
    assert changed == {"train.py": wanted}


def test_places_that_a_test_guards_stay_as_they_are(make_repo: MakeRepo) -> None:
    guarded = "if torch.cuda.is_available():\n    x = x.cuda()\n"
    text = f"{HEAD}{guarded}net.cuda()\n"
    changed = fix(make_repo({"train.py": text}, commit=False), "PORT002")
    assert guarded in changed["train.py"]
    assert "net.to(device)" in changed["train.py"]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "net.cuda(0)\n",
        HEAD + "net.cuda(args.gpu, non_blocking=True)\n",
        HEAD + "net.cuda()\nx.to('cuda:1')\n",
        HEAD + "net.cuda()\nload(x, device='cuda')\n",
        HEAD + "net.cuda()\npipe(x, device_map='cuda')\n",
        HEAD + "net.to('mps')\n",
        HEAD + "where = 'cuda'\nnet.to(where)\n",
        # the name may be taken
        HEAD + "device = torch.device('cuda')\nnet.to(device)\n",
        HEAD + "def f(device):\n    net.cuda()\n",
        HEAD + "from tools import device\nnet.cuda()\n",
        HEAD + "from tools import where as device\nnet.cuda()\n",
        HEAD + "def device():\n    pass\nnet.cuda()\n",
        HEAD + "def f():\n    global device\n    net.cuda()\n",
        HEAD + "from tools import *\nnet.cuda()\n",
        # asking for a GPU at the top would settle which ones the process sees
        HEAD + "import os\nos.environ['CUDA_VISIBLE_DEVICES'] = '0'\nnet.cuda()\n",
        # torch means something else, or comes later
        "from model import make, torch\n\nnet = make()\nnet.cuda()\n",
        "from model import make\n\nnet = make()\nimport torch\n\nnet.cuda()\n",
        "from model import make\n\nnet = make()\nif net:\n    import torch\nnet.cuda()\n",
        # no tensor: it has `cuda`, and perhaps no `to`
        HEAD + "class Net:\n    def cuda(self):\n        pass\n\nthing = Net()\nthing.cuda()\n",
    ],
)
def test_where_a_place_or_a_name_is_not_certain_nothing_is_offered(
    text: str, make_repo: MakeRepo
) -> None:
    assert not has_fix(make_repo({"train.py": text}, commit=False), "PORT002")


def test_a_notebook_gets_no_fix(make_repo: MakeRepo) -> None:
    source = (
        '{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, '
    )
    source += '"source": ["import torch\\n", "net.cuda()"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    assert not has_fix(make_repo({"train.ipynb": source}, commit=False), "PORT002")
