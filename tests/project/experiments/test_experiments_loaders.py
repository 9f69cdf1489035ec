"""Where code loads configs, and from which files."""

from __future__ import annotations

from pathlib import Path

import pytest
from project.projects import project

from repro_check.project.experiments.loading.loader_kinds import LoaderKind, ReadsAs
from repro_check.project.experiments.loading.loaders import Loader, Loaders, command_words


def loaders(root: Path, **files: str) -> Loaders:
    """The loaders of a repository whose `train.py` is given; `a__b_yaml` names `a/b.yaml`."""
    named = {
        name.replace("__", "/").replace("_yaml", ".yaml").replace("_py", ".py"): text
        for name, text in files.items()
    }
    return Loaders(project(root, named))


def only(found: Loaders) -> Loader:
    (loader,) = found.every
    return loader


YAML = {"configs__a_yaml": "lr: 1e-4\n", "configs__b_yaml": "lr: 2e-4\n"}


@pytest.mark.parametrize(
    ("code", "kind", "reads_as"),
    [
        ("import yaml\nyaml.safe_load(open('configs/a.yaml'))", "YAML", "PYYAML"),
        (
            "from yaml import load, Loader\nload(open('configs/a.yaml'), Loader=Loader)",
            "YAML",
            "PYYAML",
        ),
        (
            "from omegaconf import OmegaConf as O\nO.load('configs/a.yaml')",
            "OMEGACONF",
            "OMEGACONF",
        ),
        (
            "from ruamel.yaml import YAML\ny = YAML()\ny.load(open('configs/a.yaml'))",
            "RUAMEL",
            "YAML_1_2",
        ),
        (
            "from mmengine import Config\nConfig.fromfile('configs/a.yaml')",
            "MMENGINE",
            "PYYAML",
        ),
        ("from mmcv import Config\nConfig.fromfile('configs/a.yaml')", "MMENGINE", "PYYAML"),
        (
            "from detectron2.config import get_cfg\ncfg = get_cfg()\ncfg.merge_from_file('configs/a.yaml')",
            "YACS",
            "YACS",
        ),
    ],
)
def test_a_literal_path_is_surely_read(tmp_path: Path, code: str, kind: str, reads_as: str) -> None:
    loader = only(loaders(tmp_path, train_py=code, **YAML))
    assert loader.kind is LoaderKind[kind]
    assert loader.reads_as is ReadsAs[reads_as]
    assert loader.files == ("configs/a.yaml",)
    assert loader.is_closed


@pytest.mark.parametrize(
    "code",
    [
        "import yaml\nwith open('configs/a.yaml') as f:\n    cfg = yaml.safe_load(f)",
        "import yaml\nfrom pathlib import Path\ncfg = yaml.safe_load(Path('configs/a.yaml').read_text())",
        "import yaml\nfrom pathlib import Path\ncfg = yaml.safe_load((Path('configs') / 'a.yaml').open())",
        "import os, yaml\ncfg = yaml.safe_load(open(os.path.join('configs', 'a.yaml')))",
        """
        import os, yaml
        HERE = os.path.dirname(os.path.abspath(__file__))
        cfg = yaml.safe_load(open(os.path.join(HERE, "configs", "a.yaml")))
        """,
        """
        import yaml
        from pathlib import Path
        ROOT = Path(__file__).resolve().parent
        cfg = yaml.safe_load((ROOT / "configs" / "a.yaml").read_text())
        """,
        "import yaml\nname = 'a'\ncfg = yaml.safe_load(open(f'configs/{name}.yaml'))",
        "import yaml\ncfg = yaml.safe_load(open('configs/' + 'a.yaml', 'r', encoding='utf-8'))",
        """
        import yaml
        with open("configs/b.txt") as f:
            f.read()
        with open("configs/a.yaml") as f:
            cfg = yaml.safe_load(f)
        """,
    ],
)
def test_a_path_is_told_through_the_usual_ways_of_writing_it(tmp_path: Path, code: str) -> None:
    loader = only(loaders(tmp_path, train_py=code, **YAML))
    assert loader.files == ("configs/a.yaml",)
    assert loader.is_closed


def test_a_wrapper_reads_what_its_callers_give(tmp_path: Path) -> None:
    found = loaders(
        tmp_path,
        util_py="import yaml\ndef load_config(path):\n    with open(path) as f:\n        return yaml.safe_load(f)\n",
        train_py="from util import load_config\ncfg = load_config('configs/a.yaml')\n",
        **YAML,
    )
    assert only(found).files == ("configs/a.yaml",)
    assert found.of("configs/a.yaml").sure
    assert not found.of("configs/b.yaml").possible


def test_an_option_gives_its_default_and_may_give_others(tmp_path: Path) -> None:
    code = """
        import argparse, yaml
        parser = argparse.ArgumentParser()
        parser.add_argument("--config", default="configs/a.yaml")
        args = parser.parse_args()
        cfg = yaml.safe_load(open(args.config))
    """
    found = loaders(tmp_path, train_py=code, **YAML)
    loader = only(found)
    assert (loader.files, loader.options) == (("configs/a.yaml",), ("config",))
    assert not loader.is_closed
    assert found.of("configs/b.yaml").sure == ()
    assert found.of("configs/b.yaml").possible == (loader,)


def test_an_option_inside_a_folder_cannot_name_files_elsewhere(tmp_path: Path) -> None:
    code = """
        import argparse, os, yaml
        parser = argparse.ArgumentParser()
        parser.add_argument("--config", required=True)
        args = parser.parse_args()
        cfg = yaml.safe_load(open(os.path.join("configs", args.config)))
    """
    found = loaders(tmp_path, train_py=code, other_yaml="a: 1\n", **YAML)
    assert found.of("configs/b.yaml").possible
    assert not found.of("other.yaml").possible


