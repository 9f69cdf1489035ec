"""The few questions that a scan of history asks git."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

import msgspec

from repro_check.errors import ReproCheckError
from repro_check.sources.git_process import run, start

# `git rev-list`, `git log`: everything that some name or some reflog still leads to.
EVERYTHING = ("--all", "--reflog")

_BATCH = 64  # names sent at once: few enough to fit a pipe's buffer, so no deadlock
_CHUNK = 65536  # bytes read at once of what git complains of


class Blob(msgspec.Struct, frozen=True):
    """A file version: its object name, its size in bytes, a path it stands under."""

    name: str
    size: int
    path: str


def list_blobs(root: Path) -> tuple[tuple[Blob, ...], tuple[str, ...]]:
    """Every blob that can be reached, once, and the names of objects that are absent here."""
    listing = run(root, "rev-list", "--objects", "--missing=print", *EVERYTHING)
    paths: dict[str, str] = {}
    missing = []
    for line in listing.decode(errors="replace").split("\n"):
        name, _, path = line.partition(" ")
        if name.startswith("?"):
            missing.append(name[1:])
        elif name:
            paths.setdefault(name, path)
    asked = "".join(f"{name}\n" for name in paths)
    blobs = []
    for line in run(root, "cat-file", "--batch-check", stdin=asked.encode()).decode().splitlines():
        name, kind, *size = line.split(" ")
        if kind == "blob":
            blobs.append(Blob(name, int(size[0]), paths[name]))
        elif kind == "missing":
            missing.append(name)
    return tuple(blobs), tuple(missing)


def read_blobs(root: Path, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
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


class Change(msgspec.Struct, frozen=True):
    """A commit that put the blob `name` at `path`."""

    commit: str
    name: str
    path: str


def introductions(root: Path, names: Sequence[str]) -> tuple[Change, ...]:
    """Where the blobs `names` came in, oldest commit first, over one walk of history."""
    if not names:
        return ()
    wanted = set(names)
    log = run(
        root,
        "log",
        *EVERYTHING,
        *("--reverse", "--topo-order", "-m", "--raw", "--no-abbrev", "--no-renames"),
        *("--no-ext-diff", "--no-textconv", "--no-show-signature", "--format=commit %H"),
        *(f"--find-object={name}" for name in names),
    ).decode(errors="replace")
    changes: dict[Change, None] = {}
    commit = ""
    for line in log.split("\n"):
        if line.startswith("commit "):
            commit = line[len("commit ") :]
        elif line.startswith(":"):
            fields, _, path = line.partition("\t")
            new = fields.split(" ")[3]
            if new in wanted:
                changes[Change(commit, new, path)] = None
    return tuple(changes)


def head_blobs(root: Path) -> frozenset[str]:
    """The object names of all files in HEAD's tree; none before the first commit."""
    try:
        tree = run(root, "ls-tree", "-r", "-z", "HEAD")
    except ReproCheckError:
        return frozenset()
    return frozenset(
        entry.partition(b"\t")[0].split(b" ")[2].decode() for entry in tree.split(b"\0") if entry
    )


def is_shallow(root: Path) -> bool:
    """Whether the clone was cut off at some depth."""
    return run(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
