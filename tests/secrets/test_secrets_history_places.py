"""Where a history hides secrets: every way that git keeps what people thought was gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import IDENTITY, Repo, clean_environment
from secret_samples import SHAPED, draw

from repro_check.errors import ReproCheckError
from repro_check.secrets.history import HistorySecret, scan_history
from repro_check.secrets.model import fingerprint

MakeRepo = Callable[..., Repo]
TOKEN = SHAPED["Hugging Face Token"](21)
OTHER = SHAPED["GitHub Token"](21)
LINE = f'x = "{TOKEN}"\n'


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repo:
    return make_repo({"README.md": "# A project\n"})


def only(root: Path) -> HistorySecret:
    """The one secret in a history."""
    (found,) = scan_history(root)
    return found


def remove(repo: Repo, path: str) -> str:
    (repo.root / path).unlink()
    return repo.commit(f"Remove {path}")


@pytest.mark.parametrize("is_packed", [False, True], ids=["loose", "packed"])
def test_loose_and_packed_objects_are_read(repo: Repo, *, is_packed: bool) -> None:
    repo.commit(files={"a.py": LINE})
    remove(repo, "a.py")
    if is_packed:
        repo.git("gc", "--quiet")
        assert not list((repo.root / ".git" / "objects").glob("??/*"))
    assert only(repo.root).secret.fingerprint == fingerprint(TOKEN)


def test_the_commits_that_brought_it_in_and_took_it_out_are_named(repo: Repo) -> None:
    first = repo.commit(files={"a.py": LINE})
    second = repo.commit(files={"a.py": f"import os\n{LINE}"})
    repo.commit(files={"b.py": "b = 1\n"})
    last = repo.commit(files={"a.py": "import os\n"})
    found = only(repo.root)
    assert (found.commits, found.removed) == ((first, second), (last,))
    assert (found.path, found.secret.line, found.in_head) == ("a.py", 1, False)
    assert found.since == repo.git("log", "-1", "--format=%ad", "--date=short", first).strip()


def test_a_secret_that_still_stands_is_placed_in_head(repo: Repo) -> None:
    repo.commit(files={"a.py": LINE})
    repo.git("mv", "a.py", "b.py")
    repo.commit(files={"b.py": f"import os\n\n{LINE}"})
    found = only(repo.root)
    assert (found.path, found.secret.line, found.in_head) == ("b.py", 3, True)
    assert found.paths == ("a.py", "b.py")


def test_a_renamed_file_is_judged_under_each_of_its_names(repo: Repo) -> None:
    # in a .env every opaque `..KEY` is a secret; in a text of another name it is not
    value = draw("abcdefghijklmnopqrstuvwxyz0123456789", 30)
    repo.commit(files={"a.txt": f"SIGN_KEY={value}\n"})
    assert not scan_history(repo.root).secrets
    repo.git("mv", "a.txt", "conf.env")
    repo.commit("Rename")
    repo.git("mv", "conf.env", "z.txt")
    repo.commit("Rename it back")
    found = only(repo.root)
    assert found.secret.fingerprint == fingerprint(value)
    assert "conf.env" in found.paths


def test_what_only_a_stash_or_a_reflog_holds_is_told_apart(repo: Repo) -> None:
    repo.commit(files={"a.py": LINE})
    repo.git("reset", "--quiet", "--hard", "HEAD~1")
    assert only(repo.root).is_local
    repo.write({"README.md": f"token {TOKEN}\n"})
    repo.git("stash")
    assert only(repo.root).is_local
    repo.git("tag", "kept", "stash@{0}")
    assert not only(repo.root).is_local


def test_a_blob_that_only_a_tag_names_is_read(repo: Repo) -> None:
    name = subprocess.run(
        ("git", "hash-object", "-w", "--stdin"),
        cwd=repo.root,
        input=LINE.encode(),
        capture_output=True,
        check=True,
    ).stdout.decode()
    repo.git("tag", "-a", "key", "-m", "the key", name.strip())
    found = only(repo.root)
    assert (found.commits, found.is_local, found.in_head) == ((), False, False)


def test_a_note_is_read(repo: Repo) -> None:
    repo.git("notes", "add", "-m", f"key {TOKEN}")
    assert only(repo.root).secret.kind == "Hugging Face Token"


def test_a_branch_of_another_work_tree_is_read(repo: Repo, tmp_path: Path) -> None:
    beside = tmp_path / "beside"
    repo.git("worktree", "add", "--quiet", "--detach", str(beside))
    other = Repo.__new__(Repo)
    other.root = beside
    other.commit(files={"a.py": LINE})
    assert only(repo.root).path == "a.py"
    assert only(beside).in_head


def test_a_bare_repository_is_read(repo: Repo, tmp_path: Path) -> None:
    repo.commit(files={"a.py": LINE})
    bare = tmp_path / "bare.git"
    repo.git("clone", "--quiet", "--bare", str(repo.root), str(bare))
    assert only(bare).in_head


def test_a_repository_with_sha256_names_is_read(tmp_path: Path) -> None:
    root = tmp_path / "long"
    root.mkdir()
    done = subprocess.run(
        ("git", "init", "--quiet", "--object-format=sha256"), cwd=root, check=False
    )
    if done.returncode:
        pytest.skip("this git knows no SHA-256")
    repo = Repo.__new__(Repo)
    repo.root = root
    first = repo.commit(files={"a.py": LINE})
    last = remove(repo, "a.py")
    found = only(root)
    assert len(first) == 64
    assert (found.commits, found.removed) == ((first,), (last,))


def test_a_submodule_is_named_and_not_looked_into(
    repo: Repo, make_repo: MakeRepo, tmp_path: Path
) -> None:
    inner = make_repo({"a.py": LINE})
    add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    repo.git(*add, str(inner.root), "third")
    repo.commit("Add a submodule")
    history = scan_history(repo.root)
    assert (history.secrets, history.not_checked) == ((), ())
    assert history.submodules == ("third",)
    assert only(repo.root / "third").path == "a.py"


@pytest.mark.parametrize("what", ["blob:none", "tree:0"])
def test_a_partial_clone_says_what_it_lacks_and_fetches_nothing(
    repo: Repo, tmp_path: Path, what: str
) -> None:
    repo.commit(files={"a.py": LINE})
    remove(repo, "a.py")
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    repo.git("clone", "--quiet", f"--filter={what}", f"file://{repo.root}", str(clone))
    history = scan_history(clone)
    assert not history.secrets
    assert any("not in this clone" in item.reason for item in history.not_checked)
    assert all(item.required for item in history.not_checked)


def test_an_octopus_merge_with_a_secret_of_its_own_is_traced(repo: Repo) -> None:
    for name in ("one", "two", "three"):
        repo.git("switch", "--quiet", "-c", name, "main")
        repo.commit(files={f"{name}.py": f"{name} = 1\n"})
    repo.git("switch", "--quiet", "main")
    repo.git("merge", "--quiet", "--no-commit", "one", "two", "three")
    merge = repo.commit(files={"a.py": LINE})
    assert only(repo.root).commits == (merge,)


def test_a_merge_that_takes_a_secret_over_did_not_bring_it_in(repo: Repo) -> None:
    repo.git("switch", "--quiet", "-c", "side")
    brought = repo.commit(files={"a.py": LINE})
    repo.git("switch", "--quiet", "main")
    repo.commit(files={"b.py": "b = 1\n"})
    repo.git("merge", "--quiet", "--no-ff", "-m", "Merge", "side")
    assert only(repo.root).commits == (brought,)


@pytest.mark.parametrize(
    "name", ["a b.py", "tab\tin.py", 'quo"te.py', "back\\slash.py", "ünï.py", "commit x.py"]
)
def test_odd_file_names_are_told_as_they_are(repo: Repo, name: str) -> None:
    repo.commit(files={name: LINE})
    remove(repo, name)
    found = only(repo.root)
    assert (found.path, len(found.removed)) == (name, 1)


def test_a_comment_in_any_version_sets_a_value_aside_in_all(repo: Repo) -> None:
    repo.commit(files={"a.py": f'{LINE}y = "{OTHER}"\n'})
    repo.commit(files={"a.py": f'{LINE.rstrip()}  # pragma: allowlist secret\ny = "{OTHER}"\n'})
    remove(repo, "a.py")
    assert only(repo.root).secret.fingerprint == fingerprint(OTHER)


def test_vendored_files_and_pictures_are_passed_over(repo: Repo) -> None:
    repo.commit(files={"node_modules/x/a.py": LINE, "a.png": LINE, "weights.pt": LINE})
    history = scan_history(repo.root)
    assert (history.secrets, history.blobs) == ((), 1)


def test_a_secret_that_only_tests_hold_is_known_as_one(repo: Repo) -> None:
    repo.commit(files={"tests/test_a.py": LINE})
    assert only(repo.root).is_of_tests
    repo.commit(files={"a.py": f"import os\n{LINE}"})
    assert not only(repo.root).is_of_tests


def test_a_missing_folder_of_git_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(ReproCheckError, match="not a git repository"):
        scan_history(tmp_path)


SLOW = 3_000


def test_an_interrupted_scan_leaves_no_process_and_can_be_done_again(repo: Repo) -> None:
    filler = "".join(f"value_{number} = {number}\n" for number in range(1_500))
    files = {f"m{number}.py": f"n = {number}\n{filler}" for number in range(SLOW // 10)}
    repo.commit(files=files | {"a.py": LINE})
    remove(repo, "a.py")
    process = subprocess.Popen(
        (sys.executable, "-m", "repro_check", "secrets", "--history"),
        cwd=repo.root,
        env=clean_environment() | IDENTITY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    time.sleep(0.6)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode in {130, 1, -signal.SIGINT}  # 1: it was quicker than the signal
    assert b"Traceback" not in err
    assert TOKEN.encode() not in out + err
    with pytest.raises(ProcessLookupError):
        _wait_for_group(process.pid)
    assert only(repo.root).path == "a.py"


def _wait_for_group(group: int) -> None:
    for _ in range(100):
        os.killpg(group, 0)
        time.sleep(0.05)
