"""DATA008: data that are shipped without a word, and all that counts as one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import ALL_STAGES, check, codes
from conftest import Repo

from repro_check.findings import Finding, Severity
from repro_check.rules.rule import Stage
from repro_check.settings import Settings

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
STAGES = ALL_STAGES | {Stage.RELEASE}
LARGE = "1,2\n" * 30_000
HALF = "1,2\n" * 15_000
WORDS = "Blood pressure in mmHg, measured twice a day by the same nurse. " * 6


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files, committed."""

    def run(files: dict[str, str]) -> list[Finding]:
        return list(check(make_repo(files).root, "DATA008", stages=STAGES).findings)

    return run


def test_undocumented_data_are_found_at_the_largest_file(judge: Judge) -> None:
    (finding,) = judge({"data/a.csv": "1\n", "data/b/c.csv": LARGE})
    assert (finding.location.path, finding.location.span) == ("data/b/c.csv", None)
    assert finding.severity is Severity.WARNING
    assert "2 data files (120 kB)" in finding.message
    assert "`DATASHEET.md`" in finding.help


def test_sizes_add_up_in_a_data_folder_and_not_across_folders(judge: Judge) -> None:
    assert len(judge({"data/a.csv": HALF, "data/b.csv": HALF})) == 1
    assert judge({"one/data/a.csv": HALF, "two/data/a.csv": HALF}) == []
    assert len(judge({"one/data/a.csv": LARGE, "two/data/a.csv": LARGE})) == 2


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("DATASHEET.md", "x"),
        ("docs/datasheet.rst", "x"),
        ("data/Datasheet_scans.pdf", "x"),
        ("data/README.md", "x"),
        ("data/README", "x"),
        ("data/readme.txt", "x"),
        ("data/sub/ReadmeScans", "x"),
        ("data/README.en.md", "x"),
        ("data/LICENSE", "x"),
        ("data/LICENCE.md", "x"),
        ("data/sub/README.md", "x"),
        ("LICENSE-DATA", "x"),
        ("LICENSE_data.txt", "x"),
        ("DATA_LICENSE", "x"),
        ("data/dataset_card.md", "x"),
        ("docs/data-card.md", "x"),
        ("data/datapackage.json", "{}"),
        ("dataset_description.json", "{}"),
        ("codebook.pdf", "x"),
        ("data/wine.names", "x"),
        ("LICENSES/CC-BY-4.0.txt", "x"),
        ("LICENSE", "Creative Commons Attribution 4.0 International\n"),
        ("README.md", "---\nlicense: cc-by-4.0\ntags: [a]\n---\n# Scans\n"),
        ("README.md", "---\ndataset_info:\n  features: []\n---\n# Scans\n"),
        ("README.md", "# Scans\n\n## Data licence\n\nCC BY 4.0\n"),
        ("README.md", f"# Scans\n\n## Dataset\n\n{WORDS}\n\n## Usage\n"),
        ("README.md", "# Scans\n\n- `a.csv`: one row for each scan\n"),
        ("README", "Files\na.csv - one row for each scan\n"),
        ("data/README.rst", "x"),
        ("data/sub/data.py", 'COPYRIGHT = "public domain"\nSOURCE = "https://example.org"\n'),
        ("data/scans.py", '_CITATION = "x"\n_LICENSE = "cc0"\n'),
        (
            "croissant.json",
            '{"@context": {"cr": "http://mlcommons.org/croissant/"}, "@type": "sc:Dataset"}',
        ),
        (
            "data/metadata.json",
            '{"@context": {}, "conformsTo": "http://mlcommons.org/croissant/1.0"}',
        ),
    ],
)
def test_any_document_on_the_data_is_enough(judge: Judge, path: str, text: str) -> None:
    assert judge({"data/sub/a.csv": LARGE, path: text}) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("README.md", "# A model\n\nWe train on scans.\n"),
        ("README.md", "# A model\n\n## Data\n\nSee the paper.\n"),
        ("README.md", f"# A model\n\n## Prepare your own dataset\n\n{WORDS}\n"),
        ("README.md", "# A model\n\n    python train.py a.csv: then wait\n"),
        ("README.md", "# A model\n\n- `b.csv`: one row for each patient\n"),
        ("data/load.py", 'TITLE = "scans"\n'),
        ("README.pdf", "a.csv: one row for each scan\n"),
        ("LICENSE", "MIT License\n\nPermission is hereby granted\n"),
        ("other/README.md", "x"),
        ("other/DATASHEET.md", "x"),
        ("data/other/README.md", "x"),
        ("data/metadata.json", '{"created": "by hand"}'),
        ("third_party/DATASHEET.md", "x"),
        ("data/datasheet.py", "x = 1\n"),
    ],
)
def test_a_document_on_something_else_is_not(judge: Judge, path: str, text: str) -> None:
    assert len(judge({"data/sub/a.csv": LARGE, path: text})) == 1


def test_a_document_on_one_part_leaves_the_others_open(judge: Judge) -> None:
    files = {"data/a/x.csv": LARGE, "data/b/x.csv": LARGE, "data/b/README.md": "x"}
    (finding,) = judge(files)
    assert finding.location.path == "data/a/x.csv"
    assert "1 data file " in finding.message


def test_a_description_that_is_too_large_to_read_leaves_no_note(make_repo: MakeRepo) -> None:
    repo = make_repo({"data/a.csv": LARGE, "data/metadata.json": '{"a": "' + "b" * 3_000 + '"}'})
    settings = Settings(max_file_size=2_000)
    report = check(repo.root, "DATA008", stages=STAGES, settings=settings)
    assert (codes(report), report.not_checked) == (["DATA008"], ())


def test_data_in_the_top_folder_are_found(judge: Judge) -> None:
    (finding,) = judge({"compas.csv": LARGE, "README.md": "# Analysis\n"})
    assert finding.message.startswith("the top folder")
    assert "`DATASHEET.md`" in finding.help


def test_data_outside_of_git_are_not_shipped(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": "x = 1\n"}).write({"data/a.csv": LARGE})
    assert codes(check(repo.root, "DATA008", stages=STAGES)) == []


def test_the_rule_runs_only_before_a_release(make_repo: MakeRepo) -> None:
    repo = make_repo({"data/a.csv": LARGE})
    assert codes(check(repo.root, "DATA008")) == []
    assert codes(check(repo.root, stages=STAGES)) == []
