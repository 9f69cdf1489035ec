"""VCS001: which subjects say nothing, and which only look so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, codes, places
from conftest import Repo

from repro_check.findings import Report, Severity
from repro_check.rules.rule import Stage

MakeRepo = Callable[..., Repo]
Judge = Callable[[str], Report]
NOTHING = (
    *(
        "update",
        "Update",
        "updates",
        "fix",
        "fixes",
        "Fixed.",
        "wip",
        "WIP!",
        "minor",
        "misc",
        "tmp",
    ),
    *(
        "test",
        "changes",
        "some changes",
        "fix bug",
        "fixed bugs",
        "bugfix",
        "small fixes",
        "cleanup",
    ),
    *(
        "clean up",
        "update code",
        "more work",
        "final version",
        "latest",
        "...",
        "-",
        "1",
        "asdf",
        "xxx",
    ),
    *(
        "fix typo",
        "quick fix",
        "add",
        "add files",
        "save progress",
        "refactoring",
        "new stuff",
        ".",
    ),
    *("wip: some fixes", "fix: typo", "chore: update", "docs: minor changes", "test: more tests"),
    *("JIRA-123", "fix #123", "ABC-7 fix", "fixes #12", "🎉", "✨ update", ":bug: fix", ":art:"),
)
INFORMATIVE = (
    "Seed dataloader workers in train.py",
    "fix: seed the workers",
    "feat(loader): stream shards",
    "fix(sampler): typo",
    "dataloader: fix",
    "JIRA-123: seed the dataloader workers",
    "JIRA-123 Seed the dataloader workers",
    "Fix #12: crash on empty batches",
    "✨ add early stopping",
    ":sparkles: Add early stopping",
    "WIP: rotary embeddings",
    "Update learning rate schedule",
    "Clean up the loader",
    "Test accuracy on CIFAR-10.1",
    "Dropout 0.1 → 0.2",
    "3 seeds instead of 1 for table 2",
    "Fehler im Sampler behoben",
    "Kleine Änderungen am Datenlader",
    "Исправил утечку памяти в загрузчике",
    "修复数据加载错误",
    "データローダーの不具合を修正",
    "Corrige le calcul de la perte",
    "إصلاح خطأ في التدريب",
)
EXEMPT = (
    "Merge branch 'main' of example.org:lab/project",
    "Merge pull request #12 from ada/fix",
    "Merged in fix (pull request #3)",
    'Revert "update"',
    'Reapply "update"',
    "fixup! update",
    "squash! fix",
    "amend! wip",
    "v1.2.0",
    "1.0",
    "Version 2.1",
    "Release 1.2",
    "Bump version",
    "Bump torch from 2.1.0 to 2.2.0",
    "chore(release): 1.4.0",
    "build(deps): update",
    "[pre-commit.ci] auto fixes",
    "Initial commit",
    "first commit",
)
UNFINISHED = ("Update README.md", "update readme", "Create train.py", "Add files via upload")


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Judge a commit message in a repository that is made once."""
    repo = Repo(tmp_path_factory.mktemp("messages") / "repo")

    def run(text: str) -> Report:
        message = repo.root / ".git" / "COMMIT_EDITMSG"
        message.write_text(text, "utf-8")
        return _report(repo)

    return run


def _report(repo: Repo) -> Report:
    message = repo.root / ".git" / "COMMIT_EDITMSG"
    return check(repo.root, "VCS001", stages=frozenset({Stage.COMMIT_MESSAGE}), message=message)


@pytest.mark.parametrize("subject", NOTHING)
def test_a_subject_that_says_nothing_is_found(judge: Judge, subject: str) -> None:
    (finding,) = judge(f"{subject}\n").findings
    assert finding.severity is Severity.WARNING
    assert f'"{subject}"' in finding.message


@pytest.mark.parametrize("subject", [*INFORMATIVE, *EXEMPT])
def test_an_informative_or_exempt_subject_passes(judge: Judge, subject: str) -> None:
    assert codes(judge(f"{subject}\n")) == []


@pytest.mark.parametrize("subject", UNFINISHED)
def test_what_a_web_editor_fills_in_is_only_noted(judge: Judge, subject: str) -> None:
    (finding,) = judge(f"{subject}\n").findings
    assert finding.severity is Severity.INFO


def test_comments_and_empty_lines_before_the_subject_are_not_judged(
    judge: Judge,
) -> None:
    report = judge("\n# Please enter the commit message\n\nupdate\n\nSeed the workers.\n# fix\n")
    assert places(report) == ["COMMIT_EDITMSG:4:1 VCS001"]


def test_the_finding_covers_the_subject_and_nothing_else(judge: Judge) -> None:
    (finding,) = judge("  fix typo  \n").findings
    span = finding.location.span
    assert span is not None
    assert (span.line, span.column, span.end_column) == (1, 3, 11)


def test_nothing_below_the_scissors_is_read(judge: Judge) -> None:
    scissors = "# ------------------------ >8 ------------------------\n"
    assert codes(judge(f"{scissors}diff --git a/x b/x\nupdate\n")) == []
    assert codes(judge(f"Seed the workers\n\n{scissors}update\n")) == []


@pytest.mark.parametrize("text", ["", "\n\n", "# only comments\n#\n"])
def test_an_empty_message_is_left_to_git(judge: Judge, text: str) -> None:
    assert codes(judge(text)) == []


def test_a_subject_that_begins_with_an_issue_number_is_a_subject(
    judge: Judge,
) -> None:
    assert codes(judge("#12 Seed the dataloader workers\n\nfix\n")) == []
    assert places(judge("#12 fix\n\nSeed the dataloader workers\n")) == [
        "COMMIT_EDITMSG:1:1 VCS001"
    ]


def test_the_body_is_not_judged(judge: Judge) -> None:
    assert codes(judge("Seed the workers\n\nfix\nupdate\n")) == []


def test_the_help_names_the_files_of_this_commit(make_repo: MakeRepo) -> None:
    repo = make_repo({f"src/{name}.py": "y = 2\n" for name in "bcde"}, commit=False)
    repo.git("add", "--all")
    repo.write({".git/COMMIT_EDITMSG": "update\n"})
    (finding,) = _report(repo).findings
    assert "src/b.py, src/c.py, src/d.py, …" in finding.help


def test_bytes_that_are_no_text_do_not_stop_the_hook(make_repo: MakeRepo) -> None:
    repo = make_repo({".git/COMMIT_EDITMSG": b"\xff\xfe Seed the workers\n"}, commit=False)
    assert codes(_report(repo)) == []
