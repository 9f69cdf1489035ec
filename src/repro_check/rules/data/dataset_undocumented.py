"""DATA008."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator

import msgspec

from repro_check.data.publishing.croissant import croissant
from repro_check.data.publishing.datasheet import datasheet
from repro_check.data.publishing.shipped import DataFile, ShippedData, shipped_data
from repro_check.findings import Edit, Finding, Fix, Location, Safety, Severity
from repro_check.project.project import Project
from repro_check.rules.data._documents import Documents
from repro_check.rules.rule import Stage, rule
from repro_check.runtime.hashing import digest
from repro_check.runtime.trees import UndefinedTreeError
from repro_check.text import counted

_LEAST = 100_000
_MOST_LISTED = 1_000


@rule(
    "DATA008", severity=Severity.WARNING, on=Project, practice=6, stage=Stage.RELEASE, fixes="safe"
)
def dataset_undocumented(project: Project) -> Iterator[Finding]:
    """Data are published without a word on what they are and what may be done with them.

    Whoever gets the repository cannot tell how the data came about, which errors are known, whom
    they describe, or whether they may be passed on; and the licence of the code says nothing of
    them. A datasheet (Gebru et al., Datasheets for Datasets, arXiv:1803.09010), a README or a
    licence in the data folder, a dataset card, or a Croissant file (docs.mlcommons.org/croissant)
    is enough. Asked of data files under git with more than 100 kB in a folder, and only before a
    release; results, checkpoints, figures, fixtures and examples are not asked for.

    Bad:
        # file: data/patients.csv
        version https://git-lfs.github.com/spec/v1
        oid sha256:{random hex 64}
        size 2400000

    Good:
        # file: data/patients.csv
        version https://git-lfs.github.com/spec/v1
        oid sha256:{random hex 64}
        size 2400000
        # file: data/README.md
        # Patients of one ward, 2021

        Collected with consent; CC BY 4.0.

    Not this rule:
        # file: tests/fixtures/patients.csv
        version https://git-lfs.github.com/spec/v1
        oid sha256:{random hex 64}
        size 2400000
    """
    documents = Documents(project)
    budget = project.settings.data_budget
    for data in shipped_data(project.tree):
        missing = documents.missing(data)
        size = sum(file.size for file in missing)
        if size <= _LEAST:
            continue
        largest = max(missing, key=lambda file: file.size)
        where = f"`{data.folder}/`" if data.folder else "the top folder"
        yield Finding(
            message=f"{where} holds {counted(len(missing), 'data file')} ({_readable(size)}), and no "
            "datasheet, dataset card, Croissant file or licence tells what they are",
            location=Location(path=largest.path),
            fix=_fix(project, data, budget),
            help=f"Answer the questions of a datasheet in `{_beside(data)}`"
            ": where the data come from, what is in them, and who may use them for what.",
        )


def _beside(data: ShippedData) -> str:
    return posixpath.join(posixpath.dirname(data.folder), "DATASHEET.md")


def _fix(project: Project, data: ShippedData, budget: int) -> Fix | None:
    """A datasheet and a Croissant file to fill in, where nothing has their names.

    They stand beside the folder: in it they would change the digest of the data.
    """
    name = data.folder.rpartition("/")[2] or project.root.name
    beside = posixpath.dirname(data.folder)
    texts = {"DATASHEET.md": datasheet(name, data.files, folder=beside)}
    hashed = _hashed(project, data, budget)
    if hashed:
        texts["croissant.json"] = croissant(name, hashed, folder=beside)
    paths = {posixpath.join(beside, file): text for file, text in texts.items()}
    edits = [
        Edit(Location(path=path), text)
        for path, text in paths.items()
        if not os.path.lexists(project.root / path)
    ]
    title = "Make a datasheet and a Croissant file to fill in"
    return Fix(Safety.SAFE, title, tuple(edits)) if edits else None


def _hashed(project: Project, data: ShippedData, budget: int) -> tuple[DataFile, ...]:
    """The files with their sha256; none where that would be long, or a file cannot be told."""
    is_plain = all(file.path.isprintable() for file in data.files)
    if not is_plain or len(data.files) > _MOST_LISTED or data.size > budget:
        return ()
    found = []
    for file in data.files:
        try:
            sha256 = file.sha256 or digest(project.root / file.path, "sha256")
        except (OSError, UndefinedTreeError):
            return ()
        found.append(msgspec.structs.replace(file, sha256=sha256))
    return tuple(found)


def _readable(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"
