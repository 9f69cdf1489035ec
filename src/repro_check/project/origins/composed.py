"""What the experiments of a program have under a key, by their composed configs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from repro_check.findings import Span
from repro_check.project.configs import SEED_KEY
from repro_check.project.origins.bindings import Keys
from repro_check.project.origins.model import Origin, OriginKind
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.experiments.effective import Effective, Value
    from repro_check.project.experiments.experiment import Experiment
    from repro_check.project.project import Project

_REFERENCE = pattern(r"^\$\{([A-Za-z_]\w*(?:\.\w+)*)\}$")
_MOST = 400
_DEEPEST = 4


class ComposedKeys:
    """Keys of effective configs, those of seeds alone: composing every config takes its time.

    Experiments ask for the origins of the paths that code opens. Such a question that comes while
    experiments are found is not answered from experiments again.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._by_place: dict[tuple[str, Span], list[Experiment]] | None = None
        self._is_asking = False

    def of_loader(self, path: str, span: Span, keys: Keys) -> list[Origin]:
        """The values in the experiments of one loader, each place once; none where none has the key.

        Args:
            path: the file of the call that loads the config.
            span: the call.
            keys: what is asked of the config.
        """
        if not keys or not isinstance(keys[-1], str) or not SEED_KEY.search(keys[-1]):
            return []
        if self._is_asking or None in keys:
            return []
        self._is_asking = True
        try:
            return self._asked(path, span, keys)
        finally:
            self._is_asking = False

    def _asked(self, path: str, span: Span, keys: Keys) -> list[Origin]:
        experiments = self._project.experiments
        if self._by_place is None:
            self._by_place = {}
            for each in experiments.every:
                place = (each.loader.path, each.loader.span)
                self._by_place.setdefault(place, []).append(each)
        found: dict[Origin, None] = {}
        has_one = False
        for experiment in self._by_place.get((path, span), ())[:_MOST]:
            for effective in experiments.effective(experiment).each:
                for origin in _in(effective, keys):
                    found.setdefault(origin)
                    has_one = True
                if not has_key(effective, keys) and effective.is_whole and not effective.problems:
                    at = experiment.origin
                    found.setdefault(
                        Origin(OriginKind.CONFIG, None, at.path, at.span, dotted(keys))
                    )
        return list(found) if has_one else []


def dotted(keys: Keys) -> str:
    """The keys as one name."""
    return ".".join(map(str, keys))


def has_key(effective: Effective, keys: Keys) -> bool:
    """Whether a config has a value at these keys, or something below or above them."""
    known = tuple(key for key in keys if key is not None)
    return known in effective.values or any(
        value.kind == "scalar" or not value.is_known
        for depth in range(1, len(known))
        if (value := effective.values.get(known[:depth])) is not None
    )


def _in(effective: Effective, keys: Keys) -> Iterator[Origin]:
    value = effective.values.get(tuple(key for key in keys if key is not None))
    if value is None or value.kind != "scalar":
        return
    end = followed(effective, value)
    if end is None or end.is_missing:
        yield Origin(OriginKind.UNKNOWN, None, value.origin.path, value.origin.span)
    else:
        yield Origin(OriginKind.CONFIG, end.value, end.origin.path, end.origin.span, dotted(keys))


def followed(effective: Effective, value: Value) -> Value | None:
    """The value that a plain reference (`${seed}`) leads to; None where that is not known."""
    for _ in range(_DEEPEST):
        if value.is_known and not (isinstance(value.value, str) and "${" in value.value):
            return value
        reference = _REFERENCE.match(value.value) if isinstance(value.value, str) else None
        target = effective.get(reference[1]) if reference is not None else None
        if target is None or target.kind != "scalar":
            return None
        value = target
    return None
