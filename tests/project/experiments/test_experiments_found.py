"""Which experiments a repository has, and what each runs with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from project.projects import project

from repro_check.project.experiments.effective import Effective
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.experiments import Experiments

HYDRA = {
    "train.py": """
        import hydra
        @hydra.main(version_base="1.3", config_path="conf", config_name="train")
        def main(cfg): ...
        if __name__ == "__main__":
            main()
    """,
    "conf/train.yaml": "defaults:\n  - _self_\n  - model: small\n  - experiment: null\nseed: null\n",
    "conf/model/small.yaml": "size: 1\n",
    "conf/model/big.yaml": "size: 9\n",
    "conf/experiment/deep.yaml": "# @package _global_\ndefaults:\n  - override /model: big\nseed: 3\n",
}
YAML = {
    "train.py": """
        import argparse, yaml
        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--config", required=True)
            parser.add_argument("--seed", type=int)
            args = parser.parse_args()
            with open(args.config) as f:
                cfg = yaml.safe_load(f)
        if __name__ == "__main__":
            main()
    """,
    "configs/a.yaml": "lr: 1e-4\nmodel:\n  size: 0o7\n",
    "configs/b.yaml": "lr: 0.1\n",
}


def experiments(root: Path, files: Mapping[str, str], readme: str = "") -> Experiments:
    made = dict(files)
    if readme:
        made["README.md"] = f"```bash\n{readme}\n```\n"
    return Experiments(project(root, made))


def names(found: Experiments) -> list[str]:
    return [experiment.name for experiment in found.every]


def the(found: Experiments, name: str) -> Experiment:
    return next(item for item in found.every if item.name == name)


def value(effective: Effective, dotted: str) -> object:
    found = effective.get(dotted)
    assert found is not None, dotted
    return found.value


def test_hydra_has_its_own_config_and_each_experiment(tmp_path: Path) -> None:
    found = experiments(tmp_path, HYDRA)
    assert names(found) == ["train", "experiment=deep"]
    assert not any(item.is_documented for item in found.every)
    assert value(found.effective(the(found, "train")), "model.size") == 1
    deep = found.effective(the(found, "experiment=deep"))
    assert value(deep, "model.size") == 9
    assert value(deep, "seed") == 3
    assert deep.get("seed").origin.path == "conf/experiment/deep.yaml"  # type: ignore[union-attr]


def test_a_documented_command_is_an_experiment_with_its_place(tmp_path: Path) -> None:
    found = experiments(tmp_path, HYDRA, "python train.py model=big seed=5 +extra.key=1")
    run = found.every[0]
    assert run.is_documented
    assert (run.origin.path, run.origin.span.line) == ("README.md", 2)
    effective = found.effective(run)
    assert value(effective, "model.size") == 9
    assert value(effective, "seed") == 5
    assert value(effective, "extra.key") == 1
    assert effective.get("seed").origin.path == "README.md"  # type: ignore[union-attr]
    assert effective.problems == ()


@pytest.mark.parametrize("flags", ["-cn other", "--config-name other", "--config-name=other.yaml"])
def test_a_command_may_name_another_config(tmp_path: Path, flags: str) -> None:
    files = {**HYDRA, "conf/other.yaml": "a: 1\n"}
    found = experiments(tmp_path, files, f"python train.py {flags}")
    assert found.every[0].config == "other"
    assert value(found.effective(found.every[0]), "a") == 1


@pytest.mark.parametrize("flag", ["-m", "--multirun"])
def test_a_multirun_is_a_sweep_and_no_mistake(tmp_path: Path, flag: str) -> None:
    found = experiments(tmp_path, HYDRA, f"python train.py {flag} model=small,big seed=1,2")
    assert found.every[0].is_sweep
    assert found.effective(found.every[0]).problems == ()


@pytest.mark.parametrize(
    "command",
    [
        "python train.py --help",
        "python train.py experiment=<name> --other",
        "python train.py [OPTIONS]",
        "python train.py ...",
        "python train.py --data-dir /data",
    ],
)
def test_what_is_no_run_of_hydra_is_no_experiment(tmp_path: Path, command: str) -> None:
    assert names(experiments(tmp_path, HYDRA, command)) == ["train", "experiment=deep"]


def test_a_shell_variable_is_not_judged(tmp_path: Path) -> None:
    found = experiments(tmp_path, HYDRA, "python train.py model=$MODEL seed=1")
    run = found.every[0]
    assert not run.is_whole
    assert not found.effective(run).is_whole
    assert found.effective(run).problems == ()


def test_a_placeholder_option_is_not_judged(tmp_path: Path) -> None:
    found = experiments(tmp_path, HYDRA, "python train.py experiment=experiment_name.yaml")
    assert all(not found.effective(item).problems for item in found.every)


def test_a_wrong_option_in_a_command_is_a_problem_at_the_command(tmp_path: Path) -> None:
    found = experiments(tmp_path, HYDRA, "python train.py model=huge")
    (problem,) = found.effective(found.every[0]).problems
    assert (problem.kind, problem.origin.path) == ("option-missing", "README.md")


def test_a_program_that_does_not_list_the_group_does_not_get_its_experiments(
    tmp_path: Path,
) -> None:
    other = HYDRA["train.py"].replace('"train"', '"eval"')
    files = {**HYDRA, "eval.py": other, "conf/eval.yaml": "a: 1\n"}
    found = experiments(tmp_path, files)
    assert [(item.entry, item.name) for item in found.every] == [
        ("eval.py", "eval"),
        ("train.py", "train"),
        ("train.py", "experiment=deep"),
    ]


def test_registered_configs_are_not_missing(tmp_path: Path) -> None:
    code = """
        import hydra
        from hydra.core.config_store import ConfigStore
        cs = ConfigStore.instance()
        cs.store(group="model", name="coded", node=dict)
        @hydra.main(version_base="1.3", config_path="conf", config_name="train")
        def main(cfg): ...
    """
    found = experiments(tmp_path, {**HYDRA, "train.py": code}, "python train.py model=coded")
    effective = found.effective(found.every[0])
    assert effective.problems == ()
    assert not effective.is_whole


def test_a_plain_config_is_an_experiment_where_a_command_names_it(tmp_path: Path) -> None:
    found = experiments(tmp_path, YAML, "python train.py --config configs/a.yaml --seed 1")
    assert names(found) == ["configs/a.yaml"]
    effective = found.effective(found.every[0])
    # PyYAML reads YAML 1.1: both are text
    assert value(effective, "lr") == "1e-4"
    assert value(effective, "model.size") == "0o7"


def test_without_a_command_an_option_names_no_experiment(tmp_path: Path) -> None:
    assert names(experiments(tmp_path, YAML)) == []


def test_a_positional_config_is_found(tmp_path: Path) -> None:
    files = {**YAML, "train.py": YAML["train.py"].replace('"--config", required=True', '"config"')}
    found = experiments(tmp_path, files, "python train.py configs/b.yaml")
    assert value(found.effective(found.every[0]), "lr") == 0.1


def test_a_config_that_the_code_names_is_an_experiment(tmp_path: Path) -> None:
    code = """
        import yaml
        def main():
            return yaml.safe_load(open("configs/b.yaml"))
        if __name__ == "__main__":
            main()
    """
    found = experiments(tmp_path, {**YAML, "train.py": code})
    assert [(item.name, item.is_documented) for item in found.every] == [("configs/b.yaml", False)]


def test_a_data_file_is_no_experiment(tmp_path: Path) -> None:
    code = """
        import json
        def main():
            return json.load(open("data/labels.json"))
        if __name__ == "__main__":
            main()
    """
    assert names(experiments(tmp_path, {"train.py": code, "data/labels.json": "{}"})) == []


def test_two_configs_of_one_option_are_merged_in_their_order(tmp_path: Path) -> None:
    code = """
        import argparse
        from omegaconf import OmegaConf
        parser = argparse.ArgumentParser()
        parser.add_argument("--base", nargs="*")
        args = parser.parse_args()
        cfg = OmegaConf.merge(*[OmegaConf.load(path) for path in args.base])
    """
    files = {"train.py": code, "a.yaml": "x: {y: 1, z: 1e-3}\n", "b.yaml": "x: {y: 2}\n"}
    found = experiments(tmp_path, files, "python train.py --base a.yaml b.yaml")
    effective = found.effective(found.every[0])
    assert value(effective, "x.y") == 2
    assert value(effective, "x.z") == 0.001
    assert effective.files == ("a.yaml", "b.yaml")


def test_lightning_takes_values_from_the_command(tmp_path: Path) -> None:
    files = {
        "train.py": "from lightning.pytorch.cli import LightningCLI\nLightningCLI()\n",
        "a.yaml": "trainer:\n  max_epochs: 1\n  devices: 2\n",
        "b.yaml": "trainer:\n  devices: 4\n",
    }
    command = "python train.py fit --config a.yaml --config b.yaml --trainer.max_epochs 3"
    found = experiments(tmp_path, files, command)
    effective = found.effective(found.every[0])
    assert value(effective, "trainer.max_epochs") == 3
    assert value(effective, "trainer.devices") == 4
    assert effective.get("trainer.max_epochs").origin.path == "README.md"  # type: ignore[union-attr]


def test_yacs_reads_bases_and_the_rest_of_the_command(tmp_path: Path) -> None:
    files = {
        "train.py": """
            import argparse
            from detectron2.config import get_cfg
            parser = argparse.ArgumentParser()
            parser.add_argument("--config-file", default="")
            args = parser.parse_args()
            cfg = get_cfg()
            cfg.merge_from_file(args.config_file)
        """,
        "configs/base.yaml": "SOLVER:\n  LR: 1e-4\n  STEPS: 5\n",
        "configs/a.yaml": "_BASE_: base.yaml\nSOLVER:\n  STEPS: 7\n",
    }
    command = "python train.py --config-file configs/a.yaml SOLVER.STEPS 9"
    found = experiments(tmp_path, files, command)
    effective = found.effective(found.every[0])
    assert value(effective, "SOLVER.LR") == 1e-4
    assert value(effective, "SOLVER.STEPS") == 9
    assert not effective.is_whole  # the library's defaults stand below


def test_a_missing_base_is_a_problem(tmp_path: Path) -> None:
    files = {
        "train.py": """
            from yacs.config import CfgNode
            cfg = CfgNode()
            cfg.merge_from_file("a.yaml")
            if __name__ == "__main__":
                print(cfg)
        """,
        "a.yaml": "_BASE_: gone.yaml\nx: 1\n",
    }
    found = experiments(tmp_path, files)
    (problem,) = found.effective(found.every[0]).problems
    assert (problem.kind, problem.subject) == ("config-missing", "gone.yaml")


OPTIONS = {"train.py": """
        import argparse
        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("data")
            parser.add_argument("-s", "--seed", type=int, default=None)
            parser.add_argument("--lr", type=float, default=0.1)
            parser.add_argument("--name", default="net")
            parser.add_argument("--no-cuda", action="store_true")
            parser.add_argument("--workers", type=int, default=cpus())
            parser.add_argument("--dims", type=int, nargs="+", default=None)
            return parser.parse_args()
        if __name__ == "__main__":
            main()
    """}


def test_a_program_of_options_runs_with_its_defaults(tmp_path: Path) -> None:
    found = experiments(tmp_path, OPTIONS)
    (only,) = found.every
    effective = found.effective(only)
    assert {v.dotted: v.value for v in effective.values.values() if v.is_known} == {
        "data": None,
        "seed": None,
        "lr": 0.1,
        "name": "net",
        "no_cuda": False,
        "dims": None,
    }
    assert effective.get("data").is_missing  # type: ignore[union-attr]
    assert effective.is_whole


def test_a_documented_command_gives_options(tmp_path: Path) -> None:
    command = "python train.py imagenet -s 3 --lr=1e-3 --no-cuda --name $NAME --dims 1 2"
    found = experiments(tmp_path, OPTIONS, command)
    effective = found.effective(found.every[0])
    assert value(effective, "seed") == 3
    assert value(effective, "lr") == 0.001
    assert value(effective, "no_cuda") is True
    assert not effective.get("data").is_missing  # type: ignore[union-attr]
    assert not effective.get("name").is_known  # type: ignore[union-attr]
    assert not effective.get("dims").is_known  # type: ignore[union-attr]
    assert effective.get("seed").origin.path == "README.md"  # type: ignore[union-attr]


def test_options_of_two_parsers_are_not_told_apart(tmp_path: Path) -> None:
    files = {"train.py": """
            import argparse
            parser = argparse.ArgumentParser()
            parser.add_argument("--seed", default=1)
            other = argparse.ArgumentParser()
            other.add_argument("--seed", default=2)
            args = parser.parse_args()
            if __name__ == "__main__":
                print(args)
        """}
    found = experiments(tmp_path, files)
    assert not found.effective(found.every[0]).get("seed").is_known  # type: ignore[union-attr]


def test_dotlist_words_override_where_the_code_takes_them(tmp_path: Path) -> None:
    code = """
        import sys
        from omegaconf import OmegaConf
        if __name__ == "__main__":
            cfg = OmegaConf.merge(OmegaConf.load(sys.argv[1]), OmegaConf.from_cli(sys.argv[2:]))
    """
    files = {"train.py": code, "a.yaml": "x: {y: 1}\n"}
    found = experiments(tmp_path, files, "python train.py a.yaml x.y=7 x.z=1e-3")
    effective = found.effective(found.every[0])
    assert value(effective, "x.y") == 7
    assert value(effective, "x.z") == 0.001


def test_many_configs_are_each_read_once(tmp_path: Path) -> None:
    code = YAML["train.py"].replace("open(args.config)", 'open("configs/" + args.config)')
    files = {"train.py": code, **{f"configs/c{n}.yaml": f"n: {n}\n" for n in range(50)}}
    found = experiments(tmp_path, files)
    assert len(found.every) == 50
    assert [value(found.effective(item), "n") for item in found.every[:3]] == [0, 1, 10]
