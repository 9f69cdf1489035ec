from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from secret_samples import SHAPED

from repro_check.errors import ReproCheckError
from repro_check.secrets.baseline import read_baseline
from repro_check.secrets.git import read_blobs
from repro_check.secrets.history import LARGEST, scan_history
from repro_check.secrets.model import fingerprint

TOKEN = SHAPED["Hugging Face Token"](11)
OTHER = SHAPED["GitHub Token"](11)


class Repo:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> str:
        who = {
            f"GIT_{role}_{what}": "ada@lab.org"
            for role in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        environment = {**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull}
        done = subprocess.run(
            ["git", "-C", str(self.root), *words],
            check=True,
            capture_output=True,
            text=True,
            env=environment,
        )
        return done.stdout.strip()

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def commit(self, path: str, text: str | None) -> str:
        if text is None:
            self.git("rm", "-q", path)
        else:
            self.write(path, text)
            self.git("add", "-f", path)
        self.git("commit", "-q", "-m", f"Change {path}")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path)
    made.commit("README.md", "# A project\n")
    return made


def test_a_secret_that_was_removed_is_still_found(repo: Repo) -> None:
    first = repo.commit(".env", f"HF_TOKEN={TOKEN}\n")
    repo.commit(".env", None)
    (found,) = scan_history(repo.root)
    assert found.secret.fingerprint == fingerprint(TOKEN)
    assert (found.path, found.paths, found.commits) == (".env", (".env",), (first,))
    assert (found.secret.line, found.in_head) == (1, False)


def test_a_secret_that_still_stands_is_said_to(repo: Repo) -> None:
    repo.commit("a.py", f'x = "{TOKEN}"\n')
    repo.commit("a.py", f'import os\nx = "{TOKEN}"\n')
    (found,) = scan_history(repo.root)
    assert (found.in_head, len(found.blobs), len(found.commits)) == (True, 2, 2)


def test_the_first_commit_comes_first_and_every_path_is_named(repo: Repo) -> None:
    first = repo.commit("b.py", f'x = "{TOKEN}"\n')
    second = repo.commit("lib/a b.py", f'x = "{TOKEN}"\n')
    repo.commit("b.py", None)
    (found,) = scan_history(repo.root)
    assert found.commits == (first, second)
    assert found.paths == ("b.py", "lib/a b.py")


def test_a_stash_is_searched(repo: Repo) -> None:
    repo.write("README.md", f"token {TOKEN}\n")
    repo.git("stash")
    (found,) = scan_history(repo.root)
    assert (found.in_head, found.paths) == (False, ("README.md",))
    assert found.commits


def test_untracked_files_in_a_stash_are_searched(repo: Repo) -> None:
    repo.write("notes.txt", f"token {TOKEN}\n")
    repo.git("stash", "--include-untracked")
    (found,) = scan_history(repo.root)
    assert found.paths == ("notes.txt",)


def test_a_deleted_branch_is_searched_through_the_reflog(repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "try")
    commit = repo.commit("a.py", f'x = "{TOKEN}"\n')
    repo.git("switch", "-q", "main")
    repo.git("branch", "-q", "-D", "try")
    (found,) = scan_history(repo.root)
    assert found.commits == (commit,)


def test_an_amended_commit_is_searched(repo: Repo) -> None:
    repo.commit("a.py", f'x = "{TOKEN}"\n')
    repo.write("a.py", "import os\n")
    repo.git("commit", "-q", "-a", "--amend", "-m", "Clean")
    assert len(scan_history(repo.root)) == 1


def test_a_tag_outside_every_branch_is_searched(repo: Repo) -> None:
    repo.git("switch", "-q", "--detach")
    repo.commit("a.py", f'x = "{TOKEN}"\n')
    repo.git("tag", "-a", "v1", "-m", "v1")
    repo.git("switch", "-q", "main")
    repo.git("reflog", "expire", "--expire=now", "--all")
    assert len(scan_history(repo.root)) == 1


