"""Layers that behave differently in training mode: dropout draws, normalisation takes the batch's numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.project.calls import Node
from repro_check.project.modules import Symbol
from repro_check.project.parts import Part
from repro_check.project.project import Project
from repro_check.sources.expressions import Collection, Literal, Name
from repro_check.text import pattern

_ENDS = 2
_DROPOUT = pattern(r"torch\.nn\.(Dropout[123]?d?|AlphaDropout|FeatureAlphaDropout)")
_FUNCTION = r"torch\.nn\.functional\.(dropout[123]?d?|alpha_dropout)"
_NORM = pattern(r"torch\.nn\.((Lazy)?BatchNorm[123]d|SyncBatchNorm)")
# normalises over the batch by default, but for its last layer (pytorch-geometric.readthedocs.io,
# torch_geometric.nn.models.MLP)
_GRAPH_MLP = pattern(r"torch_geometric\.nn\.(models\.)?(mlp\.)?MLP")
# of torchvision's models these have neither
_PLAIN_MODELS = pattern(r"torchvision\.models\.(convnext|swin|vit|maxvit|raft|vgg\d+$)")


def noisy_layer(project: Project, symbol: Symbol) -> Part | None:
    """A layer of a module that surely acts otherwise in training mode, or None.

    A dropout whose rate is 0, and a normalisation without running statistics, does not.
    """
    if _overrides_mode(project, symbol):
        return None
    for part in project.classes.parts(symbol):
        if not part.is_sure:
            continue
        if _NORM.fullmatch(part.name) and _keeps_statistics(part):
            return part
        if _GRAPH_MLP.fullmatch(part.name) and _has_hidden_layers(part):
            return part
        if _DROPOUT.fullmatch(part.name) and _drops(project, part):
            return part
        is_known_model = part.name.startswith("torchvision.models.")
        if is_known_model and not _PLAIN_MODELS.match(part.name):
            return part
    return next(_functional(project, symbol), None)


def _functional(project: Project, symbol: Symbol) -> Iterator[Part]:
    """The calls of `F.dropout(..., training=self.training)` in the module's own `forward`."""
    forward = project.modules.method(symbol, "forward")
    if forward is None:
        return
    for function in project.modules.functions(forward):
        for outside in project.calls.outside_calls(Node(forward.path, function.block)):
            mode = outside.call.keyword("training")
            is_dropout = re.fullmatch(_FUNCTION, outside.target)
            if is_dropout and isinstance(mode, Name) and mode.name == "self.training":
                name = f"torch.nn.{outside.target.rpartition('.')[2].title()}"
                part = Part(name, forward.path, outside.call, is_sure=True)
                if _drops(project, part, place=1):
                    yield part


def _overrides_mode(project: Project, symbol: Symbol) -> bool:
    return any(project.modules.method(symbol, name) is not None for name in ("train", "eval"))


def _keeps_statistics(part: Part) -> bool:
    given = part.call.argument(4, "track_running_stats")
    return not part.call.unpacks and (
        given is None or (isinstance(given, Literal) and given.value is True)
    )


def _has_hidden_layers(part: Part) -> bool:
    channels = part.call.args[0] if part.call.args else None
    is_told = any(keyword.name in {"", "norm", "batch_norm"} for keyword in part.call.keywords)
    return isinstance(channels, Collection) and len(channels.items) > _ENDS and not is_told


def _drops(project: Project, part: Part, place: int = 0) -> bool:
    """Whether a rate other than 0 is given, or the parameter that gives it has such a default."""
    rate = part.call.argument(place, "p")
    if part.call.unpacks:
        return False
    if rate is None:
        return True
    if isinstance(rate, Literal):
        return _is_above_0(rate)
    file = project.python[part.path]
    known = file.constants.literal(rate, part.call.block)
    if known is not None:
        return _is_above_0(known)
    function = file.facts.function_of(part.call.block)
    if not isinstance(rate, Name) or function is None:
        return False
    for parameter in function.parameters:
        if parameter.name == rate.name:
            return isinstance(parameter.default, Literal) and _is_above_0(parameter.default)
    return False


def _is_above_0(literal: Literal) -> bool:
    return isinstance(literal.value, int | float) and literal.value > 0
