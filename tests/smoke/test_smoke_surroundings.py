"""What the code under test can see: a fresh machine, as far as a virtual environment gets."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from pathlib import Path

import pytest
from smoke_projects import project, run, settings

from repro_check.errors import NotCheckedError
from repro_check.smoke import Phase, Verdict, smoke

SHOW = """\
import getpass, json, os, socket, sys, tempfile


def show(checkpoint, *rest):
    open(checkpoint).close()
    return {
        "env": dict(os.environ), "cwd": os.getcwd(), "path": sys.path, "user": getpass.getuser(),
        "home": os.listdir(os.path.expanduser("~")), "tmp": tempfile.gettempdir(),
        "files": sorted(os.listdir(".")), "prefix": sys.prefix, "argv": sys.argv,
    }
"""


def shown(root: Path, tmp_path: Path, **changes: object) -> dict[str, object]:
    """What the probe reported as the first output."""
    report = smoke(root, settings(entry="show:show", expected=None, **changes), keep=True)
    assert report.diagnosis is None
    lines = (Path(report.kept) / "job" / "results.jsonl").read_text().splitlines()
    return json.loads(lines[1])["value"]


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))


def test_the_environment_is_made_from_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("WANDB_API_KEY", "k" * 40)
    monkeypatch.setenv("PIP_INDEX_URL", "https://user:word@pypi.example.org")
    monkeypatch.setenv("ALLOWED", "yes")
    root = project(tmp_path / "repo", {"show.py": SHOW}, untracked={"scratch.txt": "x"})
    seen = shown(root, tmp_path, env=["ALLOWED", "ABSENT"])
    env = seen["env"]
    assert isinstance(env, dict)
    expected = {"LANG": "C.UTF-8", "TZ": "UTC", "USER": "reader", "ALLOWED": "yes"}
    assert expected.items() <= env.items()
    assert {"PYTHONPATH", "WANDB_API_KEY", "PIP_INDEX_URL", "ABSENT"}.isdisjoint(env)
    assert env["CUDA_VISIBLE_DEVICES"] == ""
    assert seen["user"] == "reader"
    assert seen["home"] == []
    assert "scratch.txt" not in str(seen["files"])
    assert str(root) not in json.dumps(seen)
    assert str(seen["tmp"]).startswith(str(Path(str(seen["cwd"])).parent))


def test_the_gpu_is_shown_when_its_variable_is_let_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    root = project(tmp_path / "repo", {"show.py": SHOW})
    env = shown(root, tmp_path, env=["CUDA_VISIBLE_DEVICES"])["env"]
    assert isinstance(env, dict)
    assert env["CUDA_VISIBLE_DEVICES"] == "1"


def test_a_src_folder_can_be_imported_from(tmp_path: Path) -> None:
    root = project(tmp_path / "repo", {"src/pkg/show.py": SHOW, "src/pkg/__init__.py": ""})
    report = run(root, entry="pkg.show:show", expected=None)
    assert report.diagnosis is None


def test_what_a_program_prints_does_not_disturb_the_result(tmp_path: Path) -> None:
    source = "def noisy(*paths):\n    open(paths[0]).close()\n    print('{')\n    return 1.0\n"
    root = project(tmp_path / "repo", {"noisy.py": source, "one.json": "1.0"})
    report = run(root, entry="noisy:noisy", expected="one.json")
    assert report.verdict is Verdict.PASSED
    assert "{" in Path(report.log).read_text()


def test_local_sockets_and_worker_processes_work(tmp_path: Path) -> None:
    source = (
        "import multiprocessing, socket\n\n\n"
        "def work(x):\n    return x * 2.0\n\n\n"
        "def entry(checkpoint, sample):\n"
        "    open(checkpoint).close()\n"
        "    server = socket.create_server(('127.0.0.1', 0))\n"
        "    socket.create_connection(server.getsockname()).close()\n"
        "    socket.getaddrinfo('localhost', 80)\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        return pool.map(work, [0.25, -2.0, 2.25])\n"
    )
    root = project(tmp_path / "repo", {"local.py": source})
    report = run(root, entry="local:entry")
    assert report.diagnosis is None


def test_writing_into_the_copy_and_the_system_temporary_folder_is_allowed(tmp_path: Path) -> None:
    source = (
        "import os, pathlib, tempfile\n\n\n"
        "def entry(checkpoint, sample):\n"
        "    open(checkpoint).close()\n"
        "    pathlib.Path('outputs').mkdir(exist_ok=True)\n"
        "    pathlib.Path('outputs/log.txt').write_text('x')\n"
        "    pathlib.Path.home().joinpath('.cache').mkdir(exist_ok=True)\n"
        "    with open('/tmp/' + os.urandom(8).hex(), 'w') as file:\n"
        "        os.unlink(file.name)\n"
        "    return [0.5, -4.0, 4.5]\n"
    )
    report = run(project(tmp_path / "repo", {"writer.py": source}), entry="writer:entry")
    assert report.diagnosis is None
    assert not (tmp_path / "repo" / "outputs").exists()


def test_what_only_this_machine_has_is_noted_even_if_the_run_passes(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    source = (
        "import subprocess, socket\n\n\n"
        "def entry(checkpoint, sample):\n"
        f"    for path in ({str(root / 'cache.bin')!r},):\n"
        "        try: open(path)\n"
        "        except OSError: pass\n"
        "    try: socket.getaddrinfo('telemetry.example.org', 443)\n"
        "    except OSError: pass\n"
        "    subprocess.run(['true'])\n"
        "    return [0.5, -4.0, 4.5]\n"
    )
    project(root, {"sly.py": source}, untracked={"cache.bin": "x"})
    report = run(root, entry="sly:entry")
    assert report.verdict is Verdict.PASSED
    notes = " ".join(report.notes)
    assert f"files that only your machine has: {root}/cache.bin." in notes
    assert "the network, which was off: telemetry.example.org." in notes
    assert "It ran programs of this machine: true." in notes
    assert "Not checked: that ckpt/model.json was opened" in notes


def test_a_test_without_expected_output_or_requirements_never_reads_as_passed(
    tmp_path: Path,
) -> None:
    report = run(project(tmp_path / "repo"), expected=None, install=None)
    assert report.verdict is Verdict.NOT_CHECKED
    assert report.of(Phase.COMPARE).verdict is Verdict.NOT_CHECKED
    assert "no expected output" in report.of(Phase.COMPARE).note
    assert report.of(Phase.INSTALL).verdict is Verdict.NOT_CHECKED


def test_the_folder_of_the_test_is_removed_or_kept_as_asked(tmp_path: Path) -> None:
    root = project(tmp_path / "repo", {"predict.py": "import os\nos.mkdir('x', 0)\n1 / 0"})
    run(root)
    assert list(Path(tempfile.gettempdir()).iterdir()) == []
    kept = smoke(root, settings(), keep=True).kept
    assert (Path(kept) / "tree" / "predict.py").exists()


def test_the_report_names_the_runner_its_blind_spots_and_the_log(tmp_path: Path) -> None:
    root = project(tmp_path / "repo", {"predict.py": "raise ValueError('once')"})
    said: list[str] = []
    report = smoke(root, settings(name="digits"), progress=said.append)
    assert report.runner == "venv"
    assert any("safetensors" in blind for blind in report.cannot_see)
    log = Path(report.log)
    assert log == root / ".git" / "repro-check" / "smoke-digits.log"
    assert report.commit in log.read_text()
    assert "load: failed" in log.read_text()
    assert said[0] == "looking at the commit"
    assert len(said) == 4


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_read_only_repository_gets_its_log_elsewhere(tmp_path: Path) -> None:
    root = project(tmp_path / "repo")
    (root / ".git").chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        report = run(root)
    finally:
        (root / ".git").chmod(0o700)
    assert Path(report.log).is_file()


def test_a_python_that_is_not_here_is_not_checked_rather_than_failed(tmp_path: Path) -> None:
    root = project(tmp_path / "repo")
    with pytest.raises(NotCheckedError, match=r"Python 3\.99 is asked for"):
        run(root, python="3.99")
    with pytest.raises(NotCheckedError, match="is asked for"):
        run(root, python="/no/such/python")


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.12", "3.13"])
def test_the_probe_runs_under_other_pythons(version: str, tmp_path: Path) -> None:
    root = project(tmp_path / "repo")
    try:
        report = run(root, python=version)
    except NotCheckedError:
        pytest.skip(f"Python {version} is not on this machine")
    assert report.diagnosis is None


def test_syntax_that_an_older_python_lacks_is_named(tmp_path: Path) -> None:
    root = project(tmp_path / "repo", {"predict.py": "match 1:\n    case _:\n        pass\n"})
    try:
        report = run(root, python="3.9")
    except NotCheckedError:
        pytest.skip("Python 3.9 is not on this machine")
    assert report.diagnosis is not None
    assert report.diagnosis.sentence == "Python 3.9 cannot read the code: invalid syntax."
    assert report.diagnosis.place == "predict.py:1"
