from __future__ import annotations

import json
import os
import threading
import time

import pytest

from repro_check.data import Algorithm, StatIndex
from repro_check.data.hashing.index import FILE_NAME
from repro_check.data.hashing.listing import list_tree

LATER = 10_000_000_000


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    (folder / "sub").mkdir(parents=True)
    (folder / "a").write_bytes(b"1")
    (folder / "sub" / "b").write_bytes(b"2")
    return folder


@pytest.fixture
def index(tmp_path):
    return StatIndex(tmp_path / "kept" / "here", clock=lambda: time.time_ns() + LATER)


def record(index, data, digest="d" * 32, algorithm=Algorithm.MD5):
    return index.record(data, algorithm, list_tree(data), digest, since_ns=index.clock())


def lookup(index, data, algorithm=Algorithm.MD5):
    return index.lookup(data, algorithm, list_tree(data))


def test_a_listing_counts_files_and_bytes(data):
    (data / "l").symlink_to("a")
    listing = list_tree(data)
    assert listing.files == 3
    assert list_tree(data / "a").size == 1


def test_an_unchanged_directory_is_remembered(index, data):
    assert lookup(index, data) is None
    assert record(index, data)
    assert lookup(index, data) == "d" * 32
    assert lookup(StatIndex(index.file.parent), data) == "d" * 32


def test_a_single_file_is_remembered(index, data):
    record(index, data / "a")
    assert lookup(index, data / "a") == "d" * 32


def touch(data):
    os.utime(data / "a", ns=(1, 1))


def rewrite_with_the_old_time(data):
    status = (data / "a").stat()
    (data / "a").write_bytes(b"9")
    os.utime(data / "a", ns=(status.st_atime_ns, status.st_mtime_ns))


def replace_by_a_copy(data):
    status = (data / "a").stat()
    (data / "copy").write_bytes(b"1")
    os.utime(data / "copy", ns=(status.st_atime_ns, status.st_mtime_ns))
    (data / "copy").replace(data / "a")


def grow(data):
    (data / "sub" / "b").write_bytes(b"22")


def add(data):
    (data / "sub" / "c").write_bytes(b"")


def add_an_empty_folder(data):
    (data / "empty").mkdir()


def remove(data):
    (data / "a").unlink()


def rename(data):
    (data / "a").rename(data / "z")


def move_to_another_folder(data):
    (data / "a").rename(data / "sub" / "a")


def turn_into_a_link(data):
    (data / "a").unlink()
    (data / "a").symlink_to("sub/b")


@pytest.mark.parametrize(
    "change",
    [
        *(touch, rewrite_with_the_old_time, replace_by_a_copy, grow, add, add_an_empty_folder),
        *(remove, rename, move_to_another_folder, turn_into_a_link),
    ],
)
def test_a_directory_that_looks_different_is_not_remembered(index, data, change):
    record(index, data)
    change(data)
    assert lookup(index, data) is None


def test_a_link_that_points_elsewhere_looks_different(index, data):
    (data / "l").symlink_to("a")
    record(index, data)
    (data / "l").unlink()
    (data / "l").symlink_to("b")
    assert lookup(index, data) is None


def test_another_algorithm_or_directory_is_another_memory(index, data, tmp_path):
    record(index, data)
    record(index, data, "tree:md5:x", Algorithm.TREE_MD5)
    other = tmp_path / "other"
    other.mkdir()
    assert lookup(index, other) is None
    assert lookup(index, data) == "d" * 32
    assert lookup(index, data, Algorithm.TREE_MD5) == "tree:md5:x"


def test_a_link_to_the_directory_shares_its_memory(index, data, tmp_path):
    record(index, data)
    (tmp_path / "link").symlink_to(data)
    assert lookup(index, tmp_path / "link") == "d" * 32


@pytest.mark.parametrize(("age_s", "kept"), [(0, False), (1.9, False), (2.1, True)])
def test_a_file_younger_than_two_seconds_is_not_trusted(tmp_path, data, age_s, kept):
    newest = list_tree(data).newest_ns
    index = StatIndex(tmp_path, clock=lambda: newest + int(age_s * 1e9))
    assert record(index, data) is kept
    assert (lookup(index, data) is not None) is kept


def test_a_file_from_the_future_is_not_trusted(index, data):
    os.utime(data / "a", (time.time() + 1e6,) * 2)
    assert not record(index, data)


def flipped(content: bytes) -> bytes:
    return content.replace(b"dddd", b"eeee", 1)


@pytest.mark.parametrize(
    "damage",
    [
        flipped,
        lambda content: content[:-5],
        lambda content: b"",
        lambda content: b"\0" * 100,
        lambda content: b"[" * 100_000,
        lambda content: b'{"version": 1}',
        lambda content: content.replace(b'"version":2', b'"version":1'),
        lambda content: b"\xff\xfe",
        lambda content: content + b" " * (5 << 20),
    ],
)
def test_a_damaged_index_is_an_empty_one_and_is_replaced(index, data, damage):
    record(index, data)
    index.file.write_bytes(damage(index.file.read_bytes()))
    assert lookup(index, data) is None
    assert record(index, data, "f" * 32)
    assert lookup(index, data) == "f" * 32


def test_the_index_is_one_json_file_with_nothing_beside_it(index, data):
    record(index, data)
    assert list(index.file.parent.iterdir()) == [index.file]
    assert index.file.name == FILE_NAME
    assert json.loads(index.file.read_text())["version"] == 2


def test_an_index_that_cannot_be_written_is_no_error(tmp_path, data):
    (tmp_path / "file").write_text("")
    index = StatIndex(tmp_path / "file" / "below", clock=lambda: time.time_ns() + LATER)
    assert not record(index, data)
    assert lookup(index, data) is None


def test_the_index_is_bounded(index, data, monkeypatch):
    monkeypatch.setattr("repro_check.data.hashing.index._MOST", 3)
    for number in range(5):
        folder = data.parent / f"set{number}"
        folder.mkdir()
        record(index, folder)
    kept = [lookup(index, data.parent / f"set{number}") is not None for number in range(5)]
    assert kept == [False, False, True, True, True]


def test_two_runs_at_once_leave_a_sound_index(index, data):
    threads = [
        threading.Thread(target=record, args=(index, data, str(n) * 32, Algorithm.MD5))
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lookup(index, data) in {str(n) * 32 for n in range(6)}


def test_names_that_are_not_utf8_do_not_break_the_index(index, tmp_path):
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    (folder / os.fsdecode(b"\xff")).write_bytes(b"")
    assert record(index, folder) in (True, False)
    assert lookup(index, folder) in (None, "d" * 32)
