"""SEED011."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.files import PythonFile
from repro_check.project.libraries import Family
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._random_states import random_state_fix, unseeded_estimators
from repro_check.rules.seed._seeder_calls import SeededAround


@rule(
    "SEED011",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=4,
    is_default=False,
    fixes="unsafe",
)
def estimator_unseeded(file: PythonFile, project: Project) -> Iterator[Finding]:
    """An estimator of scikit-learn that is random by default gets no `random_state`.

    It draws from NumPy's global generator, which nothing in this program seeds, so each fit gives another
    model. Only estimators are named whose predictions on held-out data were seen to differ from run to
    run; `LogisticRegression`, `SVC` and others have the parameter too and are repeatable without it.
    XGBoost, LightGBM and CatBoost have fixed default seeds.

    Bad:
        from sklearn.ensemble import RandomForestClassifier

        model = RandomForestClassifier(n_estimators=100)

    Bad:
        from sklearn.cluster import KMeans

        def cluster(points, seed):
            return KMeans(n_clusters=8).fit(points)

    Good:
        from sklearn.ensemble import RandomForestClassifier
        from config import cfg

        model = RandomForestClassifier(n_estimators=100, random_state=cfg.seed)

    Not this rule:
        from sklearn.linear_model import LogisticRegression
        from sklearn.svm import SVC

        models = [LogisticRegression(), SVC()]

    Not this rule:
        import numpy as np
        from sklearn.ensemble import RandomForestClassifier

        np.random.seed(0)
        model = RandomForestClassifier()
    """
    seeded = SeededAround(file, project, Family.NUMPY)
    for found in unseeded_estimators(file, project):
        call = found.call
        if not seeded.at(call.block):
            yield file.finding(
                call.span,
                f"`{call.name}` has no `random_state` and nothing seeds NumPy, so each fit gives "
                "another model",
                help="Give it the config's seed: `random_state=cfg.seed`.",
                fix=random_state_fix(file, project, found),
            )
