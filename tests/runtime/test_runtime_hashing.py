from __future__ import annotations

import hashlib
import os
import socket
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repro_check.runtime.hashing import digest
from repro_check.runtime.trees import UndefinedTreeError

EMPTY_MD5 = hashlib.md5(b"").hexdigest()


def reference(directory: Path, md5=None):
    md5 = md5 or hashlib.md5()
    for path in sorted(Path(directory).iterdir(), key=lambda p: str(p).lower()):
        md5.update(path.name.encode())
        if path.is_file():
            with path.open("rb") as file:
                for chunk in iter(lambda: file.read(4096), b""):
                    md5.update(chunk)
        elif path.is_dir():
            reference(path, md5)
    return md5


def build(root: Path, tree: dict) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    for name, content in tree.items():
        if isinstance(content, dict):
            build(root / name, content)
        else:
            (root / name).write_bytes(content)
    return root


def has_twins(tree: dict) -> bool:
    folds = {name.lower() for name in tree}
    return len(folds) < len(tree) or any(
        has_twins(below) for below in tree.values() if isinstance(below, dict)
    )


NAMES = st.text(
    st.sampled_from("abAB01 ._-\n\tÄäßΣσςİıKk漢😀") | st.characters(exclude_categories=["Cs"]),
    min_size=1,
    max_size=12,
).filter(lambda name: name not in (".", "..") and "/" not in name and "\0" not in name)
CONTENTS = st.binary(max_size=40) | st.sampled_from([4_096, 70_000]).map(lambda size: b"x" * size)
TREES = st.recursive(
    st.dictionaries(NAMES, CONTENTS, max_size=5),
    lambda below: st.dictionaries(NAMES, CONTENTS | below, max_size=5),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(TREES)
def test_md5_is_the_reference_recursion_byte_for_byte(tree):
    with tempfile.TemporaryDirectory() as folder:
        root = build(Path(folder) / "Data", tree)
        if has_twins(tree):
            with pytest.raises(UndefinedTreeError, match="differ only in case"):
                digest(root, "md5")
        else:
            assert digest(root, "md5") == reference(root).hexdigest()


@settings(max_examples=60, deadline=None)
@given(TREES)
def test_a_tree_digest_does_not_depend_on_the_order_in_which_files_were_made(tree):
    def backwards(below):
        pairs = reversed(below.items())
        return {n: backwards(c) if isinstance(c, dict) else c for n, c in pairs}

    with tempfile.TemporaryDirectory() as folder:
        first = build(Path(folder) / "first", tree)
        second = build(Path(folder) / "elsewhere" / "second", backwards(tree))
        assert digest(first, "tree:sha256") == digest(second, "tree:sha256")


def test_a_tree_digest_is_the_digest_of_its_documented_manifest(tmp_path):
    build(tmp_path, {"b": b"two", "a": {"c d\n": b"one"}, "Z": b"", "empty": {}})
    lines = [
        (b"Z", b""),
        (b"a/c d\n", b"one"),
        (b"b", b"two"),
    ]
    manifest = b"".join(
        hashlib.sha256(content).hexdigest().encode() + b" %d %b\0" % (len(content), name)
        for name, content in lines
    )
    assert digest(tmp_path, "tree:sha256") == "tree:sha256:" + hashlib.sha256(manifest).hexdigest()


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "._photo.jpg", ".ipynb_checkpoints/x"])
def test_junk_changes_the_md5_but_no_tree_digest(tmp_path, name):
    build(tmp_path, {"a": b"1"})
    before = digest(tmp_path, "md5"), digest(tmp_path, "tree:md5")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"junk")
    after = digest(tmp_path, "md5"), digest(tmp_path, "tree:md5")
    assert before[0] != after[0]
    assert before[1] == after[1]


@pytest.mark.parametrize("algorithm", ["md5", "tree:sha256"])
def test_a_renamed_file_changes_the_digest(tmp_path, algorithm):
    build(tmp_path, {"a": b"1", "b": b"2"})
    before = digest(tmp_path, algorithm)
    (tmp_path / "b").rename(tmp_path / "c")
    assert digest(tmp_path, algorithm) != before


