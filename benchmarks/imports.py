"""Which modules a check of one file imports, what they cost, and which it must never import.

    python benchmarks/imports.py [--least MICROSECONDS]

Leaves with 1 if a heavy module is imported.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

# each of these costs more than the whole rest, or is of no use to one Python file
HEAVY = (
    "asyncio",
    "concurrent.futures",
    "detect_secrets",
    "difflib",
    "git",
    "hydra",
    "importlib.metadata",
    "jinja2",
    "multiprocessing",
    "nbformat",
    "numpy",
    "omegaconf",
    "packaging",
    "pathspec",
    "requests",
    "rich",
    "torch",
    "urllib.request",
    "yaml",
)
CHECK = ("check", "one.py", "--stage", "file")
VERSION = ("--version",)
_LINE = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \| +(\S+)")
_PROGRAM = """\
import torch


def main(seed=0):
    torch.manual_seed(seed)
    print(torch.randn(2))


if __name__ == "__main__":
    main()
"""


class Imported(NamedTuple):
    """A module, with the microseconds of its own code and of all that it imported."""

    name: str
    own: int
    whole: int


def imports_of(words: Sequence[str], folder: Path) -> list[Imported]:
    """What `python -m repro_check` imports with these words, run in a folder."""
    command = (sys.executable, "-X", "importtime", "-m", "repro_check", *words)
    environment = {**os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # else every run compiles what it imports
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    found = (_LINE.match(line) for line in done.stderr.splitlines())
    return [Imported(hit[3], int(hit[1]), int(hit[2])) for hit in found if hit]


def heavy(imported: Iterable[Imported]) -> list[str]:
    """The modules among these that a check of one Python file has no use for."""
    return sorted(
        module.name
        for module in imported
        if any(module.name == name or module.name.startswith(f"{name}.") for name in HEAVY)
    )


def repository(folder: Path) -> Path:
    """Make a git repository that holds one short program, `one.py`."""
    subprocess.run(("git", "init", "--quiet", str(folder)), check=True)
    Path(folder, "one.py").write_text(_PROGRAM, encoding="utf-8")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--least", type=int, default=1_000, help="show modules from this cost on")
    least = parser.parse_args().least
    with tempfile.TemporaryDirectory() as scratch:
        folder = repository(Path(scratch))
        imports_of(CHECK, folder)  # byte-code is written now, and not in the run that counts
        runs = [(words, imports_of(words, folder)) for words in (VERSION, CHECK)]
    for words, imported in runs:
        print(f"repro-check {' '.join(words)}: {len(imported)} modules, {_sum(imported):.0f} ms")
        for package, share in _by_package(imported):
            print(f"  {share:7.1f} ms  {package}")
        print(f"  heavy: {', '.join(heavy(imported)) or 'none'}")
    print(f"\nmodules of {least} microseconds and more, with what they import | alone:")
    for module in sorted(runs[-1][1], key=lambda module: -module.whole):
        if module.whole >= least:
            print(f"  {module.whole / 1000:7.1f} ms | {module.own / 1000:5.1f}  {module.name}")
    sys.exit(any(heavy(imported) for _, imported in runs))


def _by_package(imported: Iterable[Imported]) -> list[tuple[str, float]]:
    shares: dict[str, float] = {}
    for module in imported:
        top = module.name.partition(".")[0]
        group = "standard library" if top in sys.stdlib_module_names else top
        shares[group] = shares.get(group, 0) + module.own / 1000
    return sorted(shares.items(), key=lambda item: -item[1])


def _sum(imported: Iterable[Imported]) -> float:
    return sum(module.own for module in imported) / 1000


if __name__ == "__main__":
    main()
