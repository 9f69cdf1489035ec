"""How long a search for secrets takes, beside detect-secrets: of a large tree, and of a long history.

    python benchmarks/secret_scan.py TREE [--commits N] [--rounds N]

detect-secrets knows no history, so it is given every file version that can be reached once, in a
folder, and uses all processors as it does for a tree. The history is made here: N commits, each of
which edits one of 200 modules, with a token now and then. (A benchmark named `secrets.py` would stand
in front of the standard library's module, which NumPy imports.)
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import string
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measure import Case, clone, git, goal, machine, measure, ratio, table, tool

TREE_OURS = "tree: repro-check secrets --no-cache"
TREE_PEER = "tree: detect-secrets scan"
HISTORY_OURS = "history: repro-check, first scan"
HISTORY_AGAIN = "history: repro-check, 10 commits later"
HISTORY_PEER = "history: detect-secrets on every version"
_FILES = 200
_LINES = 60
_NEW = 10


def main() -> None:
    words = _words()
    if words.peer:
        _detect_secrets_on_versions(words.tree)
        return
    with tempfile.TemporaryDirectory() as scratch:
        tree, history = Path(scratch, "tree"), Path(scratch, "history")
        clone(words.tree.resolve(), tree)
        _make_history(history, words.commits)
        print(f"{machine()}\nmedian of {words.rounds} rounds, {words.commits:,} commits\n")
        cases = [
            case
            for case in _cases(tree, history, words.commits)
            if not words.only or any(part in case.name for part in words.only)
        ]
        outcomes = measure(cases, words.rounds)
    print(table(outcomes, {"x ours, tree": TREE_OURS, "x ours, history": HISTORY_OURS}))
    print()
    print(goal("detect-secrets over ours, tree", ratio(outcomes, TREE_PEER, TREE_OURS), at_least=5))
    print(
        goal(
            "detect-secrets over ours, history",
            ratio(outcomes, HISTORY_PEER, HISTORY_OURS),
            at_least=5,
        )
    )


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("tree", type=Path, help="a repository or a folder")
    parser.add_argument("--commits", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", nargs="+", help="only cases whose name holds one of these")
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _cases(tree: Path, history: Path, commits: int) -> Iterator[Case]:
    ours = (tool("repro-check") or "", "secrets")
    yield Case(TREE_OURS, (*ours, "--no-cache"), tree)
    yield Case(TREE_PEER, (tool("detect-secrets") or "", "scan", "-n"), tree)
    scan = (*ours, "--history")
    yield Case(HISTORY_OURS, scan, history, lambda: _forget(history))
    yield Case(HISTORY_AGAIN, scan, history, lambda: _commit_on(history, _NEW, commits))
    peer = (sys.executable, str(Path(__file__)), "--peer", str(history))
    yield Case(HISTORY_PEER, peer, history)


def _forget(history: Path) -> None:
    shutil.rmtree(history / ".git" / "repro-check", ignore_errors=True)


def _make_history(folder: Path, commits: int) -> None:
    folder.mkdir()
    git("init", "--quiet", "--initial-branch=main", folder=folder)
    _commit_on(folder, commits, 0)
    git("reset", "--quiet", "--hard", folder=folder)


def _commit_on(folder: Path, commits: int, before: int) -> None:
    """Add commits to the branch; `git fast-import` writes thousands a second."""
    source = random.Random(before)
    texts = [[_line(source) for _ in range(_LINES)] for _ in range(_FILES)]
    stream: list[bytes] = []
    for number in range(commits):
        at = source.randrange(_FILES)
        texts[at][source.randrange(_LINES)] = _token(source) if number % 500 == 7 else _line(source)
        text = "\n".join(texts[at]).encode() + b"\n"
        stream.append(
            b"commit refs/heads/main\ncommitter B <b@example.org> %d +0000\ndata 4\nEdit\n%s"
            b"M 100644 inline lib/module_%d.py\ndata %d\n%s\n"
            % (
                1_600_000_000 + before + number,
                b"from refs/heads/main^0\n" if before and not number else b"",
                at,
                len(text),
                text,
            )
        )
    quick = ("git", "fast-import", "--quiet", "--force")
    subprocess.run(quick, cwd=folder, input=b"".join(stream), check=True)


def _line(source: random.Random) -> str:
    words = ["loss", "model", "key", "token", "batch", "optimizer", "scheduler", "path"]
    return f"{source.choice(words)}_{source.randrange(99)} = load({source.random():.6f}, name='x')"


def _token(source: random.Random) -> str:
    return f"TOKEN = '{'h' + 'f_'}{''.join(source.choices(string.ascii_letters, k=34))}'"


def _detect_secrets_on_versions(history: Path) -> None:
    """Every version in a folder, and detect-secrets' own pool of processes over it."""
    from detect_secrets.core.baseline import create
    from detect_secrets.settings import default_settings

    listing = subprocess.run(
        ("git", "rev-list", "--objects", "--all", "--reflog"),
        cwd=history,
        capture_output=True,
        check=True,
    ).stdout.decode()
    paths = dict(line.split(" ", 1) for line in listing.splitlines() if line.endswith(".py"))
    with tempfile.TemporaryDirectory() as scratch:
        asked = "".join(f"{name}\n" for name in paths).encode()
        batch = ("git", "cat-file", "--batch")
        data = subprocess.run(
            batch, cwd=history, input=asked, capture_output=True, check=True
        ).stdout
        at = 0
        for name in paths:
            end = data.index(b"\n", at)
            size = int(data[at:end].split()[2])
            Path(scratch, f"{name}.py").write_bytes(data[end + 1 : end + 1 + size])
            at = end + size + 2
        os.chdir(scratch)  # files outside of the working folder it passes over without a word
        with default_settings():
            found = len(list(create(".", should_scan_all_files=True)))
    print(f"{len(paths):,} versions, {found:,} found")
    if not found:
        sys.exit(2)  # a scan that finds none of the tokens has read nothing


if __name__ == "__main__":
    main()
