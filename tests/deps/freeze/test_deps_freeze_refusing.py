"""Nothing of the user's is lost, nothing of the repository's is run, and every failure is one sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commanding import fingerprint, repro_check, without_privileges
from conftest import clean_environment
from freeze_made import freeze, installs, pins, surroundings

TRAP = "open('{}', 'w').write('x')\nraise SystemExit('code of the repository was run')\n"
UNREACHABLE = {
    "PIP_NO_INDEX": "",
    "PIP_INDEX_URL": "http://me:hunter2@127.0.0.1:9/simple",
    "PIP_RETRIES": "1",
    "UV_OFFLINE": "0",
    "UV_DEFAULT_INDEX": "http://me:hunter2@127.0.0.1:9/simple",
    "UV_HTTP_RETRIES": "0",
}


@pytest.mark.parametrize("tool", ["pip-compile", "uv"])
def test_requirements_that_contradict_each_other_are_named(make_repo, tmp_path: Path, tool: str):
    repo = make_repo({"requirements.in": "rc-gamma\nrc-beta>=1.2\n"})
    done = freeze(repo.root, "--tool", tool, tmp_path=tmp_path)
    assert done.code == 2
    assert "rc-beta>=1.2" in done.err
    assert "rc-beta<1.2" in done.err
    assert "rc-gamma" in done.err.replace("_", "-")
    assert len(done.err.splitlines()) == 2
    assert repo.git("status", "--porcelain") == ""


@pytest.mark.parametrize("tool", ["pip-compile", "uv"])
def test_a_name_that_no_index_has_is_named(make_repo, tmp_path: Path, tool: str):
    repo = make_repo({"requirements.in": "rc-nowhere==4\n"})
    done = freeze(repo.root, "--tool", tool, tmp_path=tmp_path)
    assert done.code == 2
    assert "rc-nowhere" in done.err
    assert len(done.err.splitlines()) == 2


@pytest.mark.parametrize("tool", ["pip-compile", "uv"])
def test_no_network_is_one_sentence_without_credentials(make_repo, tmp_path: Path, tool: str):
    repo = make_repo({"requirements.in": "rc-nowhere==4\n"})
    done = freeze(repo.root, "--tool", tool, tmp_path=tmp_path, **UNREACHABLE)
    assert done.code == 2
    assert "could not reach" in done.err
    assert "hunter2" not in done.text
    assert len(done.err.splitlines()) == 2


def test_a_tool_that_takes_too_long_is_stopped(make_repo, tmp_path: Path):
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "uv").write_text("#!/bin/sh\nsleep 60\n")
    (tools / "uv").chmod(0o755)
    repo = make_repo({"requirements.in": "rc-alpha\n"})
    env = {**surroundings(tmp_path), "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    done = repro_check("deps", "freeze", "--tool", "uv", "--timeout", "1", cwd=repo.root, env=env)
    assert done.code == 2
    assert "did not end within 1 second" in done.err


def test_a_missing_tool_is_named_with_what_installs_it(make_repo, tmp_path: Path):
    repo = make_repo({"pixi.toml": "[workspace]\n"})
    done = freeze(repo.root, tmp_path=tmp_path)
    assert done.code == 2
    assert "`pixi` is not installed" in done.err
    assert "https://pixi.sh" in done.err


def test_a_program_that_the_repository_brings_along_is_not_run(make_repo, tmp_path: Path):
    repo = make_repo({"pixi.toml": "[workspace]\n", "bin/pixi": "#!/bin/sh\ntouch ran\n"})
    (repo.root / "bin" / "pixi").chmod(0o755)
    path = f"{repo.root / 'bin'}{os.pathsep}bin{os.pathsep}{os.environ['PATH']}"
    done = repro_check(
        "deps", "freeze", cwd=repo.root, env={**surroundings(tmp_path), "PATH": path}
    )
    assert "`pixi` is not installed" in done.err
    assert not list(repo.root.rglob("ran"))


@pytest.mark.parametrize("tool", ["pip-compile", "uv"])
def test_a_local_project_is_read_and_not_built(make_repo, tmp_path: Path, tool: str):
    ran = tmp_path / "ran"
    setup = f"from setuptools import setup\nopen('{ran}', 'w')\nsetup(install_requires=['rc-alpha<2'], extras_require={{'x': ['rc-delta']}})\n"
    repo = make_repo({"requirements.in": "-e .[x]\nrc-beta\n", "setup.py": setup})
    done = freeze(repo.root, "--tool", tool, tmp_path=tmp_path)
    assert done.code == 0, done.text
    assert set(pins(repo.text("requirements.txt"))) == {"rc-alpha", "rc-beta", "rc-delta"}
    assert "pip install --no-deps -e ." in done.err
    assert not ran.exists()
    assert repo.text("requirements.in") == "-e .[x]\nrc-beta\n"
    installs(repo.root / "requirements.txt", tmp_path)


def test_a_local_project_that_computes_its_needs_is_left_out_and_said(make_repo, tmp_path: Path):
    ran = tmp_path / "ran"
    setup = f"from setuptools import setup\nopen('{ran}', 'w')\nsetup(install_requires=needs())\n"
    repo = make_repo({"requirements.in": "-e .\nrc-beta\n", "setup.py": setup})
    done = freeze(repo.root, tmp_path=tmp_path)
    assert done.code == 0, done.text
    assert set(pins(repo.text("requirements.txt"))) == {"rc-beta"}
    assert "`-e .` was left out, with all that it needs" in done.err
    assert not ran.exists()


def test_a_project_that_computes_its_needs_is_refused(make_repo, tmp_path: Path):
    ran = tmp_path / "ran"
    repo = make_repo(
        {
            "pyproject.toml": '[project]\nname = "lab"\ndynamic = ["version", "dependencies"]\n'
            '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
            "backend.py": TRAP.format(ran),
        }
    )
    done = freeze(repo.root, tmp_path=tmp_path)
    assert done.code == 2
    assert "would have to be run" in done.err
    assert not ran.exists()


def test_needs_that_setuptools_reads_from_a_file_are_read_from_it(make_repo, tmp_path: Path):
    repo = make_repo(
        {
            "pyproject.toml": '[project]\nname = "lab"\ndynamic = ["dependencies"]\n'
            '[tool.setuptools.dynamic]\ndependencies = { file = ["needs.txt"] }\n',
            "needs.txt": "rc-alpha\n",
        }
    )
    done = freeze(repo.root, tmp_path=tmp_path)
    assert done.code == 0, done.text
    assert pins(repo.text("requirements.txt"))["rc-alpha"] == "2.0"


def test_a_vendored_wheel_stays_a_relative_path(make_repo, tmp_path: Path):
    surroundings(tmp_path)
    wheel = next((tmp_path / "house").glob("rc_delta*"))
    repo = make_repo({"requirements.in": f"./{wheel.name}\n", wheel.name: wheel.read_bytes()})
    done = freeze(repo.root, tmp_path=tmp_path)
    assert done.code == 0, done.text
    assert str(tmp_path) not in repo.text("requirements.txt")
    installs(repo.root / "requirements.txt", tmp_path)


def test_a_git_dependency_is_frozen_at_its_commit(make_repo, tmp_path: Path):
    other = make_repo(
        {"pyproject.toml": '[project]\nname = "rc-own"\nversion = "1"\n', "rc_own.py": ""}
    )
    other.git("tag", "v1")
    commit = other.git("rev-parse", "HEAD").strip()
    repo = make_repo({"requirements.in": f"rc-beta\nrc-own @ git+file://{other.root}@v1\n"})
    # a wheel in place of the build, which would need setuptools from an index
    done = freeze(repo.root, "--tool", "uv", tmp_path=tmp_path)
    assert done.code == 0, done.text
    text = repo.text("requirements.txt")
    assert f"@{commit}" in text
    assert "--hash" not in text
    assert "has no hashes" in done.err


@pytest.mark.parametrize("place", ["../elsewhere", "/srv/elsewhere", "~/elsewhere"])
def test_a_folder_that_nobody_else_has_is_refused(make_repo, tmp_path: Path, place: str):
    repo = make_repo({"requirements.in": f"-e {place}\n"})
    done = freeze(repo.root, tmp_path=tmp_path)
    assert done.code == 2
    assert "outside of the repository" in done.err


def test_an_include_that_leaves_the_repository_is_refused(make_repo, tmp_path: Path):
    (tmp_path / "secret.txt").write_text("rc-alpha\n")
    repo = make_repo({"requirements.in": "-r ../secret.txt\n"})
    done = freeze(repo.root, tmp_path=tmp_path)
    assert done.code == 2
    assert "outside of the repository" in done.err


def test_an_output_that_somebody_wrote_is_not_overwritten(make_repo, tmp_path: Path):
    repo = make_repo({"requirements.in": "rc-alpha\n", "requirements.txt": "my own words\n"})
    done = freeze(repo.root, "--yes", tmp_path=tmp_path)
    assert done.code == 2
    assert "written by hand" in done.err
    assert repo.git("status", "--porcelain") == ""


def test_two_locks_need_a_choice(make_repo, tmp_path: Path):
    repo = make_repo({"uv.lock": "", "poetry.lock": "", "pyproject.toml": ""})
    done = freeze(repo.root, tmp_path=tmp_path)
    assert done.code == 2
    assert "`uv.lock` and `poetry.lock` are both here" in done.err


def test_lines_that_pip_cannot_read_are_named(make_repo, tmp_path: Path):
    repo = make_repo({"requirements.in": "rc-alpha\nnumpy=1.21.2=py39_0\n"})
    done = freeze(repo.root, tmp_path=tmp_path)
    assert done.code == 2
    assert "requirements.in:2" in done.err
    assert "pip needs `==`" in done.err


def test_a_protected_file_stays(make_repo, tmp_path: Path):
    repo = make_repo({"requirements.in": "rc-alpha==1.0\n"})
    freeze(repo.root, tmp_path=tmp_path)
    repo.write({"requirements.in": "rc-alpha==2.0\n"})
    (repo.root / "requirements.txt").chmod(0o444)
    before = fingerprint(repo.root)
    env = surroundings(tmp_path, "pip-compile")
    done = repro_check(
        "deps", "freeze", "--yes", cwd=repo.root, env=env, before=without_privileges()
    )
    assert done.code == 2, done.text
    assert "protected against writing" in done.err
    assert fingerprint(repo.root) == before


def test_ctrl_c_leaves_the_tree_and_no_process_behind(make_repo, tmp_path: Path):
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "uv").write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nsleep 60\n")
    (tools / "uv").chmod(0o755)
    repo = make_repo({"requirements.txt": "rc-alpha\n"})
    env = {
        **clean_environment(),
        **surroundings(tmp_path),
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "TMPDIR": str(tmp_path / "tmp"),
    }
    (tmp_path / "tmp").mkdir()
    argv = (sys.executable, "-m", "repro_check", "deps", "freeze", "--tool", "uv", "--yes")
    process = subprocess.Popen(argv, cwd=repo.root, env=env, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not (tmp_path / "pid").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert repo.git("status", "--porcelain") == ""
    assert not list((tmp_path / "tmp").glob("repro-check-freeze-*"))
    child = int((tmp_path / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_where_the_requirements_file_is_empty_the_imports_are_taken(make_repo, tmp_path: Path):
    repo = make_repo({"requirements.txt": "\n", "train.py": "import numpy\n"})
    done = freeze(repo.root, tmp_path=tmp_path)
    # the index of the tests has no numpy, so this shows that it was looked for
    assert "no index has a version of `numpy`" in done.err
    assert repo.git("status", "--porcelain") == ""


@pytest.mark.parametrize("words", [(), ("requirements.txt",)])
def test_an_empty_requirements_file_does_not_become_a_lock_of_nothing(
    make_repo, tmp_path: Path, words: tuple[str, ...]
):
    repo = make_repo({"requirements.txt": ""})
    done = freeze(repo.root, *words, tmp_path=tmp_path)
    assert done.code == 2
    assert "nothing" in done.err
    assert repo.git("status", "--porcelain") == ""


def test_with_diff_a_container_without_a_lock_is_said_to_wait(make_repo, tmp_path: Path):
    repo = make_repo({"requirements.txt": "rc-beta\n"})
    done = freeze(repo.root, "--container", "docker", "--diff", tmp_path=tmp_path)
    assert done.code == 0
    assert "the docker file is made from the lock" in done.err
