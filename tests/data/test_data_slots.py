"""The walk beside its memory: what is known, what is new, what is gone, and batches of the rest."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repro_check.data import Algorithm
from repro_check.data.hashing.batches import Batch, Hashed
from repro_check.data.hashing.memory import RACY, Remembered
from repro_check.data.hashing.schemes import scheme_of
from repro_check.data.hashing.slots import MOST_BYTES, MOST_FILES, MOST_SLOTS, Slot, filled, slots
from repro_check.runtime.manifest import Entry
from repro_check.runtime.trees import ChangedTreeError, UndefinedTreeError

NAMES = st.sampled_from(["a", "a!", "a0", "B", "b", "sub/a", "sub/B", "sub!", "Z/z/z", "é", "y"])


def look(status: os.stat_result) -> str:
    return f"{status.st_size}"


def make(folder: Path, files: Iterable[str], content: bytes = b"1") -> Path:
    for path in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def walked(
    folder: Path, memory: Iterable[Remembered] = (), algorithm: Algorithm = Algorithm.TREE_MD5
) -> list[Slot | Entry]:
    scheme = scheme_of(algorithm, root=folder.parent, path=folder)
    return list(slots(folder, scheme, memory, look=look))


def remembered(*paths: str, size: int = 1, stat: str = "1") -> list[Remembered]:
    return [Remembered(Entry(path, size, "d"), stat) for path in paths]


@settings(max_examples=80, deadline=None)
@given(st.sets(NAMES), st.sets(NAMES), st.sampled_from([Algorithm.MD5, Algorithm.TREE_MD5]))
def test_every_file_is_met_once_and_every_one_that_is_gone_too(
    there: set[str], known: set[str], algorithm: Algorithm
) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = make(Path(temporary, "data"), there)
        folder.mkdir(exist_ok=True)
        old = make(Path(temporary, "old"), known)
        old.mkdir(exist_ok=True)
        try:
            memory = [
                Remembered(Entry(one.path, 1, "d"), "1")
                for one in walked(old, (), algorithm)
                if isinstance(one, Slot)
            ]
            found = walked(folder, memory, algorithm)
        except UndefinedTreeError:
            assert algorithm is Algorithm.MD5
            assert {"B", "b"} <= there or {"B", "b"} <= known
            return
    present = {one.path: one for one in found if isinstance(one, Slot)}
    gone = [one.path for one in found if isinstance(one, Entry)]
    assert set(present) == there
    assert len(found) == len(present) + len(gone)
    folded = str.lower if algorithm is Algorithm.MD5 else str
    assert {folded(path) for path in gone} == set(map(folded, known)) - set(map(folded, there))
    for path, slot in present.items():
        assert (slot.known is not None) is (path in known)
        assert (slot.old is not None) is (folded(path) in set(map(folded, known)))


def test_a_memory_in_the_wrong_order_makes_files_unknown_and_no_others_known(tmp_path) -> None:
    folder = make(tmp_path / "data", "abcd")
    found = walked(folder, remembered("c", "a", "d", "b"))
    known = [one.path for one in found if isinstance(one, Slot) and one.known]
    assert [one.path for one in found if isinstance(one, Slot)] == list("abcd")
    assert set(known) <= set("abcd")
    assert all(one.known.path == one.path for one in found if isinstance(one, Slot) and one.known)


@pytest.mark.parametrize(
    ("stat", "is_known"), [("1", True), ("2", False), (RACY, False), ("", False)]
)
def test_a_file_is_known_only_if_it_looks_as_it_did(tmp_path, stat, is_known) -> None:
    folder = make(tmp_path / "data", "a")
    (slot,) = walked(folder, remembered("a", stat=stat))
    assert (slot.known is not None) is is_known
    assert slot.old == Entry("a", 1, "d")


def test_a_file_that_looks_like_one_that_may_change_unseen_is_never_known(tmp_path) -> None:
    folder = make(tmp_path / "data", "a")
    scheme = scheme_of(Algorithm.TREE_MD5, root=tmp_path, path=folder)
    (slot,) = slots(folder, scheme, remembered("a", stat=RACY), look=lambda _status: RACY)
    assert isinstance(slot, Slot)
    assert slot.known is None


def test_a_name_in_another_case_is_another_file_though_in_its_place(tmp_path) -> None:
    folder = make(tmp_path / "data", "A")
    (slot,) = walked(folder, remembered("a"), Algorithm.MD5)
    assert slot.known is None
    assert slot.old == Entry("a", 1, "d")


def test_only_the_md5_recursion_counts_empty_folders(tmp_path) -> None:
    folder = make(tmp_path / "data", ["a"])
    (folder / "empty").mkdir()
    assert [one.path for one in walked(folder, (), Algorithm.MD5)] == ["a", "empty/"]
    assert [one.path for one in walked(folder)] == ["a"]


def test_an_empty_folder_needs_no_reading(tmp_path) -> None:
    (tmp_path / "data" / "empty").mkdir(parents=True)
    (slot,) = walked(tmp_path / "data", (), Algorithm.MD5)
    assert slot.known == Entry("empty/", 0, "")
    assert slot.old is None


def test_a_single_file_is_walked_under_its_own_name(tmp_path) -> None:
    (tmp_path / "x.csv").write_bytes(b"12")
    (slot,) = walked(tmp_path / "x.csv")
    assert (slot.path, slot.real, slot.size) == ("x.csv", str(tmp_path / "x.csv"), 2)


def test_a_file_that_vanishes_during_the_walk_is_one_that_changed(tmp_path) -> None:
    folder = make(tmp_path / "data", "ab")
    scheme = scheme_of(Algorithm.TREE_MD5, root=tmp_path, path=folder)
    walk = slots(folder, scheme, (), look=look)
    next(walk)
    (folder / "b").unlink()
    with pytest.raises(ChangedTreeError, match="vanished") as caught:
        list(walk)
    assert caught.value.path == str(folder / "b")


def slot(number: int, *, size: int = 1, is_known: bool = False) -> Slot:
    known = Entry(f"{number}", size, "known") if is_known else None
    return Slot(f"{number}", f"/{number}", size, "1", known, None)


class Recording:
    """A hasher that keeps what it was given, and asks for so many batches ahead."""

    def __init__(self, ahead: int = 0) -> None:
        self.batches: list[Batch] = []
        self.ahead = ahead

    def digests(self, batches: Iterable[Batch]) -> Iterator[tuple[Hashed, ...]]:
        waiting: list[Batch] = []
        for batch in batches:
            self.batches.append(batch)
            waiting.append(batch)
            if len(waiting) > self.ahead:
                yield self._hashed(waiting.pop(0))
        yield from map(self._hashed, waiting)

    def _hashed(self, batch: Batch) -> tuple[Hashed, ...]:
        return tuple(Hashed(f"of {path}", len(path)) for path in batch.paths)


@pytest.mark.parametrize("ahead", [0, 1, 5, 1_000])
def test_every_slot_gets_its_own_entry_in_order_however_far_ahead_is_hashed(ahead) -> None:
    given = [slot(number, is_known=number % 3 == 0) for number in range(3_000)]
    found = list(filled(given, "md5", Recording(ahead)))
    assert [one for one, _ in found] == given
    for one, entry in found:
        assert entry == (one.known or Entry(one.path, len(one.real), f"of {one.real}"))


def test_batches_are_bounded_in_files_bytes_and_slots() -> None:
    hasher = Recording()
    given = [
        *(slot(n) for n in range(1_000)),
        *(slot(n, size=10 << 20) for n in range(10)),
        slot(0, size=100 << 20),
        slot(1),
        *(slot(n, is_known=True) for n in range(5_000)),
    ]
    list(filled(given, "md5", hasher))
    assert sum(len(batch.paths) for batch in hasher.batches) == 1_012
    for batch in hasher.batches:
        assert len(batch.paths) <= MOST_FILES
        assert batch.size <= MOST_BYTES or len(batch.paths) == 1
    assert any(not batch.paths for batch in hasher.batches), "known files alone need no hashing"


def test_slots_are_not_held_for_the_whole_walk() -> None:
    asked = done = 0

    def many() -> Iterator[Slot]:
        nonlocal asked
        for number in range(20_000):
            asked += 1
            assert asked - done <= 2 * MOST_SLOTS
            yield slot(number, is_known=True)

    for _ in filled(many(), "md5", Recording()):
        done += 1
    assert done == 20_000


def test_a_tick_is_given_for_known_files_too() -> None:
    ticks: list[int] = []
    list(filled([slot(0, size=7, is_known=True), slot(1)], "md5", Recording(), ticks.append))
    assert ticks == [7, 2]


def test_nothing_makes_no_batches() -> None:
    hasher = Recording()
    assert list(filled([], "md5", hasher)) == []
    assert hasher.batches == []