def test_a_documented_command_makes_a_possible_reader_sure(tmp_path: Path) -> None:
    code = """
        import argparse
        from omegaconf import OmegaConf
        parser = argparse.ArgumentParser()
        parser.add_argument("--config")
        cfg = OmegaConf.load(parser.parse_args().config)
    """
    files = {"train.py": code, "configs/a.yaml": "lr: 1\n", "configs/b.yaml": "lr: 1\n"}
    readme = "```\npython train.py --config configs/b.yaml\n```\n"
    found = Loaders(project(tmp_path, {**files, "README.md": readme}))
    assert found.of("configs/b.yaml").sure
    assert not found.of("configs/a.yaml").sure
    assert found.of("configs/a.yaml").may_read_as(ReadsAs.OMEGACONF)


@pytest.mark.parametrize(
    "code",
    [
        "import torch\ntorch.load('configs/a.yaml')",
        "import numpy as np\nnp.load('configs/a.yaml')",
        "from mine import yaml\nyaml.safe_load(open('configs/a.yaml'))",
        "class Config:\n    @staticmethod\n    def fromfile(p): ...\nConfig.fromfile('configs/a.yaml')",
        "def main(): ...\nmain()",
        "import keras\nkeras.Model().compile()",
    ],
)
def test_what_is_no_library_loader_is_none(tmp_path: Path, code: str) -> None:
    found = loaders(tmp_path, train_py=code, mine_py="class yaml: ...\n", **YAML)
    assert found.every == ()


@pytest.mark.parametrize(
    ("decorator", "folder", "name", "version"),
    [
        (
            '@hydra.main(version_base="1.3", config_path="../conf", config_name="train.yaml")',
            "conf",
            "train",
            "1.3",
        ),
        ('@hydra.main(config_path="../conf", config_name="train")', "conf", "train", None),
        ('@hydra.main(config_path="../conf/train.yaml", strict=True)', "conf", "train", None),
        ("@hydra.main(config_path=CONF, config_name=NAME)", "conf", "train", None),
        ('@hydra.main(config_path=str(ROOT / "conf"), config_name="train")', "conf", "train", None),
        ('@hydra.main(config_path="../none", config_name="train")', None, "train", None),
        ('@hydra.main(config_name="train")', None, "train", None),
        ("@hydra.main(config_path=os.environ['X'], config_name=os.environ['Y'])", None, None, None),
    ],
)
def test_a_hydra_program_tells_its_folder_and_its_config(
    tmp_path: Path, decorator: str, folder: str | None, name: str | None, version: str | None
) -> None:
    code = (
        "import os\nimport hydra\nimport rootutils\n"
        'ROOT = rootutils.setup_root(__file__, indicator=".project-root")\n'
        f'CONF = "../conf"\nNAME = "train"\n{decorator}\ndef main(cfg): ...\n'
    )
    loader = only(loaders(tmp_path, src__train_py=code, conf__train_yaml="a: 1\n"))
    assert loader.kind is LoaderKind.HYDRA
    assert (loader.folder, loader.name, loader.version_base) == (folder, name, version)


def test_compose_reads_where_initialize_says(tmp_path: Path) -> None:
    code = """
        from hydra import compose, initialize
        def cfg():
            with initialize(version_base=None, config_path="conf"):
                return compose(config_name="train", overrides=["a=2"])
    """
    loader = only(loaders(tmp_path, train_py=code, conf__train_yaml="a: 1\n"))
    assert loader.kind is LoaderKind.COMPOSE
    assert (loader.folder, loader.name) == ("conf", "train")


def test_all_files_in_the_folder_of_a_hydra_program_are_read_by_omegaconf(tmp_path: Path) -> None:
    code = '@hydra.main(config_path="conf", config_name="train")\ndef main(cfg): ...\n'
    found = loaders(
        tmp_path,
        train_py=f"import hydra\n{code}",
        conf__model__big_yaml="a: 1\n",
        conf__train_yaml="a: 1\n",
        other_yaml="a: 1\n",
    )
    assert found.of("conf/model/big.yaml").sure
    assert not found.of("other.yaml").sure
    assert not found.of("other.yaml").possible


def test_an_own_subclass_of_lightning_cli_takes_a_config_option(tmp_path: Path) -> None:
    code = """
        from lightning.pytorch.cli import LightningCLI
        class MyCLI(LightningCLI): ...
        def main():
            MyCLI(save_config_callback=None)
    """
    loader = only(loaders(tmp_path, train_py=code))
    assert (loader.kind, loader.options) == (LoaderKind.LIGHTNING, ("config",))


def test_json_and_toml_readers_do_not_read_yaml(tmp_path: Path) -> None:
    code = "import json, sys\ncfg = json.load(open(sys.argv[1]))\n"
    found = loaders(tmp_path, train_py=code, **YAML)
    assert found.every
    assert not found.of("configs/a.yaml").possible


def test_tests_load_no_configs_of_experiments(tmp_path: Path) -> None:
    code = "import yaml\nyaml.safe_load(open('configs/a.yaml'))"
    assert loaders(tmp_path, tests__test_x_py=code, **YAML).every == ()


def test_words_of_a_command_have_the_names_of_their_options() -> None:
    words = ("run", "--config-file", "a.yaml", "b.yaml", "--lr=-1e-3", "--k", "-5", "x")
    assert [(name, value) for _, name, value in command_words(words)] == [
        ("", "run"),
        ("config_file", "a.yaml"),
        ("config_file", "b.yaml"),
        ("lr", "-1e-3"),
        ("k", "-5"),
        ("k", "x"),
    ]
