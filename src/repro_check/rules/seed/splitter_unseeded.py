"""SEED010."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.files import PythonFile
from repro_check.project.libraries import Family
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._random_states import Unseeded, random_state_fix, unseeded_splits
from repro_check.rules.seed._seeder_calls import SeededAround


@rule(
    "SEED010",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=4,
    fixes="unsafe",
    words=("sklearn", "pandas"),
)
def splitter_unseeded(file: PythonFile, project: Project) -> Iterator[Finding]:
    """Data are split, shuffled or sampled at random, and no seed is given.

    Another run trains and tests on other rows, so scores of two runs cannot be compared. scikit-learn
    and pandas then draw from NumPy's global generator: if the program seeds that one, the split depends
    on every draw before it, which is only noted. `KFold`, `StratifiedKFold` and `GroupKFold` do not
    shuffle by default and are never asked.

    Bad:
        from sklearn.model_selection import train_test_split
        from data import X, y

        a, b, c, d = train_test_split(X, y, test_size=0.2)

    Bad:
        from sklearn.model_selection import KFold

        folds = KFold(n_splits=5, shuffle=True)

    Bad:
        import pandas as pd

        df = pd.read_csv("train.csv")
        df = df.sample(frac=1)

    Bad:
        from sklearn.utils import shuffle

        def order(rows, seed):
            return shuffle(rows)

    Good:
        from sklearn.model_selection import train_test_split
        from data import X, y
        from config import cfg

        a, b, c, d = train_test_split(X, y, test_size=0.2, random_state=cfg.seed)

    Not this rule:
        from sklearn.model_selection import KFold, train_test_split
        from data import X, y

        folds = KFold(n_splits=5)
        first, last = train_test_split(X, shuffle=False)

    Not this rule:
        from distributions import Normal

        x = Normal(0, 1).sample(10)
    """
    seeded = SeededAround(file, project, Family.NUMPY)
    for found in unseeded_splits(file, project):
        yield _finding(file, project, found, is_seeded=seeded.at(found.call.block))


def _finding(file: PythonFile, project: Project, found: Unseeded, *, is_seeded: bool) -> Finding:
    name = found.call.name
    help_text = "Give it the config's seed: `random_state=cfg.seed`."
    fix = random_state_fix(file, project, found)
    if is_seeded:
        return file.finding(
            found.call.span,
            f"`{name}` has no `random_state`: NumPy's global seed decides, together with every draw "
            "before it",
            help=help_text,
            severity=Severity.INFO,
            fix=fix,
        )
    return file.finding(
        found.call.span,
        f"`{name}` has no `random_state`, so every run gets other rows",
        help=help_text,
        fix=fix,
    )
