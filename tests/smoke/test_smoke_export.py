"""The fresh copy holds the commit, byte for byte, and nothing else."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from smoke_projects import GOLDEN, commit, git, project, run, write

from repro_check.errors import ReproCheckError
from repro_check.smoke.commit import Commit, Entry, read_commit
from repro_check.smoke.export import export_commit

if TYPE_CHECKING:
    from pathlib import Path

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 9\n"


def exported(root: Path) -> tuple[Path, tuple[str, ...]]:
    into = root.parent / "copy"
    return into, export_commit(read_commit(root), into)


def paths(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }


def test_only_committed_content_is_copied(tmp_path: Path) -> None:
    root = project(tmp_path / "repo", {"a b/ü.txt": "committed", "empty.txt": ""})
    write(root, {"a b/ü.txt": "edited", "untracked.txt": "x"})
    git(root, "rm", "--quiet", "--cached", "predict.py")
    copy, notes = exported(root)
    assert paths(copy) == {*GOLDEN, "a b/ü.txt", "empty.txt"}
    assert (copy / "a b/ü.txt").read_text() == "committed"
    assert notes == ()


def test_content_is_copied_byte_for_byte_and_executables_stay_so(tmp_path: Path) -> None:
    content = bytes(range(256)) * 8192 + b"\r\n"
    root = project(tmp_path / "repo", {"blob.bin": content, ".gitattributes": "* text=auto\n"})
    write(root, {"run.sh": "#!/bin/sh\n"})
    (root / "run.sh").chmod(0o755)
    commit(root)
    copy, _ = exported(root)
    assert (copy / "blob.bin").read_bytes() == content
    assert os.access(copy / "run.sh", os.X_OK)
    assert not os.access(copy / "blob.bin", os.X_OK)


def test_no_smudge_filter_of_the_author_runs_and_nothing_is_left_out(tmp_path: Path) -> None:
    attributes = "*.bin filter=lfs\nhidden.txt export-ignore\n"
    files = {"a.bin": POINTER, "hidden.txt": "x", ".gitattributes": attributes}
    root = project(tmp_path / "repo", files)
    git(root, "config", "filter.lfs.smudge", "echo smudged; cat > /dev/null")
    copy, _ = exported(root)
    assert (copy / "a.bin").read_text() == POINTER
    assert (copy / "hidden.txt").exists()


def test_links_inside_are_kept_and_links_that_leave_are_not(tmp_path: Path) -> None:
    write(tmp_path, {"secret.txt": "x"})
    root = project(tmp_path / "repo", {"data/deep/a.txt": "a"})
    links = {
        "inside": "data/deep/a.txt",
        "data/folder": "deep",
        "dangling": "nowhere.txt",
        "parent": "../secret.txt",
        "absolute": str(tmp_path / "secret.txt"),
        "data/deep/up": "../..",
        # Each of the two stays inside by its text; together they leave.
        "chain": "data/deep/up/../secret.txt",
    }
    for path, target in links.items():
        (root / path).symlink_to(target)
    commit(root)
    copy, notes = exported(root)
    assert (copy / "inside").read_text() == "a"
    assert (copy / "data/folder/a.txt").read_text() == "a"
    assert (copy / "dangling").is_symlink()
    gone = {"parent", "absolute", "chain"}
    assert gone.isdisjoint(paths(copy))
    assert {note.split()[2] for note in notes} == gone


def test_names_made_by_a_hostile_git_do_not_leave_the_folder(tmp_path: Path) -> None:
    root = project(tmp_path / "repo", {"a.txt": "payload", "outside": str(tmp_path / "evil")})
    good = read_commit(root)
    text, link = good.entries["a.txt"].oid, good.entries["outside"].oid
    hostile = [
        Entry("../evil.txt", "100644", text, 7),
        Entry("/evil.txt", "100644", text, 7),
        Entry("x/../../evil.txt", "100644", text, 7),
        Entry(".git/hooks/post-checkout", "100755", text, 7),
        Entry("sub/.GIT/config", "100644", text, 7),
        Entry("way", "120000", link, 7),
        Entry("way/evil.txt", "100644", text, 7),
        Entry("WAY/in", "120000", link, 7),
    ]
    (tmp_path / "evil").mkdir()
    bad = Commit(
        root=good.root,
        top=good.top,
        prefix="",
        git_dir=good.git_dir,
        sha=good.sha,
        entries={entry.path: entry for entry in hostile},
        changed=(),
    )
    notes = export_commit(bad, tmp_path / "copy")
    assert paths(tmp_path / "copy") == {"way/evil.txt"}
    assert list((tmp_path / "evil").iterdir()) == []
    assert not (tmp_path / "evil.txt").exists()
    assert len(notes) == len(hostile) - 1


def test_a_project_in_a_folder_of_a_larger_repository_runs_there(tmp_path: Path) -> None:
    files = {f"examples/digits/{path}": content for path, content in GOLDEN.items()}
    top = project(tmp_path / "repo", files)
    report = run(top / "examples/digits")
    assert report.diagnosis is None


def test_variables_that_git_sets_for_hooks_do_not_mislead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = project(tmp_path / "other", {"other.txt": "x"})
    root = project(tmp_path / "repo")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "no-index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert "other.txt" not in read_commit(root).entries


def test_uncommitted_changes_are_said_and_mere_time_stamps_are_not(tmp_path: Path) -> None:
    root = project(tmp_path / "repo")
    os.utime(root / "predict.py", (0, 0))
    assert run(root).notes == ()
    write(root, {"predict.py": "broken("})
    report = run(root)
    assert report.diagnosis is None
    assert report.notes == ("Uncommitted changes are not tested: predict.py.",)


def test_a_repository_of_sha256_objects_works(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "--quiet", "--object-format=sha256")
    write(root, GOLDEN)
    commit(root)
    assert run(root).diagnosis is None


def test_a_linked_work_tree_works(tmp_path: Path) -> None:
    root = project(tmp_path / "repo")
    git(root, "worktree", "add", "--quiet", str(tmp_path / "linked"))
    assert run(tmp_path / "linked").diagnosis is None


def test_a_folder_without_git_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ReproCheckError, match="not a git repository"):
        read_commit(tmp_path)


def test_a_folder_that_does_not_exist_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ReproCheckError, match="no such folder"):
        read_commit(tmp_path / "nowhere")


def test_an_empty_repository_is_a_clear_error(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    with pytest.raises(ReproCheckError, match="Nothing is committed yet"):
        read_commit(tmp_path)


def test_an_untracked_folder_of_a_repository_is_a_clear_error(tmp_path: Path) -> None:
    root = project(tmp_path / "repo", untracked={"new/predict.py": "x"})
    with pytest.raises(ReproCheckError, match="Nothing in this folder is committed"):
        read_commit(root / "new")
