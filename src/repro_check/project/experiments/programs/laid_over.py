"""Programs that mix a config file with the options of argparse: either laid over the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.project.origins.options import parses_options
from repro_check.sources.expressions import (
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
    Subscript,
)

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project
    from repro_check.sources.python import Call

_MIXED = frozenset(
    {
        LoaderKind.YAML,
        LoaderKind.RUAMEL,
        LoaderKind.JSON,
        LoaderKind.TOML,
        LoaderKind.OMEGACONF,
    }
)
_USUAL_NAMES = frozenset({"args", "opt", "opts", "options", "parsed_args"})
_MERGES = frozenset({"merge", "unsafe_merge", "ChainMap", "merge_from_dict"})


def mixes_options(project: Project, experiment: Experiment) -> bool:
    """Whether the program of a config file lays it over its options, or them over it.

    `parser.set_defaults(**cfg)` (https://docs.python.org/3/library/argparse.html#parser-defaults),
    `vars(args).update(cfg)`, a loop of `setattr(args, key, value)`, `{**vars(args), **cfg}` and
    their like: what it runs with has the keys of both.
    """
    if experiment.kind not in _MIXED:
        return False
    paths = dict.fromkeys((experiment.entry, experiment.loader.path))
    files = [file for file in map(project.python.get, paths) if file is not None]
    names = _USUAL_NAMES.union(name for file in files for name in _namespaces(file))
    return any(_Mixing(file, names).is_found() for file in files)


def _namespaces(file: PythonFile) -> Iterator[str]:
    """The names that hold parsed options."""
    for item in file.facts.assignments:
        value = item.value
        if isinstance(value, CallRef) and parses_options(file.facts.calls[value.index]):
            targets = (
                each
                for target in item.targets
                for each in (target.items[:1] if isinstance(target, Collection) else (target,))
            )
            yield from (target.name for target in targets if isinstance(target, Name))


class _Mixing:
    """Looks for a mix of options and other values in one file."""

    def __init__(self, file: PythonFile, names: frozenset[str]) -> None:
        self._file = file
        self._names = names

    def is_found(self) -> bool:
        facts = self._file.facts
        if any(map(self._is_mixing, facts.calls)):
            return True
        return any(self._is_both(item.value) for item in facts.returns) or any(
            self._is_both(item.value)
            or any(isinstance(to, Subscript) and self._is_table(to.base) for to in item.targets)
            for item in facts.assignments
        )

    def _is_mixing(self, call: Call) -> bool:
        last = call.name.rpartition(".")[2]
        if last == "set_defaults":
            return any(not keyword.name for keyword in call.keywords)
        if parses_options(call):
            is_given = len(call.args) > 1 or call.keyword("namespace") is not None
            return is_given and not call.target and call.name != last
        if call.target == "builtins.setattr":
            owner, name = (*call.args, None, None)[:2]
            is_literal = isinstance(name, Literal)
            return isinstance(owner, Name) and owner.name in self._names and not is_literal
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        if last == "update" and self._is_own(call):
            return self._is_updated(call) or any(map(self._is_table, given))
        tables = [self._is_table(each) for each in given]
        if last in _MERGES or (last in {"Namespace", "dict"} and len(given) > 1):
            return any(tables)
        return any(map(self._is_both, given))

    def _is_own(self, call: Call) -> bool:
        """Whether it updates a table of the program, and not what a tracker keeps of the run."""
        return not call.target and "wandb" not in call.name and ".config." not in call.name

    def _is_updated(self, call: Call) -> bool:
        """`vars(args).update(...)`, `args.__dict__.update(...)`."""
        owner = call.receiver
        if owner is not None:
            return self._is_table(owner)
        return self._is_dict(call.name.rpartition(".")[0])

    def _is_both(self, value: Expression | None) -> bool:
        """`{**vars(args), **cfg}`, `vars(args) | cfg`."""
        if isinstance(value, Operation) and value.operator == "|":
            return any(map(self._is_table, value.operands))
        if not isinstance(value, Collection) or value.kind != "dict":
            return False
        unpacked = [item for key, item in zip(value.keys, value.items, strict=False) if key is None]
        return len(value.items) > 1 and any(map(self._is_table, unpacked))

    def _is_table(self, value: Expression) -> bool:
        """`vars(args)`, `args.__dict__`."""
        if isinstance(value, CallRef):
            call = self._file.facts.calls[value.index]
            owner = call.args[0] if call.target == "builtins.vars" and call.args else None
            return isinstance(owner, Name) and owner.name in self._names
        return isinstance(value, Name) and self._is_dict(value.name)

    def _is_dict(self, name: str) -> bool:
        owner, _, last = name.rpartition(".")
        return last == "__dict__" and owner in self._names
