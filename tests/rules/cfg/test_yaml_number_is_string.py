"""CFG003: scalars that YAML 1.1 does not read as they look."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml
from checking import check
from conftest import Repo
from hypothesis import given
from hypothesis import strategies as st

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Confidence, Finding, Safety
from repro_check.rules.cfg._yaml_scalars import Surprise, odd_scalars
from repro_check.sources.config import read_yaml

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
TRAIN = """\
import torch
import yaml
{imports}


def main():
    {load}
    model = torch.nn.Linear(4, 2)
    {use}


if __name__ == "__main__":
    main()
"""
LOAD = 'cfg = yaml.safe_load(open("configs/train.yaml"))'
USE = 'torch.optim.SGD(model.parameters(), lr=cfg["optim"]["lr"])'
CONFIG = "optim:\n  lr: 1e-4  # of the optimiser\n"
OPTION = """\
import argparse

import torch
import yaml


def load(path):
    with open(path) as stream:
        return yaml.safe_load(stream)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    args = parser.parse_args()
    cfg = load(args.config)
    model = torch.nn.Linear(4, 2)
    return torch.optim.Adam(model.parameters(), lr=cfg["lr"], eps=cfg["eps"])


if __name__ == "__main__":
    main()
"""


def script(load: str = LOAD, use: str = USE, imports: str = "") -> str:
    """A training script."""
    return TRAIN.format(load=load, use=use, imports=imports)


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str]) -> list[Finding]:
        return list(check(make_repo(files, commit=False).root, "CFG003").findings)

    return run


def test_the_place_is_the_value_and_the_other_end_its_loader_and_use(judge: Judge) -> None:
    (finding,) = judge({"train.py": script(), "configs/train.yaml": CONFIG})
    span = finding.location.span
    assert span is not None
    assert (finding.location.path, span.line, span.column, span.end_column) == (
        "configs/train.yaml",
        2,
        7,
        11,
    )
    assert finding.confidence is Confidence.HIGH
    assert [item.location.path for item in finding.related] == ["train.py", "train.py"]
    assert "`optim.lr: 1e-4`" in finding.message


def test_the_fix_is_safe_and_keeps_all_else(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": script(), "configs/train.yaml": CONFIG}, commit=False)
    findings = check(repo.root, "CFG003").findings
    read = (repo.root / "configs/train.yaml").read_bytes
    (change,) = plan_fixes(findings, lambda _path: read(), frozenset({Safety.SAFE}))
    assert isinstance(change, Change)
    assert change.new.decode() == CONFIG.replace("1e-4", "1.0e-4")


def test_a_file_that_an_option_names_is_judged_with_less_confidence(judge: Judge) -> None:
    config = "lr: 3e-4\neps: 1.0e-8\nname: 1e-4\n"
    (finding,) = judge({"train.py": OPTION, "configs/small.yaml": config})
    assert finding.confidence is Confidence.MEDIUM
    assert "`lr: 3e-4`" in finding.message


def test_a_documented_config_is_judged(judge: Judge) -> None:
    readme = "# Run\n\n```bash\npython train.py --config exps/small.yaml\n```\n"
    files = {"train.py": OPTION, "exps/small.yaml": "lr: 3e-4\neps: 1E8\n", "README.md": readme}
    assert [item.help.split("`")[1] for item in judge(files)] == ["3.0e-4", "1.0E+8"]


@pytest.mark.parametrize(
    "code",
    [
        script(use='torch.optim.SGD(model.parameters(), lr=float(cfg["optim"]["lr"]))'),
        script(use='lr = cfg["optim"]["lr"]; print(float(lr))'),
        script(use='print(eval(cfg["optim"].get("lr")))'),
        script(use='print(float(cfg["optim"].get("lr", 0.1)))'),
        script(use='print({k: float(v) for k, v in cfg["optim"].items()})'),
        script(use='print(cfg["seed"])'),
        script(
            imports="import argparse", use='p.add_argument("--lr", type=float); print(cfg["optim"])'
        ),
        script(imports="from omegaconf import OmegaConf", use="print(OmegaConf.create(cfg))"),
        script(imports="from pydantic import BaseModel"),
        script(load='cfg = yaml.load(open("configs/train.yaml"), Loader=FloatLoader)'),
        script(load='cfg = yaml.load(open("configs/train.yaml"), Loader=make_loader())'),
        script(load='yaml.SafeLoader.add_implicit_resolver("f", x, y); ' + LOAD),
        script(imports="import ruamel.yaml as yaml").replace("import yaml\nimport", "import"),
        script(
            imports="from ruamel.yaml import YAML",
            load='cfg = YAML(typ="safe").load(open("configs/train.yaml"))',
        ),
        script(
            imports="from omegaconf import OmegaConf",
            load='cfg = OmegaConf.load("configs/train.yaml")',
        ),
        script(load='cfg.merge_from_file("configs/train.yaml")'),
        script(load='cfg = yaml.safe_load(open("configs/other.yaml"))'),
    ],
)
def test_code_that_gets_a_number_is_left_alone(judge: Judge, code: str) -> None:
    assert not judge({"train.py": code, "configs/train.yaml": CONFIG})


@pytest.mark.parametrize(
    "path", ["tests/train.yaml", "docs/train.yaml", ".github/workflows/train.yaml", "other.yaml"]
)
def test_other_files_are_left_alone(judge: Judge, path: str) -> None:
    assert not judge({"train.py": script(), path: CONFIG})


@pytest.mark.parametrize(
    "value",
    [
        "1.0e-4",
        "1.e-4",
        "0.0001",
        '"1e-4"',
        "'1e-4'",
        "1e-4x",
        "e-4",
        "1e",
        "0x1e4",
        "${lr}",
        "1e400",
        "1234567e8",
        "|\n    1e-4",
        ">-\n    1e-4",
        "1:30:00x",
        "0",
        "007",
        "0o17",
        "2020-01-01",
        "off",
        "[on, off]",
        "[1, no]",
        "a:b",
        "00:10",
    ],
)
def test_what_is_read_as_it_looks_is_no_surprise(value: str) -> None:
    assert not list(odd_scalars(read_yaml(f"a:\n  lr: {value}\n".encode())))


@pytest.mark.parametrize(
    "key",
    ["commit", "git_sha", "run_id", "name", "exp-name", "model_version", "path", "tag"],
)
def test_texts_that_only_look_like_numbers_are_left_alone(key: str) -> None:
    assert not list(odd_scalars(read_yaml(f"{key}: 12e4\n".encode())))


@pytest.mark.parametrize(
    ("value", "surprise", "read_as"),
    [
        ("010", Surprise.OCTAL, "8"),
        ("-0100", Surprise.OCTAL, "-64"),
        ("1:30", Surprise.SEXAGESIMAL, "90"),
        ("16:9", Surprise.SEXAGESIMAL, "969"),
        ("1:30:00", Surprise.SEXAGESIMAL, "5400"),
        ("1:30.5", Surprise.SEXAGESIMAL, "90.5"),
        ("[de, no]", Surprise.TRUTH, "False"),
        ("[ON, AB]", Surprise.TRUTH, "True"),
    ],
)
def test_other_surprises_are_named_with_what_is_read(
    value: str, surprise: Surprise, read_as: str
) -> None:
    (odd,) = odd_scalars(read_yaml(f"a: {value}\n".encode()))
    assert (odd.surprise, odd.read_as) == (surprise, read_as)
    fixed = yaml.safe_load(f"a: {odd.better}\n")
    assert fixed == {"a": odd.entry.text}


def test_modes_of_files_are_meant_to_be_octal() -> None:
    assert not list(odd_scalars(read_yaml(b"mode: 0755\numask: 022\n")))


def test_hydra_reads_octal_and_sexagesimal_numbers_too(judge: Judge) -> None:
    train = (
        "import hydra\n\n\n"
        '@hydra.main(config_path="configs", config_name="train", version_base="1.3")\n'
        "def main(cfg):\n    print(cfg)\n\n\n"
        'if __name__ == "__main__":\n    main()\n'
    )
    found = judge({"train.py": train, "configs/train.yaml": "lr: 1e-4\nfold: 010\ntime: 2:00:00\n"})
    assert [item.message.split(":")[0].strip("`") for item in found] == ["fold", "time"]
    assert all(item.fix and item.fix.safety is Safety.UNSAFE for item in found)


@given(
    st.from_regex(
        r"[-+]?([0-9]{1,6}(\.[0-9]{0,4})?|\.[0-9]{1,4})[eE][-+]?[0-9]{1,2}", fullmatch=True
    )
)
def test_what_is_said_is_what_pyyaml_does(text: str) -> None:
    said = list(odd_scalars(read_yaml(f"lr: {text}\n".encode())))
    is_text = isinstance(yaml.safe_load(f"lr: {text}\n")["lr"], str)
    assert bool(said) == is_text
    for odd in said:
        assert yaml.safe_load(f"lr: {odd.better}\n")["lr"] == float(text)


NAMESPACE = """\
import argparse

