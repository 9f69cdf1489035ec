"""How long a check of a whole repository takes, beside its peers and beside what limits it.

    python benchmarks/lint.py TREE [--rounds N] [--only NAME ...]

Every tool runs on a clone of TREE; those that are not installed are said to be missing.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measure import Case, clone, goal, machine, measure, ratio, table, tool

PARSE = "ast.parse, one process"
RUFF = "ruff, default rules"
ADDUCE = "adduce check"
OURS = "repro-check, no cache"
COLD = "repro-check, cold, writes the cache"
WARM = "repro-check, warm"


def main() -> None:
    words = _words()
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch, "tree")
        clone(words.tree.resolve(), tree)
        floor = (sys.executable, str(Path(__file__).parent / "parse_all.py"), str(tree))
        # this first run also brings the files into the page cache
        print(f"{_printed(floor)}\n{machine()}\nmedian of {words.rounds} rounds\n")
        cases = [Case(PARSE, floor, tree), *_cases(tree)]
        absent = [case.name for case in cases if not case.command[0]]
        chosen = [
            case
            for case in cases
            if case.command[0] and (not words.only or any(part in case.name for part in words.only))
        ]
        outcomes = measure(chosen, words.rounds)
    print(table(outcomes, {"x ast.parse": PARSE, "x ruff": RUFF}, absent))
    print()
    print(goal("cold over ast.parse", ratio(outcomes, COLD, PARSE), at_most=1.5))
    print(goal("adduce over cold", ratio(outcomes, ADDUCE, COLD), at_least=5))
    print(goal("warm over ruff", ratio(outcomes, WARM, RUFF), at_most=1))
    print(f"\nload at the end: {machine().partition('load ')[2]}")


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("tree", type=Path, help="a repository or a folder")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--only", nargs="+", help="measure only cases whose name holds one of these"
    )
    return parser.parse_args()


def _cases(tree: Path) -> Iterator[Case]:
    ruff = (tool("ruff") or "", "check", "--no-cache", "--quiet", "--exit-zero")
    yield Case(RUFF, (*ruff, "--isolated", "."), tree)
    yield Case("ruff, all rules", (*ruff, "--isolated", "--select", "ALL", "."), tree)
    yield Case(ADDUCE, (tool("adduce") or "", "check", "."), tree)
    rrdoctor = (tool("rrdoctor") or "", "scan", ".", "--fail-on", "none", "--quiet")
    yield Case("rrdoctor scan", (*rrdoctor, "--output", str(tree.parent / "rrdoctor.md")), tree)
    ours = (tool("repro-check") or "", "check", "--exit-zero")
    yield Case(OURS, (*ours, "--no-cache"), tree)
    yield Case(COLD, ours, tree, lambda: _forget(tree))
    # the round's cold run has just written the cache
    yield Case(WARM, ours, tree)


def _forget(tree: Path) -> None:
    shutil.rmtree(tree / ".git" / "repro-check", ignore_errors=True)


def _printed(command: tuple[str, ...]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
