"""`repro-check config show --diff`: what two experiments do not share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cli.configs_made import HYDRA, PLAIN
from commanding import Done, repro_check
from conftest import Repo

MakeRepo = Callable[..., Repo]


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = Repo(tmp_path_factory.mktemp("diff") / "repo")
    repo.write(HYDRA).commit()
    return repo


def diff(repo: Repo, *words: str, **more: dict[str, str]) -> Done:
    return repro_check("config", "show", "--diff", *words, cwd=repo.root, **more)


def lines(done: Done) -> list[str]:
    return [" ".join(line.split()) for line in done.out.splitlines()]


def test_the_keys_that_differ_are_shown_with_both_values_and_places(hydra: Repo) -> None:
    done = diff(hydra, "train", "deep")
    assert done.code == 0
    assert lines(done) == [
        "--- python train.py (README.md:4)",
        "+++ python train.py experiment=deep (conf/experiment/deep.yaml:1)",
        "- seed: 0 # conf/train.yaml:6",
        "+ seed: 7 # conf/experiment/deep.yaml:5",
        "- data.path: ??? # conf/train.yaml:12, must be given",
        "+ data.path: data/deep # conf/experiment/deep.yaml:7",
        "- optimizer.lr: 0.001 # conf/optimizer/adam.yaml:1",
        "+ optimizer.lr: 0.1 # conf/optimizer/sgd.yaml:1",
        "- optimizer.betas: [0.9, 0.999] # conf/optimizer/adam.yaml:2",
        "+ optimizer.momentum: 0.9 # conf/optimizer/sgd.yaml:2",
    ]


def test_a_side_may_have_overrides(hydra: Repo) -> None:
    done = diff(hydra, "train", "train optimizer=sgd", "--key", "optimizer")
    assert "- optimizer.lr: 0.001 # conf/optimizer/adam.yaml:1" in lines(done)
    assert "+ optimizer.lr: 0.1 # conf/optimizer/sgd.yaml:1" in lines(done)


def test_a_key_that_one_side_lacks_is_a_difference_and_one_that_both_lack_a_mistake(
    hydra: Repo,
) -> None:
    assert (
        "- optimizer.betas: [0.9, 0.999]"
        in diff(hydra, "train", "deep", "--key", "optimizer.betas").out
    )
    added = diff(hydra, "train", "deep", "--key", "optimizer.momentum")
    assert "+ optimizer.momentum: 0.9" in added.out
    assert diff(hydra, "train", "deep", "--key", "optimzer").code == 2


def test_an_interpolation_differs_only_in_what_it_stands_for(hydra: Repo) -> None:
    assert "trainer.lr" not in diff(hydra, "train", "deep").out
    resolved = lines(diff(hydra, "train", "deep", "--resolve"))
    assert "- trainer.lr: 0.001 # conf/train.yaml:9" in resolved
    assert "+ trainer.lr: 0.1 # conf/train.yaml:9" in resolved


def test_the_same_config_twice_is_said_to_be_the_same(hydra: Repo) -> None:
    done = diff(hydra, "train", "train seed=0")
    assert done.code == 0
    assert "# the two configs are the same (8 values)" in done.out


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("a: [1, 2]\n", "a: [1, 3]\n", ["- a: [1, 2]", "+ a: [1, 3]"]),
        ("a: [1, 2]\n", "a: [1]\n", ["- a: [1, 2]", "+ a: [1]"]),
        ("a: 1\n", "a: 1.0\n", ["- a: 1", "+ a: 1.0"]),
        ("a: true\n", "a: 1\n", ["- a: true", "+ a: 1"]),
        ("a: {b: 1}\n", "a: 1\n", ["+ a: 1", "- a.b: 1"]),
        ("a: [1, 2]\n", "a: {b: 1}\n", ["- a: [1, 2]", "+ a.b: 1"]),
        ("a: [1, 2]\n", "a: []\n", ["+ a: []", "- a: [1, 2]"]),
        ("a: []\n", "a: {}\n", ["- a: []", "+ a: {}"]),
        ("a: [{b: 1}]\n", "a: [{b: 2}]\n", ["- a.0.b: 1", "+ a.0.b: 2"]),
        ("a: {b: 1}\nz: 1\n", "a: {b: 1, c: 2}\nz: 2\n", ["+ a.c: 2", "- z: 1", "+ z: 2"]),
        ("a: 1\nb: 2\n", "b: 2\na: 1\n", []),
    ],
)
def test_what_counts_as_a_difference(
    old: str, new: str, shown: list[str], make_repo: MakeRepo
) -> None:
    repo = make_repo({**PLAIN, "configs/a.yaml": old, "configs/b.yaml": new})
    done = diff(repo, "a", "b")
    assert done.code == 0
    changed = [line.partition(" # ")[0] for line in lines(done) if line[:2] in {"- ", "+ "}]
    assert changed == shown


def test_problems_are_shown_and_do_not_change_the_exit_code(hydra: Repo) -> None:
    done = diff(hydra, "train", "train optimizer=sdg")
    assert done.code == 0
    assert "# error: command line: " in done.out


def test_the_differences_are_there_for_programs(hydra: Repo) -> None:
    done = diff(hydra, "train", "deep", "--output-format", "json")
    document = done.document
    assert document["old"]["experiment"]["name"] == "train"
    assert document["new"]["experiment"]["name"] == "experiment=deep"
    by_name = {".".join(map(str, one["keys"])): one for one in document["differences"]}
    assert by_name["seed"] == {
        "keys": ["seed"],
        "old": {
            "value": 0,
            "path": "conf/train.yaml",
            "line": 6,
            "is_known": True,
            "note": "",
            "is_missing": False,
            "is_redacted": False,
        },
        "new": {
            "value": 7,
            "path": "conf/experiment/deep.yaml",
            "line": 5,
            "is_known": True,
            "note": "",
            "is_missing": False,
            "is_redacted": False,
        },
    }
    assert by_name["optimizer.momentum"]["old"] is None
    assert by_name["optimizer.betas.0"]["new"] is None


def test_colours_are_for_terminals_or_by_force(hydra: Repo) -> None:
    assert "\x1b" not in diff(hydra, "train", "deep").out
    forced = diff(hydra, "train", "deep", env={"FORCE_COLOR": "1", "NO_COLOR": ""})
    assert "\x1b[31m- seed: 0\x1b[0m" in forced.out
    assert "\x1b[32m+ seed: 7\x1b[0m" in forced.out
