"""`repro-check secrets audit`: labels that are kept, taken back, and asked for once."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commanding import Done, made_up_token, repro_check
from conftest import Repo, clean_environment

MakeRepo = Callable[..., Repo]
TOKEN = made_up_token()
BASELINE = ".secrets.baseline"


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repo:
    """Two secrets in two files."""
    other = TOKEN[:4] + TOKEN[:3:-1]
    return make_repo({"a.py": f'x = "{TOKEN}"\n', "b.py": f'import os\ny = "{other}"\n'})


def audit(repo: Repo, answers: str, *words: str) -> Done:
    done = subprocess.run(
        (sys.executable, "-m", "repro_check", "secrets", "audit", *words),
        cwd=repo.root,
        env=clean_environment() | {"COLUMNS": "100"},
        input=answers.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in err
    assert TOKEN[:6] not in out + err
    return Done(done.returncode, out, err)


def labels(repo: Repo) -> dict[str, Any]:
    results = json.loads(repo.text(BASELINE))["results"]
    return {
        path: [entry.get("is_secret", "none") for entry in entries]
        for path, entries in results.items()
    }


def test_answers_are_kept_and_not_asked_for_again(repo: Repo) -> None:
    done = audit(repo, "t\nf\n")
    assert (done.code, "2 labelled (1 true, 1 false, 0 unsure), 0 left" in done.out) == (0, True)
    assert labels(repo) == {"a.py": [True], "b.py": [False]}
    assert TOKEN not in repo.text(BASELINE)
    again = audit(repo, "")
    assert (again.code, again.out) == (0, "Nothing to label.\n")
    check = repro_check("secrets", "--output-format", "json", cwd=repo.root)
    assert [item["path"] for item in check.document["findings"]] == ["a.py"]


def test_an_audit_goes_on_where_the_last_one_ended(repo: Repo) -> None:
    first = audit(repo, "unsure\nquit\n")
    assert (first.code, labels(repo)) == (0, {"a.py": [None]})
    second = audit(repo, "false\n")
    assert "[1/1] b.py:2" in second.out
    assert labels(repo) == {"a.py": [None], "b.py": [False]}
    third = audit(repo, "f\nq\n", "--again")
    assert "[1/2] a.py:1" in third.out
    assert labels(repo) == {"a.py": [False], "b.py": [False]}


def test_an_answer_can_be_taken_back(repo: Repo) -> None:
    assert audit(repo, "f\nb\nq\n").code == 0
    assert not (repo.root / BASELINE).exists()
    audit(repo, "s\nb\nf\nb\nt\nf\n")
    assert labels(repo) == {"a.py": [True], "b.py": [False]}


def test_taking_back_restores_the_old_baseline_to_the_byte(repo: Repo) -> None:
    old = '{"generated_at": "then",\n   "results": {}, "ours": 1}'
    repo.write({BASELINE: old})
    assert audit(repo, "f\nf\n").code == 0
    (repo.root / BASELINE).write_text(old)
    audit(repo, "f\nb\nq\n")
    assert repo.text(BASELINE) == old


def test_an_existing_baseline_keeps_its_keys_and_runs_nothing(repo: Repo) -> None:
    repo.write(
        {
            "evil.py": "open('ran', 'w')\n",
            BASELINE: json.dumps(
                {
                    "version": "1.4.0",
                    "filters_used": [{"path": "file://evil.py::f"}],
                    "plugins_used": [{"name": "Evil", "path": "file://evil.py"}],
                    "results": {},
                    "generated_at": "2020-01-01T00:00:00Z",
                }
            ),
        }
    )
    assert audit(repo, "t\nf\n").code == 0
    document = json.loads(repo.text(BASELINE))
    assert list(document) == [
        "version",
        "filters_used",
        "plugins_used",
        "results",
        "generated_at",
    ]
    assert document["generated_at"] == "2020-01-01T00:00:00Z"
    assert not (repo.root / "ran").exists()


def test_nobody_to_answer_is_an_error_in_words(repo: Repo) -> None:
    done = audit(repo, "")
    assert done.code == 2
    assert "nobody answers" in done.err
    assert "terminal" in done.err
    assert not (repo.root / BASELINE).exists()


def test_answers_that_end_early_are_kept_and_said(repo: Repo) -> None:
    done = audit(repo, "f\n")
    assert (done.code, "ended at finding 2 of 2" in done.err) == (2, True)
    assert labels(repo) == {"a.py": [False]}


def test_a_word_that_is_no_answer_is_explained_and_not_repeated(repo: Repo) -> None:
    done = audit(repo, f"{TOKEN}\n\x1b[31m\n\xff\nb\nq\n")
    assert done.code == 0
    assert "unsure: it stays a finding" in done.out
    assert "There is none before it." in done.out
    assert "\x1b" not in done.out


def test_secrets_of_the_history_are_labelled_by_their_digest(repo: Repo) -> None:
    (repo.root / "a.py").unlink()
    repo.commit("Remove it")
    assert "[1/2] a.py:1" in audit(repo, "f\nq\n", "--history").out
    assert labels(repo) == {"a.py": [False]}
    document = repro_check("secrets", "--history", "--output-format", "json", cwd=repo.root)
    assert [found["path"] for found in document.document["secrets"]] == ["b.py"]
    assert "[1/1] b.py:2" in audit(repo, "q\n", "--history").out


def test_a_baseline_that_git_ignores_would_be_of_no_use(repo: Repo) -> None:
    repo.write({".gitignore": f"{BASELINE}\n"})
    done = audit(repo, "f\nf\n")
    assert (done.code, "git ignores" in done.err) == (2, True)


@pytest.mark.parametrize("kind", ["link", "folder", "damaged"])
def test_a_baseline_that_is_no_file_or_damaged_is_left_alone(
    repo: Repo, tmp_path: Path, kind: str
) -> None:
    place = repo.root / BASELINE
    target = tmp_path / "elsewhere"
    target.write_text('{"results": {}}')
    if kind == "link":
        place.symlink_to(target)
    elif kind == "folder":
        place.mkdir()
    else:
        place.write_text("{")
    done = audit(repo, "f\nf\n")
    assert (done.code, "baseline cannot be read" in done.err) == (2, True)
    assert target.read_text() == '{"results": {}}'


def test_a_folder_limits_the_questions(repo: Repo) -> None:
    assert "[1/1] b.py:2" in audit(repo, "q\n", "b.py").out


def test_a_notebook_is_labelled_by_the_line_of_its_file(make_repo: MakeRepo) -> None:
    cells = [
        {
            "cell_type": "code",
            "execution_count": 1,
            "id": "a",
            "metadata": {},
            "outputs": [],
            "source": ["import os\n", f'login("{TOKEN}")'],
        }
    ]
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    repo = make_repo({"a.ipynb": json.dumps(document, indent=1)})
    audit(repo, "f\n")
    (entry,) = json.loads(repo.text(BASELINE))["results"]["a.ipynb"]
    assert TOKEN in repo.text("a.ipynb").split("\n")[entry["line_number"] - 1]


def test_it_asks_in_a_terminal_and_an_interruption_keeps_the_answers(repo: Repo) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        (sys.executable, "-m", "repro_check", "secrets", "audit"),
        cwd=repo.root,
        env=clean_environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = _until(ours, b"[t/f/u/s/b/q/?]")
    os.write(ours, b"f\n")
    shown += _until(ours, b"[t/f/u/s/b/q/?]")
    os.killpg(process.pid, 2)
    assert process.wait(timeout=30) == 130
    os.close(ours)
    assert labels(repo) == {"a.py": [False]}
    assert TOKEN[:6].encode() not in shown


def _until(descriptor: int, words: bytes) -> bytes:
    shown = b""
    while words not in shown:
        shown += os.read(descriptor, 1024)
    return shown
