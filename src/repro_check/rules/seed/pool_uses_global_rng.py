"""SEED028."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.files import PythonFile
from repro_check.project.libraries import Family
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._pool_work import global_draw, pool_work


@rule("SEED028", severity=Severity.WARNING, on=PythonFile, practice=4, is_default=False)
def pool_uses_global_rng(file: PythonFile, project: Project) -> Iterator[Finding]:
    """A function that runs in a pool of processes draws from a global generator.

    What the workers start with depends on how they start. Forked ones all get a copy of NumPy's
    state, so tasks repeat each other's numbers; Python's `random` seeds itself anew in every forked
    child (`os.register_at_fork` in Lib/random.py; python/cpython#74014); spawned ones, and those of
    joblib's loky, begin from the operating system's entropy. In no case does the seed of the parent
    settle which task gets which numbers. Seeding from the task's own argument does, and so does an
    initialiser at least for a pool of one; both are left out.

    Bad:
        from multiprocessing import Pool

        import numpy as np

        def simulate(size):
            return np.random.normal(size=size).mean()

        if __name__ == "__main__":
            np.random.seed(0)
            with Pool(4) as pool:
                print(pool.map(simulate, [100] * 8))

    Bad:
        # file: noise.py
        import random

        def jitter(x):
            return x + random.random()

        # file: train.py
        from joblib import Parallel, delayed
        from noise import jitter

        values = Parallel(n_jobs=2)(delayed(jitter)(x) for x in range(8))

    Good:
        from multiprocessing import Pool

        import numpy as np

        def simulate(size, seed):
            return np.random.default_rng(seed).normal(size=size).mean()

        if __name__ == "__main__":
            seeds = np.random.SeedSequence(0).spawn(8)
            with Pool(4) as pool:
                print(pool.starmap(simulate, zip([100] * 8, seeds)))

    Not this rule:
        from multiprocessing import Pool
        from multiprocessing.pool import ThreadPool

        import numpy as np

        def simulate(seed):
            np.random.seed(seed)
            return np.random.normal()

        def load(path):
            return np.load(path)

        if __name__ == "__main__":
            with Pool(4) as pool:
                print(pool.map(simulate, range(8)), pool.map(load, ["a.npy"]))
    """
    for work in pool_work(file, project):
        found = global_draw(project, work)
        if found is None:
            continue
        draw, family = found
        outcome = (
            "forked workers repeat each other's numbers"
            if family is Family.NUMPY and work.call.target != "joblib.delayed"
            else "every worker begins with numbers of its own"
        )
        where = project.python[draw.path]
        yield file.finding(
            work.call.span,
            f"`{work.name}` draws from the global generator of {family.value} in a pool: {outcome}",
            help="Give every task a seed: `seeds = np.random.SeedSequence(seed).spawn(n)`, and "
            "`np.random.default_rng(seed)` in the function.",
            related=[where.related(draw.call.span, "it draws here")],
        )
