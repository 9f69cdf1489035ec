"""SEED024."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Finding, Fix, Safety, Severity
from repro_check.project.files import PythonFile
from repro_check.project.libraries import Family
from repro_check.project.project import Project
from repro_check.rules.arguments import give, written
from repro_check.rules.rule import rule
from repro_check.rules.seed._seed_at_hand import seed_at_hand
from repro_check.rules.seed._seeder_calls import SeededAround, is_none, outside_name
from repro_check.sources.expressions import Name, parts
from repro_check.sources.python import Call
from repro_check.text import pattern

# the parameter that seeds each searcher, by its documentation
_SEARCHERS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"optuna\.(\w+\.)*(TPESampler|RandomSampler|CmaEsSampler|NSGAIISampler|NSGAIIISampler|"
            r"QMCSampler|BoTorchSampler|GPSampler)"
        ),
        "seed",
    ),
    (re.compile(r"hyperopt\.(\w+\.)*fmin"), "rstate"),
    (re.compile(r"skopt\.(\w+\.)*(gp|forest|gbrt|dummy)_minimize"), "random_state"),
    (re.compile(r"skopt\.(\w+\.)*(Optimizer|BayesSearchCV)"), "random_state"),
    (
        re.compile(
            r"sklearn\.model_selection\.(\w+\.)*(RandomizedSearchCV|HalvingRandomSearchCV|ParameterSampler)"
        ),
        "random_state",
    ),
    (re.compile(r"ray\.tune\.(\w+\.)*HyperOptSearch"), "random_state_seed"),
    (re.compile(r"ray\.tune\.(\w+\.)*OptunaSearch"), "seed"),
    (re.compile(r"bayes_opt\.(\w+\.)*BayesianOptimization"), "random_state"),
    (re.compile(r"ax\.(\w+\.)*AxClient"), "random_seed"),
)
# these draw from NumPy's global generator
_NUMPYS = ("sklearn.", "skopt.")
_SAMPLER = "optuna.samplers.TPESampler"
_STUDY = pattern(r"optuna\.(study\.(study\.)?)?create_study")


@rule(
    "SEED024",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=4,
    is_default=False,
    fixes="unsafe",
)
def hpo_sampler_unseeded(file: PythonFile, project: Project) -> Iterator[Finding]:
    """A search for hyperparameters draws its candidates without a seed.

    Another search then tries other settings and may end with another best one. Seeding NumPy, `random`
    and torch does not reach the samplers of Optuna, hyperopt or Ray; those of scikit-learn follow NumPy's
    global generator, and so every draw before them. Trials that run in parallel end in another
    order each time, with a seed too: write down the trials that were run (Ray's documentation on
    reproducible searches says the same, ray-project/ray#18849).

    Bad:
        import optuna
        from train import objective

        study = optuna.create_study(direction="maximize")
        study.optimize(objective, n_trials=50)

    Bad:
        import optuna

        sampler = optuna.samplers.TPESampler(multivariate=True)

    Good:
        import optuna
        from config import cfg

        sampler = optuna.samplers.TPESampler(seed=cfg.seed)
        study = optuna.create_study(direction="maximize", sampler=sampler)

    Not this rule:
        import optuna

        study = optuna.create_study(study_name="old", storage="sqlite:///a.db", load_if_exists=True)
        print(study.best_params)

    Not this rule:
        import optuna

        grid = optuna.samplers.GridSampler({"lr": [0.1, 0.01]})
        study = optuna.create_study(sampler=grid)

    Not this rule:
        from sklearn.model_selection import GridSearchCV
        from models import model

        search = GridSearchCV(model, {"alpha": [1, 2]})
    """
    seeded = SeededAround(file, project, Family.NUMPY)
    for call in file.facts.calls:
        last = call.name.rpartition(".")[2]
        if call.unpacks or not (last[:1].isupper() or last.endswith(("study", "min", "minimize"))):
            continue
        target = outside_name(file, project, call)
        if _STUDY.fullmatch(target):
            if is_none(file, call.argument(1, "sampler"), call.block) and _is_run(file, call):
                yield file.finding(
                    call.span,
                    f"`{call.name}` is given no sampler, and the default one draws its trials unseeded",
                    help="Write `sampler=optuna.samplers.TPESampler(seed=cfg.seed)`.",
                    fix=_sampler_fix(file, project, call),
                )
            continue
        if target.startswith(_NUMPYS) and seeded.at(call.block):
            continue
        keyword = next((name for pattern, name in _SEARCHERS if pattern.fullmatch(target)), None)
        if keyword is not None and is_none(file, call.keyword(keyword), call.block):
            yield file.finding(
                call.span,
                f"`{call.name}` has no `{keyword}`, so another search tries other settings",
                help=f"Give it the config's seed: `{keyword}=cfg.seed`.",
                fix=_seed_fix(file, project, call, keyword, target),
            )


def _sampler_fix(file: PythonFile, project: Project, study: Call) -> Fix | None:
    """The default sampler, seeded; it is another one where a study has several aims."""
    text = project.text_at(file.path)
    has_aims = study.keyword("directions") is not None
    if file.notebook is not None or text is None or len(study.args) > 1 or has_aims:
        return None
    made = written(file, text, _SAMPLER, study.block, "from optuna.samplers import TPESampler")
    if made is None:
        return None
    name, imported = made
    seed = seed_at_hand(file, project, study.block, study.span.line) or "0"
    edit = give(file, text, study, "sampler", f"{name}(seed={seed})")
    title = f"Seed its default sampler with `{seed}`"
    return Fix(Safety.UNSAFE, title, (edit, *imported)) if edit else None


def _seed_fix(
    file: PythonFile, project: Project, call: Call, keyword: str, target: str
) -> Fix | None:
    """Give it the seed; not where that is no number, or may be among what is given by position."""
    text = project.text_at(file.path)
    most = 2 if target.startswith(("sklearn.", "skopt.", "bayes_opt.")) else 0
    is_number = keyword != "rstate"  # a generator, of which type depends on the version
    if file.notebook is not None or text is None or not is_number or len(call.args) > most:
        return None
    seed = seed_at_hand(file, project, call.block, call.span.line) or "0"
    edit = give(file, text, call, keyword, seed)
    return Fix(Safety.UNSAFE, f"Seed it with `{seed}`", (edit,)) if edit else None


def _is_run(file: PythonFile, call: Call) -> bool:
    """Whether a study may be optimised, and is not only opened to be read."""
    facts = file.facts
    if call.use != "assigned" or not 0 <= call.user < len(facts.assignments):
        return call.use != "dropped"
    target = facts.assignments[call.user].target
    if not isinstance(target, Name) or "." in target.name:
        return True
    values = [item.value for item in facts.returns]
    for other in facts.calls:
        if other.name in {f"{target.name}.optimize", f"{target.name}.ask"}:
            return True
        values += [*other.args, *(keyword.value for keyword in other.keywords)]
    return any(
        isinstance(part, Name) and part.name == target.name
        for value in values
        for part in parts(value)
    )
