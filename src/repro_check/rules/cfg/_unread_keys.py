"""Keys of plain configs that no code reads, by the loaders of the experiments that set them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.experiments.effective import Effective, Keys, Origin, Value
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.key_reads import KeyReads
from repro_check.project.experiments.loader_kinds import LoaderKind
from repro_check.project.experiments.reads import Reads, references, targets
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
    for experiment in experiments:
        followed = _followed(project, reads, experiment)
        if not followed:
            continue
        effective = project.experiments.effective(experiment)
        if not effective.is_whole:
            continue
        every = {**effective.values, **effective.of_loader}
        whole = msgspec.structs.replace(effective, values=every)
        used = (*references(whole), *targets(effective))
        seen: set[Keys] = set()
        for value in effective.values.values():
            keys = _unread(value.keys, followed, used)
            if keys and keys not in seen:
                seen.add(keys)
                if not reads.is_named(str(keys[-1])):
                    origin = _key_origin(project, value, keys)
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


def _unread(keys: Keys, followed: tuple[KeyReads, ...], used: tuple[ReadKeys, ...]) -> Keys:
    """The shortest start of a way that nothing reads; () if it is read to its end."""
    for depth in range(1, len(keys) + 1):
        start = keys[:depth]
        if any(one[:depth] == start or start[: len(one)] == one for one in used):
            continue
        if not any(one.may_read(start) for one in followed):
            return start if isinstance(start[-1], str) else ()
    return ()


def _key_origin(project: Project, value: Value, keys: Keys) -> Origin:
    """The place of a key at or above a value; that of the value where no file has the key."""
    path = value.origin.path
    config = project.configs.get(path) if path in project.configs.paths else None
    above = len(value.keys) - len(keys)
    for entry in config.facts.entries if config is not None else ():
        # of a config that Hydra packs into another, only the last keys are in its file
        if entry.span == value.origin.span and entry.keys[-1:] == value.keys[-1:]:
            own = entry.keys[: len(entry.keys) - above]
            found = config.facts.get(*own) if config is not None and own else None
            if found is not None and found.key_span is not None:
                return Origin(path, found.key_span)
    return value.origin
