"""Committed content, read through git's plumbing: no filter, hook or monitor of the author runs."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from repro_check.errors import ReproCheckError
from repro_check.sources.git_process import run, start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 1 << 20


def git(folder: Path, *words: str) -> str:
    """The output of a git command in `folder`; undecodable bytes survive as surrogates.

    Raises:
        ReproCheckError: git is missing or refuses.
    """
    return os.fsdecode(run(folder, *words))


class BlobReader:
    """Reads committed content through one running `git cat-file --batch`."""

    def __init__(self, ask: IO[bytes], answer: IO[bytes]) -> None:
        self._ask = ask
        self._answer = answer

    def content(self, oid: str) -> bytes:
        """The whole content of a small blob."""
        return b"".join(self.chunks(oid))

    def chunks(self, oid: str) -> Iterator[bytes]:
        """The content in pieces of at most a megabyte; to be read to the end.

        Raises:
            ReproCheckError: the object is missing from the repository.
        """
        self._ask.write(oid.encode() + b"\n")
        self._ask.flush()
        header = self._answer.readline().split()
        if len(header) != 3:
            fix = "Run `git fsck`; in a partial clone, `git fetch --refetch`."
            raise ReproCheckError(f"Git cannot read the object {oid}.", fix=fix)
        left = int(header[2])
        while left:
            piece = self._answer.read(min(left, CHUNK))
            if not piece:
                raise ReproCheckError(f"Git stopped in the middle of the object {oid}.")
            left -= len(piece)
            yield piece
        self._answer.read(1)


@contextmanager
def blob_reader(folder: Path) -> Iterator[BlobReader]:
    """A `BlobReader` on the repository around `folder`, closed at the end of the block."""
    with start(folder, "cat-file", "--batch") as process:
        assert process.stdin
        assert process.stdout
        try:
            yield BlobReader(process.stdin, process.stdout)
        finally:
            process.kill()
