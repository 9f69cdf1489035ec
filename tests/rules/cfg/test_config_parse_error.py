"""CFG002: configs that no loader can read, or that say two things."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.findings import Finding, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
READS_JSON = 'import json\n\n\ndef main():\n    return json.load(open("configs/a.json"))\n'


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str]) -> list[Finding]:
        return list(check(make_repo(files, commit=False).root, "CFG002").findings)

    return run


def lines(findings: list[Finding]) -> list[int]:
    """The lines of findings."""
    return [item.location.span.line for item in findings if item.location.span]


def test_broken_yaml_is_an_error_at_its_line(judge: Judge) -> None:
    (finding,) = judge({"configs/train.yaml": "lr: 0.1\nmodel:\n  width: 8\n depth: 2\n"})
    assert finding.severity is Severity.ERROR
    assert lines([finding]) == [4]
    assert "did not find expected key" in finding.message


def test_a_key_given_twice_points_at_the_second_and_shows_the_first(judge: Judge) -> None:
    text = "optim:\n  lr: 0.1\n  # tuned\n  lr: 0.01\nother: {lr: 1}\n"
    (finding,) = judge({"configs/train.yaml": text})
    assert lines([finding]) == [4]
    assert "`optim.lr`" in finding.message
    (first,) = finding.related
    assert first.location.span is not None
    assert first.location.span.line == 2


def test_a_map_behind_an_alias_is_told_once(judge: Judge) -> None:
    text = "a: &a {b: 1, b: 2}\nc: *a\nd: {<<: *a}\n"
    assert lines(judge({"conf/x.yml": text})) == [1]


def test_toml_and_json_that_code_reads_are_judged(judge: Judge) -> None:
    assert lines(judge({"configs/a.toml": "a = 1\nb = \n"})) == [2]
    broken = {"train.py": READS_JSON, "configs/a.json": '{"a": 1,\n "b": }\n'}
    assert lines(judge(broken)) == [2]
    doubled = {"train.py": READS_JSON, "configs/a.json": '{"a": 1,\n "a": 2}\n'}
    assert lines(judge(doubled)) == [2]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("configs/a.yaml", "a: 1\n---\na: 2\na: 3\n"),
        ("configs/a.yaml", "a: !mine {b: 1}\nc: 1\nc: 2\n"),
        ("configs/a.yaml", "a: !!python/tuple [1]\nc: 1\nc: 2\n"),
        ("configs/a.yaml", "a: {{ x }}\n{% for y in z %}\nb: 1\n{% endfor %}\n"),
        ("configs/a.yaml", "a: &a {lr: 1}\nb:\n  <<: *a\n  lr: 2\n"),
        ("configs/a.yaml", "- a: 1\n- a: 2\n"),
        ("configs/a.yaml", "1: a\ntrue: b\n'2': c\n"),
        ("configs/a.json", '{"a": std.extVar("A")}\n'),
        ("configs/a.json", '{"a": 1}\n{"a": 2}\n'),
        (".github/workflows/a.yaml", "a: 1\na: 2\n"),
        ("docker-compose.yml", "a: 1\na: 2\n"),
        ("tests/configs/a.yaml", "a: 1\na: 2\n"),
        ("data/a.yaml", "a: 1\na: 2\n"),
    ],
)
def test_dialects_and_files_of_others_are_left_alone(judge: Judge, path: str, text: str) -> None:
    assert not judge({path: text})


def test_json_with_comments_is_a_dialect(judge: Judge) -> None:
    assert not judge({"train.py": READS_JSON, "configs/a.json": '{"a": 1 // one\n}\n'})
