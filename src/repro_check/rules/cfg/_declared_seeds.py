"""Seeds that programs declare: options of the command line, and keys of Python configs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from repro_check.findings import Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.cfg._handed_options import fills_fields
from repro_check.rules.cfg._seed_mentions import SEED
from repro_check.sources.expressions import Literal, Name
from repro_check.sources.kinds import Role
from repro_check.sources.python import Call
from repro_check.text import pattern

# `seed_data` may be data to begin with, too: what holds one must be said to be an integer
_SEED_OF = pattern(
    r"(random_)?seed_(data|split|shuffle|sampler|loader|model|init|weights|train|training|numpy|np|torch)",
    re.IGNORECASE,
)
_NUMBERS = frozenset({"", "int", "float"})
_CONFIGS = frozenset({"config", "cfg", "_C", "c", "C", "conf", "hparams"})
# what these define is read by libraries that are not here
_READ_OUTSIDE = ("detectron2", "mmcv", "mmengine", "mmdet", "mmseg", "fairseq", "gin")


class DeclaredSeed(msgspec.Struct, frozen=True):
    """A seed that is declared.

    Attributes:
        name: as it is read.
        shown: as it is written.
        path: the declaring file.
        span: the place.
    """

    name: str
    shown: str
    path: str
    span: Span


def seed_options(file: PythonFile) -> Iterator[DeclaredSeed]:
    """The options of argparse and absl that a file declares and that hold one number."""
    for call in file.facts.calls:
        kind = call.name.rpartition(".")[2]
        if kind == "add_argument":
            yield from _of_argparse(file, call)
        elif kind == "DEFINE_integer":
            name = getattr(call.argument(0, "name"), "value", None)
            if isinstance(name, str) and _is_seed(name, is_integer=True):
                yield DeclaredSeed(name, f"--{name}", file.path, call.span)


def seed_fields(file: PythonFile) -> Iterator[DeclaredSeed]:
    """The fields of the classes that a command line fills in this file (`tyro.cli(Args)`)."""
    filled = {
        getattr(call.args[0], "name", "")
        for call in file.facts.calls
        if call.args and fills_fields(call)
    }
    blocks = {
        item.block for item in file.facts.classes if item.qualname in filled and not item.bases
    }
    for item in file.facts.assignments if blocks else ():
        name = getattr(item.target, "name", "")
        is_number = item.annotation in {"int", "Optional[int]", "int | None"}
        if item.block in blocks and is_number and _is_seed(name, is_integer=True):
            yield DeclaredSeed(name, name, file.path, item.span)


def _of_argparse(file: PythonFile, call: Call) -> Iterator[DeclaredSeed]:
    names = [item.value for item in call.args if isinstance(item, Literal)]
    flags = [name for name in names if isinstance(name, str) and name.startswith("--")]
    dest = getattr(call.keyword("dest"), "value", None)
    name = dest if isinstance(dest, str) else flags[0].lstrip("-") if flags else ""
    name = name.replace("-", "_")
    kind = call.keyword("type")
    is_number = kind is None or (isinstance(kind, Name) and kind.name in _NUMBERS)
    is_one = call.keyword("action") is None and call.keyword("nargs") is None
    is_integer = getattr(kind, "name", "") == "int"
    if flags and is_one and is_number and _is_seed(name, is_integer=is_integer):
        yield DeclaredSeed(name, flags[0], file.path, call.span)


def _is_seed(name: str, *, is_integer: bool) -> bool:
    return bool(SEED.fullmatch(name) or (is_integer and _SEED_OF.fullmatch(name)))


def seed_settings(project: Project) -> Iterator[DeclaredSeed]:
    """The seeds of configs that are Python modules: `config.seed = 42` in a `get_config`."""
    for file in project.python.readable(Role.PRODUCT):
        if not _is_config_module(file):
            continue
        for item in file.facts.assignments:
            value = item.value
            if not isinstance(value, Literal) or not isinstance(value.value, int):
                continue
            for target in item.targets:
                root, _, rest = getattr(target, "name", "").partition(".")
                name = rest.rpartition(".")[2]
                if root in _CONFIGS and SEED.fullmatch(name) and value.value is not True:
                    yield DeclaredSeed(name, f"{root}.{rest}", file.path, item.span)


def _is_config_module(file: PythonFile) -> bool:
    """Whether a module only describes: it makes a config of ml_collections or yacs."""
    modules = {item.module.partition(".")[0] for item in file.facts.imports}
    if not modules.isdisjoint(_READ_OUTSIDE):
        return False
    functions = {function.qualname for function in file.facts.functions}
    makes = {call.name.rpartition(".")[2] for call in file.facts.calls}
    is_made = bool(makes & {"ConfigDict", "CfgNode", "CN"})
    return any(name.startswith("get_") and "config" in name for name in functions) or is_made


def uses_reading_library(project: Project) -> bool:
    """Whether a library that reads such configs by itself is imported anywhere."""
    return any(
        item.module.partition(".")[0] in _READ_OUTSIDE
        for file in project.python.readable()
        for item in file.facts.imports
    )
