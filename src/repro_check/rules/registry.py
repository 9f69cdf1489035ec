"""All rules there are: those of this package and those that other distributions bring."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from repro_check.errors import ReproCheckError
from repro_check.rules.rule import Rule
from repro_check.settings import DeclaredRule

GROUP = "repro_check.rules"


def load_rules(declared: Sequence[DeclaredRule] = ()) -> tuple[Rule, ...]:
    """Every rule, sorted by code.

    Args:
        declared: rules that the settings declare without code.

    Raises:
        ReproCheckError: two rules share a code, or a plug-in cannot be loaded.
    """
    every = [*_own_rules(), *_foreign_rules()]
    if declared:
        from repro_check.rules.declared import declared_rules

        every.extend(declared_rules(declared))
    rules = sorted(every, key=lambda rule: rule.code)
    for first, second in pairwise(rules):
        if first.code == second.code:
            raise ReproCheckError(
                f"two rules claim the code {first.code}: {first.name} and {second.name}",
                fix=f"Remove the distribution that registers one of them under {GROUP}.",
            )
    return tuple(rules)


def _own_rules() -> Iterator[Rule]:
    package = Path(__file__).parent
    for family in sorted(os.listdir(package)):
        folder = package / family
        if not folder.is_dir() or family.startswith(("_", ".")):
            continue
        for file in sorted(os.listdir(folder)):
            if file.endswith(".py") and not file.startswith("_"):
                name = file.removesuffix(".py")
                yield from _rules_of(importlib.import_module(f"{__package__}.{family}.{name}"))


def _rules_of(module: object) -> Iterator[Rule]:
    return (value for value in vars(module).values() if isinstance(value, Rule))


def _foreign_rules() -> Iterator[Rule]:
    if not any(_mentions_group(folder) for folder in sys.path):
        return
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP):
        try:
            loaded = point.load()
        except Exception as error:
            raise ReproCheckError(
                f"the rules of {point.value} cannot be loaded: {error}",
                where=f"entry point {point.name} of {GROUP}",
                fix="Mend or uninstall the distribution that brings them.",
            ) from error
        yield from [loaded] if isinstance(loaded, Rule) else _rules_of(loaded)


def _mentions_group(folder: str) -> bool:
    # importlib.metadata costs 25 ms of start-up; a look at the files of entry points costs one
    try:
        names = [name for name in os.listdir(folder or ".") if name.endswith(".dist-info")]
    except OSError:
        return False
    return any(_brings_rules(os.path.join(folder, name, "entry_points.txt")) for name in names)


def _brings_rules(file: str) -> bool:
    try:
        with open(file, "rb") as stream:
            return f"[{GROUP}]".encode() in stream.read()
    except OSError:
        return False
