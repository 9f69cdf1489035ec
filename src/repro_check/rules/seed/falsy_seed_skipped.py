"""SEED004."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import (
    Confidence,
    Edit,
    Finding,
    Fix,
    Location,
    Related,
    Safety,
    Severity,
    Span,
)
from repro_check.project.files import PythonFile
from repro_check.project.origins import Origin, OriginKind
from repro_check.project.project import Project
from repro_check.rules.experiment_names import all_named
from repro_check.rules.rule import rule
from repro_check.rules.seed._falsy_seeds import falsy_seeds
from repro_check.rules.seed._seed_tests import Doubt
from repro_check.rules.seed._seed_values import shown
from repro_check.rules.seed._seeds_in_effect import in_effect, unset_in_effect
from repro_check.sources.expressions import Name

# the way back to a config is long, and no written file tests so many seeds
_MOST_ASKED = 20


@rule(
    "SEED004", severity=Severity.WARNING, on=PythonFile, practice=4, fixes="safe", words=("seed",)
)
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
    for count, doubt in enumerate(falsy_seeds(file, project)):
        is_asked = count < _MOST_ASKED and bool(project.configs.paths)
        text = shown(file, doubt.tested)
        yield file.finding(
            doubt.tested.span,
            f"`{text}` is tested for truth, so seed 0 {doubt.effect}",
            help=f"Ask whether a seed was given: `{text} is not None`.",
            confidence=Confidence.HIGH if doubt.is_seen_seeding else Confidence.MEDIUM,
            related=[
                file.related(doubt.place, "this does not happen with seed 0"),
                *(_skipped_experiments(file, project, doubt) if is_asked else ()),
            ],
            fix=_fix(file, doubt),
        )


def _skipped_experiments(file: PythonFile, project: Project, doubt: Doubt) -> Iterator[Related]:
    """Where configs have a seed that the test skips: 0, and null where other experiments set it."""
    origins = project.origins.of(file, doubt.tested, doubt.block)
    zeros = [o for o in origins if o.kind is OriginKind.CONFIG and o.value == 0 and _is_int(o)]
    for skipped in (*in_effect(project, zeros), *unset_in_effect(project, origins)):
        name = skipped.origin.note
        says = f"no `{name}` is set" if skipped.is_missing else f"`{name}` is {skipped.shown}"
        place = Location(path=skipped.origin.path, span=skipped.origin.span)
        runs = all_named(skipped.experiments)
        yield Related(place, f"{says} here, so this does not happen in {runs}")


def _is_int(origin: Origin) -> bool:
    return isinstance(origin.value, int) and not isinstance(origin.value, bool)


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
