"""How a fix gives a call one more argument, and writes a library's name in a module."""

from __future__ import annotations

import re

from repro_check.findings import Edit, Span
from repro_check.project.files import PythonFile
from repro_check.rules.insertion import imported_as, insert_import
from repro_check.sources.expressions import Literal
from repro_check.sources.lines import Lines
from repro_check.sources.python import MODULE, Call
from repro_check.text import pattern

_ENDING = pattern(r"[\s)]*,?\s*")


def give(file: PythonFile, text: str, call: Call, keyword: str, value: str) -> Edit | None:
    """Give a call a keyword argument, or a value in place of the None that it is given by that name.

    Args:
        file: the module, which is no notebook.
        text: its text.
        call: a call without `*` and `**` arguments.
        keyword: the argument's name.
        value: what is given, as code.

    Returns:
        The edit; None where the argument is there already, or the place cannot be told.
    """
    given = call.keyword(keyword)
    if given is not None:
        return _in_place_of_none(file, given, value)
    arguments = [*call.args, *(item.value for item in call.keywords)]
    last = max((item.span for item in arguments), key=_end, default=None)
    begin = _end(call.name_span) if last is None else _end(last)
    tail = _between(text, begin, _end(call.span))
    if last is None:
        is_plain = re.fullmatch(r"\s*\(\s*\)", tail) is not None
        span = Span(*_end(call.name_span), *_end(call.span))
        return Edit(file.location(span), f"({keyword}={value})") if is_plain else None
    if not tail.endswith(")") or not _ENDING.fullmatch(tail[:-1]):
        return None  # a comment, or a generator expression whose brackets are those of the call
    line, column = begin
    around = tail[:-1].rpartition(")")[0] + ")" if ")" in tail[:-1] else ""
    if "\n" in around:
        return None
    at = (line, column + len(around))
    return Edit(file.location(Span(*at, *at)), f", {keyword}={value}")


def give_first(file: PythonFile, text: str, call: Call, value: str) -> Edit | None:
    """Give a call that has no argument, or None alone, this one."""
    given = [*call.args, *(item.value for item in call.keywords)]
    if len(given) == 1:
        return _in_place_of_none(file, given[0], value)
    tail = _between(text, _end(call.name_span), _end(call.span))
    if given or re.fullmatch(r"\s*\(\s*\)", tail) is None:
        return None
    return Edit(file.location(Span(*_end(call.name_span), *_end(call.span))), f"({value})")


def written(
    file: PythonFile, text: str, dotted: str, block: int, importing: str
) -> tuple[str, tuple[Edit, ...]] | None:
    """How a module writes a library's name in a block, with the import that this needs.

    Args:
        file: the module, which is no notebook.
        text: its text.
        dotted: the full name (`torch.manual_seed`).
        block: where it is written.
        importing: `import x` or `import x as y` for the library `x`, or `from x import y` for the name
            itself, if the module has no import of it.

    Returns:
        The name and the edits; None where another thing has the name that would be imported.
    """
    name = imported_as(file, dotted, block)
    if name:
        return name, ()
    alias = importing.rpartition(" ")[2]
    taken = file.scopes.binding(alias, block) >= 0 or file.scopes.binding(alias, MODULE) >= 0
    edit = None if taken or file.scopes.has_star else insert_import(file, text, importing)
    if edit is None:
        return None
    brings = importing.split()[1] if importing.startswith("import ") else dotted
    return alias + dotted[len(brings) :], (edit,)


def _in_place_of_none(file: PythonFile, given: object, value: str) -> Edit | None:
    if isinstance(given, Literal) and given.value is None:
        return Edit(file.location(given.span), value)
    return None


def _end(span: Span) -> tuple[int, int]:
    return span.end_line, span.end_column


def _between(text: str, begin: tuple[int, int], end: tuple[int, int]) -> str:
    return Lines(text).text_at(Span(*begin, *end)) if begin <= end else ""
