"""IPython's additions to Python, taken out of notebook cells without moving a line.

Line magics (`%matplotlib inline`), shell escapes (`!pip install x`), help (`obj?`), commands without
their mark (`pip install x`) and assignments from them (`files = !ls`) become `pass` or `None`, where a
statement may begin: a `%` that goes on with an open bracket or string is Python's. A cell whose cell
magic holds no Python of this process (`%%bash`, `%%html`) is left out. The list of magics whose body
is Python follows IPython's own (`time`, `timeit`, `capture`, `prun`) and the common extensions.
"""

from __future__ import annotations

from typing import NamedTuple

from repro_check.text import pattern

_PYTHON_CELL_MAGICS = frozenset(
    "time timeit capture prun debug matplotlib memit mprun pyinstrument python python3 scalene "
    "snakeviz wandb".split()
)
_MAGIC = pattern(
    r"[%!?]|[\w.*]{1,200}\?{1,2}\s*$|(?:pip3?|conda|mamba|cd|ls|mkdir|cat|cp|mv|rm)\s+[\w./~]"
)
_ASSIGNED = pattern(r"(?P<target>[\w.]+(?:\[[^\[\]]{1,80}\])*(?:\s*,\s*[\w.]+)*)\s*=\s*[%!]")
_MARKS = pattern(r"#|\"\"\"|'''|[\"'()\[\]{}]|\\")


class _Open(NamedTuple):
    """What a line leaves open for the next one: brackets, a string, a backslash at its end."""

    brackets: int = 0
    quote: str = ""
    is_continued: bool = False


def plain_python(source: str) -> str | None:
    """The cell's source as plain Python with the same number of lines; None when it holds none."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is not None and lines[first].startswith("%%"):
        name = lines[first][2:].split(maxsplit=1)[0] if lines[first][2:].strip() else ""
        if name not in _PYTHON_CELL_MAGICS:
            return None
        lines[first] = ""
    before = _Open()
    is_magic = False
    for number, line in enumerate(lines):
        if is_magic:
            lines[number] = ""
        elif before == _Open():
            replaced = _without_magic(line)
            is_magic = replaced is not None
            lines[number] = line if replaced is None else replaced
        if is_magic:
            is_magic = line.rstrip().endswith("\\")
        else:
            before = _after(line, before)
    return "\n".join(lines)


def _without_magic(line: str) -> str | None:
    code = line.lstrip()
    indent = line[: len(line) - len(code)]
    if _MAGIC.match(code):
        return f"{indent}pass"
    found = _ASSIGNED.match(code)
    return f"{indent}{found['target']} = None" if found else None


def _after(line: str, before: _Open) -> _Open:
    """What is open behind a line of Python."""
    brackets, quote, _ = before
    at = 0
    while found := _MARKS.search(line, at):
        mark, at = found[0], found.end()
        if mark == "\\":
            if not line[at:].strip():
                return _Open(brackets, quote, is_continued=True)
            at += 1
        elif quote:
            # three quotes inside a string of one quote are three of them
            if mark.startswith(quote):
                at = found.start() + len(quote)
                quote = ""
        elif mark == "#":
            break
        elif mark[0] in "\"'":
            quote = mark
        else:
            brackets = max(0, brackets + (1 if mark in "([{" else -1))
    # a string of one quote ends with its line
    return _Open(brackets, quote if len(quote) > 1 else "")
