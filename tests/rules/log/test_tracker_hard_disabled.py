"""LOG003: trackers that are switched off in the code, and switches that are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Safety

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[str]]
HEAD = "import os\nfrom os import environ\nimport comet_ml\nimport neptune\nimport wandb\nfrom options import args, cfg\n\n"
LINE = HEAD.count("\n") + 1


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The places of the findings on `train.py` with this body."""

    def run(body: str, path: str = "train.py") -> list[str]:
        return places(check(make_repo({path: HEAD + body}, commit=False).root, "LOG003"))

    return run


@pytest.mark.parametrize(
    ("body", "column"),
    [
        ('wandb.init(project="a", mode="disabled")\n', 30),
        ('run = wandb.init(mode="dryrun")\n', 23),
        ('os.environ["WANDB_MODE"] = "disabled"\n', 1),
        ('environ["WANDB_MODE"] = "dryrun"\n', 1),
        ('os.environ["WANDB_DISABLED"] = "true"\n', 1),
        ('os.environ.setdefault("WANDB_MODE", "disabled")\n', 1),
        ('experiment = comet_ml.Experiment(project_name="a", disabled=True)\n', 61),
        ('run = neptune.init_run(project="a", mode="debug")\n', 42),
    ],
)
def test_a_switch_that_nothing_decides_is_told(judge: Judge, body: str, column: int) -> None:
    assert judge(body) == [f"train.py:{LINE}:{column} LOG003"]


def test_the_guard_of_the_main_module_decides_nothing(judge: Judge) -> None:
    assert len(judge('if __name__ == "__main__":\n    wandb.init(mode="disabled")\n')) == 1
    assert len(judge('def main():\n    wandb.init(mode="disabled")\n')) == 1


@pytest.mark.parametrize(
    "body",
    [
        'wandb.init(project="a")\n',
        'wandb.init(mode="offline")\n',
        'wandb.init(mode="online")\n',
        "wandb.init(mode=cfg.mode)\n",
        'wandb.init(mode="disabled" if args.debug else "online")\n',
        'if args.debug:\n    wandb.init(mode="disabled")\n',
        'if args.wandb:\n    wandb.init()\nelse:\n    wandb.init(mode="disabled")\n',
        'if args.rank != 0:\n    os.environ["WANDB_MODE"] = "disabled"\n',
        'try:\n    import x\nexcept ImportError:\n    wandb.init(mode="disabled")\n',
        'def debug_run():\n    wandb.init(mode="disabled")\n',
        'def test_step():\n    os.environ["WANDB_MODE"] = "disabled"\n',
        'os.environ["WANDB_MODE"] = "online"\n',
        'os.environ["WANDB_MODE"] = args.mode\n',
        'os.environ["WANDB_DISABLED"] = "false"\n',
        'cfg["WANDB_MODE"] = "disabled"\n',
        'args.init(mode="disabled")\n',
    ],
)
def test_switches_that_something_decides_pass(judge: Judge, body: str) -> None:
    assert judge(body) == []


def test_tests_are_left_out(judge: Judge) -> None:
    assert judge('os.environ["WANDB_MODE"] = "disabled"\n', "tests/conftest.py") == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('wandb.init(project="a", mode="disabled")\n', 'wandb.init(project="a")\n'),
        ('wandb.init("a", mode = "disabled", name="b")\n', 'wandb.init("a", name="b")\n'),
    ],
)
def test_the_fix_leaves_the_keyword_out(make_repo: MakeRepo, before: str, after: str) -> None:
    text = HEAD + before
    (finding,) = check(make_repo({"train.py": text}, commit=False).root, "LOG003").findings
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE
    (change,) = plan_fixes([finding], lambda _path: text.encode(), frozenset(Safety))
    assert isinstance(change, Change)
    assert change.new.decode() == HEAD + after


def test_there_is_no_fix_for_what_stands_alone(make_repo: MakeRepo) -> None:
    for body in ('wandb.init(mode="disabled")\n', 'os.environ["WANDB_MODE"] = "disabled"\n'):
        repo = make_repo({"train.py": HEAD + body}, commit=False)
        assert check(repo.root, "LOG003").findings[0].fix is None
