"""The memory of files: whole or none, bounded, and never believed when it is damaged."""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repro_check.data import Algorithm, StatIndex
from repro_check.data.hashing.hashers import Here
from repro_check.data.hashing.listing import list_tree
from repro_check.data.hashing.measuring import Measure
from repro_check.data.hashing.memory import RACY, Memory, Remembered, Writer, stat_text
from repro_check.data.hashing.schemes import scheme_of
from repro_check.runtime.manifest import Entry
from repro_check.runtime.trees import UndefinedTreeError

LATER = 10_000_000_000
ODD = [
    "a",
    "a b",
    " a",
    "a\nb",
    '"',
    "é\u0301",
    "\u00a0",
    "\u202e",
    "\U0001f9ea/x",
    "e/",
    "\x85",
    "\r",
]


def kept(file: Path, *remembered: tuple[Entry, str], digest: str = "d" * 32) -> Memory | None:
    writer = Writer(file)
    try:
        for entry, stat in remembered:
            writer.add(entry, stat)
        writer.keep(digest)
    finally:
        writer.close()
    return Memory.open(file)


ENTRIES = st.builds(
    Entry,
    st.text(st.characters(exclude_characters="\0"), min_size=1) | st.sampled_from(ODD),
    st.integers(0, 2**63),
    st.text("0123456789abcdef", min_size=32, max_size=64) | st.just(""),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(ENTRIES, st.sampled_from([RACY, "1,2,3,4,5"])), max_size=20))
def test_what_is_kept_is_remembered_in_the_same_order(tmp_path_factory, remembered) -> None:
    memory = kept(tmp_path_factory.mktemp("memory") / "m", *remembered)
    assert memory is not None
    assert memory.digest == "d" * 32
    for _ in range(2):
        assert list(memory) == [Remembered(*one) for one in remembered]


@pytest.mark.parametrize("digest", ["d" * 32, "tree:sha256:" + "d" * 64, "d" * 32 + ".dir"])
def test_the_digest_of_the_whole_is_remembered(tmp_path, digest) -> None:
    memory = kept(tmp_path / "m", digest=digest)
    assert memory is not None
    assert memory.digest == digest
    assert list(memory) == []


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "kept" / "m"
    assert kept(file, *((Entry(f"f{n}", n, "a" * 32), f"{n},1,1,1,1") for n in range(50)))
    return file


