"""Who hashes: nothing is lost or mixed up by a pool, whatever becomes of its processes."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from data_support import ANNEX, LFS

from repro_check.data.hashing.batches import Batch, Hashed, hash_batch, hash_one
from repro_check.data.hashing.hashers import Here, Pool
from repro_check.data.hashing.workers import spread
from repro_check.runtime.pointers import PointerMet
from repro_check.runtime.trees import ChangedTreeError, UndefinedTreeError

LARGE = 100 << 20
"""As a batch's size it calls for a pool, whatever the files hold."""


class Two:
    """A pool of two processes on any machine."""

    def digests(self, batches: Iterable[Batch]) -> Iterator[tuple[Hashed, ...]]:
        return spread(batches, 2, hash_batch)


HASHERS = [Here, Pool, Two]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for number in range(40):
        (tmp_path / f"f{number}").write_bytes(b"%d" % number)
    return [str(tmp_path / f"f{number}") for number in range(40)]


def batches_of(files: list[str], *, size: int = LARGE) -> Iterator[Batch]:
    for number in range(0, len(files), 3):
        yield Batch("md5", tuple(files[number : number + 3]), size)


def expected(files: list[str]) -> list[Hashed]:
    contents = (Path(file).read_bytes() for file in files)
    return [Hashed(hashlib.md5(content).hexdigest(), len(content)) for content in contents]


def flat(found: Iterable[tuple[Hashed, ...]]) -> list[Hashed]:
    return [one for batch in found for one in batch]


@pytest.mark.parametrize("hasher", HASHERS)
@pytest.mark.parametrize("size", [0, LARGE])
def test_every_hasher_gives_the_digests_in_order(files, hasher, size) -> None:
    assert flat(hasher().digests(batches_of(files, size=size))) == expected(files)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("hasher", HASHERS)
def test_no_batches_give_nothing(hasher) -> None:
    assert list(hasher().digests([])) == []
    assert list(hasher().digests([Batch("md5", ())] * 3)) == [()] * 3


@pytest.mark.parametrize("name", ["md5", "sha256", "blake3", "md5-dos2unix"])
def test_a_pool_knows_every_hash(files, name) -> None:
    if name == "blake3":
        pytest.importorskip("blake3")
    batch = Batch(name, tuple(files), LARGE)
    assert list(Two().digests([batch])) == [hash_batch(batch)]


@pytest.mark.parametrize("hasher", HASHERS)
@pytest.mark.parametrize("content", [LFS, ANNEX])
def test_a_pointer_stops_every_hasher_and_its_path_is_told(files, hasher, content) -> None:
    Path(files[20]).write_bytes(content)
    found = hasher().digests(batches_of(files))
    with pytest.raises(PointerMet) as caught:
        list(found)
    assert caught.value.args == (files[20],)
    assert multiprocessing.active_children() == []


def gather(batches: Iterable[tuple[Hashed, ...]], found: list[tuple[Hashed, ...]]) -> None:
    for batch in batches:
        found.append(batch)  # noqa: PERF402 - what came before an error is to be kept


@pytest.mark.parametrize("hasher", HASHERS)
def test_what_came_before_an_error_is_not_lost(files, hasher) -> None:
    Path(files[20]).unlink()
    found = []
    with pytest.raises(ChangedTreeError):
        gather(hasher().digests(batches_of(files)), found)
    assert flat(found) == [
        Hashed(hashlib.md5(b"%d" % n).hexdigest(), len(str(n))) for n in range(18)
    ]


def vanished(path: Path) -> None:
    path.unlink()


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("hasher", HASHERS)
@pytest.mark.parametrize(
    ("spoil", "kind"),
    [(vanished, ChangedTreeError), (a_pipe, UndefinedTreeError), (a_folder, UndefinedTreeError)],
)
def test_an_error_comes_home_with_path_reason_and_advice(files, hasher, spoil, kind) -> None:
    spoil(Path(files[20]))
    with pytest.raises(UndefinedTreeError) as caught:
        list(hasher().digests(batches_of(files)))
    assert type(caught.value) is kind
    assert caught.value.path == files[20]
    assert caught.value.reason
    assert caught.value.fix