def test_a_secret_that_came_in_with_a_merge_is_traced_to_it(repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.commit("b.py", "b = 1\n")
    repo.git("switch", "-q", "main")
    repo.commit("c.py", "c = 1\n")
    repo.git("merge", "-q", "--no-commit", "side")
    merge = repo.commit("d.py", f'x = "{TOKEN}"\n')
    (found,) = scan_history(repo.root)
    assert found.commits == (merge,)


def test_notebooks_of_the_past_are_read_cell_by_cell(repo: Repo) -> None:
    cells = [
        {"cell_type": "markdown", "source": "# Title", "metadata": {}},
        {"cell_type": "code", "source": ["import os\n", f'login("{TOKEN}")'], "outputs": []},
    ]
    repo.commit("a.ipynb", json.dumps({"nbformat": 4, "cells": cells}))
    repo.commit("a.ipynb", None)
    (found,) = scan_history(repo.root)
    assert (found.cell, found.secret.line) == (2, 2)


def test_two_secrets_in_one_file_are_two_findings(repo: Repo) -> None:
    repo.commit("a.py", f'x = "{TOKEN}"\ny = "{OTHER}"\n')
    found = scan_history(repo.root)
    assert {each.secret.fingerprint for each in found} == {fingerprint(TOKEN), fingerprint(OTHER)}


def test_binary_files_are_passed_over_and_large_ones_are_named(repo: Repo) -> None:
    (repo.root / "a.bin").write_bytes(b"\0\1\2" + TOKEN.encode())
    repo.git("add", "a.bin")
    (repo.root / "a.weights").write_bytes(bytes(LARGEST + 1))
    repo.git("add", "a.weights")
    repo.commit("big.csv", "1,2,3\n" * (LARGEST // 6 + 1))
    history = scan_history(repo.root)
    assert not history.secrets
    assert [each.path for each in history.not_checked] == ["big.csv"]


def test_a_shallow_clone_says_that_it_is_one(
    repo: Repo, tmp_path_factory: pytest.TempPathFactory
) -> None:
    repo.commit("a.py", "x = 1\n")
    clone = tmp_path_factory.mktemp("clone")
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.root}", str(clone))
    reasons = [each.reason for each in scan_history(clone).not_checked]
    assert reasons == ["the clone is shallow: older history is not here"]


def test_objects_that_are_missing_are_named_as_not_checked(repo: Repo) -> None:
    repo.commit("a.py", f'x = "{TOKEN}"\n')
    name = repo.git("rev-parse", "HEAD:a.py")
    loose = repo.root / ".git" / "objects" / name[:2] / name[2:]
    loose.chmod(0o600)
    loose.unlink()
    history = scan_history(repo.root)
    assert [each.reason for each in history.not_checked] == [
        "1 object of the history not in this clone"
    ]


def test_a_secret_set_aside_by_its_digest_is_left_out_under_any_path(repo: Repo) -> None:
    import hashlib

    repo.commit("a.py", f'x = "{TOKEN}"\n')
    digest = hashlib.sha1(TOKEN.encode()).hexdigest()
    baseline = read_baseline(json.dumps({"results": {"old.py": [{"hashed_secret": digest}]}}))
    assert not scan_history(repo.root, baseline=baseline).secrets


def test_progress_is_told_up_to_the_end(repo: Repo) -> None:
    repo.commit("a.py", "x = 1\n")
    told: list[tuple[int, int]] = []
    scan_history(repo.root, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_many_blobs_are_read_in_batches(repo: Repo) -> None:
    for number in range(300):
        repo.write(f"f/{number}.txt", f"{number}\n" * (number + 1))
    repo.write("z.txt", f"token: {TOKEN}")
    repo.git("add", ".")
    repo.git("commit", "-q", "-m", "Many")
    history = scan_history(repo.root)
    assert (history.blobs, len(history)) == (302, 1)


def test_nothing_of_the_history_that_is_shown_holds_the_secret(repo: Repo) -> None:
    repo.commit("a.py", f'x = "{TOKEN}"\n')
    assert TOKEN[5:] not in repr(scan_history(repo.root))


def test_programs_named_in_the_settings_of_a_repository_are_not_run(repo: Repo) -> None:
    witness = repo.root / "witness"
    program = f"sh -c 'touch {witness}'"
    for setting in ("core.fsmonitor", "core.pager", "diff.external", "diff.evil.textconv"):
        repo.git("config", setting, program)
    repo.git("config", "log.showSignature", "true")
    repo.git("config", "gpg.program", program)
    repo.write(".git/info/attributes", "* diff=evil\n")
    repo.commit("a.py", f'x = "{TOKEN}"\n')
    witness.unlink(missing_ok=True)
    assert len(scan_history(repo.root)) == 1
    assert not witness.exists()


def test_an_empty_repository_has_no_secrets(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    history = scan_history(repo.root)
    assert (history.secrets, history.not_checked, history.blobs) == ((), (), 0)


def test_a_folder_outside_git_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ReproCheckError, match="not a git repository"):
        scan_history(tmp_path)


def test_the_variables_of_a_running_hook_do_not_lead_elsewhere(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repo.commit("a.py", f'x = "{TOKEN}"\n')
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nowhere"))
    assert len(scan_history(repo.root)) == 1


def test_reading_blobs_survives_a_git_that_complains_at_length(repo: Repo) -> None:
    # GIT_TRACE and its like are dropped, so the complaints come from a broken alternate each time.
    repo.commit("a.txt", "one\n")
    name = repo.git("rev-parse", "HEAD:a.txt")
    alternates = repo.root / ".git" / "objects" / "info" / "alternates"
    alternates.parent.mkdir(exist_ok=True)
    alternates.write_text("".join(f"/absent/{'x' * 90}/{number}\n" for number in range(2_000)))
    assert list(read_blobs(repo.root, [name] * 3)) == [(name, b"one\n")] * 3


def test_a_reader_of_blobs_may_stop_early(repo: Repo) -> None:
    repo.commit("a.txt", "one\n" * 100_000)
    name = repo.git("rev-parse", "HEAD:a.txt")
    reading = read_blobs(repo.root, [name] * 200)
    assert next(reading)[0] == name
    reading.close()


def test_a_blob_that_is_absent_is_named(repo: Repo) -> None:
    with pytest.raises(ReproCheckError, match="0123456789"):
        list(read_blobs(repo.root, ["0123456789" * 4]))
