"""Which keys code reads of the configs that it loads."""

from __future__ import annotations

from pathlib import Path

import pytest
from project.projects import project

from repro_check.project.experiments.loading.loaders import Loaders
from repro_check.project.experiments.reading.reads import KeyReads, Reads


def reads(root: Path, body: str, **others: str) -> KeyReads:
    """Those of a Hydra program whose `main(cfg)` has a body."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    code = (
        f"import hydra\n{others.pop('top', '')}\n@hydra.main(config_path='conf', config_name='a')\n"
    )
    files = {"train.py": f"{code}def main(cfg):\n{lines}\n", "conf/a.yaml": "a: 1\n"}
    files.update({f"{name}.py": text for name, text in others.items()})
    opened = project(root, files)
    (loader,) = Loaders(opened).every
    return Reads(opened).of(loader)


def names(found: KeyReads) -> set[str]:
    """The keys whose values are used."""
    return {".".join(map(str, item.keys)) for item in found.reads if item.is_whole}


def handed(found: KeyReads) -> set[str]:
    return {".".join(map(str, item.keys)) for item in found.handed}


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("x = 1 + cfg.model.lr", "model.lr"),
        ("x = 1 + cfg['model']['lr']", "model.lr"),
        ("if cfg.model.get('lr', 1) > 2: pass", "model.lr"),
        ("if getattr(cfg.model, 'lr', None): pass", "model.lr"),
        ("m = cfg.model\nx = 1 + m.lr", "model.lr"),
        ("m = cfg.get('model', {})\nx = 1 + m['lr']", "model.lr"),
        ("print(f'{cfg.model.lr}')", "model.lr"),
        (
            "from omegaconf import OmegaConf\nd = OmegaConf.to_container(cfg)\nx = 1 + d['model']['lr']",
            "model.lr",
        ),
        ("x = [cfg.model.lr for _ in range(3)]", "model.lr"),
        ("f = lambda: 1 + cfg.model.lr", "model.lr"),
        ("x = cfg.layers[0] + 1", "layers.0"),
    ],
)
def test_a_key_is_read_however_it_is_written(tmp_path: Path, body: str, key: str) -> None:
    assert key in names(reads(tmp_path, body))


def test_a_key_is_read_in_the_functions_and_classes_that_get_the_config(tmp_path: Path) -> None:
    found = reads(
        tmp_path,
        "t = Trainer(cfg)\nbuild(cfg.model, conf=cfg.data)",
        top="from lib import Trainer, build",
        lib="""
            class Base:
                def warm(self):
                    return 1 + self.cfg.warmup
            class Trainer(Base):
                def __init__(self, cfg):
                    self.cfg = cfg
                    self.lr = cfg.lr * 2
                def fit(self):
                    for _ in range(3 + self.cfg.epochs):
                        pass
            class Late(Trainer):
                def late(self):
                    return 1 + self.cfg.late
            def build(m, *, conf):
                return m.size + conf["name"]
        """,
    )
    assert {"lr", "epochs", "warmup", "late", "model.size", "data.name"} <= names(found)


def test_what_goes_elsewhere_is_handed_away_whole(tmp_path: Path) -> None:
    found = reads(
        tmp_path,
        "net = hydra.utils.instantiate(cfg.model)\nouter(**cfg.data)\nx = {'c': cfg.more}",
        top="from somewhere import outer",
    )
    assert handed(found) >= {"model", "data", "more"}
    assert found.is_closed
    assert found.may_read(("model", "anything"))
    assert not found.may_read(("unused",))


@pytest.mark.parametrize(
    "body",
    [
        "outer(cfg)",
        "x = cfg[name]",
        "for k, v in cfg.items(): pass",
        "trainer.cfg = cfg",
        "x = {'cfg': cfg}",
        "return cfg",
    ],
)
def test_a_config_that_goes_whole_where_nobody_sees_leaves_all_open(
    tmp_path: Path, body: str
) -> None:
    found = reads(tmp_path, body, top="from somewhere import outer, name, trainer")
    assert not found.is_closed
    assert found.may_read(("anything",))


def test_showing_a_config_reads_none_of_its_keys(tmp_path: Path) -> None:
    found = reads(
        tmp_path, "from omegaconf import OmegaConf\nprint(OmegaConf.to_yaml(cfg))\nx = 1 + cfg.lr"
    )
    assert names(found) == {"lr"}
    assert found.is_closed


def test_setting_a_key_is_not_reading_it(tmp_path: Path) -> None:
    found = reads(tmp_path, "cfg.lr = 3\nx = 1 + cfg.wd")
    assert names(found) == {"wd"}
    assert not found.may_read(("lr",))


def test_a_default_for_a_missing_key_is_told(tmp_path: Path) -> None:
    found = reads(tmp_path, "x = 1 + cfg.get('lr', 3)\ny = 1 + cfg.wd")
    assert {item.keys[0]: item.has_default for item in found.reads} == {"lr": True, "wd": False}


def test_another_name_of_the_same_spelling_is_not_followed(tmp_path: Path) -> None:
    found = reads(
        tmp_path, "x = 1 + cfg.lr", top="class cfg: ...\ndef other(cfg):\n    return cfg.no\n"
    )
    assert names(found) == {"lr"}


def test_what_a_loading_function_returns_is_followed_to_its_callers(tmp_path: Path) -> None:
    files = {
        "util.py": "import yaml\ndef load(p):\n    cfg = yaml.safe_load(open(p))\n    return cfg\n",
        "train.py": "from util import load\ncfg = load('a.yaml')\nprint(1 + cfg['lr'])\n",
        "a.yaml": "lr: 1\n",
    }
    opened = project(tmp_path, files)
    (loader,) = Loaders(opened).every
    found = Reads(opened).of(loader)
    assert names(found) == {"lr"}
    assert found.is_closed


@pytest.mark.parametrize("use", ["args, cfg = parse()", "both = parse()\ncfg = both[1]"])
def test_a_config_that_is_returned_beside_others_is_followed(tmp_path: Path, use: str) -> None:
    files = {
        "train.py": "import yaml\ndef parse():\n    args = 1\n    cfg = yaml.safe_load(open('a.yaml'))\n"
        f"    return args, cfg\n{use}\nprint(1 + cfg['lr'])\n",
        "a.yaml": "lr: 1\n",
    }
    opened = project(tmp_path, files)
    (loader,) = Loaders(opened).every
    found = Reads(opened).of(loader)
    assert names(found) == {"lr"}
    assert found.is_closed


@pytest.mark.parametrize(
    "use",
    [
        "from settings import cfg\nprint(1 + cfg['lr'])",
        "from settings import cfg as c\nprint(1 + c['lr'])",
        "import settings\nprint(1 + settings.cfg['lr'])",
    ],
)
def test_a_config_that_other_modules_import_is_followed(tmp_path: Path, use: str) -> None:
    files = {
        "settings.py": "import yaml\ncfg = yaml.safe_load(open('a.yaml'))\n",
        "train.py": f"{use}\n",
        "a.yaml": "lr: 1\n",
    }
    opened = project(tmp_path, files)
    (loader,) = Loaders(opened).every
    found = Reads(opened).of(loader)
    assert names(found) == {"lr"}
    assert found.is_closed


def test_a_star_import_of_a_config_leaves_it_open(tmp_path: Path) -> None:
    files = {
        "settings.py": "import yaml\ncfg = yaml.safe_load(open('a.yaml'))\n",
        "train.py": "from settings import *\nprint(1 + cfg['lr'])\n",
        "a.yaml": "lr: 1\n",
    }
    opened = project(tmp_path, files)
    (loader,) = Loaders(opened).every
    assert not Reads(opened).of(loader).is_closed


def test_all_of_a_config_by_its_dict_is_handed_away(tmp_path: Path) -> None:
    found = reads(tmp_path, "for k, v in cfg.__dict__.items(): pass")
    assert not found.is_closed


def test_words_of_the_code_tell_which_keys_it_may_name(tmp_path: Path) -> None:
    opened = project(tmp_path, {"train.py": "x = obj.cfg.weight_decay\n"})
    found = Reads(opened)
    assert found.is_named("weight_decay")
    assert not found.is_named("weight_dacay")
