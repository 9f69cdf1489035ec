"""CFG011: targets of configs against the functions and classes that they name."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.findings import Finding, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
TRAIN = """\
import hydra
from hydra.utils import instantiate

@hydra.main(config_path="conf", config_name="train", version_base="1.3")
def main(cfg):
    {body}

if __name__ == "__main__":
    main()
"""
NET = "class Net:\n    def __init__(self, width, depth=2):\n        self.width = width\n"
NODE = "model:\n  _target_: models.Net\n"
DATA = "from dataclasses import dataclass, field\nfrom typing import ClassVar\n"
DERIVED = "@dataclass\nclass Net(Base):\n    other: int = 3\n"
README = "# Training\n\n```bash\npython train.py\n```\n"


def places(found: list[Finding]) -> list[str]:
    """Where the findings stand."""
    return [item.location.label for item in found]


def program(
    body: str = "instantiate(cfg.model)", config: str = NODE, models: str = NET, **more: str
) -> dict[str, str]:
    """The files of a Hydra program that makes a model."""
    return {
        "train.py": TRAIN.format(body=body),
        "conf/train.yaml": config,
        "models.py": models,
        "README.md": README,
        **{name.replace("__", "/") + ".yaml": text for name, text in more.items()},
    }


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str]) -> list[Finding]:
        texts = {path: textwrap.dedent(text) for path, text in files.items()}
        return list(check(make_repo(texts, commit=False).root, "CFG011").findings)

    return run


def test_an_unknown_key_is_shown_where_it_is_written(judge: Judge) -> None:
    found = judge(program(config=NODE + "  width: 8\n  dept: 3\n"))
    assert places(found) == ["conf/train.yaml:4:3"]
    assert found[0].severity is Severity.ERROR
    assert found[0].related[0].location.label == "models.py:2:9"
    assert "`depth`?" in found[0].help
    assert found[0].fix is not None
    assert found[0].fix.edits[0].replacement == "depth"


def test_a_key_of_an_experiment_is_judged_with_the_target_of_another_file(judge: Judge) -> None:
    files = program(
        config="defaults:\n  - model: net\n  - experiment: null\n",
        conf__model__net="_target_: models.Net\nwidth: 8\n",
        conf__experiment__wide="# @package _global_\nmodel:\n  width: 64\n  hidden: {size: 3}\n",
    )
    found = judge(files)
    assert places(found) == ["conf/experiment/wide.yaml:4:3"]
    assert "`train.py experiment=wide`" in found[0].message
    assert found[0].related[-1].location.label == "conf/model/net.yaml:1:11"


def test_another_target_does_not_inherit_the_keys_of_the_first(judge: Judge) -> None:
    files = program(
        config="defaults:\n  - model: net\n  - experiment: null\n",
        models=NET + "class Tree:\n    def __init__(self, leaves):\n        self.leaves = leaves\n",
        conf__model__net="_target_: models.Net\nwidth: 8\n",
        conf__experiment__tree=(
            "# @package _global_\nmodel:\n  _target_: models.Tree\n  leaves: 64\n"
        ),
    )
    assert places(judge(files)) == ["conf/model/net.yaml:2:1"]


def test_one_finding_stands_for_all_experiments_with_the_same_cause(judge: Judge) -> None:
    files = program(
        config="defaults:\n  - experiment: null\nmodel:\n  _target_: models.Net\n  wide: 1\n  width: 2\n",
        conf__experiment__a="# @package _global_\nmodel: {depth: 3}\n",
        conf__experiment__b="# @package _global_\nmodel: {depth: 4}\n",
    )
    (found,) = judge(files)
    assert "2 more experiments" in found.message


def test_a_missing_parameter_is_shown_at_the_target(judge: Judge) -> None:
    found = judge(program())
    assert places(found) == ["conf/train.yaml:2:3"]
    assert "without `width`" in found[0].message


@pytest.mark.parametrize(
    "body",
    [
        "instantiate(cfg.model, width=8)",
        "instantiate(cfg.model, 8)",
        "instantiate(cfg.model, **shape())",
        "cfg.model.width = 8\n    instantiate(cfg.model)",
        "OmegaConf.update(cfg, 'model.width', 8)\n    instantiate(cfg.model)",
        "print(cfg.model)",
    ],
)
def test_what_code_adds_is_not_missing(judge: Judge, body: str) -> None:
    assert not judge(program(body))


@pytest.mark.parametrize(
    "more",
    [
        "  _partial_: true\n",
        "  _args_: [8]\n",
        "  _args_: ${sizes}\nsizes: [1]\n",
        "  width: ???\n",
        "  width: null\n",
        "  _recursive_: false\n  _convert_: all\n  width: 1\n",
    ],
)
def test_what_hydra_adds_or_leaves_open_is_not_missing(judge: Judge, more: str) -> None:
    assert not judge(program(config=NODE + more))


NESTED = """\
model:
  _target_: models.Outer
  {flag}
  net:
    _target_: models.Net
    widht: 8
