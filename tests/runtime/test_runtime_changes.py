"""The differences of two manifests, against sets and against real folders."""

from __future__ import annotations

import hashlib
import os
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from repro_check.runtime.changes import Change, changes, collapsed, key_of, order_of
from repro_check.runtime.hashing import manifest_of, md5_manifest_of
from repro_check.runtime.manifest import Entry, fold_tree
from repro_check.runtime.trees import Order, UndefinedTreeError, walk

NAMES = st.text(
    st.sampled_from("abAB0!. -~'ΣσςİıKßǅ漢é\n\U0001f600")
    | st.characters(exclude_categories=["Cs"]),
    min_size=1,
    max_size=5,
).filter(lambda name: name not in (".", "..") and "/" not in name and "\0" not in name)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
FILES = st.tuples(st.integers(0, 3), st.sampled_from("abc"))
MANIFESTS = st.dictionaries(PATHS, FILES, max_size=8)


def manifest(files: dict[str, tuple[int, str]], order: Order) -> list[Entry]:
    """A manifest without two paths that the order takes for the same."""
    key = key_of(order)
    by_key = {key(path): Entry(path, *about) for path, about in files.items()}
    return [by_key[one] for one in sorted(by_key)]


def by_sets(old: list[Entry], new: list[Entry], order: Order) -> list[Change]:
    key = key_of(order)
    olds = {key(entry.path): entry for entry in old}
    news = {key(entry.path): entry for entry in new}
    found = []
    for one in sorted(olds.keys() | news.keys()):
        before, after = olds.get(one), news.get(one)
        if before != after:
            shown = after or before
            assert shown is not None
            found.append(Change(shown.path, before and before.size, after.size if after else None))
    return found


@settings(max_examples=200, deadline=None)
@given(MANIFESTS, MANIFESTS, st.sampled_from(Order))
@example({"a": (1, "a")}, {"A": (1, "a")}, Order.LOWER_CASE)
@example({"a/": (0, "")}, {"a": (0, "a")}, Order.LOWER_CASE)
@example({"a": (0, "a")}, {"a/b": (0, "a")}, Order.PATH)
@example({"a!": (0, "a"), "a/b": (0, "a")}, {"a/b": (0, "a")}, Order.LOWER_CASE)
def test_changes_are_the_difference_of_the_sets(old, new, order: Order) -> None:
    olds, news = manifest(old, order), manifest(new, order)
    assert list(changes(olds, news, order)) == by_sets(olds, news, order)


@settings(max_examples=60, deadline=None)
@given(MANIFESTS, st.sampled_from(Order))
def test_what_is_added_one_way_is_removed_the_other(files, order: Order) -> None:
    entries = manifest(files, order)
    assert list(changes(entries, entries, order)) == []
    added = list(changes([], entries, order))
    removed = list(changes(entries, [], order))
    assert [change.kind for change in added] == ["added"] * len(entries)
    assert [change.kind for change in removed] == ["removed"] * len(entries)
    assert [(c.path, c.new_size) for c in added] == [(c.path, c.old_size) for c in removed]


def test_manifests_are_compared_without_being_held() -> None:
    held = 0
    most = 0

    def entries(salt: int):
        nonlocal held, most
        for number in range(2_000):
            held += 1
            most = max(most, held)
            yield Entry(f"{number:06}", number, str(salt * (number % 2)))

    found = 0
    for _ in changes(entries(0), entries(1), Order.PATH):
        found += 1
        held = 0
    assert found == 1_000
    assert most <= 6


@settings(max_examples=60, deadline=None)
@given(st.lists(PATHS, max_size=7))
@example(["a!", "a/b", "a0", "A1"])
@example(["Σ/a", "Σa", "aΣ/b", "aΣ", "aΣb"])
@example(["İ/x", "i̇!", "ı"])
def test_the_keys_order_paths_as_the_walk_yields_them(paths: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            file = Path(folder, path)
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(b"")
            except (FileExistsError, NotADirectoryError, IsADirectoryError):
                continue
        for order in Order:
            key = key_of(order)
            try:
                found = [node.path for node in walk(folder, order=order) if not node.is_folder]
            except UndefinedTreeError:
                assert order is Order.LOWER_CASE, "only the md5 recursion minds the case"
                continue
            for before, after in pairwise(map(key, found)):
                assert before < after


def test_the_order_of_an_algorithm_is_that_of_its_manifest() -> None:
    assert order_of("md5") is Order.LOWER_CASE
    assert {order_of(name) for name in ("sha256", "tree:md5", "tree:blake3", "dvc")} == {Order.PATH}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (Change("a", None, 1_234), "added a (1,234 bytes)"),
        (Change("a", 0, None), "removed a (0 bytes)"),
        (Change("a/", 5, 5), "changed a/ (still 5 bytes)"),
        (Change("a", 5, 6_000), "changed a (5 bytes, now 6,000)"),
    ],
)
def test_a_change_is_said_with_its_sizes(change: Change, text: str) -> None:
    assert str(change) == text


def build(root: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return root


@pytest.mark.parametrize("file_hash", ["md5", "sha256"])
def test_the_line_of_a_top_folder_is_the_tree_digest_of_what_is_in_it(
    tmp_path: Path, file_hash: str
) -> None:
    build(tmp_path, {"a/x": b"1", "a/b/y": b"22", "a!": b"3", "top": b"4", "z/z": b""})
    entries = list(manifest_of(str(tmp_path), file_hash))
    found = {entry.path: entry for entry in collapsed(entries, file_hash)}
    assert list(found) == ["a!", "a/", "top", "z/"]
    inside = [entry for entry in entries if entry.path.startswith("a/")]
    assert f"tree:{file_hash}:{found['a/'].digest}" == fold_tree(inside, file_hash)
    assert found["a/"].size == 3
    assert found["top"] == Entry("top", 1, hashlib.new(file_hash, b"4").hexdigest())


def test_a_collapsed_manifest_tells_which_top_folder_changed(tmp_path: Path) -> None:
    build(tmp_path, {"a/x": b"1", "B/y": b"2", "c": b"3"})
    (tmp_path / "empty").mkdir()
    old = list(collapsed(md5_manifest_of(str(tmp_path)), "md5"))
    (tmp_path / "B" / "y").rename(tmp_path / "B" / "z")
    (tmp_path / "empty").rmdir()
    os.truncate(tmp_path / "c", 0)
    new = collapsed(md5_manifest_of(str(tmp_path)), "md5")
    assert list(map(str, changes(old, new, Order.LOWER_CASE))) == [
        "changed B/ (still 1 byte)",
        "changed c (1 byte, now 0)",
        "removed the empty folder empty/",
    ]


def test_nothing_collapses_to_nothing() -> None:
    assert list(collapsed([], "md5")) == []
