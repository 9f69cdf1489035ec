"""All rules there are: those of this package and those that other distributions bring."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from repro_check.errors import ReproCheckError
from repro_check.rules.index import (
    folders_digest,
    is_known_empty,
    keep_empty,
    read_index,
    sources_digest,
    write_index,
)
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


def _own_rules() -> Sequence[Rule]:
    package = Path(__file__).parent
    sources = sources_digest(package)
    known = read_index(package, sources)
    if known is not None:
        return tuple(known)
    found = list(_imported_rules(package))
    if sources_digest(package) == sources:  # else a checkout changed them meanwhile
        write_index(package, sources, found)
    return [rule for _, _, rule in found]


def _imported_rules(package: Path) -> Iterator[tuple[str, str, Rule]]:
    """Module, name in it, and rule."""
    for family in sorted(os.listdir(package)):
        folder = package / family
        if not folder.is_dir() or family.startswith(("_", ".")):
            continue
        for file in sorted(os.listdir(folder)):
            if file.endswith(".py") and not file.startswith("_"):
                module = f"{__package__}.{family}.{file.removesuffix('.py')}"
                for name, value in vars(importlib.import_module(module)).items():
                    if isinstance(value, Rule):
                        yield module, name, value


def _rules_of(module: object) -> Iterator[Rule]:
    return (value for value in vars(module).values() if isinstance(value, Rule))


def _foreign_rules() -> Iterator[Rule]:
    if not _has_foreign_rules(Path(__file__).parent):
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


def _has_foreign_rules(package: Path) -> bool:
    # few folders hold distributions; that of a checked repository changes all the time
    installed = [folder for folder in sys.path if folder.endswith("-packages")]
    if any(_mentions_group(folder) for folder in sys.path if folder not in installed):
        return True
    folders = folders_digest(installed)
    if is_known_empty(package, folders):
        return False
    if any(_mentions_group(folder) for folder in installed):
        return True
    keep_empty(package, folders)
    return False


def _mentions_group(folder: str) -> bool:
    # importlib.metadata costs 25 ms of start-up; a look at the files of entry points costs a few
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
