from __future__ import annotations

from pathlib import Path

import pytest
from projects import node, project

from repro_check.project.configs import (
    SEED_KEY,
    config_loads,
    declares_seed_option,
    instantiated_names,
    is_experiment_config,
    is_tool_config,
    seed_entries,
)


@pytest.mark.parametrize(
    ("key", "is_seed"),
    [
        ("seed", True),
        ("SEED", True),
        ("seeds", True),
        ("random_seed", True),
        ("seed_everything", True),
        ("data_seed", True),
        ("trainer_seed_value", True),
        ("random_state", True),
        ("randomness", True),
        ("globalSeed", True),
        ("seeding", False),
        ("seedling", False),
        ("linseed", False),
        ("LINSEED", False),
        ("proceed", False),
        ("state", False),
        ("randomness_level", False),
        ("", False),
    ],
)
def test_keys_that_name_a_seed(key: str, is_seed: bool) -> None:
    assert bool(SEED_KEY.search(key)) is is_seed


@pytest.mark.parametrize(
    ("path", "is_tool", "is_experiment"),
    [
        ("config.yaml", False, True),
        ("configs/train.yaml", False, True),
        ("conf/model/net.yaml", False, True),
        ("src/cfg/a.toml", False, True),
        ("experiments/a.json", False, True),
        ("my-config.yaml", False, True),
        ("train_config.toml", False, True),
        ("hparams.yaml", False, True),
        ("config.json", False, False),
        ("data/labels.json", False, False),
        ("train.yaml", False, False),
        ("confetti/a.yaml", False, False),
        ("environment.yml", True, False),
        ("conda_env.yaml", True, False),
        ("docker-compose.yml", True, False),
        ("mkdocs.yml", True, False),
        ("configs/mkdocs.yml", True, False),
        ("package.json", True, False),
        ("pyproject.toml", True, False),
        (".pre-commit-config.yaml", True, False),
        (".github/workflows/config.yaml", True, False),
        (".dvc/config.yaml", True, False),
        ("configs/data.dvc", True, False),
        ("configs/dvc.lock", True, False),
        ("tests/config.yaml", False, False),
        ("third_party/config.yaml", False, None),
    ],
)
def test_configs_of_experiments_are_told_from_those_of_tools(
    path: str, is_tool: bool, is_experiment: bool | None, tmp_path: Path
) -> None:
    text = "[a]\nb = 1\n" if path.endswith(".toml") else '{"a": 1}\n'
    opened = project(tmp_path, {path: text})
    assert is_tool_config(path) is is_tool
    config = opened.configs.get(path)
    if is_experiment is None:
        assert config is None
    else:
        assert config is not None
        assert is_experiment_config(config) is is_experiment


def test_the_seeds_of_a_config_are_found_at_any_depth(tmp_path: Path) -> None:
    text = "seed: 1\ntrainer:\n  random_seed: 2\n  seeding: 3\nruns:\n  - seed: 4\n  - lr: 5\n"
    config = project(tmp_path, {"config.yaml": text}).configs["config.yaml"]
    assert [entry.text for entry in seed_entries(config.facts)] == ["1", "2", "4"]


def test_the_names_that_configs_instantiate_are_sorted_and_without_doubles(tmp_path: Path) -> None:
    files = {
        "conf/a.yaml": "model:\n  _target_: pkg.B\nopt:\n  - _target_: pkg.A\nempty:\n  _target_:\n",
        "conf/b.yaml": "class_path: pkg.B\ninit_args:\n  x: 1\n",
        "conf/c.json": '{"_target_": "pkg.C"}',
        "conf/broken.yaml": "a: [",
    }
    names = instantiated_names(project(tmp_path, files).configs)
    assert names == ("pkg.A", "pkg.B", "pkg.C")


LOADS = {
    "hydra": ("import hydra\n@hydra.main(config_path='conf')\ndef main(c): ...", "exp/conf"),
    "hydra above": ("import hydra\n@hydra.main('../conf', 'c')\ndef main(c): ...", "conf"),
    "hydra by its part": ("from hydra import main\n@main(config_path='conf')\ndef f(c): ...", "exp/conf"),
    "hydra without a path": ("import hydra\n@hydra.main()\ndef main(c): ...", None),
    "hydra with a computed path": ("import hydra\n@hydra.main(config_path=P)\ndef main(c): ...", None),
    "hydra's initialize": ("from hydra import initialize\ninitialize('conf')", "exp/conf"),
    "hydra's compose": ("from hydra import compose\ncompose('config')", None),
    "omegaconf": ("from omegaconf import OmegaConf\nOmegaConf.load(p)", None),
    "yaml": ("import yaml\nyaml.safe_load(f)", None),
    "yaml's load": ("import yaml\nyaml.load(f, Loader=L)", None),
    "toml": ("import tomllib\ntomllib.load(f)", None),
    "mmengine": ("from mmengine import Config\nConfig.fromfile(p)", None),
}  # fmt: skip


@pytest.mark.parametrize("kind", LOADS)
def test_the_ways_to_load_a_config_are_known(kind: str, tmp_path: Path) -> None:
    source, folder = LOADS[kind]
    opened = project(tmp_path, {"exp/t.py": source})
    (load,) = config_loads(opened, [node(opened, "exp/t.py")])
    assert (load.path, load.folder, load.line) == ("exp/t.py", folder, 2)


@pytest.mark.parametrize(
    "source",
    [
        "import json\njson.load(f)",
        "import torch\ntorch.load(p)",
        "import torch\ntorch.compile(m)",
        "import numpy\nnumpy.load(p)",
        "transforms.Compose(x)",
    ],
)
def test_other_loads_load_no_config(source: str, tmp_path: Path) -> None:
    opened = project(tmp_path, {"t.py": source})
    assert not list(config_loads(opened, [node(opened, "t.py")]))


@pytest.mark.parametrize(
    ("source", "declares"),
    [
        ("parser.add_argument('--seed', type=int)", True),
        ("parser.add_argument('-s', '--random-seed')", True),
        ("flags.DEFINE_integer('seed', 0, 'help')", True),
        ("@click.option('--seed')\ndef f(seed): ...", True),
        ("@app.command()\ndef f(seed: int = 0): ...", True),
        ("class Args:\n    seed: int = 0", True),
        ("args.seed = 1", True),
        ("SEED = 1", True),
        ("def f(seed): ...", False),
        ("parser.add_argument('--lr')", False),
        ("print('proceed')", False),
    ],
)
def test_a_seed_may_be_an_option_instead(source: str, declares: bool, tmp_path: Path) -> None:
    opened = project(tmp_path, {"t.py": source})
    assert declares_seed_option(opened, [node(opened, "t.py")]) is declares
