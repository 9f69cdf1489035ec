"""Installing the frozen requirements: real pip on a wheel made here, and pip's words for the rest."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from typing import TYPE_CHECKING

import pytest
from smoke_projects import HostRunner, project, run, settings

from repro_check.programs import Ending, Outcome
from repro_check.smoke import Phase, Verdict
from repro_check.smoke.commit import read_commit
from repro_check.smoke.diagnosis import diagnose_install
from repro_check.smoke.runners import Environment
from repro_check.smoke.runners.variables import install_variables
from repro_check.smoke.scene import Scene
from repro_check.smoke.trial import Stage

if TYPE_CHECKING:
    from pathlib import Path


def make_wheel(folder: Path) -> str:
    """A wheel of a module `tinylib` with a number in it; returns its hash."""
    folder.mkdir()
    info = "tinylib-1.0.dist-info"
    files = {
        "tinylib.py": "NUMBER = 7\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tinylib\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        record += f"{name},sha256={digest.decode()},{len(text)}\n"
    wheel = folder / "tinylib-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


ENTRY = (
    "def entry(checkpoint, sample):\n    open(checkpoint).close()\n    import tinylib\n"
    "    return tinylib.NUMBER\n"
)


@pytest.fixture
def wheel_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Pip finds nothing but the wheel, through the caller's own variables."""
    digest = make_wheel(tmp_path / "wheels")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    # These would send the package elsewhere, and must not reach pip.
    monkeypatch.setenv("PIP_TARGET", str(tmp_path / "elsewhere"))
    return digest


def test_frozen_requirements_are_installed_with_the_settings_of_the_caller(
    tmp_path: Path, wheel_hash: str
) -> None:
    requirements = f"# frozen\ntinylib==1.0 --hash=sha256:{wheel_hash}\n"
    files = {"requirements.txt": requirements, "use.py": ENTRY, "seven.json": "7"}
    report = run(project(tmp_path / "repo", files), entry="use:entry", expected="seven.json")
    assert report.diagnosis is None
    assert report.verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("requirements", "sentence", "place"),
    [
        (
            "# a comment\n\ntinylib==2.0\n",
            "tinylib==2.0 of requirements.txt is not to be had",
            ":3",
        ),
        ("tinylib==1.0 --hash=sha256:{wrong}\n", "differs from the hash in requirements.txt", ""),
    ],
)
def test_a_requirement_that_cannot_be_installed_is_named(
    requirements: str, sentence: str, place: str, tmp_path: Path, wheel_hash: str
) -> None:
    text = requirements.format(wrong="0" * 64)
    report = run(project(tmp_path / "repo", {"requirements.txt": text, "use.py": ENTRY}))
    assert report.of(Phase.INSTALL).verdict is Verdict.FAILED
    assert report.of(Phase.LOAD).verdict is Verdict.NOT_REACHED
    assert report.diagnosis is not None
    assert sentence in report.diagnosis.sentence
    assert report.diagnosis.place == (f"requirements.txt{place}" if place else "")


