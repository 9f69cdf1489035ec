"""Repositories that mean harm: what they name is not followed, not waited for, not run, not shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from commanding import repro_check
from conftest import Repo

MakeRepo = Callable[..., Repo]
TOKEN = "ghp_" + "q7RtZk2LmWv9XcBn4HsY" + "pDf6JgTa8EuQoNi3"
LEAKY = f"""import random
if args.seed: token = "{TOKEN}"; random.seed(args.seed)
path = "/home/bob/{TOKEN}/x"
# repro-check: ignore[{TOKEN}] -- x
"""
FORMATS = ["full", "concise", "json", "sarif", "github", "junit", "markdown"]


@pytest.mark.parametrize("form", FORMATS)
def test_no_report_shows_a_secret_whatever_rule_points_at_its_line(
    form: str, make_repo: MakeRepo
) -> None:
    repo = make_repo({"a.py": LEAKY})
    done = repro_check("check", "--output-format", form, cwd=repo.root)
    assert done.code == 1
    assert TOKEN not in done.text


def test_neither_a_diff_nor_the_baseline_shows_a_secret(make_repo: MakeRepo) -> None:
    repo = make_repo({"a.py": LEAKY})
    assert TOKEN not in repro_check("check", "--diff", cwd=repo.root).text
    repro_check("baseline", "create", cwd=repo.root)
    shown = repro_check("baseline", "show", cwd=repo.root)
    assert "SEC001" in shown.out
    assert TOKEN not in shown.text + repo.text("repro-check-baseline.txt")


def test_a_link_in_the_place_of_the_baseline_is_neither_read_nor_written(
    make_repo: MakeRepo, tmp_path: Path
) -> None:
    repo = make_repo({"a.py": "x = 1\n"})
    precious = tmp_path / "precious"
    precious.write_text("mine\n")
    (repo.root / "repro-check-baseline.txt").symlink_to(precious)
    assert repro_check("check", cwd=repo.root).code == 2
    assert repro_check("baseline", "create", "--force", cwd=repo.root).code == 2
    assert precious.read_text() == "mine\n"


@pytest.mark.parametrize("name", ["repro-check-baseline.txt", "repro-check.toml"])
def test_a_pipe_is_not_waited_for(name: str, make_repo: MakeRepo) -> None:
    repo = make_repo({"a.py": "x = 1\n"})
    os.mkfifo(repo.root / name)
    done = repro_check("check", "a.py", cwd=repo.root)
    assert done.code in {0, 2}


def test_no_filter_of_the_repositorys_own_settings_is_run(
    make_repo: MakeRepo, tmp_path: Path
) -> None:
    repo = make_repo({".gitattributes": "*.py filter=evil\n", "a.py": "x = 1\n"})
    mark = tmp_path / "was-run"
    repo.git("config", "filter.evil.clean", f"touch {mark}; cat")
    os.utime(repo.root / "a.py")
    for words in (("release", "--skip", "smoke"), ("check", "--staged"), ("check",)):
        repro_check(*words, cwd=repo.root)
    assert not mark.exists()


@pytest.mark.parametrize("folder", ["vendor", "third_party", "node_modules", "venv"])
def test_a_suppression_in_code_of_others_is_none_of_ours(folder: str, make_repo: MakeRepo) -> None:
    text = 'x = "/home/ada/q"  # repro-check: ignore[PORT001] -- lab\n'
    repo = make_repo({f"{folder}/a.py": text})
    done = repro_check("check", cwd=repo.root)
    assert done.code == 0


def test_a_misspelt_key_of_the_smoke_table_is_an_error_at_every_command(
    make_repo: MakeRepo,
) -> None:
    repo = make_repo({"repro-check.toml": '[smoke]\ncheckpnt = "x"\n'})
    done = repro_check("check", cwd=repo.root)
    assert done.code == 2
    assert "checkpnt" in done.err


def test_an_unknown_rule_in_per_file_ignores_is_an_error(make_repo: MakeRepo) -> None:
    repo = make_repo({"repro-check.toml": '[per-file-ignores]\n"*.py" = ["SEDE004"]\n'})
    done = repro_check("check", cwd=repo.root)
    assert done.code == 2
    assert "SEED004" in done.err


def test_release_does_not_call_an_empty_repository_committed(make_repo: MakeRepo) -> None:
    repo = make_repo({}, commit=False)
    done = repro_check("release", "--skip", "smoke", cwd=repo.root)
    assert "nothing is committed yet" in done.out
    assert done.code == 3


def test_data_lock_says_when_there_is_nothing_to_record(make_repo: MakeRepo) -> None:
    repo = make_repo({"a.py": "x = 1\n"})
    assert "Nothing to record" in repro_check("data", "lock", cwd=repo.root).out
