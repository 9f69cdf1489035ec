"""A fresh virtual environment: needs nothing but Python, and sees less than a container."""

from __future__ import annotations

import enum
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from repro_check.errors import NotCheckedError
from repro_check.programs import Outcome, run_bounded
from repro_check.smoke.runners import Environment
from repro_check.smoke.runners.python import Interpreter, find_python
from repro_check.smoke.runners.variables import install_variables, run_variables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from repro_check.smoke.spec import SmokeSpec

PROBE_MODULE = "_repro_check_probe"
VENV_SECONDS = 300.0


class Installer(enum.Enum):
    """The program that installs the requirements."""

    PIP = "pip"
    UV = "uv"


class VenvRunner:
    """Runs in a fresh venv with a scrubbed environment and a fresh home folder.

    Args:
        installer: uv is quicker, but must be on the PATH.
    """

    name = "venv"
    cannot_see = (
        "programs and shared libraries of this machine (compilers, git, CUDA) stay visible",
        "files in /tmp, /opt and other shared folders of this machine stay visible",
        "files opened by compiled code (safetensors, h5py, parquet, OpenCV) are not watched",
        "the network is closed to Python only, not to other programs",
        "memory, processor and operating system are those of this machine",
    )

    def __init__(self, *, installer: Installer = Installer.PIP) -> None:
        self._installer = installer

    def prepare(self, tree: Path, spec: SmokeSpec, *, work: Path) -> Environment:
        """See `Runner.prepare`."""
        interpreter = find_python(spec.python)
        requirements = tree / spec.install if spec.install else None
        if requirements and not lists_packages(requirements):
            requirements = None
        venv, home, tmp = work / "venv", work / "home", work / "tmp"
        home.mkdir()
        tmp.mkdir()
        windows = os.name == "nt"
        programs = venv / ("Scripts" if windows else "bin")
        python = str(programs / ("python.exe" if windows else "python"))
        run = run_variables(
            programs=programs, home=home, tmp=tmp, allowed=spec.env, caller=os.environ
        )
        install_env = install_variables(run, os.environ)
        self._make(interpreter, venv, install_env, with_pip=requirements is not None)
        installed = None
        if requirements:
            argv = [*self._install_words(python), "-r", str(requirements)]
            installed = self.run(argv, tree, install_env, spec.install_timeout)
        return Environment(
            python=python,
            version=interpreter.version,
            probe=str(_plant_probe(venv, interpreter)),
            home=str(home),
            variables=run,
            install=installed,
        )

    def run(
        self, argv: Sequence[str], cwd: Path, env: Mapping[str, str], timeout: float
    ) -> Outcome:
        """See `Runner.run`."""
        return run_bounded(argv, cwd=cwd, env=env, timeout=timeout)

    def close(self) -> None:
        """Nothing lies outside of the work folder."""

    def _make(
        self, interpreter: Interpreter, venv: Path, env: Mapping[str, str], *, with_pip: bool
    ) -> None:
        if with_pip and self._installer is Installer.UV:
            argv = [_uv(), "venv", "--python", interpreter.path, str(venv)]
        else:
            pip = [] if with_pip else ["--without-pip"]
            argv = [interpreter.path, "-m", "venv", *pip, str(venv)]
        made = self.run(argv, venv.parent, env, VENV_SECONDS)
        if not made.ok:
            said = (made.stderr + made.stdout).strip().splitlines()
            raise NotCheckedError(
                f"No virtual environment could be made with {interpreter.path}"
                f"{': ' + said[-1] if said else ''}.",
                fix="Install Python's venv module (on Debian and Ubuntu: python3-venv).",
            )

    def _install_words(self, python: str) -> list[str]:
        if self._installer is Installer.UV:
            return [_uv(), "pip", "install", "--python", python]
        return [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]


def lists_packages(requirements: Path) -> bool:
    """Whether a requirements file holds anything but comments and blank lines."""
    lines = requirements.read_text(encoding="utf-8", errors="replace").splitlines()
    return any(line.strip() and not line.strip().startswith("#") for line in lines)


def _uv() -> str:
    if found := shutil.which("uv"):
        return found
    raise NotCheckedError("uv is asked for, but not on the PATH.", fix="Install uv, or use pip.")


def _plant_probe(venv: Path, interpreter: Interpreter) -> Path:
    """Copy the probe into the venv, where every Python that starts imports it (`site`, .pth files).

    So its guard also watches commands, and the worker processes that they start.
    """
    inside = "Lib" if os.name == "nt" else f"lib/python{interpreter.version}"
    site_packages = venv / inside / "site-packages"
    probe = site_packages / f"{PROBE_MODULE}.py"
    shutil.copyfile(Path(__file__).parent.parent / "probe.py", probe)
    (site_packages / f"{PROBE_MODULE}.pth").write_text(f"import {PROBE_MODULE}\n", encoding="utf-8")
    return probe
