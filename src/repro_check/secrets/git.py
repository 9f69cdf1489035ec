"""The few questions that a scan of history asks git."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path

import msgspec

from repro_check.errors import ReproCheckError
from repro_check.sources.git_process import run, start

# `git rev-list`, `git log`: everything that some name or some reflog still leads to.
EVERYTHING = ("--all", "--reflog")
SUBMODULE = "160000"

_BATCH = 64  # names sent at once: few enough to fit a pipe's buffer, so no deadlock
_CHUNK = 65536  # bytes read at once of what git complains of, and of what it lists
_LONG_LIST = 1 << 20


class Blob(msgspec.Struct, frozen=True):
    """A file version: its object name, its size in bytes, a path it stands under."""

    name: str
    size: int
    path: str


class Change(msgspec.Struct, frozen=True):
    """A commit that made a path hold something else.

    Attributes:
        commit: its full hash.
        date: of its author, as YYYY-MM-DD.
        path: relative to the root.
        old: what the path held before, one entry for each parent; all zeros for nothing.
        new: what it holds then.
        mode: of what it holds then.
    """

    commit: str
    date: str
    path: str
    old: tuple[str, ...]
    new: str
    mode: str


def list_blobs(root: Path) -> tuple[tuple[Blob, ...], tuple[str, ...]]:
    """Every blob that can be reached, once, and the names of objects that are absent here."""
    listing = run(root, "rev-list", "--objects", "--missing=print", *EVERYTHING)
    paths: dict[str, str] = {}
    missing: dict[str, None] = {}
    for line in listing.decode(errors="replace").split("\n"):
        name, space, path = line.partition(" ")
        if name.startswith("?"):
            missing[name[1:]] = None
        elif space:  # commits have none
            paths.setdefault(name, path)
    asked = "".join(f"{name}\n" for name in paths)
    blobs = []
    for line in run(root, "cat-file", "--batch-check", stdin=asked.encode()).decode().splitlines():
        name, kind, *size = line.split(" ")
        if kind == "blob":
            blobs.append(Blob(name, int(size[0]), paths[name]))
        elif kind == "missing":
            missing[name] = None
    return tuple(blobs), tuple(missing)


def read_blobs(root: Path, names: Iterable[str]) -> Generator[tuple[str, bytes], None, None]:
    """The content of each blob, in the order asked, from one `git cat-file` process.

    Raises:
        ReproCheckError: git stops, or lacks one of them.
    """
    with start(root, "cat-file", "--batch") as process, _unheard(process):
        assert process.stdin is not None
        assert process.stdout is not None
        waiting = iter(names)
        while asked := list(islice(waiting, _BATCH)):
            with suppress(BrokenPipeError):  # git died: the next line read is empty
                process.stdin.write("".join(f"{name}\n" for name in asked).encode())
                process.stdin.flush()
            for name in asked:
                header = process.stdout.readline().split()
                if len(header) != 3:
                    raise ReproCheckError(
                        f"git cannot read object {name}",
                        where=str(root),
                        fix="repair the repository (`git fsck` names the damage), then try again",
                    )
                yield name, process.stdout.read(int(header[2]))
                process.stdout.read(1)


def beginning(root: Path, name: str, size: int) -> bytes:
    """The first `size` bytes of a blob; git is stopped behind them."""
    with start(root, "cat-file", "blob", name) as process, _unheard(process):
        assert process.stdout is not None
        return process.stdout.read(size)


@contextmanager
def _unheard(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Read away what a process complains of, or it would stop when that pipe is full."""
    from threading import Thread

    complaints = process.stderr
    assert complaints is not None

    def drain() -> None:
        while complaints.read1(_CHUNK):  # type: ignore[attr-defined]
            pass

    reader = Thread(target=drain, daemon=True)
    reader.start()
    try:
        yield
    finally:
        # Both must be shut before the thread is waited for, as they are what ends the process.
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        reader.join()


def changes(root: Path) -> Iterator[Change]:
    """Every change of a path by a commit, oldest first, from one walk of history.

    Of a merge only what differs from all parents: the rest came in with one of them.

    Raises:
        ReproCheckError: git stops before the end, as it does where a partial clone lacks trees.
    """
    words = (
        *("log", *EVERYTHING, "--reverse", "--topo-order", "-c", "--raw", "-z"),
        *("--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv"),
        *("--no-show-signature", "--date=short", "--format=commit %H %ad"),
    )
    commit = date = ""
    with closing(_records(root, words)) as records:
        for each in records:
            record = each.lstrip("\n")
            if record.startswith("commit "):
                _, commit, date = record.split(" ", 2)
            elif record.startswith(":"):
                parents = len(record) - len(record.lstrip(":"))
                fields = record[parents:].split(" ")
                mode, names = fields[parents], fields[parents + 1 : 2 * parents + 2]
                path = next(records, "")
                yield Change(commit, date, path, tuple(names[:-1]), names[-1], mode)


def _records(root: Path, words: tuple[str, ...]) -> Generator[str, None, None]:
    """What git prints, by its zero bytes."""
    with start(root, *words) as process:
        with _unheard(process):
            assert process.stdout is not None
            rest = b""
            while chunk := process.stdout.read(_LONG_LIST):
                *records, rest = (rest + chunk).split(b"\0")
                for record in records:
                    yield record.decode(errors="replace")
            code = process.wait()
        if code:
            raise ReproCheckError(
                "git cannot list the changes of all commits",
                where=str(root),
                fix="fetch what the clone lacks (`git fetch --refetch --no-filter`), or repair it "
                "(`git fsck` names the damage), then try again",
            )


def pushed(root: Path, commits: Collection[str]) -> frozenset[str]:
    """Those of `commits` that a branch, a tag or HEAD leads to, and not only stash and reflogs."""
    if not commits:
        return frozenset()
    listing = run(root, "rev-list", "--exclude=refs/stash", "--all").decode()
    return frozenset(commits).intersection(listing.split("\n"))


def head_blobs(root: Path) -> dict[str, str]:
    """The files of HEAD's tree: a path by object name; none before the first commit."""
    try:
        tree = run(root, "ls-tree", "-r", "-z", "HEAD")
    except ReproCheckError:
        return {}
    entries = (entry.partition(b"\t") for entry in tree.split(b"\0") if entry)
    return {
        head.split(b" ")[2].decode(): path.decode(errors="replace") for head, _, path in entries
    }


def is_shallow(root: Path) -> bool:
    """Whether the clone was cut off at some depth."""
    return run(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
