"""CFG005: experiments that cannot be told apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.findings import Finding

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[str]]
TRAIN = """\
import argparse

import yaml


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config")
    args = parser.parse_args()
    with open(args.config) as stream:
        print(yaml.safe_load(stream))


if __name__ == "__main__":
    main()
"""
HYDRA = """\
import hydra


@hydra.main(config_path="conf", config_name="train", version_base="1.3")
def main(cfg):
    print(cfg.lr)


if __name__ == "__main__":
    main()
"""
PRIMARY = "defaults:\n  - experiment: null\n  - _self_\n\nlr: 0.1\n"
ONE = "# First.\nlr: 0.1\nmodel: {width: 8, depth: 2}\n"
SAME = "model:\n  depth: 2  # layers\n  width: 8\n'lr': 0.10\n"


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files, as path and line."""

    def run(files: dict[str, str]) -> list[str]:
        findings: tuple[Finding, ...] = check(
            make_repo(files, commit=False).root, "CFG005"
        ).findings
        places = [item.location for item in findings]
        return [f"{place.path}:{place.span.line if place.span else 0}" for place in places]

    return run


def test_a_copy_that_was_only_reformatted_is_found(judge: Judge) -> None:
    files = {"train.py": TRAIN, "configs/a.yaml": ONE, "configs/b.yaml": SAME}
    assert judge(files) == ["configs/b.yaml:1"]


def test_options_of_an_experiment_group_are_compared(judge: Judge) -> None:
    option = "# @package _global_\nlr: 0.2\nsteps: 8\nwidth: 3\n"
    files = {
        "train.py": HYDRA,
        "conf/train.yaml": PRIMARY,
        "conf/experiment/one.yaml": option,
        "conf/experiment/two.yaml": option,
        "conf/experiment/three.yaml": option.replace("0.2", "0.3"),
        "conf/model/one.yaml": option,
        "conf/model/two.yaml": option,
    }
    assert judge(files) == ["conf/experiment/two.yaml:1"]


def test_two_experiments_with_one_folder_are_found_where_others_have_their_own(
    judge: Judge,
) -> None:
    files = {"train.py": TRAIN}
    for number, folder in enumerate(["a", "b", "c", "d", "c"]):
        files[f"configs/exp{number}.yaml"] = f"lr: 0.{number}\noutput_dir: outputs/{folder}\n"
    assert judge(files) == ["configs/exp4.yaml:2"]


@pytest.mark.parametrize(
    "files",
    [
        {"configs/a.yaml": ONE, "configs/b.yaml": ONE.replace("8", "9")},
        {"configs/a.yaml": ONE, "configs/default.yaml": ONE},
        {"configs/a.yaml": ONE, "configs/a_eval.yaml": ONE},
        {"configs/a.yaml": ONE, "configs/other/a.yaml": ONE},
        {"configs/a.yaml": "lr: 1\n", "configs/b.yaml": "lr: 1\n"},
        {"configs/a.yaml": "lr: 1\nw: 1\nn: 1\n", "configs/b.yaml": "lr: '1'\nw: 1\nn: 1\n"},
        {"assets/a.yaml": ONE, "assets/b.yaml": ONE},
        {f"configs/e{i}.yaml": f"lr: 0.{i}\noutput_dir: outputs\n" for i in range(6)},
        {
            f"configs/e{i}.yaml": f"lr: 0.{i}\nname: n{i}\nsave_dir: outputs/{min(i, 4)}\n"
            for i in range(6)
        },
        {f"configs/e{i}.yaml": f"lr: 0.{i}\nsave_dir: ${{root}}/{min(i, 4)}\n" for i in range(6)},
        {f"configs/e{i}.yaml": f"lr: 0.{i}\ndata_dir: data/{min(i, 4)}\n" for i in range(6)},
    ],
)
def test_what_differs_or_is_shared_by_design_is_left_alone(
    judge: Judge, files: dict[str, str]
) -> None:
    assert not judge({"train.py": TRAIN, **files})


def test_a_link_to_a_config_is_no_copy(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": TRAIN, "configs/a.yaml": ONE}, commit=False)
    (repo.root / "configs/b.yaml").symlink_to("a.yaml")
    assert not check(repo.root, "CFG005").findings
