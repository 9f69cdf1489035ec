"""Whether code reads a key of a config, and whether it may make a number of it by itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from repro_check.project.experiments.effective import Keys
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.project.experiments.reading.reads import Reads
from repro_check.sources.expressions import (
    Attribute,
    CallRef,
    Expression,
    Literal,
    Name,
    Operation,
    Subscript,
)
from repro_check.sources.kinds import Role

if TYPE_CHECKING:
    from repro_check.project.experiments.loading.loader import Loader
    from repro_check.project.experiments.reading.key_reads import Read
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project
    from repro_check.sources.python import Call

_CONVERTERS = frozenset(
    "float int eval literal_eval Decimal Fraction float16 float32 float64 safe_eval str2float".split()
)
_ANY_VALUE = frozenset("v val value x s item obj arg data node text string raw param".split())
# these make of a text what the field is declared as
_DECLARING = frozenset(
    "omegaconf pydantic pydantic_settings dacite cattr cattrs marshmallow mashumaro simple_parsing pyrallis "
    "jsonargparse transformers draccus tyro environs cerberus voluptuous schema yacs fvcore sacred".split()
)
_LOADERS = frozenset(
    f"yaml.{name}"
    for name in "SafeLoader FullLoader Loader UnsafeLoader CSafeLoader CFullLoader CLoader".split()
)
_OPTIONS = frozenset(
    {"add_argument", "add_arg", "option", "Option", "DEFINE_float", "DEFINE_integer"}
)
_ELSEWHERE = frozenset(
    [
        "",
        *"items keys values copy pop get update dump dumps Process Popen run call spawn submit".split(),
    ]
)


class Conversions:
    """What the code of a repository makes of the texts of its configs.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._reads = Reads(project)

    def reads_texts(self, loader: Loader) -> bool:
        """Whether a loader is plain PyYAML whose result no library converts by declared types."""
        if loader.kind not in {LoaderKind.YAML, LoaderKind.MMENGINE} or self._has_own_resolver:
            return False
        file = self._project.python[loader.path]
        call = file.facts.calls[loader.call]
        given = call.argument(1, "Loader") if call.name.endswith(("load", "load_all")) else None
        if call.name.endswith(("safe_load", "full_load", "fromfile")):
            given = None
        if isinstance(given, Name) and file.target(given, call.block) not in _LOADERS:
            return False
        if given is not None and not isinstance(given, Name):
            return False
        return not self._declares(file) and self._values(file).isdisjoint(_ANY_VALUE)

    def read(self, keys: Keys, loader: Loader) -> Read | None:
        """The place that surely reads a key; None if there is none that can be seen."""
        return next(
            (
                read
                for read in self._reads.of(loader).reads
                if read.is_whole and keys[: len(read.keys)] == read.keys
            ),
            None,
        )

    def may_be_used(self, keys: Keys, loader: Loader) -> bool:
        """Whether a key that is not seen to be read may be: the config goes whole into a call.

        A loop over its items may as well write a command line of it, where all is text.
        """
        names = [key for key in keys if isinstance(key, str)]
        known = self._reads.of(loader)
        whole = [item.to.rpartition(".")[2] for item in known.handed if not item.keys]
        if not names or not whole or not known.is_followed or not _ELSEWHERE.isdisjoint(whole):
            return False
        return self._reads.is_named(names[-1])

    def may_convert(self, keys: Keys, read: Read | None) -> bool:
        """Whether code may make a number of a key's text: `float(cfg["lr"])`, `type=float`."""
        names = {key for key in keys if isinstance(key, str)}
        if not names.isdisjoint(self._converted):
            return True
        if read is None:
            return False
        file = self._project.python[read.path]
        return self._declares(file) or not self._values(file).isdisjoint(_ANY_VALUE)

    @cached_property
    def _converted(self) -> frozenset[str]:
        """The names whose values are converted or declared as options with a type."""
        found: set[str] = set()
        for file in self._product:
            found |= self._values(file)
            for call in file.facts.calls:
                if call.name.rpartition(".")[2] in _OPTIONS and _is_typed(call):
                    found.update(_option_names(call))
        return frozenset(found)

    @cached_property
    def _has_own_resolver(self) -> bool:
        """Whether code teaches PyYAML how to read numbers (the usual recipe for `1e-4`)."""
        return any(
            call.name.rpartition(".")[2] == "add_implicit_resolver"
            for file in self._product
            for call in file.facts.calls
        )

    @cached_property
    def _product(self) -> tuple[PythonFile, ...]:
        return tuple(self._project.python.readable(Role.PRODUCT))

    def _declares(self, file: PythonFile) -> bool:
        return any(item.module.partition(".")[0] in _DECLARING for item in file.facts.imports)

    def _values(self, file: PythonFile) -> frozenset[str]:
        return frozenset(
            name
            for call in file.facts.calls
            if call.args and call.name.rpartition(".")[2] in _CONVERTERS
            for name in _names(file, call.args[0], 4)
        )


def _names(file: PythonFile, expression: Expression, depth: int) -> Iterator[str]:
    """The names, attributes and keys in an expression."""
    match expression:
        case Name(name=name):
            yield from name.split(".")
        case Literal(value=str(value)):
            yield value
        case Attribute(base=base, name=name) if depth:
            yield name
            yield from _names(file, base, depth - 1)
        case Subscript(base=base, index=index) if depth:
            yield from _names(file, index, depth - 1)
            yield from _names(file, base, depth - 1)
        case Operation(operands=operands) if depth:
            for operand in operands:
                yield from _names(file, operand, depth - 1)
        case CallRef(index=index) if depth:
            call = file.facts.calls[index]
            yield from call.name.split(".")
            for argument in call.args:
                yield from _names(file, argument, depth - 1)


def _is_typed(call: Call) -> bool:
    return call.name.rpartition(".")[2].startswith("DEFINE") or call.keyword("type") is not None


def _option_names(call: Call) -> Iterator[str]:
    for argument in call.args:
        if isinstance(argument, Literal) and isinstance(argument.value, str):
            yield argument.value.lstrip("-").replace("-", "_")
