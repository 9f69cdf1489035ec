"""Whole processes, measured side by side: wall time, peak memory, and both as ratios.

The cases take turns, round by round, so that a busy moment of the machine hits all of them; the
median of the rounds is what counts, and the range says how far to trust it.
"""

from __future__ import annotations

import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

# findings are no failures: linters leave with 1, and repro-check with 3 where it could not look
_DONE = frozenset({0, 1, 3})
_LONGEST = 900
# these would measure the compiler and the flushing, which no user pays for twice
_UNUSUAL = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONDEVMODE")


class Case(NamedTuple):
    """One command to measure; `before` prepares each of its runs and is not timed."""

    name: str
    command: tuple[str, ...]
    folder: Path
    before: Callable[[], object] | None = None


class Outcome(NamedTuple):
    """The runs of one case.

    Attributes:
        seconds: wall time of each run.
        peak: bytes of memory of the largest process, over all runs.
        failure: why the case was given up; "" when all its runs ended well.
    """

    seconds: list[float]
    peak: int
    failure: str

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def tool(name: str) -> str | None:
    """The path of a command: beside this interpreter, else on the PATH."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name)


def environment() -> dict[str, str]:
    """The variables of this process, without those that change what a start costs."""
    return {name: value for name, value in os.environ.items() if name not in _UNUSUAL}


def measure(cases: Sequence[Case], rounds: int) -> dict[str, Outcome]:
    """Run all cases in turn, `rounds` times."""
    seconds: dict[str, list[float]] = {case.name: [] for case in cases}
    peaks = dict.fromkeys(seconds, 0)
    failures = dict.fromkeys(seconds, "")
    for number in range(1, rounds + 1):
        for case in cases:
            if failures[case.name]:
                continue
            _progress(f"round {number} of {rounds}: {case.name}")
            taken, peak, failure = _run(case)
            seconds[case.name].append(taken)
            peaks[case.name] = max(peaks[case.name], peak)
            failures[case.name] = failure
    _progress("")
    return {name: Outcome(seconds[name], peaks[name], failures[name]) for name in seconds}


def _progress(words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{words:<70}\r", end="", file=sys.stderr, flush=True)


def _run(case: Case) -> tuple[float, int, str]:
    if case.before is not None:
        case.before()
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            case.command,
            cwd=case.folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        signal.signal(signal.SIGALRM, lambda *_: process.kill())
        signal.alarm(_LONGEST)
        # unlike RUSAGE_CHILDREN, this is the usage of one child and of those that it waited for
        _, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - started
        signal.alarm(0)
        process.returncode = code = os.waitstatus_to_exitcode(status)
        peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        if code in _DONE:
            return taken, peak, ""
        errors.seek(0)
        words = errors.read().decode("utf-8", errors="replace").strip().splitlines()
        return taken, peak, f"exit code {code}: {words[0] if words else 'no message'}"


def table(
    outcomes: Mapping[str, Outcome], beside: Mapping[str, str], absent: Iterable[str] = ()
) -> str:
    """A Markdown table of the outcomes.

    Args:
        outcomes: by the name of the case, in the order of the rows.
        beside: by column title the case that all others are divided by.
        absent: names of tools that are not installed.
    """
    titles = ["command", "median", "range", "peak memory", *beside]
    rows = [titles, ["---", *["---:"] * (len(titles) - 1)]]
    for name, outcome in outcomes.items():
        if outcome.failure:
            rows.append([name, f"failed ({outcome.failure})"])
            continue
        fastest, slowest = min(outcome.seconds), max(outcome.seconds)
        rows.append(
            [
                name,
                _time(outcome.median),
                f"{_time(fastest)} - {_time(slowest)}",
                f"{outcome.peak / 1e6:,.0f} MB",
                *(_ratio(outcomes, name, other) for other in beside.values()),
            ]
        )
    rows.extend([name, "not installed"] for name in absent)
    return "\n".join(f"| {' | '.join(row + [''] * (len(titles) - len(row)))} |" for row in rows)


def ratio(outcomes: Mapping[str, Outcome], name: str, other: str) -> float | None:
    """How many times as long as the second case the first takes; None if not measured."""
    pair = [outcomes[key] for key in (name, other) if key in outcomes and not outcomes[key].failure]
    return pair[0].median / pair[1].median if len(pair) == 2 else None


def goal(words: str, value: float | None, *, at_most: float = 0, at_least: float = 0) -> str:
    """One line that holds a ratio against what we want of it."""
    limit = f"at most {at_most}" if at_most else f"at least {at_least}"
    if value is None:
        return f"- {words}: {limit}; not measured"
    is_met = value <= at_most if at_most else value >= at_least
    return f"- {words}: {limit}; here {value:.2f}, {'met' if is_met else 'MISSED'}"


def machine() -> str:
    """What the numbers were taken on, without names."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} processors, load {load}"
    )


def clone(tree: Path, target: Path) -> None:
    """Put a clone of a tree at `target`, so that no tool can leave anything in the original."""
    if (tree / ".git").exists():
        git("clone", "--quiet", str(tree), str(target), folder=tree)
    else:
        shutil.copytree(tree, target, symlinks=True)
        commit_all(target)


def commit_all(folder: Path) -> None:
    """Make a folder a git repository of one commit."""
    git("init", "--quiet", folder=folder)
    git("add", "--all", folder=folder)
    git("commit", "--quiet", "--no-verify", "--message", "Begin", folder=folder)


def git(*words: str, folder: Path) -> None:
    """Run git with an identity of its own."""
    identity = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.org")
    subprocess.run(("git", *identity, *words), cwd=folder, check=True)


def _ratio(outcomes: Mapping[str, Outcome], name: str, other: str) -> str:
    value = ratio(outcomes, name, other)
    return "" if value is None else f"{value:.2f}"


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
