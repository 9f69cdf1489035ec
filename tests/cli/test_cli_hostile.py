"""What a hostile repository or word can write reaches neither a terminal nor a runner raw."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from commanding import FALSY, Done, repro_check
from conftest import Repo

from repro_check.cli.output import say_diff
from repro_check.cli.release import _print
from repro_check.cli.smoke import print_report
from repro_check.release.checks import CheckResult, Outcome
from repro_check.release.gate import GateReport
from repro_check.smoke import SmokeReport
from repro_check.smoke.result import Diagnosis

MakeRepo = Callable[..., Repo]
CONFIG = "data:\n  dir: data\n  md5: '{}'\n".format("0" * 32)
NAMES = ("a\x1b]0;x\x07", "c##[error]x", "b\n::error::pwn2", "::error::pwn", "d\u202ex")
WORD = "no\x1b]0;x\x07\n::error::y ##[error]z\u202e"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = Repo(tmp_path_factory.mktemp("hostile") / "repo")
    files = {f"{name}.yaml": CONFIG for name in NAMES} | {f"{name}.py": FALSY for name in NAMES}
    repo.write({**files, "data/x.csv": "1\n"}).commit()
    return repo


def assert_harmless(done: Done) -> None:
    text = done.text.replace("\n", "").replace("\t", "")
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text), text
    assert not re.search(r"^\s*::\w+::", done.text, re.MULTILINE), done.text
    assert "##[" not in done.text


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("check", "--show-files"), 0),
        (("check", "--select", "SEED004", "--diff"), 1),
        (("data", "verify"), 1),
        (("data", "lock"), 3),
        (("data", "lock", "--update", "--diff"), 0),
        (("check", WORD), 2),
        (("check", "--select", WORD), 2),
        (("check", "--config", WORD), 2),
        (("check", f"--{WORD}"), 2),
        (("rule", WORD), 2),
        ((WORD,), 2),
        (("settings", WORD), 2),
        (("config", "show", WORD), 2),
        (("config", "list"), 0),
        (("release", WORD), 2),
        (("data", "hash", WORD), 2),
    ],
    ids=ascii,
)
def test_nothing_that_is_printed_steers_a_reader(
    words: tuple[str, ...], code: int, hostile: Repo
) -> None:
    done = repro_check(*words, cwd=hostile.root)
    assert done.code == code, done.text
    assert done.text.strip()
    assert_harmless(done)


def test_a_name_is_one_line_of_the_files(hostile: Repo) -> None:
    done = repro_check("check", "--show-files", cwd=hostile.root)
    assert r"b\n::error::pwn2.py" in done.out.splitlines()
    assert r"\x3a:error::pwn.py" in done.out.splitlines()


def test_commands_that_write_say_harmless_words(make_repo: MakeRepo) -> None:
    repo = make_repo({f"{name}.yaml": CONFIG for name in NAMES} | {"data/x.csv": "1\n"})
    repo.write({f"{name}.py": FALSY for name in NAMES})
    for words in (
        ("check", "--select", "SEED004", "--fix"),
        ("baseline", "create"),
        ("baseline", "show"),
        ("data", "lock", "--update"),
        ("baseline", "show"),
    ):
        done = repro_check(*words, cwd=repo.root)
        assert done.code == 0, done.text
        assert len(done.text.splitlines()) >= (1 if "create" in words else len(NAMES))
        assert_harmless(done)


def test_the_place_of_an_error_stays_on_its_line(make_repo: MakeRepo) -> None:
    repo = make_repo({"b\n::error::x/repro-check.toml": "nonsense = 1\n"})
    done = repro_check("settings", cwd=repo.root / "b\n::error::x")
    assert done.code == 2
    assert r"b\n::error::x" in done.err
    assert_harmless(done)


def test_a_diff_of_existing_files_steers_no_terminal(make_repo: MakeRepo) -> None:
    hooks = "# \u202e ##[error]x\nrepos:\n  - repo: local\n    hooks: []\n"
    repo = make_repo({".pre-commit-config.yaml": hooks, "train.py": FALSY})
    done = repro_check("init", "--diff", cwd=repo.root)
    assert done.code == 0
    assert r"\u202e \x23#[error]x" in done.out
    assert_harmless(done)


@pytest.mark.parametrize(
    "text",
    [
        FALSY.replace("\n", "\r\n"),
        FALSY.replace("    ", "\t"),
        f"\ufeff{FALSY}",
        FALSY.replace("\n\n", "\n\x0c\n"),
        FALSY.replace("\n\n", "\n'''e\u0301 种 👩\u200d💻 می\u200cخواهم\n\n    ::\n'''  # a::b\n"),
        FALSY.replace("\n\n", "\nx = y[\n    ::2, ##\n]\n"),
    ],
    ids=["CRLF", "tabs", "BOM", "form feed", "words", "colons"],
)
def test_git_takes_the_diff_of_an_ordinary_file(text: str, make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": text.encode()})
    done = repro_check("check", "--select", "SEED004", "--diff", cwd=repo.root)
    subprocess.run(
        ("git", "apply", "-"), cwd=repo.root, input=done.out.encode(), check=True, timeout=60
    )
    fixed = text.replace("if seed:", "if seed is not None:")
    assert (repo.root / "train.py").read_bytes() == fixed.encode()


@pytest.mark.parametrize(
    "line",
    ["::error::x", "\u200d::error::x", "\x0c::error::x", "# ##[error]x", "# #\u200d#[error]x"],
    ids=ascii,
)
def test_no_line_of_a_diff_is_a_command(line: str, make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": FALSY.replace("\n\n", f"\n'''\n{line}\n'''\n")})
    done = repro_check("check", "--select", "SEED004", "--diff", cwd=repo.root)
    seen = re.sub("[\u200d\x0c]", "", done.out)
    assert "+if seed is not None:" in seen
    assert not re.search(r"^\s*::\w+::|##\[", seen, re.MULTILINE)


def test_a_report_is_written_whole_or_not_at_all(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": FALSY})
    folder = repo.root.parent / "reports"
    folder.mkdir()
    target, link = folder / "report.txt", folder / "link.txt"
    target.write_text("old")
    target.chmod(0o640)
    os.link(target, folder / "old.txt")
    link.symlink_to(target)
    assert repro_check("check", "-o", link, cwd=repo.root).code == 1
    assert "SEED004" in target.read_text("utf-8")
    assert (folder / "old.txt").read_text() == "old", "the old content was replaced, not cut"
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in folder.iterdir()) == ["link.txt", "old.txt", "report.txt"]


@pytest.mark.parametrize("name", ["no/such/folder.txt", "x" * 300])
def test_a_report_that_cannot_be_written_is_one_clear_error(name: str, make_repo: MakeRepo) -> None:
    done = repro_check("check", "-o", name, cwd=make_repo({"train.py": FALSY}).root)
    assert done.code == 2
    assert "cannot write the file" in done.err


def test_a_report_to_a_pipe_or_a_device_does_not_replace_it(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": FALSY})
    assert "SEED004" in repro_check("check", "-o", "/dev/stdout", cwd=repo.root).out
    pipe = repo.root.parent / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert repro_check("check", "-o", pipe, cwd=repo.root).code == 1
        assert b"SEED004" in os.read(reader, 65536)
    finally:
        os.close(reader)
    assert Path(pipe).is_fifo()


@pytest.mark.parametrize("name", ["x" * 300, r"a\u0000b"], ids=["too long", "NUL"])
@pytest.mark.parametrize("verb", ["create", "update", "show"])
def test_a_baseline_of_an_impossible_name_is_one_clear_error(
    name: str, verb: str, make_repo: MakeRepo
) -> None:
    repo = make_repo({"repro-check.toml": f'baseline = "{name}"\n', "train.py": FALSY})
    done = repro_check("baseline", verb, cwd=repo.root)
    assert done.code == 2, done.text
    assert "no baseline can be kept there" in done.err


def test_the_report_of_a_smoke_test_is_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(
        SmokeReport(
            name=WORD,
            commit="0" * 40,
            phases=(),
            diagnosis=Diagnosis(WORD, fix=WORD, place=WORD),
            runner="python",
            cannot_see=(WORD,),
            notes=(WORD,),
            log=WORD,
            kept=WORD,
        )
    )
    assert_harmless(Done(0, *capsys.readouterr()))


def test_the_table_and_the_details_of_a_release_are_harmless(
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrapped = "word " * 12 + "::error::pwn " * 12 + WORD
    check = CheckResult(name="rules", outcome=Outcome.FAILED, summary=wrapped, details=(WORD,))
    _print(GateReport("/r", (check,)))
    assert_harmless(Done(0, *capsys.readouterr()))


def test_on_a_terminal_a_diff_shows_its_carriage_returns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    say_diff("+a\tb\r\n")
    assert capsys.readouterr().out == "+a\tb\r\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    say_diff("+a\tb\r\n")
    assert capsys.readouterr().out == "+a\tb\\r\n"
