"""Calls of scikit-learn and pandas that are random unless they are given a `random_state`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Fix, Safety
from repro_check.project.files import PythonFile
from repro_check.project.origins import OriginKind, Summary
from repro_check.project.project import Project
from repro_check.rules.arguments import give
from repro_check.rules.seed._seed_at_hand import seed_at_hand
from repro_check.rules.seed._seeder_calls import is_none, outside_name
from repro_check.sources.expressions import Expression, Literal
from repro_check.sources.python import Call
from repro_check.text import pattern

_SPLITTER = pattern(
    r"^sklearn\.(cross_validation|model_selection)\.(\w+\.)*(train_test_split|ShuffleSplit|"
    r"StratifiedShuffleSplit|GroupShuffleSplit|RepeatedKFold|RepeatedStratifiedKFold)$|"
    r"^sklearn\.utils\.(\w+\.)*(shuffle|resample)$"
)
_FOLDS = pattern(r"^sklearn\.(\w+\.)*(KFold|StratifiedKFold|StratifiedGroupKFold)$")
# random on held-out data by default (fact sheet, 17); others with a `random_state` are repeatable
_ESTIMATOR = pattern(
    r"^sklearn\.(\w+\.)*(AdaBoostRegressor|AffinityPropagation|BaggingClassifier|BaggingRegressor|"
    r"BernoulliRBM|BisectingKMeans|DecisionTreeClassifier|DecisionTreeRegressor|DictionaryLearning|"
    r"EllipticEnvelope|ExtraTreeClassifier|ExtraTreeRegressor|ExtraTreesClassifier|"
    r"ExtraTreesRegressor|FastICA|GaussianRandomProjection|GradientBoostingClassifier|"
    r"GradientBoostingRegressor|IsolationForest|KMeans|LatentDirichletAllocation|LinearSVR|"
    r"LocallyLinearEmbedding|MDS|MLPClassifier|MLPRegressor|MinCovDet|MiniBatchDictionaryLearning|"
    r"MiniBatchKMeans|MiniBatchSparsePCA|Nystroem|PassiveAggressiveClassifier|"
    r"PassiveAggressiveRegressor|PolynomialCountSketch|RBFSampler|RandomForestClassifier|"
    r"RandomForestRegressor|RandomTreesEmbedding|SGDClassifier|SGDOneClassSVM|SGDRegressor|"
    r"SkewedChi2Sampler|SparsePCA|SparseRandomProjection|SpectralBiclustering|SpectralClustering|"
    r"SpectralCoclustering|TheilSenRegressor)$"
)


class Unseeded(msgspec.Struct, frozen=True):
    """A call without a seed; `given` is the None that it is given, if any."""

    call: Call
    given: Expression | None


def unseeded_splits(file: PythonFile, project: Project) -> Iterator[Unseeded]:
    """The calls that split, shuffle or sample rows at random, without a seed."""
    if not _imports(file, "sklearn", "pandas"):
        return
    for call in file.facts.calls:
        last = call.name.rpartition(".")[2]
        if last == "sample":
            is_split = _samples_frame(file, project, call)
        elif last[:1].isupper() or last in {"train_test_split", "shuffle", "resample"}:
            is_split = _splits(file, call, outside_name(file, project, call))
        else:
            continue
        if is_split:
            yield from _judged(file, project, call)


def unseeded_estimators(file: PythonFile, project: Project) -> Iterator[Unseeded]:
    """The estimators that are random by default, without a seed."""
    if not _imports(file, "sklearn"):
        return
    for call in file.facts.calls:
        last = call.name.rpartition(".")[2]
        if last[:1].isupper() and _ESTIMATOR.match(outside_name(file, project, call)):
            yield from _judged(file, project, call)


def random_state_fix(file: PythonFile, project: Project, found: Unseeded) -> Fix | None:
    """Give the seed that is at hand."""
    call = found.call
    text = project.text_at(file.path)
    if file.notebook is not None or text is None or call.unpacks:
        return None
    seed = seed_at_hand(file, project, call.block, call.span.line)
    edit = give(file, text, call, "random_state", seed) if seed else None
    return Fix(Safety.UNSAFE, f"Give it `{seed}`", (edit,)) if edit else None


def _judged(file: PythonFile, project: Project, call: Call) -> Iterator[Unseeded]:
    if call.unpacks or any(call.keyword(name) is not None for name in ("seed", "rng")):
        return
    if _is_dead(file, call) or _is_set_later(file, call):
        return
    given = call.keyword("random_state")
    if is_none(file, given, call.block):
        yield Unseeded(call, given)
    elif given is not None and not isinstance(given, Literal):
        found = project.origins.provenance(file, given, call.block)
        is_plain = all(origin.kind is OriginKind.LITERAL for origin in found.origins)
        if found.summary is Summary.UNSET and is_plain:
            yield Unseeded(call, given)


def _is_dead(file: PythonFile, call: Call) -> bool:
    """Whether a `raise` or `return` right above keeps a call from ever running."""
    return any(
        item.kind in {"raise", "return"}
        and item.span.end_line < call.span.line
        and file.facts.is_inside(call.block, item.block)
        and file.scopes.scope(item.block) == file.scopes.scope(call.block)
        for item in file.facts.exits
    )


def _is_set_later(file: PythonFile, call: Call) -> bool:
    """Whether what is made gets its `random_state` afterwards, by the name it is bound to."""
    if call.use != "assigned" or not 0 <= call.user < len(file.facts.assignments):
        return False
    name = getattr(file.facts.assignments[call.user].target, "name", "")
    return bool(name) and (
        any(
            getattr(target, "name", "") == f"{name}.random_state"
            for item in file.facts.assignments
            for target in item.targets
        )
        or any(
            other.name == f"{name}.set_params" and other.keyword("random_state") is not None
            for other in file.facts.calls
        )
    )


def _splits(file: PythonFile, call: Call, target: str) -> bool:
    if _SPLITTER.match(target):
        shuffle = call.keyword("shuffle")
        return shuffle is None or not _is(file.constants.literal(shuffle, call.block), False)
    if _FOLDS.match(target):
        shuffle = call.argument(1, "shuffle")
        return _is(file.constants.literal(shuffle, call.block), True)
    return False


def _samples_frame(file: PythonFile, project: Project, call: Call) -> bool:
    """Whether `x.sample(...)` takes rows of a data frame for more than a look at them.

    No other library calls a part `frac`; a number of rows is asked of a frame that pandas made.
    """
    if call.use == "dropped":
        return False
    if call.keyword("frac") is not None:
        return True
    target = outside_name(file, project, call)
    is_kept = call.use in {"assigned", "returned"}
    return is_kept and target.startswith("pandas.") and target.endswith("().sample")


def _is(value: Expression | None, wanted: object) -> bool:
    return isinstance(value, Literal) and value.value is wanted


def _imports(file: PythonFile, *roots: str) -> bool:
    """Whether a file imports one of these libraries, or something that may hand them on."""
    return any(
        item.name == "*" or item.module.startswith(".") or item.module.partition(".")[0] in roots
        for item in file.facts.imports
    )
