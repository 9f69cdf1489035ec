"""Plain git, asked for data only: no filter, hook or file system monitor of the author runs.

The variables with which git tells hooks where they run (`GIT_DIR`, `GIT_INDEX_FILE`, ...) are
dropped, so that a smoke test started from a hook reads the same repository as one started by hand.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from repro_check.errors import ReproCheckError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 1 << 20
GIT = ("git", "-c", "core.fsmonitor=false")


def git(folder: Path, *words: str) -> str:
    """The output of a git command in `folder`; undecodable bytes survive as surrogates.

    Raises:
        ReproCheckError: git is missing or refuses; the message is git's first line.
    """
    try:
        done = subprocess.run(
            [*GIT, *words], cwd=folder, env=_variables(), capture_output=True, check=False
        )
    except FileNotFoundError as error:
        fix = "Install git: the smoke test runs what is committed."
        raise ReproCheckError("git is not installed.", fix=fix) from error
    if done.returncode:
        said = os.fsdecode(done.stderr).strip().splitlines()
        reason = said[0] if said else f"git {words[0]} failed"
        fix = "A smoke test needs a git repository: it runs what other people get."
        raise ReproCheckError(reason, where=str(folder), fix=fix)
    return os.fsdecode(done.stdout)


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
    with subprocess.Popen(
        [*GIT, "cat-file", "--batch"],
        cwd=folder,
        env=_variables(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield BlobReader(process.stdin, process.stdout)
        finally:
            process.kill()


def _variables() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
