"""Seeds in the search spaces that code declares."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.seed._search_configs import SEED
from repro_check.rules.seed._seeder_calls import outside_name
from repro_check.sources.expressions import (
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Subscript,
)
from repro_check.sources.python import Call
from repro_check.text import pattern

_SUGGESTS = pattern(r"^suggest_(int|float|categorical|uniform|discrete_uniform|loguniform)$")
_SEARCHES = pattern(
    r"^(sklearn|skopt|dask_ml|tune_sklearn|cuml)\.(\w+\.)*(GridSearchCV|RandomizedSearchCV|"
    r"HalvingGridSearchCV|HalvingRandomSearchCV|BayesSearchCV|TuneSearchCV)$"
)
_RAY = pattern(r"^ray\.tune\.(\w+\.)*(randint|choice|uniform|quniform|qrandint|lograndint)$")
_HYPEROPT = pattern(r"^hyperopt\.hp\.(choice|randint|uniform|quniform|uniformint)$")
_TUNER = pattern(r"^(keras_tuner|kerastuner)\b")
_SEARCHING = pattern(r"^suggest_|SearchCV$|^(sweep|choice|randint|uniform|quniform|uniformint)$")
# with these every point of the space is tried, as in a grid
_EXHAUSTIVE = ("GridSampler", "BruteForceSampler")


class Searched(msgspec.Struct, frozen=True):
    """A seed that a search may choose: how it is called, where, and what searches."""

    name: str
    searcher: str
    span: Span


def searched_in_code(file: PythonFile, project: Project) -> Iterator[Searched]:
    """The seeds in the search spaces of one file."""
    for call in file.calls_named(*filter(_SEARCHING.search, file.called)):
        last = call.name.rpartition(".")[2]
        if last.startswith("suggest_"):
            yield from _suggested(file, call, last)
        elif last.endswith("SearchCV"):
            if _SEARCHES.match(outside_name(file, project, call)):
                yield from _in_grid(file, call, last)
        elif last == "sweep" and outside_name(file, project, call) == "wandb.sweep":
            yield from _in_sweep(file, call)
        else:
            target = outside_name(file, project, call)
            if _HYPEROPT.match(target) and _is_seed(call.argument(0, "label")):
                yield Searched(_text(call.args[0]), "hyperopt", call.args[0].span)
    yield from _in_ray(file, project)
    yield from _in_keras_tuner(file)


def _suggested(file: PythonFile, call: Call, last: str) -> Iterator[Searched]:
    name = call.argument(0, "name")
    if not _SUGGESTS.match(last) or name is None or not _is_seed(name):
        return
    if _is_single(file, call):
        return
    if any(other.name.endswith(_EXHAUSTIVE) for other in file.facts.calls):
        return
    yield Searched(_text(name), "Optuna", name.span)


def _is_single(file: PythonFile, call: Call) -> bool:
    """Whether there is only one value to choose."""
    choices = _settled(file, call.argument(1, "choices"), call.block)
    if isinstance(choices, Collection):
        return len(choices.items) < 2
    given = (call.argument(1, "low"), call.argument(2, "high"))
    bounds = [_written(file, item, call.block) for item in given if item is not None]
    return len(bounds) == 2 and bounds[0] is not None and bounds[0] == bounds[1]


def _written(file: PythonFile, bound: Expression, block: int) -> object:
    """Something that is equal for bounds that are written alike; None if that cannot be told."""
    literal = file.constants.literal(bound, block)
    if literal is not None:
        return literal.value
    if isinstance(bound, Name):
        return bound.name
    if isinstance(bound, CallRef):
        call = file.facts.calls[bound.index]
        items = tuple(_written(file, item, block) for item in call.args)
        return None if None in items else (call.name, items)
    return None


def _in_grid(file: PythonFile, call: Call, searcher: str) -> Iterator[Searched]:
    given = call.args[1] if len(call.args) > 1 else None
    for name in ("param_grid", "param_distributions", "search_spaces"):
        given = given or call.keyword(name)
    for space in _spaces(_settled(file, given, call.block)):
        for key, value in zip(space.keys, space.items, strict=True):
            if key is not None and _is_seed(key) and _is_several(file, value, call.block):
                yield Searched(_text(key), f"`{searcher}`", key.span)


def _in_sweep(file: PythonFile, call: Call) -> Iterator[Searched]:
    """`wandb.sweep({"method": "bayes", "metric": ..., "parameters": {...}})`.

    A random sweep over nothing but the seed repeats one setting, and is left alone.
    """
    given = call.argument(0, "sweep")
    config = _settled(file, given, call.block)
    if not isinstance(config, Collection):
        return
    method, metric = (
        _entry(file, given, config, name, call.block) for name in ("method", "metric")
    )
    if _text(method) not in {"bayes", "random"} or metric is None:
        return
    space = _settled(file, _entry(file, given, config, "parameters", call.block), call.block)
    if not isinstance(space, Collection):
        return
    several = [
        key
        for key, value in zip(space.keys, space.items, strict=True)
        if key is None or _is_searched(file, value, call.block)
    ]
    seeds = [key for key in several if key is not None and _is_seed(key)]
    if len(seeds) < len(several) or _text(method) == "bayes":
        for key in seeds:
            yield Searched(_text(key), f"the {_text(method)} sweep", key.span)


def _is_searched(file: PythonFile, value: Expression, block: int) -> bool:
    """Whether a parameter of a sweep may get more than one value."""
    inner = _settled(file, value, block)
    if not isinstance(inner, Collection):
        return False
    values = _item(inner, "values")
    if values is not None and _is_several(file, values, block):
        return True
    return any(_item(inner, name) is not None for name in ("min", "distribution"))


def _entry(
    file: PythonFile, given: Expression | None, config: Collection, name: str, block: int
) -> Expression | None:
    """An entry of a dict, also one that is set after it is made: `config["metric"] = ...`."""
    found = _item(config, name)
    if found is not None or not isinstance(given, Name):
        return found
    scope = file.scopes.binding(given.name, block)
    for item in file.facts.assignments:
        for target in item.targets:
            match target:
                case Subscript(base=Name(name=base), index=Literal(value=key)) if (base, key) == (
                    given.name,
                    name,
                ) and file.scopes.binding(base, item.block) == scope:
                    return item.value
    return None


def _in_ray(file: PythonFile, project: Project) -> Iterator[Searched]:
    """A sampled seed where an adaptive searcher is at work and its best result is taken."""
    if not any(item.module.startswith("ray") for item in file.facts.imports):
        return
    is_adaptive = any(
        (keyword := call.keyword("search_alg")) is not None and not _is_nothing(keyword)
        for call in file.facts.calls
    )
    is_picked = any("get_best_" in call.name for call in file.facts.calls)
    if not is_adaptive or not is_picked:
        return
    for space in _dicts(file):
        for key, value in zip(space.keys, space.items, strict=True):
            if key is not None and _is_seed(key) and isinstance(value, CallRef):
                target = outside_name(file, project, file.facts.calls[value.index])
                if _RAY.match(target):
                    yield Searched(_text(key), "Ray Tune", key.span)


def _in_keras_tuner(file: PythonFile) -> Iterator[Searched]:
    """`hp.Int("seed", 0, 10)`, where `hp` is what a builder of models is given."""
    if not any(_TUNER.match(item.module) for item in file.facts.imports):
        return
    for call in file.facts.calls:
        owner, _, last = call.name.rpartition(".")
        if last in {"Int", "Float", "Choice"} and owner.rpartition(".")[2] in {
            "hp",
            "hyperparameters",
        }:
            name = call.argument(0, "name")
            if name is not None and _is_seed(name) and not _has_one(file, call):
                yield Searched(_text(name), "Keras Tuner", name.span)


def _has_one(file: PythonFile, call: Call) -> bool:
    values = _settled(file, call.argument(1, "values"), call.block)
    return isinstance(values, Collection) and len(values.items) < 2


def _dicts(file: PythonFile) -> Iterator[Collection]:
    """The dict displays that are assigned, returned or given to calls."""
    facts = file.facts
    values = [item.value for item in facts.assignments] + [item.value for item in facts.returns]
    for call in facts.calls:
        values += [*call.args, *(keyword.value for keyword in call.keywords)]
    for value in values:
        if isinstance(value, Collection) and value.kind == "dict":
            yield value


def _spaces(expression: Expression | None) -> Iterator[Collection]:
    """The dict itself, or those in a list."""
    if isinstance(expression, Collection):
        if expression.kind == "dict":
            yield expression
        else:
            for item in expression.items:
                yield from _spaces(item)


def _settled(file: PythonFile, expression: Expression | None, block: int) -> Expression | None:
    """What a settled name stands for."""
    for _ in range(4):
        if not isinstance(expression, Name) or "." in expression.name:
            return expression
        binding = file.constants.binding(expression.name, block)
        if binding is None:
            return None
        expression, block = binding.value, binding.block
    return None


def _is_several(file: PythonFile, value: Expression, block: int) -> bool:
    settled = _settled(file, value, block)
    if isinstance(settled, Collection):
        return len(settled.items) > 1
    if isinstance(settled, CallRef):
        call = file.facts.calls[settled.index]
        last = call.name.rpartition(".")[2]
        return last in {"range", "arange", "randint", "Integer", "Real", "Categorical", "uniform"}
    return False


def _item(mapping: Collection, name: str) -> Expression | None:
    pairs = zip(mapping.keys, mapping.items, strict=False)
    return next((value for key, value in pairs if _text(key) == name), None)


def _is_seed(expression: Expression | None) -> bool:
    return SEED.search(_text(expression)) is not None


def _is_nothing(expression: Expression) -> bool:
    return isinstance(expression, Literal) and expression.value is None


def _text(expression: Expression | None) -> str:
    value = expression.value if isinstance(expression, Literal) else ""
    return value if isinstance(value, str) else ""
