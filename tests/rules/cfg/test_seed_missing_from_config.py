"""CFG008: configs that do not say which run they describe."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Finding, Safety, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
TRAIN = """\
import torch
import yaml
{imports}


def main({parameters}):
    {load}
    torch.manual_seed(0)
    model = torch.nn.Linear(4, 2)
    for x in torch.randn(9, 8, 4):
        optimizer.step(model(x).sum().backward())


if __name__ == "__main__":
    main()
"""
LOAD = 'cfg = yaml.safe_load(open("configs/train.yaml"))'
CONFIG = "# Settings.\nlr: 0.1  # learning rate\nmodel:\n  width: 8\n"


def script(imports: str = "", load: str = LOAD, parameters: str = "") -> str:
    """A training script that loads a config."""
    return TRAIN.format(imports=imports, load=load, parameters=parameters)


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str]) -> list[Finding]:
        texts = {path: textwrap.dedent(text) for path, text in files.items()}
        return list(check(make_repo(texts, commit=False).root, "CFG008").findings)

    return run


def test_a_config_without_a_seed_is_found_at_its_top(judge: Judge) -> None:
    (finding,) = judge({"train.py": script(), "configs/train.yaml": CONFIG})
    span = finding.location.span
    assert span is not None
    assert (finding.location.path, span.line, span.column) == ("configs/train.yaml", 1, 1)
    assert finding.severity is Severity.WARNING
    (related,) = finding.related
    assert related.location.path == "train.py"


@pytest.mark.parametrize(
    "config",
    [
        "seed: 0\n",
        "seed: null\n",
        "random_seed: 1\n",
        "data_seed: 1\nlr: 1\n",
        "seeds: [0, 1, 2]\n",
        "trainer:\n  seed: 3\n",
        "seed_everything: 42\n",
        "trainer:\n  manualSeed: 3\n",
        "randomness:\n  seed: 3\n",
        "model:\n  random_state: 3\n",
        "experiments:\n  - seed: 1\n",
        "seed: ${oc.env:SEED,0}\n",
        "SEED: 1\n",
    ],
)
def test_a_seed_under_any_of_its_names_is_enough(judge: Judge, config: str) -> None:
    assert judge({"train.py": script(), "configs/train.yaml": f"lr: 0.1\n{config}"}) == []


@pytest.mark.parametrize(
    "config", ["seedling: 1\n", "proceed: 1\n", "seeded_by: ada\n" * 0 + "x: seed\n"]
)
def test_a_key_that_only_sounds_like_it_is_not(judge: Judge, config: str) -> None:
    assert len(judge({"train.py": script(), "configs/train.yaml": config})) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("configs/base.yaml", "seed: 0\n"),
        ("configs/experiment/a.yaml", "# @package _global_\nseed: 0\n"),
        ("configs/base.toml", "[run]\nseed = 0\n"),
        ("configs/base.json", '{"seed": 0}'),
    ],
)
def test_a_seed_in_any_config_on_the_way_is_enough(judge: Judge, path: str, text: str) -> None:
    config = "defaults:\n  - base\n  - _self_\nlr: 0.1\n"
    assert judge({"train.py": script(), "configs/train.yaml": config, path: text}) == []


@pytest.mark.parametrize(
    ("imports", "load", "parameters"),
    [
        ("import argparse", 'p = argparse.ArgumentParser(); p.add_argument("--seed", type=int)', ""),
        ("import argparse", 'p = argparse.ArgumentParser(); p.add_argument("--random-seed")', ""),
        ("import argparse", 'p = argparse.ArgumentParser(); p.add_argument("-s", "--seed")', ""),
        ("from absl import flags\n\nflags.DEFINE_integer('seed', 0, 'seed')", "pass", ""),
        ("SEED = 7", "pass", ""),
        ("from dataclasses import dataclass\n\n\n@dataclass\nclass Config:\n    seed: int = 0", "pass", ""),
        ("import click", "pass", ""),
    ],
)  # fmt: skip
def test_a_seed_on_the_command_line_or_in_the_code_is_enough(
    judge: Judge, imports: str, load: str, parameters: str
) -> None:
    code = script(imports, f"{load}\n    {LOAD}", parameters)
    if "click" in imports:
        code = code.replace(
            "def main()", '@click.command()\n@click.option("--seed", default=0)\ndef main(seed)'
        )
    assert judge({"train.py": code, "configs/train.yaml": CONFIG}) == []


def test_an_option_in_another_module_that_the_entry_calls_is_enough(judge: Judge) -> None:
    options = """
        import argparse

        def parse():
            parser = argparse.ArgumentParser()
            parser.add_argument("--seed", type=int, default=0)
            return parser.parse_args()
    """
    code = script("from options import parse", f"args = parse()\n    {LOAD}")
    files = {"train.py": code, "configs/train.yaml": CONFIG, "options.py": options}
    assert judge(files) == []


@pytest.mark.parametrize(
    "imports",
    [
        "from transformers import TrainingArguments",
        "from transformers import Seq2SeqTrainingArguments as TrainingArguments",
    ],
)
def test_the_arguments_of_transformers_bring_a_seed(judge: Judge, imports: str) -> None:
    code = script(imports, f"args = TrainingArguments('out')\n    {LOAD}")
    assert judge({"train.py": code, "configs/train.yaml": CONFIG}) == []


def test_an_entry_that_loads_no_config_is_not_asked(judge: Judge) -> None:
    assert judge({"train.py": script(load="pass"), "configs/train.yaml": CONFIG}) == []


def test_an_entry_that_does_not_train_is_not_asked(judge: Judge) -> None:
    code = script().replace("optimizer.step(model(x).sum().backward())", "print(model(x))")
    assert judge({"train.py": code, "configs/train.yaml": CONFIG}) == []


@pytest.mark.parametrize(
    "path",
    [
        *("environment.yml", ".github/workflows/ci.yml", "mkdocs.yml", "docker-compose.yml"),
        *(
            "tests/configs/a.yaml",
            "docs/config.yaml",
            "third_party/x/configs/a.yaml",
            "data/x.json",
        ),
    ],
)
def test_files_of_tools_are_no_configs_of_experiments(judge: Judge, path: str) -> None:
    text = '{"a": 1}' if path.endswith(".json") else CONFIG
    assert judge({"train.py": script(), path: text}) == []


HYDRA = """
import hydra
import torch


