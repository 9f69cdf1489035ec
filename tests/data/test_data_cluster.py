"""Hashing by a real Dask scheduler and its worker processes, over TCP on loopback."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from data_cluster_support import kill_worker, slowly

from repro_check.data.cluster import Cluster
from repro_check.data.hashing.batches import Batch, hash_batch
from repro_check.data.remote import remote_manifest
from repro_check.errors import ReproCheckError
from repro_check.runtime.hashing import digest
from repro_check.runtime.manifest import Entry, fold_tree
from repro_check.runtime.pointers import PointerMet
from repro_check.runtime.trees import UndefinedTreeError

distributed = pytest.importorskip("distributed")
HERE = Path(__file__).parent


class Dask:
    """A scheduler, and the workers that a test asks for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", str(self.file))
        until(self.file.exists)

    def _start(
        self, kind: str, *words: str, python_path: Path | str = HERE
    ) -> subprocess.Popen[bytes]:
        variables = os.environ | {
            "PYTHONPATH": str(python_path),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
            "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "critical",
        }
        argv = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", *words]
        log = (self.folder / f"{kind}.log").open("ab")
        return subprocess.Popen(argv, env=variables, cwd=self.folder, stdout=log, stderr=log)

    @property
    def address(self) -> str:
        with self.client() as client:
            return client.scheduler.address

    @contextlib.contextmanager
    def client(self) -> Iterator[distributed.Client]:
        with distributed.Client(scheduler_file=str(self.file), set_as_default=False) as client:
            yield client

    def need(self, count: int, python_path: Path | str = HERE) -> None:
        """Have so many workers running, and known to the scheduler."""
        with self.client() as client:
            until(lambda: self._has(client, count, python_path))

    def _has(self, client: distributed.Client, count: int, python_path: Path | str) -> bool:
        # one that lost the scheduler on a busy machine ends, and another takes its place
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < count:
            words = ("--scheduler-file", str(self.file), "--no-nanny", "--nthreads", "1")
            words += ("--local-directory", str(self.folder), "--memory-limit", "0")
            self.workers.append(self._start("worker", *words, python_path=python_path))
        return len(client.nthreads()) == count

    def drop(self) -> None:
        """Have one worker less."""
        worker = self.workers.pop()
        worker.kill()
        worker.wait()
        self.need(len(self.workers))

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


def until(is_so) -> None:
    deadline = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    dask = Dask(tmp_path_factory.mktemp("dask"))
    yield dask
    dask.stop()


@pytest.fixture
def dask(running):
    running.need(2)
    return running


@pytest.fixture
def tree(tmp_path):
    """Forty files of various sizes."""
    root = tmp_path / "data"
    root.mkdir()
    for number in range(40):
        (root / f"{number:02}").write_bytes(bytes([number]) * number**3)
    return root


def batches_of(root: Path, size: int = 1) -> list[Batch]:
    paths = sorted(str(path) for path in root.iterdir())
    return [Batch("sha256", tuple(paths[n : n + size])) for n in range(0, len(paths), size)]


def folded(batches: list[Batch], results) -> str:
    entries = (
        Entry(Path(path).name, hashed.size, hashed.digest)
        for batch, result in zip(batches, results, strict=True)
        for path, hashed in zip(batch.paths, result, strict=True)
    )
    return fold_tree(entries, "sha256")


@pytest.mark.parametrize("size", [1, 7])
def test_the_digest_is_that_of_one_machine(dask, tree, size):
    batches = batches_of(tree, size)
    with Cluster(str(dask.file)) as cluster:
        assert folded(batches, cluster.digests(batches)) == digest(tree, "tree:sha256")


def test_a_scheduler_is_found_by_its_address(dask, tree):
    batches = batches_of(tree)[:3]
    with Cluster(dask.address) as cluster:
        assert list(cluster.digests(batches)) == [hash_batch(batch) for batch in batches]


