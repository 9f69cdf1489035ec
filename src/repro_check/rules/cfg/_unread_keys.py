"""Keys of plain configs that no code reads, by the loaders of the experiments that set them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.project.experiments.effective import Effective, Keys, Origin, Value
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.project.experiments.reading.key_reads import KeyReads
from repro_check.project.experiments.reading.reads import Reads, references, targets
from repro_check.project.origins.bindings import Keys as ReadKeys
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.project import Project

_WRITES = pattern(r"(^|\.)(safe_dump|dump|dumps|dump_all|OmegaConf\.save|to_yaml)$")
_PLAIN = frozenset(
    {LoaderKind.YAML, LoaderKind.RUAMEL, LoaderKind.JSON, LoaderKind.TOML, LoaderKind.OMEGACONF}
)


class Unread(msgspec.Struct, frozen=True):
    """A key that an experiment sets and no code reads.

    Attributes:
        keys: the way to it, the topmost that is not read.
        origin: the place of the key where it is known, else of a value below it.
        reads: what code reads of the configs of the same loader.
        effective: the config that has it.
    """

    keys: Keys
    origin: Origin
    experiment: Experiment
    reads: KeyReads
    effective: Effective

    @property
    def dotted(self) -> str:
        """The keys as one name."""
        return ".".join(map(str, self.keys))


def plain_experiments(project: Project) -> Iterator[Experiment]:
    """The experiments whose configs are files that code reads key by key."""
    return (one for one in project.experiments.every if one.kind in _PLAIN)


def unread_keys(
    project: Project, reads: Reads, experiments: Iterable[Experiment]
) -> Iterator[Unread]:
    """The keys that are read nowhere: not by a loader's code, nor named in any other code.

    Silent about an experiment whose config or whose reads cannot all be seen.

    Args:
        project: the repository.
        reads: what its code reads.
        experiments: those whose keys are looked at.
    """
    places = _KeyPlaces(project)
    for experiment in experiments:
        followed = _followed(project, reads, experiment)
        if not followed:
            continue
        effective = project.experiments.effective(experiment)
        if not effective.is_whole:
            continue
        every = {**effective.values, **effective.of_loader}
        whole = msgspec.structs.replace(effective, values=every)
        used = _Used((*references(whole), *targets(effective)))
        seen: set[Keys] = set()
        for value in effective.values.values():
            keys = _unread(value.keys, followed, used)
            if keys and keys not in seen:
                seen.add(keys)
                if not reads.is_named(str(keys[-1])):
                    origin = places.of(value, keys)
                    yield Unread(keys, origin, experiment, _joined(followed), effective)


def _followed(project: Project, reads: Reads, experiment: Experiment) -> tuple[KeyReads, ...]:
    """What all code reads that reads this experiment's files; () where that cannot be seen."""
    loaders = {experiment.loader: None}
    for path in experiment.files:
        readers = project.experiments.loaders.of(path)
        loaders.update(dict.fromkeys(readers.sure or readers.possible))
    found = tuple(reads.of(loader) for loader in loaders)
    is_seen = all(one.is_closed and one.reads for one in found)
    return (
        found if is_seen and not any(_is_written_out(project, one.path) for one in loaders) else ()
    )


def _is_written_out(project: Project, path: str) -> bool:
    """Whether a file of code writes YAML or JSON: perhaps the config, changed, for another program."""
    calls = project.python[path].facts.calls
    return any(_WRITES.search(call.target or call.name) for call in calls)


def _joined(followed: tuple[KeyReads, ...]) -> KeyReads:
    return KeyReads(
        tuple(read for one in followed for read in one.reads),
        tuple(handed for one in followed for handed in one.handed),
    )


class _Used:
    """Ways that a config itself uses: by an interpolation, by what it has made."""

    def __init__(self, ways: Iterable[ReadKeys]) -> None:
        self._ways = frozenset(ways)
        self._above = {way[:depth] for way in self._ways for depth in range(len(way))}

    def holds(self, keys: Keys) -> bool:
        """Whether something at, above or below a way is used."""
        at_or_above = (keys[:depth] for depth in range(len(keys) + 1))
        return keys in self._above or any(way in self._ways for way in at_or_above)


class _KeyPlaces:
    """The places of keys in the files of a project, each file looked through once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._tables: dict[str, tuple[dict[object, Keys], dict[Keys, Span]]] = {}

    def of(self, value: Value, keys: Keys) -> Origin:
        """The place of a key at or above a value; that of the value where no file has the key."""
        path = value.origin.path
        if path not in self._tables:
            self._tables[path] = self._read(path)
        ways, key_spans = self._tables[path]
        # of a config that Hydra packs into another, only the last keys are in its file
        own = ways.get((value.origin.span, value.keys[-1:]))
        above = len(value.keys) - len(keys)
        span = None if own is None else key_spans.get(own[: len(own) - above])
        return value.origin if span is None else Origin(path, span)

    def _read(self, path: str) -> tuple[dict[object, Keys], dict[Keys, Span]]:
        configs = self._project.configs
        config = configs.get(path) if path in configs.paths else None
        ways: dict[object, Keys] = {}
        key_spans: dict[Keys, Span] = {}
        for entry in config.facts.entries if config is not None else ():
            ways.setdefault((entry.span, entry.keys[-1:]), entry.keys)
            if entry.key_span is not None:
                key_spans[entry.keys] = entry.key_span
        return ways, key_spans


def _unread(keys: Keys, followed: tuple[KeyReads, ...], used: _Used) -> Keys:
    """The shortest start of a way that nothing reads; () if it is read to its end."""
    for depth in range(1, len(keys) + 1):
        start = keys[:depth]
        if used.holds(start):
            continue
        if not any(one.may_read(start) for one in followed):
            return start if isinstance(start[-1], str) else ()
    return ()