"""
OUTER = NET + "class Outer:\n    def __init__(self, net):\n        self.net = net\n"


def test_a_node_inside_another_is_called_with_it(judge: Judge) -> None:
    found = judge(program(config=NESTED.format(flag=""), models=OUTER))
    assert [(item.message.split("`")[3], item.severity) for item in found] == [
        ("model.net", Severity.ERROR),
        ("model.net.widht", Severity.ERROR),
    ]


def test_a_node_that_is_not_called_with_the_one_around_it_is_a_warning(judge: Judge) -> None:
    config = NESTED.format(flag="_recursive_: false")
    found = judge(program(config=config, models=OUTER))
    assert [item.severity for item in found] == [Severity.WARNING]


@pytest.mark.parametrize(
    "models",
    [
        "class Net:\n    def __init__(self, **options): pass\n",
        "def Net(*sizes, **options): pass\n",
        "@register\nclass Net:\n    def __init__(self): pass\n",
        "class Net:\n    @typed\n    def __init__(self): pass\n",
        "class Net:\n    def __new__(cls, other): pass\n    def __init__(self): pass\n",
        "class Net(metaclass=Meta):\n    def __init__(self): pass\n",
        "from pydantic import BaseModel\nclass Net(BaseModel):\n    other: int = 3\n",
        "from elsewhere import Base\nclass Net(Base):\n    pass\n",
        "class Net:\n    def __init__(self): pass\nNet = wrap(Net)\n",
        "try:\n    from fast import Net\nexcept ImportError:\n    class Net:\n        def __init__(self): pass\n",
        "if FAST:\n    def Net(): pass\nelse:\n    def Net(size): pass\n",
        "from typing import overload\n@overload\ndef Net(): ...\ndef Net(*, size=1): ...\n",
        "import attr\n@attr.s\nclass Net:\n    other = attr.ib()\n",
        "from elsewhere import *\n",
        "def __getattr__(name): pass\n",
        "from elsewhere import Net\n",
        "globals()['Net'] = make()\n",
    ],
)
def test_what_cannot_be_seen_takes_everything(judge: Judge, models: str) -> None:
    assert not judge(program(config=NODE + "  size: 8\n", models=models))


@pytest.mark.parametrize(
    ("models", "name"),
    [
        ("class Base:\n    def __init__(self, size): pass\nclass Net(Base):\n    pass\n", "other"),
        ("import torch\nclass Net(torch.nn.Module):\n    size = 3\n", "size"),
        ("from dataclasses import dataclass\n@dataclass\nclass Net:\n    size: int = 1\n", "other"),
        (
            DATA + "@dataclass\nclass Net:\n    size: int = field(init=False)\n",
            "size",
        ),
        (
            DATA + "@dataclass\nclass Net:\n    size: ClassVar[int] = 3\n",
            "size",
        ),
        ("import attrs\n@attrs.define\nclass Net:\n    size: int = 1\n", "other"),
        ("def Net(size=1): pass\n", "other"),
        ("def Net(size=1, *rest): pass\n", "rest"),
    ],
)
def test_what_can_be_seen_is_held_against_the_key(judge: Judge, models: str, name: str) -> None:
    found = judge(program(config=f"{NODE}  {name}: 8\n", models=models))
    assert f"`model.{name}` is given" in found[-1].message


@pytest.mark.parametrize(
    "models",
    [
        "class Base:\n    def __init__(self, size): pass\nclass Net(Base):\n    pass\n",
        "from dataclasses import dataclass\n@dataclass\nclass Net:\n    size: int\n",
        DATA + "@dataclass\nclass Base:\n    size: int\n" + DERIVED,
        "import attrs\n@attrs.frozen\nclass Net:\n    size: int = attrs.field(default=1)\n",
        "def Net(*, size): pass\n",
    ],
)
def test_a_key_that_fits_is_fine(judge: Judge, models: str) -> None:
    assert not judge(program(config=NODE + "  size: 8\n", models=models))


def test_class_methods_are_called_without_their_class(judge: Judge) -> None:
    models = (
        "class Net:\n    @classmethod\n    def build(cls, size): pass\n"
        "    @staticmethod\n    def make(size): pass\n    def loose(self, size): pass\n"
    )
    config = "".join(
        f"{name}:\n  _target_: models.Net.{name}\n  sise: 1\n"
        for name in ("build", "make", "loose")
    )
    files = program("instantiate(cfg)", config, models)
    names = {item.message.split("`")[3] for item in judge(files) if "is given" in item.message}
    assert names == {"build.sise", "make.sise"}


def test_a_class_may_come_through_its_package(judge: Judge) -> None:
    files = program(config="model:\n  _target_: nets.Net\n  widht: 8\n")
    files["nets/__init__.py"] = "from .small import Net\n"
    files["nets/small.py"] = files.pop("models.py")
    found = judge(files)
    assert {item.related[0].location.path for item in found} == {"nets/small.py"}


def test_a_target_that_does_not_exist_is_named_with_the_nearest(judge: Judge) -> None:
    found = judge(program(config="model:\n  _target_: models.Nett\n"))
    assert places(found) == ["conf/train.yaml:2:13"]
    assert "`models.py` has no `Nett`" in found[0].message


def test_a_module_that_does_not_exist_is_named(judge: Judge) -> None:
    files = program(config="model:\n  _target_: nets.big.Net\n")
    files["nets/__init__.py"] = ""
    assert "`nets/__init__.py` has no `big`" in judge(files)[0].message


@pytest.mark.parametrize("name", ["torch.nn.Linear", "models.Net.width", "elsewhere.Net"])
def test_what_lies_outside_is_not_judged(judge: Judge, name: str) -> None:
    assert not judge(program(config=f"model:\n  _target_: {name}\n  colour: red\n"))


def test_keys_that_code_takes_out_are_not_unknown(judge: Judge) -> None:
    body = "tag = cfg.model.pop('tag')\n    instantiate(cfg.model)"
    assert not judge(program(body, NODE + "  width: 1\n  tag: a\n"))


def test_a_repository_that_reads_targets_itself_is_believed(judge: Judge) -> None:
    body = "make(cfg.model._target_, cfg.model)\n    instantiate(cfg.other)"
    assert not judge(program(body, NODE + "  width: 1\n  tag: a\n"))


def test_an_option_that_no_experiment_uses_is_judged_alone(judge: Judge) -> None:
    files = program(
        config="defaults:\n  - model: net\n",
        conf__model__net="_target_: models.Net\nwidth: 8\n",
        conf__model__old="defaults:\n  - net\n_target_: models.Net\nwidth: 8\nheight: 3\n",
    )
    found = judge(files)
    assert places(found) == ["conf/model/old.yaml:5:1"]
    assert found[0].severity is Severity.WARNING
    assert "in `conf/model/old.yaml`" in found[0].message


def test_a_part_that_no_call_gets_is_not_judged(judge: Judge) -> None:
    files = program("instantiate(cfg.optimizer)", "optimizer: {_target_: torch.optim.SGD}\n")
    files["conf/model/old.yaml"] = "_target_: models.Net\nheight: 3\n"
    assert not judge(files)


CLI = """\
from lightning.pytorch.cli import LightningCLI

