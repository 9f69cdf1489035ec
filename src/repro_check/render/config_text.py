"""An effective config for a person: YAML with the place of each value behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from repro_check.findings import Severity
from repro_check.project.experiments.effective import Problem
from repro_check.project.experiments.experiment import Experiment
from repro_check.render.ansi import BOLD, SEVERITY_COLOR
from repro_check.render.commented import DIM, YELLOW, Line, commented
from repro_check.render.config_shown import Safe, Shown, note, place, safe
from repro_check.render.config_yaml import yaml_lines
from repro_check.render.style import Style
from repro_check.text import counted

_RED = SEVERITY_COLOR[Severity.ERROR]
_FEW = 6


def shown_text(shown: Shown, style: Style) -> str:
    """The document, without its last newline; all but the values are comments."""
    return commented([*head(shown), *_body(shown, safe(shown))], style)


def head(shown: Shown) -> Iterator[Line]:
    """How it is started and where that is written; what is wrong with it; what cannot be seen."""
    experiment = shown.experiment
    yield Line(f"# {shown.command}", color=BOLD)
    where = "documented at" if experiment.is_documented else "defined at"
    if not all(given.origin.path for given in experiment.overrides):
        where = "a variant of"
    loader = f"{experiment.kind.value} at {experiment.loader.path}:{experiment.loader.span.line}"
    yield Line(f"# {where} {place(experiment.origin)}, loaded by {loader}", color=DIM)
    if shown.namesakes:
        places = ", ".join(_placed(shown.namesakes, [experiment])[:_FEW])
        more = len(shown.namesakes) - _FEW
        places += f" and {more} more" if more > 0 else ""
        yield Line(f"# experiments of the same name: {places}", color=DIM)
    for problem in shown.problems:
        yield Line(f"# error: {problem_words(problem)}", color=_RED)
    for problem in shown.unresolved:
        yield Line(f"# unresolved: {problem_words(problem)}", color=YELLOW)
    for damaged in shown.not_read:
        yield Line(f"# not read: {damaged.path}: {damaged.reason}", color=_RED)
    for reason in shown.unseen:
        yield Line(f"# not whole: {reason}", color=YELLOW)


def _placed(namesakes: Sequence[Experiment], others: Sequence[Experiment]) -> list[str]:
    """The places of experiments; where several have the same one, with their programs."""
    places = Counter(place(each.origin) for each in (*namesakes, *others))
    return [
        f"{each.entry} ({where})" if places[where := place(each.origin)] > 1 else where
        for each in namesakes
    ]


def problem_words(problem: Problem) -> str:
    """A problem with its place, and what would have been right."""
    import difflib

    known = problem.known
    # the last part of a dotted name or a path is what is usually misspelt
    bare = problem.subject.rpartition("/")[2].rpartition(".")[2].rpartition("=")[2]
    near = difflib.get_close_matches(bare, known, 1)
    hint = ""
    if near:
        hint = f"; did you mean `{near[0]}`?"
    elif known:
        more = f" and {len(known) - _FEW} more" if len(known) > _FEW else ""
        hint = f"; there are: {', '.join(f'`{name}`' for name in known[:_FEW])}{more}"
    where = place(problem.origin)
    return f"{where}{': ' if where else ''}{problem.message}{hint}"


def _body(shown: Shown, safe_values: Safe) -> Iterator[Line]:
    missing = [value.dotted for value in safe_values.values if value.is_missing]
    if missing:
        names = ", ".join(missing[:_FEW])
        more = f" and {len(missing) - _FEW} more" if len(missing) > _FEW else ""
        yield Line(f"# {counted(len(missing), 'value')} must be given: {names}{more}", color=YELLOW)
    if not safe_values.values:
        yield Line("{}")
    for line in yaml_lines(safe_values.values):
        if not line.values:
            yield Line(line.text)
            continue
        notes = dict.fromkeys(note(value, shown, safe_values.hidden) for value in line.values)
        words = ", ".join(filter(None, [place(line.values[0].origin), *notes]))
        color = YELLOW if any(notes) else DIM
        yield Line(line.text, words, comment_color=color)
