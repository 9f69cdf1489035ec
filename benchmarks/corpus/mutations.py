"""`python benchmarks/corpus/mutations.py FOLDER`: whether the rules see it when good code is undone.

Precision can be read off the corpus; what a rule overlooks cannot. So each repository of
`repositories.txt` that lies in FOLDER (put there by `run.py`) is copied, one thing that it does right
is undone (`undoing.py`), and the rule must then say what it did not say before. At most `--most`
places are undone for each rule and repository, chosen by a fixed seed. What was missed is listed on
standard error. A miss may be right: a seed that is set twice can lose one of the two.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from labels import Repository, read_repositories
from undoing import UNDONE, Mutation, applied

_SECONDS = 600
_BYTES = 1_000_000
# what the rules do not look at
_OUTSIDE = re.compile(
    r"(^|/)(tests?|docs?|third_party|vendor\w*|external\w*)/|(^|/)(test_|conftest)|_test\.py$"
)


class Trial(NamedTuple):
    """One thing that was undone, and whether the rule spoke of it."""

    rule: str
    place: str
    found: bool


class Said(NamedTuple):
    """A finding without its place."""

    rule: str
    path: str
    message: str


class Place(NamedTuple):
    """What can be undone, and where."""

    path: Path
    line: int
    mutation: Mutation


class Job(NamedTuple):
    """What one process does: all mutations of a repository for some rules."""

    repository: Repository
    folder: Path
    rules: tuple[str, ...]
    most: int


def main() -> int:
    """Print the table; what was missed goes to standard error."""
    words = _parser().parse_args()
    rules = tuple(rule for rule in UNDONE if rule.startswith(tuple(words.select.split(","))))
    jobs = [
        Job(one, folder, rules, words.most)
        for one in read_repositories()
        if (folder := words.folder / one.name.replace("/", "+")).is_dir() and words.only in one.name
    ]
    with ProcessPoolExecutor(words.jobs) as pool:
        trials = [trial for done in pool.map(tried, jobs) for trial in done]
    for trial in trials:
        if not trial.found:
            print(f"missed: {trial.rule} {trial.place}", file=sys.stderr)
    print(table(trials))
    return 0


def tried(job: Job) -> list[Trial]:
    """Undo, one at a time in a copy, what a repository does right."""
    with tempfile.TemporaryDirectory() as scratch:
        # without git's folder, the cache of the command would stay behind in the user's
        os.environ["XDG_CACHE_HOME"] = scratch
        copy = Path(scratch, job.folder.name)
        shutil.copytree(job.folder, copy, symlinks=True, ignore=_heavy)
        before = spoken(copy, ",".join(job.rules))
        return [
            Trial(rule, f"{job.repository.name} {place.path.relative_to(copy)}:{place.line}", found)
            for rule in job.rules
            for place in chosen(copy, rule, job.most)
            for found in [_speaks(copy, rule, place, before)]
        ]


def chosen(folder: Path, rule: str, most: int) -> list[Place]:
    """At most so many mutations for a rule."""
    places = [
        Place(path, min(edit.node.lineno for edit in mutation), mutation)
        for path in sorted(folder.rglob("*.py"))
        if path.is_file() and not _OUTSIDE.search(path.relative_to(folder).as_posix())
        for mutation in UNDONE[rule](_parsed(path))
        if mutation
    ]
    return random.Random(0).sample(places, min(most, len(places)))


def spoken(folder: Path, select: str) -> Counter[Said]:
    """What the rules say, without the lines, which move."""
    command = (sys.executable, "-m", "repro_check", "check", "--isolated", "--exit-zero")
    done = subprocess.run(
        (*command, "--select", select, "--output-format", "json"),
        cwd=folder,
        stdout=subprocess.PIPE,
        check=True,
        timeout=_SECONDS,
    )
    findings = json.loads(done.stdout)["findings"]
    return Counter(Said(item["code"], item["path"], item["message"]) for item in findings)


def table(trials: Iterable[Trial]) -> str:
    """Recall per rule, as a Markdown table."""
    undone, found = Counter[str](), Counter[str]()
    for trial in trials:
        undone[trial.rule] += 1
        found[trial.rule] += trial.found
    lines = ["| Rule | undone | found | found / undone |", "| --- | ---: | ---: | ---: |"]
    for rule, count in sorted(undone.items()):
        lines.append(f"| {rule} | {count} | {found[rule]} | {found[rule] / count:.2f} |")
    return "\n".join(lines)


def _speaks(folder: Path, rule: str, place: Place, before: Counter[Said]) -> bool:
    source = place.path.read_bytes()
    place.path.write_bytes(applied(source, place.mutation))
    try:
        return any(said.rule == rule for said in spoken(folder, rule) - before)
    finally:
        place.path.write_bytes(source)


def _parsed(path: Path) -> ast.Module:
    """The tree of a file; an empty one if it is no Python of today."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            return ast.Module([], [])


def _heavy(folder: str, names: list[str]) -> set[str]:
    paths = (Path(folder, name) for name in names)
    heavy = (path for path in paths if path.is_file() and path.stat().st_size > _BYTES)
    return {".git", *(path.name for path in heavy)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the repositories are")
    parser.add_argument("--select", default="", help="only these rules")
    parser.add_argument("--only", default="", help="only repositories whose name contains this")
    parser.add_argument("--most", type=int, default=3, help="places undone per rule and repository")
    parser.add_argument("--jobs", type=int, default=None, help="processes (default: one per core)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
