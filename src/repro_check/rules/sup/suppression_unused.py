"""SUP001."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.files import SuppressionsFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule


@rule("SUP001", severity=Severity.WARNING, on=SuppressionsFile, practice=5)
def suppression_unused(suppressions: SuppressionsFile, _project: Project) -> Iterator[Finding]:
    """A suppression comment covers no finding.

    What it excused was mended, or its code is misspelt. Left behind, it will hide the next finding of
    that rule on the same line without anyone having decided so.

    Bad:
        # file: train.py
        x = 1  # repro-check: ignore[SEED004] -- the seed is a flag here

    Good:
        # file: train.py
        x = 1

    Not this rule:
        # file: train.py
        import random
        import sys

        seed = int(sys.argv[1])
        if seed:  # repro-check: ignore[SEED004] -- 0 asks for an unseeded run
            random.seed(seed)
    """
    for location, directive in suppressions.unused:
        codes = ", ".join(directive.codes)
        yield Finding(
            message=f"this suppression of {codes} covers no finding",
            location=location,
            help="Remove the comment.",
        )
