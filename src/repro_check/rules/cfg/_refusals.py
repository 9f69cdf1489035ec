"""What Hydra refuses of the runs that a repository promises, and how to mend it."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Finding, Fix, Severity, Span
from repro_check.project.experiments.effective import Problem
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.out_of_sight import is_users_own
from repro_check.rules.cfg._hydra_runs import hydra_runs
from repro_check.rules.cfg._near import misspelt, nearest
from repro_check.rules.cfg._places import key_place, renamed, word_place
from repro_check.rules.experiment_names import all_named, location, named, related
from repro_check.text import counted

if TYPE_CHECKING:
    from repro_check.project.project import Project

_OF_DEFAULTS = frozenset({"option-missing", "override-unmatched"})
_OF_KEYS = frozenset({"key-unknown", "key-exists"})
_FIRST = frozenset({"config-missing", "choice-missing", "group-missing", "ambiguous", "malformed"})
_MOST_NAMES = 8
_MOST_OF_FILE = 10
_MOST_RELATED = 4


class Refusal(msgspec.Struct, frozen=True):
    """A refusal of Hydra, and the runs that stop at it.

    Attributes:
        problem: the refusal.
        experiments: the runs, the one of the problem first.
        has_other_causes: whether others of them stop at something else.
    """

    problem: Problem
    experiments: tuple[Experiment, ...]
    has_other_causes: bool = False

    @property
    def is_in_command(self) -> bool:
        """Whether the wrong word stands in a documented command."""
        first = self.experiments[0]
        return first.is_documented and self.problem.origin == first.origin


def refusals(project: Project) -> Iterator[Refusal]:
    """The refusals about names of keys and options, each cause once."""
    found: dict[tuple[str, str, Span, str], Refusal] = {}
    own: dict[tuple[str, str | None], frozenset[Problem]] = {}
    for run in hydra_runs(project):
        experiment = run.experiment
        for problem in _first(run.effective.problems):
            if _may_be_made(project, experiment, problem):
                continue
            if problem.kind == "override-unmatched" and (
                _was_matched(project, experiment, problem)
                or _may_be_listed(project, experiment, run.effective.problems)
            ):
                continue
            if not experiment.is_documented:
                base = (experiment.entry, experiment.config)
                if base not in own:
                    own[base] = _of_base(project, experiment)
                if problem in own[base]:
                    continue  # of the base config, which may be meant to be given more
            key = (problem.kind, problem.origin.path, problem.origin.span, problem.subject)
            known = found.get(key)
            others = () if known is None else known.experiments
            if experiment not in others:
                found[key] = Refusal(problem, (*others, experiment))
    yield from _together(found.values())


def _together(every: Iterable[Refusal]) -> Iterator[Refusal]:
    """The refusals, those of one cause in several commands as one; so too very many of one file."""
    listed = list(every)
    many = Counter(each.problem.origin.path for each in listed if each.is_in_command)
    found: dict[object, Refusal] = {}
    for number, each in enumerate(listed):
        key: object = number
        if each.is_in_command:
            problem = each.problem
            path = problem.origin.path
            is_crowded = many[path] > _MOST_OF_FILE
            key = (path,) if is_crowded else (problem.kind, problem.subject, problem.known)
        known = found.get(key)
        if known is not None:
            own = dict.fromkeys((*known.experiments, *each.experiments))
            has_other = known.has_other_causes or each.problem.subject != known.problem.subject
            found[key] = Refusal(known.problem, tuple(own), has_other)
        else:
            found[key] = each
    yield from found.values()


def _first(problems: tuple[Problem, ...]) -> Iterator[Problem]:
    """Those at which Hydra stops: where a config is not found, the keys that it would have follow."""
    said = {problem.kind for problem in problems}
    kinds = _OF_DEFAULTS if said & (_OF_DEFAULTS | _FIRST) else _OF_KEYS
    return (problem for problem in problems if problem.kind in kinds)


def _of_base(project: Project, experiment: Experiment) -> frozenset[Problem]:
    plain = msgspec.structs.replace(experiment, overrides=())
    return frozenset(project.experiments.effective(plain).problems)


def _may_be_listed(project: Project, experiment: Experiment, problems: Iterable[Problem]) -> bool:
    """Whether a config that is not there may list what an override asks for."""
    return any(
        each.kind == "config-missing" or _may_be_made(project, experiment, each)
        for each in problems
    )


def _was_matched(project: Project, experiment: Experiment, problem: Problem) -> bool:
    """Whether Hydra 1.1 may run, where `task=a` still meant an item `task@_global_`.

    https://github.com/facebookresearch/hydra/issues/2628 and 2167
    """
    group = problem.subject.partition("@")[0]
    return any(name.startswith(f"{group}@") for name in problem.known) and (
        project.versions.may_be_below("hydra-core", "1.2", near=experiment.loader.path)
    )


def _may_be_made(project: Project, experiment: Experiment, problem: Problem) -> bool:
    """Whether an option that is missing is a file that each reader makes, by a template or a manual."""
    if problem.kind != "option-missing":
        return False
    folder = posixpath.join(experiment.loader.folder or "", "")
    named = _group(problem)
    stem = posixpath.normpath(f"{folder}{named}/{problem.subject}")
    if any(file.path.startswith(f"{stem}.") for file in project.tree.files):
        return True
    if is_users_own(project, f"{stem}.yaml"):
        return True
    wanted = f"{named}/{problem.subject}.yaml"
    return any(
        wanted in (project.text_at(document.path) or "") for document in project.markdown.readable()
    )


def judged(project: Project, refusal: Refusal) -> Finding:
    """The finding about a refusal."""
    problem, first = refusal.problem, refusal.experiments[0]
    path = problem.origin.path
    right = _right(project, first, problem)
    span, old = _place(project, first, problem)
    fix = _fix(problem, path, span, old, right) if old and right else None
    others = [related(first.origin, "this is run")] if first.origin.path != path else []
    if refusal.is_in_command:
        more = refusal.experiments[1 : _MOST_RELATED + 1]
        others += [related(one.origin, "this cannot start either") for one in more]
    return Finding(
        message=_message(refusal),
        location=msgspec.structs.replace(location(problem.origin), span=span),
        help=_help(problem, right),
        severity=Severity.ERROR,
        related=tuple(others),
        fix=fix,
    )


def _message(refusal: Refusal) -> str:
    said = refusal.problem.message
    more = len(refusal.experiments) - 1
    if not refusal.is_in_command or not more:
        return f"{all_named(refusal.experiments)} cannot start: {said}"
    first, others = named(refusal.experiments[0]), counted(more, "more command")
    if refusal.has_other_causes:
        return f"{first} cannot start: {said}; nor can {others} here, for reasons of this kind"
    return f"{first} and {others} cannot start: {said}"


def _right(project: Project, experiment: Experiment, problem: Problem) -> str:
    """The whole name that is probably meant, or ""."""
    if problem.kind == "key-exists":
        return problem.subject
    if problem.kind == "override-unmatched":
        return problem.known[0] if len(problem.known) == 1 else ""
    if problem.kind == "option-missing":
        options = _options(project, experiment, problem)
        last = posixpath.basename(problem.subject)
        moved = [option for option in options if posixpath.basename(option) == last]
        return moved[0] if len(moved) == 1 else nearest(problem.subject, options)
    way, dot, last = problem.subject.rpartition(".")
    found = nearest(last, problem.known)
    return f"{way}{dot}{found}" if found else ""


def _options(project: Project, experiment: Experiment, problem: Problem) -> list[str]:
    """The options of the group that lacks one, those in folders below it, too."""
    folder = posixpath.join(experiment.loader.folder or "", _group(problem), "")
    return [
        path[len(folder) :].removesuffix(".yaml")
        for path in project.configs.paths
        if path.startswith(folder) and path.endswith(".yaml")
    ]


def _group(problem: Problem) -> str:
    return problem.message.partition("`")[2].partition("`")[0]


def _place(project: Project, experiment: Experiment, problem: Problem) -> tuple[Span, str]:
    """The place of the wrong name and its text; the text "" where it is not found as it is."""
    subject = problem.subject
    for given in experiment.overrides if problem.origin == experiment.origin else ():
        key, _, value = given.text.lstrip("+~").partition("=")
        if key.startswith(f"{subject}."):
            key = subject
        if subject not in {key, value}:
            continue
        word = word_place(project, given.origin, given.text)
        if word.end_column - word.column != len(given.text):
            return word, ""
        is_added = problem.kind == "key-exists"
        start = (
            0 if is_added else given.text.find(key) if subject == key else given.text.rfind(value)
        )
        text = f"+{subject}" if is_added else subject
        column = word.column + start
        return Span(word.line, column, word.line, column + len(text)), text
    last = subject.rpartition(".")[2]
    span = key_place(project, problem.origin, last)
    if span is not None:
        return span, last
    return problem.origin.span, subject if _is_written(project, problem) else ""


def _is_written(project: Project, problem: Problem) -> bool:
    """Whether the place of a problem holds just its subject."""
    span = problem.origin.span
    lines = (project.text_at(problem.origin.path) or "").splitlines()
    if span.line != span.end_line or span.line > len(lines):
        return False
    return lines[span.line - 1][span.column - 1 : span.end_column - 1] == problem.subject


def _fix(problem: Problem, path: str, span: Span, old: str, right: str) -> Fix | None:
    if problem.kind in {"option-missing", "key-unknown"} and not misspelt(old, right):
        return None
    new = right if old in {problem.subject, f"+{problem.subject}"} else right.rpartition(".")[2]
    return renamed(path, span, old, new)


def _help(problem: Problem, right: str) -> str:
    if problem.kind == "key-exists":
        return f"Write `{right}=...` to change the value, or `++{right}=...` to add or change it."
    if problem.kind == "option-missing":
        known = ", ".join(f"`{name}`" for name in problem.known)
        options = f"The options are {known}. " if 0 < len(problem.known) <= _MOST_NAMES else ""
        meant = f"Perhaps `{right}` is meant. " if right else options
        return f"{meant}If the option exists on your machine, commit its file: git may ignore it."
    if right:
        return f"Write `{right}`."
    if problem.kind == "override-unmatched":
        return (
            f"Add `{problem.subject}` to the defaults list, write `+{problem.subject}=...` in a command, "
            "or leave out the word `override` in a config."
        )
    return "Correct the name to one that the config has, or write `+` before it if it is new."
