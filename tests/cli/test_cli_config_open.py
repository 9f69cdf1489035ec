"""`repro-check config show` of what a command leaves open, and of configs that git ignores."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from cli.configs_made import EVAL, HYDRA, TRAIN
from commanding import Done, repro_check
from conftest import Repo

MakeRepo = Callable[..., Repo]
COMMANDS = (
    "python train.py trainer.lr=$LR data.path=/path/to/data",
    "python train.py trainer.lr=$LR",
    "python train.py seed=1,2 --multirun",
    "python train.py optimizer=adam,sgd -m",
    "python train.py trainer.lr=$LR optimizer=sdg",
)


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = Repo(tmp_path_factory.mktemp("open") / "repo")
    text = "\n".join(("```bash", *COMMANDS, "```", ""))
    repo.write({**HYDRA, "README.md": text}).commit()
    return repo


def show(repo: Repo, *words: str) -> Done:
    return repro_check("config", "show", *words, cwd=repo.root)


def test_what_a_shell_or_a_reader_fills_in_is_no_value_of_a_file(hydra: Repo) -> None:
    done = show(hydra, "README.md:2")
    assert done.code == 0
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert "lr: <open> # README.md:2, filled in by the command" in lines
    assert "path: <open> # README.md:2, filled in by the command" in lines
    assert "# not whole: its command has words that a shell or a reader fills in" in lines


def test_what_is_filled_in_is_never_called_the_same(hydra: Repo) -> None:
    done = show(hydra, "--diff", "README.md:2", "README.md:3")
    assert "- trainer.lr: <open>" in done.out
    assert "+ trainer.lr: <open>" in done.out
    base = show(hydra, "--diff", "train", "README.md:3")
    assert "+ trainer.lr: <open>" in base.out


def test_the_key_of_a_sweep_has_the_values_of_no_run(hydra: Repo) -> None:
    done = show(hydra, "README.md:4")
    assert "seed: <open>" in done.out
    assert "README.md:4, one of 1, 2 in each run" in done.out
    parsed = json.loads(show(hydra, "README.md:4", "--output-format", "json").out)
    (seed,) = (value for value in parsed["values"] if value["keys"] == ["seed"])
    assert (seed["value"], seed["is_known"]) == (None, False)
    assert seed["note"] == "one of 1, 2 in each run"


def test_of_a_sweep_over_a_group_the_first_run_is_shown_and_that_is_said(hydra: Repo) -> None:
    done = show(hydra, "README.md:5")
    said = "`optimizer` is one of adam, sgd in each run, and what `adam` gives is shown"
    assert f"# not whole: {said}\n" in done.out
    assert "betas" in done.out
    parsed = json.loads(show(hydra, "README.md:5", "--output-format", "json").out)
    assert parsed["unseen"] == [said]
    assert not parsed["is_whole"]


def test_a_placeholder_hides_no_refusal_of_another_word(hydra: Repo) -> None:
    done = show(hydra, "README.md:6")
    assert done.code == 1
    assert "# error: README.md:6: the config group `optimizer` has no option `sdg`" in done.out


def test_a_config_on_this_disk_that_git_ignores_is_said_to_be_so(make_repo: MakeRepo) -> None:
    files = {
        "train.py": TRAIN,
        "conf/train_local.yaml": "lr: 1\n",
        "conf/exp/deep.yaml": "# @package _global_\nlr: 2\n",
        ".gitignore": "conf/train.yaml\n",
        "README.md": "```bash\ncp conf/train_local.yaml conf/train.yaml\npython train.py lr=3 a.b=1\n```\n",
    }
    repo = make_repo(files)
    without = show(repo, "train")
    assert without.code == 1
    assert "git ignores" not in without.out
    (repo.root / "conf/train.yaml").write_text("lr: 1\n")
    for word in ("train", "README.md:3", "+exp=deep"):
        done = show(repo, word)
        assert done.code == 1
        (error,) = (line for line in done.out.splitlines() if line.startswith("# error:"))
        assert "the search path has no config `train`" in error
        assert "git ignores `conf/train.yaml`, so it is not read" in error
        assert "# not whole:" in done.out


def test_namesakes_at_one_place_are_told_apart_by_their_programs(make_repo: MakeRepo) -> None:
    other = EVAL["eval.py"].replace('"eval"', '"train"')
    repo = make_repo({**HYDRA, "eval.py": other, "infer.py": other, "README.md": "# Nothing\n"})
    done = show(repo, "eval.py")
    (line,) = (each for each in done.out.splitlines() if "of the same name" in each)
    assert line.endswith(": infer.py (conf/train.yaml:1), train.py (conf/train.yaml:1)")
    unnamed = show(repo)
    assert "`eval.py`, `infer.py`, `train.py`" in unnamed.err