def test_a_worker_killed_half_way_loses_nothing(dask, tree):
    expected = digest(tree, "tree:sha256")
    batches = batches_of(tree)
    with Cluster(str(dask.file), task=slowly) as cluster:
        results = cluster.digests(batches)
        first = [next(results) for _ in range(5)]
        by = {number for note in tree.glob("*.by") for number in note.read_text().split()}
        dead = dask.workers[0]
        dead.send_signal(signal.SIGKILL)
        assert folded(batches, [*first, *results]) == expected
    assert by == {str(worker.pid) for worker in dask.workers}
    late = {number for n in range(25, 40) for number in (tree / f"{n}.by").read_text().split()}
    assert late == {str(dask.workers[1].pid)}


def test_objects_are_hashed_by_workers_too(dask, tree):
    with Cluster(str(dask.file)) as cluster:
        entries = remote_manifest(f"file://{tree}", "sha256", hasher=cluster.digests)
        assert fold_tree(entries, "sha256") == digest(tree, "tree:sha256")


def test_what_is_wrong_with_a_file_comes_back_as_it_is(dask, tmp_path):
    pointer = tmp_path / "pointer"
    pointer.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n")
    (tmp_path / "folder").mkdir()
    with Cluster(str(dask.file)) as cluster:
        with pytest.raises(PointerMet):
            list(cluster.digests([Batch("md5", (str(pointer),))]))
        with pytest.raises(UndefinedTreeError) as caught:
            list(cluster.digests([Batch("md5", (str(tmp_path / "folder"),))]))
        assert caught.value.path == str(tmp_path / "folder")
        with pytest.raises(UndefinedTreeError, match="never was there"):
            list(cluster.digests([Batch("md5", (str(tmp_path / "gone"),))]))


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that one process alone sees")
def test_a_file_that_only_this_machine_sees_asks_for_a_shared_folder(dask, tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    with (tmp_path / "a").open("rb") as file, Cluster(str(dask.file)) as cluster:
        number = os.dup2(file.fileno(), 200)
        try:
            with pytest.raises(ReproCheckError, match="sees no file '/proc/self/fd/200'") as caught:
                list(cluster.digests([Batch("md5", ("/proc/self/fd/200",))]))
        finally:
            os.close(number)
    assert "the folder must be shared" in str(caught.value)
    assert caught.value.where.startswith("tcp://")


def test_only_a_few_batches_are_on_their_way(dask, tree):
    asked = 0

    def batches() -> Iterator[Batch]:
        nonlocal asked
        for _ in range(150):
            asked += 1
            yield Batch("md5", (str(tree / "01"),))

    with Cluster(str(dask.file)) as cluster:
        results = cluster.digests(batches())
        next(results)
        assert asked < 20
        assert len(list(results)) == 149


def test_what_is_on_its_way_is_called_back_when_nobody_waits_any_more(dask, tree):
    with Cluster(str(dask.file), task=slowly) as cluster, dask.client() as observer:
        results = cluster.digests(batches_of(tree))
        next(results)
        results.close()
        until(lambda: not any(observer.processing().values()))
        assert len(list(tree.glob("*.by"))) < 20
        assert len(list(cluster.digests(batches_of(tree)[:2]))) == 2


def test_a_batch_that_kills_worker_after_worker_is_named(dask, tree):
    batches = batches_of(tree)
    with (
        Cluster(str(dask.file), task=kill_worker) as cluster,
        pytest.raises(ReproCheckError, match="2 workers died while they read the files from") as e,
    ):
        list(cluster.digests(batches[7:8]))
    assert batches[7].paths[0] in str(e.value)


def stand_in(root: Path, files: dict[str, str]) -> Path:
    """A folder from which a worker imports another package of our name."""
    for path, text in {"__init__.py": "", "data/__init__.py": "", **files}.items():
        file = root / "repro_check" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({}, "cannot import this repro-check"),
        (
            {
                "data/cluster.py": "def version_here(): return '0.0.1'",
            },
            "has repro-check 0.0.1",
        ),
    ],
)
def test_a_worker_with_another_version_is_refused_before_any_work(dask, tmp_path, files, what):
    dask.need(3, python_path=stand_in(tmp_path, files))
    try:
        with pytest.raises(ReproCheckError, match=what), Cluster(str(dask.file)):
            pass
    finally:
        dask.drop()