def test_a_missing_package_is_said_by_a_process_as_by_this_one(files) -> None:
    program = (
        "import sys; sys.modules['blake3'] = None\n"
        "from repro_check.data.hashing.workers import spread; from repro_check.data.hashing.batches import Batch, hash_batch\n"
        "try: list(spread([Batch('blake3', (sys.argv[1],), 1 << 30)] * 9, 2, hash_batch))\n"
        "except ModuleNotFoundError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, files[0]], capture_output=True, text=True, check=False
    )
    assert "pip install blake3" in done.stdout, done.stderr


@pytest.mark.parametrize("when", [1, 5, 12])
@pytest.mark.parametrize("how_many", ["one", "all"])
def test_a_worker_that_is_killed_loses_no_batch(files, when, how_many) -> None:
    found = []
    for number, batch in enumerate(Two().digests(batches_of(files))):
        found.append(batch)
        if number == when:
            children = multiprocessing.active_children()
            assert children
            for child in children[: 1 if how_many == "one" else None]:
                os.kill(child.pid, signal.SIGKILL)
    assert flat(found) == expected(files)
    assert multiprocessing.active_children() == []


def test_workers_that_are_killed_in_the_middle_of_large_files_lose_nothing(tmp_path) -> None:
    for number in range(6):
        with (tmp_path / f"f{number}").open("wb") as stream:
            stream.write(b"%d" % number)
            stream.truncate(24 << 20)
    files = [str(tmp_path / f"f{number}") for number in range(6)]
    killer = threading.Timer(0.05, kill_children)
    killer.start()
    try:
        found = flat(Two().digests(Batch("md5", (file,), LARGE) for file in files))
    finally:
        killer.join()
    assert found == [hash_one(file, "md5") for file in files]


def kill_children() -> None:
    for child in multiprocessing.active_children():
        os.kill(child.pid, signal.SIGKILL)


@pytest.mark.parametrize(("size", "most"), [(0, 70), (LARGE, 70)])
@pytest.mark.parametrize("hasher", HASHERS)
def test_batches_are_asked_for_only_a_little_ahead(files, hasher, size, most) -> None:
    """A tree of millions of files is walked while it is hashed, and never held."""
    asked = 0

    def batches() -> Iterator[Batch]:
        nonlocal asked
        for number in range(400):
            asked += 1
            yield Batch("md5", (files[number % 40],), size)

    ahead = 0
    for done, _ in enumerate(hasher().digests(batches()), start=1):
        ahead = max(ahead, asked - done)
    assert done == asked == 400
    assert ahead <= most


def test_a_hundred_thousand_batches_with_nothing_to_do_start_no_process() -> None:
    asked = done = 0

    def batches() -> Iterator[Batch]:
        nonlocal asked
        for _ in range(100_000):
            asked += 1
            assert asked - done <= 65
            yield Batch("md5", ())

    for found in Pool().digests(batches()):
        assert found == ()
        done += 1
    assert done == 100_000
    assert multiprocessing.active_children() == []


def test_who_stops_asking_leaves_no_process(files) -> None:
    found = Two().digests(batches_of(files))
    next(found)
    assert multiprocessing.active_children()
    found.close()
    assert multiprocessing.active_children() == []


