"""CFG009: keys and options that do not exist."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.findings import Finding, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
HYDRA = """\
import hydra


@hydra.main(config_path="conf", config_name="train", version_base="1.3")
def main(cfg):
    print(cfg.optimizer.lr, cfg.model.width)


if __name__ == "__main__":
    main()
"""
CONFIGS = {
    "train.py": HYDRA,
    "conf/train.yaml": "defaults:\n  - model: small\n  - _self_\noptimizer:\n  lr: 0.1\n  weight_decay: 0.0\n",
    "conf/model/small.yaml": "width: 8\n",
    "conf/model/large.yaml": "width: 64\n",
}


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str]) -> list[Finding]:
        texts = {path: textwrap.dedent(text) for path, text in files.items()}
        return list(check(make_repo(texts, commit=False).root, "CFG009").findings)

    return run


def documented(command: str) -> dict[str, str]:
    """A Hydra program, and a README with a command."""
    return {**CONFIGS, "README.md": f"# Training\n\n```bash\n{command}\n```\n"}


def place(finding: Finding) -> tuple[str, int, int]:
    """Path, line, column."""
    assert finding.location.span is not None
    return finding.location.path, finding.location.span.line, finding.location.span.column


def test_an_unknown_key_is_found_at_its_word_with_the_nearest_name(judge: Judge) -> None:
    (finding,) = judge(documented("python train.py model=large optimizer.weight_dacay=0.1"))
    assert place(finding) == ("README.md", 4, 29)
    assert finding.severity is Severity.ERROR
    assert "`optimizer.weight_decay`" in finding.help
    assert finding.fix is not None
    assert finding.fix.edits[0].replacement == "optimizer.weight_decay"


def test_a_word_is_found_on_the_line_where_it_stands(judge: Judge) -> None:
    (finding,) = judge(documented("python train.py \\\n    model=large \\\n    optimizer.lrr=0.1"))
    assert place(finding) == ("README.md", 6, 5)


def test_a_missing_option_is_found_and_the_near_one_named(judge: Judge) -> None:
    (finding,) = judge(documented("python train.py model=larg model.width=3"))
    assert place(finding) == ("README.md", 4, 23)
    assert "`large`" in finding.help


def test_an_experiment_option_that_cannot_run_is_found_in_its_config(judge: Judge) -> None:
    files = {
        **CONFIGS,
        "conf/train.yaml": "defaults:\n  - model: small\n  - optional experiment: null\n  - _self_\n"
        "optimizer:\n  lr: 0.1\n",
        "conf/experiment/big.yaml": "# @package _global_\ndefaults:\n  - override /model: huge\n",
        "conf/experiment/wide.yaml": "# @package _global_\ndefaults:\n  - override /model: large\n",
    }
    (finding,) = judge(files)
    assert place(finding) == ("conf/experiment/big.yaml", 3, 22)
    assert "experiment=big" in finding.message


def test_one_cause_is_one_finding(judge: Judge) -> None:
    files = documented("python train.py optimizer.lr=1\npython train.py optimizer.lr=2")
    files["conf/train.yaml"] = files["conf/train.yaml"].replace("model: small", "model: smal")
    (finding,) = judge(files)
    assert place(finding)[0] == "conf/train.yaml"
    assert "and 1 more experiment" in finding.message


def test_adding_what_is_there_is_refused(judge: Judge) -> None:
    (finding,) = judge(documented("python train.py +optimizer.lr=1"))
    assert finding.fix is not None
    assert finding.fix.edits[0].replacement == "optimizer.lr"


@pytest.mark.parametrize(
    "command",
    [
        "python train.py +optimizer.nesterov=true ++model.depth=2",
        "python train.py optimizer.$KEY=1",
        "python train.py <key>=<value>",
        "python train.py optimizer.wrong=<value>",
        "python train.py ...",
        "python train.py hydra.run.dir=out hydra/launcher=joblib",
        "python train.py -m optimizer.lr=0.1,0.2",
        "python train.py model=large  # model=huge is too large",
        "make x=1",
        "wrong=1 python train.py optimizer.lr=1",
        "cd ../other && python run.py optimizer.wrong=1",
        "python train.py --help",
        "python train.py --cfg job",
        "python train.py optimizer.wrong=1\nKey 'wrong' is not in struct",
    ],
)
def test_commands_that_may_be_right_are_left_alone(judge: Judge, command: str) -> None:
    assert judge(documented(command)) == []


def test_a_structured_config_may_have_keys_that_are_not_seen(judge: Judge) -> None:
    files = documented("python train.py optimizer.momentum=1")
    files["schema.py"] = """\
        from dataclasses import dataclass
        from hydra.core.config_store import ConfigStore

        @dataclass
        class Config:
            momentum: float = 0.9

        for name in names():
            ConfigStore.instance().store(name=name, node=Config)
        """
    files["conf/train.yaml"] = files["conf/train.yaml"].replace(
        "defaults:\n", "defaults:\n  - base\n"
    )
    assert judge(files) == []


def test_hydra_before_1_1_composed_otherwise(judge: Judge) -> None:
    files = documented("python train.py optimizer.wrong=1")
    assert judge({**files, "requirements.txt": "hydra-core==1.0.7\n"}) == []
    assert len(judge({**files, "requirements.txt": "hydra-core==1.3.2\n"})) == 1


def test_hydra_1_1_took_a_group_for_its_global_package(judge: Judge) -> None:
    files = {
        "train.py": HYDRA,
        "conf/train.yaml": "defaults:\n  - _self_\n  - task@_global_: walk\nlr: 1\n",
        "conf/task/walk.yaml": "name: walk\n",
        "conf/task/run.yaml": "name: run\n",
        "README.md": "# Training\n\n```bash\npython train.py task=run\n```\n",
    }
    (finding,) = judge({**files, "requirements.txt": "hydra-core==1.3.2\n"})
    assert "`task@_global_`" in finding.help
    assert judge({**files, "requirements.txt": "hydra-core==1.1.0\n"}) == []


def test_an_option_that_a_reader_makes_of_a_template_is_left_alone(judge: Judge) -> None:
    files = documented("python train.py model=local")
    assert len(judge(files)) == 1
    assert judge({**files, "conf/model/local.yaml.example": "width: 1\n"}) == []


def test_a_base_config_that_is_never_run_may_lack_an_option(judge: Judge) -> None:
    files = documented("python train.py data=a")
    files["conf/train.yaml"] = "defaults:\n  - data: default\n"
    files["conf/data/a.yaml"] = "width: 1\n"
    assert judge(files) == []


PLAIN = """\
import argparse

