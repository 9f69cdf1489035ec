"""DATA008: the files that its fix makes, and those that it leaves alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest
from checking import ALL_STAGES, check
from conftest import Repo

from repro_check.findings import Finding, Safety
from repro_check.rules.rule import Stage
from repro_check.settings import Settings

MakeRepo = Callable[..., Repo]
Judge = Callable[..., dict[str, str]]
STAGES = ALL_STAGES | {Stage.RELEASE}
LARGE = "1,2\n" * 30_000
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'4d' * 32}\nsize 2400000\n"


def made(finding: Finding) -> dict[str, str]:
    """The files that a fix makes."""
    assert finding.fix is not None
    assert finding.fix.safety is Safety.SAFE
    assert all(edit.location.span is None for edit in finding.fix.edits)
    return {edit.location.path: edit.replacement for edit in finding.fix.edits}


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The files that the fix makes beside these, committed."""

    def run(files: dict[str, str], settings: Settings | None = None) -> dict[str, str]:
        root = make_repo(files).root
        (finding,) = check(root, "DATA008", stages=STAGES, settings=settings).findings
        return made(finding)

    return run


def test_the_fix_makes_a_datasheet_and_a_croissant_file(judge: Judge) -> None:
    files = judge({"lab/data/a.csv": LARGE, "lab/data/sub/b.csv": POINTER})
    assert list(files) == ["lab/DATASHEET.md", "lab/croissant.json"]
    assert files["lab/DATASHEET.md"].startswith("# Datasheet: data\n")
    document = json.loads(files["lab/croissant.json"])
    found = {
        item["contentUrl"]: (item["contentSize"], item["sha256"])
        for item in document["distribution"]
    }
    assert found == {
        "data/a.csv": ("120000 B", hashlib.sha256(LARGE.encode()).hexdigest()),
        "data/sub/b.csv": ("2400000 B", "4d" * 32),
    }


def test_data_in_the_top_folder_are_named_after_the_repository(judge: Judge) -> None:
    files = judge({"a.csv": LARGE})
    assert list(files) == ["DATASHEET.md", "croissant.json"]
    assert files["DATASHEET.md"].startswith("# Datasheet: repo")


def test_a_file_of_that_name_stays_as_it_is(judge: Judge) -> None:
    files = judge({"data/a.csv": LARGE, "croissant.json": "{}"})
    assert list(files) == ["DATASHEET.md"]


def test_data_too_large_to_hash_get_a_datasheet_alone(judge: Judge) -> None:
    assert list(judge({"data/a.csv": LARGE}, Settings(data_budget=1_000))) == ["DATASHEET.md"]


def test_too_many_files_to_list_get_a_datasheet_alone(judge: Judge) -> None:
    files = judge({f"data/{n}.csv": "1,2\n" * 100 for n in range(1_001)})
    assert list(files) == ["DATASHEET.md"]


def test_a_name_that_cannot_be_written_leaves_out_the_croissant_file(judge: Judge) -> None:
    assert list(judge({"data/a\x1b.csv": LARGE})) == ["DATASHEET.md"]
