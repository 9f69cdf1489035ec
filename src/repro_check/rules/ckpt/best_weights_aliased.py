"""CKPT001."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from repro_check.findings import Confidence, Finding, Fix, Severity
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.ckpt._best_aliases import Alias, Held, best_aliases
from repro_check.rules.ckpt._bindings import Places, same_code
from repro_check.rules.ckpt._copies import DeepCopies
from repro_check.rules.rule import rule
from repro_check.rules.training import Training, training_blocks
from repro_check.rules.walking import branches_around, loops_around
from repro_check.sources.kinds import Role
from repro_check.sources.python import Class
from repro_check.text import pattern

_KEEPER = pattern(
    r"stop|patience|callback|checkpoint|tracker|monitor|saver|keeper|validator|trainer|runner|learner",
    re.IGNORECASE,
)


@rule(
    "CKPT001",
    severity=Severity.ERROR,
    on=PythonFile,
    practice=2,
    fixes="unsafe",
    words=("best",),
)
def best_weights_aliased(file: PythonFile, project: Project) -> Iterator[Finding]:
    """The weights that are kept as the best ones go on being trained, so the best model is the last.

    `model.state_dict()` returns the parameters themselves, and the optimiser changes them in place.
    A shallow copy (`.copy()`, `dict(...)`) holds the same tensors, and so does `.detach()`; `.cpu()`
    copies only what lies on a GPU. What is restored, saved and reported as the best epoch is then
    the last one (docs.pytorch.org/tutorials/beginner/saving_loading_models.html: use
    `deepcopy(model.state_dict())`, or the best state "will keep getting updated by the subsequent
    training iterations").

    Bad:
        def train(model, optimizer, loader, evaluate):
            best, best_weights = 0.0, None
            for epoch in range(10):
                for x, y in loader:
                    loss = (model(x) - y).square().mean()
                    loss.backward()
                    optimizer.step()
                accuracy = evaluate(model)
                if accuracy > best:
                    best = accuracy
                    best_weights = model.state_dict()
            model.load_state_dict(best_weights)

    Bad:
        import torch

        class EarlyStopping:
            def __call__(self, loss, model):
                if loss < self.best_loss:
                    self.best_loss = loss
                    self.best_state = model.state_dict().copy()

            def restore(self, model):
                model.load_state_dict(self.best_state)

    Good:
        import copy

        def train(model, optimizer, loader, evaluate):
            best, best_weights = 0.0, None
            for epoch in range(10):
                for x, y in loader:
                    loss = (model(x) - y).square().mean()
                    loss.backward()
                    optimizer.step()
                accuracy = evaluate(model)
                if accuracy > best:
                    best = accuracy
                    best_weights = copy.deepcopy(model.state_dict())
            model.load_state_dict(best_weights)

    Not this rule:
        def choose(folds, build, fit):
            best, best_state = 0.0, None
            for fold in folds:
                model = build()  # a new one in each fold
                score = fit(model, fold)
                if score > best:
                    best = score
                    best_state = model.state_dict()
            return best_state

    Not this rule:
        import torch

        def train(model, optimizer, loader, evaluate):
            best = 0.0
            for x in loader:
                model(x).sum().backward()
                optimizer.step()
                if evaluate(model) > best:
                    best_state = model.state_dict()
                    torch.save(best_state, "best.pt")  # written before training goes on
    """
    aliases = list(best_aliases(file))
    if not aliases:
        return
    trains = training_blocks(file, project)
    places, elsewhere = Places(file), _Elsewhere(file, project)
    copies = DeepCopies(file, project)
    classes = {item.block: item for item in file.facts.classes}
    for alias in aliases:
        if _is_settled_at_once(file, alias, places):
            continue
        confidence = _overwritten(file, alias, trains, places, classes)
        is_first = confidence is None and _is_never_replaced(file, alias, trains, places)
        if is_first:
            confidence = Confidence.MEDIUM
        if confidence is not None and _is_used_later(file, alias, places, elsewhere):
            severity = Severity.INFO if is_first or alias.held is Held.MOVED else Severity.ERROR
            fix = copies.fix(alias.value.span, alias.assignment.block)
            yield _finding(file, alias, severity, confidence, fix)


def _finding(
    file: PythonFile, alias: Alias, severity: Severity, confidence: Confidence, fix: Fix | None
) -> Finding:
    what = alias.owner if alias.held is Held.MODEL else f"{alias.owner}.state_dict()"
    holds = {
        Held.WEIGHTS: f"`{alias.shown}` holds the live weights of `{alias.owner}`, not a copy",
        Held.MOVED: f"`{alias.shown}` holds a copy of the weights of `{alias.owner}` only if these "
        "lie on another device, and the live ones otherwise",
        Held.MODEL: f"`{alias.shown}` is `{alias.owner}` itself, not a copy",
    }
    return file.finding(
        alias.value.span,
        f"{holds[alias.held]}: training goes on, and the best model becomes the last one",
        help=f"Write `{alias.shown} = copy.deepcopy({what})`.",
        severity=severity,
        confidence=confidence,
        fix=fix,
    )


def _is_settled_at_once(file: PythonFile, alias: Alias, places: Places) -> bool:
    """Whether the loop is left after the assignment, or a later statement makes the copy."""
    facts, item = file.facts, alias.assignment
    loop = next(loops_around(facts, item.block), None)
    for each in facts.ancestors(item.block) if loop is not None else ():
        if any(line > item.span.line for line in places.left.get(each, ())):
            return True
        if each == loop:
            break
    return any(
        block == item.block and line > item.span.line
        for block, line in places.bound.get(alias.target, ())
        if alias.target == alias.shown
    )


def _overwritten(
    file: PythonFile,
    alias: Alias,
    trains: Mapping[int, Training],
    places: Places,
    classes: Mapping[int, Class],
) -> Confidence | None:
    """How sure it is that the same model is trained after the assignment; None if it is not."""
    facts, block = file.facts, alias.assignment.block
    if not any(True for _ in branches_around(facts, block)):
        return None
    if alias.held is Held.MODEL and not places.is_asked_as_module(alias.owner):
        return None
    for loop in loops_around(facts, block):
        if places.is_bound_inside(alias.owner, loop):
            return None
        training = trains.get(loop)
        if training is None:
            continue
        root = alias.owner.partition(".")[0]
        if training.is_direct:
            return Confidence.HIGH
        if alias.held is Held.MODEL:
            continue
        if root in training.handed or (training.has_method and root == "self"):
            return None if _is_rebuilt(file, alias, classes, places) else Confidence.HIGH
    return _kept_across_calls(file, alias, trains, places, classes)


def _is_never_replaced(
    file: PythonFile, alias: Alias, trains: Mapping[int, Training], places: Places
) -> bool:
    """Whether weights from before the training are kept as the best, and no better ones ever are."""
    facts, item = file.facts, alias.assignment
    if alias.held is Held.MODEL or "." in alias.target or any(loops_around(facts, item.block)):
        return False
    if len(places.bound.get(alias.target, ())) != 1:
        return False
    return any(
        block.kind in {"for", "while"}
        and block.span.line > item.span.line
        and index in trains
        and trains[index].is_direct
        and same_code(facts, index, item.block)
        and not places.is_bound_inside(alias.owner, index)
        for index, block in enumerate(facts.blocks)
    )


def _is_rebuilt(
    file: PythonFile, alias: Alias, classes: Mapping[int, Class], places: Places
) -> bool:
    """Whether another method than the initialiser makes a new model under this name."""
    facts = file.facts
    own = next((each for each in facts.ancestors(alias.assignment.block) if each in classes), None)
    if own is None:
        return False
    for block, _ in places.bound.get(alias.owner, ()):
        function = facts.function_of(block)
        is_first = function is not None and function.qualname.endswith(".__init__")
        if facts.is_inside(block, own) and not is_first:
            return True
    return False


def _kept_across_calls(
    file: PythonFile,
    alias: Alias,
    trains: Mapping[int, Training],
    places: Places,
    classes: Mapping[int, Class],
) -> Confidence | None:
    """Whether an object that is asked after each epoch keeps the weights as its attribute."""
    facts, block = file.facts, alias.assignment.block
    function = facts.function_of(block)
    own = next((each for each in facts.ancestors(block) if each in classes), None)
    if function is None or own is None or not alias.target.startswith("self."):
        return None
    method = function.qualname.rpartition(".")[2]
    if method == "__init__" or alias.held is Held.MODEL:
        return None
    if places.is_bound_inside(alias.owner, function.block):
        return None
    root = alias.owner.partition(".")[0]
    is_given = any(parameter.name == root for parameter in function.parameters[1:])
    if is_given:
        return Confidence.MEDIUM if _KEEPER.search(classes[own].qualname) else None
    if root != "self" or _is_rebuilt(file, alias, classes, places):
        return None
    if own in trains or _KEEPER.search(classes[own].qualname):
        return Confidence.MEDIUM
    return None


class _Elsewhere:
    """The attributes that the other files of the project read."""

    def __init__(self, file: PythonFile, project: Project) -> None:
        self._file = file
        self._project = project

    @cached_property
    def attributes(self) -> frozenset[str]:
        """The last parts of the dotted names whose values other files hand on."""
        others = (each for each in self._project.python.readable(Role.PRODUCT))
        return frozenset(
            name for other in others if other is not self._file for name in Places(other).attributes
        )


def _is_used_later(file: PythonFile, alias: Alias, places: Places, elsewhere: _Elsewhere) -> bool:
    facts, item = file.facts, alias.assignment
    if alias.target.startswith("self."):
        attribute = alias.target.rpartition(".")[2]
        inside = places.attributes.get(attribute, ())
        if any(not facts.is_inside(block, item.block) for block, _ in inside):
            return True
        return attribute in elsewhere.attributes
    root = alias.target.partition(".")[0]
    scope = file.scopes.binding(root, item.block)
    loops = tuple(loops_around(facts, item.block))
    return any(
        (not loops or not facts.is_inside(block, item.block))
        and (
            line > item.span.line
            or any(facts.is_inside(block, loop) for loop in loops)
            or not same_code(facts, block, item.block)
        )
        for block, line in places.used.get(alias.target, ())
        if file.scopes.binding(root, block) == scope
    )
