"""Namespaces and objects that the command line or a config file fills."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.project.modules import Symbol
from repro_check.project.origins import attributes, parameters
from repro_check.project.origins.bindings import Keys
from repro_check.project.origins.model import Origin, OriginKind
from repro_check.project.origins.places import At
from repro_check.sources.expressions import CallRef, Collection, Expression, Literal, Name
from repro_check.sources.python import MODULE, Call, Function
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.origins.walk import Walk

# these make options of the fields of a class that they are given
_FILLED = pattern(
    r"(^|\.)(tyro\.cli|simple_parsing\.parse|draccus\.parse|pyrallis\.parse|chz\.entrypoint|"
    r"jsonargparse\.CLI|datargs\.parse|OmegaConf\.structured|parse_args_into_dataclasses|"
    r"parse_json_file|parse_dict|parse_yaml_file)$"
)
_WRAPPED = pattern(r"(^|\.)(draccus\.wrap|pyrallis\.wrap|argparsing\.wrap)$")
# documented defaults of outside classes (transformers, `TrainingArguments.seed`)
_OUTSIDE = {("TrainingArguments", "seed"): 42, ("Seq2SeqTrainingArguments", "seed"): 42}


def of_option(walk: Walk, at: At, keys: Keys, span: Span) -> list[Origin]:
    """The origins of an option of the command line, by its name."""
    name = keys[0] if keys else None
    if not isinstance(name, str):
        return [walk.unknown(at, span)]
    options = walk.tools.options.named(at.file, name)
    if len(keys) > 1:
        found = _of_config_function(walk, keys[1:], span) if options else []
    else:
        found = [origin for option in options for origin in walk.option(option)]
    return found or [walk.unknown(at, span, name)]


def _of_config_function(walk: Walk, keys: Keys, span: Span) -> list[Origin]:
    """What the `get_config` functions of a project say (`ml_collections.config_flags`)."""
    found: list[Origin] = []
    for path, function in walk.tools.config_functions:
        there = At(walk.project.python[path], function.block)
        found.extend(parameters.of_returns(walk, there, function, keys, span))
    return [origin for origin in found if not origin.is_unknown]


def of_fields(walk: Walk, at: At, symbol: Symbol, keys: Keys, span: Span) -> list[Origin]:
    """The default of a class's field, as an option."""
    found = attributes.of_attribute(walk, at._replace(frames=()), symbol, keys, span)
    return [
        msgspec.structs.replace(o, kind=OriginKind.OPTION) if o.kind is OriginKind.FIELD else o
        for o in found
    ]


def of_filled(walk: Walk, at: At, call: Call, name: str, keys: Keys) -> list[Origin] | None:
    """What a command line gives to the fields of the classes that a call is given; or None."""
    if not _FILLED.search(name) or not keys:
        return None
    if name.rpartition(".")[2].startswith("parse_"):
        owner = call.receiver or Name(call.name_at, call.name.rpartition(".")[0])
        return _of_parser(walk, at, owner, keys, call.span)
    given = call.args[0] if call.args else call.keyword("config_class")
    return _of_class(walk, at, given, keys, call.span)


def of_config_parameter(walk: Walk, at: At, function: Function, keys: Keys) -> list[Origin]:
    """What a config holds that a decorator hands to a function: `@hydra.main`, `@draccus.wrap`."""
    if not keys:
        return []
    for decorator in function.decorators:
        if not isinstance(decorator, CallRef):
            continue
        call = at.file.facts.calls[decorator.index]
        name = call.target or call.name
        if _WRAPPED.search(name) and function.parameters:
            given = Name(function.at, function.parameters[0].annotation)
            return _of_class(walk, At(at.file, MODULE), given, keys, function.span)
        if name.endswith("hydra.main"):
            composed = walk.tools.configs.of_loader(at.file.path, call.span, keys)
            if composed:
                return composed
            folder = _text(call, 0, "config_path")
            full = posixpath.normpath(posixpath.join(posixpath.dirname(at.file.path), folder))
            main = _text(call, 1, "config_name") or "config"
            return walk.tools.configs.in_folder("" if full == "." else full, main, keys)
    return []


def _of_parser(walk: Walk, at: At, owner: Expression, keys: Keys, span: Span) -> list[Origin]:
    """`HfArgumentParser((A, B)).parse_args_into_dataclasses()`: a tuple of filled objects."""
    parser: Expression | None = owner
    if isinstance(owner, Name):
        binding = at.file.constants.binding(owner.name, at.block)
        parser = None if binding is None else binding.value
    if not isinstance(parser, CallRef):
        return [walk.unknown(at, span)]
    given = next(iter(at.file.facts.calls[parser.index].args), None)
    place = keys[0] if isinstance(keys[0], int) else 0
    rest = keys if isinstance(keys[0], str) else keys[1:]
    if isinstance(given, Collection):
        given = given.items[place] if place < len(given.items) else None
    return _of_class(walk, at, given, rest, span)


def _of_class(walk: Walk, at: At, given: Expression | None, keys: Keys, span: Span) -> list[Origin]:
    if not isinstance(given, Name) or not keys:
        return [walk.unknown(at, span)]
    symbol = walk.project.modules.resolve(at.file, given.name, at.block)
    if symbol is not None and symbol.kind == "class":
        return of_fields(walk, at, symbol, keys, span)
    if symbol is not None and symbol.kind == "external":
        default = _OUTSIDE.get((symbol.name.rpartition(".")[2], str(keys[0])))
        if default is not None:
            return [Origin(OriginKind.OPTION, default, at.file.path, span, str(keys[0]))]
    return [walk.unknown(at, span)]


def _text(call: Call, position: int, name: str) -> str:
    given = call.argument(position, name)
    value = given.value if isinstance(given, Literal) else ""
    return value if isinstance(value, str) else ""
