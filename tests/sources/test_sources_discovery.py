"""Which files belong to a repository, of what kind they are, and where their content comes from."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Files, Repo

from repro_check.errors import SettingsError, UsageError
from repro_check.sources.discovery import Tree, discover, find_root
from repro_check.sources.kinds import Kind, Role, kind_of, role_of
from repro_check.sources.unreadable import Unreadable

MakeRepo = Callable[..., Repo]
ODD_NAMES = [
    "with space.py",
    " leading.py",
    "trailing.py ",
    "new\nline.py",
    'quo"te.py',
    "apo'strophe.py",
    "back\\slash.py",
    "tab\there.py",
    "ünïcode.py",
    "日本語/ファイル.py",
    "emoji_🧪.py",
    "-dash.py",
    ":(exclude)magic.py",
    "*.py",
    "dollar$HOME.py",
    "#hash.py",
    os.fsdecode(b"latin\xe9.py"),
]


def paths(tree: Tree) -> list[str]:
    return [file.path for file in tree.files]


def content(tree: Tree, path: str) -> bytes:
    file = tree.get(path)
    assert file is not None
    return tree.read(file, limit=1000)


def make_folder(root: Path, files: Files) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode() if isinstance(text, str) else text)
    return root


def test_tracked_and_untracked_files_belong_and_ignored_ones_do_not(make_repo: MakeRepo) -> None:
    repo = make_repo({"a.py": "", ".gitignore": "*.log\nout/\n", "kept.log": ""}, commit=False)
    repo.git("add", "--force", "--all")
    repo.commit()
    repo.write({"new.py": "", "x.log": "", "out/x.py": "", "sub/.gitignore": "!x.log\ny.py\n"})
    repo.write({"sub/x.log": "", "sub/y.py": "", "sub/z.py": ""})
    tree = discover(repo.root)
    assert paths(tree) == [
        ".gitignore",
        "a.py",
        "kept.log",
        "new.py",
        "sub/.gitignore",
        "sub/x.log",
        "sub/z.py",
    ]
    assert {file.path for file in tree.files if file.is_tracked} == {
        ".gitignore",
        "a.py",
        "kept.log",
    }
    assert tree.is_git
    assert tree.skipped == ()


def test_the_users_own_ignores_hold(make_repo: MakeRepo) -> None:
    repo = make_repo({"a.py": ""})
    (repo.root / ".git/info").mkdir(exist_ok=True)
    (repo.root / ".git/info/exclude").write_text("private.py\n")
    repo.write({"private.py": ""})
    assert paths(discover(repo.root)) == ["a.py"]


def test_a_folder_outside_git_has_its_nested_gitignores_respected(tmp_path: Path) -> None:
    files = {
        ".gitignore": "*.log\n/top.py\nout/\n!out/kept.py\n# a comment\n",
        "a.log": "",
        "top.py": "",
        "sub/top.py": "",
        "out/kept.py": "",
        "sub/.gitignore": "!a.log\nlocal.py\n/anchored.py\n",
        "sub/a.log": "",
        "sub/b.log": "",
        "sub/local.py": "",
        "sub/deep/local.py": "",
        "sub/anchored.py": "",
        "sub/deep/anchored.py": "",
        "sub/deep/a.log": "",
        "local.py": "",
        "node_modules/x.py": "",
        "__pycache__/x.py": "",
        ".venv/lib/x.py": "",
    }
    folder = make_folder(tmp_path / "plain", files)
    found = paths(discover(folder))
    assert not discover(folder).is_git

    # git itself is the judge of the rest
    repo = Repo(make_folder(tmp_path / "git", files))
    for name in ("node_modules", "__pycache__", ".venv"):
        shutil.rmtree(repo.root / name)
    assert found == paths(discover(repo.root))
    assert "sub/a.log" in found
    assert "sub/b.log" not in found


@pytest.mark.parametrize("has_git", [True, False], ids=["git", "no git"])
def test_any_name_that_a_file_can_have_is_found_and_read(
    has_git: bool, make_repo: MakeRepo
) -> None:
    repo = make_repo({name: name.encode("utf-8", "surrogateescape") for name in ODD_NAMES})
    if not has_git:
        shutil.rmtree(repo.root / ".git")
    tree = discover(repo.root)
    assert paths(tree) == sorted(ODD_NAMES)
    for name in ODD_NAMES:
        assert content(tree, name) == os.fsencode(name)


def test_staged_content_is_what_will_be_committed(make_repo: MakeRepo) -> None:
    repo = make_repo(dict.fromkeys(("same.py", "both.py", "work.py", "gone.py", "rm.py"), "old"))
    repo.write({"both.py": "staged", "new.py": "staged"}).git("add", "both.py", "new.py")
    repo.git("rm", "--quiet", "rm.py")
    repo.write({"both.py": "work", "work.py": "work", "untracked.py": "work", "rm.py": "again"})
    (repo.root / "gone.py").unlink()
    tree = discover(repo.root, is_staged=True)
    assert {path: content(tree, path) for path in paths(tree)} == {
        "same.py": b"old",
        "both.py": b"staged",
        "work.py": b"old",
        "gone.py": b"old",
        "new.py": b"staged",
    }
    work = discover(repo.root)
    assert {path: content(work, path) for path in paths(work)} == {
        "same.py": b"old",
        "both.py": b"work",
        "work.py": b"work",
        "new.py": b"staged",
        "rm.py": b"again",
        "untracked.py": b"work",
    }


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_staged_content_holds_although_git_does_not_look_at_the_work_tree(
    flag: str, make_repo: MakeRepo
) -> None:
    repo = make_repo({"a.py": "staged", "b.py": "staged"})
    repo.git("update-index", flag, "a.py", "b.py")
    repo.write({"a.py": "work"})
    (repo.root / "b.py").unlink()
    tree = discover(repo.root, is_staged=True)
    assert {path: content(tree, path) for path in paths(tree)} == {
        "a.py": b"staged",
        "b.py": b"staged",
    }


def test_what_a_sparse_checkout_leaves_out_is_staged_but_not_in_the_work_tree(
    make_repo: MakeRepo,
) -> None:
    repo = make_repo({"in/a.py": "a", "out/b.py": "b"})
    repo.git("sparse-checkout", "set", "in")
    assert paths(discover(repo.root)) == ["in/a.py"]
    tree = discover(repo.root, is_staged=True)
    assert content(tree, "out/b.py") == b"b"


def test_a_large_blob_is_not_read(make_repo: MakeRepo) -> None:
    repo = make_repo({"a.py": "x" * 2000})
    repo.write({"a.py": "y"})
    with pytest.raises(Unreadable, match="over the limit"):
        content(discover(repo.root, is_staged=True), "a.py")


def test_staged_content_needs_git(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--staged needs a git repository"):
        discover(tmp_path, is_staged=True)


def test_a_repository_is_found_from_any_folder_and_file_in_it(make_repo: MakeRepo) -> None:
    repo = make_repo({"a/b/c.py": ""})
    for start in (repo.root, repo.root / "a/b", repo.root / "a/b/c.py"):
        assert find_root(start) == (repo.root, True)
    assert find_root(repo.root.parent)[1] is False


def test_a_linked_work_tree_has_its_own_files(make_repo: MakeRepo, tmp_path: Path) -> None:
    repo = make_repo({"a.py": "main"})
    repo.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = tmp_path / "side"
    (side / "a.py").write_text("side")
    (side / "b.py").write_text("side")
    assert (side / ".git").is_file()
    assert find_root(side) == (side, True)
    tree = discover(side)
    assert paths(tree) == ["a.py", "b.py"]
    assert content(tree, "a.py") == b"side"
    assert content(discover(side, is_staged=True), "a.py") == b"main"
    assert paths(discover(repo.root)) == ["a.py"]


def test_links_are_not_read_but_their_targets_stand_under_their_own_paths(
    make_repo: MakeRepo, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/x.py").write_text("")
    repo = make_repo({"src/a.py": ""})
    (repo.root / "inner.py").symlink_to("src/a.py")
    (repo.root / "folder").symlink_to("src")
    (repo.root / "outer.py").symlink_to(tmp_path / "out/x.py")
    (repo.root / "outer").symlink_to("../out")
    for _ in ("untracked", "tracked"):
        tree = discover(repo.root)
        assert paths(tree) == ["src/a.py"]
        assert [item.path for item in tree.skipped] == ["outer", "outer.py"]
        repo.commit()
    shutil.rmtree(repo.root / ".git")
    outside_git = discover(repo.root)
    assert paths(outside_git) == ["src/a.py"]
    assert [item.path for item in outside_git.skipped] == ["outer", "outer.py"]


def test_a_folder_that_was_replaced_by_a_link_does_not_lead_out(
    make_repo: MakeRepo, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.py").write_text("outside")
    repo = make_repo({"data/a.py": "inside"})
    shutil.rmtree(repo.root / "data")
    (repo.root / "data").symlink_to(tmp_path / "out")
    tree = discover(repo.root)
    with pytest.raises(Unreadable, match="symbolic link that leaves"):
        content(tree, "data/a.py")


def test_a_file_that_became_a_link_after_listing_is_not_followed(
    make_repo: MakeRepo, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("outside")
    repo = make_repo({"a.py": ""})
    tree = discover(repo.root)
    (repo.root / "a.py").unlink()
    (repo.root / "a.py").symlink_to(tmp_path / "secret")
    with pytest.raises(Unreadable):
        content(tree, "a.py")


def test_named_files_belong_even_when_git_ignores_them(make_repo: MakeRepo) -> None:
    repo = make_repo({"a.py": "", ".gitignore": "gen.py\n"})
    repo.write({"gen.py": ""})
    assert "gen.py" not in discover(repo.root)
    tree = discover(repo.root, extra=["gen.py", "missing.py", "."])
    assert paths(tree) == [".gitignore", "a.py", "gen.py"]


def test_excluded_files_do_not_belong_even_when_named(make_repo: MakeRepo) -> None:
    repo = make_repo({"a.py": "", "old/b.py": "", "old/keep.py": "", "c.log": ""})
    tree = discover(repo.root, exclude=["old/*", "!old/keep.py", "*.log"], extra=["old/b.py"])
    assert paths(tree) == ["a.py", "old/keep.py"]
    with pytest.raises(SettingsError, match="is no pattern"):
        discover(repo.root, exclude=["fine", "[z-a]"])


def test_a_tree_can_be_asked_for_files_and_folders(make_repo: MakeRepo) -> None:
    tree = discover(make_repo({"a/b.py": "", "a/c/d.py": "", "ab.py": ""}).root)
    assert "a/b.py" in tree
    assert "a" not in tree
    assert tree.get("x.py") is None
    assert [file.path for file in tree.below("a")] == ["a/b.py", "a/c/d.py"]
    assert len(list(tree.below(""))) == 3


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.py", Kind.PYTHON),
        ("A.PY", Kind.PYTHON),
        ("a.pyc", Kind.OTHER),
        ("a.ipynb", Kind.NOTEBOOK),
        ("a.yaml", Kind.YAML),
        ("a.yml", Kind.YAML),
        ("pyproject.toml", Kind.TOML),
        ("a.json", Kind.JSON),
        ("a.jsonl", Kind.OTHER),
        ("README.md", Kind.MARKDOWN),
        ("paper/main.tex", Kind.LATEX),
        ("run.sh", Kind.SHELL),
        ("job.slurm", Kind.SHELL),
        ("Makefile", Kind.MAKEFILE),
        ("rules.mk", Kind.MAKEFILE),
        ("Dockerfile", Kind.DOCKERFILE),
        ("Dockerfile.gpu", Kind.DOCKERFILE),
        ("gpu.dockerfile", Kind.DOCKERFILE),
        ("requirements.txt", Kind.REQUIREMENTS),
        ("requirements-dev.txt", Kind.REQUIREMENTS),
        ("dev-requirements.in", Kind.REQUIREMENTS),
        ("requirements/base.txt", Kind.REQUIREMENTS),
        ("constraints.txt", Kind.REQUIREMENTS),
        ("notes.txt", Kind.OTHER),
        ("requirements.md", Kind.MARKDOWN),
        ("requirements", Kind.OTHER),
        (".py", Kind.PYTHON),
        ("a.", Kind.OTHER),
        ("", Kind.OTHER),
    ],
)
def test_a_kind_is_known_by_the_path(path: str, kind: Kind) -> None:
    assert kind_of(path) is kind


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("train.py", Role.PRODUCT),
        ("src/lab/test.py", Role.PRODUCT),
        ("contest/run.py", Role.PRODUCT),
        ("latest/run.py", Role.PRODUCT),
        ("test_train.py", Role.TEST),
        ("train_test.py", Role.TEST),
        ("conftest.py", Role.TEST),
        ("tests/helper.py", Role.TEST),
        ("Tests/data/config.yaml", Role.TEST),
        ("test_data.yaml", Role.PRODUCT),
        ("docs/conf.py", Role.DOCS),
        ("docs/tests/x.py", Role.TEST),
        ("third_party/lib/train.py", Role.VENDORED),
        ("src/vendor/tests/x.py", Role.VENDORED),
        ("venv/lib/python3.11/site-packages/x.py", Role.VENDORED),
        ("proto/x_pb2.py", Role.GENERATED),
        ("src/lab/_version.py", Role.GENERATED),
        ("nb/.ipynb_checkpoints/x.ipynb", Role.GENERATED),
    ],
)
def test_a_role_is_known_by_the_path(path: str, role: Role) -> None:
    assert role_of(path) is role
