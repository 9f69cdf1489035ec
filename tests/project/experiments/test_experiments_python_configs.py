"""Configs that are Python modules."""

from __future__ import annotations

from pathlib import Path

from project.projects import project

from repro_check.project.experiments.effective import Effective
from repro_check.project.experiments.values.python_configs import PythonConfigs


def effective(root: Path, **files: str) -> Effective:
    """The effective config of `configs/a.py`; `base` is `configs/_base_/base.py`."""
    named = {
        f"configs/{'_base_/' if name == 'base' else ''}{name}.py": t for name, t in files.items()
    }
    return PythonConfigs(project(root, named)).effective("configs/a.py")


def plain(made: Effective) -> dict[str, object]:
    return {value.dotted: value.value for value in made.values.values() if value.is_known}


def test_literals_maps_and_names_are_read(tmp_path: Path) -> None:
    made = effective(
        tmp_path, a="lr = 1e-3\nsteps = [3, 5]\noptimizer = dict(type='SGD', lr=lr, wd=-1)\n"
    )
    assert plain(made) == {
        "lr": 1e-3,
        "steps.0": 3,
        "steps.1": 5,
        "optimizer.type": "SGD",
        "optimizer.lr": 1e-3,
        "optimizer.wd": -1,
    }
    assert made.is_whole


def test_a_base_is_merged_deeply_and_lists_are_replaced(tmp_path: Path) -> None:
    made = effective(
        tmp_path,
        base="model = dict(depth=50, head=dict(classes=3))\nsteps = [1, 2]\nseed = 1\n",
        a="_base_ = ['_base_/base.py']\nmodel = dict(head=dict(classes=9))\nsteps = [7]\n",
    )
    assert plain(made) == {
        "model.depth": 50,
        "model.head.classes": 9,
        "steps.0": 7,
        "seed": 1,
    }
    assert made.files == ("configs/_base_/base.py", "configs/a.py")
    seed = made.get("seed")
    assert seed is not None
    assert seed.origin.path == "configs/_base_/base.py"


def test_delete_replaces_a_map(tmp_path: Path) -> None:
    made = effective(
        tmp_path,
        base="optimizer = dict(type='SGD', momentum=0.9)\n",
        a="_base_ = '_base_/base.py'\noptimizer = dict(_delete_=True, type='Adam')\n",
    )
    assert plain(made) == {"optimizer.type": "Adam"}


def test_a_reference_to_a_base_is_filled_in(tmp_path: Path) -> None:
    made = effective(
        tmp_path,
        base="size = 32\n",
        a="_base_ = '_base_/base.py'\ncrop = dict(size='{{_base_.size}}')\n",
    )
    assert plain(made)["crop.size"] == 32


def test_what_code_decides_is_unknown(tmp_path: Path) -> None:
    made = effective(
        tmp_path,
        a="import os\nworkers = os.cpu_count()\nn = 1\nif workers:\n    n = 2\nxs = [1]\nxs.append(2)\n"
        "a = 3\na += 1\n",
    )
    assert plain(made) == {}
    assert {value.dotted for value in made.values.values()} == {"workers", "n", "xs", "a"}


def test_unpacked_maps_make_a_map_open(tmp_path: Path) -> None:
    made = effective(tmp_path, a="import other\nmodel = dict(depth=1, **other.more())\n")
    assert plain(made) == {"model.depth": 1}
    assert not made.is_whole


def test_a_missing_base_is_a_problem_and_one_outside_is_not(tmp_path: Path) -> None:
    made = effective(tmp_path, a="_base_ = ['gone.py', 'mmdet::x.py', '../../elsewhere.py']\n")
    (problem,) = made.problems
    assert (problem.kind, problem.subject) == ("config-missing", "gone.py")
    assert not made.is_whole


def test_a_base_of_itself_is_circular(tmp_path: Path) -> None:
    made = effective(tmp_path, a="_base_ = 'b.py'\nx = 1\n", b="_base_ = 'a.py'\n")
    assert [problem.kind for problem in made.problems] == ["circular"]


def test_get_config_of_ml_collections_is_followed_through_its_defaults(tmp_path: Path) -> None:
    made = effective(
        tmp_path,
        defaults="import ml_collections\ndef get_default_configs():\n"
        "    config = ml_collections.ConfigDict()\n"
        "    config.training = training = ml_collections.ConfigDict()\n"
        "    training.batch_size = 128\n    config.seed = 42\n    return config\n",
        a="from configs.defaults import get_default_configs\ndef get_config():\n"
        "    config = get_default_configs()\n    training = config.training\n"
        "    training.sde = 'vpsde'\n    config.seed = 7\n    return config\n",
    )
    assert plain(made) == {"training.batch_size": 128, "training.sde": "vpsde", "seed": 7}


def test_lazy_configs_name_their_targets(tmp_path: Path) -> None:
    made = effective(
        tmp_path,
        a="from detectron2.config import LazyCall as L\nfrom nets import Net\n"
        "model = L(Net)(width=3)\nmodel.width = 4\n",
    )
    assert plain(made) == {"model._target_": "Net", "model.width": 4}


def test_a_map_that_holds_itself_ends(tmp_path: Path) -> None:
    assert effective(tmp_path, a="a = dict(x=1)\na['self'] = a\n").values
