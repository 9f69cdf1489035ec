"""SUP002."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.files import SuppressionsFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule


@rule("SUP002", severity=Severity.WARNING, on=SuppressionsFile, practice=5)
def suppression_without_reason(
    suppressions: SuppressionsFile, _project: Project
) -> Iterator[Finding]:
    """A suppression comment names no rule, or gives no reason.

    The next reader has to decide whether the exception still holds, and cannot without knowing why it
    was made (astral-sh/ruff#8453).

    Bad:
        # file: train.py
        import random
        import sys

        seed = int(sys.argv[1])
        if seed:  # repro-check: ignore[SEED004]
            random.seed(seed)

    Good:
        # file: train.py
        import random
        import sys

        seed = int(sys.argv[1])
        if seed:  # repro-check: ignore[SEED004] -- 0 asks for an unseeded run
            random.seed(seed)

    Not this rule:
        # file: train.py
        # The comment "repro-check: ignore" is explained in the contributing guide.
        x = 1
    """
    for location, directive in suppressions.every:
        if directive.codes and directive.reason:
            continue
        lacks = "gives no reason" if directive.codes else "names no rule, so it has no effect"
        yield Finding(
            message=f"this suppression {lacks}",
            location=location,
            help="Write `# repro-check: ignore[CODE] -- reason`.",
        )
