"""Digests from memory are those from scratch, whatever happened to the data in between."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from data_support import LFS, facts_of
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from repro_check.data import Algorithm, State, StatIndex, declarations, verify
from repro_check.data.batches import Batch, Hashed, hash_batch
from repro_check.data.hashers import Here
from repro_check.data.index import RACY_NS
from repro_check.data.measuring import Difference, Measure, OverBudget
from repro_check.data.schemes import scheme_of
from repro_check.data.stream_length import StreamLength
from repro_check.data.verify import Means
from repro_check.runtime.junk import is_junk
from repro_check.runtime.manifest import Entry
from repro_check.runtime.pointers import PointerMet
from repro_check.runtime.trees import UndefinedTreeError

WINDOW_NS = 20_000_000
"""Younger files are read again; longer than a tick of the kernel's clock, and soon over."""

ALGORITHMS = [
    Algorithm.MD5,
    Algorithm.TREE_MD5,
    Algorithm.TREE_SHA256,
    Algorithm.TREE_BLAKE3,
    Algorithm.DVC,
]


def soon() -> int:
    return time.time_ns() + RACY_NS - WINDOW_NS


def wait() -> None:
    """Until what was written last is old enough to be remembered."""
    time.sleep(1.5 * WINDOW_NS / 1e9)


# The definitions, as plainly as they can be written down.


def md5_from_scratch(folder: Path, state=None):
    state = state or hashlib.md5()
    for path in sorted(folder.iterdir(), key=lambda path: str(path).lower()):
        state.update(path.name.encode())
        if path.is_file():
            state.update(path.read_bytes())
        elif path.is_dir():
            md5_from_scratch(path, state)
    return state


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def tree_from_scratch(folder: Path, name: str) -> str:
    blake3 = pytest.importorskip("blake3").blake3
    new = blake3 if name == "blake3" else getattr(hashlib, name)
    whole = new(b"")
    for path, content in files_of(folder):
        if not any(map(is_junk, path.split("/"))):
            whole.update(f"{new(content).hexdigest()} {len(content)} {path}\0".encode())
    return f"tree:{name}:{whole.hexdigest()}"


def dvc_from_scratch(folder: Path) -> str:
    records = [
        {"md5": hashlib.md5(content).hexdigest(), "relpath": path}
        for path, content in files_of(folder)
    ]
    return hashlib.md5(json.dumps(records).encode()).hexdigest() + ".dir"


def from_scratch(folder: Path, algorithm: Algorithm) -> str:
    if algorithm is Algorithm.MD5:
        return md5_from_scratch(folder).hexdigest()
    if algorithm is Algorithm.DVC:
        return dvc_from_scratch(folder)
    return tree_from_scratch(folder, algorithm.value.removeprefix("tree:"))


# What may happen to a file. Each takes the folder, a file in it and a number.


def change_at_the_same_size(_folder: Path, file: Path, number: int) -> None:
    content = bytearray(file.read_bytes() or b"")
    if content:
        content[number % len(content)] ^= 1
        file.write_bytes(content)


def change_at_the_same_size_and_time(folder: Path, file: Path, number: int) -> None:
    status = file.stat()
    change_at_the_same_size(folder, file, number)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def grow(_folder: Path, file: Path, number: int) -> None:
    with file.open("ab") as stream:
        stream.write(b"x" * (1 + number % 3))


def empty(_folder: Path, file: Path, _number: int) -> None:
    file.write_bytes(b"")


def remove(_folder: Path, file: Path, _number: int) -> None:
    file.unlink()


def add(folder: Path, _file: Path, number: int) -> None:
    below = folder / ["", "sub", "zz/deep"][number % 3]
    below.mkdir(parents=True, exist_ok=True)
    (below / f"n{number}").write_bytes(b"n" * (number % 4))


def add_an_empty_folder(folder: Path, _file: Path, number: int) -> None:
    (folder / f"e{number}").mkdir(exist_ok=True)


def add_junk(_folder: Path, file: Path, _number: int) -> None:
    (file.parent / ".DS_Store").write_bytes(b"j")


def rename(_folder: Path, file: Path, number: int) -> None:
    file.rename(file.with_name(f"{file.name}{number % 3}"))


def rename_in_another_case(_folder: Path, file: Path, _number: int) -> None:
    if not file.with_name(file.name.swapcase()).exists():
        file.rename(file.with_name(file.name.swapcase()))


def move_to_the_top(folder: Path, file: Path, _number: int) -> None:
    if not (folder / file.name).exists():
        file.rename(folder / file.name)


def touch(_folder: Path, file: Path, number: int) -> None:
    os.utime(file, ns=(number, number))


def change_the_mode(_folder: Path, file: Path, number: int) -> None:
    file.chmod(0o600 + number % 64)


def swap_with_another(folder: Path, file: Path, number: int) -> None:
    others = sorted(path for path in folder.rglob("*") if path.is_file())
    other = others[number % len(others)]
    if other != file:
        file.rename(folder / "swap")
        other.rename(file)
        (folder / "swap").rename(other)


def replace_by_a_copy(_folder: Path, file: Path, _number: int) -> None:
    shutil.copy2(file, f"{file}.copy")
    Path(f"{file}.copy").replace(file)


def move_a_byte_from_the_content_into_the_name(_folder: Path, file: Path, _number: int) -> None:
    content = file.read_bytes()
    name = file.name + content[:1].decode("ascii", "replace")
    if name.isalnum() and not file.with_name(name).exists():
        file.write_bytes(content[1:])
        file.rename(file.with_name(name))


