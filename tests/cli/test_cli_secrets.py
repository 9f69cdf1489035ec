"""`repro-check secrets`: files and history, and that a secret is never shown whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from commanding import Done, as_json, made_up_token, repro_check
from conftest import Repo

MakeRepo = Callable[..., Repo]
TOKEN = made_up_token()
LINE = f'x = "{TOKEN}"\n'


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repo:
    """A secret that was removed, one that stands, and a clean file."""
    repo = make_repo({"train.py": "import os\n", "old.py": LINE})
    (repo.root / "old.py").unlink()
    repo.commit("Remove it")
    return repo


def secrets(*words: str, repo: Repo) -> Done:
    done = repro_check("secrets", *words, cwd=repo.root)
    assert_redacted(done.text)
    return done


def assert_redacted(text: str) -> None:
    """No more than four characters of the secret stand in a text."""
    assert not any(TOKEN[at : at + 5] in text for at in range(len(TOKEN) - 4))


@pytest.mark.parametrize("words", [(), ("scan",), (".",), ("scan", "new.py"), ("new.py",)])
def test_the_files_are_searched_as_the_rule_does(repo: Repo, words: tuple[str, ...]) -> None:
    assert secrets(repo=repo).code == 0
    repo.write({"new.py": LINE})
    done = secrets(*words, "--output-format", "json", repo=repo)
    check = as_json("--select", "SEC001", *(w for w in words if w != "scan"), cwd=repo.root)
    assert done.code == check.code == 1
    assert done.document["findings"] == check.document["findings"]
    assert done.codes == ["SEC001"]


def test_a_file_is_not_a_command_and_help_is_help(repo: Repo) -> None:
    assert "audit" in secrets("--help", repo=repo).out
    assert "--history" in secrets("scan", "--help", repo=repo).out
    done = secrets("adit", repo=repo)
    assert (done.code, "no file or folder `adit`" in done.err) == (2, True)


def test_a_removed_secret_is_found_in_the_history(repo: Repo) -> None:
    done = secrets("--history", repo=repo)
    assert done.code == 1
    assert f"old.py:1: Hugging Face Token {TOKEN[:4]}..." in done.out
    assert "HEAD no longer holds it" in done.out
    assert done.out.index("Revoke") < done.out.index("git filter-repo --replace-text")
    assert "1 secret in 2 file versions" in done.out
    assert done.err == ""


def test_the_document_tells_commits_paths_and_what_to_do(repo: Repo) -> None:
    done = secrets("--history", "--output-format", "json", repo=repo)
    document = done.document
    (found,) = document["secrets"]
    last, first = repo.git("log", "--format=%H").split()
    assert (found["commits"], found["removed"]) == ([first], [last])
    assert (found["path"], found["line"], found["in_head"]) == ("old.py", 1, False)
    assert found["redacted"] == f"{TOKEN[:4]}..."
    assert len(found["fingerprint"]) == 16
    assert document["steps"][0]["text"].startswith("Revoke")
    assert document["summary"] == {"secrets": 1, "file_versions": 2, "read": 2}


def test_nothing_is_rewritten_and_only_the_cache_is_written(repo: Repo) -> None:
    before = repo.git("rev-list", "--all", "--objects"), repo.git("reflog"), repo.git("status")
    secrets("--history", repo=repo)
    after = repo.git("rev-list", "--all", "--objects"), repo.git("reflog"), repo.git("status")
    assert after == before
    kept = list((repo.root / ".git" / "repro-check").iterdir())
    assert [path.name.partition("-")[0] for path in kept] == ["history"]
    assert_redacted(kept[0].read_bytes().decode("latin-1"))


def test_no_file_of_ours_holds_a_secret(repo: Repo) -> None:
    repo.write({"new.py": LINE})
    secrets(repo=repo)
    secrets("--history", repo=repo)
    repro_check("check", "--profile", "release", "--select", "SEC001,SEC002", cwd=repo.root)
    kept = list((repo.root / ".git" / "repro-check").iterdir())
    assert len(kept) >= 2
    for path in kept:
        assert_redacted(path.read_bytes().decode("latin-1"))


def test_the_cache_can_be_left_alone(repo: Repo) -> None:
    words = ("--history", "--no-cache", "--output-format", "json")
    assert secrets(*words, repo=repo).document["summary"]["read"] == 2
    assert not (repo.root / ".git" / "repro-check").exists()
    secrets("--history", repo=repo)
    again = secrets("--history", "--output-format", "json", repo=repo)
    assert again.document["summary"] == {"secrets": 1, "file_versions": 2, "read": 0}


def test_a_folder_limits_what_is_shown_of_the_history(repo: Repo) -> None:
    repo.commit(files={"lib/a.py": "a = 1\n"})
    assert secrets("--history", "lib", repo=repo).code == 0
    assert secrets("--history", ".", repo=repo).code == 1


def test_a_shallow_clone_never_reads_as_clean(repo: Repo, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.root}", str(clone))
    done = repro_check("secrets", "--history", cwd=clone)
    assert done.code == 3
    assert "not checked: the clone is shallow" in done.out


def test_a_bare_repository_is_searched(repo: Repo, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    repo.git("clone", "--quiet", "--bare", str(repo.root), str(bare))
    done = repro_check("secrets", "--history", cwd=bare)
    assert done.code == 1
    assert_redacted(done.text)


def test_without_git_there_is_no_history(tmp_path: Path) -> None:
    done = repro_check("secrets", "--history", cwd=tmp_path)
    assert (done.code, "there is no git repository" in done.err) == (2, True)
    (tmp_path / "a.py").write_text(LINE)
    assert repro_check("secrets", cwd=tmp_path).code == 1


def test_what_only_tests_hold_fails_no_run(make_repo: MakeRepo) -> None:
    repo = make_repo({"tests/test_a.py": LINE})
    done = secrets("--history", repo=repo)
    assert (done.code, "tests/test_a.py:1" in done.out) == (0, True)


def test_a_file_name_with_escapes_or_a_secret_is_made_harmless(make_repo: MakeRepo) -> None:
    repo = make_repo({f"\x1b[31m {TOKEN}.py": LINE})
    for words in ((), ("--output-format", "json")):
        done = secrets("--history", *words, repo=repo)
        assert done.code == 1
        assert "\x1b" not in done.out


def test_the_gate_names_a_secret_of_the_history_once(repo: Repo) -> None:
    done = repro_check("release", "--skip", "smoke", "--output-format", "json", cwd=repo.root)
    assert_redacted(done.text)
    rows = {row["name"]: row for row in done.document["checks"]}
    assert rows["history"]["outcome"] == "failed"
    assert "SEC002" not in str(rows["rules"])
    assert len(rows["history"]["details"]) == 1


def test_the_gate_does_not_pass_what_was_switched_off(repo: Repo) -> None:
    repo.write({"repro-check.toml": 'ignore = ["SEC002"]\n'})
    repo.commit("Ignore it")
    done = repro_check("release", "--skip", "smoke", "--output-format", "json", cwd=repo.root)
    rows = {row["name"]: row for row in done.document["checks"]}
    assert rows["history"]["outcome"] == "not_checked" or rows["history"]["outcome"] == (
        "not checked"
    )
