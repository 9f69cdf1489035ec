"""Which Python a command makes an environment of."""

from __future__ import annotations

import pytest

from repro_check.sources.dependencies.installs import python_version
from repro_check.sources.dependencies.python_commands import asked_python
from repro_check.sources.lines import Lines
from repro_check.sources.shell_places import placed_commands


@pytest.mark.parametrize(
    ("text", "specifier"),
    [
        ("conda create -n x python=3.8", "==3.8.*"),
        ("mamba create -n x python==3.8.5 numpy", "==3.8.5"),
        ("conda create -n x 'python>=3.8'", ">=3.8"),
        ("python3.9 -m venv env", "==3.9.*"),
        ("$ /usr/bin/python3.9 -m venv env", "==3.9.*"),
        ("virtualenv -p python3.8 env", "==3.8.*"),
        ("virtualenv --python=python3.8 env", "==3.8.*"),
        ("uv venv --python 3.11", "==3.11.*"),
        ("uv python pin 3.12", "==3.12.*"),
        ("uv sync --python 3.12", "==3.12.*"),
        ("pyenv install 3.8.5", "==3.8.5"),
        ("pyenv local 3.8", "==3.8.*"),
        ("poetry env use 3.10", "==3.10.*"),
        ("poetry env use python3.10", "==3.10.*"),
        ("python -m venv env", ""),
        ("python3 -m venv env", ""),
        ("virtualenv env", ""),
        ("conda create -n x numpy", ""),
        ("conda activate py38", ""),
        ("pip install numpy==3.8", ""),
        ("pyenv virtualenv x", ""),
    ],
)
def test_a_command_asks_for_the_python_that_it_names(text: str, specifier: str) -> None:
    (command,) = placed_commands(text, Lines(text).span)
    asked = asked_python(command)
    assert (asked.specifier if asked else "") == specifier


@pytest.mark.parametrize(
    ("text", "specifier"),
    [
        ("3.11", "==3.11.*"),
        ("3.11.4", "==3.11.4"),
        ("cpython@3.11", "==3.11.*"),
        ("python3.11", "==3.11.*"),
        (">=3.10", ">=3.10"),
        ("3.*", "==3.*"),
        ("latest", ""),
        ("", ""),
    ],
)
def test_a_version_is_a_specifier(text: str, specifier: str) -> None:
    assert python_version(text) == specifier
