"""DATA002: bytes that are not those of the record, and data that cannot be compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from checking import check, places
from conftest import Repo

from repro_check.data import md5_reference
from repro_check.findings import Report, Severity
from repro_check.rules.rule import Stage

MakeRepo = Callable[..., Repo]
WRONG = "0" * 32
FILES = {"data/train/a.csv": "1,2\n", "data/train/more/b.csv": "3\n"}


@pytest.fixture
def data(tmp_path: Path) -> str:
    """The reference digest of the folder of `FILES`."""
    for path, text in FILES.items():
        file = tmp_path / "plain" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return md5_reference(tmp_path / "plain" / "data" / "train")


def judge(make_repo: MakeRepo, config: dict[str, str], **others: str | bytes) -> Report:
    """The report on these configs beside the data."""
    repo = make_repo({**FILES, **config, **others}, commit=False)
    return check(repo.root, "DATA002")


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("configs/a.yaml", "data:\n  dir: data/train\n  md5: {digest}\n", "3:8"),
        ("configs/a.yaml", "data_dir: ./data/train\ndata_md5: '{digest}'\n", "2:11"),
        ("configs/a.yaml", "base: data\ndata:\n  root: ${base}/train\n  md5: {digest}\n", "4:8"),
        ("configs/a.yaml", "sets:\n  - path: data/train\n    md5: {digest}\n", "3:10"),
        ("a.toml", '[data]\ndir = "data/train"\nmd5 = "{digest}"\n', "3:7"),
        ("a.json", '{"data": {"dir": "data/train", "md5": "{digest}"}}', "1:39"),
    ],
)
def test_only_a_wrong_digest_is_found_and_at_the_digest(
    make_repo: MakeRepo, data: str, path: str, text: str, place: str
) -> None:
    right = judge(make_repo, {path: text.replace("{digest}", data)})
    assert (places(right), right.not_checked) == ([], ())
    upper = judge(make_repo, {path: text.replace("{digest}", data.upper())})
    assert places(upper) == []
    wrong = judge(make_repo, {path: text.replace("{digest}", WRONG)})
    assert places(wrong) == [f"{path}:{place} DATA002"]
    (finding,) = wrong.findings
    assert finding.severity is Severity.ERROR
    assert data in finding.message


def test_every_data_set_of_a_list_is_compared(make_repo: MakeRepo, data: str) -> None:
    items = [{"path": "data/train", "md5": digest} for digest in (data, WRONG, data)]
    report = judge(make_repo, {"configs/a.json": json.dumps({"sets": items}, indent=1)})
    assert len(report.findings) == 1


def test_one_changed_byte_a_new_file_and_another_name_are_found(
    make_repo: MakeRepo, data: str
) -> None:
    config = {"configs/a.yaml": f"data:\n  dir: data/train\n  md5: {data}\n"}
    for change in ({"data/train/a.csv": "1,3\n"}, {"data/train/c.csv": ""}):
        repo = make_repo(FILES | config | change, commit=False)
        assert len(check(repo.root, "DATA002").findings) == 1


def test_a_single_file_is_compared_by_its_content(make_repo: MakeRepo) -> None:
    digest = hashlib.sha256(b"1,2\n").hexdigest()
    text = f"data:\n  file: data/train/a.csv\n  sha256: {digest}\n"
    assert places(judge(make_repo, {"configs/a.yaml": text})) == []
    changed = text.replace(digest, digest[::-1])
    assert places(judge(make_repo, {"configs/a.yaml": changed})) == ["configs/a.yaml:3:11 DATA002"]


def test_missing_data_are_not_checked_and_no_finding(make_repo: MakeRepo) -> None:
    text = f"data:\n  dir: data/other\n  md5: {WRONG}\n"
    report = judge(make_repo, {"configs/a.yaml": text})
    assert places(report) == []
    (note,) = report.not_checked
    assert note.path == "configs/a.yaml"
    assert note.reason


def test_data_outside_of_the_repository_are_never_read(make_repo: MakeRepo, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.csv").write_text("1\n")
    text = f"data:\n  dir: ../outside\n  md5: {WRONG}\n"
    report = judge(make_repo, {"configs/a.yaml": text})
    assert places(report) == []
    assert len(report.not_checked) == 1


def test_a_pointer_of_git_lfs_is_not_the_data(make_repo: MakeRepo) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 9\n"
    repo = make_repo(
        {"configs/a.yaml": f"data:\n  dir: data/lfs\n  md5: {WRONG}\n", "data/lfs/a.csv": pointer},
        commit=False,
    )
    report = check(repo.root, "DATA002")
    assert places(report) == []
    assert any("lfs" in note.reason for note in report.not_checked)


@pytest.mark.parametrize(
    "text",
    [
        "data:\n  dir: data/train\n  md5:\n",
        "data:\n  dir: data/train\n  md5: null\n",
        "data:\n  dir: data/train\n  md5: TODO\n",
        f"model:\n  url: https://example.org/x.pt\n  md5: {WRONG}\n",
        f"md5: {WRONG}\n",
        "data:\n  dir: data/train\n  md5: true\n",
        f"commit: {WRONG}\ndata_dir: data/train\n",
        "lr: 0.1\n",
    ],
)
def test_where_no_digest_is_recorded_nothing_is_compared(make_repo: MakeRepo, text: str) -> None:
    assert places(judge(make_repo, {"configs/a.yaml": text})) == []


def test_what_systems_leave_in_folders_is_named_as_the_cause(
    make_repo: MakeRepo, data: str
) -> None:
    config = {"configs/a.yaml": f"data:\n  dir: data/train\n  md5: {data}\n"}
    repo = make_repo(FILES | config | {"data/train/.DS_Store": b"\0"}, commit=False)
    report = check(repo.root, "DATA002")
    assert all(".DS_Store" in finding.message for finding in report.findings)


@pytest.mark.parametrize("path", ["tests/a.yaml", "docs/a.yaml", "vendor/a.yaml"])
def test_files_of_tests_and_documentation_are_left_out(make_repo: MakeRepo, path: str) -> None:
    text = f"data:\n  dir: data/train\n  md5: {WRONG}\n"
    assert places(judge(make_repo, {path: text})) == []


def test_the_rule_runs_only_with_the_data_stage(make_repo: MakeRepo) -> None:
    text = f"data:\n  dir: data/train\n  md5: {WRONG}\n"
    repo = make_repo(FILES | {"configs/a.yaml": text}, commit=False)
    assert not check(repo.root, "DATA002", stages=frozenset({Stage.FILE})).findings
    assert check(repo.root, "DATA002", stages=frozenset({Stage.DATA})).findings
