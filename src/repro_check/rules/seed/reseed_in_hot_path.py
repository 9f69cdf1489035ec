"""SEED029."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.files import PythonFile
from repro_check.project.origins import OriginKind, Summary
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._seeder_calls import SeederCall, seeder_calls
from repro_check.rules.walking import names_in
from repro_check.sources.expressions import Name
from repro_check.sources.python import Function
from repro_check.text import pattern

_HOT = frozenset("__getitem__ forward training_step __iter__ train_step".split())
_LOADER = pattern(r"(loader|batches|dataloader|train_dl|_iter)$", re.IGNORECASE)
_EVALUATION = pattern(
    r"(eval|valid|(^|_)val|test|sampl|infer|generat|predict|visuali|plot)", re.IGNORECASE
)
_FORKED = pattern(
    r"(fork_rng|get_rng_state|getstate|get_state|temp_seed|numpy_seed|local_seed|isolate_rng)$"
)


@rule("SEED029", severity=Severity.WARNING, on=PythonFile, practice=4, is_default=False)
def reseed_in_hot_path(file: PythonFile, project: Project) -> Iterator[Finding]:
    """A global generator gets the same seed again for every example or batch.

    All examples then get the same augmentation and all batches the same dropout mask, and whatever else
    draws from that generator, shuffling included, is set back each time. The run is repeatable, and not
    random where it was meant to be. Evaluation on a fixed draw, and generators that are put back
    afterwards, are not meant.

    Bad:
        import numpy as np

        class Images:
            def __getitem__(self, index):
                np.random.seed(0)
                return self.images[index] + np.random.normal(size=3)

    Bad:
        import torch

        def train(model, train_loader):
            for batch in train_loader:
                torch.manual_seed(42)
                model(batch).backward()

    Good:
        import numpy as np

        class Images:
            def __getitem__(self, index):
                rng = np.random.default_rng([self.seed, self.epoch, index])
                return self.images[index] + rng.normal(size=3)

    Not this rule:
        import numpy as np

        class Images:
            def __getitem__(self, index):
                np.random.seed(index)
                return self.images[index] + np.random.normal(size=3)

    Not this rule:
        import torch

        def evaluate(model, loader):
            for batch in loader:
                torch.manual_seed(0)
                model(batch)
    """
    said: set[int] = set()
    for seeder in seeder_calls(file, project):
        if not seeder.families or seeder.seed is None or seeder.target.startswith("jax."):
            continue
        where = _hot_place(file, seeder)
        scope = file.scopes.scope(seeder.call.block)
        if where and scope not in said and _is_constant(file, project, seeder):
            said.add(scope)
            yield file.finding(
                seeder.call.span,
                f"`{seeder.call.name}` sets the same seed again {where}, so each draws the same numbers",
                help="Seed once at the start; here use a generator of its own that is keyed by the "
                "index or the step.",
            )


def _hot_place(file: PythonFile, seeder: SeederCall) -> str:
    """For what the code around a call runs again and again, if it is training."""
    facts = file.facts
    function = facts.function_of(seeder.call.block)
    name = function.qualname if function is not None else ""
    if _EVALUATION.search(name) or _is_put_back(file, function):
        return ""
    if function is not None and "." in name and name.rpartition(".")[2] in _HOT:
        return f"at each call of `{name}`"
    for outer in facts.ancestors(seeder.call.block):
        kind = facts.blocks[outer].kind
        if kind in {"function", "lambda", "class", "module"}:
            return ""
        if kind == "for" and _loops_over_batches(file, outer):
            return "for each batch"
    return ""


def _loops_over_batches(file: PythonFile, block: int) -> bool:
    return any(
        item.kind == "for"
        and item.block == block
        and any(_LOADER.search(name.name) for name in names_in(file.facts, item.value))
        and not any(_EVALUATION.search(name.name) for name in names_in(file.facts, item.value))
        for item in file.facts.assignments
    )


def _is_put_back(file: PythonFile, function: Function | None) -> bool:
    return any(
        _FORKED.search(call.name) is not None
        for call in file.facts.calls
        if function is None or file.facts.is_inside(call.block, function.block)
    )


def _is_constant(file: PythonFile, project: Project, seeder: SeederCall) -> bool:
    """Whether the seed is fixed, and made of nothing that the function or a loop changes."""
    if seeder.seed is None:
        return False
    scope = file.scopes.scope(seeder.call.block)
    for name in names_in(file.facts, seeder.seed):
        root = name.name.partition(".")[0]
        if root != "self" and file.scopes.binding(root, seeder.call.block) == scope and scope:
            return False
    found = project.origins.provenance(file, seeder.seed, seeder.call.block)
    is_ranked = any(origin.kind is OriginKind.RANK for origin in found.origins)
    is_changed = isinstance(seeder.seed, Name) and seeder.seed.name.startswith("self.")
    return found.summary is Summary.FIXED and not is_ranked and not is_changed
