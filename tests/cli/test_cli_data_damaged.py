"""`repro-check data` beside configs that cannot be read or written, and with a bar on the screen."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from hashlib import md5

import pytest
from commanding import repro_check
from conftest import Repo, clean_environment

MakeRepo = Callable[..., Repo]
FITS = md5(b"a1").hexdigest()
GOOD = f"data_dir: data\nmd5: {FITS}\n"
CONFLICT = f"data_dir: data\n<<<<<<< HEAD\nmd5: {FITS}\n=======\nmd5: ''\n>>>>>>> other\n"
DVC = f"outs:\n- md5: {FITS}\n  path: [\n"


@pytest.mark.parametrize(("path", "text"), [("bad.yaml", CONFLICT), ("bad.dvc", DVC)])
def test_a_damaged_config_that_records_a_digest_is_never_passed_over(
    make_repo: MakeRepo, path: str, text: str
) -> None:
    repo = make_repo({"a.yaml": GOOD, path: text, "data/a": "1"})
    for command, code in {"verify": 3, "diff": 3, "lock": 3, "status": 0}.items():
        done = repro_check("data", command, cwd=repo.root)
        assert done.code == code, done.text
        assert f"not read      {path}: mend this config: line" in done.text
    document = repro_check("data", "verify", "--output-format", "json", cwd=repo.root).document
    assert [one["config"] for one in document["not_read"]] == [path]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("chart.yaml", "{{ if .Values.a }}\nname: x\n{{ end }}\n"),
        ("tests/bad.yaml", CONFLICT),
        ("package-lock.json", '{"sha256": "1",}'),
    ],
)
def test_a_damaged_file_that_declares_no_data_is_no_matter(
    make_repo: MakeRepo, path: str, text: str
) -> None:
    repo = make_repo({"a.yaml": GOOD, path: text, "data/a": "1"})
    done = repro_check("data", "verify", cwd=repo.root)
    assert (done.code, done.out) == (0, "match         a.yaml: data_dir\n")


def test_a_config_that_cannot_be_edited_keeps_no_other_from_being_recorded(
    make_repo: MakeRepo,
) -> None:
    odd = "data_dir: data\nmd5: !!null\n"
    repo = make_repo({"a.yaml": odd, "b.yaml": "data_dir: data\nmd5:\n", "data/a": "1"})
    done = repro_check("data", "lock", cwd=repo.root)
    assert done.code == 3
    assert "a.yaml: nothing was recorded, since the edit would break the file" in done.err
    assert repo.text("a.yaml") == odd
    assert FITS in repo.text("b.yaml")
    assert FITS in repo.text("repro-data.lock")


def test_the_status_says_what_to_do_about_data_without_a_digest(make_repo: MakeRepo) -> None:
    repo = make_repo({"a.yaml": "data_dir: data\nmd5:\n", "data/a": "1"})
    assert "`repro-check data lock` records" in repro_check("data", "status", cwd=repo.root).err
    repo.write({"a.yaml": GOOD})
    assert repro_check("data", "status", cwd=repo.root).err == ""


def test_what_is_said_stands_on_a_line_of_its_own_while_a_bar_is_shown(
    make_repo: MakeRepo,
) -> None:
    repo = make_repo({"a.yaml": "data_dir: data\nmd5:\n", "data/a": "1"})
    with (repo.root / "data/big").open("wb") as file:
        file.truncate(2 << 30)  # takes longer to hash than the patience of the bar
    leader, follower = pty.openpty()
    program = [sys.executable, "-m", "repro_check", "data", "lock"]
    child = subprocess.Popen(
        program,
        cwd=repo.root,
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=follower,
        env=clean_environment() | {"XDG_CACHE_HOME": f"{repo.root}.cache", "TERM": "xterm"},
    )
    os.close(follower)
    shown = b""
    while True:
        try:
            more = os.read(leader, 65536)
        except OSError:  # the other side is closed
            break
        if not more:
            break
        shown += more
    os.close(leader)
    assert child.wait() == 0
    assert b"GB" in shown, "no bar was shown"
    (before,) = re.findall(rb"(.*)a\.yaml: recorded 1", shown)
    assert re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]|\r", b"", before) == b""
