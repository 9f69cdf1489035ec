from __future__ import annotations

import hashlib

import pytest

from repro_check.data import Algorithm, UndefinedDigest, digest_of, md5_reference, tree_digest
from repro_check.data.hashing.digests import agree
from repro_check.errors import ReproCheckError


def test_the_md5_of_a_directory_hashes_names_and_contents_in_order(tmp_path):
    (tmp_path / "b").write_bytes(b"2")
    (tmp_path / "A").mkdir()
    (tmp_path / "A" / "x").write_bytes(b"1")
    assert md5_reference(tmp_path) == hashlib.md5(b"Ax1b2").hexdigest()


def test_a_tree_digest_names_its_algorithm(tmp_path):
    assert tree_digest(tmp_path) == "tree:sha256:" + hashlib.sha256(b"").hexdigest()
    assert tree_digest(tmp_path, Algorithm.TREE_MD5).startswith("tree:md5:")


def test_a_plain_algorithm_is_no_tree_digest(tmp_path):
    with pytest.raises(ValueError):
        tree_digest(tmp_path, Algorithm.MD5)


def test_an_undefined_digest_is_an_error_for_people_that_names_the_file(tmp_path):
    (tmp_path / "lost").symlink_to("nowhere")
    with pytest.raises(UndefinedDigest) as caught:
        digest_of(tmp_path, Algorithm.MD5)
    assert isinstance(caught.value, ReproCheckError)
    assert caught.value.where == str(tmp_path / "lost")
    assert "leads nowhere" in str(caught.value)
    assert caught.value.fix


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("a" * 32, "A" * 32, True),
        ("md5:" + "a" * 32, "a" * 32, True),
        ("tree:md5:" + "a" * 32, "TREE:MD5:" + "A" * 32, True),
        ("a" * 32, "b" * 32, False),
        ("deadbeef", "a" * 32, False),
        ("a" * 31, "a" * 32, False),
    ],
)
def test_digests_agree_however_they_are_written(first, second, same):
    assert agree(first, second) is same
