"""What one call does to the random generators of the process: draws, seeds, or maybe seeds."""

from __future__ import annotations

import msgspec

from repro_check.project.libraries import (
    Family,
    drawn_by,
    makes_generator,
    seeded_by,
    seeds_exactly,
)
from repro_check.sources.expressions import Expression, Literal
from repro_check.sources.python import Call
from repro_check.text import pattern

SEED_KEYWORDS = ("seed", "random_state", "rng", "generator", "random_seed")
SEEDING_METHODS = frozenset({"manual_seed", "set_seed", "seed_everything", "seed_all"})
# what these do with a seed that they are given concerns their own object only
_LOCAL = pattern(
    r"^(builtins|random|numpy|scipy|sklearn|pandas|torch|torchvision|torchaudio|tensorflow|keras|jax|"
    r"flax|optax|haiku|gym|gymnasium|datasets|optuna|xgboost|lightgbm|catboost|networkx|seaborn|"
    r"albumentations|torch_geometric|imblearn|statsmodels|argparse|dataclasses|click|typer|wandb|"
    r"mlflow|logging|json|os|re|math|nltk|umap|openTSNE|hyperopt|skopt|ray\.tune|torchmetrics|envpool|procgen|pettingzoo|supersuit|brax|dm_control|minigrid)(\.|$)"
)
_FOLDS = pattern(r"^sklearn\.(\w+\.)*(Stratified|Group|StratifiedGroup)?KFold$")
_MODELS = pattern(r"^torchvision\.models\.(\w+\.)*(?!get_|list_)[a-z]\w+$")
# these seed what they like: trainers of libraries that are not in the tables, configs that call functions
_MAY_DO_ANYTHING = pattern(
    r"^(?!(pytorch_)?lightning\b|lightning_fabric\b|ignite\b|fastai\b|accelerate\b|tokenizers\b|sentencepiece\b)"
    r"(\w+\.)*(\w*(Trainer|Runner|Learner|Experiment)|load_hyperpyyaml|parse_config_files_and_bindings)$"
)

# how the names of that pattern end
_FREE = ("Trainer", "Runner", "Learner", "Experiment", "load_hyperpyyaml", "_files_and_bindings")


class Effect(msgspec.Struct, frozen=True):
    """What a call does.

    Attributes:
        draws: the families whose global generators it draws from.
        seeds: those that it surely seeds.
        may_seed: whether it may seed others besides.
    """

    draws: frozenset[Family] = frozenset()
    seeds: frozenset[Family] = frozenset()
    may_seed: bool = False


NOTHING = Effect()


def effect_of(target: str, call: Call) -> Effect:
    """What a call does whose name leaves the repository.

    Args:
        target: what its name stands for, dotted.
        call: the call.
    """
    if target.startswith("builtins."):
        return NOTHING
    exact = seeds_exactly(target)
    if exact is not None:
        return Effect(seeds=exact) if call.args or call.keywords else Effect(may_seed=True)
    if seeded_by(target) or (target.endswith(_FREE) and _MAY_DO_ANYTHING.match(target)):
        return Effect(may_seed=True)
    if is_seeded_here(call):
        is_local = _LOCAL.match(target) is not None or makes_generator(target) or "()" in target
        return NOTHING if is_local else Effect(may_seed=True)
    if any(not keyword.name for keyword in call.keywords):
        return NOTHING
    draws = drawn_by(target) or _drawn_by_choice(target, call)
    return (
        Effect(draws=draws) if draws and not is_value(call.keyword("shuffle"), False) else NOTHING
    )


def is_seeded_here(call: Call) -> bool:
    """Whether a call brings its own seed or generator."""
    return any(
        keyword.name in SEED_KEYWORDS and not is_value(keyword.value, None)
        for keyword in call.keywords
    )


def is_seeding_method(call: Call) -> bool:
    """Whether the method of some object is called as seeding functions are."""
    owner, _, method = call.name.rpartition(".")
    return method in SEEDING_METHODS and bool(owner or call.receiver is not None)


def is_value(expression: Expression | None, value: object) -> bool:
    """Whether an expression is this literal."""
    return isinstance(expression, Literal) and expression.value is value


def _drawn_by_choice(target: str, call: Call) -> frozenset[Family]:
    """What a call draws from only if its arguments say so."""
    if _FOLDS.match(target) and is_value(call.keyword("shuffle"), True):
        return frozenset({Family.NUMPY})
    is_pretrained = call.args or call.keyword("weights") or call.keyword("pretrained")
    return frozenset({Family.TORCH}) if _MODELS.match(target) and not is_pretrained else frozenset()