import yaml

from model import build


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", default="configs/a.yaml")
    args = parser.parse_args()
    with open(args.config) as stream:
        cfg = yaml.safe_load(stream)
    build(cfg["model"])
    print(cfg["lr"], cfg.get("weight_decay", 0.0))


if __name__ == "__main__":
    main()
"""
MODEL = 'def build(cfg):\n    print(cfg["width"], cfg.get("dropout", 0.0))\n'


def plain(config: str, model: str = MODEL, script: str = PLAIN) -> dict[str, str]:
    """A program that reads a plain YAML file."""
    return {"train.py": script, "model.py": model, "configs/a.yaml": config}


def test_a_misspelt_key_of_a_plain_config_is_found_through_calls(judge: Judge) -> None:
    (finding,) = judge(plain("lr: 0.1\nmodel:\n  width: 8\n  droput: 0.5\n"))
    assert place(finding) == ("configs/a.yaml", 4, 3)
    assert finding.severity is Severity.WARNING
    assert finding.related[0].location.path == "model.py"
    assert finding.fix is not None
    assert finding.fix.edits[0].replacement == "dropout"


def test_a_reader_that_misses_the_key_behind_a_default_is_found(judge: Judge) -> None:
    script = PLAIN.replace('print(cfg["lr"],', 'print(cfg["lr"], cfg["weight_decay"],').replace(
        'cfg.get("weight_decay", 0.0)', 'cfg.get("weight_dacay", 0.0)'
    )
    (finding,) = judge(plain("lr: 0.1\nweight_decay: 0.1\nmodel:\n  width: 8\n", script=script))
    assert place(finding)[0] == "train.py"
    assert "`weight_decay`" in finding.help


@pytest.mark.parametrize(
    ("config", "model", "script"),
    [
        # both are set
        ("lr: 1\nweight_decay: 0\nweight_dacay: 1\nmodel: {width: 8}\n", MODEL, PLAIN),
        # unused, and like nothing that is read
        ("lr: 1\nnotes: first\nmodel: {width: 8}\n", MODEL, PLAIN),
        # a part is unpacked into a call
        (
            "lr: 1\nmodel: {width: 8, droput: 1}\n",
            "import torch\n\ndef build(cfg):\n    torch.nn.Linear(cfg['dropout'], **cfg)\n",
            PLAIN,
        ),
        # the name stands in other code
        (
            "lr: 1\nmodel: {width: 8, droput: 1}\n",
            MODEL + "    print(getattr(cfg, 'drop' + 'out'), 'droput')\n",
            PLAIN,
        ),
        # all of it goes to a library
        (
            "lr: 1\nweight_dacay: 1\nmodel: {width: 8}\n",
            MODEL,
            PLAIN.replace(
                'build(cfg["model"])', 'import wandb; wandb.init(config=cfg); build(cfg["model"])'
            ),
        ),
    ],
)
def test_keys_that_may_be_read_are_left_alone(
    judge: Judge, config: str, model: str, script: str
) -> None:
    assert judge(plain(config, model, script)) == []


def test_a_primary_config_that_is_not_there_is_all_that_is_wrong(judge: Judge) -> None:
    files = documented("python train.py optimizer.wrong=1 model=huge")
    del files["conf/train.yaml"]
    assert judge(files) == []


@pytest.mark.parametrize(
    "own",
    [
        {".gitignore": "conf/model/local.yaml\n"},
        {"conf/.gitignore": "model/local*\n"},
        {"conf/model/local_template.yaml": "width: 1\n"},
        {"conf/model/example.local.yaml": "width: 1\n"},
    ],
    ids=["ignored", "pattern", "template", "example"],
)
def test_an_option_that_each_user_makes_is_left_alone(judge: Judge, own: dict[str, str]) -> None:
    assert judge({**documented("python train.py model=local model.depth=2"), **own}) == []


def test_a_group_that_is_ignored_because_it_is_called_as_results_are_is_missing(
    judge: Judge,
) -> None:
    files = documented("python train.py model=large")
    files["conf/train.yaml"] = "defaults:\n  - model: small\n  - wandb: default\n"
    assert len(judge({**files, ".gitignore": "wandb/\n"})) == 1
    assert judge({**files, ".gitignore": "conf/wandb/\n"}) == []


def test_what_a_missing_option_would_have_listed_is_no_mistake(judge: Judge) -> None:
    files = documented("python train.py model=local data=a")
    files |= {"conf/data/a.yaml": "x: 1\n", ".gitignore": "local.yaml\n"}
    assert judge(files) == []


def test_commands_with_the_same_mistake_are_one_finding(judge: Judge) -> None:
    commands = "\n".join(f"python train.py optimizer.lrr={number}" for number in range(4))
    (finding,) = judge(documented(commands))
    assert place(finding)[:2] == ("README.md", 4)
    assert "optimizer.lrr=0` and 3 more commands cannot start" in finding.message
    assert [one.location.span.line for one in finding.related if one.location.span] == [5, 6, 7]


def test_two_mistakes_are_two_findings_and_many_of_one_file_one(judge: Judge) -> None:
    commands = [f"python train.py optimizer.wrong{number}=1" for number in range(12)]
    assert len(judge(documented("\n".join(commands[:3])))) == 3
    (finding,) = judge(documented("\n".join(commands)))
    assert "nor can 11 more commands here" in finding.message


@pytest.mark.parametrize(
    ("command", "subject"),
    [
        ("python train.py -m model=small,hug", "hug"),
        ("python train.py -m optimizer.lrr=1,2", "optimizer.lrr"),
        ("python train.py -m model=small,large optimizer.lrr=1", "optimizer.lrr"),
    ],
)
def test_each_run_of_a_sweep_is_judged_and_named_once(
    judge: Judge, command: str, subject: str
) -> None:
    (finding,) = judge(documented(command))
    assert f"`{subject}`" in finding.message
    assert "more" not in finding.message


def test_a_key_that_one_option_of_a_sweep_has_is_missing_in_the_run_of_another(
    judge: Judge,
) -> None:
    files = documented("python train.py -m model=large,small model.depth=2")
    files["conf/model/large.yaml"] = "width: 1\ndepth: 1\n"
    assert len(judge(files)) == 1
    files["conf/model/small.yaml"] = "width: 1\ndepth: 1\n"
    assert judge(files) == []
