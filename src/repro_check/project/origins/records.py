"""Where code writes a value down: logs, prints, saved configs, trackers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from repro_check.findings import Span
from repro_check.sources.expressions import CallRef, Expression, Name, parts
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile

_WRITES = pattern(
    r"^(builtins\.)?print$|(^|\.)(pprint|debug|info|warning|warn|error|critical|log|echo|secho|log_params?|"
    r"log_hyperparams|log_hyperparameters|save_hyperparameters|add_text|add_scalars?|add_hparams|"
    r"dump|dumps|safe_dump|save|savetxt|write|writelines|writerow|write_text|to_yaml|to_json|to_csv|"
    r"add_row|print_info|print_log|print_args|log_args|log_config|rank_zero_info|set_tag|logkv|"
    r"set_postfix|set_description|wandb\.init|wandb\.config\.update|config\.update|Task\.connect|connect)$"
)


class Records:
    """The names whose values one file writes down.

    Args:
        file: the file.
    """

    def __init__(self, file: PythonFile) -> None:
        self._file = file
        self._written: dict[tuple[int, str], Span] = {}
        for call in file.facts.calls:
            if _WRITES.search(call.target or call.name):
                for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
                    self._keep(argument, call.block, call.span)

    def of(self, scope: int, name: str) -> Span | None:
        """Where the value of a dotted name, or of what holds it, is written down."""
        while name:
            found = self._written.get((scope, name))
            if found is not None:
                return found
            name = name.rpartition(".")[0]
        return None

    def _keep(self, expression: Expression, block: int, span: Span, depth: int = 0) -> None:
        for name in _names(self._file, expression, depth):
            scope = self._file.scopes.binding(name.partition(".")[0], block)
            self._written.setdefault((scope, name), span)


def _names(file: PythonFile, expression: Expression, depth: int) -> Iterable[str]:
    for part in parts(expression):
        if isinstance(part, Name):
            yield part.name
        elif isinstance(part, CallRef) and depth < 4:
            call = file.facts.calls[part.index]
            owner = call.name.rpartition(".")[0]
            if owner and call.receiver is None:
                yield owner
            for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
                yield from _names(file, argument, depth + 1)
