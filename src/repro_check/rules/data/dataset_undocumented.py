"""DATA008."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from repro_check.data.shipped import shipped_data
from repro_check.findings import Finding, Location, Severity
from repro_check.project.project import Project
from repro_check.rules.data._documents import Documents
from repro_check.rules.rule import Stage, rule
from repro_check.text import counted

_LEAST = 100_000


@rule("DATA008", severity=Severity.WARNING, on=Project, practice=6, stage=Stage.RELEASE)
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
            help=f"Answer the questions of a datasheet in `{posixpath.join(data.folder, 'DATASHEET.md')}`"
            ": where the data come from, what is in them, and who may use them for what.",
        )


def _readable(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"
