"""IPython's additions to Python, taken out of notebook cells without moving a line.

Line magics (`%matplotlib inline`), shell escapes (`!pip install x`), help (`obj?`) and assignments
from them (`files = !ls`) become `pass` or `None`; a cell whose cell magic holds no Python of this
process (`%%bash`, `%%html`) is left out. The list of magics whose body is Python follows IPython's own
(`time`, `timeit`, `capture`, `prun`) and the common extensions.
"""

from __future__ import annotations

import re

_PYTHON_CELL_MAGICS = frozenset(
    {"time", "timeit", "capture", "prun", "matplotlib", "memit", "mprun", "python", "python3", "wandb"}
)
_LINE = re.compile(r"(?P<indent>\s*)(?:[%!?]|(?P<target>[\w.,\s\[\]'\"]{1,200}?)=\s*[%!])")
_HELP = re.compile(r"\s*[\w.*]{1,200}\?{1,2}\s*$")


def plain_python(source: str) -> str | None:
    """The cell's source as plain Python with the same number of lines; None when it holds none."""
    lines = source.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is not None and lines[first].startswith("%%"):
        name = lines[first][2:].split(maxsplit=1)[0] if lines[first][2:].strip() else ""
        if name not in _PYTHON_CELL_MAGICS:
            return None
        lines[first] = ""
    is_continued = False
    for number, line in enumerate(lines):
        if is_continued:
            is_continued = line.rstrip().endswith("\\")
            lines[number] = ""
            continue
        replaced = _without_magic(line)
        if replaced is not None:
            lines[number] = replaced
            is_continued = line.rstrip().endswith("\\")
    return "\n".join(lines)


def _without_magic(line: str) -> str | None:
    stripped = line.lstrip()
    if not stripped or stripped[0] == "#":
        return None
    indent = line[: len(line) - len(stripped)]
    if stripped[0] in "%!?":
        return f"{indent}pass"
    if "?" in stripped and _HELP.match(line):
        return f"{indent}pass"
    if "=" in stripped and ("!" in stripped or "%" in stripped):
        found = _LINE.match(line)
        if found and found["target"]:
            return f"{indent}{found['target'].strip()} = None"
    return None
