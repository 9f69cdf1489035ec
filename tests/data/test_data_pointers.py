from __future__ import annotations

import os

import pytest
from data_support import ANNEX, LFS

from repro_check.data.hashing.pointers import find_pointers, pointer_at
from repro_check.runtime.pointers import Pointer, pointer_in


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (LFS, Pointer.LFS),
        (LFS.replace(b"git-lfs", b"hawser"), Pointer.LFS),
        (LFS.replace(b"oid", b"ext-0-a sha256:1\noid"), Pointer.LFS),
        (ANNEX, Pointer.ANNEX),
        (b"", None),
        (b"version 2\n", None),
        (b" " + LFS, None),
        (b"# " + ANNEX, None),
        (LFS + b"x" * 1024, None),
        (ANNEX + b"x" * 40_000, None),
        (b"see https://git-lfs.github.com/spec/v1", None),
    ],
)
def test_a_pointer_is_known_by_its_head_and_its_size(content, kind):
    assert pointer_in(content) is kind
    assert pointer_in(memoryview(content)) is kind


@pytest.mark.parametrize("kind", ["is_absent", "is_present"])
def test_an_annex_link_is_a_pointer_while_its_content_is_absent(tmp_path, kind):
    content = tmp_path / ".git/annex/objects/aa/bb/SHA256E-s1--x/SHA256E-s1--x"
    if kind == "is_present":
        content.parent.mkdir(parents=True)
        content.write_bytes(b"1")
    (tmp_path / "x").symlink_to(".git/annex/objects/aa/bb/SHA256E-s1--x/SHA256E-s1--x")
    assert pointer_at(str(tmp_path / "x")) is (Pointer.ANNEX if kind == "is_absent" else None)


def test_pointers_are_found_in_order_with_their_relative_paths(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "y").write_bytes(LFS)
    (tmp_path / "a").write_bytes(ANNEX)
    (tmp_path / "c").write_bytes(b"data")
    assert list(find_pointers(tmp_path)) == [("a", Pointer.ANNEX), ("b/y", Pointer.LFS)]
    assert list(find_pointers(tmp_path / "a")) == [(".", Pointer.ANNEX)]
    assert list(find_pointers(tmp_path / "c")) == []


def test_what_cannot_be_read_is_no_pointer_and_does_not_make_us_wait(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "lost").symlink_to("nowhere")
    (tmp_path / "self").symlink_to("self")
    assert list(find_pointers(tmp_path)) == []
    assert pointer_at(str(tmp_path / "gone")) is None
