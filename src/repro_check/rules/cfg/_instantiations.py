"""Which nodes of a config code surely hands to Hydra's `instantiate`, and what it adds to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.experiments.effective import Keys
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.reading.reads import Reads
from repro_check.rules.cfg._target_nodes import TARGET, TargetNode
from repro_check.sources.expressions import Literal
from repro_check.sources.kinds import Role
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.experiments.reading.key_reads import Handed
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project
    from repro_check.sources.python import Call

_NAME = pattern(r"(^|\.)(instantiate|call)$")
_HYDRA = pattern(r"hydra\.(utils|_internal\.instantiate\._instantiate2)\.(instantiate|call)$")
# asking whether there is a target, or showing it, decides nothing about its parameters
_ASKED = pattern(
    r"[\"']_target_[\"']\s+(not\s+)?in\b|#[^\n]*|[^\n]*\b(print|info|debug|warning)\([^\n]*"
)
_NAMED = pattern(r"(?<!\w)_target_(?!\w)")


class Instantiation(msgspec.Struct, frozen=True):
    """A call of `instantiate`: the node it is given, the file and the call."""

    keys: Keys
    path: str
    call: Call


class Instantiations:
    """The calls of Hydra's `instantiate` in a repository.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._reads = Reads(project)
        self._known: dict[Loader, tuple[Instantiation, ...]] = {}

    def of(self, loader: Loader) -> tuple[Instantiation, ...]:
        """Those that surely get a node of what a loader loads."""
        if loader not in self._known:
            handed = self._reads.of(loader).handed
            found = (self._made(item) for item in handed if _NAME.search(item.to))
            self._known[loader] = tuple(each for each in found if each is not None)
        return self._known[loader]

    def may_call(self, path: str, node: TargetNode) -> bool:
        """Whether code may call a node of a config file: it is the way of this repository.

        That is so where nothing but `instantiate` asks for the name under `_target_`, and a call of it
        gets a part of the config by the first name of the node, or of a folder of the file (Hydra names
        the parts of a config by those), or something that cannot be told.
        """
        if not self._is_only_way:
            return False
        parts = {*path.split("/")[:-1], *node.keys[:1]}
        known = [call for loader in self._loaders for call in self.of(loader)]
        ids = {id(call.call) for call in known}
        return any(id(call) not in ids for call in self._calls) or any(
            not call.keys or call.keys[0] in parts for call in known
        )

    @cached_property
    def _loaders(self) -> tuple[Loader, ...]:
        return self._project.experiments.loaders.every

    @cached_property
    def _calls(self) -> tuple[Call, ...]:
        files = self._project.python.readable(Role.PRODUCT)
        return tuple(
            call for file in files for call in file.facts.calls if self._is_hydra(file, call)
        )

    @cached_property
    def _is_only_way(self) -> bool:
        """Whether code calls `instantiate`, and never asks for the name under `_target_` itself."""
        if not self._calls:
            return False
        files = self._project.python.readable(Role.PRODUCT)
        texts = (self._project.text_at(file.path) or "" for file in files)
        return not any(TARGET in text and _NAMED.search(_ASKED.sub("", text)) for text in texts)

    def _made(self, item: Handed) -> Instantiation | None:
        file = self._project.python[item.path]
        for call in file.facts.calls:
            given = call.argument(0, "config")
            if given is not None and given.span == item.span and self._is_hydra(file, call):
                keys = tuple(key for key in item.keys if key is not None)
                return Instantiation(keys, item.path, call)
        return None

    def _is_hydra(self, file: PythonFile, call: Call) -> bool:
        if call.receiver is not None or not _NAME.search(call.name):
            return False
        symbol = self._project.modules.resolve(file, call.name, call.block)
        return symbol is not None and _HYDRA.match(symbol.name) is not None


def surely(
    node: TargetNode, calls: Collection[Instantiation], others: Collection[TargetNode]
) -> list[Instantiation]:
    """The calls that surely call a node with the keywords that the config gives it.

    Args:
        node: the node.
        calls: those of its loader.
        others: all nodes of the config: those around it decide whether it is called with them.
    """
    return [call for call in calls if _reaches(node, call, others)]


def added(node: TargetNode, call: Instantiation) -> tuple[frozenset[str], int] | None:
    """The keywords that a call adds to a node, and how many positions; None if that is not known."""
    if call.keys != node.keys:
        return frozenset(), 0
    if call.call.unpacks:
        return None
    names = frozenset(keyword.name for keyword in call.call.keywords)
    return names, max(len(call.call.args) - 1, 0)


def _reaches(node: TargetNode, made: Instantiation, others: Collection[TargetNode]) -> bool:
    depth = len(made.keys)
    if node.keys[:depth] != made.keys:
        return False
    if len(node.keys) == depth:
        return True
    flag = made.call.keyword("_recursive_")
    is_recursive = flag is None or (isinstance(flag, Literal) and flag.value is True)
    replaced = {keyword.name for keyword in made.call.keywords}
    if made.call.unpacks or node.keys[depth] in replaced or not is_recursive:
        return False
    return all(
        other.is_recursive
        for other in others
        if depth <= len(other.keys) < len(node.keys) and node.keys[: len(other.keys)] == other.keys
    )


def names_set(project: Project) -> frozenset[str]:
    """The keys that code may set in a config before it is instantiated."""
    return frozenset(_names_set(project))


_SETS = pattern(
    r"(^|\.)(update|merge|create|dict|DictConfig|setattr|compose|from_dotlist|set_\w+)$"
)


def _names_set(project: Project) -> Iterator[str]:
    from repro_check.rules.walking import texts_in, values_of

    for file in project.python.readable():
        for item in file.facts.assignments:
            for target in item.targets:
                name = getattr(target, "name", "")
                if name.count(".") > name.startswith("self."):
                    yield name.rpartition(".")[2]
                index = getattr(target, "index", None)
                if isinstance(index, Literal) and isinstance(index.value, str):
                    yield index.value
        for call in file.facts.calls:
            if _SETS.search(call.name):
                yield from (keyword.name for keyword in call.keywords)
                for value in values_of(call):
                    for text in texts_in(file.facts, value):
                        yield text.partition("=")[0].rpartition(".")[2]
