"""From an attribute of an object back to what its class binds to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from repro_check.findings import Span
from repro_check.project.modules import Symbol
from repro_check.project.origins import fields, names, parameters
from repro_check.project.origins.bindings import Keys
from repro_check.project.origins.model import Origin
from repro_check.project.origins.places import At, Wanted

if TYPE_CHECKING:
    from repro_check.project.origins.walk import Walk


def own_class(at: At, root: str) -> Symbol | None:
    """The class whose object a name is inside one of its methods (`self`), or None."""
    if root not in {"self", "cls"}:
        return None
    function = at.file.facts.function_of(at.block)
    while function is not None and (not function.parameters or function.parameters[0].name != root):
        function = at.file.facts.function_of(at.file.facts.blocks[function.block].parent)
    if function is None:
        return None
    owner = function.qualname.rpartition(".")[0]
    is_class = any(item.qualname == owner for item in at.file.facts.classes)
    return Symbol("class", at.file.path, owner) if is_class else None


def of_attribute(walk: Walk, at: At, owner: Symbol, keys: Keys, span: Span) -> list[Origin]:
    """The origins of an attribute of a class's objects: what its methods and its body bind to it.

    What methods bind outweighs what the body does. `at` gives the calls on the way, so that
    `__init__` sees what the object was made with.
    """
    name = keys[0]
    if not isinstance(name, str):
        return [walk.unknown(at, span)]
    in_body: list[Origin] = []
    in_methods: list[Origin] = []
    values = walk.project.classes.attributes(owner).get(name, ())
    for value in values:
        file = walk.project.python[value.path]
        item = value.assignment
        there = at._replace(file=file, block=item.block)
        if file.facts.blocks[value.block].kind != "class":
            for made in walk.tools.bindings(file).of(value.block, "self"):
                if made.keys == (name,) and made.span == item.span:
                    in_methods += names.of_binding(walk, there, made, made.taken + keys[1:])
        elif item.value is not None:
            field = fields.Field(name, item.value, item.span, file.path, item.block)
            in_body += fields.of_field(walk, there, field, keys[1:])
    if not values and name == "hparams" and len(keys) > 1:
        return _of_hparams(walk, at, owner, keys[1:], span)
    return in_methods or in_body or [walk.unknown(at, span, name)]


def _of_hparams(walk: Walk, at: At, owner: Symbol, keys: Keys, span: Span) -> list[Origin]:
    """Lightning keeps the arguments of `__init__` under `self.hparams` (`save_hyperparameters`)."""
    method = walk.project.modules.method(owner, "__init__")
    function = walk.project.modules.function(method) if method else None
    if method is None or function is None or keys[0] not in {p.name for p in function.parameters}:
        return [walk.unknown(at, span)]
    there = At(walk.project.python[method.path], function.block, at.frames)
    asked = Wanted(function.block, str(keys[0]), keys[1:], span, function.block)
    return parameters.of_parameter(walk, there, function, asked)
