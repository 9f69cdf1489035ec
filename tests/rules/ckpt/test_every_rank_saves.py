"""CKPT009: checkpoints that every process writes, and those that one of them does."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Finding, Safety

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
MAIN = """
import os
import torch
import torch.distributed as dist

def main(rank, model, args):
    dist.init_process_group("nccl", rank=rank)
    is_boss = rank == 0
    for epoch in range(3):
        model(epoch).backward()
        {save}
"""
SAVE = 'torch.save(model.state_dict(), "last.pt")'


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on these files."""

    def run(text: str, **files: str) -> list[Finding]:
        others = {f"{name}.py": textwrap.dedent(other) for name, other in files.items()}
        repo = make_repo({"train.py": textwrap.dedent(text)} | others, commit=False)
        return list(check(repo.root, "CKPT009").findings)

    return run


def _main(save: str) -> str:
    return MAIN.format(save=save.replace("\n", "\n        "))


@pytest.mark.parametrize(
    "save",
    [
        SAVE,
        f"if epoch % 2 == 0:\n    {SAVE}",
        'torch.save({"model": model.state_dict(), "epoch": epoch}, args.path)',
        f'torch.save(model, f"{"{epoch}"}.pt")',
    ],
)
def test_a_save_that_no_rank_guards_is_told(judge: Judge, save: str) -> None:
    (finding,) = judge(_main(save))
    assert finding.related


@pytest.mark.parametrize(
    "guard",
    [
        "if rank == 0:\n    {}",
        "if dist.get_rank() == 0:\n    {}",
        "if is_boss:\n    {}",
        "if is_boss and epoch % 2:\n    {}",
        'if int(os.environ["LOCAL_RANK"]) == 0:\n    {}',
        "if args.local_rank in [-1, 0]:\n    {}",
        "if is_main_process():\n    {}",
        "if args.gpu == 0:\n    {}",
        "if rank != 0:\n    continue\n{}",
        "if rank != 0:\n    pass\nelse:\n    {}",
        "if args.world_size == 1:\n    {}",
    ],
)
def test_a_guard_by_the_rank_in_any_form_passes(judge: Judge, guard: str) -> None:
    assert judge(_main(guard.format(SAVE))) == []


@pytest.mark.parametrize(
    "save",
    [
        'torch.save(model.state_dict(), f"part{rank}.pt")',
        'torch.save(features, "features.pt")',
        "torch.save(model.state_dict(), io.BytesIO())",
        "save_on_master(model.state_dict(), args.path)",
    ],
)
def test_files_of_each_rank_data_and_unknown_helpers_pass(judge: Judge, save: str) -> None:
    assert judge(_main(save)) == []


def test_code_that_starts_no_processes_passes(judge: Judge) -> None:
    assert judge(_main(SAVE).replace("dist.init_process_group", "prepare")) == []


def test_sharded_checkpoints_pass(judge: Judge) -> None:
    assert judge("import torch.distributed.checkpoint as dcp\n" + _main(SAVE)) == []


HELPER = "import torch\n\ndef keep(model, path):\n    torch.save(model.state_dict(), path)\n"


@pytest.mark.parametrize(
    ("call", "is_told"),
    [
        ('keep(model, "a.pt")', True),
        ('if rank == 0:\n    keep(model, "a.pt")', False),
        ('keep(model, f"a{rank}.pt")', False),
    ],
)
def test_a_helper_is_judged_by_its_callers(judge: Judge, call: str, *, is_told: bool) -> None:
    text = "from helper import keep\n" + _main(call)
    assert bool(judge(text, helper=HELPER)) == is_told


def test_a_helper_that_joins_the_process_group_counts(judge: Judge) -> None:
    setup = "import torch\n\ndef setup():\n    torch.distributed.init_process_group('gloo')\n"
    text = "import torch\nfrom setup_run import setup\n\ndef main(model):\n    setup()\n    " + SAVE
    assert len(judge(text + "\n", setup_run=setup)) == 1


def test_a_decorated_function_passes(judge: Judge) -> None:
    text = """
        import torch
        from lightning.utilities import rank_zero_only

        @rank_zero_only
        def keep(model):
            torch.save(model.state_dict(), "a.pt")

        def main(model):
            torch.distributed.init_process_group("gloo")
            keep(model)
    """
    assert judge(text) == []


def test_the_fix_puts_the_guard_in_front(make_repo: MakeRepo) -> None:
    text = _main(SAVE)
    repo = make_repo({"train.py": text}, commit=False)
    (finding,) = check(repo.root, "CKPT009").findings
    (change,) = plan_fixes([finding], lambda _path: text.encode(), frozenset(Safety))
    assert isinstance(change, Change)
    assert f"        if dist.get_rank() == 0:\n            {SAVE}\n" in change.new.decode()
