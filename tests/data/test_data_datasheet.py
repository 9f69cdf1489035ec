"""The skeletons that describe published data: Gebru's questions, and Croissant's digests."""

from __future__ import annotations

import json

import pytest

from repro_check.data.publishing.croissant import croissant
from repro_check.data.publishing.datasheet import datasheet
from repro_check.data.publishing.shipped import DataFile
from repro_check.sources.markdown import read_markdown

SHA = "ab" * 32


def test_a_datasheet_has_the_seven_sections_of_the_paper_in_order() -> None:
    facts = read_markdown(datasheet("scans", []).encode())
    assert [heading.text for heading in facts.headings] == [
        "Datasheet: scans",
        *("Motivation", "Composition", "Collection", "Preprocessing", "Uses", "Distribution"),
        "Maintenance",
    ]


def test_every_question_of_a_datasheet_is_open() -> None:
    lines = datasheet("scans", []).split("\n")
    questions = [at for at, line in enumerate(lines) if line.startswith("**")]
    assert len(questions) > 10
    assert all(lines[at].endswith("**") and lines[at + 2] == "TODO" for at in questions)


def test_a_datasheet_lists_its_files_relative_to_its_folder() -> None:
    files = [DataFile("data/a.csv", 1_234), DataFile("data/sub/b|`c.csv", 1)]
    text = datasheet("data", files, folder="data")
    assert "2 files, 1,235 bytes" in text
    (table,) = read_markdown(text.encode()).tables
    assert [row[1] for row in table.rows] == ["1,234", "1"]
    assert table.rows[0][0] == "`a.csv`"
    assert len(table.rows[1]) == 3


def test_a_datasheet_of_many_files_stays_short() -> None:
    text = datasheet("x", [DataFile(f"data/{n}.csv", n) for n in range(1_000)])
    assert "and 950 more files" in text
    assert len(text) < 10_000


def test_a_datasheet_shows_no_control_characters() -> None:
    assert "\x1b" not in datasheet("x", [DataFile("data/\x1b[31m\n.csv", 1)])


def described(*files: DataFile, folder: str = "") -> dict[str, object]:
    document: dict[str, object] = json.loads(croissant("scans", files, folder=folder))
    return document


def test_a_croissant_stub_names_each_file_with_its_size_and_digest() -> None:
    document = described(DataFile("data/sub/a.csv", 12, SHA), folder="data")
    assert document["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert document["@type"] == "sc:Dataset"
    assert document["distribution"] == [
        {
            "@type": "cr:FileObject",
            "@id": "sub/a.csv",
            "name": "sub/a.csv",
            "contentUrl": "sub/a.csv",
            "contentSize": "12 B",
            "encodingFormat": "text/csv",
            "sha256": SHA,
        }
    ]


def test_a_croissant_stub_makes_nothing_up() -> None:
    document = described(DataFile("data/a.csv", 12, SHA))
    assert str(document["description"]).startswith("TODO")
    assert not {"license", "creator", "datePublished", "citeAs", "url"} & set(document)


@pytest.mark.parametrize(
    ("paths", "identifiers"),
    [
        (["my data/a b.csv"], ["my_data/a_b.csv"]),
        (["a#b.csv", "a?b.csv", "a_b.csv"], ["a_b.csv", "a_b.csv-2", "a_b.csv-3"]),
        (["ü.csv"], ["ü.csv"]),
    ],
)
def test_identifiers_are_plain_and_unique_while_addresses_stay(
    paths: list[str], identifiers: list[str]
) -> None:
    # mlcroissant refuses white space in an @id, and opens contentUrl as a path
    found = described(*(DataFile(path, 1, SHA) for path in paths))["distribution"]
    assert isinstance(found, list)
    assert [item["@id"] for item in found] == identifiers
    assert [item["contentUrl"] for item in found] == paths


def test_a_format_without_a_media_type_is_a_stream_of_bytes() -> None:
    (item,) = described(DataFile("a.weird", 1, SHA))["distribution"]  # type: ignore[misc]
    assert item["encodingFormat"] == "application/octet-stream"
