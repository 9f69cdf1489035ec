"""What a command leaves open: sweeps over keys and groups, and what is not there at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hydra_oracle import ours, write

from repro_check.project.experiments.effective import Effective
from repro_check.project.experiments.hydra.resolved import resolved

FILES = {
    "config.yaml": "defaults:\n- optim: adam\n- _self_\nseed: 0\nrun: ${seed}\nname: r-${seed}\nlayers: [1, 2]\n",
    "optim/adam.yaml": "beta: 1\n",
    "optim/sgd.yaml": "momentum: 1\n",
}


def sweep(root: Path, *texts: str, **files: str) -> Effective:
    more = {path.replace("__", "/") + ".yaml": text for path, text in files.items()}
    return ours(write(root, {**FILES, **more}), "config", texts, is_sweep=True)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("seed=1,2", "one of 1, 2 in each run"),
        ("seed=choice(1,2)", "one of 1, 2 in each run"),
        ("seed=range(1,4)", "one of range(1,4) in each run"),
        ("seed=interval(0,1)", "one of interval(0,1) in each run"),
    ],
)
def test_a_swept_key_has_a_value_that_no_one_can_tell(text: str, note: str, tmp_path: Path) -> None:
    made = sweep(tmp_path, text)
    value = made.get("seed")
    assert value is not None
    assert (value.value, value.is_known, value.note) == (None, False, note)
    assert made.is_whole
    assert not made.problems


def test_a_list_that_is_swept_loses_its_items(tmp_path: Path) -> None:
    made = sweep(tmp_path, "layers=[1],[2,3]")
    assert [value.dotted for value in made.below(("layers",))] == ["layers"]


def test_what_refers_to_a_swept_key_is_as_open_and_no_problem(tmp_path: Path) -> None:
    made = resolved(sweep(tmp_path, "seed=1,2"))
    notes = {value.dotted: (value.is_known, value.note) for value in made.values.values()}
    assert notes["run"] == (False, "one of 1, 2 in each run")
    assert notes["name"] == (False, "")
    assert not made.problems


def test_a_misspelt_key_of_a_sweep_is_refused(tmp_path: Path) -> None:
    (problem,) = sweep(tmp_path, "sed=1,2").problems
    assert (problem.kind, problem.subject) == ("key-unknown", "sed")


def test_of_a_swept_group_the_first_run_is_shown_and_each_is_there(tmp_path: Path) -> None:
    made = sweep(tmp_path, "optim=sgd,adam", "seed=1,2")
    assert made.get("optim.momentum") is not None
    assert made.get("optim.beta") is None
    assert not made.is_whole
    assert made.open_choices == (
        "`optim` is one of sgd, adam in each run, and what `sgd` gives is shown",
    )
    assert [run.is_whole for run in made.runs] == [True, True]
    assert made.runs[1].get("optim.beta") is not None


def test_what_any_run_of_a_sweep_refuses_is_a_problem(tmp_path: Path) -> None:
    (problem,) = sweep(tmp_path, "optim=sgd,adamm").problems
    assert (problem.kind, problem.subject) == ("option-missing", "adamm")
    (problem,) = sweep(tmp_path, "optim=sgd,adam", "optim.momentum=2").problems
    assert (problem.kind, problem.subject) == ("key-unknown", "optim.momentum")


def test_a_glob_of_a_group_is_each_of_its_options(tmp_path: Path) -> None:
    assert len(sweep(tmp_path, "optim=glob(*)").runs) == 2


def test_what_the_config_itself_sweeps_over_is_open_too(tmp_path: Path) -> None:
    params = "hydra:\n  sweeper:\n    params:\n      seed: 1,2\n"
    made = sweep(tmp_path, "layers=[1]", config=FILES["config.yaml"] + params)
    value = made.get("seed")
    assert value is not None
    assert value.note == "one of 1, 2 in each run"
    grouped = sweep(
        tmp_path, config=FILES["config.yaml"] + params.replace("seed: 1,2", "optim: sgd,adam")
    )
    assert not grouped.is_whole
    assert "`optim` is one of sgd, adam" in grouped.open_choices[0]


def test_a_command_goes_before_what_the_config_sweeps_over(tmp_path: Path) -> None:
    params = "hydra:\n  sweeper:\n    params:\n      seed: 1,2\n"
    value = sweep(tmp_path, "seed=7", config=FILES["config.yaml"] + params).get("seed")
    assert value is not None
    assert value.value == 7


def test_without_its_primary_config_nothing_else_is_judged(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    made = ours(root, "main", ["optim=sgd", "seed=1", "wrong.key=2"])
    assert [(each.kind, each.subject) for each in made.problems] == [("config-missing", "main")]
    assert not made.is_whole
    assert not made.values