def every_line_swapped(content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join([lines[0], *reversed(lines[1:-2]), *lines[-2:]])


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda content: b"",
    "one byte": lambda content: b"\n",
    "cut at a line": lambda content: content[: content.rfind(b"\nend") + 1],
    "cut in a line": lambda content: content[:200],
    "the last byte": lambda content: content[:-1],
    "the head": lambda content: content[20:],
    "a flipped bit": lambda content: content.replace(b"aaaa", b"aaab", 1),
    "a flipped digest": lambda content: content.replace(b"dddd", b"eeee", 1),
    "a flipped end": lambda content: content[:-2] + b"z\n",
    "twice": lambda content: content * 2,
    "a tail": lambda content: content + b"x",
    "another order": every_line_swapped,
    "zeros": lambda content: bytes(len(content)),
    "not UTF-8": lambda content: content.replace(b"f1 ", b"\xff\xfe"),
    "not UTF-8 at all": lambda content: b"\xff" * 500,
    "lines of Windows": lambda content: content.replace(b"\n", b"\r\n"),
    "no lines": lambda content: content.replace(b"\n", b" "),
    "a conflict": lambda content: b"<<<<<<< HEAD\n" + content,
    "only an end": lambda content: b"end "
    + hashlib.blake2b(digest_size=16).hexdigest().encode()
    + b"\n",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_memory_is_none(file, damage) -> None:
    content = file.read_bytes()
    changed = damage(content)
    assert changed != content or damage(b"f1 x") != b"f1 x"
    file.write_bytes(changed)
    memory = Memory.open(file)
    assert memory is None or changed == content


def test_a_memory_that_ends_anywhere_is_none(file) -> None:
    content = file.read_bytes()
    for end in range(0, len(content), 7):
        file.write_bytes(content[:end])
        assert Memory.open(file) is None


def signed(*lines: bytes) -> bytes:
    """A memory that was made by hand, with the right check sum."""
    content = b"".join(line + b"\n" for line in lines)
    return content + b"end " + hashlib.blake2b(content, digest_size=16).hexdigest().encode() + b"\n"


HEAD = b"repro-check files 1"
FORGED = {
    "no fields": (HEAD, b"x", b"digest d"),
    "no size": (HEAD, b"a three 1,2 f", b"digest d"),
    "a bad name": (HEAD, b'a 3 1,2 "f', b"digest d"),
    "a number for a name": (HEAD, b'a 3 1,2 "', b"digest d"),
    "a huge number": (HEAD, b"a " + b"9" * 5_000 + b" 1,2 f", b"digest d"),
    "not UTF-8": (HEAD, b"a 3 1,2 \xff", b"digest d"),
    "a digest that is not UTF-8": (HEAD, b"a 3 1,2 f", b"digest \xff"),
    "another head": (b"something else", b"a 3 1,2 f", b"digest d"),
    "no head": (b"a 3 1,2 f", b"digest d"),
    "no digest": (HEAD, b"a 3 1,2 f"),
    "nothing but a digest": (b"digest d",),
    "an empty digest": (HEAD, b"digest "),
    "wrong order": (HEAD, b"a 3 - z", b"a 3 - a", b"a 3 - z", b"digest d"),
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for name in "abc":
        (folder / name).write_bytes(name.encode())
    return folder


def measured(index: StatIndex | None, data: Path, algorithm: Algorithm) -> str:
    scheme = scheme_of(algorithm, root=data.parent, path=data)
    return Measure(data, scheme, index=index, hasher=Here()).digest(keep_files=True).digest


@pytest.mark.parametrize("lines", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize("algorithm", [Algorithm.MD5, Algorithm.TREE_SHA256])
def test_a_forged_memory_gives_no_wrong_digest_and_no_bug(data, tmp_path, lines, algorithm) -> None:
    index = StatIndex(tmp_path / "index")
    measured(index, data, algorithm)
    (place,) = (tmp_path / "index" / "data-files").iterdir()
    place.write_bytes(signed(*lines))
    outcome = digest_or_error(index, data, algorithm)
    if isinstance(outcome, UndefinedTreeError):
        assert "damaged" in outcome.reason
        assert outcome.path == str(place)
        assert "delete" in outcome.fix
    else:
        assert outcome == measured(None, data, algorithm)


def digest_or_error(index: StatIndex, data: Path, algorithm: Algorithm) -> str | UndefinedTreeError:
    try:
        return measured(index, data, algorithm)
    except UndefinedTreeError as error:
        return error


@pytest.mark.parametrize("line", [b"\0" * 1_000, b"x", b"\n"])
def test_a_memory_of_gigabytes_is_not_taken_into_memory(tmp_path, line) -> None:
    """A hole of 2 GiB in one line, read by a process that may have 400 MB."""
    file = tmp_path / "m"
    with file.open("wb") as stream:
        stream.write(HEAD + b"\n" + line)
        stream.truncate(2 << 30)
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from repro_check.data.hashing.memory import Memory\n"
        "resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))\n"
        "print(Memory.open(Path(sys.argv[1])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "None\n", done.stderr


def a_pipe(file: Path) -> None:
    os.mkfifo(file)


def a_folder(file: Path) -> None:
    file.mkdir()


def a_link_to_itself(file: Path) -> None:
    file.symlink_to(file.name)


@pytest.mark.parametrize("put", [a_pipe, a_folder, a_link_to_itself])
@pytest.mark.parametrize("algorithm", [Algorithm.MD5, Algorithm.TREE_SHA256])
def test_what_is_no_file_in_its_place_is_neither_waited_for_nor_read(
    data, tmp_path, put, algorithm
) -> None:
    index = StatIndex(tmp_path / "index", clock=lambda: time.time_ns() + LATER)
    expected = measured(index, data, algorithm)
    (place,) = (tmp_path / "index" / "data-files").iterdir()
    for spoilt in (place, index.file):
        spoilt.unlink()
        put(spoilt)
    assert measured(index, data, algorithm) == expected


@pytest.mark.parametrize("place", ["data-index.json", "data-files", "."])
def test_nothing_is_written_where_a_link_leads(data, tmp_path, place) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "file").write_bytes(b"mine")
    folder = tmp_path / "index"
    if place == ".":
        folder.symlink_to(victim)
    else:
        folder.mkdir()
        target = victim / "file" if place.endswith(".json") else victim
        (folder / place).symlink_to(target)
    index = StatIndex(folder, clock=lambda: time.time_ns() + LATER)
    assert measured(index, data, Algorithm.MD5) == measured(None, data, Algorithm.MD5)
    assert [path.name for path in victim.iterdir()] == ["file"]
    assert (victim / "file").read_bytes() == b"mine"


def test_a_memory_that_another_run_replaces_is_not_mixed_with_the_new_one(tmp_path) -> None:
    """Two runs at once: what one has opened must not give the other's files with its own digest."""
    file = tmp_path / "m"
    old = kept(file, (Entry("a", 1, "a" * 32), RACY), digest="0" * 32)
    assert old is not None
    time.sleep(0.02)
    kept(file, (Entry("b", 2, "b" * 32), RACY), digest="1" * 32)
    try:
        entries = [one.entry for one in old]
    except UndefinedTreeError:
        return
    assert entries == [Entry("a", 1, "a" * 32)]


@pytest.mark.parametrize("end", ["keep", "close", "break off"])
def test_nothing_is_left_beside_a_memory(tmp_path, end) -> None:
    writer = Writer(tmp_path / "m")
    writer.add(Entry("a", 1, "a"), RACY)
    if end == "keep":
        writer.keep("d")
    if end != "break off":
        writer.close()
        assert [path.name for path in tmp_path.iterdir()] == ["m"] * (end == "keep")
    else:
        assert Memory.open(tmp_path / "m") is None


def test_what_runs_that_were_killed_left_behind_is_swept_up(data, tmp_path) -> None:
    index = StatIndex(tmp_path / "index")
    old = tmp_path / "index" / "data-files" / ".x.1.abc.tmp"
    fresh = old.with_name(".y.2.abc.tmp")
    old.parent.mkdir(parents=True)
    for file in (old, fresh):
        file.write_bytes(b"half")
    os.utime(old, (time.time() - 3 * 86_400,) * 2)
    measured(index, data, Algorithm.MD5)
    assert not old.exists()
    assert fresh.exists(), "another run may be writing it now"


def limited(*arguments: str, size: int) -> subprocess.CompletedProcess[str]:
    """Run Python where no file may grow above a size, as on a disk that is full."""
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )


@pytest.mark.parametrize("size", [0, 10, 700, 1_500])
def test_a_full_disk_keeps_the_old_memory_and_leaves_nothing_beside_it(file, size) -> None:
    before = file.read_bytes()
    program = (
        "import sys; from pathlib import Path; from repro_check.data.hashing.memory import *\n"
        "writer = Writer(Path(sys.argv[1]))\n"
        "for number in range(200): writer.add(Entry(f'g{number}', 1, 'b' * 32), '1,2,3,4,5')\n"
        "writer.keep('e' * 32); writer.close(); print('went on')"
    )
    done = limited("-c", program, str(file), size=size)
    assert done.stdout == "went on\n", done.stderr
    assert done.stderr == ""
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("size", [0, 10, 150])
def test_a_full_disk_keeps_the_old_index_and_leaves_nothing_beside_it(data, tmp_path, size) -> None:
    index = StatIndex(tmp_path / "index", clock=lambda: time.time_ns() + LATER)
    digest = measured(index, data, Algorithm.MD5)
    before = index.file.read_bytes()
    program = (
        "import sys, time; from pathlib import Path\n"
        "from repro_check.data import Algorithm, StatIndex\n"
        "from repro_check.data.hashing.listing import list_tree\n"
        "data, folder = map(Path, sys.argv[1:])\n"
        "index = StatIndex(folder, clock=lambda: time.time_ns() + 10**10)\n"
        "did = index.record(data, Algorithm.TREE_MD5, list_tree(data), 'd' * 32,"
        " since_ns=index.clock())\n"
        "print(did, index.lookup(data, Algorithm.MD5, list_tree(data)))"
    )
    done = limited("-c", program, str(data), str(index.file.parent), size=size)
    assert done.stdout == f"False {digest}\n", done.stderr
    assert index.file.read_bytes() == before
    assert [path.name for path in index.file.parent.iterdir() if path.is_file()] == [
        index.file.name
    ]


def test_a_folder_that_cannot_be_made_means_no_memory(data, tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"")
    index = StatIndex(tmp_path / "file")
    assert index.writer(data, Algorithm.MD5) is None
    assert index.memory(data, Algorithm.MD5) is None
    assert measured(index, data, Algorithm.MD5) == measured(None, data, Algorithm.MD5)


def test_a_file_that_could_still_change_unseen_looks_like_no_other(data) -> None:
    status = (data / "a").stat()
    newest = max(status.st_mtime_ns, status.st_ctime_ns)
    assert stat_text(status, since_ns=newest + 100, racy_ns=101) == RACY
    settled = stat_text(status, since_ns=newest + 101, racy_ns=100)
    assert settled != RACY
    assert " " not in settled


def test_the_index_and_the_memory_are_of_one_state(data, tmp_path) -> None:
    index = StatIndex(tmp_path / "index", clock=lambda: time.time_ns() + LATER)
    digest = measured(index, data, Algorithm.MD5)
    memory = index.memory(data, Algorithm.MD5)
    assert memory is not None
    assert memory.digest == digest == index.lookup(data, Algorithm.MD5, list_tree(data))
    assert [one.entry.path for one in memory] == ["a", "b", "c"]