RECORDED = [
    (
        "ERROR: In --require-hashes mode, all requirements must have their versions pinned with ==.",
        "Some lines of requirements.txt have a hash and others have none",
        "",
    ),
    (
        (
            "ERROR: Hashes are required in --require-hashes mode, but they are missing from some "
            "requirements. Here is a list of those requirements along with the hashes"
        ),
        "Some lines of requirements.txt have a hash and others have none",
        "",
    ),
    (
        (
            "ERROR: Cannot install numpy==1.26.0 and torch-scatter==2.1.2 because these package versions "
            "have conflicting dependencies.\nERROR: ResolutionImpossible: for help visit https://pip"
        ),
        "exclude each other: numpy==1.26.0 and torch-scatter==2.1.2.",
        "requirements.txt:2",
    ),
    (
        (
            "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError("
            '"Failed to establish a new connection: [Errno -3] Temporary failure in name resolution")\'\n'
            "ERROR: No matching distribution found for numpy==1.26.0"
        ),
        "The package index could not be reached",
        "",
    ),
    (
        "ERROR: Package 'ours' requires a different Python: 3.11.7 not in '>=3.12'",
        "ours does not support Python 3.11.",
        "",
    ),
    (
        (
            "ERROR: Ignored the following versions that require a different python version: 2.5.0\n"
            "ERROR: Could not find a version that satisfies the requirement torch==2.1.0+cu121 (from "
            "versions: 2.6.0)\nERROR: No matching distribution found for torch==2.1.0+cu121"
        ),
        "torch==2.1.0+cu121 of requirements.txt is not to be had for Python 3.11",
        "requirements.txt:3",
    ),
    (
        "ERROR: Invalid requirement: 'numpy=1.26.0': Expected end or semicolon (after name)",
        "requirements.txt holds a line that the installer cannot read: numpy=1.26.0.",
        "requirements.txt:2",
    ),
    (
        (
            "  error: command 'gcc' failed: No such file or directory\n  ERROR: Failed building wheel for "
            "torch-scatter\nERROR: Failed to build installable wheels for some pyproject.toml based "
            "projects (torch-scatter)"
        ),
        "torch-scatter of requirements.txt has no ready wheel for Python 3.11",
        "requirements.txt:4",
    ),
    (
        "error: Failed to build `torch_scatter==2.1.2`",
        "torch_scatter of requirements.txt has no ready wheel for Python 3.11",
        "requirements.txt:4",
    ),
    (
        (
            "ERROR: Could not install packages due to an OSError: [Errno 2] No such file or directory: "
            "'/home/conda/feedstock_root/build_artifacts/numpy'"
        ),
        "requirements.txt names a file or folder that is not in the commit",
        "",
    ),
    (
        (
            "error: No solution found when resolving dependencies\n  cause: Because there is no version "
            "of torch==2.1.0+cu121 and you require torch==2.1.0+cu121, we can conclude that your "
            "requirements are unsatisfiable."
        ),
        "torch==2.1.0+cu121 of requirements.txt is not to be had for Python 3.11",
        "requirements.txt:3",
    ),
    (
        (
            "error: Couldn't parse requirement in `requirements.txt` at position 0\n  cause: no such "
            "comparison operator\n         numpy=1.26.0\n              ^^^^"
        ),
        "requirements.txt holds a line that the installer cannot read: numpy=1.26.0.",
        "requirements.txt:2",
    ),
    (
        (
            "error: In `--require-hashes` mode, all requirements must have a hash, but none were "
            "provided for: numpy==1.26.0"
        ),
        "Some lines of requirements.txt have a hash and others have none",
        "",
    ),
    ("ERROR: a new kind of trouble", "could not be installed: ERROR: a new kind of trouble", ""),
    ("", "could not be installed: it wrote nothing.", ""),
]


@pytest.mark.parametrize(("text", "sentence", "place"), RECORDED)
def test_what_pip_and_uv_say_is_put_into_one_sentence(
    text: str, sentence: str, place: str, tmp_path: Path
) -> None:
    lines = "# frozen\nnumpy==1.26.0\ntorch==2.1.0+cu121\ntorch-scatter==2.1.2\nours==1\n"
    root = project(tmp_path / "repo", {"requirements.txt": lines})
    outcome = Outcome(ending=Ending.EXITED, code=1, stdout="", stderr=text, seconds=1.0)
    environment = Environment(
        python="python", version="3.11", probe="", home="/", variables={}, install=outcome
    )
    (tmp_path / "tree").symlink_to(root)
    stage = Stage(
        commit=read_commit(root),
        spec=settings(),
        runner=HostRunner(),
        environment=environment,
        work=tmp_path,
    )
    found = diagnose_install(outcome, Scene(text=text, stage=stage))
    assert sentence in found.sentence
    assert found.place == place


def test_the_installation_gets_indexes_and_proxies_but_no_secrets_of_other_programs() -> None:
    caller = {
        "HOME": "/home/me",
        "PIP_INDEX_URL": "https://index.example.org/simple",
        "PIP_USER": "1",
        "UV_CACHE_DIR": "/cache",
        "https_proxy": "http://proxy.example.org",
        "REQUESTS_CA_BUNDLE": "/etc/ca.pem",
        "WANDB_API_KEY": "secret",
        "PYTHONPATH": "/mine",
        "PATH": "/mine/bin",
    }
    seen = install_variables({"PATH": "/venv/bin", "HOME": "/fresh"}, caller)
    assert seen == {
        "HOME": "/home/me",
        "PATH": "/venv/bin",
        "PIP_INDEX_URL": "https://index.example.org/simple",
        "REQUESTS_CA_BUNDLE": "/etc/ca.pem",
        "UV_CACHE_DIR": "/cache",
        "https_proxy": "http://proxy.example.org",
    }
