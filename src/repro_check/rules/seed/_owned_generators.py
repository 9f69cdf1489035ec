"""Generators that datasets and transforms keep from `__init__` on, and draw from in workers."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Span
from repro_check.project.calls import Node
from repro_check.project.classes import AttributeValue
from repro_check.project.files import PythonFile
from repro_check.project.modules import Symbol
from repro_check.project.outside import canonical
from repro_check.project.project import Project
from repro_check.rules.seed._worker_loaders import is_dataset
from repro_check.sources.expressions import CallRef, Collection, Expression, Name, Operation, parts
from repro_check.sources.kinds import Role
from repro_check.sources.python import Call, Class

_MADE = frozenset(
    {
        "numpy.random.default_rng",
        "numpy.random.RandomState",
        "numpy.random.Generator",
        "random.Random",
        "torch.Generator",
    }
)
_IN_WORKERS = ("__getitem__", "__getitems__", "__iter__", "__next__", "__call__", "forward")
_RESEEDED = frozenset({"seed", "manual_seed", "set_state", "setstate", "jumped", "spawn"})
_READ = frozenset({"get_state", "getstate", "bit_generator", "initial_seed"})
_COMPOSED = frozenset({"torchvision.transforms.Compose", "albumentations.Compose"})


class Held(msgspec.Struct, frozen=True):
    """A generator that an object keeps.

    Attributes:
        owner: the class that keeps it.
        dataset: the dataset that brings it into workers: the owner, or the one that keeps the owner.
        attribute: its name.
        value: what makes it.
        path: the file in which it is drawn from.
        use: where.
    """

    owner: Symbol
    dataset: Symbol
    attribute: str
    value: Expression
    path: str
    use: Span

    @property
    def is_dataset(self) -> bool:
        """Whether the dataset itself keeps it."""
        return self.owner == self.dataset


def generators_of(project: Project, file: PythonFile) -> Iterator[Held]:
    """The generators that are kept by the classes of a file and drawn from in workers."""
    if not any(canonical(target) in _MADE for target in file.targets):
        return
    for symbol in project.classes.all(file):
        item = project.classes.definition(symbol)
        if item is None or not _may_keep(file, item):
            continue
        for attribute, values in project.classes.attributes(symbol).items():
            value = _kept(project, file, values)
            if value is None:
                continue
            use = _use(project, symbol, attribute)
            dataset = _dataset(project, symbol) if use else None
            if use and dataset:
                yield Held(symbol, dataset, attribute, value, *use)


def _may_keep(file: PythonFile, item: Class) -> bool:
    return any(
        _makes(file, call)
        for call in file.facts.calls
        if call.target and file.facts.is_inside(call.block, item.block)
    )


def _makes(file: PythonFile, call: Call) -> bool:
    if canonical(call.target) in _MADE:
        return True
    # `torch.Generator().manual_seed(0)`
    if isinstance(call.receiver, CallRef) and call.name in {"manual_seed", "seed"}:
        return _makes(file, file.facts.calls[call.receiver.index])
    return False


def _kept(
    project: Project, file: PythonFile, values: tuple[AttributeValue, ...]
) -> Expression | None:
    """What makes the generator, if that is all that the attribute is ever bound to, in `__init__`."""
    found = None
    for value in values:
        made = value.binding.value
        bound_in = project.python[value.path].facts.function_of(value.block)
        name = bound_in.qualname.rpartition(".")[2] if bound_in else ""
        if value.path != file.path or name != "__init__" or made is None:
            return None
        if _is_generator(file, made):
            found = made
        elif not isinstance(made, Name):
            return None
    return found


def _is_generator(file: PythonFile, value: Expression) -> bool:
    if isinstance(value, CallRef):
        return _makes(file, file.facts.calls[value.index])
    if isinstance(value, Operation) and value.operator in {"if", "or"}:
        return any(_is_generator(file, each) for each in value.operands)
    return False


def _use(project: Project, symbol: Symbol, attribute: str) -> tuple[str, Span] | None:
    """Where a worker draws from the attribute; None if it never does, or reseeds it first."""
    found = None
    kept = f"self.{attribute}"
    starts = [
        Node(path, method.block)
        for path, method in project.modules.methods(symbol)
        if method.qualname.rpartition(".")[2] in _IN_WORKERS
    ]
    for node in project.calls.reachable(*starts, surely=True):
        for call in project.calls.calls(node):
            owner, _, method = call.name.rpartition(".")
            if call.name.endswith("get_worker_info"):
                return None
            if owner == kept and method in _RESEEDED:
                return None
            given = (*call.args, *(keyword.value for keyword in call.keywords))
            is_given = any(isinstance(each, Name) and each.name == kept for each in given)
            if (owner == kept and method not in _READ) or is_given:
                found = found or (node.path, call.span)
    return found


def _dataset(project: Project, symbol: Symbol) -> Symbol | None:
    """The dataset itself, or one that keeps an object of the class or composes it."""
    if is_dataset(project, symbol):
        return symbol
    if project.modules.method(symbol, "__call__") is None and not project.modules.method(
        symbol, "forward"
    ):
        return None
    for file in project.python.readable(Role.PRODUCT):
        for call in file.facts.calls:
            if call.name.rpartition(".")[2] != symbol.name or call.receiver is not None:
                continue
            if project.modules.resolve(file, call.name, call.block) != symbol:
                continue
            found = _holder(project, file, call)
            if found is not None:
                return found
    return None


def _holder(project: Project, file: PythonFile, call: Call) -> Symbol | None:
    """The dataset in whose attributes, or transforms, what a call makes is put."""
    facts = file.facts
    for symbol in project.classes.all(file):
        item = project.classes.definition(symbol)
        if item and facts.is_inside(call.block, item.block) and is_dataset(project, symbol):
            return symbol
    index = next(at for at, each in enumerate(facts.calls) if each is call)
    for user in facts.calls:
        if canonical(user.target) in _COMPOSED or is_made_dataset(project, file, user):
            given = (*user.args, *(keyword.value for keyword in user.keywords))
            inside = (part for each in given for part in _listed(each))
            if any(isinstance(part, CallRef) and part.index == index for part in inside):
                made = project.modules.resolve(file, user.name, user.block)
                is_own = made is not None and made.kind == "class"
                return made if is_own else Symbol("external", "", "torch.utils.data.Dataset")
    return None


def is_made_dataset(project: Project, file: PythonFile, call: Call) -> bool:
    """Whether a call makes a dataset."""
    if not call.target or not call.name.rpartition(".")[2][:1].isupper():
        return False
    symbol = project.modules.resolve(file, call.name, call.block)
    return (
        symbol is not None and symbol.kind in {"class", "external"} and is_dataset(project, symbol)
    )


def _listed(value: Expression) -> Iterator[Expression]:
    if isinstance(value, Collection):
        yield from parts(value)
    yield value
