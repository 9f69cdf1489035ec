"""Reading a file into a hash: every byte once, and never a mixture of two states."""

from __future__ import annotations

import hashlib
import os
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from repro_check.runtime.files import BLOCK, Stream, feed, hash_file, new_hash
from repro_check.runtime.hashing import digest
from repro_check.runtime.trees import ChangedTreeError, UndefinedTreeError

LARGE = 3 * BLOCK


@pytest.fixture
def large(tmp_path: Path) -> Path:
    file = tmp_path / "large.bin"
    file.write_bytes(b"a" * LARGE)
    os.utime(file, ns=(10**18, 10**18))
    return file


def collect(file: Path, **options: object) -> bytes:
    parts: list[bytes] = []
    feed(str(file), parts.append, **options)  # type: ignore[arg-type]
    return b"".join(parts)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from([0, 1, 2_047, 2_048, 65_536, BLOCK - 1, BLOCK, BLOCK + 1]), max_size=6)
)
@example([BLOCK] * 6)
@example([])
def test_a_stream_has_the_digest_of_its_portions_in_a_row(sizes: list[int]) -> None:
    state = hashlib.md5()
    with closing(Stream(new_hash("md5"))) as stream:
        for number, size in enumerate(sizes):
            portion = bytes([number]) * size
            stream.update(portion)
            state.update(portion)
        assert stream.hexdigest() == state.hexdigest()


