"""One path that an expression may stand for, and how paths are put together."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

import msgspec

from repro_check.project.origins import Origin, OriginKind
from repro_check.sources.expressions import Expression, Name

ANY = "*"
"""Stands for a part of a path that cannot be told."""
POSITIONAL = "argv"
"""The option that stands for a word of the command without a flag."""
_NAMESPACES = frozenset(
    {"args", "opt", "opts", "options", "FLAGS", "flags", "cli_args", "known_args"}
)


class PathText(msgspec.Struct, frozen=True):
    """One path that an expression may stand for.

    Attributes:
        text: with forward slashes; `*` for any text that is not known.
        is_rooted: whether it starts at the root of the repository, and not where the program runs.
        option: the name of the option whose default it is; "" if no option decides it.
        is_here: whether it starts where the program runs, wherever the code that says so stands.
    """

    text: str
    is_rooted: bool = False
    option: str = ""
    is_here: bool = False


UNTOLD = PathText(ANY)


def option_of(expression: Expression) -> str:
    """The option that an expression asks a namespace of options for, by the namespace's usual names.

    Its parser may stand outside of the repository (Detectron2's `default_argument_parser`).
    """
    name = expression.name if isinstance(expression, Name) else ""
    owner, _, last = name.rpartition(".")
    return last if owner.rpartition(".")[2] in _NAMESPACES else ""


def of_origin(origin: Origin, asked: str) -> Iterator[PathText]:
    """What an origin gives; `asked` is the name under which an option that has none is asked for."""
    if origin.is_mark:
        return
    note = asked if origin.note == "required" else origin.note
    option = note if origin.kind in {OriginKind.OPTION, OriginKind.FIELD} else ""
    if isinstance(origin.value, str):
        yield PathText(origin.value.replace("\\", "/"), option=option)
    elif origin.kind is OriginKind.OPTION:
        yield PathText(ANY, option=option)
    elif origin.kind is not OriginKind.LITERAL or origin.value is not None:
        yield PathText(ANY, option=asked)


def join(left: PathText, right: PathText) -> PathText:
    """`os.path.join` of two paths; one that starts at the root forgets what is before it."""
    option = left.option or right.option
    if right.is_rooted:
        return right
    if right.text.startswith("/"):
        return msgspec.structs.replace(right, option=option)
    text = posixpath.join(left.text, right.text)
    return PathText(text, left.is_rooted, option, left.is_here)


def parents(texts: Iterable[PathText], up: int = 1) -> Iterator[PathText]:
    """The folders some steps above paths."""
    for item in texts:
        text = item.text
        for _ in range(up):
            # what lies above an unknown path is as unknown
            text = text if text.endswith(ANY) else posixpath.dirname(text)
        yield msgspec.structs.replace(item, text=text)