def test_a_worker_that_comes_later_and_lacks_the_package_spoils_nothing(dask, tree, tmp_path):
    batches, expected = batches_of(tree), digest(tree, "tree:sha256")
    with Cluster(str(dask.file), task=slowly) as cluster:
        dask.need(3, python_path=stand_in(tmp_path / "other", {}))
        try:
            assert folded(batches, cluster.digests(batches)) == expected
        finally:
            dask.drop()


def test_a_worker_without_a_package_that_the_hash_needs_is_an_error(dask, tree, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "blake3.py").write_text("raise ImportError")
    batches = [batch._replace(file_hash="blake3") for batch in batches_of(tree)]
    dask.need(3, python_path=os.pathsep.join([str(tmp_path / "other"), str(HERE)]))
    try:
        with (
            Cluster(str(dask.file), task=slowly) as cluster,
            pytest.raises(ReproCheckError, match=r"lacks what the hashing needs .*blake3"),
        ):
            list(cluster.digests(batches))
    finally:
        dask.drop()


def test_an_interrupt_calls_everything_back(dask, tree):
    code = (
        "import signal, sys\n"
        # a job in the background of a script would have the signal ignored
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from data_cluster_support import slowly\n"
        "from repro_check.data.hashing.batches import Batch\n"
        "from repro_check.data.cluster import Cluster\n"
        "with Cluster(sys.argv[1], task=slowly) as cluster:\n"
        "    for _ in cluster.digests(Batch('md5', (sys.argv[2],)) for _ in range(100_000)):\n"
        "        print('one', flush=True)\n"
    )
    argv = [sys.executable, "-c", code, str(dask.file), str(tree / "01")]
    variables = os.environ | {"PYTHONPATH": str(HERE)}
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables) as p:
        assert p.stdout.readline() == b"one\n"
        p.send_signal(signal.SIGINT)
        assert b"KeyboardInterrupt" in p.communicate(timeout=60)[1]
    with dask.client() as observer:
        until(lambda: not any(observer.processing().values()))


def test_workers_or_a_scheduler_that_are_gone_are_not_waited_for_for_ever(tmp_path, tree):
    lonely = Dask(tmp_path)
    try:
        with (
            pytest.raises(ReproCheckError, match=r"no worker within 0\.2 seconds"),
            Cluster(str(lonely.file), limit=0.2),
        ):
            pass

        lonely.need(1)
        with Cluster(str(lonely.file), limit=0.5, task=slowly) as cluster:
            results = cluster.digests(batches_of(tree))
            next(results)
            lonely.drop()
            with pytest.raises(ReproCheckError, match="all workers are gone"):
                list(results)

        lonely.need(1)
        with Cluster(str(lonely.file), limit=2, task=slowly) as cluster:
            results = cluster.digests(batches_of(tree))
            next(results)
            lonely.scheduler.kill()
            with pytest.raises(ReproCheckError, match="the connection to the scheduler was lost"):
                list(results)
    finally:
        lonely.stop()


def test_an_address_without_a_scheduler_is_said_so():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
        with (
            pytest.raises(ReproCheckError, match=r"no Dask scheduler answers within 0\.2"),
            Cluster(address, limit=0.2),
        ):
            pass


@pytest.mark.parametrize(
    "address", ["scheduler.json", "", "tcp://host/with/path", "tcp://host", "what://x:1"]
)
def test_what_is_no_address_is_refused(address):
    with (
        pytest.raises(ReproCheckError, match="neither an address nor the file"),
        Cluster(address, limit=0.2),
    ):
        pass


def test_the_missing_package_is_named():
    code = (
        "import sys; sys.modules['distributed'] = None\n"
        "from repro_check.data.cluster import Cluster\n"
        "from repro_check.errors import ReproCheckError\n"
        "try: Cluster('tcp://x:1').__enter__()\n"
        "except ReproCheckError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'repro-check-hooks[cluster]'" in done.stdout