if __name__ == "__main__":
    LightningCLI()
"""
CLASSES = "model:\n  class_path: models.Net\n  init_args:\n    width: 8\n"


def lightning(config: str, models: str = NET) -> dict[str, str]:
    """The files of a program with LightningCLI."""
    return {
        "main.py": CLI,
        "configs/a.yaml": config,
        "models.py": models,
        "run.sh": "python main.py fit --config configs/a.yaml\n",
    }


def test_init_args_are_held_against_the_class(judge: Judge) -> None:
    found = judge(lightning(CLASSES + "    colour: red\n"))
    assert places(found) == ["configs/a.yaml:5:5"]
    assert found[0].severity is Severity.ERROR


@pytest.mark.parametrize(
    "config",
    [
        CLASSES,
        "model:\n  class_path: models.Net\n",  # links and the command may give the rest
        "model:\n  class_path: models.Net\n  init_args: {width: 1}\n  dict_kwargs: {colour: red}\n",
        "model:\n  class_path: models.Net\n  colour: red\n",  # no node of jsonargparse
        "model:\n  class_path: Net\n  init_args: {colour: red}\n",
    ],
)
def test_init_args_that_fit_or_cannot_be_judged_are_fine(judge: Judge, config: str) -> None:
    assert not judge(lightning(config))
