"""A report depends on the content of the tree alone: not on order, processes, or earlier runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from checking import check, codes, places
from commanding import FALSY, notebook
from conftest import Repo

from repro_check.engine import Scope, Session, run, select_rules
from repro_check.engine import asking as asking_module
from repro_check.engine import store as store_module
from repro_check.findings import Finding, NotChecked, Report
from repro_check.rules.registry import load_rules
from repro_check.rules.rule import Stage
from repro_check.settings import Settings, override
from repro_check.sources.discovery import Tree, discover

if TYPE_CHECKING:
    import pytest

MakeRepo = Callable[..., Repo]
FILES = {
    "b.py": FALSY,
    "a.py": FALSY,
    "pkg/train.py": FALSY,
    "configs/z.yaml": "data_dir: /home/ada/mini\n",
    "configs/a.yaml": "data_dir: /home/ada/mini\nout: /home/ada/out\n",
    "nb.ipynb": notebook("x = 1\n", FALSY, counts=(2, 1)),
    "broken.yaml": "a: [\n",
    "broken.py": "def f(:\n",
}


def session_of(root: Path, **settings: object) -> Session:
    return Session(discover(root), override(Settings(), cache=False, **settings))


def run_all(session: Session) -> Report:
    return run(session, select_rules(load_rules(), session.settings), Scope())


def told(report: Report) -> tuple[tuple[Finding, ...], tuple[NotChecked, ...], int]:
    return report.findings, report.not_checked, report.files


def test_a_report_does_not_depend_on_the_order_of_files(make_repo: MakeRepo) -> None:
    forward = make_repo(dict(sorted(FILES.items())), commit=False)
    backward = make_repo(dict(sorted(FILES.items(), reverse=True)), commit=False)
    assert told(run_all(session_of(forward.root))) == told(run_all(session_of(backward.root)))
    session = session_of(forward.root)
    shuffled = Tree(session.tree.root, reversed(session.tree.files), is_git=True)
    assert told(run_all(Session(shuffled, session.settings))) == told(run_all(session))


def test_a_second_run_in_one_process_equals_the_first(make_repo: MakeRepo) -> None:
    repo = make_repo(FILES)
    first, second = (told(run_all(session_of(repo.root))) for _ in range(2))
    assert first == second
    session = session_of(repo.root)
    assert told(run_all(session)) == told(run_all(session)) == first
    other = make_repo({"train.py": "x = 1\n"})
    assert codes(run_all(session_of(other.root))) == []
    assert told(run_all(session_of(repo.root))) == first


def test_reading_in_many_processes_gives_the_same_facts(
    make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {f"more/m{number}.py": f"{FALSY}x = {number}\n" for number in range(30)}
    repo = make_repo(FILES | more)
    monkeypatch.setattr(store_module, "_WORTH_A_PROCESS", 10**9)
    alone = told(run_all(session_of(repo.root)))
    monkeypatch.setattr(store_module, "_WORTH_A_PROCESS", 0)
    counts = []
    for module in (store_module, asking_module):
        monkeypatch.setattr(module, "processes", lambda: 3)
        spread = module.spread
        monkeypatch.setattr(
            module, "spread", lambda *a, spread=spread, **k: counts.append(a[1]) or spread(*a, **k)
        )
    assert told(run_all(session_of(repo.root))) == alone
    assert len(counts) == 2
    assert min(counts) > 3


def test_where_no_process_can_be_started_everything_is_done_in_this_one(
    make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = make_repo(FILES)
    expected = told(run_all(session_of(repo.root)))
    monkeypatch.setattr(store_module, "_WORTH_A_PROCESS", 0)
    for module in (store_module, asking_module):
        monkeypatch.setattr(module, "processes", lambda: 2)
    monkeypatch.setattr("repro_check.engine.workers.started", lambda *_: None)
    assert told(run_all(session_of(repo.root))) == expected


def test_findings_are_sorted_by_place(make_repo: MakeRepo) -> None:
    report = run_all(session_of(make_repo(FILES).root))
    keys = [(finding.location.sort_key, finding.code) for finding in report.findings]
    assert keys == sorted(keys)
    assert len(set(places(report))) == len(report.findings)


def test_a_file_alone_is_judged_as_it_is_among_all(make_repo: MakeRepo) -> None:
    repo = make_repo(FILES)
    whole = check(repo.root, stages=frozenset({Stage.FILE}))
    for path in FILES:
        alone = check(repo.root, stages=frozenset({Stage.FILE}), paths=(path,))
        expected = [f for f in whole.findings if f.location.path == path]
        assert list(alone.findings) == expected
        reasons = [n.reason for n in whole.not_checked if n.path == path]
        assert [n.reason for n in alone.not_checked] == reasons


def test_a_folder_is_no_prefix_of_a_name(make_repo: MakeRepo) -> None:
    repo = make_repo({"src/train.py": FALSY, "src2/train.py": FALSY, "src.py": FALSY})
    report = check(repo.root, "SEED004", paths=("src",))
    assert places(report) == ["src/train.py:5:4 SEED004"]


def test_only_what_rules_ask_for_is_read(make_repo: MakeRepo) -> None:
    repo = make_repo({"broken.py": "def f(:\n", "broken.yaml": "a: [\n", "vendor/x.py": "def (\n"})
    assert [n.path for n in check(repo.root, "SEED004").not_checked] == ["broken.py"]
    assert [n.path for n in check(repo.root, "DATA002").not_checked] == ["broken.yaml"]
    message = repo.root / ".git/COMMIT_EDITMSG"
    message.write_text("Seed the training run\n")
    stages = frozenset({Stage.COMMIT_MESSAGE})
    assert check(repo.root, stages=stages, message=message).not_checked == ()


def test_cells_that_are_no_python_are_not_checked_and_the_others_are(make_repo: MakeRepo) -> None:
    repo = make_repo({"nb.ipynb": notebook("def f(:\n", FALSY, "print 'x'\n")})
    report = check(repo.root, "SEED004")
    assert places(report) == ["nb.ipynb:cell 2:5:4 SEED004"]
    (note,) = report.not_checked
    assert note.path == "nb.ipynb"
    assert note.reason.startswith("cell 1: line 1")
    assert note.reason.endswith("(and 1 more cells)")


def test_the_least_severity_holds_for_every_kind_of_finding(make_repo: MakeRepo) -> None:
    text = FALSY.replace(":\n", ":  # repro-check: ignore[SEED004] -- 0 is no seed\n")
    repo = make_repo({"train.py": text, "x.py": "x = 1  # repro-check: ignore[SEED004] -- old\n"})
    assert codes(check(repo.root)) == ["SUP001"]
    settings = override(Settings(), min_severity="error")
    report = check(repo.root, settings=settings)
    assert report.findings == ()
    assert report.suppressed == ()
