"""How fast data are recorded and verified, beside what limits it and beside DVC.

    python benchmarks/data.py [--scale 0.1] [--large] [--only PART ...] [--rounds N]

The parts take turns within each comparison; a small run (--scale 0.02) takes less than a minute,
the usual one a quarter of an hour. `--large` adds a million files. All trees are made in a
temporary folder (--scratch says where; 3 GB, with --large 8 GB), which is removed at the end.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import data_changed
import data_cold
import data_memory
import data_unchanged
from comparison import HEAD
from data_plan import Plan, repository
from measure import machine

PARTS = {
    "unchanged": data_unchanged.rows,
    "cold": data_cold.rows,
    "changed": data_changed.rows,
    "memory": data_memory.rows,
}


def main() -> None:
    words = _words()
    with tempfile.TemporaryDirectory(dir=words.scratch) as scratch:
        plan = Plan(repository(Path(scratch)), words.rounds, words.scale, words.large)
        print(f"{machine()}\nmedian of {words.rounds} rounds, scale {words.scale:g}\n\n{HEAD}")
        for part in words.only:
            for row in PARTS[part](plan):
                print(row, flush=True)
    print(f"\nload at the end: {machine().partition('load ')[2]}")


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scale", type=float, default=1, help="of the numbers of files and bytes")
    parser.add_argument("--large", action="store_true", help="a million files too")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--scratch", type=Path, help="where the trees are made")
    return parser.parse_args()


if __name__ == "__main__":
    main()
