"""Entry points: where a person starts the work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.calls import CallGraph, Node
from repro_check.project.libraries import is_training
from repro_check.sources.expressions import Expression, Name, Operation
from repro_check.sources.python import MODULE, ModuleFacts
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile

_DECORATED = pattern(
    r"(^|\.)(hydra\.main|hydra_main|click\.command|click\.group|(\w*app|\w*cli|main)\.command)$"
)


# these run what they are given on a module's top level, guarded or not
_RUNNING = pattern(
    r"(absl\.app|typer|tensorflow(\.compat\.v1)?\.(app|compat\.v1\.app))\.run|fire(\.core)?\.Fire|"
    r"tyro\.(cli|extras\.\w+cli\w*)|simple_parsing\.parse|(\w+\.)*LightningCLI|"
    r"defopt\.run|plac\.call|argh\.dispatch_command|jsonargparse\.(CLI|auto_cli)"
)


class Entry(msgspec.Struct, frozen=True):
    """A file that is run, and the nodes at which running it begins.

    `is_imported` tells whether other modules import it besides.
    """

    path: str
    nodes: tuple[Node, ...]
    is_imported: bool = False


def main_guard(facts: ModuleFacts) -> int | None:
    """The block of `if __name__ == "__main__":`, or None."""
    for index, block in enumerate(facts.blocks):
        if block.kind != "if" or block.parent != MODULE:
            continue
        tests: tuple[Expression | None, ...] = (block.test,)
        if isinstance(block.test, Operation) and block.test.operator == "and":
            tests = block.test.operands
        if any(_asks_for_main(test) for test in tests):
            return index
    return None


def _asks_for_main(test: Expression | None) -> bool:
    if not isinstance(test, Operation) or test.operator != "==":
        return False
    sides = {getattr(side, "name", None) or getattr(side, "value", None) for side in test.operands}
    return sides == {"__name__", "__main__"}


def is_run(facts: ModuleFacts) -> bool:
    """Whether a module says itself that it is a script."""
    if main_guard(facts) is not None:
        return True
    if any(call.block == MODULE and _RUNNING.fullmatch(call.target) for call in facts.calls):
        return True
    return any(_is_command(facts, function.decorators) for function in facts.functions)


def find_entries(
    files: Iterable[PythonFile],
    *,
    graph: CallGraph,
    named: frozenset[str],
    installed: Mapping[str, frozenset[str]],
    imported: frozenset[str],
) -> Iterator[Entry]:
    """The entry points among the product's modules.

    Args:
        files: Python files.
        graph: the call graph.
        named: paths that a README, a script, a Makefile or the settings name as commands.
        installed: names of functions that installing the project makes commands of, by path.
        imported: paths that other modules import.
    """
    for file in files:
        if file.notebook is not None or not file.is_product:
            continue
        functions = installed.get(file.path, frozenset())
        is_script = is_run(file.facts) or file.path in named or bool(functions)
        if not is_script and file.path not in imported:
            is_script = _trains_at_top(file, graph)
        if is_script:
            nodes = (Node(file.path, MODULE), *_commands(file, functions))
            yield Entry(file.path, nodes, file.path in imported)


def find_notebook_entries(files: Iterable[PythonFile]) -> Iterator[Entry]:
    """The notebooks among the product's files: each runs its cells in their order."""
    for file in files:
        if file.notebook is not None and file.is_product and file.facts.calls:
            yield Entry(file.path, (Node(file.path, MODULE),))


def _commands(file: PythonFile, installed: frozenset[str]) -> Iterator[Node]:
    for function in file.facts.functions:
        if function.qualname in installed or _is_command(file.facts, function.decorators):
            yield Node(file.path, function.block)


def _is_command(facts: ModuleFacts, decorators: Iterable[object]) -> bool:
    for decorator in decorators:
        index = getattr(decorator, "index", None)
        if isinstance(index, int):
            call = facts.calls[index]
            if _DECORATED.search(call.target or call.name):
                return True
        elif isinstance(decorator, Name) and _DECORATED.search(decorator.name):
            return True
    return False


def _trains_at_top(file: PythonFile, graph: CallGraph) -> bool:
    """Whether running a module's top level trains: a script without a guard."""
    top = Node(file.path, MODULE)
    return any(
        is_training(call)
        for node in graph.reachable(top, surely=True)
        if node.path == file.path
        for call in graph.calls(node)
    )
