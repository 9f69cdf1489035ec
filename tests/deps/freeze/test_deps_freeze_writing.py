"""All files are written or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from repro_check.deps.freeze import Change, write_changes
from repro_check.errors import ReproCheckError


def test_files_are_written_in_their_folders(tmp_path: Path):
    (tmp_path / "a.txt").write_bytes(b"old")
    write_changes([Change("b/c.in", None, b"new"), Change("a.txt", b"old", b"new")], tmp_path)
    assert (tmp_path / "b/c.in").read_bytes() == (tmp_path / "a.txt").read_bytes() == b"new"


@pytest.mark.parametrize(
    "bad",
    [
        Change("a.txt", b"other", b"new"),
        Change("a.txt", None, b"new"),
        Change("missing.txt", b"was there", b"new"),
        Change("../outside.txt", None, b"new"),
        Change("link.txt", None, b"new"),
    ],
)
def test_nothing_is_written_when_one_file_is_not_what_it_was(tmp_path: Path, bad: Change):
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.txt").write_bytes(b"old")
    (root / "link.txt").symlink_to(tmp_path / "elsewhere.txt")
    with pytest.raises(ReproCheckError):
        write_changes([Change("first.in", None, b"x"), bad], root)
    assert sorted(path.name for path in root.iterdir()) == ["a.txt", "link.txt"]
    assert (root / "a.txt").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["root"]


def test_what_was_written_is_put_back_when_a_later_file_cannot_be(tmp_path: Path):
    (tmp_path / "a.txt").write_bytes(b"old")
    (tmp_path / "file").write_bytes(b"")
    changes = [
        Change("new.in", None, b"x"),
        Change("a.txt", b"old", b"new"),
        Change("file/b.txt", None, b"y"),
    ]
    with pytest.raises(ReproCheckError, match="folder cannot be made"):
        write_changes(changes, tmp_path)
    assert (tmp_path / "a.txt").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "file"]
