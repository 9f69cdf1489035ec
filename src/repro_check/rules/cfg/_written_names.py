"""The names that code gives values to: attributes and keys that are set, keywords, texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from repro_check.project.files import PythonFile
from repro_check.sources.expressions import (
    Attribute,
    Collection,
    Expression,
    Literal,
    Name,
    Subscript,
    parts,
)

if TYPE_CHECKING:
    from repro_check.project.project import Project

_READS = frozenset({"get", "getattr", "hasattr", "pop"})


def written_names(project: Project) -> frozenset[str]:
    """Every last name of what the product's code may set in a config before it is read.

    `cfg.agent.obs_shape = x`, `cfg["size"] = x`, `instantiate(cfg.agent, obs_shape=x)`,
    `OmegaConf.update(cfg, "agent.obs_shape", x)`, `{"obs_shape": x}`.
    """
    names: set[str] = set()
    for file in project.python.readable():
        names.update(_in_file(file))
    return frozenset(names)


def _in_file(file: PythonFile) -> Iterator[str]:
    for item in file.facts.assignments:
        for target in item.targets:
            yield from _targets(target)
        if item.value is not None:
            yield from _texts(item.value)
    for call in file.facts.calls:
        yield from (keyword.name for keyword in call.keywords if keyword.name)
        if call.name.rpartition(".")[2] not in _READS:
            for given in (*call.args, *(keyword.value for keyword in call.keywords)):
                yield from _texts(given)
    for returned in file.facts.returns:
        yield from _texts(returned.value)


def _targets(target: Expression) -> Iterator[str]:
    match target:
        case Name(name=name):
            if "." in name:
                yield name.rpartition(".")[2]
        case Attribute(name=name):
            yield name
        case Subscript(index=Literal(value=str() as key)):
            yield key
        case Collection(items=items):
            for item in items:
                yield from _targets(item)
        case _:
            return


def _texts(expression: Expression) -> Iterator[str]:
    """The last names of the texts in an expression; what a subscript is asked with is a read."""
    for part in parts(expression):
        if isinstance(part, Collection):
            for item in part.items:
                if isinstance(item, Literal) and isinstance(item.value, str):
                    yield item.value.rpartition(".")[2]
    if isinstance(expression, Literal) and isinstance(expression.value, str):
        yield expression.value.partition("=")[0].rpartition(".")[2]
