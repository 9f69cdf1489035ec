"""SEED025."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.files import ConfigFile, PythonFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._search_configs import searched_in_config
from repro_check.rules.seed._search_spaces import searched_in_code

_HELP = (
    "Take the seed out of the search. Score each candidate by the mean over a few fixed seeds, "
    "and report the spread."
)


@rule(
    "SEED025",
    severity=Severity.ERROR,
    on=(PythonFile, ConfigFile),
    practice=8,
    words=("seed", "random_state"),
)
def seed_in_search_space(file: PythonFile | ConfigFile, project: Project) -> Iterator[Finding]:
    """The search for hyperparameters may choose the seed.

    What it finds is then the luckiest run, not the best setting, and the reported score is a maximum
    over luck: seeds that stand out are easy to find (Picard, arXiv 2109.08203). Running each setting with
    several seeds and reporting the mean is the very opposite and is never meant: a grid, Hydra's basic
    sweeper, `for seed in range(5)`.

    Bad:
        import optuna

        def objective(trial):
            seed = trial.suggest_int("seed", 0, 1000)
            return train(seed, trial.suggest_float("lr", 1e-5, 1e-1))

        study = optuna.create_study()
        study.optimize(objective, n_trials=100)

    Bad:
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.model_selection import GridSearchCV

        grid = {"max_depth": [3, 5], "random_state": [0, 1, 2, 3]}
        search = GridSearchCV(RandomForestClassifier(), grid)

    Bad:
        # file: sweep.yaml
        program: train.py
        method: bayes
        metric:
          name: val_loss
          goal: minimize
        parameters:
          seed:
            values: [0, 1, 2, 3]
          lr:
            min: 0.0001
            max: 0.1

    Good:
        import optuna

        def objective(trial):
            lr = trial.suggest_float("lr", 1e-5, 1e-1)
            return sum(train(seed, lr) for seed in range(3)) / 3

        study = optuna.create_study()
        study.optimize(objective, n_trials=100)

    Not this rule:
        # file: sweep.yaml
        program: train.py
        method: grid
        metric:
          name: val_loss
          goal: minimize
        parameters:
          seed:
            values: [0, 1, 2, 3]

    Not this rule:
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.model_selection import GridSearchCV

        grid = {"max_depth": [3, 5], "random_state": [0]}
        search = GridSearchCV(RandomForestClassifier(), grid)
    """
    if isinstance(file, ConfigFile):
        for entry, how in searched_in_config(file):
            name = ".".join(str(key) for key in entry.keys)
            yield file.finding(
                entry.key_span or entry.span,
                f"`{name}` lets {how} choose the seed, so its best run is the luckiest one",
                help=_HELP,
            )
        return
    for found in searched_in_code(file, project):
        yield file.finding(
            found.span,
            f"`{found.name}` is part of the space that {found.searcher} searches, so its best run is "
            "the luckiest one",
            help=_HELP,
        )
