"""Digests from memory are those from scratch, read as little as may be."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from data_measuring_support import (
    ALGORITHMS,
    SAME_STREAM,
    START,
    WINDOW_NS,
    add,
    change_at_the_same_size,
    from_scratch,
    grow,
    make,
    md5_from_scratch,
    remove,
    rename,
    soon,
    wait,
)
from data_support import LFS
from hypothesis import example, given, settings
from hypothesis import strategies as st

from repro_check.data import Algorithm, StatIndex
from repro_check.data.hashing.batches import Batch, Hashed, hash_batch
from repro_check.data.hashing.hashers import Here
from repro_check.data.hashing.measuring import Difference, Measure, OverBudget
from repro_check.data.hashing.schemes import scheme_of
from repro_check.data.hashing.stream_length import StreamLength
from repro_check.runtime.manifest import Entry
from repro_check.runtime.pointers import PointerMet
from repro_check.runtime.trees import UndefinedTreeError


class Counting:
    """A hasher that says which files it read, and does something else at the same time."""

    def __init__(self, meanwhile: Callable[[str], object] = lambda _path: None) -> None:
        self.read: list[str] = []
        self.meanwhile = meanwhile

    def digests(self, batches) -> Iterator[tuple[Hashed, ...]]:
        for batch in batches:
            found = []
            for path in batch.paths:
                self.read.append(Path(path).name)
                found.extend(hash_batch(Batch(batch.file_hash, (path,))))
                self.meanwhile(path)
            yield tuple(found)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make(tmp_path / "repo" / "data", START)


@pytest.fixture
def index(tmp_path: Path) -> StatIndex:
    return StatIndex(tmp_path / "index", clock=soon)


def measuring(folder: Path, algorithm: Algorithm, **options: object) -> Measure:
    scheme = scheme_of(algorithm, root=folder.parent, path=folder)
    return Measure(folder, scheme, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_only_the_files_that_look_otherwise_are_read(folder, index, algorithm) -> None:
    wait()
    measuring(folder, algorithm, index=index).digest(keep_files=True)
    (folder / "sub" / "c").write_bytes(b"444")
    wait()
    hasher = Counting()
    recorded = from_scratch(folder, algorithm)
    found = measuring(folder, algorithm, index=index, hasher=hasher).digest()
    assert found.digest == recorded
    assert hasher.read == ["c"]
    hasher.read.clear()
    assert measuring(folder, algorithm, index=index, hasher=hasher).digest().digest == recorded
    assert hasher.read == []


def test_what_is_younger_than_the_clock_can_tell_is_read_again(folder, tmp_path) -> None:
    index = StatIndex(tmp_path / "index")
    for _ in range(2):
        hasher = Counting()
        measuring(folder, Algorithm.TREE_MD5, index=index, hasher=hasher).digest()
        assert sorted(hasher.read) == sorted(Path(path).name for path in START)


def test_data_of_the_same_layout_that_differ_are_not_read_to_the_end(folder, index) -> None:
    recorded = from_scratch(folder, Algorithm.MD5)
    wait()
    measuring(folder, Algorithm.MD5, index=index).digest(keep_files=True)
    (folder / "sub" / "c").write_bytes(b"444")
    hasher, read = Counting(), []
    meter = Counted(read)
    found = measuring(folder, Algorithm.MD5, index=index, hasher=hasher, meter=meter).digest(
        recorded=recorded
    )
    assert found.digest == ""
    assert hasher.read == ["c"]
    assert measuring(folder, Algorithm.MD5, index=index).digest().digest == from_scratch(
        folder, Algorithm.MD5
    )


class Counted:
    def __init__(self, ticks: list[int]) -> None:
        self.expected = 0
        self.ticks = ticks

    def expect(self, size: int) -> None:
        self.expected = size

    def tick(self, size: int) -> None:
        self.ticks.append(size)


@pytest.mark.parametrize("keeps", [False, True])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_meter_is_told_every_byte_once(folder, index, algorithm, keeps) -> None:
    (folder / "large").write_bytes(b"l" * 3_000_000)
    ticks: list[int] = []
    meter = Counted(ticks)
    measuring(folder, algorithm, index=index, meter=meter).digest(keep_files=keeps)
    assert meter.expected == sum(ticks) == 3_000_000 + sum(map(len, START.values()))


@pytest.mark.parametrize("edit", SAME_STREAM)
def test_a_tree_with_the_same_stream_of_bytes_is_never_said_to_differ(folder, index, edit) -> None:
    (folder / "zz" / "xy").write_bytes(b"z")
    (folder / "zz" / "x").unlink()
    recorded = from_scratch(folder, Algorithm.MD5)
    wait()
    measuring(folder, Algorithm.MD5, index=index).digest(keep_files=True)
    edit(folder, folder / "zz" / "xy", 0)
    assert from_scratch(folder, Algorithm.MD5) == recorded, "the edit is one that the md5 misses"
    assert not (folder / "zz" / "xy").is_file()
    found = measuring(folder, Algorithm.MD5, index=index).digest(recorded=recorded)
    assert found.digest == recorded


def test_the_memory_of_the_recorded_data_outlives_a_mismatch(folder, index) -> None:
    recorded = from_scratch(folder, Algorithm.MD5)
    wait()
    measuring(folder, Algorithm.MD5, index=index).digest(keep_files=True)
    (folder / "new").write_bytes(b"1")
    for _ in range(2):
        task = measuring(folder, Algorithm.MD5, index=index)
        assert task.digest(recorded=recorded).digest != recorded
        memory = task.memory()
        assert memory is not None
        assert memory.digest == recorded


# What changes while it is read.


@pytest.mark.parametrize("keeps", [False, True])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("edit", [grow, change_at_the_same_size, remove, rename, add])
def test_data_that_change_once_while_they_are_read_are_read_again(
    folder, index, algorithm, edit, keeps
) -> None:
    did = []

    def once() -> None:
        if not did:
            did.append(1)
            time.sleep(WINDOW_NS / 1e9)  # the kernel's clock goes on
            edit(folder, folder / "a", 1)

    task = measuring(folder, algorithm, index=index, hasher=Counting(lambda _path: once()))
    if algorithm is Algorithm.MD5:
        task.tick = lambda _size: once()
    assert task.digest(keep_files=keeps).digest == from_scratch(folder, algorithm)
    assert did
    assert measuring(folder, algorithm, index=index).digest().digest == from_scratch(
        folder, algorithm
    )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("edit", [grow, add])
def test_data_that_change_again_and_again_are_reported_and_not_remembered(
    folder, index, algorithm, edit
) -> None:
    numbers = iter(range(1, 1_000))
    task = measuring(
        folder,
        algorithm,
        index=index,
        hasher=Counting(lambda _path: edit(folder, folder / "a", next(numbers))),
    )
    if algorithm is Algorithm.MD5:
        task.tick = lambda _size: edit(folder, folder / "a", next(numbers))
    with pytest.raises(UndefinedTreeError, match=r"being changed|changed while"):
        task.digest(keep_files=True)
    assert not index.file.exists()
    assert leftovers(index) == []


def leftovers(index: StatIndex) -> list[str]:
    return [path.name for path in index.file.parent.rglob("*") if path.name.endswith(".tmp")]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_file_that_vanishes_between_two_looks_is_looked_for_again(folder, algorithm) -> None:
    """The folder is listed over and over while another process fills and empties it."""
    done = False

    class Vanishing:
        def expect(self, size: int) -> None:
            nonlocal done
            if not done:
                done = True
                (folder / "sub" / "c").unlink()

        def tick(self, size: int) -> None:
            pass

    found = measuring(folder, algorithm, hasher=Here(), meter=Vanishing()).digest()
    assert done
    assert found.digest == from_scratch(folder, algorithm)


@pytest.mark.parametrize("algorithm", [Algorithm.MD5, Algorithm.SHA256, Algorithm.TREE_SHA256])
def test_a_single_file_that_changes_once_is_read_again(tmp_path, index, algorithm) -> None:
    file = tmp_path / "x.bin"
    file.write_bytes(b"1" * 3_000_000)
    did = []

    def once(_size: int) -> None:
        if not did:
            did.append(1)
            file.write_bytes(b"2" * 3_000_000)

    task = measuring(file, algorithm, index=index)
    task.tick = once
    assert task.digest().digest == measuring(file, algorithm).digest().digest


# Links.


def test_what_a_link_of_dvc_leads_to_is_part_of_the_data(tmp_path, index) -> None:
    root = tmp_path / "repo"
    cached = make(root, {".dvc/cache/files/md5/aa/bb": b"1", "data/plain": b"2"}) / ".dvc/cache"
    (root / "data" / "linked").symlink_to("../.dvc/cache/files/md5/aa/bb")
    recorded = from_scratch(root / "data", Algorithm.DVC)
    wait()
    scheme = scheme_of(Algorithm.DVC, root=root, path=root / "data")

    def measured() -> str:
        return Measure(root / "data", scheme, index=index).digest().digest

    assert measured() == recorded
    (cached / "files/md5/aa/bb").write_bytes(b"9")
    assert measured() == from_scratch(root / "data", Algorithm.DVC) != recorded


def test_a_link_whose_way_leads_elsewhere_is_followed_anew(tmp_path, index) -> None:
    folder = make(tmp_path / "data", {"one/x": b"1", "two/x": b"2"})
    (tmp_path / "way").symlink_to("data/one")
    (folder / "l").symlink_to("../way/x")
    wait()
    first = measuring(folder, Algorithm.MD5, index=index).digest().digest
    assert first == from_scratch(folder, Algorithm.MD5)
    (tmp_path / "way").unlink()
    (tmp_path / "way").symlink_to("data/two")
    assert measuring(folder, Algorithm.MD5, index=index).digest().digest == from_scratch(
        folder, Algorithm.MD5
    )


def test_another_folder_in_the_place_of_the_data_is_read(folder, index) -> None:
    wait()
    measuring(folder, Algorithm.MD5, index=index).digest(keep_files=True)
    folder.rename(folder.with_name("old"))
    make(folder, START | {"a": b"9"})
    assert measuring(folder, Algorithm.MD5, index=index).digest().digest == from_scratch(
        folder, Algorithm.MD5
    )


def test_a_file_in_the_place_of_a_folder_is_read(folder, index) -> None:
    wait()
    measuring(folder, Algorithm.TREE_MD5, index=index).digest()
    shutil.rmtree(folder)
    folder.write_bytes(b"1")
    content = hashlib.md5(b"1").hexdigest()
    whole = hashlib.md5(f"{content} 1 data\0".encode()).hexdigest()
    found = measuring(folder, Algorithm.TREE_MD5, index=index).digest().digest
    assert found == f"tree:md5:{whole}"


# Pointers, budgets, and data that have no digest.


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_pointer_stops_the_reading_and_nothing_is_remembered(folder, index, algorithm) -> None:
    (folder / "big").write_bytes(LFS)
    wait()
    for _ in range(2):
        with pytest.raises(PointerMet) as caught:
            measuring(folder, algorithm, index=index).digest(keep_files=True)
        assert caught.value.args[0].endswith("big")
    assert leftovers(index) == []
    assert not index.file.exists()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_budget_counts_only_what_has_to_be_read(folder, index, algorithm) -> None:
    size = sum(map(len, START.values()))
    with pytest.raises(OverBudget) as caught:
        measuring(folder, algorithm, index=index).digest(budget=size - 1)
    assert caught.value.args == (size,)
    wait()
    measuring(folder, algorithm, index=index).digest(keep_files=True)
    (folder / "a").write_bytes(b"9")
    hasher = Counting()
    task = measuring(folder, algorithm, index=index, hasher=hasher)
    recorded = task.memory().digest
    found = task.digest(budget=1, recorded=recorded)
    assert found.digest in ("", from_scratch(folder, algorithm))
    assert found.digest != recorded
    assert hasher.read == ["a"]
    with pytest.raises(OverBudget):
        measuring(folder, algorithm, index=index).digest(budget=0)


def test_a_folder_has_no_plain_sha256(folder, index) -> None:
    with pytest.raises(UndefinedTreeError, match="tree:sha256"):
        measuring(folder, Algorithm.SHA256, index=index).digest(keep_files=True)
    assert leftovers(index) == []


def test_nothing_there_is_an_error_of_the_system(tmp_path, index) -> None:
    with pytest.raises(OSError, match="No such file"):
        measuring(tmp_path / "gone", Algorithm.MD5, index=index).digest()


# The parts.


@pytest.mark.parametrize(
    ("old", "new", "is_none", "is_same_layout"),
    [
        (Entry("a", 1, "x"), Entry("a", 1, "x"), True, True),
        (Entry("a", 1, "x"), Entry("a", 1, "y"), False, True),
        (Entry("a", 1, "x"), Entry("a", 2, "y"), False, False),
        (Entry("a", 1, "x"), Entry("A", 1, "x"), False, False),
        (None, Entry("a", 0, "x"), False, False),
        (Entry("a", 0, "x"), None, False, False),
        (Entry("a/", 0, ""), Entry("a", 0, "x"), False, False),
    ],
)
def test_a_difference_knows_whether_it_is_in_the_contents_alone(
    old, new, is_none, is_same_layout
) -> None:
    found = Difference()
    found.add(old, new)
    assert (found.is_none, found.is_same_layout) == (is_none, is_same_layout)


class Length:
    """A hash that only counts, for the reference."""

    def __init__(self) -> None:
        self.total = 0

    def update(self, data: bytes) -> None:
        self.total += len(data)


NAMES = st.text(st.sampled_from("abA0!.-_ΣςİKé漢\n\U0001f600"), min_size=1, max_size=4).filter(
    lambda name: name not in (".", "..")
)
TREES = st.recursive(
    st.dictionaries(NAMES, st.binary(max_size=5), max_size=4),
    lambda below: st.dictionaries(NAMES, st.binary(max_size=5) | below, max_size=4),
    max_leaves=6,
)


def build(folder: Path, tree: dict) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in tree.items():
        if isinstance(content, dict):
            build(folder / name, content)
        else:
            (folder / name).write_bytes(content)
    return folder


def has_twins(tree: dict) -> bool:
    below = (one for one in tree.values() if isinstance(one, dict))
    return len({name.lower() for name in tree}) < len(tree) or any(map(has_twins, below))


@settings(max_examples=60, deadline=None)
@given(TREES)
@example({"a": {"b": {}}, "c": {"b": {}}, "d": b"1"})
@example({"a": {"a": {"a": b"1"}}, "aa": {"a": b"2"}})
def test_the_length_of_a_stream_is_what_the_reference_hashes(tree: dict) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = build(Path(temporary, "data"), tree)
        length = StreamLength()
        with suppress(UndefinedTreeError):  # names that differ only in case
            for entry in measuring(folder, Algorithm.MD5, hasher=Here()).manifest():
                length.add(entry.path, entry.size)
        if has_twins(tree):
            return
        assert length.total == md5_from_scratch(folder, Length()).total
