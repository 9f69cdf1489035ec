"""How a report is written: formats, files, colours, counts."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from commanding import FALSY, as_json, notebook, repro_check
from conftest import Repo

from repro_check import __version__

MakeRepo = Callable[..., Repo]
FORMATS = ("full", "concise", "json", "github", "sarif", "junit", "markdown")
ODD_NAMES = [
    "with space.py",
    "new\nline.py",
    'quo"te.py',
    "::error::x.py",
    "ünïcode.py",
    "esc\x1b[31m.py",
    os.fsdecode(b"latin\xe9.py"),
    "a%0Ab.py",
    "<b>&amp;.py",
]


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repo:
    return make_repo(
        {
            "train.py": FALSY,
            "nb.ipynb": notebook("x = 1\n", f"y = 2\n{FALSY}"),
            "old.py": FALSY.replace(":\n", ":  # repro-check: ignore[SEED004] -- 0 is no seed\n"),
            "broken.yaml": "a: [\n",
        }
    )


def test_the_json_document_has_the_shape_that_others_build_on(repo: Repo) -> None:
    done = as_json("--select", "SEED004", "--select", "PORT001", cwd=repo.root)
    document = done.document
    assert list(document) == [
        "version",
        "tool",
        "root",
        "findings",
        "suppressed",
        "baselined",
        "not_checked",
        "summary",
    ]
    assert document["version"] == 1
    assert document["tool"] == {"name": "repro-check", "version": __version__}
    assert document["root"] == str(repo.root)
    in_notebook, in_file = document["findings"]
    assert list(in_file) == [
        "code",
        "name",
        "severity",
        "confidence",
        "message",
        "help",
        "path",
        "cell",
        "line",
        "column",
        "end_line",
        "end_column",
        "fix",
        "fingerprint",
        "url",
        "related",
    ]
    fixed = {"code": "SEED004", "name": "falsy-seed-skipped", "severity": "warning"}
    fixed |= {"confidence": "high", "path": "train.py", "cell": None, "fix": "safe"}
    fixed |= {"line": 5, "column": 4, "end_line": 5, "end_column": 8}
    assert {key: in_file[key] for key in fixed} == fixed
    assert re.fullmatch("[0-9a-f]{16}", in_file["fingerprint"])
    assert in_file["url"].startswith("https://")
    assert "seed 0 skips `random.seed`" in in_file["message"]
    assert (in_notebook["path"], in_notebook["cell"], in_notebook["line"]) == ("nb.ipynb", 2, 6)
    assert [item["path"] for item in document["suppressed"]] == ["old.py"]
    assert document["baselined"] == []
    (broken,) = document["not_checked"]
    assert list(broken) == ["path", "reason"]
    assert broken["path"] == "broken.yaml"
    summary = document["summary"]
    assert list(summary) == ["error", "warning", "info", "files", "seconds"]
    assert (summary["error"], summary["warning"], summary["info"]) == (0, 2, 0)
    assert summary["files"] == 4
    assert 0 <= summary["seconds"] < 60
    assert done.err == ""


def test_the_concise_form_is_one_line_a_finding(repo: Repo) -> None:
    done = repro_check(
        "check", "--select", "SEED004", "--output-format", "concise", "-q", cwd=repo.root
    )
    message = "`seed` is tested for truth, so seed 0 skips `random.seed`"
    assert done.out.splitlines() == [
        f"nb.ipynb:cell 2:6:4: SEED004 {message}",
        f"train.py:5:4: SEED004 {message}",
    ]


def test_the_full_form_shows_line_caret_why_help_and_fix(repo: Repo) -> None:
    done = repro_check("check", "--select", "SEED004", "train.py", cwd=repo.root)
    for words in (
        "train.py:5:4: SEED004 [*] warning:",
        "5 | if seed:",
        "  |    ^^^^",
        "= help:",
        "= fix:",
        "Found 1 warning",
        "1 fixable with --fix",
    ):
        assert words in done.out


def test_sarif_names_the_line_in_the_notebooks_json(repo: Repo) -> None:
    done = repro_check("check", "--select", "SEED004", "--output-format", "sarif", cwd=repo.root)
    results = json.loads(done.out)["runs"][0]["results"]
    region = results[0]["locations"][0]["physicalLocation"]["region"]
    lines = repo.text("nb.ipynb").splitlines()
    assert "if seed:" in lines[region["startLine"] - 1]


def test_every_format_is_written_to_the_screen_and_to_a_file(repo: Repo) -> None:
    for name in FORMATS:
        target = repo.root.parent / f"report.{name}"
        shown = repro_check("check", "--output-format", name, cwd=repo.root)
        kept = repro_check("check", "--output-format", name, "-o", str(target), cwd=repo.root)
        assert shown.code == kept.code == 1
        assert kept.out == ""
        times = re.compile(r"\d+\.\d+( s\b|\"|,|\n)")
        assert times.sub("T", target.read_text("utf-8")) == times.sub("T", shown.out), name
    json.loads((repo.root.parent / "report.json").read_text("utf-8"))
    json.loads((repo.root.parent / "report.sarif").read_text("utf-8"))
    ET.parse(repo.root.parent / "report.junit")


def test_the_format_can_come_from_the_environment(repo: Repo) -> None:
    done = repro_check("check", cwd=repo.root, env={"REPRO_CHECK_OUTPUT_FORMAT": "json"})
    assert done.document["version"] == 1


def test_names_of_any_kind_are_shown_in_every_format(make_repo: MakeRepo) -> None:
    repo = make_repo(dict.fromkeys(ODD_NAMES, FALSY))
    for name in FORMATS:
        done = repro_check("check", "--select", "SEED004", "--output-format", name, cwd=repo.root)
        assert done.code == 1
        assert "\x1b" not in done.out
        assert not [c for c in done.out if 0xD800 <= ord(c) <= 0xDFFF]
        assert "\n::error::x.py" not in done.out
    document = as_json("--select", "SEED004", cwd=repo.root).document
    assert len(document["findings"]) == len(ODD_NAMES)
    created = repro_check("baseline", "create", cwd=repo.root)
    assert created.code == 0
    assert as_json("--select", "SEED004", cwd=repo.root).codes == []
    shown = repro_check("check", "--show-files", cwd=repo.root)
    assert shown.code == 0


def _terminal(*arguments: str, cwd: Path, env: dict[str, str]) -> str:
    """What the command writes when its output is a terminal."""
    import pty
    import subprocess
    import sys

    from conftest import clean_environment

    ours, theirs = pty.openpty()
    command = (sys.executable, "-m", "repro_check", *arguments)
    environment = {k: v for k, v in clean_environment().items() if k != "NO_COLOR"}
    with subprocess.Popen(
        command, cwd=cwd, env=environment | {"TERM": "xterm"} | env, stdout=theirs, stderr=theirs
    ):
        os.close(theirs)
        chunks = []
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not chunk:
                break
            chunks.append(chunk)
    os.close(ours)
    return b"".join(chunks).decode()


def test_colour_is_for_terminals_only(repo: Repo) -> None:
    escape = "\x1b["
    words = ("check", "--select", "SEED004")
    assert escape not in repro_check(*words, cwd=repo.root, env={"NO_COLOR": ""}).text
    assert escape in _terminal(*words, cwd=repo.root, env={})
    assert escape not in _terminal(*words, cwd=repo.root, env={"NO_COLOR": "1"})
    assert escape not in _terminal(*words, "--color", "never", cwd=repo.root, env={})
    assert escape in repro_check(*words, "--color", "always", cwd=repo.root).out
    assert escape in repro_check(*words, cwd=repo.root, env={"FORCE_COLOR": "1"}).out
    target = repo.root.parent / "report.txt"
    repro_check(*words, "--color", "always", "-o", str(target), cwd=repo.root)
    assert escape not in target.read_text()


def test_findings_are_counted_by_rule(repo: Repo) -> None:
    repo.write({"paths.yaml": "out: /home/ada/out\n"})
    done = repro_check(
        "check",
        "--statistics",
        "--select",
        "SEED004,PORT001",
        "--output-format",
        "concise",
        cwd=repo.root,
    )
    assert "2  SEED004  falsy-seed-skipped\n1  PORT001  user-absolute-path\n" in done.out


def test_the_footer_says_what_was_not_checked_and_what_was_set_aside(repo: Repo) -> None:
    full = repro_check("check", "--select", "SEED004", "--select", "PORT001", cwd=repo.root).out
    assert "Found 2 warnings (1 suppressed). 2 fixable with --fix." in full
    assert "Not checked:" in full
    assert "broken.yaml" in full
    quiet = repro_check("check", "-q", "--select", "SEED004", cwd=repo.root).out
    assert "Found" not in quiet
    assert "SEED004" in quiet


def test_a_reader_that_goes_away_is_no_error(make_repo: MakeRepo) -> None:
    many = "".join(
        f"def f{n}(seed):\n    if seed:\n        random.seed(seed)\n" for n in range(2000)
    )
    repo = make_repo({"train.py": f"import random\n{many}"})
    script = '"$@" | head -n 1'
    done = repro_check("check", cwd=repo.root, before=("sh", "-c", script, "sh"))
    assert done.err == ""
    assert len(done.out.splitlines()) == 1
