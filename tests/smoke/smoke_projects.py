"""Builds small research repositories in real git, and smoke tests them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import repro_check.smoke
from repro_check.programs import Outcome, run_bounded
from repro_check.smoke import SmokeReport, SmokeSpec, smoke, spec_from_table
from repro_check.smoke.runners import Environment
from repro_check.smoke.runners.variables import run_variables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PREDICT = """\
import json


def predict(checkpoint, sample):
    with open(checkpoint) as file:
        weights = json.load(file)
    with open(sample) as file:
        values = json.load(file)
    return [weight * value for weight, value in zip(weights, values)]
"""
GOLDEN = {
    "predict.py": PREDICT,
    "ckpt/model.json": "[0.5, -2.0, 1.5]",
    "data/sample.json": "[1.0, 2.0, 3.0]",
    "expected.json": "[0.5, -4.0, 4.5]",
    "requirements.txt": "# nothing but Python\n",
}
SETTINGS = {
    "checkpoint": "ckpt/model.json",
    "entry": "predict:predict",
    "input": "data/sample.json",
    "expected": "expected.json",
    "install": "requirements.txt",
    "timeout": 20,
}


def git(root: Path, *words: str) -> str:
    """Run git as somebody whose own settings play no part."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    person = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", *person, *words], cwd=root, env=env, capture_output=True, check=True, text=True
    )
    return done.stdout


def write(root: Path, files: Mapping[str, str | bytes]) -> None:
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())


def commit(root: Path, message: str = "work") -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", message)


def project(
    root: Path,
    files: Mapping[str, str | bytes] | None = None,
    *,
    untracked: Mapping[str, str | bytes] | None = None,
) -> Path:
    """The golden repository with `files` on top, committed; `untracked` is written afterwards."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "--quiet")
    write(root, {**GOLDEN, **(files or {})})
    commit(root)
    write(root, untracked or {})
    return root


def settings(**changes: object) -> SmokeSpec:
    """The golden settings with changes; None drops a key."""
    table = {**SETTINGS, **changes}
    return spec_from_table({key: value for key, value in table.items() if value is not None})


def run(root: Path, **changes: object) -> SmokeReport:
    """Smoke test a repository in a real, fresh virtual environment."""
    return smoke(root, settings(**changes))


class HostRunner:
    """Runs with the tests' own interpreter, which has torch: quick, and proof of the seam."""

    name = "host"
    cannot_see = ("everything that is installed beside the tests",)

    def prepare(self, tree: Path, spec: SmokeSpec, *, work: Path) -> Environment:
        home = work / "home"
        home.mkdir()
        return Environment(
            python=sys.executable,
            version=f"{sys.version_info[0]}.{sys.version_info[1]}",
            probe=str(Path(repro_check.smoke.__file__).parent / "probe.py"),
            home=str(home),
            variables=run_variables(
                programs=home, home=home, tmp=home, allowed=spec.env, caller=os.environ
            ),
            install=None,
        )

    def run(
        self, argv: Sequence[str], cwd: Path, env: Mapping[str, str], timeout: float
    ) -> Outcome:
        return run_bounded(argv, cwd=cwd, env=env, timeout=timeout)

    def close(self) -> None:
        pass
