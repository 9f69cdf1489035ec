"""Data of which one file changed: how long it takes to tell, and how much is read for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from calls import Call, measure_calls
from comparison import Row, bytes_text, slower
from data_plan import Plan, settle

from repro_check.data import Algorithm
from repro_check.data.hashing.batches import Batch, Hashed
from repro_check.data.hashing.hashers import Here
from repro_check.data.hashing.index import StatIndex
from repro_check.data.hashing.measuring import Measure
from repro_check.data.hashing.schemes import scheme_of

SIZE = 2_048
_IO = Path("/proc/self/io")


class Counted:
    """Hashes in this process, and counts the bytes that it was given."""

    def __init__(self) -> None:
        self.size = 0

    def digests(self, batches: Iterable[Batch]) -> Iterator[tuple[Hashed, ...]]:
        for hashed in Here().digests(batches):
            self.size += sum(one.size for one in hashed)
            yield hashed


class Scene:
    """A tree of which every file is remembered, and one changes again and again.

    Attributes:
        hashed: bytes that the last look had hashed file by file.
        read: bytes that it read in all, those of the index included.
    """

    def __init__(self, plan: Plan, tree: Path, algorithm: Algorithm) -> None:
        self._file = tree / "part_0000" / "sample_0000500"
        self._hasher = Counted()
        scheme = scheme_of(algorithm, root=tree, path=tree)
        index = StatIndex(plan.fresh())
        self._task = Measure(tree, scheme, index=index, hasher=self._hasher)
        self.hashed = self.read = self._changes = 0
        settle()
        self._recorded = self._task.digest(keep_files=True).digest

    def touch(self) -> None:
        settle(self._file.touch)

    def change(self) -> None:
        self._changes += 1
        new = b"%08d" % self._changes + self._file.read_bytes()[8:]
        settle(partial(self._file.write_bytes, new))

    def verify(self) -> None:
        """Say whether the data are the recorded ones, as `data verify` does."""
        self._look(recorded=self._recorded)

    def record(self) -> None:
        """Find the new digest, as `data lock --update` does."""
        self._look()

    def _look(self, recorded: str = "") -> None:
        before = _bytes_read()
        self._hasher.size = 0
        self._task.digest(recorded=recorded, keep_files=not recorded)
        self.read = _bytes_read() - before
        self.hashed = self._hasher.size


def rows(plan: Plan) -> Iterator[Row]:
    tree = plan.small(100_000, SIZE)
    for algorithm in (Algorithm.MD5, Algorithm.TREE_SHA256):
        scene = Scene(plan, tree, algorithm)
        for what, before, run in (
            ("touched: `verify`", scene.touch, scene.verify),
            ("changed: `verify`", scene.change, scene.verify),
            ("changed: `lock --update`", scene.change, scene.record),
        ):
            words = f"{algorithm.value}, one of {plan.count(100_000):,} files {what}"
            yield from _rows(plan, algorithm, tree, scene, Call(words, run, before))


def _rows(
    plan: Plan, algorithm: Algorithm, tree: Path, scene: Scene, change: Call
) -> Iterator[Row]:
    cold = f"cold {algorithm.value}"
    fresh = Measure(tree, scheme_of(algorithm, root=tree, path=tree), hasher=Here())
    outcomes = measure_calls([Call(cold, fresh.digest), change], min(plan.rounds, 3))
    yield slower(outcomes, change.name, cold, change.name)
    all_data = plan.count(100_000) * SIZE
    if scene.read > all_data:
        there, size, read, goal = "all data", all_data, scene.read, 0.0
    else:
        there, size, read, goal = "the file", SIZE, scene.hashed, 1.0
    what = f"{change.name}: read again ({bytes_text(scene.read)} with the index)"
    yield Row(what, bytes_text(read), there, bytes_text(size), read / size, at_most=goal)


def _bytes_read() -> int:
    """Bytes that this process asked for so far; 0 where the system does not say."""
    if not _IO.exists():
        return 0
    return int(_IO.read_text(encoding="ascii").split("\n", 1)[0].removeprefix("rchar:"))
