"""What is told from the commit alone, before anything is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from smoke_projects import commit, git, project, run, write

from repro_check.smoke import Phase, Verdict

if TYPE_CHECKING:
    from pathlib import Path

LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 9\n"


def static_sentence(root: Path, **changes: object) -> str:
    report = run(root, **changes)
    assert report.of(Phase.STATIC).verdict is Verdict.FAILED
    assert report.of(Phase.EXPORT).verdict is Verdict.NOT_REACHED
    assert report.diagnosis is not None
    return report.diagnosis.sentence


@pytest.mark.parametrize("role", ["checkpoint", "input", "expected", "install"])
def test_a_file_of_the_test_must_be_committed(role: str, tmp_path: Path) -> None:
    root = project(tmp_path / "repo", {".gitignore": "ignored.*\n"})
    write(root, {"ignored.txt": "[1]", "untracked.txt": "[1]"})
    said = static_sentence(root, **{role: "untracked.txt"})
    assert said == "untracked.txt is on your disk, but not in the commit."
    said = static_sentence(root, **{role: "ignored.txt"})
    assert said.endswith("not in the commit, for .gitignore keeps it out.")
    said = static_sentence(root, **{role: "nowhere.txt"})
    assert said == "nowhere.txt is neither in the commit nor on your disk."


@pytest.mark.parametrize("role", ["checkpoint", "input", "expected"])
def test_a_git_lfs_pointer_is_named(role: str, tmp_path: Path) -> None:
    root = project(tmp_path / "repo", {"big.bin": LFS})
    write(root, {"big.bin": "the real content, as git-lfs puts it on the author's disk"})
    said = static_sentence(root, **{role: "big.bin"})
    assert said.startswith("big.bin is a Git LFS pointer in the commit")


def test_a_pointer_inside_a_checkpoint_folder_is_named(tmp_path: Path) -> None:
    root = project(tmp_path / "repo", {"model/config.json": "{}", "model/weights.bin": LFS})
    said = static_sentence(root, checkpoint="model")
    assert said.startswith("model/weights.bin is a Git LFS pointer")


def test_a_small_file_that_only_speaks_of_git_lfs_is_no_pointer(tmp_path: Path) -> None:
    root = project(tmp_path / "repo", {"notes.txt": "# " + LFS})
    assert run(root, input="notes.txt").of(Phase.STATIC).verdict is Verdict.PASSED


def test_a_name_in_another_case_is_named(tmp_path: Path) -> None:
    root = project(tmp_path / "repo")
    said = static_sentence(root, checkpoint="CKPT/Model.json")
    assert "CKPT/Model.json is committed as ckpt/model.json" in said


def test_a_folder_in_another_case_is_named(tmp_path: Path) -> None:
    root = project(tmp_path / "repo")
    assert "Ckpt is committed as ckpt" in static_sentence(root, checkpoint="Ckpt")


def test_a_file_kept_in_dvc_is_named(tmp_path: Path) -> None:
    root = project(tmp_path / "repo", {"ckpt/big.pt.dvc": "outs: []"})
    write(root, {"ckpt/big.pt": "x"})
    assert "ckpt/big.pt is kept in DVC" in static_sentence(root, checkpoint="ckpt/big.pt")


@pytest.mark.parametrize("target", ["{outside}/w.json", "../w.json"])
def test_a_link_that_leads_out_is_named(target: str, tmp_path: Path) -> None:
    root = project(tmp_path / "repo")
    write(tmp_path, {"w.json": "[1]"})
    (root / "w.json").symlink_to(target.format(outside=tmp_path))
    commit(root)
    assert "w.json is a link to" in static_sentence(root, checkpoint="w.json")


def test_a_link_that_stays_inside_is_fine(tmp_path: Path) -> None:
    root = project(tmp_path / "repo")
    (root / "best.json").symlink_to("ckpt/model.json")
    commit(root)
    assert run(root, checkpoint="best.json").verdict is Verdict.PASSED


def test_a_checkpoint_in_a_submodule_is_named(tmp_path: Path) -> None:
    root = project(tmp_path / "repo")
    head = git(root, "rev-parse", "HEAD").strip()
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{head},weights")
    git(root, "commit", "--quiet", "--message", "submodule")
    write(root, {"weights/model.json": "[1]"})
    said = static_sentence(root, checkpoint="weights/model.json")
    assert said.startswith("weights/model.json lies in the submodule weights")


def test_paths_are_those_of_the_project_not_of_the_repository(tmp_path: Path) -> None:
    files = {"sub/ckpt/model.json": LFS, "sub/requirements.txt": "", "sub/predict.py": ""}
    top = project(tmp_path / "repo", files)
    said = static_sentence(top / "sub", input=None, expected=None)
    assert said.startswith("ckpt/model.json is a Git LFS pointer")