def test_moving_bytes_from_a_name_into_a_content_fools_the_md5_but_no_tree_digest(tmp_path):
    one = build(tmp_path / "one", {"ab": b"c"})
    two = build(tmp_path / "two", {"a": b"bc"})
    assert digest(one, "md5") == digest(two, "md5")
    assert digest(one, "tree:md5") != digest(two, "tree:md5")


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_a_single_file_has_the_plain_digest_of_its_content(tmp_path, size):
    content = os.urandom(size)
    (tmp_path / "x").write_bytes(content)
    assert digest(tmp_path / "x", "md5") == hashlib.md5(content).hexdigest()
    assert digest(tmp_path / "x", "sha256") == hashlib.sha256(content).hexdigest()


def test_an_empty_directory_has_the_digest_of_nothing(tmp_path):
    assert digest(tmp_path, "md5") == EMPTY_MD5


def test_an_empty_folder_counts_in_the_md5_only(tmp_path):
    trees = [digest(tmp_path, "tree:md5"), digest(tmp_path, "md5")]
    (tmp_path / "empty").mkdir()
    assert digest(tmp_path, "tree:md5") == trees[0]
    assert digest(tmp_path, "md5") == hashlib.md5(b"empty").hexdigest()


@pytest.mark.parametrize("written", ["data", "data/", "./data", "data/../data//"])
@pytest.mark.parametrize("algorithm", ["md5", "tree:md5"])
def test_the_way_the_path_is_written_does_not_count(tmp_path, monkeypatch, written, algorithm):
    root = build(tmp_path / "data", {"a": {"b": b"1"}})
    monkeypatch.chdir(tmp_path)
    assert digest(written, algorithm) == digest(root, algorithm)


def test_a_tree_deeper_than_the_recursion_limit_is_digested(tmp_path):
    folder = tmp_path
    for _ in range(400):
        folder = folder / "d"
        folder.mkdir()
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        found = digest(tmp_path, "md5")
    finally:
        sys.setrecursionlimit(limit)
    assert found == hashlib.md5(b"d" * 400).hexdigest()


def test_links_inside_the_tree_are_followed_as_the_reference_does(tmp_path):
    build(tmp_path, {"real": {"x": b"1"}, "file": b"2"})
    (tmp_path / "link_to_file").symlink_to("file")
    (tmp_path / "link_to_folder").symlink_to(tmp_path / "real")
    assert digest(tmp_path, "md5") == reference(tmp_path).hexdigest()


def test_the_root_may_be_a_link_itself(tmp_path):
    real = build(tmp_path / "real", {"a": b"1", "b": {"c": b"2"}})
    (real / "l").symlink_to("a")
    (tmp_path / "link").symlink_to(real)
    assert digest(tmp_path / "link", "md5") == reference(real).hexdigest()


def out_of_the_tree(root: Path) -> str:
    (root.parent / "secret").write_text("s")
    (root / "out").symlink_to(root.parent / "secret")
    return "out"


def to_a_neighbour_with_the_same_prefix(root: Path) -> str:
    build(root.parent / (root.name + "2"), {"x": b""})
    (root / "near").symlink_to(root.parent / (root.name + "2"))
    return "near"


def to_an_ancestor(root: Path) -> str:
    (root / "sub").mkdir()
    (root / "sub" / "up").symlink_to("..")
    return "up"


def to_itself(root: Path) -> str:
    (root / "self").symlink_to("self")
    return "self"


def two_folders_into_each_other(root: Path) -> str:
    build(root, {"a": {}, "b": {}})
    (root / "a" / "to_b").symlink_to("../b")
    (root / "b" / "to_a").symlink_to("../a")
    return "to_"


def nowhere(root: Path) -> str:
    (root / "gone").symlink_to("nothing")
    return "gone"


def a_pipe(root: Path) -> str:
    os.mkfifo(root / "pipe")
    return "pipe"


def a_socket(root: Path) -> str:
    here = Path.cwd()
    try:
        os.chdir(root)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("sock")
    finally:
        os.chdir(here)
    return "sock"


def a_link_to_a_pipe(root: Path) -> str:
    os.mkfifo(root / "pipe")
    (root / "apipe").symlink_to("pipe")
    return "pipe"


def a_name_that_is_not_utf8(root: Path) -> str:
    Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9")).write_text("")
    return "caf"


