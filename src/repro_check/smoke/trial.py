"""One trial: a stage to run on, the guard's rules for it, and what it left behind."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from repro_check.smoke.values import RESULT_LIMIT, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from repro_check.programs import Outcome
    from repro_check.smoke.commit import Commit
    from repro_check.smoke.result import Phase
    from repro_check.smoke.runners import Environment, Runner
    from repro_check.smoke.spec import SmokeSpec

# Where any machine of this kind keeps its own files; the probe adds the interpreter's folders.
SYSTEM_FOLDERS = (
    *("/bin", "/dev", "/etc", "/gnu", "/lib", "/lib32", "/lib64", "/nix", "/opt", "/proc", "/run"),
    *("/sbin", "/snap", "/sys", "/tmp", "/usr", "/var"),  # noqa: S108
    *("/Applications", "/Library", "/System", "/private"),
)
WINDOWS_FOLDERS = ("SYSTEMROOT", "PROGRAMFILES", "PROGRAMFILES(X86)", "PROGRAMDATA")


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A trial that did not reach its end: in which phase, with which traceback, from which run."""

    phase: Phase
    text: str
    outcome: Outcome


class Sighting(msgspec.Struct, frozen=True):
    """Something the guard saw: "checkpoint", "hidden", "network" or "program", and its name."""

    event: str
    name: str


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What came out: one output for each inference that ended, and the seconds of each phase."""

    outputs: tuple[object, ...]
    seconds: Mapping[Phase, float]
    outcomes: tuple[Outcome, ...]
    failure: Failure | None


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """What a trial needs.

    Attributes:
        commit: the commit under test.
        spec: what to run.
        runner: where to run it.
        environment: what the runner prepared.
        work: the folder for everything of this test.
    """

    commit: Commit
    spec: SmokeSpec
    runner: Runner
    environment: Environment
    work: Path

    @property
    def top(self) -> Path:
        """The exported commit."""
        return self.work / "tree"

    @property
    def tree(self) -> Path:
        """The project's folder in the exported commit."""
        return self.top / self.commit.prefix

    @property
    def job(self) -> Path:
        """The folder for the job and what is reported about it."""
        return self.work / "job"

    def run(self, argv: Sequence[str], timeout: float, **call: object) -> Outcome:
        """Run a program in the tree, under the guard; `call` tells the probe what to call."""
        self.job.mkdir(exist_ok=True)
        rules = {
            "allow": [str(self.work), *_system_folders()],
            "hide": [str(self.commit.top), str(Path.home())],
            "watch": str(self.tree / self.spec.checkpoint),
            "events": str(self.job / "events.jsonl"),
        }
        job = self.job / "job.json"
        job.write_text(json.dumps({**rules, **call}), encoding="utf-8")
        env = {**self.environment.variables, "REPRO_CHECK_JOB": str(job)}
        return self.runner.run(argv, self.tree, env, timeout)

    def sightings(self) -> tuple[Sighting, ...]:
        """What the guard has seen so far."""
        events = read_events(self.job / "events.jsonl")
        return tuple(Sighting(event["event"], event["name"]) for event in events)


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON lines that the probe wrote; a last line that was cut short is left out.

    Raises:
        UnreadableError: the file is larger than an output may be.
    """
    if not path.exists():
        return
    if path.stat().st_size > RESULT_LIMIT:
        raise UnreadableError(f"the output is larger than {RESULT_LIMIT >> 20} MB; return a part")
    lines = path.read_text(encoding="utf-8").split("\n")
    # What follows the last newline was cut short, or is nothing.
    yield from map(json.loads, lines[:-1])


def add_up(times: Iterable[tuple[Phase, float]]) -> dict[Phase, float]:
    """The seconds of each phase."""
    sums: dict[Phase, float] = {}
    for phase, seconds in times:
        sums[phase] = sums.get(phase, 0.0) + seconds
    return sums


def _system_folders() -> Sequence[str]:
    if os.name == "posix":
        return SYSTEM_FOLDERS
    given = [os.environ[name] for name in WINDOWS_FOLDERS if name in os.environ]
    return [*given, tempfile.gettempdir()]
