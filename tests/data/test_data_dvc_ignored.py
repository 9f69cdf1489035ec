"""What is left out of a directory, against the walk of DVC itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from dvc.fs import localfs
from dvc.ignore import DvcIgnoreFilter
from hypothesis import given, settings
from hypothesis import strategies as st

from repro_check.data import UndefinedDigest
from repro_check.data.dvc import skipper

FILES = [
    *("a.txt", "b.log", "tmp/a.txt", "tmp/keep.txt", "sub/tmp/x", "sub/a.txt", "sub/b.log"),
    *("sub/deep/a.txt", "sub/deep/cache/x", "cache/x", "cache.txt", "#x", "!y", "a b.txt"),
    *("\u00e9.txt", "[x].txt", "x.txt", "sub/cache", "data/train/a.txt", "train/a.txt"),
]
LINES = st.sampled_from(
    [
        *(
            "*.txt",
            "!*.txt",
            "*.log",
            "!b.log",
            "/a.txt",
            "tmp/",
            "!tmp/",
            "tmp",
            "cache",
            "cache/",
        ),
        *(
            "tmp/*",
            "!tmp/keep.txt",
            "sub/**",
            "**/deep",
            "**/tmp/*.txt",
            "!sub/",
            "/sub/a.txt",
            "*",
        ),
        *("data/train", "/data/train/sub", "train/sub/", "data/**/deep", "!**/a.txt", "data/*/tmp"),
        *("# comment", "", "   ", r"\#x", r"\!y", "a b.txt  ", "  x.txt", "[x].txt"),
        *("?.txt", "a?b.txt", "sub/*/cache", "/train", "/*.log", "!/sub/b.log", ".dvcignore"),
    ]
)


def kept_by_us(root: Path, folder: Path) -> set[str]:
    skip = skipper(root, folder)
    kept: set[str] = set()
    for here, folders, files in os.walk(folder):
        prefix = Path(here).relative_to(folder).as_posix() + "/"
        prefix = "" if prefix == "./" else prefix
        folders[:] = [name for name in folders if not skip(prefix + name, True)]
        kept.update(prefix + name for name in files if not skip(prefix + name, False))
    return kept


def kept_by_dvc(root: Path, folder: Path) -> set[str]:
    walk = DvcIgnoreFilter(localfs, str(root)).walk(localfs, str(folder))
    return {
        Path(here, name).relative_to(folder).as_posix() for here, _, files in walk for name in files
    }


def tree(root: Path) -> Path:
    folder = root / "data" / "train"
    for path in FILES:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("")
    (root / ".dvc").mkdir()
    return folder


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ignored")
    tree(root)
    return root


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, max_size=6), st.lists(LINES, max_size=4), st.sampled_from(["\n", "\r\n"]))
def test_the_lines_of_dvcignore_leave_out_what_they_do_for_dvc(
    root: Path, upper: list[str], lower: list[str], end: str
) -> None:
    (root / ".dvcignore").write_text(end.join(upper), newline="")
    (root / "data" / ".dvcignore").write_text(end.join(lower), newline="")
    folder = root / "data" / "train"
    if DvcIgnoreFilter(localfs, str(root)).is_ignored_dir(str(folder)):
        with pytest.raises(UndefinedDigest, match="DVC does not see it"):
            skipper(root, folder)
    else:
        assert kept_by_us(root, folder) == kept_by_dvc(root, folder)


def test_what_tools_keep_is_left_out_and_what_systems_drop_is_not(tmp_path: Path) -> None:
    folder = tree(tmp_path)
    for path in (".git/x", ".hg/x", "sub/.git", "sub/.hg", ".DS_Store", ".gitignore"):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text("")
    kept = kept_by_us(tmp_path, folder)
    assert kept == kept_by_dvc(tmp_path, folder)
    assert kept - set(FILES) == {"sub/.hg", ".DS_Store", ".gitignore"}


@pytest.mark.parametrize("kind", ["folder", "file", "dangling link"])
def test_a_dvc_repository_inside_and_a_link_to_a_folder_are_left_out(
    tmp_path: Path, kind: str
) -> None:
    folder = tree(tmp_path)
    mark = folder / "sub" / ".dvc"
    if kind == "folder":
        mark.mkdir()
    elif kind == "file":
        mark.write_text("")
    else:
        mark.symlink_to("nowhere")
    (folder / "linked").symlink_to("tmp")
    kept = kept_by_us(tmp_path, folder)
    assert "tmp/a.txt" in kept
    assert not {name for name in kept if name.startswith(("sub/", "linked"))}
    assert kept_by_dvc(tmp_path, folder) == kept


def test_ignore_files_above_the_dvc_repository_do_not_speak(tmp_path: Path) -> None:
    project = tmp_path / "project"
    folder = tree(project)
    (tmp_path / ".dvcignore").write_text("*.txt\n")
    (project / ".dvcignore").write_text("*.log\n")
    assert kept_by_us(tmp_path, folder) == kept_by_dvc(project, folder)
    assert "a.txt" in kept_by_us(tmp_path, folder)


def test_without_a_dvc_repository_the_root_is_taken_for_one(tmp_path: Path) -> None:
    folder = tree(tmp_path)
    (tmp_path / ".dvc").rmdir()
    (tmp_path / ".dvcignore").write_text("*.txt\n")
    assert kept_by_us(tmp_path, folder) == kept_by_dvc(tmp_path, folder)


def test_a_directory_that_is_the_root_or_lies_outside_has_no_ignore_file_of_its_own(
    tmp_path: Path,
) -> None:
    folder = tree(tmp_path)
    (folder / ".dvcignore").write_text("*.txt\n")
    (folder / ".git").mkdir()
    assert not skipper(folder, folder)("a.txt", False)
    assert skipper(folder, folder)(".git", True)
    assert not skipper(tmp_path / "elsewhere", folder)(".git", True)


def test_a_root_behind_a_link_is_the_same_root(tmp_path: Path) -> None:
    tree(tmp_path / "real")
    (tmp_path / "real" / ".dvcignore").write_text("*.txt\n")
    (tmp_path / "link").symlink_to("real")
    linked = tmp_path / "link"
    assert skipper(linked, tmp_path / "real" / "data" / "train")("a.txt", False)
    assert skipper(tmp_path / "real", linked / "data" / "train")("a.txt", False)


@pytest.mark.parametrize("content", [b"\xff\n", b"x" * (1 << 21), None, b"a\n!\n"])
def test_an_ignore_file_that_cannot_be_read_leaves_the_digest_open(
    tmp_path: Path, content: bytes | None
) -> None:
    folder = tree(tmp_path)
    ignore = tmp_path / ".dvcignore"
    if content is None:
        ignore.symlink_to("data/train/a.txt")
    else:
        ignore.write_bytes(content)
    with pytest.raises(UndefinedDigest, match="dvcignore"):
        skipper(tmp_path, folder)
