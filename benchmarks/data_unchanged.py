"""Data of which nothing changed: the answer of the index beside a bare walk, and beside DVC."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from calls import Call, measure_calls
from comparison import Row, faster, slower
from data_plan import Plan, declared, repository, run, settle
from data_trees import many_files, walk
from measure import Case, measure, tool

from repro_check.data import Algorithm
from repro_check.data.hashing.index import StatIndex
from repro_check.data.hashing.measuring import Measure
from repro_check.data.hashing.schemes import scheme_of

WALK = "scandir + stat walk"
CALL = "Measure.digest()"
COMMAND = "repro-check data verify"
OF_DVC = "repro-check data verify train.dvc"
DVC = "dvc status"


def rows(plan: Plan) -> Iterator[Row]:
    for usual in (200_000, 1_000_000) if plan.is_large else (200_000,):
        yield from _beside_walk(plan, usual)
    yield from _beside_dvc(plan)


def _beside_walk(plan: Plan, usual: int) -> Iterator[Row]:
    tree = plan.small(usual, 100)
    index = StatIndex(plan.fresh())
    task = Measure(tree, scheme_of(Algorithm.MD5, root=tree, path=tree), index=index)
    ours = declared(plan.scratch, tree, "md5")
    settle()
    task.digest()
    run(ours.lock, plan.scratch)
    outcomes = measure_calls(
        [
            Call(WALK, partial(walk, str(tree))),
            Call(CALL, task.digest),
            Call(COMMAND, partial(run, ours.verify, plan.scratch)),
        ],
        plan.rounds,
    )
    assert index.file.exists(), "nothing was remembered, so everything was read"
    words = f"nothing changed, {plan.count(usual):,} files"
    yield slower(outcomes, CALL, WALK, f"{words}: library call", at_most=1.5)
    yield slower(outcomes, COMMAND, WALK, f"{words}: `data verify`, whole process")


def _beside_dvc(plan: Plan) -> Iterator[Row]:
    dvc = tool("dvc")
    if dvc is None:
        return
    count = plan.count(100_000 if plan.is_large else 20_000)
    folder = repository(plan.scratch / "data" / "with_dvc")
    tree = many_files(folder / "train", count, 100)
    for words in ("init --quiet", "config core.analytics false", "add --quiet train"):
        run((dvc, *words.split()), folder)
    ours = declared(folder, tree, "md5")
    settle()
    run(ours.lock, folder)
    run((tool("repro-check") or "", "data", "verify", "train.dvc"), folder)
    outcomes = measure(
        [
            Case(DVC, (dvc, "status"), folder),
            Case(COMMAND, ours.verify, folder),
            Case(OF_DVC, (ours.verify[0], "data", "verify", "train.dvc"), folder),
        ],
        plan.rounds,
    )
    words = f"nothing changed, {count:,} files"
    yield faster(outcomes, COMMAND, DVC, f"{words}: `data verify` of a config", at_least=10)
    yield faster(outcomes, OF_DVC, DVC, f"{words}: `data verify` of the .dvc file", at_least=10)
