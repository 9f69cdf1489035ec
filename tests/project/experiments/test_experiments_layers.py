"""How the layers of a config lie over each other, and what the words of a command set in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from project.projects import project

from repro_check.findings import Span
from repro_check.project.experiments.effective import Effective, Keys, Origin, Value
from repro_check.project.experiments.experiments import Experiments
from repro_check.project.experiments.loading.loader_kinds import ReadsAs
from repro_check.project.experiments.values.plain_files import file_values, merged
from repro_check.project.experiments.values.python_configs import PythonConfigs

NOWHERE = Origin("", Span(1, 1, 1, 1))
YACS = """
    import argparse
    from detectron2.config import get_cfg
    parser = argparse.ArgumentParser()
    parser.add_argument("--config-file", default="")
    args = parser.parse_args()
    cfg = get_cfg()
    cfg.merge_from_file(args.config_file)
"""


def first(root: Path, files: dict[str, str], command: str) -> Effective:
    """What a documented command runs with."""
    made = Experiments(project(root, {**files, "README.md": f"```bash\n{command}\n```\n"}))
    return made.effective(made.every[0])


def plain(made: Effective) -> dict[str, object]:
    return {value.dotted: value.value for value in made.values.values()}


def test_an_empty_map_in_a_map_is_a_leaf_and_the_one_around_it_none(tmp_path: Path) -> None:
    files = {"a.yaml": "a:\n  b: {}\nc: []\nd: {e: 1}\n"}
    facts = project(tmp_path, files).configs["a.yaml"].facts
    found = file_values(facts, "a.yaml", ReadsAs.PYYAML)
    assert {v.dotted: v.kind for v in found.values()} == {
        "a.b": "map",
        "c": "list",
        "d.e": "scalar",
    }


@pytest.mark.parametrize(
    ("over", "left"),
    [("map", [("a", "b")]), ("list", [("a",)]), ("scalar", [("a",)])],
)
def test_an_empty_map_over_a_filled_one_changes_nothing(over: str, left: list[Keys]) -> None:
    below = {("a", "b"): Value(("a", "b"), "scalar", 1, NOWHERE)}
    above: dict[Keys, Value] = {("a",): Value(("a",), over, None, NOWHERE)}
    assert list(merged([below, above])) == left


def test_yacs_bases_in_a_circle_end(tmp_path: Path) -> None:
    files = {
        "train.py": YACS,
        "configs/a.yaml": "_BASE_: b.yaml\nX: 1\n",
        "configs/b.yaml": "_BASE_: a.yaml\nY: 2\n",
    }
    made = first(tmp_path, files, "python train.py --config-file configs/a.yaml")
    assert plain(made) == {"X": 1, "Y": 2}
    assert not made.is_whole


@pytest.mark.parametrize(
    "base", ["../../else.yaml", "/opt/base.yaml", "~/base.yaml", "detectron2://base.yaml"]
)
def test_a_base_outside_of_the_repository_is_not_missing(tmp_path: Path, base: str) -> None:
    files = {"train.py": YACS, "configs/a.yaml": f"_BASE_: {base}\nX: 1\n"}
    made = first(tmp_path, files, "python train.py --config-file configs/a.yaml")
    assert made.problems == ()


def test_only_names_in_capitals_are_keys_of_yacs(tmp_path: Path) -> None:
    files = {"train.py": YACS, "configs/a.yaml": "SOLVER:\n  STEPS: 1\n"}
    command = "python train.py --config-file configs/a.yaml all SOLVER.STEPS 9"
    assert plain(first(tmp_path, files, command)) == {"SOLVER.STEPS": 9}


def test_a_flag_before_another_flag_has_no_value(tmp_path: Path) -> None:
    files = {
        "train.py": "from lightning.pytorch.cli import LightningCLI\nLightningCLI()\n",
        "a.yaml": "trainer:\n  max_epochs: 1\n",
    }
    command = "python train.py fit --config a.yaml --trainer.fast --trainer.max_epochs 3"
    assert plain(first(tmp_path, files, command)) == {"trainer.max_epochs": 3}


def test_a_python_config_of_a_base_folder_is_no_experiment(tmp_path: Path) -> None:
    files = {
        "train.py": """
            import argparse
            from mmengine.config import Config
            def main():
                parser = argparse.ArgumentParser()
                parser.add_argument("config")
                args = parser.parse_args()
                print(Config.fromfile(args.config))
            if __name__ == "__main__":
                main()
        """,
        "configs/a.py": "_base_ = './_base_/model.py'\n",
        "configs/_base_/model.py": "depth = 1\n",
        "configs/_base_/spare.py": "_base_ = './model.py'\n",
    }
    names = [one.name for one in Experiments(project(tmp_path, files)).every]
    assert names == ["configs/a.py"]


def test_what_is_open_in_a_base_or_above_it_is_open_in_both(tmp_path: Path) -> None:
    opened = "m = dict(x=1, **more())\n"
    for name, (base, above) in {
        "one": (opened, "m = dict(y=2)\n"),
        "two": ("m = dict(y=2)\n", opened),
    }.items():
        files = {"b.py": base, "a.py": f"_base_ = 'b.py'\n{above}"}
        made = PythonConfigs(project(tmp_path / name, files)).effective("a.py")
        assert plain(made) == {"m.x": 1, "m.y": 2}
        assert not made.is_whole


def test_a_map_of_which_only_delete_is_left_is_empty(tmp_path: Path) -> None:
    files = {"b.py": "m = dict(x=1)\n", "a.py": "_base_ = 'b.py'\nm = dict(_delete_=True)\n"}
    made = PythonConfigs(project(tmp_path, files)).effective("a.py")
    assert [(v.dotted, v.kind) for v in made.values.values()] == [("m", "map")]


def test_two_configs_over_one_base_do_not_change_it(tmp_path: Path) -> None:
    files = {
        "b.py": "m = dict(x=1)\n",
        "a.py": "from .b import *\nm.x = 2\n",
        "c.py": "_base_ = 'b.py'\nm = dict(y=3)\nn = '{{_base_.m}}'\n",
    }
    configs = PythonConfigs(project(tmp_path, files))
    assert plain(configs.effective("a.py")) == {"m.x": 2}
    assert plain(configs.effective("c.py")) == {"m.x": 1, "m.y": 3, "n.x": 1}
    assert plain(configs.effective("b.py")) == {"m.x": 1}
