"""Bad surroundings: no git, a broken one, links, pipes, closed folders; one clear sentence for each.

`commanding.repro_check` itself fails a test when the command reports a bug of its own.
"""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from commanding import FALSY, MENDED, as_json, not_checked, repro_check, without_privileges
from conftest import Repo, clean_environment

MakeRepo = Callable[..., Repo]


def test_forbidden_files_and_folders_are_named(make_repo: MakeRepo) -> None:
    before = without_privileges()
    repo = make_repo({"secret.py": MENDED, "closed/train.py": MENDED, "good.py": FALSY})
    (repo.root / "secret.py").chmod(0)
    (repo.root / "closed").chmod(0)
    done = as_json(cwd=repo.root, before=before)
    (repo.root / "closed").chmod(0o755)
    assert done.codes == ["SEED004"]
    reasons = {item["path"]: item["reason"] for item in done.document["not_checked"]}
    assert set(reasons) == {"secret.py", "closed/train.py"}
    assert all("Permission denied" in reason for reason in reasons.values())


def test_forbidden_folders_outside_git_are_named(tmp_path: Path) -> None:
    before = without_privileges()
    root = tmp_path / "plain"
    (root / "closed").mkdir(parents=True)
    (root / "good.py").write_text(FALSY)
    (root / ".gitignore").write_text("x\n")
    (root / ".gitignore").chmod(0)
    (root / "closed").chmod(0)
    done = as_json(cwd=root, before=before)
    (root / "closed").chmod(0o755)
    assert done.codes == ["SEED004"]
    paths = [item["path"] for item in done.document["not_checked"]]
    assert paths == ["closed", ".gitignore"], "each as it was met"


def test_links_that_lead_nowhere_or_in_circles_are_passed_by(make_repo: MakeRepo) -> None:
    repo = make_repo({"good.py": FALSY, "folder/x.py": MENDED})
    (repo.root / "loop.py").symlink_to("loop.py")
    (repo.root / "one.py").symlink_to("two.py")
    (repo.root / "two.py").symlink_to("one.py")
    (repo.root / "dangling.yaml").symlink_to("missing.yaml")
    (repo.root / "folder/up").symlink_to("..")
    for _ in ("untracked", "tracked"):
        done = as_json(cwd=repo.root)
        assert done.codes == ["SEED004"]
        assert done.document["not_checked"] == []
        repo.commit("Add the links")
    named = repro_check("check", "loop.py", cwd=repo.root)
    assert named.code == 2
    assert "there is no file or folder `loop.py`" in named.err


@pytest.mark.parametrize("has_git", [True, False], ids=["git", "no git"])
def test_a_link_that_leaves_the_repository_is_not_followed(
    has_git: bool, make_repo: MakeRepo, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "train.py").write_text(FALSY)
    repo = make_repo({"good.py": MENDED, "data/train.py": MENDED})
    (repo.root / "linked.py").symlink_to(outside / "train.py")
    (repo.root / "linked").symlink_to(outside)
    if has_git:
        (repo.root / "data/train.py").unlink()
        (repo.root / "data").rmdir()
        (repo.root / "data").symlink_to(outside)
    else:
        subprocess.run(("rm", "-r", str(repo.root / ".git")), check=True)
    done = as_json(cwd=repo.root)
    assert done.codes == []
    reasons = {item["path"]: item["reason"] for item in done.document["not_checked"]}
    assert {"linked.py", "linked"} <= set(reasons)
    assert all("symbolic link that leaves the repository" in text for text in reasons.values())
    named = repro_check("check", "linked.py", cwd=repo.root)
    assert named.code == 2
    assert "is a symbolic link that leaves" in named.err


def test_a_named_link_inside_the_repository_stands_for_its_target(make_repo: MakeRepo) -> None:
    repo = make_repo({"src/train.py": FALSY})
    (repo.root / "latest.py").symlink_to("src/train.py")
    done = as_json("latest.py", cwd=repo.root)
    assert [item["path"] for item in done.document["findings"]] == ["src/train.py"]


def test_an_empty_repository_is_clear(make_repo: MakeRepo) -> None:
    repo = make_repo()
    for arguments in ((), ("--staged",), ("--fix",), ("--diff",)):
        done = repro_check("check", *arguments, cwd=repo.root)
        assert done.code == 0, done.text
    assert as_json(cwd=repo.root).document["summary"]["files"] == 0
    assert repro_check("baseline", "create", cwd=repo.root).code == 0
    assert repro_check("data", "verify", cwd=repo.root).code == 0


