"""A program has limits, and nothing of it is left behind, also after Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from smoke_projects import project

from repro_check.programs import Ending, Outcome, run_bounded

if os.name != "posix":
    pytest.skip("process groups are a matter of POSIX", allow_module_level=True)

FAMILY = """\
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep({seconds})
"""


def python(source: str, tmp_path: Path, *, timeout: float = 20, flood: int = 1 << 20) -> Outcome:
    argv = [sys.executable, "-c", source]
    return run_bounded(argv, cwd=tmp_path, env={}, timeout=timeout, flood=flood)


def is_gone(pid: int) -> bool:
    """Whether a process has ended, within a few seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{pid}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_output_exit_code_and_environment_are_those_of_the_program(tmp_path: Path) -> None:
    source = "import os, sys; print(len(os.environ)); print('x', file=sys.stderr); sys.exit(3)"
    outcome = python(source, tmp_path)
    assert (outcome.ending, outcome.code, outcome.stderr) == (Ending.EXITED, 3, "x\n")
    assert not outcome.ok


def test_a_program_that_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    outcome = python(FAMILY.format(seconds=60), tmp_path, timeout=1)
    assert outcome.ending is Ending.TIMED_OUT
    assert is_gone(int(outcome.stdout))


def test_children_that_outlive_the_program_are_killed_and_not_waited_for(tmp_path: Path) -> None:
    outcome = python(FAMILY.format(seconds=0), tmp_path)
    assert outcome.ok
    assert is_gone(int(outcome.stdout))


def test_a_program_that_prints_without_end_is_stopped(tmp_path: Path) -> None:
    outcome = python("while True: print('x' * 4096)", tmp_path, flood=1 << 16)
    assert outcome.ending is Ending.FLOODED


def test_a_program_that_is_not_there_has_exit_code_127(tmp_path: Path) -> None:
    outcome = run_bounded(["no-such-program"], cwd=tmp_path, env={"PATH": "/bin"}, timeout=5)
    assert outcome.code == 127
    assert "no program 'no-such-program'" in outcome.stderr


def test_ctrl_c_ends_the_program_and_removes_the_folder(tmp_path: Path) -> None:
    started = tmp_path / "started"
    source = (
        "import os, pathlib, time\n"
        "pathlib.Path(os.environ['STARTED']).write_text(str(os.getpid()))\n"
        "time.sleep(60)\n"
    )
    root = project(tmp_path / "repo", {"predict.py": source})
    folder = tmp_path / "tmp"
    folder.mkdir()
    program = (
        "import signal\n"
        # a job in the background of a script would have the signal ignored
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from pathlib import Path; from repro_check.smoke import smoke, spec_from_table\n"
        "spec = spec_from_table({'checkpoint': 'ckpt/model.json', 'entry': 'predict:predict',"
        " 'env': ['STARTED']})\n"
        f"smoke(Path({str(root)!r}), spec)\n"
    )
    env = {**os.environ, "TMPDIR": str(folder), "STARTED": str(started)}
    with subprocess.Popen(
        [sys.executable, "-c", program], env=env, stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 30
        while not (started.exists() and started.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert list(folder.iterdir())
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert "KeyboardInterrupt" in said
    assert list(folder.iterdir()) == []
    assert is_gone(int(started.read_text()))
