"""SEED005."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Confidence, Finding, Severity
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._drawn_seeds import DrawnSeed, drawn_seeds, undone_seeds


@rule("SEED005", severity=Severity.ERROR, on=PythonFile, practice=4)
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
