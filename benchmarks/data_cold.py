"""Data that are read for the first time (the page cache is warm): beside a hash, and the reference."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from calls import Call, measure_calls
from comparison import Row, faster, slower
from data_plan import Plan
from data_trees import read_all, reference

from repro_check.data import Algorithm
from repro_check.data.hashers import Hasher, Here, Pool
from repro_check.data.index import StatIndex
from repro_check.data.measuring import Measure
from repro_check.data.schemes import scheme_of

STREAM = "one MD5 over memory"
REFERENCE = "the reference recursion"
READ = "reading only"
TREES = (Algorithm.TREE_MD5, Algorithm.TREE_SHA256, Algorithm.TREE_BLAKE3)


def rows(plan: Plan) -> Iterator[Row]:
    yield from _md5_of_large(plan)
    yield from _md5_of_small(plan)
    for algorithm in TREES:
        small = plan.small(100_000, 2_048)
        yield from _scaling(plan, algorithm, small, f"{plan.count(100_000):,} files x 2 kB")
        yield from _scaling(plan, algorithm, _large(plan), "2 large files")


def _large(plan: Plan) -> Path:
    return plan.large(2, 1 << 30)


def _md5_of_large(plan: Plan) -> Iterator[Row]:
    tree = _large(plan)
    sizes = [file.stat().st_size for file in tree.iterdir()]
    content = os.urandom(1 << 20) * (sizes[0] >> 20)

    def stream() -> None:
        state = hashlib.md5(usedforsecurity=False)
        for _ in sizes:
            state.update(content)

    ours = partial(_first_look, plan, tree, Algorithm.MD5, Pool())
    outcomes = measure_calls([Call(STREAM, stream), Call("md5", ours)], plan.rounds)
    yield faster(outcomes, "md5", STREAM, "cold md5, 2 large files", at_least=0.9)


def _md5_of_small(plan: Plan) -> Iterator[Row]:
    tree = plan.small(100_000, 2_048)
    ours = partial(_first_look, plan, tree, Algorithm.MD5, Pool())
    kept = partial(_first_look, plan, tree, Algorithm.MD5, Pool(), keep_files=True)
    outcomes = measure_calls(
        [Call(REFERENCE, partial(reference, tree)), Call("md5", ours), Call("kept", kept)],
        plan.rounds,
    )
    words = f"cold md5, {plan.count(100_000):,} files x 2 kB"
    yield faster(outcomes, "md5", REFERENCE, words, at_least=2)
    yield faster(outcomes, "kept", REFERENCE, f"{words}, every file remembered")


def _scaling(plan: Plan, algorithm: Algorithm, tree: Path, words: str) -> Iterator[Row]:
    cores = os.cpu_count() or 1
    beside = "in one process"
    calls = [
        Call(beside, partial(_first_look, plan, tree, algorithm, Here())),
        Call("pool", partial(_first_look, plan, tree, algorithm, Pool())),
        Call(READ, partial(read_all, tree)),
    ]
    is_bounded = algorithm is Algorithm.TREE_BLAKE3 and "large" in words
    outcomes = measure_calls(calls if is_bounded else calls[:2], plan.rounds)
    name = f"cold {algorithm.value}, {words}"
    yield faster(outcomes, "pool", beside, f"{name}, {cores} processes", at_least=0.75 * cores)
    if is_bounded:
        yield slower(outcomes, "pool", READ, name, at_most=1.5)


def _first_look(
    plan: Plan, tree: Path, algorithm: Algorithm, hasher: Hasher, *, keep_files: bool = False
) -> None:
    index = StatIndex(plan.fresh())
    scheme = scheme_of(algorithm, root=tree, path=tree)
    Measure(tree, scheme, index=index, hasher=hasher).digest(keep_files=keep_files)