def move_a_byte_from_the_name_into_the_content(_folder: Path, file: Path, _number: int) -> None:
    name, last = file.name[:-1], file.name[-1:]
    if name.strip(".") and not file.with_name(name).exists():
        file.write_bytes(last.encode() + file.read_bytes())
        file.rename(file.with_name(name))


def turn_a_file_into_a_folder_with_the_same_stream(_folder: Path, file: Path, _number: int) -> None:
    content = file.read_bytes()
    if content and content.decode("ascii", "replace").isalnum() and len(content) < 200:
        file.unlink()
        file.mkdir()
        (file / content.decode()).write_bytes(b"")


def turn_into_a_link(folder: Path, file: Path, number: int) -> None:
    others = sorted(path for path in folder.rglob("*") if path.is_file() and path != file)
    if others:
        other = others[number % len(others)].resolve()
        if other != file.resolve():
            file.unlink()
            file.symlink_to(os.path.relpath(other, file.parent))


EDITS = [
    *(change_at_the_same_size, change_at_the_same_size_and_time, grow, empty, remove, add),
    *(add_an_empty_folder, add_junk, rename, rename_in_another_case, move_to_the_top, touch),
    *(change_the_mode, swap_with_another, replace_by_a_copy, turn_into_a_link),
    move_a_byte_from_the_content_into_the_name,
    move_a_byte_from_the_name_into_the_content,
    turn_a_file_into_a_folder_with_the_same_stream,
]
SAME_STREAM = [
    move_a_byte_from_the_content_into_the_name,
    move_a_byte_from_the_name_into_the_content,
    turn_a_file_into_a_folder_with_the_same_stream,
]


class Step(NamedTuple):
    edit: Callable[[Path, Path, int], None]
    which: int
    number: int
    waits: bool


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(EDITS) | st.sampled_from(SAME_STREAM),
        st.integers(0, 20),
        st.integers(0, 20),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)
START = {"a": b"1", "ab": b"", "B": b"22", "sub/c": b"333", "sub/d": b"333", "zz/x": b"q"}


def make(folder: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def apply(step: Step, folder: Path) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    file = files[step.which % len(files)] if files else folder / "first"
    if not files:
        file.write_bytes(b"1")
    step.edit(folder, file, step.number)


def outcome_of(measure: Callable[[], str]) -> str:
    try:
        return measure()
    except UndefinedTreeError as error:
        return f"undefined: {error.reason}"


def declared(root: Path, algorithm: Algorithm, digest: str):
    if algorithm is Algorithm.DVC:
        text = f"outs:\n- md5: {digest}\n  path: data\n  hash: md5\n"
        from repro_check.data.dvc_outs import outs

        (found,) = outs(facts_of(text), "data.dvc")
        return found, "data.dvc"
    (root / "conf.yaml").write_text("x: 1\n")
    (found,) = declarations(
        facts_of(f'dir: data\n{"md5" if ":" not in digest else "digest"}: "{digest}"\n')
    )
    return found, "conf.yaml"


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("which", [1, 4])
def test_after_an_edit_digest_and_verdict_are_those_from_scratch(edit, which) -> None:
    follow([Step(edit, which, 0, waits=True)])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
@example([Step(swap_with_another, 3, 4, True), Step(swap_with_another, 0, 2, True)])
@example([Step(rename_in_another_case, 1, 0, True), Step(change_at_the_same_size, 1, 0, False)])
def test_after_any_edits_digest_and_verdict_are_those_from_scratch(steps: list[Step]) -> None:
    follow(steps)


def follow(steps: list[Step]) -> None:
    """Edit data step by step, and compare memory with what is there after each."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary, "repo")
        folder = make(root / "data", START)
        index = StatIndex(Path(temporary, "index"), clock=soon)
        recorded = {one: from_scratch(folder, one) for one in ALGORITHMS}
        wait()
        for algorithm in ALGORITHMS:
            scheme = scheme_of(algorithm, root=root, path=folder)
            found = Measure(folder, scheme, index=index, hasher=Here()).digest(keep_files=True)
            assert found.digest == recorded[algorithm]
        for step in steps:
            apply(step, folder)
            if step.waits:
                wait()
            for algorithm in ALGORITHMS:
                compare(folder, algorithm, recorded[algorithm], index)


def compare(folder: Path, algorithm: Algorithm, recorded: str, index: StatIndex) -> None:
    root = folder.parent
    scheme = scheme_of(algorithm, root=root, path=folder)
    plain = outcome_of(lambda: Measure(folder, scheme, hasher=Here()).digest().digest)
    if not plain.startswith("undefined"):
        assert plain == from_scratch(folder, algorithm)
    # first as a check does, which may stop early, then as the command does that records
    declaration, config = declared(root, algorithm, recorded)
    verdict = verify(
        declaration, root=root, config_path=config, means=Means(index=index, hasher=Here())
    )
    if plain.startswith("undefined"):
        assert verdict.state is State.UNDEFINED
        return
    assert verdict.state is (State.MATCH if plain == recorded else State.MISMATCH)
    assert verdict.actual in ("", plain)
    again = Measure(folder, scheme, index=index, hasher=Here())
    assert again.digest().digest == plain
    entries = list(again.manifest())
    assert entries == list(Measure(folder, scheme, hasher=Here()).manifest())


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