import torch
import yaml


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", default="configs/train.yaml")
    path = parser.parse_args().config
    cfg = yaml.safe_load(open(path))
    {use}


if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize(
    ("use", "count"),
    [
        ("args = argparse.Namespace(**cfg); print(torch.nn.Dropout(args.rate))", 1),
        ("args = argparse.Namespace(**cfg); print(torch.nn.Dropout(float(args.rate)))", 0),
        ("args = argparse.Namespace(**cfg); print(args.other)", 0),
        ("rate = 1; words = [f'--{k}={v}' for k, v in cfg.items()]; print(words)", 0),
        ("parser.set_defaults(**cfg); parser.add_argument('--rate', type=float)", 0),
    ],
)
def test_a_config_that_goes_whole_into_a_call_is_judged_by_the_names_in_the_code(
    judge: Judge, use: str, count: int
) -> None:
    found = judge({"train.py": NAMESPACE.format(use=use), "configs/train.yaml": "rate: 1e-1\n"})
    assert len(found) == count


SPACE = """\
import yaml
import torch


class Config:
    def __init__(self, path):
        with open(path) as stream:
            self.values = yaml.load(stream, Loader=yaml.FullLoader)

    def optimizer(self, parameters):
        return torch.optim.SGD(parameters, lr=self.values["train"]["lr"])


def main():
    config = Config("configs/train.yaml")
    return config.optimizer(torch.nn.Linear(4, 2).parameters())


if __name__ == "__main__":
    main()
"""


def test_a_config_that_a_class_holds_is_followed(judge: Judge) -> None:
    (finding,) = judge({"train.py": SPACE, "configs/train.yaml": "train:\n  lr: 5e-2\n"})
    assert [item.location.span.line for item in finding.related if item.location.span] == [8, 11]