def test_staged_files_before_the_first_commit_are_checked(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": FALSY}, commit=False)
    assert as_json("--staged", cwd=repo.root).codes == []
    repo.git("add", "train.py")
    assert as_json("--staged", cwd=repo.root).codes == ["SEED004"]


def test_a_folder_without_git_is_checked(tmp_path: Path) -> None:
    root = tmp_path / "plain"
    root.mkdir()
    (root / "train.py").write_text(FALSY)
    (root / "ignored.py").write_text(FALSY)
    (root / ".gitignore").write_text("ignored.py\n!\n[z-a]\n\\\n")
    done = as_json(cwd=root)
    assert [item["path"] for item in done.document["findings"]] == ["train.py"]
    staged = repro_check("check", "--staged", cwd=root)
    assert staged.code == 2
    assert "--staged needs a git repository" in staged.err


def test_a_repository_is_checked_without_the_git_program_and_says_so(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": FALSY, ".gitignore": "ignored.py\n", "ignored.py": FALSY})
    nowhere = {"PATH": "/nowhere"}
    done = as_json(cwd=repo.root, env=nowhere)
    assert [item["path"] for item in done.document["findings"]] == ["train.py"]
    (entry,) = done.document["not_checked"]
    assert "git cannot be run" in entry["reason"]
    for arguments in (("check", "--staged"), ("check", "--staged", "train.py")):
        staged = repro_check(*arguments, cwd=repo.root, env=nowhere)
        assert staged.code == 2
        assert "git" in staged.err


def test_a_damaged_git_folder_is_one_clear_error(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": FALSY})
    (repo.root / ".git/HEAD").unlink()
    done = repro_check("check", cwd=repo.root)
    assert done.code == 2
    assert "git ls-files failed: fatal: not a git repository" in done.err
    assert "`git status` should work" in done.err


def test_a_git_file_that_points_nowhere_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /nowhere/at/all\n")
    (tmp_path / "train.py").write_text(FALSY)
    done = repro_check("check", cwd=tmp_path)
    assert done.code == 2
    assert "git ls-files failed" in done.err


def test_a_git_folder_that_cannot_be_written_only_costs_time(make_repo: MakeRepo) -> None:
    before = without_privileges()
    repo = make_repo(
        {"train.py": FALSY, "c.yaml": f"data:\n  dir: d\n  md5: {'0' * 32}\n", "d/a": "1"}
    )
    folders = [repo.root / ".git", *(p for p in (repo.root / ".git").rglob("*") if p.is_dir())]
    for folder in folders:
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    done = as_json(
        cwd=repo.root, before=before, env={"HOME": "/nowhere", "XDG_CACHE_HOME": "/nowhere"}
    )
    staged = as_json("--staged", "train.py", cwd=repo.root, before=before)
    for folder in folders:
        folder.chmod(0o755)
    assert done.codes == ["DATA002", "SEED004"]
    assert staged.codes == ["SEED004"]
    assert not (repo.root / ".git/repro-check").exists()


@pytest.mark.parametrize("has_git", [True, False], ids=["git", "no git"])
def test_a_pipe_in_the_tree_is_neither_read_nor_waited_for(
    has_git: bool, make_repo: MakeRepo
) -> None:
    repo = make_repo({"good.py": FALSY})
    os.mkfifo(repo.root / "pipe.py")
    if not has_git:  # git itself would wait for ever
        os.mkfifo(repo.root / ".gitignore")
        subprocess.run(("rm", "-r", str(repo.root / ".git")), check=True)
    done = as_json(cwd=repo.root)
    assert done.codes == ["SEED004"]
    assert all("regular file" in item["reason"] for item in done.document["not_checked"])
    named = repro_check("check", "pipe.py", cwd=repo.root)
    assert named.code == 2
    assert "neither a file nor a folder" in named.err


def test_submodules_and_repositories_inside_are_named_and_left_alone(make_repo: MakeRepo) -> None:
    inner = make_repo({"train.py": FALSY})
    repo = make_repo({"good.py": MENDED})
    repo.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "sub"
    )
    Repo(repo.root / "nested").commit(files={"train.py": FALSY})
    reasons = not_checked(repo.root)
    assert set(reasons) == {"sub", "nested"}
    assert all("submodule" in reason for reason in reasons.values())
    assert as_json(cwd=repo.root / "sub").codes == ["SEED004"]


def test_a_work_tree_folder_that_was_removed_under_our_feet_is_said_so(tmp_path: Path) -> None:
    script = 'mkdir gone; cd gone; rmdir ../gone; exec "$@"'
    done = repro_check("check", cwd=tmp_path, before=("sh", "-c", script, "sh"))
    assert done.code == 2
    assert "does not exist any more" in done.err


def test_a_config_of_git_starts_no_program(make_repo: MakeRepo, tmp_path: Path) -> None:
    repo = make_repo({"train.py": FALSY})
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    program.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "core.pager", "core.editor", "core.sshCommand"):
        repo.git("config", key, str(program))
    repo.write({"train.py": MENDED})
    for arguments in ((), ("--staged",), ("--staged", "train.py")):
        as_json(*arguments, cwd=repo.root)
    assert not (tmp_path / "started").exists()
    assert clean_environment()["GIT_CONFIG_NOSYSTEM"] == "1"
