"""Functional dropouts of modules that nothing switches off in evaluation."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from repro_check.project.files import PythonFile
from repro_check.project.modules import Symbol
from repro_check.project.project import Project
from repro_check.sources.expressions import Expression, Literal, Name, Operation, parts
from repro_check.sources.python import Call, Function
from repro_check.text import pattern

_FUNCTIONAL = "torch.nn.functional."
_DROPOUTS = frozenset(
    "dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout".split()
)
_ATTENTION = "scaled_dot_product_attention"
_MEANT = pattern(
    r"(^|_)mc(_|$|d)|^MC|monte_?carlo|bayes|uncertain|noise|(?<!up)(?<!down)(?<!re)sampl|augment|perturb",
    re.IGNORECASE,
)

_RATE = pattern(r"(\w*_)?(dropout|drop|rate|p|prob|probability|dropout_p|droprate)", re.IGNORECASE)


class Dropout(msgspec.Struct, frozen=True):
    """One dropout.

    Attributes:
        call: the call.
        method: the method that it stands in.
        last: the argument behind which the gate is to be written.
        rate: the `dropout_p` of an attention, else None.
    """

    call: Call
    method: str
    last: Expression
    rate: Expression | None


def dropouts(file: PythonFile, project: Project) -> Iterator[Dropout]:
    """The dropouts of a file that stay on in evaluation."""
    for call in file.facts.calls:
        last = call.name.rpartition(".")[2]
        if (last not in _DROPOUTS and last != _ATTENTION) or call.receiver is not None:
            continue
        symbol = project.modules.resolve(file, call.name, call.block)
        if symbol is None or not symbol.name.startswith(_FUNCTIONAL) or call.unpacks:
            continue
        found = _attention(call) if last == _ATTENTION else _dropout(call)
        method = file.facts.function_of(call.block)
        if (
            found is not None
            and method is not None
            and _is_of_module(file, project, method)
            and not _is_meant(call, method)
            and not _is_gated(file, call, method)
            and not _is_zero(file, project, call, found)
        ):
            yield msgspec.structs.replace(found, method=method.qualname)


def _dropout(call: Call) -> Dropout | None:
    if call.argument(2, "training") is not None or not call.args:
        return None
    rate = call.argument(1, "p")
    if isinstance(rate, Literal) and rate.value == 0:
        return None
    if isinstance(rate, Operation) and rate.operator in {"if", "*"}:
        return None
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    last = max(values, key=lambda value: (value.span.end_line, value.span.end_column))
    return Dropout(call, "", last, None)


def _attention(call: Call) -> Dropout | None:
    """An attention whose rate is a number, or an attribute of the module; others are not known."""
    rate = call.argument(4, "dropout_p")
    if isinstance(rate, Literal):
        is_on = isinstance(rate.value, int | float) and rate.value > 0
    else:
        is_on = isinstance(rate, Name) and rate.name.startswith("self.")
    return Dropout(call, "", rate, rate) if rate is not None and is_on else None


def _is_zero(file: PythonFile, project: Project, call: Call, found: Dropout) -> bool:
    """Whether the rate is a setting that is 0 wherever it may come from: nothing is dropped."""
    rate = found.rate or call.argument(1, "p")
    if not isinstance(rate, Name):
        return False
    origins = project.origins.of(file, rate, call.block)
    return bool(origins) and all(one.is_fixed and one.value in {0, "0", "0.0"} for one in origins)


def _is_of_module(file: PythonFile, project: Project, method: Function) -> bool:
    owner = method.qualname.rpartition(".")[0]
    if not owner or not method.parameters or method.parameters[0].name != "self":
        return False
    symbol = Symbol("class", file.path, owner)
    if project.classes.definition(symbol) is None:
        return False
    return bool(project.classes.is_a(symbol, "torch.nn.Module", "lightning.LightningModule"))


def _is_meant(call: Call, method: Function) -> bool:
    """Whether values are dropped on purpose: Monte Carlo dropout, noise for a sampler."""
    first = call.args[0] if call.args else None
    name = first.name if isinstance(first, Name) else ""
    return bool(_MEANT.search(name)) or any(
        _MEANT.search(part) for part in method.qualname.split(".")
    )


def _is_gated(file: PythonFile, call: Call, method: Function) -> bool:
    """Whether a test on `training`, or on something that was made of it, stands around the call."""
    facts = file.facts
    for block in facts.ancestors(call.block):
        if block == method.block:
            break
        test = facts.blocks[block].test
        if test is not None and (_is_switched(test) or _asks_for_training(file, test, call.block)):
            return True
    inside = call.span.line, call.span.column
    for truth in facts.truth_tests:
        then = truth.then.span
        starts, ends = (then.line, then.column), (then.end_line, then.end_column)
        is_around = truth.kind in {"if", "and"} and starts <= inside < ends
        if is_around and _asks_for_training(file, truth.tested, call.block):
            return True
    # `if not self.training: return x` above
    return any(
        left.kind == "return"
        and left.span.line < call.span.line
        and facts.is_inside(left.block, method.block)
        and (asked := facts.blocks[left.block].test) is not None
        and _asks_for_training(file, asked, left.block)
        for left in facts.exits
    )


def _is_switched(test: Expression) -> bool:
    """Whether a test asks for something besides the rate (`p > 0 and is_on`)."""
    operands = test.operands if isinstance(test, Operation) and test.operator == "and" else (test,)
    return any(
        isinstance(one, Name) and not _RATE.fullmatch(one.name.rpartition(".")[2])
        for one in operands
    )


def _asks_for_training(file: PythonFile, test: Expression, block: int) -> bool:
    for part in parts(test):
        name = getattr(part, "name", "")
        if not isinstance(name, str):
            continue
        if "train" in name.lower() or "determinis" in name.lower() or name.endswith("is_eval"):
            return True
        binding = file.constants.binding(name, block) if name and "." not in name else None
        if binding is not None and binding.value is not None:
            inner = [getattr(one, "name", "") for one in parts(binding.value)]
            if any("train" in str(one).lower() for one in inner):
                return True
    return False
