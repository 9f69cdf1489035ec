"""Keys of plain configs, and of the code that reads them, that miss each other by a typing error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from repro_check.findings import Finding, Location, Related
from repro_check.project.experiments.effective import Effective
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.reading.key_reads import Read
from repro_check.project.experiments.reading.reads import Reads
from repro_check.project.origins.bindings import Keys
from repro_check.rules.cfg._near import misspelt
from repro_check.rules.cfg._places import renamed
from repro_check.rules.cfg._unread_keys import Unread, plain_experiments, unread_keys
from repro_check.rules.experiment_names import all_named, location

if TYPE_CHECKING:
    from repro_check.project.project import Project

_LONG_ENOUGH = 6


def misset(project: Project, reads: Reads) -> Iterator[Finding]:
    """Keys that a config sets and nobody reads, where code reads a key of nearly that name."""
    found: dict[tuple[Location, str], list[tuple[Unread, Read]]] = {}
    for unread in unread_keys(project, reads, plain_experiments(project)):
        read = _meant(unread)
        if read is not None:
            key = (location(unread.origin), unread.dotted)
            found.setdefault(key, []).append((unread, read))
    for (place, dotted), cases in found.items():
        unread, read = cases[0]
        wrong, right = str(unread.keys[-1]), str(read.keys[len(unread.keys) - 1])
        runs = list(dict.fromkeys(one.experiment for one, _ in cases))
        what = "with a default" if read.has_default else "and the config lacks it"
        span = place.span
        is_key = span is not None and span.end_column - span.column == len(wrong)
        yield Finding(
            message=f"no code reads `{dotted}`, which {all_named(runs)} sets; "
            f"`{right}` is read instead, {what}",
            location=place,
            help=f"Write `{right}`, or correct the code that reads it.",
            related=(Related(Location(path=read.path, span=read.span), f"`{right}` is read here"),),
            fix=renamed(place.path, span, wrong, right) if is_key and span is not None else None,
        )


def _meant(unread: Unread) -> Read | None:
    """The read that a misspelt key is meant for: at the same place, and of a key that is not set."""
    depth = len(unread.keys)
    wrong, parent = str(unread.keys[-1]), unread.keys[:-1]
    for read in unread.reads.reads:
        if len(read.keys) < depth or read.keys[: depth - 1] != parent:
            continue
        right = read.keys[depth - 1]
        if not isinstance(right, str) or not misspelt(wrong, right):
            continue
        if not _is_set(unread.effective, (*parent, right)):
            return read
    return None


def _is_set(effective: Effective, keys: Keys) -> bool:
    return any(known[: len(keys)] == keys for known in effective.values)


def misread(project: Project, reads: Reads) -> Iterator[Finding]:
    """Reads whose default hides that no config has their key, where the nearly same key is set.

    The nearly same key is read elsewhere, so that its name is right; the other name stands only once.
    """
    runs: dict[Loader, list[Experiment]] = {}
    for experiment in plain_experiments(project):
        runs.setdefault(experiment.loader, []).append(experiment)
    seen: set[Read] = set()
    for loader, experiments in runs.items():
        known = reads.of(loader).reads
        effects = [project.experiments.effective(experiment) for experiment in experiments]
        if not all(effective.is_whole for effective in effects):
            continue
        for read in known:
            if not read.has_default or read in seen:
                continue
            right = _right(read, known, effects)
            if right and _stands_once(project, read):
                seen.add(read)
                yield _misread(read, right, experiments)


def _right(read: Read, known: tuple[Read, ...], effects: list[Effective]) -> str:
    wrong, parent = read.keys[-1], read.keys[:-1]
    if not isinstance(wrong, str) or any(_is_set(one, read.keys) for one in effects):
        return ""
    for other in known:
        right = other.keys[-1]
        if other.keys[:-1] != parent or not isinstance(right, str) or len(wrong) < _LONG_ENOUGH:
            continue
        if wrong.rstrip("s") == right.rstrip("s") or not misspelt(wrong, right):
            continue
        if all(_is_set(one, other.keys) for one in effects):
            return right
    return ""


def _stands_once(project: Project, read: Read) -> bool:
    return (
        sum(
            (project.text_at(path) or "").count(str(read.keys[-1])) for path in project.python.paths
        )
        == 1
    )


def _misread(read: Read, right: str, experiments: list[Experiment]) -> Finding:
    wrong = ".".join(map(str, read.keys))
    return Finding(
        message=f"`{wrong}` is in no config, so its default is used without a word; "
        f"{all_named(experiments)} sets `{right}`",
        location=Location(path=read.path, span=read.span),
        help=f"Read `{right}`, and let a missing key fail: without a default.",
    )
