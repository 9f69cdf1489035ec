"""What shell commands install."""

from __future__ import annotations

import pytest

from repro_check.findings import Span
from repro_check.sources.dependencies.installs import Install, read_install
from repro_check.sources.lines import Lines
from repro_check.sources.shell_places import ShellCommand, placed_commands


def commands(text: str) -> list[ShellCommand]:
    """The commands of a text."""
    return list(placed_commands(text, Lines(text).span))


def install(text: str) -> Install | None:
    """What the only command of a text installs."""
    (command,) = commands(text)
    return read_install(command)


def shown(text: str) -> list[str]:
    """What it installs in short: `name specifier`, `use:path`, `python specifier`."""
    found = install(text)
    if found is None:
        return ["none"]
    python = [f"python {found.python}"] if found.python else []
    return [
        *(f"{one.name or one.url} {one.specifier}".strip() for one in found.declared),
        *(f"{file.use}:{file.path}" for file in found.files),
        *python,
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pip install numpy", ["numpy"]),
        ("pip3 install -U 'torch==2.1.0' numpy", ["torch ==2.1.0", "numpy"]),
        ("pip install numpy>=1.20", ["numpy"]),
        ("python -m pip install --user numpy", ["numpy"]),
        ("python3.9 -m pip install numpy", ["numpy"]),
        ("$ pip install numpy", ["numpy"]),
        ("(env) user@host:~/x$ pip install numpy", None),
        ("user@host:~/x$ pip install numpy", ["numpy"]),
        ("sudo -H pip install numpy", ["numpy"]),
        ("CMAKE_ARGS=-DX=on pip install numpy", ["numpy"]),
        ("env A=1 pip install numpy", ["numpy"]),
        ("!pip install -q numpy", ["numpy"]),
        ("%pip install numpy", ["numpy"]),
        ("@$(PYTHON) -m pip install numpy", ["numpy"]),
        ("${PYTHON} -m pip install numpy", ["numpy"]),
        ("venv/bin/pip install numpy", ["numpy"]),
        ("conda run -n lab --no-capture-output pip install numpy", ["numpy"]),
        ("poetry run pip install numpy", ["numpy"]),
        ("uv pip install --system numpy", ["numpy"]),
        ("python3 -m uv pip install numpy", ["numpy"]),
        ("then uv pip install -q 'numpy<1.24'", ["numpy <1.24"]),
        ("pip install -r requirements.txt", ["requirements:requirements.txt"]),
        ("pip install -rrequirements.txt -c c.txt", ["requirements:requirements.txt", "constraints:c.txt"]),
        ("pip install --requirement=r/x.txt", ["requirements:r/x.txt"]),
        ("pip install -e .", ["project:."]),
        ("pip install -e '.[dev]' numpy", ["numpy", "project:."]),
        ("pip install . --no-build-isolation", ["project:."]),
        ("pip install ./libs/x", ["project:./libs/x"]),
        ("pip install libs/x", ["project:libs/x"]),
        ("pip install dist/x-1.0-py3-none-any.whl", ["x"]),
        ("pip install git+https://github.com/a/b.git@main#egg=b", ["b"]),
        ("pip install git+https://github.com/a/b", ["git+https://github.com/a/b"]),
        ("pip install -e git+https://github.com/a/b#egg=b", ["b"]),
        ("pip install 'b @ git+https://github.com/a/b'", ["b"]),
        ("pip install torch==$V numpy <package> {x}", ["numpy"]),
        ("pip install -i https://x.org/simple --extra-index-url https://y.org numpy", ["numpy"]),
        ("pip install --target lib --upgrade-strategy eager numpy", ["numpy"]),
        ("pip uninstall numpy", ["none"]),
        ("pip list", ["none"]),
        ("pip", ["none"]),
        ("echo pip install numpy", ["none"]),
        ("pipx install black", ["none"]),
        ("conda create -n lab python=3.8 numpy=1.21 -y", ["numpy ==1.21.*", "python ==3.8.*"]),
        ("conda create --name lab python==3.8.5", ["python ==3.8.5"]),
        ("conda create -n lab python=3.12*", ["python ==3.12.*"]),
        ("mamba install -c conda-forge pytorch>=1.2 cudatoolkit=11.3", ["torch", "cudatoolkit ==11.3.*"]),
        ("conda install 'pytorch>=1.2' -c pytorch", ["torch >=1.2"]),
        ("conda install -c pytorch pytorch::torchvision", ["torchvision"]),
        ("conda env create -f environment.yml", ["environment:environment.yml"]),
        ("conda env update --file=env/lab.yaml --name lab", ["environment:env/lab.yaml"]),
        ("conda install --file requirements.txt", ["requirements:requirements.txt"]),
        ("micromamba create -f env.yml", ["environment:env.yml"]),
        ("conda create -n lab python 3.8", []),
        ("%conda install numpy", ["numpy"]),
        ("conda activate lab", ["none"]),
        ("conda clean -afy", ["none"]),
        ("uv add 'numpy>=1' --dev", ["numpy >=1"]),
        ("uv add --group lab git+https://github.com/a/b", ["git+https://github.com/a/b"]),
        ("uv sync --python 3.11", ["project:.", "python ==3.11.*"]),
        ("uv venv", ["none"]),
        ("poetry add numpy@^1.2", ["numpy >=1.2,<2.0"]),
        ("poetry add numpy@latest 'scipy==1.0'", ["numpy", "scipy ==1.0"]),
        ("poetry install --no-root", ["project:."]),
        ("pdm add -dG test pytest", ["pytest"]),
        ("pipenv install numpy", ["numpy"]),
        ("pipenv install --dev", ["project:."]),
    ],
)  # fmt: skip
def test_a_command_installs_what_the_tool_would(text: str, expected: list[str] | None) -> None:
    if expected is None:  # the brackets are the shell's: the prompt's rest is a command of its own
        assert [read_install(each) is not None for each in commands(text)] == [False, True]
    else:
        assert shown(text) == expected


def test_indexes_are_kept_in_order() -> None:
    found = install("pip install torch -f https://a.org/x.html --extra-index-url=https://b.org")
    assert found is not None
    assert found.indexes == ("https://a.org/x.html", "https://b.org")


def test_the_place_of_a_requirement_is_its_word() -> None:
    found = install('RUN pip install \\\n  "torch>=2"  numpy')
    assert found is not None
    assert [one.span for one in found.declared] == [Span(2, 3, 2, 13), Span(2, 15, 2, 20)]


@pytest.mark.parametrize(
    ("text", "is_pinned"),
    [
        ("pip install numpy==1.26.4", True),
        ("pip install numpy==1.26.*", False),
        ("pip install numpy", False),
        ("conda install numpy=1.26", False),
        ("conda install numpy=1.26.4", True),
        ("poetry add numpy@1.26.4", True),
        ("pip install git+https://github.com/a/b@" + "0" * 40, True),
    ],
)
def test_a_pin_is_one_version_or_one_commit(text: str, is_pinned: bool) -> None:
    found = install(text)
    assert found is not None
    assert [one.is_pinned for one in found.declared] == [is_pinned]
