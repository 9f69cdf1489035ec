"""The fix for an entry point that seeds nothing: seed all that it draws from, first thing."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from repro_check.findings import Edit, Fix, Safety
from repro_check.project.entries import Entry
from repro_check.project.files import PythonFile
from repro_check.project.libraries import Family, drawn_by
from repro_check.project.origins import OriginKind, Summary
from repro_check.project.project import Project
from repro_check.project.randomness import RandomUse
from repro_check.project.timeline import Step
from repro_check.rules.arguments import written
from repro_check.rules.insertion import indent_of
from repro_check.rules.seed._entry_start import Start, entry_start
from repro_check.rules.seed._seed_at_hand import seed_at_hand
from repro_check.rules.seed._seeding_helpers import seeding_helper
from repro_check.rules.seed._statements import insert_line
from repro_check.sources.expressions import Name
from repro_check.sources.python import MODULE, Assignment
from repro_check.sources.spans import packed

_SEEDERS = {
    Family.PYTHON: ("random.seed", "import random"),
    Family.NUMPY: ("numpy.random.seed", "import numpy as np"),
    Family.TORCH: ("torch.manual_seed", "import torch"),
}
# `keras.utils.set_random_seed` seeds these, too
_WITH_KERAS = {Family.PYTHON, Family.NUMPY}
_DECLARED = {OriginKind.OPTION, OriginKind.FIELD, OriginKind.CONFIG}
_KEYS = ("seed", "random_seed", "manual_seed")


class _Seed(msgspec.Struct, frozen=True):
    """How the seed is written, and the line above which that means something."""

    written: str
    line: int
    indent: str


def seeding_fix(project: Project, entry: Entry, use: RandomUse) -> Fix | None:
    """Seed the families that an entry point draws from, before it draws.

    With a helper of the project that seeds them all, if there is one; with the seed that its parser or
    config declares, else with 0.

    Args:
        project: the repository.
        entry: the entry point.
        use: what it does with randomness.

    Returns:
        The fix; None where code may run unseen, or something may be drawn before the place.
    """
    file, text = project.python[entry.path], project.text_at(entry.path)
    families = {draw.family for draw in use.draws}
    if Family.TENSORFLOW in families:
        families -= _WITH_KERAS
    if file.notebook is not None or text is None or use.is_opaque:
        return None

    def draws(step: Step) -> bool:
        call = step.call
        return call is not None and bool(drawn_by(project.calls.outside_target(step.path, call)))

    start = entry_start(project, entry, text, draws)
    if start is None:
        return None
    seed = _seed_of(project, file, text, start)
    calls = _calls(project, file, text, start, families)
    if calls is None:
        return None
    names, imports = calls
    above = start.above if seed.line == start.line else ""
    new = above + "".join(f"{seed.indent}{name}({seed.written})\n" for name in names)
    edits = (insert_line(file, seed.line, new), *imports)
    return Fix(Safety.UNSAFE, f"Seed first thing, with `{seed.written}`", edits)


def _calls(
    project: Project, file: PythonFile, text: str, start: Start, families: Collection[Family]
) -> tuple[list[str], tuple[Edit, ...]] | None:
    helper = seeding_helper(project, file, text, start.block, frozenset(families))
    if helper is not None:
        name, imports = helper
        return [name], imports
    names: list[str] = []
    edits: list[Edit] = []
    for family in sorted(families, key=list(Family).index):
        dotted, importing = (
            _SEEDERS.get(family, ("", "")) if family in _SEEDERS else _keras(project, file)
        )
        made = written(file, text, dotted, start.block, importing) if dotted else None
        if made is None:
            return None
        names.append(made[0])
        edits += made[1]
    return names, tuple(edits)


def _keras(project: Project, file: PythonFile) -> tuple[str, str]:
    """Keras' own helper, which seeds TensorFlow, too; nothing for releases that have none (before 2.7)."""
    if any(
        project.versions.may_be_below(x, "2.7", near=file.path) for x in ("tensorflow", "keras")
    ):
        return "", ""
    modules = {item.module.partition(".")[0] for item in file.facts.imports}
    is_first = any("compat.v1" in item.module for item in file.facts.imports)
    if is_first or "tensorflow" not in modules:
        is_alone = "keras" in modules and not is_first
        return ("keras.utils.set_random_seed", "import keras") if is_alone else ("", "")
    return "tensorflow.keras.utils.set_random_seed", "import tensorflow as tf"


def _seed_of(project: Project, file: PythonFile, text: str, start: Start) -> _Seed:
    at_hand = seed_at_hand(file, project, start.block, start.line)
    if at_hand is not None:
        return _Seed(at_hand, start.line, start.indent)
    function = file.facts.function_of(start.block)
    for parameter in function.parameters if function else ():
        found = _declared(project, file, parameter.name, start.block, start.line)
        if found:
            return _Seed(found, start.line, start.indent)
    for name, item in _bound_above(file, start):
        line = start.line if item.span.end_line < start.line else item.span.end_line + 1
        indent = start.indent if line == start.line else indent_of(text, item.span)
        found = _declared(project, file, name, start.block, line)
        if found and indent is not None:
            return _Seed(found, line, indent)
    return _Seed("0", start.line, start.indent)


def _bound_above(file: PythonFile, start: Start) -> Iterator[tuple[str, Assignment]]:
    """The names that are surely bound before anything is drawn, each once."""
    for item in file.facts.assignments:
        is_here = item.block == start.block and start.line <= item.span.line
        is_above = item.block == MODULE and item.span.end_line < start.line
        if not (is_above or is_here) or item.span.end_line >= start.before:
            continue
        for target in item.targets:
            name = getattr(target, "name", "")
            if file.constants.binding(name, start.block) is item:
                yield name, item


def _declared(project: Project, file: PythonFile, owner: str, block: int, line: int) -> str:
    """`args.seed`, if the parser or the config behind `args` declares it, with a number."""
    for key in _KEYS:
        name = f"{owner}.{key}"
        found = project.origins.provenance(file, Name(packed(line, 1, line, 1), name), block)
        fixed = [origin for origin in found.origins if origin.is_fixed]
        is_sure = all(each.kind in _DECLARED and type(each.value) is int for each in fixed)
        if found.summary is Summary.FIXED and fixed and is_sure:
            return name
    return ""