def test_an_error_in_the_walk_ends_the_pool(files) -> None:
    def batches() -> Iterator[Batch]:
        yield from batches_of(files[:30])
        raise UndefinedTreeError("here", "is odd", "mend it")

    found = []
    with pytest.raises(UndefinedTreeError, match="is odd"):
        gather(Two().digests(batches()), found)
    assert flat(found) == expected(files)[: 3 * len(found)]
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("most", [1, 2, 3])
def test_where_no_process_can_be_started_the_files_are_hashed_all_the_same(
    tmp_path, files, most
) -> None:
    """As on the login node of a cluster, where a user may have few processes and threads."""
    with (tmp_path / "large").open("wb") as stream:
        stream.truncate(3 << 20)
    program = (
        "import resource, sys\n"
        f"resource.setrlimit(resource.RLIMIT_NPROC, ({most}, {most}))\n"
        "from repro_check.data.hashing.workers import spread; from repro_check.data.hashing.batches import Batch, hash_batch\n"
        "found = list(spread([Batch('md5', tuple(sys.argv[1:]), 1 << 30)] * 9, 2, hash_batch))\n"
        "print(len(found), found[8][-1].digest)"
    )
    words = as_a_user_of_its_own()
    for folder in (tmp_path, *tmp_path.parents):
        if not folder.stat().st_mode & 0o001:
            folder.chmod(0o711)
    paths = [*files, str(tmp_path / "large")]
    done = subprocess.run(
        [*words, sys.executable, "-c", program, *paths],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == f"9 {hashlib.md5(bytes(3 << 20)).hexdigest()}\n", done.stderr


def as_a_user_of_its_own() -> tuple[str, ...]:
    """Words that run a command as a user who has no other process; skips where there are none."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become a user that has no other process")
    user = str(60_000 + os.getpid() % 5_000)
    words = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups")
    program = "import repro_check.data.hashing.hashers"
    done = subprocess.run([*words, sys.executable, "-c", program], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("other users cannot run this Python")
    return words


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux")
def test_a_job_with_one_core_of_a_large_machine_starts_no_process(files) -> None:
    program = (
        "import multiprocessing, os, sys\n"
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from repro_check.data.hashing.hashers import Pool; from repro_check.data.hashing.batches import Batch\n"
        "found = Pool().digests([Batch('md5', tuple(sys.argv[1:]), 1 << 30)] * 9); next(found)\n"
        "print(multiprocessing.active_children())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *files], capture_output=True, text=True, check=False
    )
    assert done.stdout == "[]\n", done.stderr


def test_a_worker_does_not_outlive_a_killed_parent(files) -> None:
    program = (
        "import os, sys, multiprocessing\n"
        "from repro_check.data.hashing.workers import spread; from repro_check.data.hashing.batches import Batch, hash_batch\n"
        "found = spread([Batch('md5', tuple(sys.argv[1:]), 1)] * 50, 2, hash_batch); next(found)\n"
        "print(*(child.pid for child in multiprocessing.active_children()), flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *files],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    # the pipes would stay open, and this would not return, while a worker held them
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split()


def test_a_file_that_changes_once_is_hashed_again(tmp_path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"1" * 3_000_000)
    did = []

    def once(_size: int) -> None:
        if not did:
            did.append(1)
            file.write_bytes(b"2" * 2_000_000)

    found = hash_one(str(file), "md5", tick=once)
    assert found == Hashed(hashlib.md5(b"2" * 2_000_000).hexdigest(), 2_000_000)


def test_a_file_that_changes_twice_is_reported(tmp_path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"1" * 3_000_000)

    def grow(_size: int) -> None:
        with file.open("ab") as stream:
            stream.write(b"2")

    with pytest.raises(ChangedTreeError, match="changed while it was read"):
        hash_one(str(file), "md5", tick=grow)


@pytest.mark.parametrize(
    ("content", "is_pointer"),
    [
        (LFS, True),
        (ANNEX, True),
        (LFS + b"x" * 2_000, False),
        (ANNEX + b"x" * 40_000, False),
        (b"the" + LFS, False),
        (b"", False),
    ],
)
def test_only_what_reads_as_a_pointer_is_one(tmp_path, content, is_pointer) -> None:
    (tmp_path / "x").write_bytes(content)
    if is_pointer:
        with pytest.raises(PointerMet):
            hash_one(str(tmp_path / "x"), "md5")
    else:
        assert hash_one(str(tmp_path / "x"), "md5").size == len(content)


def test_memory_stays_flat_over_many_files(files) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in Pool().digests(Batch("md5", tuple(files)) for _ in range(200)):
        pass
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
