"""SEED030: training on CUDA without a word on its precision."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

MakeRepo = Callable[..., Repo]
TRAIN = """\
import torch
{imports}

def main(device):
    {policy}
    model = torch.nn.Linear(2, 2){placed}
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()

if __name__ == "__main__":
    main({device})
"""
USUAL = {"imports": "", "policy": "pass", "placed": ".cuda()", "device": "None"}


def told(make_repo: MakeRepo, **changes: str) -> int:
    """How many findings there are on one script."""
    files = {"train.py": TRAIN.format(**{**USUAL, **changes})}
    return len(check(make_repo(files, commit=False).root, "SEED030").findings)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"placed": ".to('cuda:0')"},
        {"placed": ".to(device)", "device": "torch.device('cuda')"},
        {"placed": ".to(device)", "device": "torch.device('cuda' if torch.cuda.is_available() else 'cpu')"},
    ],
)  # fmt: skip
def test_training_on_cuda_without_a_policy_is_named(
    changes: dict[str, str], make_repo: MakeRepo
) -> None:
    assert told(make_repo, **changes) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"policy": "torch.set_float32_matmul_precision('high')"},
        {"policy": "torch.backends.cuda.matmul.allow_tf32 = False"},
        {"policy": "torch.backends.cudnn.conv.fp32_precision = 'ieee'"},
        {"policy": "scaler = torch.cuda.amp.GradScaler()"},
        {"policy": "with torch.autocast('cuda'):\n        pass"},
        {"policy": "trainer = Fabric(precision='bf16')", "imports": "from lightning import Fabric"},
        {"policy": "model = make().half()", "imports": "from lab import make"},
        {"placed": ""},
        {"placed": ".to('cpu')"},
    ],
)
def test_a_stated_precision_or_the_cpu_is_fine(
    changes: dict[str, str], make_repo: MakeRepo
) -> None:
    assert told(make_repo, **changes) == 0


def test_a_policy_in_another_file_counts(make_repo: MakeRepo) -> None:
    train = TRAIN.format(
        **{**USUAL, "imports": "from setup_torch import prepare", "policy": "prepare()"}
    )
    helper = "import torch\n\ndef prepare():\n    {}\n"
    good = {
        "train.py": train,
        "setup_torch.py": helper.format("torch.set_float32_matmul_precision('highest')"),
    }
    bad = {
        "train.py": train,
        "setup_torch.py": helper.format("torch.use_deterministic_algorithms(True)"),
    }
    assert len(check(make_repo(good, commit=False).root, "SEED030").findings) == 0
    assert len(check(make_repo(bad, commit=False).root, "SEED030").findings) == 1


def test_inference_and_other_frameworks_are_no_matter_of_this_rule(make_repo: MakeRepo) -> None:
    inference = TRAIN.format(**USUAL).replace("model(torch.ones(1, 2)).sum().backward()", "pass")
    inference = inference.replace("    optimizer.step()\n", "").replace(
        "optimizer =", "parameters ="
    )
    assert len(check(make_repo({"a.py": inference}, commit=False).root, "SEED030").findings) == 0
