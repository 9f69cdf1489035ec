"""Numbers that code gives to optimisers, loaders and models under the names of hyperparameters."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from repro_check.findings import Span
from repro_check.project.files import PythonFile
from repro_check.sources.expressions import CallRef, Expression, Literal, Name, Operation
from repro_check.sources.python import MODULE, Call
from repro_check.text import pattern

_NAME = pattern(
    r"(learning_?rate|lr|batch_?size|(n_|num_|max_)?epochs|weight_?decay|l2|momentum|gamma|step_size|"
    r"drop_?out(_rate|_prob)?|hidden(_?(size|dim|units|channels|features|layers))?|num_?layers|n_?layers|"
    r"(num_|n_)?heads|embed(ding)?_dim|d_model|temperature|betas|patience|warmup(_steps)?|n_estimators|"
    r"max_depth|units)",
    re.IGNORECASE,
)
# what these are given describes options, and trains nothing
_DESCRIBES = pattern(
    r"(^|\.)(add_argument|DEFINE_\w+|option|Option|field|Field|print|log\w*|info|format|plot|update|dict|"
    r"init|subplots|figure|set_title)$"
)
_DROPOUT = pattern(r"(^|\.)(Dropout\w*|AlphaDropout)$")


class Hyperparameter(msgspec.Struct, frozen=True):
    """A number in the code.

    Attributes:
        name: of the parameter that gets it.
        span: where it is given.
        is_named: whether it has a name at the top of the module.
    """

    name: str
    span: Span
    is_named: bool


def hyperparameters(file: PythonFile) -> Iterator[Hyperparameter]:
    """The numbers that calls of a file are given as hyperparameters, each place once."""
    for call in file.facts.calls:
        if _DESCRIBES.search(call.name):
            continue
        for keyword in call.keywords:
            if _NAME.fullmatch(keyword.name):
                yield from _number(file, call, keyword.name, keyword.value)
        if _DROPOUT.search(call.name) and call.args:
            yield from _number(file, call, "dropout", call.args[0])
    for item in file.facts.assignments:
        target = getattr(item.target, "name", "")
        if item.kind == "for" and "epoch" in target.lower() and isinstance(item.value, CallRef):
            call = file.facts.calls[item.value.index]
            if call.name == "range" and call.args:
                yield from _number(file, call, "epochs", call.args[-1])


def _number(file: PythonFile, call: Call, name: str, value: Expression) -> Iterator[Hyperparameter]:
    if isinstance(value, Operation) and value.operator == "-" and len(value.operands) == 1:
        value = value.operands[0]
    literal = file.constants.literal(value, call.block)
    if literal is None or isinstance(literal.value, bool | str) or literal.value is None:
        return
    is_named = isinstance(value, Name) and (
        file.scopes.binding(value.name.partition(".")[0], call.block) == MODULE
    )
    yield Hyperparameter(
        name, value.span if isinstance(value, Literal | Name) else call.span, is_named
    )
