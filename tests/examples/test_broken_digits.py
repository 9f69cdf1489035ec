"""The broken twin of the example has one defect for each default rule, and each is found."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from checking import check, codes

from repro_check.findings import Report
from repro_check.rules.registry import load_rules
from repro_check.rules.rule import Stage

EXAMPLES = Path(__file__).parents[2] / "examples"


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("break_digits", EXAMPLES / "break_digits.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("examples") / "broken"
    SCRIPT.break_digits(target)
    return target


@pytest.fixture(scope="module")
def report(broken: Path) -> Report:
    return check(broken)


@pytest.mark.parametrize("defect", SCRIPT.DEFECTS, ids=lambda defect: defect.code)
def test_each_planted_defect_is_found_where_it_was_planted(
    defect: tuple[str, str, object], report: Report
) -> None:
    found = {(finding.code, finding.location.path) for finding in report.findings}
    assert (defect[0], defect[1]) in found


def test_nothing_else_is_found(report: Report) -> None:
    planted = {(defect.code, defect.path) for defect in SCRIPT.DEFECTS}
    found = [(finding.code, finding.location.path) for finding in report.findings]
    assert sorted(found) == sorted(planted)


# DEPS001 speaks of a repository that declares nothing, where no other rule on dependencies can speak
NO_PLACE = {"DEPS001"}


def test_every_default_rule_has_its_defect(broken: Path) -> None:
    planted = {defect.code for defect in SCRIPT.DEFECTS}
    message = broken / ".git" / "COMMIT_EDITMSG"
    said = check(broken, stages=frozenset({Stage.COMMIT_MESSAGE}), message=message)
    planted.update(codes(said))
    asked = {r.code for r in load_rules() if r.is_default and r.stage is not Stage.RELEASE}
    assert planted == asked - NO_PLACE


def test_the_example_itself_is_clean() -> None:
    report = check(EXAMPLES.parent, paths=("examples/digits",))
    assert codes(report) == []
    assert report.not_checked == ()
