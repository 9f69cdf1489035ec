"""What to say where a word means no experiment, or several."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from repro_check.errors import UsageError
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.naming.meant import defaults, place_of
from repro_check.text import pattern

_PLACE = pattern(r"(.+):(\d{1,9})")
_SHOWN = 8
_LONGEST = 72
_LIST = "`repro-check config list` shows them all."


def place_read(word: str) -> tuple[str, int]:
    """Path and line of `README.md:12`; ("", 0) of what is no place."""
    found = _PLACE.fullmatch(word)
    return (found[1], int(found[2])) if found else ("", 0)


def names_of(experiments: Iterable[Experiment]) -> list[str]:
    """What to call them, each once.

    A long command is called by its place, and what several programs run under one name when they are
    told nothing by the program.
    """
    listed = list(experiments)
    entries: dict[str, set[str]] = {}
    for each in listed:
        entries.setdefault(each.name, set()).add(each.entry)
    return list(dict.fromkeys(_called(each, entries[each.name]) for each in listed))


def _called(experiment: Experiment, entries: Collection[str]) -> str:
    if len(entries) > 1 and not experiment.overrides and not experiment.files:
        return experiment.entry
    return experiment.name if len(experiment.name) <= _LONGEST else place_of(experiment)


def none_found() -> UsageError:
    """There is no experiment at all."""
    return UsageError(
        "no experiment was found: no program here loads a config in a way that is known",
        fix="The page on configs in the documentation says what is recognised.",
    )


def none_named(experiments: Sequence[Experiment]) -> UsageError:
    """No word was given, and there are several; those that are told nothing come first."""
    names = names_of([*defaults(experiments), *experiments])
    return UsageError(
        f"there are {len(experiments)} experiments, and none was named",
        fix=f"Name one of them: {_listed(names)}. {_LIST}",
    )


def several_meant(word: str, experiments: Sequence[Experiment]) -> UsageError:
    """A word fits several."""
    return UsageError(
        f"`{word}` may mean several experiments",
        fix=f"Name one of them: {_listed(names_of(experiments))}.",
    )


def unknown(word: str, experiments: Sequence[Experiment]) -> UsageError:
    """A word fits none: the nearest name, or the nearest place in the same file."""
    import difflib

    path, line = place_read(word)
    written = [each for each in experiments if each.origin.path == path]
    if written:
        nearest = min(written, key=lambda each: abs(each.origin.span.line - line))
        return UsageError(
            f"no command at `{word}` runs an experiment",
            fix=f"The nearest one is at {place_of(nearest)}. {_LIST}",
        )
    names = names_of(experiments)
    known = dict.fromkeys(names)
    known |= dict.fromkeys(name.rpartition("=")[2] for name in names)
    known |= dict.fromkeys(each.entry for each in experiments)
    near = difflib.get_close_matches(word, known, n=1)
    hint = f". Did you mean `{near[0]}`?" if near else ""
    return UsageError(
        f"no experiment is called `{word}`{hint}",
        fix=f"There are: {_listed(names)}. {_LIST}" if names else "There are none here.",
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    more = len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
