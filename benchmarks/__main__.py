"""`python -m benchmarks [TREE]`: all benchmarks in turn (TREE: this repository)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    tree = sys.argv[1] if len(sys.argv) > 1 else str(HERE.parent)
    data = ("data.py", "--scale", "0.1", "--rounds", "3")
    for script, *words in (("imports.py",), ("hook.py",), ("deps.py",), ("lint.py", tree), data):
        print(f"\n== {script}\n", flush=True)
        subprocess.run((sys.executable, str(HERE / script), *words), check=False)


if __name__ == "__main__":
    main()
