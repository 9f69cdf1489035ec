"""Where the keys of a config do not fit what they are given to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.configs import instantiated_names, is_experiment_config
from repro_check.project.experiments.effective import Effective, Origin
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.hydra.resolved import resolved
from repro_check.project.experiments.loading.loader_kinds import LoaderKind, ReadsAs
from repro_check.project.experiments.programs.hydra_versions import is_old
from repro_check.project.experiments.values.plain_files import file_values
from repro_check.project.signatures import Signature, Signatures
from repro_check.rules.cfg._absent_targets import Absent, absent
from repro_check.rules.cfg._instantiations import Instantiations, added, names_set, surely
from repro_check.rules.cfg._places import shows_a_failure
from repro_check.rules.cfg._target_nodes import (
    CLASS_PATH,
    TARGET,
    TargetNode,
    class_nodes,
    origin_of,
    target_nodes,
)
from repro_check.sources.kinds import Role

if TYPE_CHECKING:
    from repro_check.project.experiments.loading.loader import Loader
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project

_JSONARGPARSE = frozenset({LoaderKind.LIGHTNING, LoaderKind.JSONARGPARSE})
_KINDS = frozenset({LoaderKind.HYDRA, LoaderKind.COMPOSE, LoaderKind.OMEGACONF, *_JSONARGPARSE})


class Mismatch(msgspec.Struct, frozen=True):
    """A key that no parameter takes, parameters that nothing gives, or a target that is not there.

    Attributes:
        node: the node of the config.
        experiments: those that run with it; () for a file that no judged experiment uses.
        signature: what is called; None where it does not exist.
        unknown: the key that does not fit; "" for the other two.
        missing: the parameters that nothing gives.
        absent: what does not exist.
        is_sure: whether code surely calls the node as it is.
    """

    node: TargetNode
    experiments: tuple[Experiment, ...]
    signature: Signature | None = None
    unknown: str = ""
    missing: tuple[str, ...] = ()
    absent: Absent | None = None
    is_sure: bool = True


class Mismatches:
    """The mismatches of a repository.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._signatures = Signatures(project)
        self._instantiations = Instantiations(project)
        self._old: dict[Loader, bool] = {}

    def every(self) -> Iterator[Mismatch]:
        """All of them, each cause once, with the experiments that have it."""
        names = instantiated_names(self._project.configs)
        if not any(self._project.modules.may_be_own(name) for name in names):
            return
        found: dict[object, Mismatch] = {}
        composed: set[str] = set()
        for experiment in self._project.experiments.every:
            effective = self._judged(experiment) if experiment.kind in _KINDS else None
            if effective is None:
                continue
            composed.update(effective.files)
            for one in self._of(experiment, effective):
                key = (one.node.name, _cause(one), one.unknown, one.missing)
                known = found.get(key)
                before = known.experiments if known is not None else ()
                kept = known or one
                found[key] = msgspec.structs.replace(kept, experiments=(*before, experiment))
        yield from found.values()
        for path in self._project.configs.paths:
            if path not in composed:
                yield from self._alone(path)

    def _alone(self, path: str) -> Iterator[Mismatch]:
        """What one file says wrongly by itself, where no experiment that can be judged uses it."""
        config = self._project.configs.get(path)
        if config is None or config.facts.format != "yaml" or not is_experiment_config(config):
            return
        keys = {entry.keys[-1] for entry in config.facts.entries if entry.keys}
        if not keys & {TARGET, CLASS_PATH}:
            return
        readers = self._project.experiments.loaders.every
        hydra = [one for one in readers if one.is_hydra]
        others = [one for one in readers if one.kind in _JSONARGPARSE]
        values = file_values(config.facts, path, ReadsAs.OMEGACONF)
        nodes = list(target_nodes(values)) if hydra else []
        nodes = [node for node in nodes if self._instantiations.may_call(path, node)]
        nodes += class_nodes(values) if others else ()
        for node in nodes:
            near = hydra if node.target.keys[-1] == TARGET else others
            importer = max(near, key=lambda one: len(posixpath.commonprefix([one.path, path])))
            if self._project.modules.may_be_own(node.name):
                base = Mismatch(node, (), is_sure=False)
                yield from self._of_node(self._project.python[importer.path], base)

    def _of(self, experiment: Experiment, effective: Effective) -> Iterator[Mismatch]:
        importer = self._importer(experiment)
        is_open = experiment.kind in _JSONARGPARSE
        nodes = list((class_nodes if is_open else target_nodes)(effective.values))
        calls = () if is_open else self._instantiations.of(experiment.loader)
        for node in nodes:
            if not self._project.modules.may_be_own(node.name):
                continue
            sure = [] if is_open else surely(node, calls, nodes)
            path = node.target.origin.path
            if not (is_open or sure or self._instantiations.may_call(path, node)):
                continue
            base = Mismatch(node, (experiment,), is_sure=is_open or bool(sure))
            yield from self._of_node(importer, base)
            if sure and (experiment.is_documented or experiment.overrides):
                left = [added(node, call) for call in sure]
                yield from self._missing(importer, base, left)

    def _judged(self, experiment: Experiment) -> Effective | None:
        """The config of an experiment whose every key can be seen and that is meant to run."""
        loader = experiment.loader
        if loader.is_hydra:
            if loader not in self._old:
                self._old[loader] = loader.kind is LoaderKind.HYDRA and is_old(
                    self._project, loader
                )
            if self._old[loader]:
                return None
        if experiment.is_documented and shows_a_failure(self._project, experiment.origin):
            return None
        effective = self._project.experiments.effective(experiment)
        if effective.problems or not experiment.is_whole:
            return None
        if experiment.kind in _JSONARGPARSE:  # whose defaults of code add keys, and change none
            return effective if len(experiment.files) == 1 else None
        return resolved(effective) if effective.is_whole else None

    def _importer(self, experiment: Experiment) -> PythonFile:
        files = self._project.python
        path = experiment.entry if experiment.entry in files.paths else experiment.loader.path
        return files[path]

    def _signature(self, importer: PythonFile, node: TargetNode) -> Signature | None:
        symbol = self._project.modules.resolve_dotted(importer, node.name)
        if symbol is None or (node.target.keys[-1] == "class_path" and symbol.kind != "class"):
            return None
        return self._signatures.of(symbol)

    def _of_node(self, importer: PythonFile, base: Mismatch) -> Iterator[Mismatch]:
        node = base.node
        signature = self._signature(importer, node)
        if signature is None:
            missed = absent(self._project, importer, node.name)
            if missed is not None:
                yield msgspec.structs.replace(base, absent=missed)
            return
        for name in node.given:
            if signature.takes_any or name in signature.names or not _is_keyword(node, name):
                continue
            if not self._is_deleted(name):
                yield msgspec.structs.replace(base, signature=signature, unknown=name)

    def _missing(
        self, importer: PythonFile, base: Mismatch, left: list[tuple[frozenset[str], int] | None]
    ) -> Iterator[Mismatch]:
        node = base.node
        signature = self._signature(importer, node)
        if signature is None or node.is_partial or node.positional < 0:
            return
        missing = set(signature.required) - set(node.given)
        for each in left:
            if each is None:
                return
            names, count = each
            missing -= names | set(signature.positional[: count + node.positional])
        if missing and not missing & self._names_set:
            names_left = tuple(name for name in signature.required if name in missing)
            yield msgspec.structs.replace(base, signature=signature, missing=names_left)

    @cached_property
    def _names_set(self) -> frozenset[str]:
        return names_set(self._project)

    def _is_deleted(self, name: str) -> bool:
        """Whether code takes a key of this name out of something before it hands that on."""
        taken = re.compile(rf"\bdel\b[^\n]*\b{name}\b|\bpop\w*\([^\n]*[\"']{name}[\"']")
        return any(
            name in text and taken.search(text)
            for text in map(self._project.text_at, self._product_paths)
            if text is not None
        )

    @cached_property
    def _product_paths(self) -> tuple[str, ...]:
        return tuple(file.path for file in self._project.python.readable(Role.PRODUCT))


def _cause(one: Mismatch) -> Origin:
    return origin_of(one.node, one.unknown) if one.unknown else one.node.target.origin


def _is_keyword(node: TargetNode, name: str) -> bool:
    """Whether a key is handed on; at the top of a file of Hydra some are not."""
    return name.isidentifier() and (bool(node.keys) or name not in {"defaults", "hydra"})
