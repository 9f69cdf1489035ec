"""CKPT008: checkpoints without the states of the generators."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

MakeRepo = Callable[..., Repo]
TRAIN = """\
import random
import numpy as np
import torch
{imports}

def main(resume):
    model = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(model.parameters())
    step = 0
    if resume:
        state = torch.load("last.pt", map_location="cpu")
        model.load_state_dict(state["model"])
        {goes_on}
    for step in range(step, 10):
        model(torch.rand(1, 2)).sum().backward()
        optimizer.step()
        state = {{"model": model.state_dict(), "opt": optimizer.state_dict(), "step": step}}
        {more}
        torch.save(state, "last.pt")

if __name__ == "__main__":
    main(False)
"""


def told(make_repo: MakeRepo, imports: str = "", goes_on: str = "", more: str = "pass") -> int:
    """How many findings there are on one training script."""
    source = TRAIN.format(imports=imports, goes_on=goes_on or "step = state['step']", more=more)
    return len(check(make_repo({"train.py": source}, commit=False).root, "CKPT008").findings)


@pytest.mark.parametrize(
    "goes_on",
    ["step = state['step']", "step = state.get('step', 0)", "step = state['step'] + 1"],
)
def test_a_training_that_goes_on_without_its_generators_is_named(
    goes_on: str, make_repo: MakeRepo
) -> None:
    assert told(make_repo, goes_on=goes_on) == 1


@pytest.mark.parametrize(
    "more",
    [
        "state['rng'] = torch.get_rng_state()",
        "state['python'] = random.getstate()",
        "state['numpy'] = np.random.get_state()",
        "state['cuda_rng_state'] = torch.cuda.get_rng_state_all()",
    ],
)
def test_saved_generators_are_enough(more: str, make_repo: MakeRepo) -> None:
    assert told(make_repo, more=more) == 0


def test_frameworks_that_save_them_and_loads_that_do_not_go_on_are_fine(
    make_repo: MakeRepo,
) -> None:
    assert told(make_repo, imports="from accelerate import Accelerator\nAccelerator()") == 0
    assert told(make_repo, goes_on="pass") == 0


def test_a_helper_in_another_file_counts(make_repo: MakeRepo) -> None:
    files = {
        "train.py": TRAIN.format(
            imports="from rng import capture", goes_on="step = state['step']", more="capture(state)"
        ),
        "rng.py": textwrap.dedent("""
            import torch

            def capture(state):
                state["rng"] = torch.get_rng_state()
            """),
    }
    assert places(check(make_repo(files, commit=False).root, "CKPT008")) == []
