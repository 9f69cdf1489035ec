"""CFG012: experiments without a seed, judged on what they run with; and SEED004, which tells of both."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.findings import Finding, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
TRAIN = """\
import random

import hydra
import numpy as np
import torch
from helpers import set_seed
from lightning import seed_everything


@hydra.main(version_base="1.3", config_path="conf", config_name="train")
def main(cfg):
    {body}
    model = torch.nn.Linear(4, 2)
    for x in torch.randn(9, 8, 4):
        optimizer.step(model(x).sum().backward())


if __name__ == "__main__":
    main()
"""
HELPERS = """\
import random


def set_seed(seed):
    random.seed(seed)
"""
BASE = "defaults:\n  - _self_\n  - experiment: null\nlr: 1\nseed: null\n"
SET = "# @package _global_\nseed: 12345\n"
GUARDED = "if cfg.seed is not None:\n        torch.manual_seed(cfg.seed)"
FALSY = 'if cfg.get("seed"):\n        torch.manual_seed(cfg.seed)'


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings for a program with this body, and these configs."""

    def run(body: str, files: dict[str, str] | None = None, *select: str) -> list[Finding]:
        configs = {"conf/train.yaml": BASE, "conf/experiment/a.yaml": SET} | (files or {})
        code = {"train.py": TRAIN.format(body=body), "helpers.py": HELPERS}
        repo = make_repo(code | configs, commit=False)
        return list(check(repo.root, *(select or ("CFG012",))).findings)

    return run


def test_the_null_of_a_base_config_is_found_where_it_is_written(judge: Judge) -> None:
    (finding,) = judge(GUARDED)
    span = finding.location.span
    assert span is not None
    assert (finding.location.path, span.line, span.column) == ("conf/train.yaml", 5, 7)
    assert finding.severity is Severity.WARNING
    assert "`train.py`" in finding.message
    assert [item.location.path for item in finding.related] == [
        "train.py",
        "conf/experiment/a.yaml",
    ]


@pytest.mark.parametrize(
    "body",
    [
        GUARDED,
        'if cfg.get("seed") is not None:\n        seed_everything(cfg.seed)',
        "if cfg.seed is not None:\n        set_seed(cfg.seed)",
        "random.seed(cfg.seed)",
        "np.random.seed(cfg.seed)",
        "set_seed(cfg.seed)",
        "rng = np.random.default_rng(cfg.seed)",
    ],
)
def test_a_null_that_leaves_the_seeding_out_is_found(judge: Judge, body: str) -> None:
    assert len(judge(body)) == 1


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "seed_everything(cfg.seed)",  # Lightning takes another one and logs it
        "torch.manual_seed(cfg.seed)",  # fails at the start
        "torch.manual_seed(0)",
        "seed = cfg.seed if cfg.seed is not None else 42\n    torch.manual_seed(seed)",
        "seed = cfg.seed\n    if seed is None:\n        seed = 7\n    random.seed(seed)",
        "if cfg.seed is None:\n        cfg.seed = random.randint(0, 9)\n    random.seed(cfg.seed)",
    ],
)
def test_a_program_that_does_something_else_with_null_is_not_meant(judge: Judge, body: str) -> None:
    assert judge(body) == []


@pytest.mark.parametrize(
    "files",
    [
        {"conf/train.yaml": BASE.replace("null\n", "0\n").replace("experiment: 0", "experiment: null")},
        {"conf/experiment/a.yaml": "# @package _global_\nlr: 3\n"},  # none sets it
        {"conf/train.yaml": BASE.replace("seed: null", "seed: ${oc.env:SEED}")},
        {"README.md": "Run:\n\n```bash\npython train.py experiment=a\n```\n"},  # the base is a template
        {"README.md": "Run:\n\n```bash\npython train.py seed=3\n```\n"},
    ],
)  # fmt: skip
def test_experiments_that_have_a_seed_or_never_one_are_left_alone(
    judge: Judge, files: dict[str, str]
) -> None:
    assert judge(GUARDED, files) == []


def test_a_documented_command_without_a_seed_is_named(judge: Judge) -> None:
    readme = "Run:\n\n```bash\npython train.py lr=3\npython train.py lr=4\n```\n"
    (finding,) = judge(GUARDED, {"README.md": readme})
    assert "`train.py lr=3` and 1 more experiment" in finding.message


def test_a_key_that_some_experiments_lack_is_missing_there(judge: Judge) -> None:
    base = "defaults:\n  - _self_\n  - experiment: null\nlr: 1\n"
    body = 'if cfg.get("seed") is not None:\n        torch.manual_seed(cfg.seed)'
    (finding,) = judge(body, {"conf/train.yaml": base})
    assert "no `seed` is set" in finding.message
    assert finding.location.path == "conf/train.yaml"


def test_with_a_truth_test_the_code_and_the_config_are_one_finding(judge: Judge) -> None:
    (finding,) = judge(FALSY, None, "CFG012", "SEED004")
    assert (finding.code, finding.location.path) == ("SEED004", "train.py")
    assert [item.location.path for item in finding.related] == ["train.py", "conf/train.yaml"]
    assert "`seed` is null here" in finding.related[1].message


def test_a_truth_test_names_the_experiment_whose_seed_is_0(judge: Judge) -> None:
    files = {"conf/experiment/a.yaml": "# @package _global_\nseed: 0\n"}
    (finding,) = judge(FALSY, files, "CFG012", "SEED004")
    notes = [(item.location.path, item.message) for item in finding.related[1:]]
    assert notes[0][0] == "conf/experiment/a.yaml"
    assert "`seed` is 0 here" in notes[0][1]
    assert "experiment=a" in notes[0][1]
