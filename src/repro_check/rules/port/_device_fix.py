"""Moving to the GPU only where there is one: one variable for all places of a module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from repro_check.findings import Edit, Fix, Safety, Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.insertion import imported_as, insert_below_imports, source_of
from repro_check.rules.port._environment import environment_settings
from repro_check.rules.port._gpu_sites import GpuSite
from repro_check.sources.expressions import Expression, Literal
from repro_check.sources.lines import Lines
from repro_check.sources.python import MODULE, Call
from repro_check.text import pattern

_NAME = "device"
_CUDA_CALL = pattern(r"\.cuda\((?P<more>\s*non_blocking\s*=\s*(True|False)\s*)?\)$")
_MOVES = frozenset({"to", "to_empty"})


def ask_for_gpu(project: Project, file: PythonFile, sites: Sequence[GpuSite]) -> Fix | None:
    """Move everything to `device`, which asks whether there is a GPU.

    The variable is made when the module is imported, and `torch.cuda.is_available` settles which
    GPUs the process sees: a module that sets `CUDA_VISIBLE_DEVICES` later gets no fix.

    Args:
        project: the repository.
        file: the module.
        sites: all its places that need a GPU.

    Returns:
        The fix; None if one of them cannot be rewritten, or if the name `device` may be taken.
    """
    text = None if file.notebook else project.text_at(file.path)
    if (
        text is None
        or file.scopes.has_star
        or any(environment_settings(file, "CUDA_VISIBLE_DEVICES"))
    ):
        return None
    making = _making(file, text)
    if making is None or _is_taken(text):
        return None
    calls = {call.span: call for call in file.facts.calls}
    edits = [making]
    for site in sites:
        call = calls.get(site.span)
        edit = None if call is None else _edit(project, file, text, call)
        if edit is None:
            return None
        edits.append(edit)
    return Fix(Safety.UNSAFE, "Use the GPU only where there is one", tuple(edits))


def _making(file: PythonFile, text: str) -> Edit | None:
    """The statement that makes the variable, and the import that it needs."""
    lines = ['{0}.device("cuda" if {0}.cuda.is_available() else "cpu")']
    torch = imported_as(file, "torch", MODULE)
    if not torch and file.scopes.binding("torch", MODULE) >= 0:
        return None
    imports = [] if torch else ["import torch"]
    made = f"{_NAME} = {lines[0].format(torch or 'torch')}"
    edit = insert_below_imports(file, text, [*imports, "", made])
    if edit is None or edit.location.span is None:
        return None
    line = edit.location.span.line
    is_above = not torch or any(
        item.alias == torch and item.block == MODULE and item.span.line < line
        for item in file.facts.imports
    )
    return edit if is_above else None


def _edit(project: Project, file: PythonFile, text: str, call: Call) -> Edit | None:
    method = call.name.rpartition(".")[2]
    if method == "cuda":
        # an object of this repository may have `cuda`, and no `to`
        if project.callers.callees(file.path, call):
            return None
        return _edit_of_cuda(file, text, call.span)
    given: Expression | None = call.keyword("device")
    is_method = "." in call.name or call.receiver is not None
    if method in _MOVES and is_method and call.args:
        given = call.args[0]
    elif not (method in _MOVES and is_method) and not call.target.startswith("torch."):
        return None
    if not isinstance(given, Literal) or source_of(text, given.span) not in {"'cuda'", '"cuda"'}:
        return None
    if any(item is not given and _names_gpu(item) for item in _given(call)):
        return None
    return Edit(file.location(given.span), _NAME)


def _edit_of_cuda(file: PythonFile, text: str, span: Span) -> Edit | None:
    """`.cuda()` and `.cuda(non_blocking=True)`."""
    row = Lines(text).rows()[span.end_line - 1][: span.end_column - 1]
    found = _CUDA_CALL.search(row)
    if found is None:
        return None
    more = f", {found['more'].strip()}" if found["more"] else ""
    place = Span(span.end_line, found.start() + 1, span.end_line, span.end_column)
    return Edit(file.location(place), f".to({_NAME}{more})")


def _given(call: Call) -> Iterator[Expression]:
    yield from call.args
    yield from (keyword.value for keyword in call.keywords)


def _names_gpu(value: Expression) -> bool:
    is_text = isinstance(value, Literal) and isinstance(value.value, str)
    return is_text and re.match(r"cuda|mps", str(getattr(value, "value", ""))) is not None


def _is_taken(text: str) -> bool:
    """Whether the name stands anywhere in the module, but as that of a keyword argument."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Global, ast.Nonlocal)) and _NAME in node.names:
            return True
        if not isinstance(node, ast.keyword) and _NAME in {
            getattr(node, field, None) for field in ("id", "arg", "name", "asname", "rest")
        }:
            return True
    return False
