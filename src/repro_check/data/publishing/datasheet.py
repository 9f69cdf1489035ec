"""A datasheet to fill in, for data that are published.

The sections are those of Gebru et al., Datasheets for Datasets (arXiv:1803.09010); the questions are
shortened from theirs. What only the authors know stays a TODO: nothing is made up.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING

from repro_check.text import counted

if TYPE_CHECKING:
    from repro_check.data.publishing.shipped import DataFile

_SECTIONS = {
    "Motivation": (
        "For what purpose were the data created, and by whom?",
        "Who paid for it?",
    ),
    "Composition": (
        "What does one record stand for, and what do its fields and units mean?",
        "Are the data all there are, or a sample, and how was it drawn?",
        "What is missing, wrong, noisy or there twice?",
        "Which parts are for training, validation and testing, and why so?",
        "Do the data speak of people? Can anyone be recognised, or be hurt by them?",
    ),
    "Collection": (
        "How, when, where and with which instruments or software were they collected?",
        "If of people: did they consent, and was there an ethical review?",
        "If from others: from where (address, version, date), and under which terms?",
    ),
    "Preprocessing": (
        "What was cleaned, labelled, converted or left out, and with which script?",
        "Are the raw data kept, and where?",
    ),
    "Uses": (
        "What have the data been used for, and what else may they serve?",
        "What should they not be used for?",
    ),
    "Distribution": (
        "Under which licence may they be used and passed on? (The licence of the code says nothing.)",
        "How are they to be cited (DOI)?",
    ),
    "Maintenance": (
        "Who answers questions about them, and where are errors reported?",
        "Will they be corrected or extended, and how are versions told apart?",
    ),
}
_MOST_ROWS = 50


def datasheet(name: str, files: Iterable[DataFile], *, folder: str = "") -> str:
    """A skeleton in Markdown, with the files that it speaks of.

    Args:
        name: of the data set.
        files: with paths relative to the repository's root.
        folder: where the datasheet will stand; paths in it are relative to that.
    """
    listed = tuple(files)
    size = sum(file.size for file in listed)
    lines = [f"# Datasheet: {name}", ""]
    lines += [
        "The questions are those of Gebru et al., *Datasheets for Datasets* (arXiv:1803.09010),",
        "shortened. Put your answer in the place of each TODO; write *unknown* where nobody knows, and",
        "take out what does not apply.",
        "",
    ]
    for section, questions in _SECTIONS.items():
        lines += [f"## {section}", ""]
        for question in questions:
            lines += [f"**{question}**", "", "TODO", ""]
        if section == "Composition":
            lines += [f"{counted(len(listed), 'file')}, {counted(size, 'byte')}:", ""]
            lines += _table(listed, folder)
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(files: tuple[DataFile, ...], folder: str) -> list[str]:
    rows = ["| File | Bytes | What it holds |", "| --- | ---: | --- |"]
    for file in files[:_MOST_ROWS]:
        path = posixpath.relpath(file.path, folder) if folder else file.path
        rows.append(f"| {_cell(path)} | {file.size:,} | TODO |")
    if len(files) > _MOST_ROWS:
        rows.append(f"| and {counted(len(files) - _MOST_ROWS, 'more file')} | | TODO |")
    return [*rows, ""]


def _cell(path: str) -> str:
    """A path as code inside a table, whatever characters it has."""
    shown = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in path
    )
    fence = "``" if "`" in shown else "`"
    space = " " if "`" in shown else ""
    return f"{fence}{space}{shown.replace('|', chr(92) + '|')}{space}{fence}"