@pytest.mark.parametrize("algorithm", ["md5", "tree:sha256"])
@pytest.mark.parametrize(
    "spoil",
    [
        out_of_the_tree,
        to_a_neighbour_with_the_same_prefix,
        to_an_ancestor,
        to_itself,
        two_folders_into_each_other,
        nowhere,
        a_pipe,
        a_socket,
        a_link_to_a_pipe,
        a_name_that_is_not_utf8,
    ],
)
def test_a_tree_without_one_digest_is_refused_and_the_file_named(tmp_path, spoil, algorithm):
    root = build(tmp_path / "data", {"m": b"1"})
    name = spoil(root)
    with pytest.raises(UndefinedTreeError) as caught:
        digest(root, algorithm)
    assert name in caught.value.path
    assert caught.value.reason
    assert caught.value.fix


def test_names_that_differ_only_in_case_have_a_tree_digest(tmp_path):
    build(tmp_path, {"A": b"1", "a": b"2"})
    if len(list(tmp_path.iterdir())) < 2:
        pytest.skip("the file system folds case")
    assert digest(tmp_path, "tree:md5").startswith("tree:md5:")
    with pytest.raises(UndefinedTreeError, match="differ only in case"):
        digest(tmp_path, "md5")


def test_crossed_links_to_folders_do_not_unfold_without_end(tmp_path):
    for level in range(20):
        folder = tmp_path / f"l{level}"
        folder.mkdir()
        for side in "ab":
            (folder / side).symlink_to(f"../l{level + 1}")
    (tmp_path / "l20").mkdir()
    with pytest.raises(UndefinedTreeError, match="too many links"):
        digest(tmp_path, "md5")


def test_what_vanishes_meanwhile_is_looked_for_once_more(tmp_path):
    build(tmp_path, {"a": b"1", "b": b"2"})

    def remove_the_next(path, _block):
        if path.endswith("a"):
            (tmp_path / "b").unlink(missing_ok=True)

    found = digest(tmp_path, "md5", watch=remove_the_next)
    assert found == hashlib.md5(b"a1").hexdigest()


def test_a_file_that_vanishes_again_and_again_is_named(tmp_path):
    build(tmp_path, {"a": b"1", "b": b"2"})

    def rename_the_next(path, _block):
        for other in tmp_path.glob("b*"):
            other.rename(f"{other}b")

    with pytest.raises(UndefinedTreeError, match="vanished") as caught:
        digest(tmp_path, "md5", watch=rename_the_next)
    assert caught.value.path.endswith("bb")


@pytest.mark.parametrize("change", [100, -100])
def test_a_file_that_changes_its_size_while_it_is_read_is_named(tmp_path, change):
    big = tmp_path / "big"
    big.write_bytes(b"x" * (3 << 20))
    with pytest.raises(UndefinedTreeError, match="changed while it was read"):
        digest(big, "md5", watch=lambda _path, _block: os.truncate(big, (3 << 20) + change))


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null"])
def test_a_device_is_no_data(path):
    with pytest.raises(UndefinedTreeError, match="not a regular file"):
        digest(path, "md5")


def test_a_pipe_in_place_of_the_file_does_not_make_us_wait(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UndefinedTreeError, match="not a regular file"):
        digest(tmp_path / "pipe", "md5")


def test_nothing_there_is_said(tmp_path):
    with pytest.raises(UndefinedTreeError, match="cannot be read"):
        digest(tmp_path / "gone", "md5")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_an_unreadable_folder_is_named(tmp_path):
    build(tmp_path, {"locked": {"x": b"1"}})
    (tmp_path / "locked").chmod(0)
    try:
        with pytest.raises(UndefinedTreeError, match="locked"):
            digest(tmp_path, "md5")
    finally:
        (tmp_path / "locked").chmod(0o700)


def test_a_plain_sha256_of_a_directory_is_refused_rather_than_guessed(tmp_path):
    with pytest.raises(UndefinedTreeError, match="tree:sha256"):
        digest(tmp_path, "sha256")


def test_an_unknown_algorithm_is_refused(tmp_path):
    with pytest.raises(ValueError, match="crc32"):
        digest(tmp_path, "crc32")


def test_long_and_odd_names_are_hashed(tmp_path):
    build(tmp_path, {"x" * 255: b"1", "a\nb": b"2", "\x01\x7f": b"3", " ": b"4"})
    assert digest(tmp_path, "md5") == reference(tmp_path).hexdigest()
