"""SEED004: truth tests that drop seed 0, and the many that do not."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable

import pytest
from checking import check, codes, places
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Confidence, Finding, Safety

MakeRepo = Callable[..., Repo]
HEAD = "import random\n\nimport numpy as np\nimport torch\n\nfrom options import args, cfg\n\n"
FIRST = HEAD.count("\n") + 1
SEED_EVERYTHING = """
import random

import numpy as np
import torch


def set_seed(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def setup(seed):
    set_seed(seed)
"""


@pytest.fixture
def judge(make_repo: MakeRepo) -> Callable[..., list[Finding]]:
    """The findings on `train.py` with this body, beside other files."""

    def run(body: str, **files: str) -> list[Finding]:
        text = HEAD + textwrap.dedent(body).lstrip("\n")
        ast.parse(text)
        others = {f"{name}.py": textwrap.dedent(other) for name, other in files.items()}
        repo = make_repo({"train.py": text} | others, commit=False)
        return list(check(repo.root, "SEED004").findings)

    return run


Judge = Callable[..., list[Finding]]


def _place(finding: Finding) -> tuple[int, int, int]:
    """Line (counted from the body), first column and end column."""
    span = finding.location.span
    assert span is not None
    return span.line - FIRST + 1, span.column, span.end_column


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("if args.seed:\n    random.seed(args.seed)\n", (1, 4, 13)),
        ("if args.seed and args.gpu:\n    torch.manual_seed(args.seed)\n", (1, 4, 13)),
        ('if cfg.get("seed"):\n    np.random.seed(cfg["seed"])\n', (1, 4, 19)),
        ('if cfg["seed"]:\n    np.random.seed(cfg["seed"])\n', (1, 4, 15)),
        ('if getattr(args, "seed", None):\n    random.seed(args.seed)\n', (1, 4, 31)),
        ("if args.x:\n    pass\nelif args.seed:\n    random.seed(int(args.seed))\n", (3, 6, 15)),
        ("if not args.seed:\n    pass\nelse:\n    random.seed(args.seed)\n", (1, 8, 17)),
        ("if not args.seed:\n    args.seed = random.randint(0, 9)\nrandom.seed(args.seed)\n", (1, 8, 17)),
        ("seed = args.seed or 42\nrandom.seed(seed)\n", (1, 8, 17)),
        ("torch.manual_seed(args.seed or 1)\n", (1, 19, 28)),
        ("random.seed(args.seed if args.seed else 1)\n", (1, 26, 35)),
        ("seed = args.seed if args.seed else None\nrandom.seed(seed)\n", (1, 21, 30)),
        ("seed = 7 if not args.seed else args.seed\nrandom.seed(seed)\n", (1, 17, 26)),
        ("args.seed and random.seed(args.seed)\n", (1, 1, 10)),
        ("rng = np.random.default_rng(args.seed) if args.seed else np.random.default_rng()\n", (1, 43, 52)),
        ("if args.manual_seed:\n    generator = torch.Generator().manual_seed(args.manual_seed)\n", (1, 4, 20)),
        ("if args.seed:\n    env.seed(args.seed)\n", (1, 4, 13)),
        ("if args.seed:\n    env.reset(seed=args.seed)\n", (1, 4, 13)),
        ("if args.seed:\n    model = make(random_state=args.seed)\n", (1, 4, 13)),
        ("def fix(seed=None):\n    if not seed:\n        return\n    random.seed(seed)\n", (2, 12, 16)),
        ("if args.seed:\n    seed = args.seed\nelse:\n    seed = random.randint(0, 9)\nnp.random.seed(seed)\n", (1, 4, 13)),
        ("if args.seed:\n    for f in (1, 2):\n        random.seed(args.seed + f)\n", (1, 4, 13)),
    ],
)  # fmt: skip
def test_a_truth_test_that_drops_seed_0_is_found_at_the_seed(
    judge: Judge, body: str, place: tuple[int, int, int]
) -> None:
    (finding,) = judge(body)
    assert _place(finding) == place
    assert finding.confidence is Confidence.HIGH
    assert "seed 0" in finding.message


@pytest.mark.parametrize(
    "body",
    [
        "if args.seed is not None:\n    random.seed(args.seed)\n",
        "if args.seed >= 0:\n    random.seed(args.seed)\n",
        "if args.seed and args.seed > 0:\n    random.seed(args.seed)\n",
        "if args.seed != 0:\n    random.seed(args.seed)\n",
        "if args.seed:\n    print('seed', args.seed)\n",
        "if args.seed:\n    name = f'run_seed{args.seed}'\n",
        "if args.seed:\n    load_fixtures()\n",
        "if args.seed:\n    random.seed(0)\n",
        "if args.seed:\n    db.seed(args.seed)\n",
        "if args.seed:\n    seed_database(args.seed)\n",
        "if args.seed:\n    train(args.seed)\n",
        "while args.seed:\n    random.seed(args.seed)\n    args.seed -= 1\n",
        "assert args.seed\nrandom.seed(args.seed)\n",
        "seed = args.seed or 0\nrandom.seed(seed)\n",
        "random.seed(args.seed if args.seed else 0)\n",
        "seed = args.seed if args.seed else 0\nnp.random.seed(seed)\n",
        "if args.seed:\n    random.seed(args.seed)\nelse:\n    random.seed(0)\n",
        "if args.seed:\n    seed = args.seed\nelse:\n    seed = 0\nrandom.seed(seed)\n",
        "if not args.seed:\n    args.seed = 0\nrandom.seed(args.seed)\n",
        "if not args.seed:\n    raise SystemExit('give a seed')\nrandom.seed(args.seed)\n",
        "if not args.seed:\n    print('unseeded')\n",
        "name = args.seed or 'none'\nprint(name)\n",
        "seed = args.seed or 42\nprint(seed)\n",
        "if args.seeds:\n    for s in args.seeds:\n        random.seed(s)\n",
        "if args.seed_everything:\n    random.seed(1)\n",
        "if args.seed_path:\n    load(args.seed_path)\n",
        "if args.use_seed:\n    random.seed(args.seed)\n",
        "if args.deterministic or args.seed:\n    torch.use_deterministic_algorithms(True)\n",
        "def f(seed: bool = False):\n    if seed:\n        random.seed(seed)\n",
        "def f(seed=False):\n    if seed:\n        random.seed(seed)\n",
        "def f(seed: str):\n    if seed:\n        random.seed(seed)\n",
        "class C:\n    seed: bool = True\n\n\nif cfg.seed:\n    random.seed(cfg.seed)\n",
    ],
)
def test_what_does_not_drop_a_numeric_seed_passes(judge: Judge, body: str) -> None:
    assert [finding.message for finding in judge(body)] == []


OPTION = "import argparse\n\nparser = argparse.ArgumentParser()\n{}\nargs = parser.parse_args()\n"


@pytest.mark.parametrize(
    ("option", "is_number"),
    [
        ('parser.add_argument("--seed", type=int)', True),
        ('parser.add_argument("--seed", type=int, default=0)', True),
        ('parser.add_argument("--seed", type=int, default=None, help="random seed (default: 0)")', True),
        ('parser.add_argument("-s", "--seed", default=-1, type=int)', True),
        ('parser.add_argument("--rng", dest="seed", type=int)', True),
        ('parser.add_argument("--seed", action="store", type=int)', True),
        ('parser.add_argument("--seed", action="store_true")', False),
        ('parser.add_argument("--seed", action=argparse.BooleanOptionalAction)', False),
        ('parser.add_argument("--seed", type=str)', False),
        ('parser.add_argument("--seed", type=str2bool, default=True)', False),
        ('parser.add_argument("--seed")', False),
        ('parser.add_argument("--seed", default=0)', False),
        ('parser.add_argument("--seed", type=int, default=0, help="0: no seed")', False),
        ('parser.add_argument("--seed", type=int, default=0, help="use 0 for a random seed")', False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_here", [True, False], ids=["same file", "another file"])
def test_the_option_decides_whether_the_seed_is_a_number(
    judge: Judge, option: str, *, is_number: bool, is_here: bool
) -> None:
    body = "if args.seed:\n    torch.manual_seed(args.seed)\n"
    declared = OPTION.format(option)
    found = judge(declared + body) if is_here else judge(body, options=declared + "cfg = args\n")
    assert bool(found) == is_number


@pytest.mark.parametrize(
    ("option", "is_number"),
    [
        ('@click.option("--seed", type=int)', True),
        ('@click.option("--seed", default=1)', True),
        ('@click.option("--seed", type=click.INT, default=None)', True),
        ('@click.option("--seed", is_flag=True)', False),
        ('@click.option("--seed/--no-seed", default=False)', True),
        ('@click.option("--seed")', False),
        ('@click.option("--seed", type=click.STRING)', False),
    ],
)
def test_options_of_click_are_read_too(judge: Judge, option: str, *, is_number: bool) -> None:
    body = f"""
        import click


        @click.command()
        {option}
        def main(seed):
            if seed:
                random.seed(seed)
    """
    if "no-seed" in option:
        # two names for one switch: neither is `seed`, and a switch holds no number
        assert len(judge(body)) <= 1
    else:
        assert bool(judge(body)) == is_number


@pytest.mark.parametrize(
    ("definition", "is_number"), [("integer", True), ("bool", False), ("string", False)]
)
def test_flags_of_absl_are_read_too(judge: Judge, definition: str, *, is_number: bool) -> None:
    body = f"""
        from absl import flags

        FLAGS = flags.FLAGS
        flags.DEFINE_{definition}("seed", None, "The seed.")
        if FLAGS.seed:
            random.seed(FLAGS.seed)
    """
    assert bool(judge(body)) == is_number


def test_a_helper_in_another_module_seeds_however_deep(judge: Judge) -> None:
    (finding,) = judge(
        "from utils import setup\n\nif args.seed:\n    setup(args.seed)\n", utils=SEED_EVERYTHING
    )
    assert _place(finding) == (3, 4, 13)
    assert "skips `setup`" in finding.message


def test_a_helper_that_reads_the_seed_off_the_options_seeds(judge: Judge) -> None:
    read = "import random\n\n\ndef set_seed(options):\n    random.seed(options.seed)\n"
    body = "from utils import set_seed\n\nif args.seed:\n    set_seed(args)\n"
    (finding,) = judge(body, utils=read)
    assert "`set_seed`" in finding.message
    assert not judge(body, utils=read.replace("options.seed", "options.other"))


def test_a_helper_called_seed_that_fills_a_table_is_no_seeding(judge: Judge) -> None:
    store = "def seed(path):\n    with open(path) as rows:\n        return rows.read()\n"
    assert (
        judge("from store import seed\n\nif args.seed:\n    seed(args.seed)\n", store=store) == []
    )


def test_an_unknown_helper_is_taken_by_its_name(judge: Judge) -> None:
    assert (
        len(
            judge(
                "from lab.tools import set_all_seeds\n\nif args.seed:\n    set_all_seeds(args.seed)\n"
            )
        )
        == 1
    )
    assert (
        judge("from lab.tools import load_seeds\n\nif args.seed:\n    load_seeds(args.seed)\n")
        == []
    )


@pytest.mark.parametrize(
    "body",
    [
        "if args.seed:\n    cfg.seed = args.seed\n",
        'if args.seed:\n    cfg["train"]["seed"] = args.seed\n',
        "if args.seed:\n    cfg.train.random_seed = int(args.seed)\n",
    ],
)
def test_a_seed_that_is_only_copied_to_the_config_is_less_sure(judge: Judge, body: str) -> None:
    (finding,) = judge(body)
    assert finding.confidence is Confidence.MEDIUM
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE


def test_a_method_of_the_class_is_followed(judge: Judge) -> None:
    body = """
        class Trainer:
            def __init__(self, seed):
                self.seed = seed or 3
                np.random.seed(self.seed)
    """
    (finding,) = judge(body)
    assert _place(finding) == (3, 21, 25)


@pytest.mark.parametrize(
    ("before", "after", "safety"),
    [
        ("if args.seed:\n    random.seed(args.seed)\n", "if args.seed is not None:\n", Safety.SAFE),
        ('if cfg.get("seed"):\n    random.seed(cfg.seed)\n', 'if cfg.get("seed") is not None:\n', Safety.SAFE),
        ("if args.seed and args.gpu:\n    random.seed(args.seed)\n", "if args.seed is not None and args.gpu:\n", Safety.SAFE),
        ("if not args.seed:\n    args.seed = random.randint(0, 9)\nrandom.seed(args.seed)\n", "if args.seed is None:\n", Safety.SAFE),
        ("seed = args.seed or 42\nrandom.seed(seed)\n", "seed = args.seed if args.seed is not None else 42\n", Safety.UNSAFE),
        ("random.seed(args.seed or 42)\n", "random.seed(args.seed if args.seed is not None else 42)\n", Safety.UNSAFE),
        ("seed = args.seed or random.randint(0, 9)\nrandom.seed(seed)\n", "seed = args.seed if args.seed is not None else random.randint(0, 9)\n", Safety.SAFE),
        ("random.seed(args.seed if args.seed else None)\n", "random.seed(args.seed if args.seed is not None else None)\n", Safety.SAFE),
        ("args.seed and random.seed(args.seed)\n", "args.seed is not None and random.seed(args.seed)\n", Safety.SAFE),
    ],
)  # fmt: skip
def test_the_fix_asks_for_none_and_is_safe_where_no_run_was_repeatable(
    judge: Judge, before: str, after: str, safety: Safety
) -> None:
    (finding,) = judge(before)
    assert finding.fix is not None
    assert finding.fix.safety is safety
    (change,) = plan_fixes([finding], lambda _path: (HEAD + before).encode(), frozenset(Safety))
    assert isinstance(change, Change)
    assert change.new.decode().splitlines(keepends=True)[FIRST - 1] == after


def test_there_is_no_fix_where_rewriting_would_change_what_is_bound_to_what(judge: Judge) -> None:
    (finding,) = judge("random.seed((args.seed or 42) if args.gpu else 3)\n")
    assert finding.fix is None


def test_in_a_notebook_the_cell_and_its_line_are_named(make_repo: MakeRepo) -> None:
    cells = (
        '{"cell_type": "markdown", "metadata": {}, "source": ["# Title"]},'
        '{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [],'
        ' "source": ["import torch\\n", "%matplotlib inline\\n", "if args.seed:\\n", "    torch.manual_seed(args.seed)"]}'
    )
    document = f'{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{}}, "cells": [{cells}]}}'
    repo = make_repo({"a.ipynb": document}, commit=False)
    assert places(check(repo.root, "SEED004")) == ["a.ipynb:cell 2:3:4 SEED004"]


def test_tests_documentation_and_vendored_code_are_left_out(make_repo: MakeRepo) -> None:
    text = HEAD + "if args.seed:\n    random.seed(args.seed)\n"
    paths = ("tests/test_a.py", "docs/conf.py", "third_party/x/train.py")
    repo = make_repo(dict.fromkeys(paths, text), commit=False)
    assert codes(check(repo.root, "SEED004")) == []


MANY = 12_000


@pytest.mark.parametrize(
    "lines",
    [
        "if args.seed:\n    random.seed(args.seed)\n",
        "seed = args.seed\nif seed: random.seed(seed)\n",
        "random.seed(args.seed or 3)\n",
        "if args.seed: cfg.seed = args.seed\n",
        "def run(seed):\n    if not seed: return\n    random.seed(seed)\n",
    ],
)
def test_each_of_very_many_tests_is_found(judge: Judge, lines: str) -> None:
    """Were the file walked anew for each, this would take minutes."""
    assert len(judge(lines * MANY)) == MANY


def test_a_switch_among_very_many_functions_is_left_out(judge: Judge) -> None:
    number = "def run(seed):\n    if seed: random.seed(seed)\n"
    switch = "def run(seed: bool):\n    if seed: random.seed(seed)\n"
    assert len(judge((number + switch) * (MANY // 2))) == MANY // 2
