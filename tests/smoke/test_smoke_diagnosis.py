"""Each planted defect, committed as its author would, is named in one sentence."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest
from smoke_projects import PREDICT, git, project, run, write

from repro_check.smoke import Phase, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 9\n"
VERSION = "{}.{}".format(*sys.version_info)


def code(*lines: str, imports: str = "") -> str:
    """A predict.py whose function runs `lines` before it computes what is expected."""
    body = "".join(f"    {line}\n" for line in lines)
    return f"import json\n{imports}\n\n\ndef predict(checkpoint, sample):\n{body}" + "\n".join(
        PREDICT.splitlines()[4:]
    )


class Case(NamedTuple):
    """A defect: what is committed, what lies beside it, and what must be said."""

    files: Mapping[str, str | bytes]
    says: str
    phase: Phase = Phase.INFER
    place: str = "predict.py:6"
    fix: str = ""
    untracked: Mapping[str, str | bytes] = {}
    settings: Mapping[str, object] = {}


READ_LABELS = {"predict.py": code("open('data/labels.txt').read()")}
CASES = {
    "undeclared import": Case(
        {"predict.py": code("pass", imports="import einops_of_nobody")},
        "It imports 'einops_of_nobody', which requirements.txt does not install.",
        Phase.LOAD,
        "predict.py:2",
        "requirements.txt, with its version",
    ),
    "untracked module": Case(
        {"predict.py": code("pass", imports="import helper")},
        "It imports 'helper': helper.py is on your disk, but not in the commit.",
        Phase.LOAD,
        "predict.py:2",
        "git add helper.py",
        {"helper.py": ""},
    ),
    "local package that only PYTHONPATH finds": Case(
        {"predict.py": code("pass", imports="import ours"), "lib/ours/__init__.py": ""},
        "It imports 'ours', which lies in this repository (lib/ours), but not where Python looks",
        Phase.LOAD,
        "predict.py:2",
        "-e .",
    ),
    "module of an older Python": Case(
        {"predict.py": code("pass", imports="import asyncio.compat")},
        f"It imports 'asyncio.compat', which Python {VERSION} does not have.",
        Phase.LOAD,
        "predict.py:2",
    ),
    "name that left the standard library": Case(
        {"predict.py": code("pass", imports="from collections import Mapping")},
        f"'collections' of Python {VERSION} has no 'Mapping'.",
        Phase.LOAD,
        "predict.py:2",
    ),
    "attribute that left the standard library": Case(
        {"predict.py": code("collections.Mapping", imports="import collections")},
        f"'collections' of Python {VERSION} has no 'Mapping'.",
    ),
    "untracked file": Case(
        READ_LABELS,
        "data/labels.txt is on your disk, but not in the commit.",
        fix="git add data/labels.txt",
        untracked={"data/labels.txt": "cat"},
    ),
    "ignored file": Case(
        {**READ_LABELS, ".gitignore": "labels.txt\n"},
        "data/labels.txt is on your disk, but not in the commit, for .gitignore keeps it out.",
        fix="git add -f data/labels.txt",
        untracked={"data/labels.txt": "cat"},
    ),
    "file that is nowhere": Case(
        READ_LABELS, "It opens data/labels.txt, which is neither in the commit nor on your disk."
    ),
    "upper and lower case": Case(
        {**READ_LABELS, "Data/Labels.txt": "cat"},
        "data/labels.txt is committed as Data/Labels.txt: the names differ in case",
        settings={},
    ),
    "path relative to another folder": Case(
        {"predict.py": code("open('labels.txt').read()"), "scripts/labels.txt": "cat"},
        "It opens 'labels.txt' relative to the working directory, but the repository has "
        "scripts/labels.txt",
        fix="Path(__file__).parent",
    ),
    "working directory that changes": Case(
        {
            "predict.py": code("os.chdir('data'); open('data/sample.json')", imports="import os"),
        },
        "data/sample.json is in the commit, but was not found: the working directory has changed.",
    ),
    "file outside of the repository": Case(
        {"predict.py": code("open('../beside.txt').read()")},
        "It opens ../beside.txt, which lies outside of the repository",
        untracked={"../beside.txt": "x"},
    ),
    "absolute path of another machine": Case(
        {"predict.py": code("open('/scratch/of/nobody/labels.txt').read()")},
        "It opens /scratch/of/nobody/labels.txt, an absolute path that other machines do not have.",
    ),
    "file in the home folder": Case(
        {"predict.py": code("open(os.path.expanduser('~/.cache/vocab.txt'))", imports="import os")},
        "It opens ~/.cache/vocab.txt: other people have no such file in their home folder.",
    ),
    "folder that git does not keep": Case(
        {"predict.py": code("open('outputs/log.txt', 'w').write('x')")},
        "It writes outputs/log.txt, but a clone has no folder outputs",
        fix="mkdir(parents=True, exist_ok=True)",
        untracked={"outputs/log.txt": "from an earlier run"},
    ),
    "Git LFS pointer that is unpickled": Case(
        {
            "predict.py": code(
                "pickle.load(open('ckpt/vocab.pkl', 'rb'))", imports="import pickle"
            ),
            "ckpt/vocab.pkl": LFS,
        },
        "ckpt/vocab.pkl is a Git LFS pointer in the commit",
        Phase.LOAD,
    ),
    "Git LFS pointer that is read as JSON": Case(
        {"predict.py": code("json.load(open('ckpt/vocab.json'))"), "ckpt/vocab.json": LFS},
        "ckpt/vocab.json is a Git LFS pointer in the commit",
        Phase.LOAD,
    ),
    "file in a folder that a script made its class": Case(
        {
            "predict.py": code("pickle.load(open('ckpt/net.pkl', 'rb'))", imports="import pickle"),
            "ckpt/net.pkl": b"c__main__\nNet\n.",
        },
        "The checkpoint was pickled with the class Net of a script that was run",
        Phase.LOAD,
    ),
    "environment variable": Case(
        {"predict.py": code("os.environ['DATA_ROOT_OF_MINE']", imports="import os")},
        "It reads the environment variable DATA_ROOT_OF_MINE, which other people have not set.",
        fix="`env`",
    ),
    "download": Case(
        {
            "predict.py": code(
                "urllib.request.urlopen('https://weights.example.org/a.bin')",
                imports="import urllib.request",
            )
        },
        "It asks weights.example.org for data while inferring",
    ),
    "download by address": Case(
        {
            "predict.py": code(
                "socket.create_connection(('192.0.2.1', 80))", imports="import socket"
            )
        },
        "It asks 192.0.2.1 for data while inferring",
    ),
    "download whose failure is hidden": Case(
        {
            "predict.py": code(
                "try: socket.getaddrinfo('weights.example.org', 443)",
                "except OSError: raise ValueError('no weights') from None",
                imports="import socket",
            )
        },
        "It asks weights.example.org for data while inferring, and fails without.",
        place="predict.py:7",
        fix="ValueError: no weights",
    ),
    "syntax of a newer Python": Case(
        {"predict.py": code("pass", imports="type Pair[T] == tuple[T, T]")},
        f"Python {VERSION} cannot read the code: invalid syntax.",
        Phase.LOAD,
        "predict.py:2",
        "requires-python",
    ),
    "git at run time": Case(
        {
            "predict.py": code(
                "subprocess.check_output(['git', 'rev-parse', 'HEAD'])", imports="import subprocess"
            )
        },
        "It asks git for its version while running",
    ),
    "program of a conda environment": Case(
        {"predict.py": code("subprocess.run(['mmseqs_of_nobody'])", imports="import subprocess")},
        "It runs the program 'mmseqs_of_nobody', which neither requirements.txt nor a plain system",
    ),
    "locale of one country": Case(
        {"predict.py": code("locale.setlocale(locale.LC_ALL, 'xx_XX')", imports="import locale")},
        "It sets a locale that other machines do not have.",
    ),
    "entry that is misspelt": Case(
        {},
        "Nothing to compare: the module predict has no predictions.",
        Phase.LOAD,
        "",
        settings={"entry": "predict:predictions"},
    ),
    "output that is no value": Case(
        {"predict.py": code("return object()")},
        "Nothing to compare: the entry returned a value of type object;",
        place="",
    ),
    "exit without a word": Case(
        {"predict.py": code("os._exit(0)", imports="import os")},
        "Nothing to compare: it ended before the entry returned.",
        place="",
    ),
    "sys.exit at import": Case(
        {"predict.py": code("pass", imports="import sys; sys.exit(3)")},
        "It failed with exit code 1: SystemExit: 3",
        Phase.LOAD,
        "predict.py:2",
    ),
    "killed for memory": Case(
        {"predict.py": code("os.kill(os.getpid(), 9)", imports="import os")},
        "It was killed, most likely because memory ran out.",
        place="",
    ),
    "crash in compiled code": Case(
        {"predict.py": code("os.kill(os.getpid(), 11)", imports="import os")},
        "It crashed in compiled code (SIGSEGV).",
        place="",
    ),
    "unknown error": Case(
        {"predict.py": code("raise ValueError('of a kind of its own')")},
        "It failed with exit code 1: ValueError: of a kind of its own",
    ),
    "source code that quotes another symptom": Case(
        {"predict.py": code("raise ValueError('odd')  # No module named 'torch'")},
        "It failed with exit code 1: ValueError: odd",
    ),
    "hang": Case(
        {"predict.py": code("time.sleep(60)", imports="import time")},
        "It did not finish within 4 seconds for one inference.",
        fix="`timeout`",
        settings={"timeout": 4, "repeat": 1},
    ),
    "not a number": Case(
        {"predict.py": code("return [0.5, float('nan'), 4.5]")},
        "The output is not a number: [1] is NaN.",
        Phase.COMPARE,
        "",
    ),
    "another output": Case(
        {"predict.py": code("return [0.5, -4.0, 4.6]")},
        "The output differs from expected.json: [2] is 4.6, expected 4.5 (1 of 3 numbers differ, by "
        "up to 0.1, allowed is 0.00451).",
        Phase.COMPARE,
        "",
    ),
    "another shape": Case(
        {"predict.py": code("return [[0.5, -4.0, 4.5]]")},
        "The output differs from expected.json: the output has the shape (1, 3), expected (3,).",
        Phase.COMPARE,
        "",
    ),
    "dropout in train mode": Case(
        {"predict.py": code("return [random.random()]", imports="import random")},
        "Two runs on the same input disagree: [0] is ",
        Phase.REPEAT,
        "",
        "model.eval()",
        settings={"expected": None},
    ),
    "second call that fails": Case(
        {
            "predict.py": code(
                "calls.append(1)",
                "assert len(calls) < 2, 'only once'",
                imports="calls = []",
            )
        },
        "It failed with exit code 1: AssertionError: only once",
        Phase.REPEAT,
        "predict.py:7",
    ),
    "expected output that is no JSON": Case(
        {"expected.json": "{"},
        "The expected output cannot be read: expected.json is not JSON",
        Phase.COMPARE,
        "expected.json",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_planted_defect_is_named(case: Case, tmp_path: Path) -> None:
    root = project(tmp_path / "repo", case.files, untracked=case.untracked)
    report = run(root, **case.settings)
    assert report.diagnosis is not None
    assert case.says in report.diagnosis.sentence
    assert case.fix in report.diagnosis.fix
    assert report.diagnosis.place == case.place
    phases = list(Phase)
    reached = phases.index(case.phase)
    assert report.of(case.phase).verdict is Verdict.FAILED
    assert all(report.of(phase).verdict is Verdict.PASSED for phase in phases[:reached])
    assert all(report.of(phase).verdict is Verdict.NOT_REACHED for phase in phases[reached + 1 :])
    assert report.verdict is Verdict.FAILED


def test_an_absolute_path_into_the_repository_is_found_although_it_works_here(
    tmp_path: Path,
) -> None:
    root = tmp_path / "repo"
    source = code(f"open({str(root / 'data/labels.txt')!r}).read()")
    project(root, {"predict.py": source, "data/labels.txt": "cat"})
    report = run(root)
    assert report.diagnosis is not None
    assert report.diagnosis.sentence == (
        f"It opens {root}/data/labels.txt, a path that exists on your machine only."
    )
    assert "data/labels.txt. Build it from" in report.diagnosis.fix
    assert report.diagnosis.place == "predict.py:6"


def test_a_file_in_the_real_home_is_found_although_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    write(home, {"data/labels.txt": "cat"})
    monkeypatch.setenv("HOME", str(home))
    source = code(f"open({str(home / 'data/labels.txt')!r}).read()")
    report = run(project(tmp_path / "repo", {"predict.py": source}))
    assert report.diagnosis is not None
    assert f"{home}/data/labels.txt, in your home folder" in report.diagnosis.sentence


def test_a_file_in_a_submodule_is_told_from_an_untracked_one(tmp_path: Path) -> None:
    root = project(tmp_path / "repo", {"predict.py": code("open('vendor/lib/a.txt')")})
    head = git(root, "rev-parse", "HEAD").strip()
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{head},vendor/lib")
    git(root, "commit", "--quiet", "--message", "submodule")
    write(root, {"vendor/lib/a.txt": "here on my disk"})
    report = run(root)
    assert report.diagnosis is not None
    assert "vendor/lib/a.txt lies in the submodule vendor/lib" in report.diagnosis.sentence
    assert any("vendor/lib is not exported" in note for note in report.notes)
