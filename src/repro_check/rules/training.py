"""In which blocks of a file a model is trained."""

from __future__ import annotations

import re

import msgspec

from repro_check.project.calls import Node
from repro_check.project.entries import Entry
from repro_check.project.files import PythonFile
from repro_check.project.libraries import is_training
from repro_check.project.project import Project
from repro_check.rules.walking import names_in, values_of
from repro_check.sources.python import Call
from repro_check.text import pattern

_TRAINS = pattern(
    r"_*(run_|do_)?(train|training|fit)(_?(one_?)?(epoch|step|batch|iter|loop|model|net|func|fn)s?)?",
    re.IGNORECASE,
)


class Training(msgspec.Struct, frozen=True):
    """What trains in a block.

    Attributes:
        is_direct: a gradient or an optimiser's step is taken in the block itself.
        handed: the first parts of the names that training helpers, called in the block, are given.
        has_method: a method trains, whose model cannot be seen from here.
    """

    is_direct: bool = False
    handed: frozenset[str] = frozenset()
    has_method: bool = False


def training_blocks(file: PythonFile, project: Project) -> dict[int, Training]:
    """What trains in each block of a file, the blocks inside it included."""
    direct: set[int] = set()
    handed: dict[int, set[str]] = {}
    methods: set[int] = set()
    for call in file.facts.calls:
        if is_training(call) and not _is_helper(file, call, project):
            direct.update(file.facts.ancestors(call.block))
        elif _trains(file, call, project):
            roots = {
                name.name.partition(".")[0]
                for value in values_of(call)
                for name in names_in(file.facts, value)
            }
            for block in file.facts.ancestors(call.block):
                handed.setdefault(block, set()).update(roots)
            if "." in call.name or call.receiver is not None:
                methods.update(file.facts.ancestors(call.block))
    return {
        block: Training(block in direct, frozenset(handed.get(block, ())), block in methods)
        for block in direct | set(handed) | methods
    }


def _is_helper(file: PythonFile, call: Call, project: Project) -> bool:
    """Whether a call that looks like training by its name is one of a method of this project."""
    symbol = project.modules.resolve(file, call.name, call.block) if not call.receiver else None
    return symbol is not None and symbol.kind == "function"


def _trains(file: PythonFile, call: Call, project: Project) -> bool:
    """Whether what is called trains, surely or (where it cannot be seen) by its name."""
    last = call.name.rpartition(".")[2]
    symbol = project.modules.resolve(file, call.name, call.block) if not call.receiver else None
    if symbol is None:
        # `model.train()` and `model.train(mode)` only switch a mode, and do so where it is trained
        return _TRAINS.fullmatch(last) is not None
    if symbol.kind != "function":
        return False
    nodes = tuple(
        Node(symbol.path, function.block) for function in project.modules.functions(symbol)
    )
    return project.random_use(Entry(symbol.path, nodes)).steps is not None
