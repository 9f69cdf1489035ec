"""Nothing is left behind when a fresh installation is cut off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from commanding import repro_check
from conftest import Repo, clean_environment
from fresh_index import serving

MakeRepo = Callable[..., Repo]
WORDS = ("deps", "check", "--fresh")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("request_to_end", [signal.SIGINT, signal.SIGTERM])
def test_neither_processes_nor_files_outlive_an_interruption(
    request_to_end: signal.Signals, tmp_path: Path, make_repo: MakeRepo
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with serving(tmp_path / "index", slowly=60.0) as index:
        repo = make_repo({"requirements.txt": index.lock("alpha==1.0", "beta==2.0")})
        variables = clean_environment() | index.variables | {"TMPDIR": str(temporary)}
        process = subprocess.Popen(
            (sys.executable, "-m", "repro_check", *WORDS),
            cwd=repo.root,
            env=variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while not list(temporary.glob("*/requirements.txt")) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(request_to_end)
        assert process.wait(30) != 0
    assert os.listdir(temporary) == []
    assert repo.git("status", "--short") == ""


def test_the_time_limit_ends_it_with_the_code_for_not_checked(
    tmp_path: Path, make_repo: MakeRepo
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with serving(tmp_path / "index", slowly=60.0) as index:
        repo = make_repo({"requirements.txt": index.lock("beta==2.0")})
        variables = index.variables | {"TMPDIR": str(temporary)}
        done = repro_check(*WORDS, "--timeout", "2", cwd=repo.root, env=variables)
    assert done.code == 3
    assert "within 2 seconds" in " ".join(done.out.split())
    assert os.listdir(temporary) == []


def test_without_a_lock_there_is_nothing_to_install(make_repo: MakeRepo) -> None:
    done = repro_check(*WORDS, cwd=make_repo({"train.py": "print(1)\n"}).root)
    assert done.code == 3
    assert "no lock" in done.out
