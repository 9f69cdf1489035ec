"""A fault in a rule or a reader costs that rule or that file; the run goes on and says so."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from commanding import FALSY
from conftest import Repo, clean_environment

import repro_check
from repro_check.engine import Scope, Session, run
from repro_check.engine import asking as asking_module
from repro_check.engine import store as store_module
from repro_check.engine.mishaps import traces
from repro_check.engine.readers import BY_KIND
from repro_check.errors import ReproCheckError, SettingsError
from repro_check.findings import Finding, Report
from repro_check.project.files import PythonFile
from repro_check.rules.registry import load_rules
from repro_check.rules.rule import Rule
from repro_check.settings import Settings, override
from repro_check.sources.discovery import discover
from repro_check.sources.kinds import Kind

MakeRepo = Callable[..., Repo]
REQUEST = (
    "SEED004 falsy-seed-skipped failed with ZeroDivisionError; this is a bug of repro-check: please "
    "report it with the output of `repro-check check -v`"
)
FILES = {"a.py": FALSY, "b.py": FALSY, "configs/a.yaml": "data_dir: /home/ada/mini\n"}


def failing(code: str, error: Exception, *, path: str = "a.py") -> tuple[Rule, ...]:
    """All rules, one of which raises an error at the end of what it says of a file."""

    def check(subject: object, *rest: object) -> Iterator[object]:
        yield from chosen.check(subject, *rest)
        if not isinstance(subject, PythonFile) or subject.path == path:
            raise error

    check.__module__ = "repro_check.rules.seed.falsy_seed_skipped"
    rules = load_rules()
    chosen = next(rule for rule in rules if rule.code == code)
    wrong = msgspec.structs.replace(chosen, check=check)
    return tuple(wrong if rule is chosen else rule for rule in rules if rule.is_default)


def report_of(root: Path, rules: tuple[Rule, ...], *, cache: bool = False) -> Report:
    session = Session(discover(root), override(Settings(), cache=cache))
    return run(session, rules, Scope())


def said(report: Report) -> list[tuple[str, str]]:
    return [(finding.code, finding.location.path) for finding in report.findings]


def whole(root: Path) -> Report:
    return report_of(root, tuple(rule for rule in load_rules() if rule.is_default))


def test_all_else_is_found_and_the_rule_is_named(make_repo: MakeRepo) -> None:
    root = make_repo(FILES).root
    report = report_of(root, failing("SEED004", ZeroDivisionError("x")))
    assert said(report) == said(whole(root))
    assert [(item.path, item.reason, item.required) for item in report.not_checked] == [
        ("a.py", REQUEST, True)
    ]
    assert "ZeroDivisionError: x" in traces(report)[0]


def test_a_rule_about_the_whole_repository_fails_alone(make_repo: MakeRepo) -> None:
    root = make_repo(FILES).root
    report = report_of(root, failing("SEED001", ValueError("x")))
    assert said(report) == said(whole(root))
    assert [item.path for item in report.not_checked] == [""]


def test_other_processes_tell_of_it_too(
    make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repo(FILES).root
    monkeypatch.setattr(store_module, "_WORTH_A_PROCESS", 0)
    for module in (store_module, asking_module):
        monkeypatch.setattr(module, "processes", lambda: 2)
    report = report_of(root, failing("SEED004", ZeroDivisionError("x")))
    assert [item.reason for item in report.not_checked] == [REQUEST]


def test_a_run_that_failed_is_not_remembered(make_repo: MakeRepo) -> None:
    root = make_repo(FILES).root
    report_of(root, failing("SEED004", ZeroDivisionError("x")), cache=True)
    rules = tuple(rule for rule in load_rules() if rule.is_default)
    assert not report_of(root, rules, cache=True).not_checked


def test_what_a_user_is_meant_to_read_ends_the_run(make_repo: MakeRepo) -> None:
    with pytest.raises(ReproCheckError):
        report_of(make_repo(FILES).root, failing("SEED004", SettingsError("x")))


@pytest.mark.parametrize("worth", [0, 10**9])
def test_a_file_whose_reader_fails_is_not_checked(
    worth: int, make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repo(FILES).root
    reader = BY_KIND[Kind.PYTHON]

    def read(path: str, data: bytes) -> object:
        if path == "a.py":
            raise ZeroDivisionError("x")
        return reader.read(path, data)

    monkeypatch.setattr(store_module, "_WORTH_A_PROCESS", worth)
    monkeypatch.setattr(
        store_module,
        "BY_KIND",
        {**BY_KIND, Kind.PYTHON: msgspec.structs.replace(reader, read=read)},
    )
    monkeypatch.setitem(BY_KIND, Kind.PYTHON, msgspec.structs.replace(reader, read=read))
    monkeypatch.setattr(store_module, "processes", lambda: 2)
    (root / "b.py").write_text(FALSY + "\n", "utf-8")
    report = whole(root)
    assert ("SEED004", "b.py") in said(report)
    assert [item.path for item in report.not_checked if item.trace] == ["a.py"]
    assert all(isinstance(finding, Finding) for finding in report.findings)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy of the package in which one rule fails on everything."""
    package = tmp_path / "lib" / "repro_check"
    shutil.copytree(Path(repro_check.__file__).parent, package)
    file = package / "rules" / "seed" / "falsy_seed_skipped.py"
    with file.open("a", encoding="utf-8") as opened:
        opened.write("\ndef _failing(*_):\n    raise ZeroDivisionError('x')\n")
        opened.write(
            "\nimport msgspec as _m\nfalsy_seed_skipped = _m.structs.replace("
            "falsy_seed_skipped, check=_failing)\n"
        )
    return package.parent


@pytest.mark.parametrize(
    "form", ["full", "concise", "json", "sarif", "github", "junit", "markdown"]
)
def test_the_command_asks_to_report_it(form: str, broken: Path, make_repo: MakeRepo) -> None:
    repo = make_repo({"a.py": FALSY})
    done = command(broken, repo.root, "check", "--select", "SEED004", "--output-format", form)
    assert done.returncode == 3
    assert "SEED004 falsy-seed-skipped failed with" in " ".join(done.stdout.split())
    assert "Traceback" not in done.stdout + done.stderr


def test_the_trace_is_shown_when_asked_for(broken: Path, make_repo: MakeRepo) -> None:
    repo = make_repo({"a.py": FALSY, "b.py": FALSY})
    done = command(broken, repo.root, "check", "--verbose", "--select", "SEED004")
    assert done.stderr.count("Traceback") == 1
    assert "ZeroDivisionError: x" in done.stderr


def test_a_baseline_is_not_shrunk_by_a_rule_that_failed(broken: Path, make_repo: MakeRepo) -> None:
    repo = make_repo({"a.py": FALSY})
    lib = Path(repro_check.__file__).parent.parent
    assert command(lib, repo.root, "baseline", "create").returncode == 0
    before = (repo.root / "repro-check-baseline.txt").read_bytes()
    done = command(broken, repo.root, "baseline", "update")
    assert done.returncode == 3
    assert "SEED004 falsy-seed-skipped failed" in done.stderr
    assert (repo.root / "repro-check-baseline.txt").read_bytes() == before


def command(lib: Path, root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "repro_check", *words),
        cwd=root,
        env=clean_environment() | {"PYTHONPATH": str(lib)},
        capture_output=True,
        text=True,
        check=False,
    )
