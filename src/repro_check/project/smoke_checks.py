"""Modules whose guard only tries them out: a usage example or a check that they run, no work."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from repro_check.project.calls import CallGraph
from repro_check.project.entries import main_guard
from repro_check.sources.expressions import Expression, Name, parts
from repro_check.sources.python import Call
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.entries import Entry
    from repro_check.project.files import PythonFile

_MADE_UP = pattern(
    r"(torch|jax\.numpy)\.(rand\w*|zeros|ones|arange|full|tensor)|(numpy|jax)\.random\.\w+|"
    r"numpy\.(zeros|ones|arange)|tensorflow\.(random\.\w+|random_\w+|zeros|ones)"
)
# whatever may bring data or settings in, or keep a result
_IN_OR_OUT = pattern(
    r"(^|[._])(load|read|open|save|dump|write|download|parse|env)|data_?(set|frame|module)|load(er)?s?$|"
    r"pars(e|er)|csv|json|yaml|pickle|config|urlopen|^(gym|gymnasium|datasets)\.|"
    r"^(click|fire|hydra|typer|tyro|absl)\.|getenv|input$|summarywriter|wandb|mlflow",
    re.IGNORECASE,
)
_CONSOLE = frozenset({"IPython.embed", "code.interact", "pdb.set_trace", "builtins.breakpoint"})


def is_smoke_check(entry: Entry, files: Mapping[str, PythonFile], graph: CallGraph) -> bool:
    """Whether what an entry point trains is thrown away by design.

    That is so for a module that others import and whose guard works on made-up tensors, with no data
    read, no argument parsed and nothing saved; and for a guard that stops in a console.

    Args:
        entry: an entry point.
        files: Python files by path.
        graph: the call graph.
    """
    facts = files[entry.path].facts
    guard = main_guard(facts)
    if guard is None:
        return False
    if any(call.block == guard for call in facts.calls_to(*_CONSOLE)):
        return True
    if not entry.is_imported:
        return False
    makes_up = False
    for node in graph.reachable(*entry.nodes, surely=True):
        if any(
            _IN_OR_OUT.search(call.name) or _takes_arguments(call) for call in graph.calls(node)
        ):
            return False
        for outside in graph.outside_calls(node):
            if _IN_OR_OUT.search(outside.target):
                return False
            makes_up |= _MADE_UP.fullmatch(outside.target) is not None
    return makes_up


def _takes_arguments(call: Call) -> bool:
    given: tuple[Expression, ...] = (*call.args, *(keyword.value for keyword in call.keywords))
    return any(
        isinstance(part, Name) and part.name in {"sys.argv", "os.environ"}
        for value in given
        for part in parts(value)
    )
