"""How long each rule takes on a repository, in one process, its facts cached.

    python benchmarks/rules.py TREE [--select CODE ...]

What several rules share (the call graph, who calls whom) is paid by the first that asks for it.
"""

from __future__ import annotations

import argparse
import gc
import time
from pathlib import Path

from repro_check.engine import Scope, Session, run, select_rules
from repro_check.engine.subjects import Subjects
from repro_check.project.files import SuppressionsFile
from repro_check.rules.registry import load_rules
from repro_check.rules.rule import Stage
from repro_check.settings import Settings, override
from repro_check.sources.discovery import discover

_STAGES = (Stage.FILE, Stage.REPOSITORY)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("tree", type=Path, help="a repository or a folder")
    parser.add_argument("--select", nargs="+", help="only these rules")
    words = parser.parse_args()
    gc.disable()
    settings = override(Settings(), select=words.select)
    rules = [
        rule
        for rule in select_rules(load_rules(), settings)
        if rule.stage in _STAGES and SuppressionsFile not in rule.subjects
    ]
    tree = discover(words.tree.resolve())
    # a first run fills the cache, by several processes
    run(Session(tree, settings), rules, Scope())
    session = Session(tree, settings)
    subjects = Subjects(session.project, session.store, tree.files)
    taken: list[tuple[float, int, str]] = []
    for rule in rules:
        asked = list(subjects.of(rule))
        started = time.perf_counter()
        found = sum(1 for subject in asked for _ in rule.run(subject, session.project))
        taken.append((time.perf_counter() - started, found, f"{rule.code} {rule.name}"))
    for seconds, found, name in sorted(taken, reverse=True):
        print(f"{seconds * 1000:9.1f} ms {found:6,} found  {name}")
    print(f"{sum(seconds for seconds, _, _ in taken) * 1000:9.1f} ms in all")


if __name__ == "__main__":
    main()
