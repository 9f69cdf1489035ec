"""How a person starts an experiment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from project.projects import project

from repro_check.project.experiments.naming.starting import start_command

HYDRA = {
    "src/train.py": """
        import hydra
        @hydra.main(version_base="1.3", config_path="../conf", config_name="train")
        def main(cfg): ...
        if __name__ == "__main__":
            main()
    """,
    "conf/train.yaml": "defaults:\n  - experiment: null\nlr: 1\n",
    "conf/experiment/deep.yaml": "# @package _global_\nlr: 2\n",
}
LIGHTNING = {
    "main.py": """
        from lightning.pytorch.cli import LightningCLI
        def main():
            LightningCLI()
        if __name__ == "__main__":
            main()
    """,
}
DETECTRON = {
    "train_net.py": """
        from detectron2.config import get_cfg
        from detectron2.engine import default_argument_parser
        def main(args):
            cfg = get_cfg()
            cfg.merge_from_file(args.config_file)
        if __name__ == "__main__":
            main(default_argument_parser().parse_args())
    """,
    "configs/a.yaml": "SOLVER:\n  BASE_LR: 0.1\n",
    "configs/b.yaml": "SOLVER:\n  BASE_LR: 0.2\n",
}


def commands(root: Path, files: Mapping[str, str], readme: str = "") -> list[str]:
    made = project(root, {**files, "README.md": f"```bash\n{readme}\n```\n"})
    return [start_command(made, experiment) for experiment in made.experiments.every]


def test_an_option_of_hydra_is_an_override(tmp_path: Path) -> None:
    found = commands(tmp_path, HYDRA)
    assert found == ["python src/train.py", "python src/train.py experiment=deep"]


@pytest.mark.parametrize(
    ("documented", "shown"),
    [
        ("python src/train.py lr=3 -m", "python src/train.py lr=3 -m"),
        (
            "CUDA_VISIBLE_DEVICES=0 python src/train.py 'lr=[1, 2]'",
            "python src/train.py 'lr=[1, 2]'",
        ),
        ('python src/train.py lr=$LR name="a $B"', 'python src/train.py lr=$LR "name=a $B"'),
        ("python src/train.py -cn other", "python src/train.py -cn other"),
    ],
)
def test_a_documented_command_stays_as_it_is(documented: str, shown: str, tmp_path: Path) -> None:
    files = {**HYDRA, "conf/other.yaml": "lr: 1\n"}
    assert commands(tmp_path, files, documented)[0] == shown


def test_a_config_of_a_library_is_named_as_documented_commands_name_it(tmp_path: Path) -> None:
    found = commands(tmp_path, DETECTRON, "python train_net.py --config-file configs/a.yaml")
    assert "python train_net.py --config-file configs/b.yaml" in found


def test_lightnings_own_command_line_fits(tmp_path: Path) -> None:
    files = {**LIGHTNING, "configs/a.yaml": "trainer:\n  max_epochs: 3\nseed_everything: 1\n"}
    found = commands(tmp_path, files)
    assert found in ([], ["python main.py fit --config configs/a.yaml"])


PLAIN = {
    "sub/train.py": """
        import argparse, yaml
        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--config")
            args = parser.parse_args()
            cfg = yaml.safe_load(open(args.config))
        if __name__ == "__main__":
            main()
    """,
    "sub/__init__.py": "",
    "sub/conf/a.yaml": "lr: 1\n",
}


@pytest.mark.parametrize(
    ("place", "written", "shown"),
    [
        (
            "sub/README.md",
            "python train.py --config conf/a.yaml",
            "cd sub && python train.py --config conf/a.yaml",
        ),
        (
            "README.md",
            "python sub/train.py --config sub/conf/a.yaml",
            "python sub/train.py --config sub/conf/a.yaml",
        ),
        (
            "sub/README.md",
            "python sub/train.py --config sub/conf/a.yaml",
            "python sub/train.py --config sub/conf/a.yaml",
        ),
        (
            "a b/run.sh",
            "python ../sub/train.py --config ../sub/conf/a.yaml",
            "cd 'a b' && python ../sub/train.py --config ../sub/conf/a.yaml",
        ),
        (
            "sub/run.sh",
            "CUDA_VISIBLE_DEVICES=0 torchrun --nproc_per_node=8 train.py --config conf/a.yaml",
            "cd sub && torchrun --nproc_per_node=8 train.py --config conf/a.yaml",
        ),
        (
            "README.md",
            "python -m torch.distributed.launch --n=$N sub/train.py --config sub/conf/a.yaml",
            "python -m torch.distributed.launch --n=$N sub/train.py --config sub/conf/a.yaml",
        ),
        (
            "README.md",
            "accelerate launch sub/train.py --config sub/conf/a.yaml",
            "accelerate launch sub/train.py --config sub/conf/a.yaml",
        ),
        (
            "README.md",
            "$PYTHON -m sub.train --config sub/conf/a.yaml",
            "python -m sub.train --config sub/conf/a.yaml",
        ),
        (
            "README.md",
            "srun -n 1 python -u sub/train.py --config sub/conf/a.yaml",
            "python -u sub/train.py --config sub/conf/a.yaml",
        ),
        (
            "README.md",
            "./sub/train.py --config sub/conf/a.yaml",
            "python ./sub/train.py --config sub/conf/a.yaml",
        ),
        ("Makefile", "python sub/train.py --config sub/conf/a.yaml", None),
    ],
)
def test_a_command_starts_in_the_folder_for_which_it_is_written(
    place: str, written: str, shown: str | None, tmp_path: Path
) -> None:
    text = {"Makefile": f"train:\n\t@{written}\n"}.get(place, written + "\n")
    text = f"```bash\n{written}\n```\n" if place.endswith(".md") else text
    made = project(tmp_path, {**PLAIN, place: text})
    found = [start_command(made, experiment) for experiment in made.experiments.every]
    assert found == [shown or written]


def test_other_configs_are_started_as_the_documented_ones_of_the_program(tmp_path: Path) -> None:
    files = {f"det/{path}": text for path, text in DETECTRON.items()}
    files["det/README.md"] = "```\npython train_net.py --config-file configs/a.yaml\n```\n"
    files["configs/c.yaml"] = "SOLVER:\n  BASE_LR: 0.2\n"
    made = project(tmp_path, files)
    found = [start_command(made, experiment) for experiment in made.experiments.every]
    assert "cd det && python train_net.py --config-file configs/b.yaml" in found
    assert "python det/train_net.py --config-file configs/c.yaml" in found
