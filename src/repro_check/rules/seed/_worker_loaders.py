"""The data loaders of a project whose datasets are copied into worker processes."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.modules import Symbol
from repro_check.project.outside import canonical
from repro_check.project.project import Project
from repro_check.rules.seed._worker_counts import Workers, workers_of
from repro_check.sources.expressions import Name, Opaque
from repro_check.sources.kinds import Role
from repro_check.sources.python import Call

_LOADERS = frozenset(
    {
        "torch.utils.data.DataLoader",
        "torch_geometric.loader.DataLoader",
        "torch_geometric.data.DataLoader",
        "monai.data.DataLoader",
        "torchdata.stateful_dataloader.StatefulDataLoader",
    }
)
_DATASET = "torch.utils.data.Dataset"
_VIEWS = frozenset({"torch.utils.data.Subset", "torch.utils.data.ConcatDataset"})


class Loader(msgspec.Struct, frozen=True):
    """A loader that may have workers, and the class of its dataset where that is sure."""

    file: PythonFile
    call: Call
    dataset: Symbol | None


def worker_loaders(project: Project) -> Iterator[Loader]:
    """The loaders of the product whose number of workers is not 0 for sure."""
    for file in project.python.readable(Role.PRODUCT):
        for call in file.facts.calls:
            if not call.target.endswith("DataLoader") or not _is_loader(project, file, call):
                continue
            if workers_of(file, project, call) is not Workers.NONE:
                dataset = call.argument(0, "dataset")
                found = dataset and project.classes.instance_of(file, dataset, call.block)
                yield Loader(file, call, found or None)


def loader_of(project: Project, dataset: Symbol) -> Loader | None:
    """A loader that may copy a dataset of this class into workers, or None if there is none."""
    for loader in worker_loaders(project):
        given = loader.dataset
        if given is None or given.name in _VIEWS or not dataset.path:
            return loader
        if given.path and dataset in project.classes.lineage(given).own:
            return loader
    return None


def is_dataset(project: Project, symbol: Symbol) -> bool:
    """Whether a class is surely a dataset of PyTorch."""
    return project.classes.is_a(symbol, _DATASET) is True


def starts_workers_itself(project: Project, attribute: str) -> bool:
    """Whether a `worker_init_fn` may give each worker a generator of its own.

    It does if it asks which worker it is in, names the attribute, or cannot be seen.
    """
    for loader in worker_loaders(project):
        given = loader.call.keyword("worker_init_fn")
        if given is None:
            continue
        if isinstance(given, Opaque):  # a lambda, which can hardly assign anything
            continue
        symbol = None
        if isinstance(given, Name):
            symbol = project.modules.resolve(loader.file, given.name, loader.call.block)
        if symbol is None or symbol.kind != "function":
            return True
        file = project.python[symbol.path]
        for function in project.modules.functions(symbol):
            for call in project.calls.calls(Node(symbol.path, function.block)):
                if call.name.endswith("get_worker_info") or f".{attribute}." in f"{call.name}.":
                    return True
        if _assigns(file, attribute):
            return True
    return False


def _assigns(file: PythonFile, attribute: str) -> bool:
    """Whether code outside of methods binds the attribute of something."""
    for item in file.facts.assignments:
        for target in item.targets:
            name = getattr(target, "name", "")
            owner, _, last = name.rpartition(".")
            if last == attribute and owner != "self" and (owner or not isinstance(target, Name)):
                return True
    return False


def _is_loader(project: Project, file: PythonFile, call: Call) -> bool:
    if canonical(call.target) in _LOADERS:
        return True
    symbol = project.modules.resolve(file, call.name, call.block)
    if symbol is None:
        return False
    if symbol.kind == "class":
        return project.classes.is_a(symbol, *_LOADERS) is True
    return symbol.kind == "external" and canonical(symbol.name) in _LOADERS
