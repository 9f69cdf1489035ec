"""What is staged is read, whatever filters stand between the index and the work tree."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from checking import check, codes
from commanding import FALSY
from conftest import Repo

from repro_check.rules.rule import Stage

MakeRepo = Callable[..., Repo]
FILE = frozenset({Stage.FILE})
CLEAN = "x = 1\n"


def staged(repo: Repo) -> tuple[list[str], list[str]]:
    """The codes that are found in the index, and why something was not checked."""
    report = check(repo.root, "SEED004", stages=FILE, is_staged=True)
    return codes(report), [item.reason for item in report.not_checked]


def pointer(content: bytes) -> bytes:
    digest = hashlib.sha256(content).hexdigest()
    head = "version https://git-lfs.github.com/spec/v1"
    return f"{head}\noid sha256:{digest}\nsize {len(content)}\n".encode()


@pytest.fixture
def kept(make_repo: MakeRepo) -> Repo:
    """A repository whose index has a pointer, and which has the content where git-lfs keeps it."""
    repo = make_repo({"train.py": pointer(FALSY.encode())}, commit=False)
    repo.git("add", "--all")
    digest = hashlib.sha256(FALSY.encode()).hexdigest()
    place = repo.root / ".git" / "lfs" / "objects" / digest[:2] / digest[2:4] / digest
    place.parent.mkdir(parents=True)
    place.write_text(FALSY, "utf-8")
    return repo


def object_of(repo: Repo) -> Path:
    return next(path for path in (repo.root / ".git/lfs/objects").rglob("*") if path.is_file())


@pytest.mark.parametrize("text", [FALSY, CLEAN, None])
def test_the_content_behind_a_staged_pointer_is_read(text: str | None, kept: Repo) -> None:
    if text is None:
        (kept.root / "train.py").unlink()
    else:
        kept.write({"train.py": text})
    assert staged(kept) == (["SEED004"], [])


def test_a_linked_work_tree_has_the_same_contents(kept: Repo, tmp_path: Path) -> None:
    kept.git("commit", "--quiet", "--no-verify", "--message", "Add it")
    kept.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    report = check(tmp_path / "linked", "SEED004", stages=FILE, is_staged=True)
    assert codes(report) == ["SEED004"]


@pytest.mark.parametrize("damage", ["gone", "other", "a folder", "a link"])
def test_without_its_content_a_staged_pointer_is_not_checked(damage: str, kept: Repo) -> None:
    kept.write({"train.py": CLEAN})
    place = object_of(kept)
    place.unlink()
    if damage == "other":
        place.write_text(CLEAN, "utf-8")
    elif damage == "a folder":
        place.mkdir()
    elif damage == "a link":
        outside = kept.root.parent / "outside.py"
        outside.write_text(FALSY, "utf-8")
        place.symlink_to(outside)
    found, reasons = staged(kept)
    assert found == []
    assert reasons == ["is a pointer of git-lfs: `git lfs pull` brings its content"]


@pytest.mark.parametrize("text", ["oid sha256:short", "oid md5:1", "oid sha256:" + "../" * 21, ""])
def test_a_pointer_that_names_no_content_is_not_checked(text: str, make_repo: MakeRepo) -> None:
    data = f"version https://git-lfs.github.com/spec/v1\n{text}\n"
    repo = make_repo({"train.py": data}, commit=False)
    repo.git("add", "--all")
    assert staged(repo)[0] == []
    assert len(staged(repo)[1]) == 1


def filtered(make_repo: MakeRepo, clean: str, smudge: str, *, required: bool = False) -> Repo:
    repo = make_repo({".gitattributes": "*.py filter=own\n"}, commit=False)
    for name, command in (
        ("clean", clean),
        ("smudge", smudge),
        ("required", str(required).lower()),
    ):
        repo.git("config", f"filter.own.{name}", command)
    return repo


@pytest.mark.parametrize("required", [False, True])
def test_what_a_filter_made_of_a_file_is_what_is_checked(
    required: bool, make_repo: MakeRepo
) -> None:
    # as nbstripout or a scrubber of names does
    repo = filtered(make_repo, "sed s/flag/seed/g", "sed s/seed/flag/g", required=required)
    repo.write({"train.py": FALSY.replace("seed:", "flag:").replace(".seed)", ".flag)")})
    repo.git("add", "--all")
    assert staged(repo) == (["SEED004"], [])


def test_what_a_filter_takes_away_is_not_checked(make_repo: MakeRepo) -> None:
    repo = filtered(make_repo, "sed /seed/d", "cat")
    repo.write({"train.py": f"x = 1\n# {FALSY.splitlines()[0]}\n"})
    repo.git("add", "--all")
    assert staged(repo) == ([], [])


def test_no_filter_is_run(make_repo: MakeRepo, tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    repo = filtered(make_repo, "cat", "cat", required=True)
    repo.write({"train.py": FALSY})
    repo.git("add", "--all")
    for name in ("clean", "smudge", "process"):
        repo.git("config", f"filter.own.{name}", f"touch '{witness}'; exit 3")
    repo.write({"train.py": f"{FALSY}\n\n"})
    assert staged(repo) == (["SEED004"], [])
    assert not witness.exists()


@pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is not installed")
def test_git_lfs_itself_keeps_contents_where_they_are_looked_for(make_repo: MakeRepo) -> None:
    repo = make_repo({}, commit=False)
    repo.git("lfs", "install", "--local")
    repo.git("lfs", "track", "*.py")
    repo.write({"train.py": FALSY})
    repo.git("add", "--all")
    assert repo.git("cat-file", "-p", ":train.py").startswith("version https://git-lfs")
    assert staged(repo) == (["SEED004"], [])
    repo.write({"train.py": CLEAN})
    assert staged(repo) == (["SEED004"], [])
