"""CKPT008: the fix keeps the state of torch's generator."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Repo
from fixed_files import fix, has_fix, run_script

MakeRepo = Callable[..., Repo]

SCRIPT = """\
import sys

import torch


def main(until, resume):
    torch.manual_seed(0)
    net = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(net.parameters())
    start_epoch = 0
    if resume:
        state = torch.load("last.pt", map_location="cpu")
        net.load_state_dict(state["net"])
        optimizer.load_state_dict(state["optimizer"])
        start_epoch = state["epoch"]
    for epoch in range(start_epoch, until):
        optimizer.zero_grad()
        net(torch.rand(1, 2)).sum().backward()
        optimizer.step()
        torch.save(
            {"net": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch + 1},
            "last.pt",
        )
    print(net.weight.tolist())


if __name__ == "__main__":
    main(int(sys.argv[1]), len(sys.argv) > 2)
"""
LOADED = '        optimizer.load_state_dict(state["optimizer"])\n'


def fixed(text: str, restored: str = 'torch.set_rng_state(state["rng"])') -> str:
    """The script with the generator's state saved and set."""
    saved = text.replace('"epoch": epoch + 1}', '"epoch": epoch + 1, "rng": torch.get_rng_state()}')
    return saved.replace(LOADED, f"{LOADED}        {restored}\n")


def test_the_state_is_saved_and_set_below_the_loads(make_repo: MakeRepo) -> None:
    changed = fix(make_repo({"train.py": SCRIPT}, commit=False), "CKPT008")
    assert changed == {"train.py": fixed(SCRIPT)}


def test_where_all_is_loaded_to_a_device_the_state_is_taken_back(make_repo: MakeRepo) -> None:
    text = SCRIPT.replace('map_location="cpu"', "map_location=sys.argv[3]")
    changed = fix(make_repo({"train.py": text}, commit=False), "CKPT008")
    assert changed == {"train.py": fixed(text, 'torch.set_rng_state(state["rng"].cpu())')}


def test_the_fixed_script_draws_on_as_if_it_had_not_been_interrupted(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": SCRIPT}, commit=False)
    runs = (["4"], ["2"], ["4", "resume"])
    whole, _, resumed = run_script(repo.root, *runs)
    assert resumed != whole
    fix(repo, "CKPT008")
    assert run_script(repo.root, *runs)[::2] == [whole, whole]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    start_epoch = 0\n", "    start_epoch = random.randint(0, 1)\n"),
        ("    start_epoch = 0\n", "    start_epoch = np.random.randint(0, 1)\n"),
        ("import torch\n", "from common import *\n"),
        ("import torch\n", "import torch\nimport torch.distributed as dist\n"),
        ('"epoch": epoch + 1}', '"epoch": (epoch + 1)}'),
        (
            "        net.load_state_dict",
            "        state = state['all']\n        net.load_state_dict",
        ),
    ],
)
def test_other_generators_and_uncertain_places_get_no_fix(
    old: str, new: str, make_repo: MakeRepo
) -> None:
    imports = "import random\nimport sys\n\nimport numpy as np\n"
    text = SCRIPT.replace("import sys\n", imports).replace(old, new, 1)
    repo = make_repo({"train.py": text, "common.py": "import torch\n"}, commit=False)
    assert not has_fix(repo, "CKPT008")