def test_a_stream_that_is_given_up_leaves_no_thread() -> None:
    before = threading.active_count()
    for _ in range(5):
        with closing(Stream(new_hash("sha256"))) as stream:
            stream.update(b"x" * LARGE)
    assert threading.active_count() == before


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, BLOCK - 1, BLOCK, BLOCK + 1, LARGE])
def test_every_byte_is_passed_on_once_and_counted(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    (tmp_path / "x").write_bytes(content)
    heads: list[bytes] = []
    ticks: list[int] = []
    found = collect(
        tmp_path / "x", watch=lambda _path, block: heads.append(block), tick=ticks.append
    )
    assert found == content
    assert sum(ticks) == size
    assert len(heads) == 1
    assert content.startswith(heads[0])
    assert len(heads[0]) <= BLOCK


def test_what_a_watcher_raises_ends_the_reading_and_no_thread_stays(large: Path) -> None:
    def stop(_path: str, _block: bytes) -> None:
        raise KeyError("enough")

    before = threading.active_count()
    with pytest.raises(KeyError, match="enough"):
        hash_file(str(large), "md5", watch=stop)
    assert threading.active_count() == before


def grow(file: Path) -> None:
    with file.open("ab") as stream:
        stream.write(b"more")


def shrink(file: Path) -> None:
    os.truncate(file, LARGE - 5)


def overwrite(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.seek(2 * BLOCK)
        stream.write(b"b" * 100)


def overwrite_and_put_the_time_back(file: Path) -> None:
    status = file.stat()
    overwrite(file)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def empty(file: Path) -> None:
    os.truncate(file, 0)


CHANGES = [grow, shrink, overwrite, overwrite_and_put_the_time_back, empty]


@pytest.mark.parametrize("change", CHANGES)
def test_a_large_file_that_changes_while_it_is_read_is_noticed(large: Path, change) -> None:
    with pytest.raises(ChangedTreeError, match="changed while it was read") as caught:
        collect(large, watch=lambda _path, _block: change(large))
    assert caught.value.path == str(large)
    assert caught.value.fix


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("algorithm", ["md5", "sha256", "tree:sha256"])
def test_a_file_that_changes_once_is_read_again_and_has_its_new_digest(
    large: Path, change, algorithm: str
) -> None:
    reads: list[str] = []

    def watch(path: str, _block: bytes) -> None:
        reads.append(path)
        if len(reads) == 1:
            change(large)

    found = digest(large, algorithm, watch=watch)
    assert len(reads) == 2
    assert found == digest(large, algorithm)


def test_a_file_that_keeps_growing_is_reported_and_not_followed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * BLOCK)
    read = 0

    def append(size: int) -> None:
        # what was read is added at once, so that the end is never reached
        nonlocal read
        read += size
        if read < 50 * BLOCK:
            with log.open("ab") as stream:
                stream.write(b"y" * size)

    with pytest.raises(UndefinedTreeError, match="changed while it was read"):
        digest(tmp_path, "md5", tick=append)
    assert read < 20 * BLOCK, "both times the reading stopped behind the end that was seen"


def test_a_file_that_another_thread_appends_to_has_no_digest(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * BLOCK)
    stop, grown = threading.Event(), threading.Event()

    def append() -> None:
        while not stop.is_set() and log.stat().st_size < 20 * BLOCK:
            with log.open("ab") as stream:
                stream.write(b"y" * 100)
            grown.set()

    def wait(_path: str, _block: bytes) -> None:
        grown.clear()
        grown.wait(30)

    writer = threading.Thread(target=append)
    writer.start()
    try:
        with pytest.raises(UndefinedTreeError, match="changed while it was read"):
            digest(tmp_path, "md5", watch=wait)
    finally:
        stop.set()
        writer.join()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs the proc file system")
def test_a_small_file_that_grew_between_look_and_read_is_noticed() -> None:
    # the kernel says that these hold nothing, and then they do
    with pytest.raises(ChangedTreeError, match="changed while it was read"):
        collect(Path("/proc/self/status"))


def test_a_file_that_another_takes_the_place_of_is_read_anew(large: Path) -> None:
    new = large.with_name("new")
    new.write_bytes(b"b" * LARGE)
    found = digest(large, "md5", watch=lambda _path, _block: new.exists() and new.replace(large))
    assert found == hashlib.md5(b"b" * LARGE).hexdigest()


def test_a_file_that_is_not_there_may_have_vanished(tmp_path: Path) -> None:
    with pytest.raises(ChangedTreeError, match="vanished"):
        collect(tmp_path / "gone")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs the proc file system")
def test_an_error_of_the_disk_is_named() -> None:
    # the first page is never mapped, so reading it is an input/output error
    with pytest.raises(UndefinedTreeError, match="cannot be read") as caught:
        collect(Path("/proc/self/mem"))
    assert os.strerror(5) in caught.value.reason
    assert "readable" in caught.value.fix


def test_errors_use_the_name_that_they_are_given(tmp_path: Path) -> None:
    with pytest.raises(UndefinedTreeError) as caught:
        feed(str(tmp_path / "gone"), len, path="data/a")
    assert caught.value.path == "data/a"


@pytest.mark.parametrize("special", ["/dev/zero", "/dev/full", "/dev/null", "/proc/self/fd"])
def test_what_is_no_regular_file_is_refused(special: str) -> None:
    with pytest.raises(UndefinedTreeError):
        collect(Path(special))


def test_a_pipe_without_a_writer_does_not_make_us_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UndefinedTreeError, match="not a regular file"):
        collect(tmp_path / "pipe")


def test_descriptors_are_closed_whatever_happens(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"1")
    os.mkfifo(tmp_path / "pipe")

    def fail(_path: str, _block: bytes) -> None:
        raise KeyError

    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for _ in range(3):
        for name in ("x", "pipe", "gone", ""):
            with pytest.raises((KeyError, UndefinedTreeError)):
                collect(tmp_path / name, watch=fail)
    assert before in (0, len(os.listdir("/proc/self/fd")))


def test_a_sparse_file_counts_with_all_its_zeros(tmp_path: Path) -> None:
    size = 96 << 20
    with (tmp_path / "sparse").open("wb") as stream:
        stream.truncate(size)
        stream.seek(size // 2)
        stream.write(b"!")
    state = hashlib.md5()
    for start in range(0, size, BLOCK):
        block = bytearray(BLOCK)
        if start == size // 2:
            block[0] = ord("!")
        state.update(block)
    assert hash_file(str(tmp_path / "sparse"), "md5") == (state.hexdigest(), size)


def test_blake3_is_the_hash_of_its_package(tmp_path: Path) -> None:
    blake3 = pytest.importorskip("blake3")
    (tmp_path / "x").write_bytes(b"abc" * 1_000_000)
    assert (
        hash_file(str(tmp_path / "x"), "blake3")[0] == blake3.blake3(b"abc" * 1_000_000).hexdigest()
    )
