"""Values that an experiment leaves open although its program asks for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Finding, Related
from repro_check.project.experiments.effective import Effective, Keys, Problem, Value
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.hydra.resolved import resolved
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.project.experiments.reading.key_reads import KeyReads, Read
from repro_check.project.experiments.reading.reads import Reads
from repro_check.rules.cfg._hydra_runs import Run, hydra_runs
from repro_check.rules.cfg._places import shows_a_failure
from repro_check.rules.cfg._written_names import written_names
from repro_check.rules.experiment_names import all_named, location, named, related

if TYPE_CHECKING:
    from repro_check.project.project import Project

_WORD = re.compile(r"[A-Za-z_]\w*")
_MANY = 2
_SHELLS = frozenset({"", "sh", "bash", "shell", "console", "zsh", "shell-session"})


class Missing(msgspec.Struct, frozen=True):
    """A value that is open in experiments, and where code asks for it.

    Attributes:
        value: the leaf that is `???`, or the interpolation that leads nowhere.
        why: of an interpolation, what its loader says.
    """

    value: Value
    experiments: tuple[Experiment, ...]
    read: Read | None
    why: str = ""


def missing(project: Project) -> Iterator[Missing]:
    """The open values of documented experiments and of experiment options, each cause once."""
    runs = [
        msgspec.structs.replace(run, effective=resolved(run.effective))
        for run in _runs(project)
        if not run.effective.problems
    ]
    if not any(_open(run.effective) for run in runs):
        return
    written = written_names(project)
    documents = _documents(project)
    reads = Reads(project)
    found: dict[object, Missing] = {}
    for run in runs:
        known = reads.of(run.experiment.loader)
        for value, why, names in _open(run.effective):
            if any(name in written or name in documents for name in names):
                continue
            read = _asked(known, value.keys)
            if read is None and not (why and _is_handed(known, value.keys)):
                continue
            if _is_swept(run, value) or not _is_promised(run, value, runs):
                continue
            old = found.get((value.origin, value.dotted))
            others = () if old is None else old.experiments
            if run.experiment in others:
                continue
            experiments = (*others, run.experiment)
            found[value.origin, value.dotted] = Missing(value, experiments, read, why)
    yield from found.values()


def _runs(project: Project) -> Iterator[Run]:
    yield from hydra_runs(project)
    for experiment in project.experiments.every:
        if experiment.kind is LoaderKind.OMEGACONF and experiment.is_documented:
            effective = project.experiments.effective(experiment)
            if effective.is_whole and not shows_a_failure(project, experiment.origin):
                yield Run(experiment, effective)


def _open(effective: Effective) -> list[tuple[Value, str, list[str]]]:
    """The open values, why, and the names by which code or a manual may speak of them."""
    found = [
        (value, "", [str(value.keys[-1])])
        for value in effective.values.values()
        if value.is_missing
    ]
    places = {value.origin: value for value in effective.values.values()}
    for problem in effective.problems:
        value = places.get(problem.origin)
        if problem.kind == "interpolation-missing" and value is not None:
            found.append((value, _why(problem), _spoken_of(effective, value, problem.subject)))
    return found


def _why(problem: Problem) -> str:
    return problem.message.partition(" cannot be resolved: ")[2]


def _spoken_of(effective: Effective, value: Value, subject: str) -> list[str]:
    """The names of an interpolation by which code may fill it: its last, and a first that is lost."""
    words = _WORD.findall(subject)
    tops = {keys[0] for keys in effective.values}
    return [str(value.keys[-1]), *words[-1:], *(word for word in words[:1] if word not in tops)]


def _documents(project: Project) -> frozenset[str]:
    """The words of all manuals: who is told of a key is told to fill it in.

    Their commands are left out: that one gives a value says nothing of another.
    """
    words: set[str] = set()
    for document in project.markdown.readable():
        text = project.text_at(document.path) or ""
        for fence in document.facts.fences:
            if fence.language.lower() in _SHELLS:
                text = text.replace(fence.text, "")
        words.update(_WORD.findall(text))
    return frozenset(words)


def _asked(known: KeyReads, keys: Keys) -> Read | None:
    """A read of the value itself, or of a part that is used with all that is in it."""
    for read in known.reads:
        if read.keys == keys and not read.has_default:
            return read
    return None


def _is_handed(known: KeyReads, keys: Keys) -> bool:
    return any(item.keys and keys[: len(item.keys)] == item.keys for item in known.handed)


def _is_swept(run: Run, value: Value) -> bool:
    """Whether a sweep of the run gives the value."""
    given = {one.text.lstrip("+").partition("=")[0] for one in run.experiment.overrides}
    in_sweeper = any(str(keys[-1]) == value.dotted for keys in run.effective.of_loader)
    return value.dotted in given or in_sweeper


def _is_promised(run: Run, value: Value, runs: list[Run]) -> bool:
    """Whether the run is meant to be complete: documented, or the one option that leaves it open."""
    if run.experiment.is_documented:
        return True
    siblings = [
        other.effective.values[value.keys].is_missing
        for other in runs
        if other.experiment.loader == run.experiment.loader
        and not other.experiment.is_documented
        and value.keys in other.effective.values
    ]
    return len(siblings) > _MANY and siblings.count(True) == 1


def judged(project: Project, one: Missing) -> Finding:
    """The finding about an open value."""
    first = one.experiments[0]
    others: list[Related] = []
    if first.origin.path != one.value.origin.path:
        others.append(related(first.origin, f"{named(first)} is run here"))
    if one.read is not None:
        file = project.python[one.read.path]
        others.append(file.related(one.read.span, "the value is asked for here"))
    state = f"cannot be resolved: {one.why}" if one.why else "has no value (`???`)"
    return Finding(
        message=f"in {all_named(one.experiments)} `{one.value.dotted}` {state}",
        location=location(one.value.origin),
        help=(
            "Correct the name in `${...}`, or add the key that it asks for."
            if one.why
            else f"Give the value that you used: `{one.value.dotted}=...` in the command, or in the config."
        ),
        related=tuple(others),
    )
