"""The commands that there are, their help, and the words that they do not understand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from commanding import repro_check
from conftest import Repo

from repro_check import __version__
from repro_check.cli.app import _COMMANDS

MakeRepo = Callable[..., Repo]
GROUPS = {
    "baseline": ("create", "update", "show"),
    "config": ("list", "show"),
    "data": ("verify", "lock", "hash"),
}


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_command_has_help(name: str, tmp_path: Path) -> None:
    done = repro_check(name, "--help", cwd=tmp_path)
    assert done.code == 0
    assert done.err == ""
    assert f"Usage: repro-check {name}" in done.out.replace("python -m repro_check", "repro-check")
    for inner in GROUPS.get(name, ()):
        assert inner in done.out


def test_the_bare_command_prints_help(tmp_path: Path) -> None:
    bare = repro_check(cwd=tmp_path)
    asked = repro_check("-h", cwd=tmp_path)
    assert asked.code == 0
    assert bare.text == asked.text
    for name in _COMMANDS:
        assert f"  {name} " in asked.out


def test_the_version_is_one(tmp_path: Path) -> None:
    for words in (("version",), ("--version",)):
        assert repro_check(*words, cwd=tmp_path).out == f"repro-check {__version__}\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("chek",), "Did you mean `check`?"),
        (("frobnicate",), "No such command"),
        (("check", "--selct", "SEED"), "--select"),
        (("check", "--fail-on", "fatal"), "'error'"),
        (("check", "--stage", "release"), "commit-msg"),
        (("rule",), "Missing argument"),
        (("rule", "SEED0004"), "Did you mean `SEED004`?"),
        (("rule", "falsy-seed-skiped"), "Did you mean `falsy-seed-skipped`?"),
        (("baseline", "renew"), "No such command"),
        (("data", "hash", "missing"), "missing"),
        (("data", "hash", "--algo", "md4", "."), "md4"),
        (("settings", "missing"), "there is no file or folder"),
        (("smoke",), "[tool.repro-check.smoke]"),
    ],
)
def test_wrong_words_are_refused_with_a_hint(
    words: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    done = repro_check(*words, cwd=tmp_path)
    assert done.code == 2, done.text
    assert says in done.err
    assert done.out == ""


def test_a_rule_is_explained_by_code_and_by_name(tmp_path: Path) -> None:
    by_code = repro_check("rule", "seed004", cwd=tmp_path)
    assert by_code.code == 0
    assert by_code.out == repro_check("rule", "falsy-seed-skipped", cwd=tmp_path).out
    for words in (
        "SEED004 falsy-seed-skipped",
        "Bad:",
        "Good:",
        "Not this rule:",
        "Severity: warning",
    ):
        assert words in by_code.out


def test_all_rules_are_listed_for_people_and_for_programs(tmp_path: Path) -> None:
    listed = repro_check("rules", cwd=tmp_path).out
    rules = json.loads(repro_check("rules", "--output-format", "json", cwd=tmp_path).out)
    assert {"CFG008", "SEED001", "SEED004", "DATA001", "DATA002", "SEC001"} <= {
        r["code"] for r in rules
    }
    assert {"DEPS002", "DEPS004", "NB001", "PORT001", "CKPT004", "VCS001"} <= {
        r["code"] for r in rules
    }
    for rule in rules:
        assert rule["code"] in listed
        assert rule["name"] in listed
        assert rule["summary"]


def test_the_settings_are_shown_with_their_file(make_repo: MakeRepo) -> None:
    repo = make_repo({"repro-check.toml": 'ignore = ["SEED001"]\n', "sub/x.py": ""})
    for words in (("settings",), ("settings", "sub"), ("check", "--show-settings")):
        done = repro_check(*words, cwd=repo.root)
        assert done.code == 0
        assert f"# from {repo.root}/repro-check.toml" in done.out
        assert 'ignore = ["SEED001"]' in done.out
        assert 'fail-on = "warning"' in done.out
    alone = repro_check(
        "check", "--isolated", "--ignore", "NB,PORT001", "--show-settings", cwd=repo.root
    )
    assert "no settings file was found" in alone.out
    assert 'ignore = ["NB", "PORT001"]' in alone.out


def test_the_schema_of_the_settings_is_one_and_knows_every_key(make_repo: MakeRepo) -> None:
    from jsonschema import Draft202012Validator

    repo = make_repo()
    schema = json.loads(repro_check("settings", "--schema", cwd=repo.root).out)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert validator.is_valid({"select": ["SEED"], "fail-on": "error"})
    assert not validator.is_valid({"selct": ["SEED"]})
    shown = repro_check("settings", cwd=repo.root).out
    keys = {line.partition(" = ")[0] for line in shown.splitlines() if not line.startswith("#")}
    assert keys <= set(json.dumps(schema).split('"'))
