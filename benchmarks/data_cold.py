"""Data that are read for the first time: beside a hash alone, beside the reference, and over cores.

The pages are in the cache of the system, where it is not said otherwise.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from calls import Call, measure_calls
from comparison import Row, faster, slower
from data_plan import Plan
from data_trees import evict, read_all, reference

from repro_check.data import Algorithm
from repro_check.data.hashing.hashers import Here
from repro_check.data.hashing.index import StatIndex
from repro_check.data.hashing.measuring import Measure
from repro_check.data.hashing.schemes import scheme_of

STREAM = "one MD5 over memory"
REFERENCE = "the reference recursion"
ALONE = "in one process"
READ = "reading only"
TREES = (Algorithm.TREE_MD5, Algorithm.TREE_SHA256, Algorithm.TREE_BLAKE3)


def rows(plan: Plan) -> Iterator[Row]:
    small, large = plan.small(100_000, 2_048), plan.large(2, 1 << 30)
    of_small = f"{plan.count(100_000):,} files x 2 kB"
    of_large = f"2 files x {next(large.iterdir()).stat().st_size >> 20:,} MiB"
    yield from _md5_of_large(plan, large, of_large)
    yield from _md5_of_small(plan, small, of_small)
    for algorithm in TREES:
        yield _scaling(plan, algorithm, small, of_small)
        yield _scaling(plan, algorithm, large, of_large)
    yield from _beside_reading(plan, large, of_large)


def _md5_of_large(plan: Plan, tree: Path, words: str) -> Iterator[Row]:
    sizes = [file.stat().st_size for file in tree.iterdir()]
    content = os.urandom(1 << 20) * (sizes[0] >> 20)

    def stream() -> None:
        state = hashlib.md5(usedforsecurity=False)
        for _ in sizes:
            state.update(content)

    ours = _measure(tree, Algorithm.MD5).digest_now
    outcomes = measure_calls([Call(STREAM, stream), Call("md5", ours)], plan.rounds)
    yield faster(outcomes, "md5", STREAM, f"cold md5, {words}", at_least=0.9)


def _md5_of_small(plan: Plan, tree: Path, words: str) -> Iterator[Row]:
    ours = _measure(tree, Algorithm.MD5).digest_now
    calls = [
        Call(REFERENCE, partial(reference, tree)),
        Call("md5", ours),
        Call("first `verify`", partial(_first_look, plan, tree, keep_files=False)),
        Call("`lock`", partial(_first_look, plan, tree, keep_files=True)),
    ]
    outcomes = measure_calls(calls, plan.rounds)
    yield faster(outcomes, "md5", REFERENCE, f"cold md5, {words}", at_least=2)
    for name in ("first `verify`", "`lock`"):
        yield faster(outcomes, name, REFERENCE, f"cold md5, {words}, {name}")


def _scaling(plan: Plan, algorithm: Algorithm, tree: Path, words: str) -> Row:
    cores = os.cpu_count() or 1
    alone = Measure(tree, scheme_of(algorithm, root=tree, path=tree), hasher=Here())
    pool = _measure(tree, algorithm)
    outcomes = measure_calls(
        [Call(ALONE, alone.digest_now), Call("pool", pool.digest_now)], plan.rounds
    )
    what = f"cold {algorithm.value}, {words}, {cores} processes"
    return faster(outcomes, "pool", ALONE, what, at_least=0.75 * cores)


def _beside_reading(plan: Plan, tree: Path, words: str) -> Iterator[Row]:
    ours = _measure(tree, Algorithm.TREE_BLAKE3).digest_now
    calls = [Call(READ, partial(read_all, tree)), Call("blake3", ours)]
    outcomes = measure_calls(calls, plan.rounds)
    yield slower(outcomes, "blake3", READ, f"cold tree:blake3, {words}")
    if hasattr(os, "posix_fadvise"):
        before = partial(evict, tree)
        outcomes = measure_calls([call._replace(before=before) for call in calls], plan.rounds)
        what = f"cold tree:blake3, {words}, from the disk"
        yield slower(outcomes, "blake3", READ, what, at_most=1.5)


def _measure(tree: Path, algorithm: Algorithm) -> Measure:
    return Measure(tree, scheme_of(algorithm, root=tree, path=tree))


def _first_look(plan: Plan, tree: Path, *, keep_files: bool) -> None:
    """As a command does it: with an index, which is empty yet."""
    scheme = scheme_of(Algorithm.MD5, root=tree, path=tree)
    Measure(tree, scheme, index=StatIndex(plan.fresh())).digest(keep_files=keep_files)
