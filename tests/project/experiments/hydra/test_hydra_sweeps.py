from __future__ import annotations

from pathlib import Path

import pytest
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra_oracle import composer_of, ours, overrides_of, write

from repro_check.project.experiments.hydra.search import SearchPath
from repro_check.project.experiments.hydra.sweeps import sweeper_params, sweeps

OPTIONS = ("adam", "sgd", "sgd_nesterov")


def runs(texts: list[str], most: int = 100) -> list[dict[str, object]]:
    overrides, problems = overrides_of(texts)
    assert not problems
    found = sweeps(overrides, lambda group: OPTIONS if group == "optim" else (), most=most)
    return [{one.change.value + one.target: one.value for one in run} for run in found]


@pytest.mark.parametrize(
    "texts",
    [
        ["a=1,2", "b=x"],
        ["a=1,2", "b=x,y"],
        ["a=choice(1,'two',[3])"],
        ["a=range(3)", "b=range(5,1,-2)"],
        ["a=range(0,1,0.25)"],
        ["a=range(1,0)"],
        ["a=1", "a=2,3"],
        ["+a=1,2", "~b"],
        ["db@x=m,n"],
        ["a=sort(3,1,2)"],
        ["a=float(range(1,3))"],
    ],
)
def test_a_sweep_has_the_runs_of_hydras_basic_sweeper(texts: list[str]) -> None:
    parser = OverridesParser.create()
    # a deletion has no value in its line; the sweeper gives it one
    batches = BasicSweeper.split_arguments(parser.parse_overrides(texts), None)
    theirs = []
    for run in batches[0]:
        read = [parser.parse_override(text) for text in run]
        theirs.append({each.get_key_element(): each.value() for each in read})
    assert runs(texts) == theirs


def test_a_glob_takes_the_options_that_match() -> None:
    assert [run["optim"] for run in runs(["optim=glob(s*,exclude=*_nesterov)"])] == ["sgd"]
    assert len(runs(["optim=glob(*)", "a=1,2"])) == 6


def test_an_interval_leaves_its_key_alone() -> None:
    assert runs(["a=interval(0,1)", "b=1,2"]) == [{"b": 1}, {"b": 2}]


@pytest.mark.parametrize(
    "texts",
    [
        [f"k{i}=range(1000)" for i in range(20)],
        ["a=range(0,1e300,1e-300)"],
        ["a=range(0,5,0)"],
        ["a=range(0.5,nan,1)"],
    ],
)
def test_endless_sweeps_end(texts: list[str]) -> None:
    assert len(runs(texts, most=50)) <= 50


def test_the_parameters_of_the_sweeper_stand_in_the_config(tmp_path: Path) -> None:
    config = "lr: 1\nbs: 2\nhydra:\n  sweeper:\n    params:\n      lr: 0.1,0.2\n      bs: 16\n"
    root = write(tmp_path, {"config.yaml": config})
    mine = ours(root, "config")
    found = list(sweeper_params(mine))
    assert [(each.text, each.is_sweep, each.origin.span.line) for each in found] == [
        ("lr=0.1,0.2", True, 6),
        ("bs=16", False, 7),
    ]
    composer = composer_of(root)
    assert [
        composer.compose(SearchPath(("",)), "config", run).values["lr",].value
        for run in sweeps(found, lambda group: ())
    ] == [0.1, 0.2]
