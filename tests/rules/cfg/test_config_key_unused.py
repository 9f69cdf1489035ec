"""CFG010: keys that nothing reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.findings import Finding

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
SCRIPT = """\
import yaml

from model import build


def main():
    with open("configs/a.yaml") as stream:
        cfg = yaml.safe_load(stream)
    build(cfg["model"])
    print(cfg["lr"])


if __name__ == "__main__":
    main()
"""
MODEL = 'def build(cfg):\n    print(cfg["width"])\n'
HYDRA = """\
import hydra


@hydra.main(config_path="configs", config_name="a", version_base="1.3")
def main(cfg):
    print(cfg.lr, cfg.model.width)


if __name__ == "__main__":
    main()
"""


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in a program that reads a config."""

    def run(config: str, files: dict[str, str]) -> list[Finding]:
        given = {"train.py": SCRIPT, "model.py": MODEL, "configs/a.yaml": config}
        return list(check(make_repo({**given, **files}, commit=False).root, "CFG010").findings)

    return run


def lines(findings: list[Finding]) -> list[int]:
    """The lines of the findings."""
    return [item.location.span.line for item in findings if item.location.span is not None]


def test_an_unread_key_is_found_at_its_name(judge: Judge) -> None:
    findings = judge("lr: 1\nmodel:\n  width: 8\n  depth: 2\nnotes: first\n", {})
    assert lines(findings) == [4, 5]


def test_an_unread_part_is_one_finding(judge: Judge) -> None:
    findings = judge("lr: 1\nmodel:\n  width: 8\nscheduler:\n  gamma: 0.1\n  patience: 2\n", {})
    assert lines(findings) == [4]


def test_an_unread_key_of_hydra_is_found_in_its_group(judge: Judge) -> None:
    (finding,) = judge(
        "defaults:\n  - model: small\n  - _self_\nlr: 1\n",
        {"train.py": HYDRA, "configs/model/small.yaml": "width: 8\ndepth: 3\n"},
    )
    assert finding.location.path == "configs/model/small.yaml"
    assert lines([finding]) == [2]


@pytest.mark.parametrize(
    ("config", "files"),
    [
        (
            "lr: 1\nmodel: {width: 8}\nname: run\nhydra: {run: {dir: 'out/${name}'}}\n",
            {"train.py": HYDRA},
        ),
        ("lr: ${base}\nbase: 1\nmodel: {width: 8}\n", {"train.py": HYDRA}),
        ("lr: 1\nmodel: {width: 8, depth: 2}\n", {"model.py": "def build(cfg):\n    net(**cfg)\n"}),
        ("lr: 1\nmodel: {width: 8, depth: 2}\n", {"other.py": "print('depth')\n"}),
        (
            "lr: 1\nmodel: {width: 8, depth: 2}\n",
            {
                "train.py": SCRIPT.replace(
                    "print(", 'yaml.dump(cfg, open("x.yaml", "w"))\n    print('
                )
            },
        ),
        (
            "lr: 1\nmodel: {width: 8, depth: 2}\n",
            {"train.py": SCRIPT.replace('build(cfg["model"])', "Trainer(cfg).fit()")},
        ),
    ],
)
def test_keys_that_may_be_read_are_left_alone(
    judge: Judge, config: str, files: dict[str, str]
) -> None:
    assert judge(config, files) == []
