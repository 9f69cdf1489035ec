from __future__ import annotations

from pathlib import Path

import pytest
from hydra_oracle import COMMAND, ours, overrides_of, write

from repro_check.project.experiments.effective import Effective

FILES = {
    "config.yaml": "defaults:\n- model: big\n- _self_\nlr: 0.1\noptim:\n  weight_decay: 0\n",
    "model/big.yaml": "width: 512\ndepth: ???\n",
    "model/small.yaml": "width: 8\n",
    "experiment/a.yaml": "# @package _global_\ndefaults:\n- override /model: smal\nmodel:\n  depth: 3\n",
    "experiment/b.yaml": "# @package _global_\ndefaults:\n- override /modle: small\n",
    "experiment/c.yaml": "# @package _global_\ndefaults:\n- override /model: small\nmodel:\n  width: 16\n",
}


def effective(tmp_path: Path, *texts: str) -> Effective:
    return ours(write(tmp_path, FILES), "config", texts)


def test_each_value_has_the_place_that_wrote_it_last(tmp_path: Path) -> None:
    mine = effective(tmp_path, "+experiment=c", "lr=0.5")
    places = {
        value.dotted: (value.origin.path, value.origin.span.line) for value in mine.values.values()
    }
    assert places == {
        "model.width": ("experiment/c.yaml", 5),
        "lr": (COMMAND.path, 1),
        "optim.weight_decay": ("config.yaml", 6),
    }
    assert mine.files == ("model/small.yaml", "config.yaml", "experiment/c.yaml")


def test_a_mandatory_value_is_marked(tmp_path: Path) -> None:
    value = effective(tmp_path).get("model.depth")
    assert value is not None
    assert (value.is_missing, value.origin.path, value.origin.span.line) == (
        True,
        "model/big.yaml",
        2,
    )


@pytest.mark.parametrize(
    ("texts", "kind", "subject", "known", "place"),
    [
        (["optim.weight_dacay=1"], "key-unknown", "optim.weight_dacay", ("weight_decay",), ("README.md", 1)),
        (["optm.weight_decay=1"], "key-unknown", "optm", ("model", "lr", "optim"), ("README.md", 1)),
        (["optim={weight_dacay: 1}"], "key-unknown", "optim.weight_dacay", ("weight_decay",), ("README.md", 1)),
        (["model=smal"], "option-missing", "smal", ("big", "small"), ("README.md", 1)),
        (["+experiment=a"], "option-missing", "smal", ("big", "small"), ("experiment/a.yaml", 3)),
        (["+experiment=b"], "override-unmatched", "modle", (), ("experiment/b.yaml", 3)),
        (["experiment=c"], "override-unmatched", "experiment", (), ("README.md", 1)),
        (["model@x=small"], "override-unmatched", "model@x", ("model",), ("README.md", 1)),
        (["+lr=1"], "key-exists", "lr", (), ("README.md", 1)),
        (["~lrr"], "key-unknown", "lrr", ("model", "lr", "optim"), ("README.md", 1)),
        (["~modle"], "key-unknown", "modle", ("model", "lr", "optim"), ("README.md", 1)),
        (["lr=1,2"], "ambiguous", "lr", (), ("README.md", 1)),
        (["lr=[1"], "malformed", "lr", (), ("README.md", 1)),
        (["data@x=a"], "group-missing", "data", (), ("README.md", 1)),
    ],
)  # fmt: skip
def test_a_problem_has_its_place_and_what_would_be_right(
    tmp_path: Path,
    texts: list[str],
    kind: str,
    *,
    subject: str,
    known: tuple[str, ...],
    place: tuple[str, int],
) -> None:
    (problem,) = effective(tmp_path, *texts).problems
    assert (problem.kind, problem.subject, problem.known) == (kind, subject, known)
    assert (problem.origin.path, problem.origin.span.line) == place
    assert problem.message
    assert not problem.message.endswith(".")


@pytest.mark.parametrize(
    "text", ["hydra.nope=3", "+hydra.nope=3", "++hydra.nope=3", "hydra.nope.x=3"]
)
def test_hydra_has_only_its_own_settings(tmp_path: Path, text: str) -> None:
    (problem,) = effective(tmp_path, text).problems
    assert problem.kind == "key-unknown"
    assert "hydra.run" in problem.known


@pytest.mark.parametrize(
    "text", ["hydra.run.dir=x", "hydra.job.name=x", "+hydra.launcher.x=3", "hydra.verbose=true"]
)
def test_the_settings_of_hydra_may_be_set(tmp_path: Path, text: str) -> None:
    assert effective(tmp_path, text).problems == ()


def test_all_problems_are_told_and_the_rest_is_composed(tmp_path: Path) -> None:
    mine = effective(tmp_path, "model=smal", "lrr=1", "lr=2")
    assert [problem.kind for problem in mine.problems] == ["option-missing", "key-unknown"]
    assert (value := mine.get("lr"))
    assert value.value == 2


def test_a_missing_primary_config_names_those_that_are_there(tmp_path: Path) -> None:
    (problem,) = ours(write(tmp_path, FILES), "conf").problems
    assert (problem.kind, problem.subject, problem.known) == ("config-missing", "conf", ("config",))


def test_a_scalar_that_needs_code_is_a_problem_at_its_place(tmp_path: Path) -> None:
    (problem,) = ours(
        write(tmp_path, {"config.yaml": "a: 1\nb: !call os.getcwd\n"}), "config"
    ).problems
    assert (problem.kind, problem.origin.path, problem.origin.span.line) == (
        "malformed",
        "config.yaml",
        2,
    )


def test_what_configures_hydra_stands_apart(tmp_path: Path) -> None:
    write(tmp_path, {"config.yaml": "lr: 1\nhydra:\n  run:\n    dir: out\n"})
    mine = ours(tmp_path, "config", ["hydra.sweep.dir=x", "hydra/launcher=submitit_slurm"])
    assert not mine.problems
    assert mine.is_whole
    assert list(mine.values) == [("lr",)]
    assert list(mine.of_loader) == [("hydra", "run", "dir"), ("hydra", "sweep", "dir")]


def test_an_override_that_cannot_be_read_is_a_problem_with_its_text() -> None:
    _, (problem,) = overrides_of(["a b=1"])
    assert "`a b=1`" in problem.message


def test_keys_that_are_no_texts_are_marked(tmp_path: Path) -> None:
    text = "warmup: {30: 0.1, 2.5: 1}\n'30': x\ntrue: {on: 1}\nlr: 1\n"
    places = ours(write(tmp_path, {"config.yaml": text}), "config", ["warmup.30=5"])
    bare = {value.dotted: value.bare for value in places.values.values()}
    assert bare == {
        "warmup.30": (1,),
        "warmup.2.5": (1,),
        "30": (),
        "true.on": (0, 1),
        "lr": (),
    }
