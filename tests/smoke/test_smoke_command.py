"""Command lines: how they are run, where their output is read, and what their failures say."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from smoke_projects import GOLDEN, project, run

from repro_check.smoke import Phase, Verdict

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """\
import argparse, json, pathlib
from predict import predict

parser = argparse.ArgumentParser()
parser.add_argument("--checkpoint")
parser.add_argument("--input")
parser.add_argument("--output", default="-")
args = parser.parse_args()
text = json.dumps(predict(args.checkpoint, args.input))
if args.output == "-":
    print(text)
else:
    pathlib.Path(args.output).write_text(text)
"""
COMMAND = "python run.py --checkpoint {checkpoint} --input {input}"


def scripted(tmp_path: Path, **files: str) -> Path:
    return project(tmp_path / "repo with a space", {"run.py": SCRIPT, **files})


@pytest.mark.parametrize(
    "command",
    [
        COMMAND,
        COMMAND + " --output {output}",
        "python3 run.py --checkpoint={checkpoint} --input={input}",
        "python -m run --checkpoint {checkpoint} --input {input}",
    ],
)
def test_what_a_command_prints_or_writes_is_compared(command: str, tmp_path: Path) -> None:
    report = run(scripted(tmp_path), entry=None, command=command)
    assert report.diagnosis is None
    assert report.verdict is Verdict.PASSED
    assert report.notes == ()


def test_a_command_may_write_where_it_likes(tmp_path: Path) -> None:
    command = COMMAND + " --output out.json"
    report = run(scripted(tmp_path), entry=None, command=command, output="out.json")
    assert report.verdict is Verdict.PASSED


def test_a_committed_output_does_not_stand_in_for_one_that_is_not_written(tmp_path: Path) -> None:
    root = scripted(tmp_path, **{"out.json": GOLDEN["expected.json"]})
    report = run(root, entry=None, command=COMMAND, output="out.json")
    assert report.diagnosis is not None
    assert "the file out.json was not written" in report.diagnosis.sentence
    assert report.of(Phase.INFER).verdict is Verdict.FAILED
    assert report.of(Phase.LOAD).verdict is Verdict.NOT_CHECKED


def test_text_is_compared_as_text_with_numbers_in_tolerance(tmp_path: Path) -> None:
    files = {
        "show.py": "print('accuracy: 0.912345 of 360')",
        "expected.txt": "accuracy: 0.9123 of 360",
    }
    root = project(tmp_path / "repo", files)
    changes = {"entry": None, "command": "python show.py", "expected": "expected.txt"}
    assert run(root, **changes).verdict is Verdict.PASSED


def test_arrays_are_compared_without_numpy_in_the_environment(tmp_path: Path) -> None:
    file = io.BytesIO()
    np.save(file, np.array([0.5, -4.0, 4.5], dtype=np.float32))
    root = project(tmp_path / "repo", {"expected.npy": file.getvalue()})
    assert run(root, expected="expected.npy").verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("command", "files", "says", "place"),
    [
        (
            "python run.py --chekpoint {checkpoint}",
            {},
            "The command line does not fit the program: unrecognized arguments: --chekpoint",
            "",
        ),
        (
            "python run.py",
            {"run.py": "import no_such_module_of_mine"},
            "It imports 'no_such_module_of_mine', which requirements.txt does not install.",
            "run.py:1",
        ),
        (
            "python scripts/run.py",
            {"scripts/run.py": "import ours", "ours/__init__.py": ""},
            "It imports 'ours', which lies in this repository (ours), but not where Python looks",
            "scripts/run.py:1",
        ),
        (
            "no-such-program-of-mine {checkpoint}",
            {},
            "It runs the program 'no-such-program-of-mine', which neither",
            "",
        ),
        ("python nowhere.py", {}, "nowhere.py, which is neither in the commit nor on", ""),
        (
            "python run.py",
            {"run.py": "print('[1, 2')"},
            "Nothing to compare: its output is not JSON",
            "",
        ),
        (
            "python run.py",
            {"run.py": "import urllib.request as u\nu.urlopen('http://weights.example.org')"},
            "It asks weights.example.org for data while inferring",
            "run.py:2",
        ),
        (
            "python run.py",
            {"run.py": "import subprocess as s, sys\ns.run([sys.executable, 'child.py'], check=True)",
             "child.py": "import socket\nsocket.create_connection(('192.0.2.1', 80))"},
            "It asks 192.0.2.1 for data while inferring",
            "run.py:2",
        ),
        ("python run.py", {"run.py": "import time; time.sleep(60)"}, "did not finish within 1 s", ""),
    ],
)  # fmt: skip
def test_a_command_that_fails_is_explained(
    command: str, files: dict[str, str], says: str, place: str, tmp_path: Path
) -> None:
    timeout = 1 if "sleep" in str(files) else 20
    root = scripted(tmp_path, **files)
    report = run(root, entry=None, command=command, timeout=timeout)
    assert report.diagnosis is not None
    assert says in report.diagnosis.sentence
    assert report.diagnosis.place == place


def test_outputs_that_differ_between_processes_are_found(tmp_path: Path) -> None:
    files = {"run.py": "print(list({'cat', 'dog', 'eel', 'fox', 'gnu', 'hen', 'ibis', 'jay'}))"}
    root = project(tmp_path / "repo", files)
    changes = {"entry": None, "command": "python run.py", "expected": None, "repeat": 8}
    report = run(root, **changes)
    assert report.of(Phase.REPEAT).verdict is Verdict.FAILED
