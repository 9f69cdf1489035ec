"""The memory of each command on many files, in many folders and in one."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from comparison import Row, seconds
from data_plan import Declared, Plan, declared, settle
from measure import environment

LIMIT = 200 << 20
# A process begins with the peak of the one that starts it, so a small one stands between.
_BETWEEN = """\
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
process.returncode = os.waitstatus_to_exitcode(status)
print(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
sys.exit(process.returncode)
"""


def rows(plan: Plan) -> Iterator[Row]:
    trees = [(200_000, False), (200_000, True)] + [(1_000_000, False)] * plan.is_large
    for usual, is_flat in trees:
        tree = plan.small(usual, 100, is_flat=is_flat)
        words = f"{plan.count(usual):,} files{' in one folder' if is_flat else ''}"
        for algorithm in ("md5", "tree:sha256"):
            yield _of_commands(declared(plan.scratch, tree, algorithm), words)


def _of_commands(ours: Declared, words: str) -> Row:
    one = next(ours.tree.iterdir())
    one = next(one.iterdir()) if one.is_dir() else one
    settle()
    found = [_peak(ours.lock, ours.folder), _peak(ours.verify, ours.folder)]
    one.touch()
    found.append(_peak(ours.verify, ours.folder))
    taken = ", ".join(seconds(time) for time, _ in found)
    peaks = ", ".join(f"{peak / (1 << 20):.0f}" for _, peak in found)
    return Row(
        f"{words}, {ours.algorithm}: `lock`, `verify`, `verify` with one touched ({taken})",
        f"{peaks} MiB",
        "limit",
        f"{LIMIT >> 20} MiB",
        max(peak for _, peak in found) / LIMIT,
        at_most=1,
    )


def _peak(command: tuple[str, ...], folder: Path) -> tuple[float, int]:
    """Wall time in seconds and peak memory in bytes of a command that must succeed."""
    started = time.perf_counter()
    done = subprocess.run(
        (sys.executable, "-S", "-c", _BETWEEN, *command),
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        check=True,
    )
    return time.perf_counter() - started, int(done.stdout)
