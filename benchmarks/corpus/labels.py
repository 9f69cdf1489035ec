"""The labelled findings: a table of what was found, and whether a reader held it for true."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
FINDINGS = HERE / "findings.tsv"
UNSEEN = HERE / "unseen.tsv"
"""The first thing that the rules said of repositories on which none of them was made or mended."""
COUNTS = HERE / "counts.tsv"
REPOSITORIES = HERE / "repositories.txt"
VERDICTS = ("true", "false", "unclear")
# fewer verdicts than these are no estimate
_FEW = 5


class Place(NamedTuple):
    """Where a rule spoke; `place` is `line:column`, in a notebook `cell 2:line:column`."""

    repository: str
    rule: str
    path: str
    place: str


class Label(NamedTuple):
    """A finding with a reader's verdict and a one-line reason.

    The verdict is one of `VERDICTS`, or "sample" for what a repository holds to show such a defect,
    which counts for nothing.
    """

    at: Place
    commit: str
    verdict: str
    reason: str


class Repository(NamedTuple):
    """A public repository at one commit."""

    name: str
    commit: str


def read_repositories() -> tuple[Repository, ...]:
    """The repositories of the corpus, in the order of the file."""
    lines = REPOSITORIES.read_text("utf-8").splitlines()
    words = (line.split() for line in lines if line and not line.startswith("#"))
    return tuple(Repository(name, commit) for name, commit in words)


def read_labels(table: Path = FINDINGS) -> tuple[Label, ...]:
    """All labelled findings of a table."""
    with table.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(
            Label(
                Place(row["repository"], row["rule"], row["path"], row["place"]),
                row["commit"],
                row["verdict"],
                row["reason"],
            )
            for row in rows
        )


def read_counts() -> Mapping[tuple[str, str], int]:
    """How often each rule spoke in each repository, when the corpus was last run."""
    lines = COUNTS.read_text("utf-8").splitlines()[1:] if COUNTS.exists() else []
    rows = (line.split("\t") for line in lines)
    return {(repository, rule): int(count) for repository, rule, count in rows}


def write_counts(places: Iterable[Place]) -> None:
    """Keep how often each rule spoke in each repository."""
    counts = Counter((one.repository, one.rule) for one in places)
    rows = ["repository\trule\tfindings"]
    rows += [f"{name}\t{rule}\t{count}" for (name, rule), count in sorted(counts.items())]
    COUNTS.write_text("\n".join(rows) + "\n", "utf-8")


class Precision(NamedTuple):
    """How often a rule was right; the last is None where too little was read."""

    rule: str
    true: int
    false: int
    unclear: int

    @property
    def ratio(self) -> float | None:
        """true / (true + false)."""
        read = self.true + self.false
        return self.true / read if read else None

    @property
    def is_estimate(self) -> bool:
        """Whether enough was read for the ratio to mean something."""
        return self.true + self.false >= _FEW


def precision(labels: Iterable[Label]) -> tuple[Precision, ...]:
    """Per rule, sorted by its code."""
    counts = Counter((label.at.rule, label.verdict) for label in labels)
    rules = sorted({rule for rule, _ in counts})
    return tuple(
        Precision(rule, *(counts[rule, verdict] for verdict in VERDICTS)) for rule in rules
    )
