"""SEC002: secrets that git remembers, asked before a release."""

from __future__ import annotations

import hashlib
import json
import random
import string
from collections.abc import Callable
from pathlib import Path

import pytest
from checking import check, places
from conftest import Repo

from repro_check.findings import Confidence, Finding, Report
from repro_check.rules.registry import load_rules
from repro_check.rules.rule import Stage

MakeRepo = Callable[..., Repo]
TOKEN = "h" + "f_" + "".join(random.Random(5).choices(string.ascii_letters, k=34))
LINE = f'x = "{TOKEN}"\n'


def report(root: Path) -> Report:
    """What the rule says at the stage of a release."""
    return check(root, "SEC002", stages=frozenset({Stage.RELEASE}))


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repo:
    """A repository that removed a secret."""
    repo = make_repo({"a.py": LINE, "b.py": "b = 1\n"})
    (repo.root / "a.py").unlink()
    repo.commit("Remove it")
    return repo


def only(root: Path) -> Finding:
    (found,) = report(root).findings
    assert TOKEN[:6] not in repr(found)
    return found


def test_it_is_asked_before_a_release_only() -> None:
    (rule,) = (rule for rule in load_rules() if rule.code == "SEC002")
    assert rule.stage is Stage.RELEASE


def test_a_removed_secret_is_told_by_its_path_and_commit(repo: Repo) -> None:
    found = only(repo.root)
    first = repo.git("log", "--reverse", "--format=%H").split()[0]
    assert (found.location.path, found.location.span) == ("a.py", None)
    assert first[:12] in found.message
    assert "HEAD" not in found.message


def test_a_standing_secret_is_placed_where_a_comment_can_set_it_aside(repo: Repo) -> None:
    repo.commit(files={"c.py": f"import os\n{LINE}"})
    assert places(report(repo.root)) == ["c.py:2:6 SEC002"]
    comment = "  # repro-check: ignore[SEC002] -- revoked in May"
    repo.commit(files={"c.py": f"import os\n{LINE.rstrip()}{comment}\n"})
    assert places(report(repo.root)) == []


def test_a_stash_is_told_as_such(make_repo: MakeRepo) -> None:
    repo = make_repo({"b.py": "b = 1\n"})
    repo.write({"b.py": LINE})
    repo.git("stash")
    assert "only stashes and reflogs" in only(repo.root).message


def test_what_only_tests_held_does_not_fail_a_release(make_repo: MakeRepo) -> None:
    repo = make_repo({"tests/test_a.py": LINE})
    assert only(repo.root).confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("label", "stands"), [(False, False), (True, True), (None, True), ("absent", False)]
)
def test_labels_of_an_audit_are_honoured(repo: Repo, label: object, *, stands: bool) -> None:
    entry = {"type": "X", "hashed_secret": hashlib.sha1(TOKEN.encode()).hexdigest()}
    if label != "absent":
        entry |= {"is_secret": label}  # type: ignore[dict-item]
    repo.write({".secrets.baseline": json.dumps({"results": {"gone.py": [entry]}})})
    assert bool(report(repo.root).findings) is stands


def test_a_shallow_clone_cannot_be_checked(repo: Repo, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.root}", str(clone))
    (note,) = report(clone).not_checked
    assert (note.required, "shallow" in note.reason) == (True, True)


def test_a_folder_without_commits_or_git_has_no_history(
    make_repo: MakeRepo, tmp_path: Path
) -> None:
    assert not report(make_repo({"a.py": LINE}, commit=False).root).findings
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "a.py").write_text(LINE)
    assert not report(plain).findings


def test_the_same_finding_has_the_same_fingerprint_after_more_commits(repo: Repo) -> None:
    before = only(repo.root).fingerprint
    repo.commit(files={"c.py": "c = 1\n"})
    assert only(repo.root).fingerprint == before
