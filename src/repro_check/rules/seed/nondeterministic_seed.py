"""SEED005."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from repro_check.findings import Confidence, Finding, Fix, Safety, Severity
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._drawn_seeds import DrawnSeed, drawn_seeds, undone_seeds
from repro_check.rules.seed._seeder_calls import outside_name
from repro_check.rules.seed._statements import delete, place_of
from repro_check.sources.python import Call


@rule(
    "SEED005",
    severity=Severity.ERROR,
    on=PythonFile,
    practice=4,
    fixes="unsafe",
    words=("seed", "random", "rng", "key", "pcg64", "mt19937", "philox", "sfc64", "determinism"),
)
def nondeterministic_seed(file: PythonFile, project: Project) -> Iterator[Finding]:
    """A generator is seeded with something that differs from run to run.

    The clock, the process id, `os.urandom`, a UUID, another generator that nobody seeded and the hash of
    a text (salted anew in each process, says the documentation of `object.__hash__`) give every run a
    seed that no one can give again. `np.random.seed()` without a seed takes one from the operating
    system and so undoes an earlier `np.random.seed(0)`. A drawn seed that is logged or saved can be
    given again: that is only noted. Code that answers requests (a web service, a demo) is not asked.

    Bad:
        import time
        import torch

        torch.manual_seed(int(time.time()))

    Bad:
        # file: train.py
        import os
        from seeding import set_seed

        set_seed(os.getpid())
        # file: seeding.py
        import numpy as np

        def set_seed(seed):
            np.random.seed(seed)

    Bad:
        import numpy as np

        np.random.seed(0)
        x = np.random.rand(3)
        np.random.seed()

    Good:
        import argparse
        import time
        import torch

        parser = argparse.ArgumentParser()
        parser.add_argument("--seed", type=int, default=0)
        args = parser.parse_args()
        seed = args.seed if args.seed is not None else int(time.time())
        torch.manual_seed(seed)

    Not this rule:
        import random
        import numpy as np

        random.seed(0)
        np.random.seed(random.randint(0, 2**32 - 1))

    Not this rule:
        import numpy as np
        import torch

        def init_worker(worker_id):
            np.random.seed(torch.initial_seed() % 2**32)
    """
    for again in undone_seeds(file, project):
        yield file.finding(
            again.span,
            f"`{again.name}` without a seed takes one from the operating system, so the seed that was "
            "set before counts no more",
            help="Leave it out, or give it a seed that follows from the config's.",
            fix=_fix(file, project, again),
        )
    for drawn in drawn_seeds(file, project):
        yield _finding(file, drawn)


def _finding(file: PythonFile, drawn: DrawnSeed) -> Finding:
    unless = " unless one is given" if drawn.is_optional else ""
    said = f"`{drawn.seeder}` is seeded from `{drawn.source}`{unless}"
    if drawn.is_recorded:
        return file.finding(
            drawn.span,
            f"{said}; it is written down, so a run can be repeated, if only by hand",
            help="Better a fixed default, so that the plain command repeats the run.",
            severity=Severity.INFO,
            related=drawn.told,
        )
    confidence = Confidence.MEDIUM if drawn.is_optional else Confidence.HIGH
    return file.finding(
        drawn.span,
        f"{said} and not written down, so no run can be repeated",
        help="Take the seed from the config, with a fixed default. If it must be drawn, draw it once, "
        "log it and save it with the results.",
        severity=Severity.WARNING if drawn.is_optional else None,
        confidence=Confidence.LOW if drawn.is_held else confidence,
        related=drawn.told,
    )


def _fix(file: PythonFile, project: Project, again: Call) -> Fix | None:
    """Delete what undoes a seed that is set above in the same scope."""
    text = project.text_at(file.path)
    if file.notebook is not None or text is None or again.use != "dropped":
        return None
    target = outside_name(file, project, again)
    scope = file.scopes.scope(again.block)
    is_seeded_above = any(
        each.span.end_line < again.span.line
        and file.scopes.scope(each.block) == scope
        and file.facts.is_inside(again.block, each.block)
        and (each.args or each.keywords)
        and outside_name(file, project, each) == target
        for each in file.facts.calls
    )
    place = place_of(ast.parse(text), text, again.span) if is_seeded_above else None
    edit = delete(file, text, place) if place else None
    return Fix(Safety.UNSAFE, "Keep the seed that is set above", (edit,)) if edit else None
