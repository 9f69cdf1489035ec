"""Commands with shell variables and placeholders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from project.projects import project

from repro_check.project.experiments.effective import FILLED_IN, Effective
from repro_check.project.experiments.experiments import Experiments

HYDRA = {
    "train.py": """
        import hydra
        @hydra.main(version_base="1.3", config_path="conf", config_name="train")
        def main(cfg): ...
        if __name__ == "__main__":
            main()
    """,
    "conf/train.yaml": "defaults:\n  - _self_\n  - model: small\nlr: 0.1\ndata:\n  root: here\n",
    "conf/model/small.yaml": "size: 1\n",
    "conf/model/big.yaml": "size: 9\n",
    "conf/exp/deep.yaml": "# @package _global_\nnew: 1\n",
}


def run(root: Path, command: str, files: Mapping[str, str] = HYDRA) -> Effective:
    made = {**files, "README.md": f"```bash\n{command}\n```\n"}
    found = Experiments(project(root, made))
    first = found.every[0]
    assert first.is_documented
    assert not first.is_whole
    effective = found.effective(first)
    assert not effective.is_whole
    return effective


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("lr=$LR", "lr"),
        ("lr=<value>", "lr"),
        ("++lr=${LR}", "lr"),
        ("data.root=/path/to/data", "data.root"),
        ("+data.more=$MORE", "data.more"),
        ("model.size=$SIZE", "model.size"),
    ],
)
def test_a_key_that_is_filled_in_is_there_without_a_value(
    word: str, key: str, tmp_path: Path
) -> None:
    effective = run(tmp_path, f"python train.py {word}")
    value = effective.get(key)
    assert value is not None
    assert (value.value, value.is_known, value.note) == (None, False, FILLED_IN)
    assert (value.origin.path, value.origin.span.line) == ("README.md", 2)
    assert not effective.problems


def test_a_placeholder_does_not_hide_what_hydra_refuses_of_another_word(tmp_path: Path) -> None:
    for number, (words, subject) in enumerate(
        [
            ("lr=$LR model=huge", "huge"),
            ("lr=$LR wrong=1", "wrong"),
            ("lrr=$LR", "lrr"),
            ("model=$MODEL data.rot=1", "data.rot"),
        ]
    ):
        (problem,) = run(tmp_path / str(number), f"python train.py {words}").problems
        assert problem.subject == subject


def test_a_group_that_is_filled_in_shows_no_option_and_may_have_any_key(tmp_path: Path) -> None:
    effective = run(tmp_path, "python train.py model=$MODEL model.depth=2")
    assert [value.dotted for value in effective.below(("model",))] == ["model.depth"]
    assert effective.open_choices
    assert not effective.problems


def test_an_experiment_that_is_filled_in_may_have_keys_everywhere(tmp_path: Path) -> None:
    assert not run(tmp_path, "python train.py +exp=$EXP new=2 data.other=3").problems


def test_what_follows_a_group_that_is_filled_in_is_not_judged(tmp_path: Path) -> None:
    files = {
        **HYDRA,
        "conf/train.yaml": HYDRA["conf/train.yaml"] + "size: ${model.size}\n",
    }
    files["conf/train.yaml"] = files["conf/train.yaml"].replace(
        "  - model: small\n", "  - model: small\n  - optional data: ${model}\n"
    )
    assert not run(tmp_path, "python train.py model=$MODEL", files).problems


def test_a_deletion_and_a_name_that_are_filled_in_are_no_problem(tmp_path: Path) -> None:
    assert not run(tmp_path, "python train.py ~lr=$LR").problems
    assert not run(tmp_path, "python train.py $KEY=1 <key>=<value>").problems
