"""Commands of one operating system that Python code hands to a shell."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.sources.expressions import CallRef, Expression, Literal, Operation
from repro_check.sources.lines import Lines
from repro_check.sources.python import Call
from repro_check.text import pattern

_SYSTEM = frozenset({"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"})
_RUNS = frozenset(
    f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen")
)
# what Python does itself on every system
_COMMAND = pattern(
    r"\s*(?P<name>cp|rm|mv|mkdir|rmdir|touch|cat|ls|ln|chmod|unzip|zip|tar|gunzip|gzip|wget|curl|find|grep|"
    r"sed|awk|head|tail|sort|wc|kill|pkill|which|copy|del|move|xcopy|clear)(\s|$)"
)
_TEXT = pattern(r"(?i)[rbfu]{0,3}('''|\"\"\"|'|\")(?P<head>[^{'\"]*)")


def shell_commands(file: PythonFile, project: Project) -> Iterator[tuple[str, Span]]:
    """The name of each such command and the place of the call."""
    for call in file.facts.calls:
        if not call.args or not (call.target in _SYSTEM or _has_shell(call)):
            continue
        found = _COMMAND.match(_head(file, project, call.args[0], call.block))
        if found is not None:
            yield found["name"], call.span


def _has_shell(call: Call) -> bool:
    given = call.keyword("shell") if call.target in _RUNS else None
    return isinstance(given, Literal) and given.value is True


def _head(file: PythonFile, project: Project, command: Expression, block: int) -> str:
    """The constant text that a command begins with."""
    literal = file.constants.text(command, block)
    if literal is not None:
        return literal
    match command:
        case Operation(operator="+" | "%", operands=(first, *_)):
            return _head(file, project, first, block)
        case CallRef(index=index):
            call = file.facts.calls[index]
            if call.receiver is not None and call.name == "format":
                return _head(file, project, call.receiver, block)
        case Operation(operator="f-string", span=span) if file.notebook is None:
            text = project.text(file.file)
            found = None if text is None else _TEXT.match(Lines(text).text_at(span))
            return found["head"] if found else ""
        case _:
            pass
    return ""
