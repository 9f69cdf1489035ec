"""The floor of a linter in Python: read and `ast.parse` each .py file of a folder, keep nothing."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path


def python_files(top: Path) -> Iterator[Path]:
    """The .py files below a folder, sorted, without git's own and without links."""
    for path in sorted(top.rglob("*.py")):
        if ".git" not in path.parts and path.is_file() and not path.is_symlink():
            yield path


def main() -> None:
    warnings.simplefilter("ignore")
    files = size = refused = 0
    for path in python_files(Path(sys.argv[1])):
        data = path.read_bytes()
        files += 1
        size += len(data)
        try:
            ast.parse(data)
        except (SyntaxError, ValueError):
            refused += 1
    print(f"{files:,} Python files, {size / 1e6:.1f} MB, {refused} that do not parse")


if __name__ == "__main__":
    main()
