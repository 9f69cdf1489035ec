"""The examples in every rule's docstring are true: documentation that cannot lie."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
from checking import ALL_STAGES, check, codes
from conftest import Repo

from examples import Example, examples_of
from repro_check.engine.fix import Change, plan_fixes, write
from repro_check.findings import Report, Safety
from repro_check.rules.registry import load_rules
from repro_check.rules.rule import Rule, Stage

RULES = load_rules()
EXAMPLES = [example for rule in RULES for example in examples_of(rule)]
MakeRepo = Callable[..., Repo]


def _report(example: Example, repo: Repo) -> Report:
    message = None
    stages = ALL_STAGES | {Stage.RELEASE}
    if example.message:
        message = repo.root / ".git" / "COMMIT_EDITMSG"
        message.write_text(example.message)
        stages = frozenset({Stage.COMMIT_MESSAGE})
    # SUP rules judge other rules' suppressions, so those rules have to run as well
    select = ("ALL",) if example.rule.family == "SUP" else (example.rule.code,)
    return check(repo.root, *select, stages=stages, message=message)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_a_rule_fires_on_its_bad_examples_and_on_nothing_else(
    example: Example, make_repo: MakeRepo
) -> None:
    report = _report(example, make_repo(example.files))
    fired = example.rule.code in codes(report)
    assert fired == (example.heading == "Bad"), [f.message for f in report.findings]
    assert not [item for item in report.not_checked if item.path in example.files]


@pytest.mark.parametrize(
    "example",
    [e for e in EXAMPLES if e.heading == "Bad" and e.rule.fixes],
    ids=lambda example: example.name,
)
def test_a_fix_removes_the_finding_and_fixing_twice_changes_nothing(
    example: Example, make_repo: MakeRepo
) -> None:
    repo = make_repo(example.files)
    report = _report(example, repo)
    if not any(finding.fix for finding in report.findings):
        pytest.skip("this example has no fix")
    changed = _apply(report, repo)
    assert changed
    again = _report(example, repo)
    assert example.rule.code not in codes(again)
    assert not _apply(again, repo)
    for path in example.files:
        if path.endswith(".py"):
            ast.parse(repo.text(path))


def _apply(report: Report, repo: Repo) -> list[Change]:
    def read(path: str) -> bytes | None:
        file = repo.root / path
        return file.read_bytes() if file.exists() else None

    planned = list(plan_fixes(report.findings, read, frozenset(Safety)))
    changes = [item for item in planned if isinstance(item, Change)]
    assert len(changes) == len(planned), planned
    for change in changes:
        write(change, repo.root)
    return changes


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_is_documented_with_hits_and_traps(rule: Rule) -> None:
    headings = {example.heading for example in examples_of(rule)}
    assert headings == {"Bad", "Good", "Not this rule"}
    assert rule.summary.endswith(".")
    assert 1 <= rule.practice <= 11
    assert rule.fixes in {"safe", "unsafe", ""}


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)