@hydra.main(version_base="1.3", config_path="../conf", config_name="train")
def main(cfg):
    torch.manual_seed(0)
    model = torch.nn.Linear(4, 2)
    for x in torch.randn(9, 8, 4):
        optimizer.step(model(x).sum().backward())


if __name__ == "__main__":
    main()
"""


def test_the_config_that_hydra_starts_from_is_named(judge: Judge) -> None:
    files = {
        "src/train.py": HYDRA,
        "conf/train.yaml": "defaults:\n  - model: small\nlr: 0.1\n",
        "conf/model/small.yaml": "width: 8\n",
        "configs/other.yaml": "x: 1\n",
    }
    (finding,) = judge(files)
    assert finding.location.path == "conf/train.yaml"
    assert judge(files | {"conf/model/small.yaml": "width: 8\nseed: 1\n"}) == []


def test_several_entries_with_one_config_are_one_finding(make_repo: MakeRepo) -> None:
    files = {"train.py": script(), "finetune.py": script(), "configs/train.yaml": CONFIG}
    report = check(make_repo(files, commit=False).root, "CFG008")
    assert places(report) == ["configs/train.yaml:1:1 CFG008"]


def test_the_fix_declares_the_seed_above_the_first_key(judge: Judge) -> None:
    (finding,) = judge({"train.py": script(), "configs/train.yaml": CONFIG})
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE
    (change,) = plan_fixes([finding], lambda _path: CONFIG.encode(), frozenset(Safety))
    assert isinstance(change, Change)
    lines = change.new.decode().splitlines()
    assert lines[0] == "# Settings."
    assert lines[1].startswith("seed: 0  #")
    assert lines[2:] == CONFIG.splitlines()[1:]


@pytest.mark.parametrize(
    ("path", "text", "library"),
    [("configs/a.toml", "lr = 0.1\n", "tomllib"), ("configs/a.json", '{"lr": 0.1}', "json")],
)
def test_other_formats_are_found_without_a_fix(
    judge: Judge, path: str, text: str, library: str
) -> None:
    code = script(f"import {library}", f'cfg = {library}.load(open("{path}", "rb"))')
    (finding,) = judge({"train.py": code, path: text})
    assert finding.fix is None


def test_the_seed_of_another_programs_config_does_not_count(judge: Judge) -> None:
    other = script(load='cfg = yaml.safe_load(open("configs/probe.yaml"))')
    files = {
        "train.py": script(),
        "configs/train.yaml": CONFIG,
        "probe.py": other,
        "configs/probe.yaml": "seed: 1\n",
    }
    (finding,) = judge(files)
    assert finding.location.path == "configs/train.yaml"


def test_a_seed_that_only_an_experiment_sets_is_enough(judge: Judge) -> None:
    files = {
        "src/train.py": HYDRA,
        "conf/train.yaml": "defaults:\n  - _self_\n  - experiment: null\nlr: 0.1\n",
        "conf/experiment/a.yaml": "# @package _global_\nseed: 3\n",
    }
    assert judge(files) == []
    (finding,) = judge(files | {"conf/experiment/a.yaml": "# @package _global_\nlr: 3\n"})
    assert finding.location.path == "conf/train.yaml"


def test_a_config_that_cannot_be_composed_says_nothing(judge: Judge) -> None:
    files = {"src/train.py": HYDRA, "conf/train.yaml": "defaults:\n  - missing\nlr: 0.1\n"}
    assert judge(files) == []


def test_the_fix_stands_below_the_defaults_of_hydra(judge: Judge) -> None:
    text = "defaults:\n  - model: small\n\nlr: 0.1\n"
    files = {"src/train.py": HYDRA, "conf/train.yaml": text, "conf/model/small.yaml": "width: 8\n"}
    (change,) = plan_fixes(judge(files), lambda _path: text.encode(), frozenset(Safety))
    assert isinstance(change, Change)
    assert change.new.decode().splitlines()[3].startswith("seed: 0  #")


def test_the_command_line_of_lightning_brings_a_seed(judge: Judge) -> None:
    load = f"{LOAD}\n    LightningCLI(Model)"
    code = script("from lightning.pytorch.cli import LightningCLI", load)
    assert judge({"train.py": code, "configs/train.yaml": CONFIG}) == []
