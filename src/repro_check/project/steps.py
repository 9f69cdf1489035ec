"""Which step of training one call is, by its name."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator

from repro_check.project.files import PythonFile
from repro_check.project.libraries import MAY_TRAIN, is_training
from repro_check.sources.expressions import CallRef, Expression, Literal, Name, Subscript, parts
from repro_check.sources.python import Call
from repro_check.text import pattern


class Step(enum.Enum):
    """A part of training.

    `WHOLE` repeats by itself (`model.fit`); `UPDATE` changes parameters once and `GRADIENT` only takes
    a gradient, which attacks, profilers and saliency maps do too, so that it counts beside an
    `OPTIMISER`; `GRAPH` says how a TensorFlow graph is to be trained (or, run eagerly, does it once),
    a `SESSION` shows that there is such a graph, and `RUN` runs its training operation.
    """

    WHOLE = "whole"
    UPDATE = "update"
    GRADIENT = "gradient"
    OPTIMISER = "optimiser"
    GRAPH = "graph"
    SESSION = "session"
    RUN = "run"


_WHOLE = frozenset({"fit", "fit_generator", "train"})
_GRAPH = frozenset({"minimize", "apply_gradients"})
_HOLDER = pattern(r"(^|[._])(opt|optims?|optimi[sz]ers?)\d*($|[._])", re.IGNORECASE)
_OPTIMISER = pattern(
    r"optim|(^|\.)(Adam\w*|SGD|RMSprop|Adagrad|LARS|LAMB)$|\.data\.(add_|sub_|addcdiv_|copy_)$",
    re.IGNORECASE,
)
_SCALER = pattern(r"(^|[._])(loss|grad|amp)_?scaler$", re.IGNORECASE)
_IMPROVED = frozenset({"-=", "+="})
_SESSION = pattern(
    r"(^|\.)(\w*Session|Supervisor|placeholder|ConfigProto|get_default_graph|global_variables_initializer|"
    r"initialize_all_variables)$|(^|\.)_?sess(ion)?\.run$"
)
_RUNNER = pattern(r"(^|[._])sess(ion)?$|_sess(ion)?$", re.IGNORECASE)
_TRAINING_OPERATION = pattern(
    r"train|optim|minimi[sz]e|update|solver|(^|[._])(adam|sgd|learn|opt|step)(_|$)", re.IGNORECASE
)
_NO_OPERATION = pattern(r"global_step|is_training|train_loss|loss_train|train_(acc|x|y)|lr_update")


def steps_of(file: PythonFile, call: Call) -> Iterator[Step]:
    """What a call does for training; nothing for most.

    Args:
        file: the file of the call.
        call: the call.
    """
    owner, _, method = call.name.rpartition(".")
    if _OPTIMISER.search(call.name):
        yield Step.OPTIMISER
    if _SESSION.search(call.target or call.name):
        yield Step.SESSION
    if method == "run" and _runs_training(file, call, owner):
        yield Step.RUN
    if is_training(call):
        if method == "backward":
            yield Step.GRADIENT
        elif method in _WHOLE or (method == "minimize" and _is_given_session(call)):
            yield Step.WHOLE
        else:
            yield Step.GRAPH if method in _GRAPH else Step.UPDATE
    elif takes_step(file, call):
        yield Step.UPDATE


def may_be_step(call: Call) -> bool:
    """Whether a call of this name may be a step of training, whatever it is given."""
    last = call.name[call.name.rfind(".") + 1 :]
    return (
        last in MAY_TRAIN
        or last == "run"
        or last[-6:].lower() == "scaler"
        or _OPTIMISER.search(call.name) is not None
        or _SESSION.search(call.target or call.name) is not None
    )


def takes_step(file: PythonFile, call: Call) -> bool:
    """Whether a call takes a gradient or a step, or trains by itself.

    Besides what `is_training` knows: `optimizers["generator"].step()`, and `loss_scaler(loss, optimizer)`
    as in timm (timm/utils/cuda.py, `NativeScaler.__call__`), which takes gradient and step at once.
    """
    if is_training(call) or _is_scaled_step(call):
        return True
    return call.name == "step" and _HOLDER.search(_holder(file, call.receiver)) is not None


def _is_scaled_step(call: Call) -> bool:
    if call.name[-6:].lower() != "scaler" or call.receiver is not None:
        return False
    names = [value.name for value in call.args if isinstance(value, Name)]
    is_scaler = _SCALER.search(call.name) is not None
    return is_scaler and any(_HOLDER.search(name) for name in names[1:])


def improves_by_hand(file: PythonFile) -> bool:
    """Whether parameters are moved along their gradients without an optimiser."""
    return any(
        binding.kind in _IMPROVED
        and binding.value is not None
        and any(
            isinstance(part, Name) and ".grad" in f"{part.name}." for part in parts(binding.value)
        )
        for binding in file.facts.assignments
    )


def _holder(file: PythonFile, receiver: Expression | None) -> str:
    """What holds the object of a call: `optimizers` of `optimizers["generator"].step()`."""
    if isinstance(receiver, Subscript) and isinstance(receiver.base, Name):
        return receiver.base.name
    return file.facts.calls[receiver.index].name if isinstance(receiver, CallRef) else ""


def _is_given_session(call: Call) -> bool:
    """`ScipyOptimizerInterface.minimize(session, ...)` runs until it has converged."""
    first = call.args[0] if call.args else call.keyword("session")
    return isinstance(first, Name) and _RUNNER.search(first.name) is not None


def _runs_training(file: PythonFile, call: Call, owner: str) -> bool:
    if not _RUNNER.search(owner):
        return _is_operation(owner) and bool(call.args or call.keywords)
    return any(_is_operation(name) for name in _fetched(file, call))


def _fetched(file: PythonFile, call: Call) -> Iterator[str]:
    """The names and texts of what a session is told to run; through a variable, once."""
    value = call.argument(0, "fetches")
    binding = file.constants.binding(value.name, call.block) if isinstance(value, Name) else None
    known: tuple[Expression | None, ...] = (value, binding.value if binding else None)
    for each in known:
        for part in parts(each) if each is not None else ():
            if isinstance(part, Name):
                yield part.name
            elif isinstance(part, Literal) and isinstance(part.value, str):
                yield part.value


def _is_operation(name: str) -> bool:
    last = name.rpartition(".")[2]
    return bool(_TRAINING_OPERATION.search(last)) and not _NO_OPERATION.search(last)
