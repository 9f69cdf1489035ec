"""SEED004."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Confidence, Edit, Finding, Fix, Safety, Severity, Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._seed_options import Declarations
from repro_check.rules.seed._seed_tests import Doubt, doubts
from repro_check.rules.seed._seed_values import seed_name, shown
from repro_check.sources.expressions import Name


@rule("SEED004", severity=Severity.WARNING, on=PythonFile, practice=4, fixes="safe")
def falsy_seed_skipped(file: PythonFile, project: Project) -> Iterator[Finding]:
    """A truth test on the seed silently skips seed 0.

    `if seed:` is false for 0, so the one run that a reader is most likely to repeat is the one that
    was never seeded. `seed or 42` and `42 if not seed else seed` replace it in the same way.

    Bad:
        import random
        from arguments import args

        if args.seed:
            random.seed(args.seed)

    Bad:
        import random
        from arguments import args

        seed = args.seed or 42
        random.seed(seed)

    Good:
        import random
        from arguments import args

        if args.seed is not None:
            random.seed(args.seed)

    Not this rule:
        from arguments import args
        from fixtures import load_fixtures

        if args.seed:  # a flag: fill the database
            load_fixtures()

    Not this rule:
        import argparse
        import random

        parser = argparse.ArgumentParser()
        parser.add_argument("--seed", action="store_true")
        args = parser.parse_args()
        if args.seed:
            random.seed(args.seed)
    """
    declarations = Declarations(file, project)
    for doubt in doubts(file, project):
        name = seed_name(file, doubt.tested)
        if name is None or declarations.is_no_number(name, doubt.tested):
            continue
        text = shown(file, doubt.tested)
        yield file.finding(
            doubt.tested.span,
            f"`{text}` is tested for truth, so seed 0 {doubt.effect}",
            help=f"Ask whether a seed was given: `{text} is not None`.",
            confidence=Confidence.HIGH if doubt.is_seen_seeding else Confidence.MEDIUM,
            related=[file.related(doubt.place, "this does not happen with seed 0")],
            fix=_fix(file, doubt),
        )


def _fix(file: PythonFile, doubt: Doubt) -> Fix | None:
    """Ask `is not None`; unsafe where a run with seed 0 was repeatable, with another seed."""
    tested, safety = doubt.tested, Safety.UNSAFE if doubt.is_repeatable else Safety.SAFE
    end = Span(
        tested.span.end_line, tested.span.end_column, tested.span.end_line, tested.span.end_column
    )
    if doubt.alternative is not None:
        if not isinstance(tested, Name) or not doubt.is_alone:
            return None
        start = doubt.alternative.span
        between = Span(end.line, end.column, start.line, start.column)
        replacement = f" if {tested.name} is not None else "
        return file.replace(between, replacement, title="Ask `is not None`", safety=safety)
    if doubt.negation is None:
        return file.replace(end, " is not None", title="Ask `is not None`", safety=safety)
    start = doubt.negation.span
    word = Span(start.line, start.column, tested.span.line, tested.span.column)
    edits = (Edit(file.location(word), ""), Edit(file.location(end), " is None"))
    return Fix(safety, "Ask `is None`", edits)
