"""SEED006."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Confidence, Finding, Fix, Related, Safety, Severity
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.arguments import give_first
from repro_check.rules.rule import rule
from repro_check.rules.seed._fresh_generators import Fresh, fresh_generators
from repro_check.rules.seed._seed_at_hand import seed_at_hand


@rule(
    "SEED006",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=4,
    fixes="unsafe",
    words=("random", "rng", "seedsequence"),
)
def fresh_generator(file: PythonFile, project: Project) -> Iterator[Finding]:
    """A generator of its own is made without a seed.

    `np.random.default_rng()`, `RandomState()`, `SeedSequence()` and `random.Random()` take their seed
    from the operating system. No `np.random.seed(0)` elsewhere reaches them
    (keras-team/keras#19322), so what is drawn from them differs in every run. Where a function makes
    one only because its caller gave none, the rule asks whether some caller does so.

    Bad:
        import numpy as np

        rng = np.random.default_rng()
        noise = rng.normal(size=8)

    Bad:
        import numpy as np

        def noise(shape, seed=0):
            rng = np.random.default_rng()
            return rng.normal(size=shape)

    Bad:
        # file: augment.py
        import numpy as np

        def jitter(x, rng=None):
            rng = rng or np.random.default_rng()
            return x + rng.normal(size=x.shape)
        # file: train.py
        from augment import jitter
        from data import batch

        batch = jitter(batch)

    Good:
        import numpy as np
        from config import cfg

        rng = np.random.default_rng(cfg.seed)
        noise = rng.normal(size=8)

    Not this rule:
        import numpy as np

        def jitter(x, rng=None):
            rng = rng or np.random.default_rng()
            return x + rng.normal(size=x.shape)

    Not this rule:
        import numpy as np

        seeds = np.random.SeedSequence()
        print("seed", seeds.entropy)
        rng = np.random.default_rng(seeds)

    Not this rule:
        import random

        rng = random.Random()
        rng.seed(0)
    """
    for fresh in fresh_generators(file, project):
        yield file.finding(
            fresh.call.span,
            f"`{fresh.call.name}` makes a generator {_how(fresh)}, so what is drawn from it differs "
            "in every run",
            help="Give it the config's seed, or a child of a seeded generator: "
            "`np.random.default_rng(cfg.seed)`.",
            confidence=Confidence.MEDIUM if fresh.omitted else Confidence.HIGH,
            related=[
                Related(project.python[path].location(span), "nothing is given here")
                for path, span in fresh.omitted
            ],
            fix=_fix(file, project, fresh),
        )


def _how(fresh: Fresh) -> str:
    if fresh.parameter:
        return f"without a seed where no `{fresh.parameter}` is given"
    return "without a seed"


def _fix(file: PythonFile, project: Project, fresh: Fresh) -> Fix | None:
    """Give it the seed that the code has at hand."""
    text = project.text_at(file.path)
    if file.notebook is not None or text is None or fresh.call.receiver is not None:
        return None
    seed = seed_at_hand(file, project, fresh.call.block, fresh.call.span.line)
    edit = give_first(file, text, fresh.call, seed) if seed else None
    return Fix(Safety.UNSAFE, f"Seed it with `{seed}`", (edit,)) if edit else None
