"""How git is started: as plumbing, on a repository that is not trusted.

Its own settings could name programs to run (a file-system monitor, an external diff, filters) and
replacement objects could change what is read; none of them is used, nothing is fetched and nobody
is asked. Commands that look at the work tree also need `without_filters`. The variables with which
git tells hooks where they run are dropped, so that a command started from a hook reads the
repository that it was asked about; only the index of a `git commit -a` is kept.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from repro_check.errors import ReproCheckError

_COMMAND = (
    *("git", "--no-pager", "--no-replace-objects"),
    *("-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false"),
    *("-c", "core.quotePath=false", "-c", "diff.external=", "-c", "log.showRoot=true"),
)
_SET = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_KEPT = (
    "GIT_CONFIG",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_EXEC_PATH",
)


def without_filters(folder: Path) -> tuple[str, ...]:
    """Settings that switch off every filter which the repository's own settings name.

    Comparing the work tree with the index runs a filter's `clean` program; a cloned repository names
    none, one that was unpacked from an archive may. To be put before the command's name.
    """
    names = run(folder, "config", "--null", "--name-only", "--list").decode(errors="replace")
    found = sorted({n.rpartition(".")[0] for n in names.split("\0") if n.startswith("filter.")})
    return tuple(
        word
        for name in found
        for setting in (f"{name}.clean=", f"{name}.process=", f"{name}.required=false")
        for word in ("-c", setting)
    )


def run(folder: Path, *words: str, stdin: bytes = b"", ok: tuple[int, ...] = (0,)) -> bytes:
    """What `git WORDS` prints in a folder, if it ends with one of the codes that are `ok`.

    Raises:
        ReproCheckError: git is missing, or says that something is wrong.
    """
    return finish(start(folder, *words), folder, *words, stdin=stdin, ok=ok)


def finish(
    process: subprocess.Popen[bytes],
    folder: Path,
    *words: str,
    stdin: bytes = b"",
    ok: tuple[int, ...] = (0,),
) -> bytes:
    """What a started git prints; see `run`."""
    with process:
        output, complaint = process.communicate(stdin)
    if process.returncode not in ok:
        said = os.fsdecode(complaint).strip()[:500]
        raise ReproCheckError(
            f"git {_command(words)} failed: {said}",
            where=str(folder),
            fix="Mend the repository (`git status` should work), then run this again.",
        )
    return output


def start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """A running git with its three streams as pipes.

    Raises:
        ReproCheckError: git is missing.
    """
    try:
        return subprocess.Popen(
            (*_COMMAND, *words),
            cwd=folder,
            env=_variables(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise ReproCheckError(
            f"git cannot be run: {error.strerror}",
            where=str(folder),
            fix="Install git, or put it on the PATH.",
        ) from error


def _command(words: Sequence[str]) -> str:
    """The command's name, behind its settings."""
    rest = list(words)
    while len(rest) > 2 and rest[0] == "-c":
        del rest[:2]
    return rest[0]


def _variables(folder: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(_KEPT)
    }
    index = os.environ.get("GIT_INDEX_FILE")
    if index and os.path.abspath(index).startswith(os.path.join(os.path.abspath(folder), ".git")):
        kept["GIT_INDEX_FILE"] = os.path.abspath(index)
    return kept | _SET
