"""No Python file, found or made up, makes the analysis fail.

`REPRO_CHECK_ANALYSIS_FILES=2000` reads that many files of the standard library and of what is installed,
and draws more programs; `REPRO_CHECK_ANALYSIS_REPOSITORIES=folder` reads all repositories in a folder.
"""

from __future__ import annotations

import ast
import os
import sysconfig
import tempfile
from pathlib import Path

import msgspec
import pytest
from analysis_modules import modules
from analysis_support import BAD, FAMILIES, RULES, python_of, report_on, write
from hypothesis import HealthCheck, given, settings

from repro_check.project.project import Project
from repro_check.sources.kinds import Role, role_of

_COUNT = int(os.environ.get("REPRO_CHECK_ANALYSIS_FILES", "300"))
_CHUNK = 75
_LARGEST = 300_000


def _installed() -> list[Path]:
    """Files of the standard library and of the installed distributions, spread over both."""
    found = []
    for place in ("stdlib", "purelib"):
        root = Path(sysconfig.get_path(place))
        every = sorted(
            path
            for path in root.rglob("*.py")
            if (place == "purelib" or "site-packages" not in path.parts)
            and path.stat().st_size <= _LARGEST
        )
        step = max(1, len(every) // (_COUNT // 2))
        found += every[::step][: _COUNT // 2]
    return found


def _product_path(number: int, path: Path) -> str:
    """A path at which a file counts as part of the work, whatever it is called."""
    folder = path.parent.name if path.parent.name.isidentifier() else "package"
    chosen = f"src/{folder}/{path.stem}.py"
    return chosen if role_of(chosen) is Role.PRODUCT else f"src/module{number}.py"


FILES = _installed()
_FOLDER = os.environ.get("REPRO_CHECK_ANALYSIS_REPOSITORIES", "")
REPOSITORIES = sorted(path for path in Path(_FOLDER).iterdir()) if _FOLDER else []


@pytest.mark.parametrize("start", range(0, len(FILES), _CHUNK))
def test_files_of_others_are_read_to_the_end(start: int, tmp_path: Path) -> None:
    for number, path in enumerate(FILES[start : start + _CHUNK]):
        target = tmp_path / _product_path(number, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    report = report_on(tmp_path)
    assert report.files > 0
    assert {finding.code.rstrip("0123456789") for finding in report.findings} <= set(FAMILIES)
    for item in report.not_checked:
        _assert_is_refused(tmp_path / item.path, item.reason)


def _assert_is_refused(path: Path, reason: str) -> None:
    """What was not checked is something that Python itself cannot read, or is said to be nested."""
    assert reason
    if "nested" in reason:
        return
    with pytest.raises((SyntaxError, ValueError, RecursionError)):
        ast.parse(path.read_bytes())


@pytest.mark.parametrize("root", REPOSITORIES, ids=lambda path: path.name)
def test_repositories_are_read_to_the_end(root: Path) -> None:
    report_on(root)


@given(modules)
@settings(
    max_examples=max(60, _COUNT // 5),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_programs_that_nobody_wrote_are_read_to_the_end(source: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        report_on(write(Path(folder), {"train.py": source, "utils.py": "seed = 1\n"}))


@pytest.mark.parametrize("example", BAD, ids=lambda example: example.name)
def test_half_a_file_is_read_or_refused(example: object, tmp_path: Path) -> None:
    files = python_of(example)  # type: ignore[arg-type]
    cut: dict[str, str] = {}
    for path, text in files.items():
        lines = text.splitlines(keepends=True)
        for end in range(1, len(lines)):
            cut[f"cut{end}/{path}"] = "".join(lines[:end])
    report_on(write(tmp_path, cut))


def test_all_rules_of_the_families_take_part() -> None:
    assert {rule.family for rule in RULES} <= set(FAMILIES)
    assert len(RULES) > 20


def test_a_rule_that_fails_would_be_seen(tmp_path: Path) -> None:
    def fail(*_: object) -> object:
        raise ZeroDivisionError

    wrong = msgspec.structs.replace(RULES[0], check=fail, subjects=(Project,))
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        report_on(write(tmp_path, {"train.py": "x = 1\n"}), [wrong])
