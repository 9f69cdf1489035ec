"""SEED009: listings whose order decides something, and the many whose order does not."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable

import pytest
from checking import check, codes, places
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Finding, Safety

MakeRepo = Callable[..., Repo]
HEAD = "import glob\nimport os\nimport random\nfrom pathlib import Path\n\nimport numpy as np\n\n"
Judge = Callable[..., list[Finding]]


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on `train.py` with this body, beside other files."""

    def run(body: str, **files: str) -> list[Finding]:
        text = HEAD + textwrap.dedent(body).lstrip("\n")
        ast.parse(text)
        others = {f"{name}.py": textwrap.dedent(other) for name, other in files.items()}
        repo = make_repo({"train.py": text} | others, commit=False)
        return list(check(repo.root, "SEED009").findings)

    return run


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("files = os.listdir('d')\ntrain = files[:10]\n", "by their position"),
        ("newest = glob.glob('d/*')[-1]\n", "by its position"),
        ("label = os.listdir('d').index('cat')\n", "numbers"),
        ("classes = os.listdir('d')\nlabel = classes.index('cat')\n", "numbers"),
        ("ids = {c: i for i, c in enumerate(os.listdir('d'))}\n", "numbers"),
        ("ids = dict(enumerate(os.listdir('d')))\n", "numbers"),
        ("ids = dict(zip(os.listdir('d'), range(9)))\n", "pairs"),
        ("ids = {}\nfor name in os.listdir('d'):\n    ids[name] = len(ids)\n", "numbers"),
        ("ids, n = {}, 0\nfor name in os.listdir('d'):\n    ids[name] = n\n    n += 1\n", "numbers"),
        ("xs, ys = [], []\nfor i, c in enumerate(os.listdir('d')):\n    xs.append(c)\n    ys.append(i)\n", "numbers"),
        ("for a, b in zip(glob.glob('a/*'), glob.glob('b/*')):\n    run(a, b)\n", "pairs"),
        ("images = glob.glob('a/*')\nmasks = sorted(glob.glob('b/*'))\npairs = list(zip(images, masks))\n", "pairs"),
        ("random.seed(0)\nfiles = os.listdir('d')\nrandom.shuffle(files)\n", "draws"),
        ("random.seed(0)\none = random.choice(os.listdir('d'))\n", "draws"),
        ("np.random.seed(0)\nfor name in os.listdir('d'):\n    keep = np.random.rand() < 0.1\n", "draws"),
        ("from sklearn.model_selection import train_test_split\na, b = train_test_split(os.listdir('d'))\n", "splits"),
        ("from torch.utils.data import ConcatDataset\nd = ConcatDataset([read(p) for p in glob.glob('d/*')])\n", "data set"),
        ("import tensorflow as tf\nd = tf.data.TFRecordDataset(tf.io.gfile.glob('d/*'))\n", "data set"),
        ("with open('list.txt', 'w') as out:\n    for name in os.listdir('d'):\n        out.write(name)\n", "writes"),
        ("import json\njson.dump(os.listdir('d'), open('l.json', 'w'))\n", "writes"),
        ("rows = []\nfor p in glob.glob('d/*'):\n    rows.append(np.load(p))\nnp.save('all.npy', np.stack(rows))\n", "writes"),
        ("import pandas as pd\nt = pd.concat([pd.read_csv(p) for p in glob.glob('d/*')])\nt = t.sample(frac=1, random_state=1)\n", "draws"),
        ("rows = []\nfor p in glob.glob('d/*'):\n    rows += [np.load(p)]\ntest = rows[:5]\n", "by their position"),
        ("rows = []\nfor p in glob.glob('d/*'):\n    rows = rows + [np.load(p)]\ntest = rows[:5]\n", "by their position"),
        ("x = np.zeros((0, 3))\nfor p in glob.glob('d/*'):\n    x = np.vstack([x, np.load(p)])\ntest = x[:5]\n", "by their position"),
        ("for p in glob.glob('d/*'):\n    loss = model(np.load(p))\n    loss.backward()\n    optimizer.step()\n", "trains"),
        ("files = [p for p in Path('d').iterdir() if p.suffix == '.png']\ntest = files[:9]\n", "by their position"),
        ("root = Path('d') / 'train'\ntest = list(root.glob('*.png'))[:9]\n", "by their position"),
        ("def f(root: Path):\n    return list(root.glob('*.png'))[:9]\n", "by their position"),
        ("with os.scandir('d') as entries:\n    names = [entry.name for entry in entries]\ntest = names[:9]\n", "by their position"),
        ("names = [n for n in next(os.walk('d'))[1]]\ntest = names[:9]\n", "by their position"),
        ("files = []\nfor root, dirs, names in os.walk('d'):\n    for name in names:\n        files.append(name)\ntest = files[:9]\n", "by their position"),
        ("files = []\nfor root, _, names in sorted(os.walk('d')):\n    for name in names:\n        files.append(name)\ntest = files[:9]\n", "by their position"),
        ("files = os.listdir('d')\nfor i in range(len(files)):\n    name = files[i]\n    ids[name] = len(ids)\nids = {}\n", "numbers"),
        ("files = os.listdir('a') + os.listdir('b')\ntest = files[:9]\n", "by their position"),
        ("if new:\n    files = os.listdir('a')\nelse:\n    files = sorted(os.listdir('b'))\ntest = files[:9]\n", "by their position"),
    ],
)  # fmt: skip
def test_a_listing_whose_order_decides_something_is_found(
    judge: Judge, body: str, what: str
) -> None:
    found = judge(body)
    assert found
    assert all(what in finding.message for finding in found)


@pytest.mark.parametrize(
    "body",
    [
        "files = sorted(os.listdir('d'))\ntrain = files[:10]\n",
        "files = os.listdir('d')\nfiles.sort()\ntrain = files[:10]\n",
        "files = os.listdir('d')\nfiles = sorted(files)\ntrain = files[:10]\n",
        "from natsort import natsorted\nfiles = natsorted(os.listdir('d'))\ntrain = files[:10]\n",
        "files = os.listdir('d')\nfiles = [f for f in files if f.endswith('.png')]\nfiles.sort(key=len)\nlast = files[-1]\n",
        "count = len(os.listdir('d'))\n",
        "count = len(os.listdir('d')[:-1])\n",
        "if 'a' in os.listdir('d'):\n    pass\n",
        "if not os.listdir('d'):\n    pass\n",
        "if any(Path('d').iterdir()):\n    pass\n",
        "newest = max(glob.glob('d/*'), key=os.path.getmtime)\n",
        "names = set(os.listdir('d'))\n",
        "size = sum(os.path.getsize(p) for p in glob.glob('d/*'))\n",
        "for name in os.listdir('d'):\n    os.remove(name)\n",
        "import shutil\nfor name in os.listdir('d'):\n    shutil.copy(name, 'e')\n",
        "for name in os.listdir('d'):\n    print(name)\n",
        "table = {}\nfor name in os.listdir('d'):\n    table[name] = np.load(name)\n",
        "total = 0\nfor name in os.listdir('d'):\n    total += 1\nprint(total)\n",
        "for i, name in enumerate(os.listdir('d')):\n    print(i, name)\n",
        "for name in os.listdir('d'):\n    with open(name, 'w') as out:\n        out.write('x')\n",
        "(wheel,) = glob.glob('dist/*.whl')\n",
        "only = glob.glob('d/*.json')[0]\n",
        "random.shuffle(os.listdir('d'))\n",
        "files = os.listdir('d')\nrandom.shuffle(files)\ntest = files[:9]\n",
        "files = os.listdir('d')\nsizes = [os.path.getsize(f) for f in files]\nfor f, s in zip(files, sizes):\n    print(f, s)\n",
        "names, sizes = [], []\nfor f in os.listdir('d'):\n    names.append(f)\n    sizes.append(len(f))\nfor f, s in zip(names, sizes):\n    print(f, s)\n",
        "for root, dirs, names in os.walk('d'):\n    dirs.sort()\n    for name in sorted(names):\n        ids[name] = len(ids)\nids = {}\n",
        "files = []\nfor root, _, names in sorted(os.walk('d')):\n    for name in sorted(names):\n        files.append(name)\ntest = files[:9]\n",
        "files = sorted(p for p in Path('d').rglob('*') if p.is_file())\ntest = files[:9]\n",
        "files = glob.glob('d/*')\nplot(files[:9])\n",
        "def show_samples(root):\n    images = glob.glob(root)[:5]\n    draw(images)\n",
        "fs = open_filesystem()\ntest = fs.glob('d/*')[:9]\n",
        "import re\ntest = re.glob('d')[:9]\n",
        "files = os.listdir('d')\nfiles = read()\ntest = files[:9]\n",
        "files = os.listdir('d')\ncopy = files[:]\nprint(copy)\n",
    ],
)  # fmt: skip
def test_a_listing_whose_order_decides_nothing_passes(judge: Judge, body: str) -> None:
    assert [finding.message for finding in judge(body)] == []


DATA = """
from glob import glob


def find(root):
    return [path for path in glob(root) if path.endswith(".npy")]


class Images:
    def __init__(self, paths):
        self.paths = paths

    def __getitem__(self, index):
        return self.paths[index]
"""


@pytest.mark.parametrize(
    ("body", "is_found"),
    [
        ("from data import find\n\ntrain = find('d')[:9]\n", True),
        ("from data import find, Images\n\nimages = Images(find('d'))\n", True),
        ("from data import find, Images\n\nimages = Images(paths=find('d'))\n", True),
        ("from data import find, Images\n\nimages = Images(sorted(find('d')))\n", False),
        ("from data import find\n\nprint(len(find('d')))\n", False),
        ("from data import Images\n\nprint(Images)\n", False),
    ],
)
def test_a_listing_is_followed_to_its_callers_and_into_constructors(
    judge: Judge, body: str, *, is_found: bool
) -> None:
    found = judge(body, data=DATA)
    assert bool(found) == is_found
    assert all(finding.location.path == "data.py" for finding in found)


def test_a_data_set_that_sorts_its_files_in_another_method_passes(judge: Judge) -> None:
    body = """
        class Images:
            def __init__(self, root):
                self.paths = os.listdir(root)
                self.tidy()

            def tidy(self):
                self.paths.sort()

            def __getitem__(self, index):
                return self.paths[index]
    """
    assert judge(body) == []


def test_generators_are_followed(judge: Judge) -> None:
    body = """
        def walk(root):
            for name in os.listdir(root):
                yield os.path.join(root, name)

        ids = {name: number for number, name in enumerate(walk("d"))}
    """
    (finding,) = judge(body)
    assert [item.message for item in finding.related] == ["here the order decides"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("test = os.listdir('d')[:9]\n", "test = sorted(os.listdir('d'))[:9]\n"),
        (
            "test = list(Path('d').iterdir())[:9]\n",
            "test = sorted(Path('d').iterdir())[:9]\n",
        ),
        (
            "test = [e.name for e in os.scandir('d')][:9]\n",
            "test = [e.name for e in sorted(os.scandir('d'), key=lambda entry: entry.name)][:9]\n",
        ),
    ],
)
def test_the_fix_sorts_and_is_safe(judge: Judge, before: str, after: str) -> None:
    (finding,) = judge(before)
    assert finding.fix is not None
    assert finding.fix.safety is Safety.SAFE
    assert "may move" in finding.help
    (change,) = plan_fixes([finding], lambda _: (HEAD + before).encode(), frozenset(Safety))
    assert isinstance(change, Change)
    assert change.new.decode() == HEAD + after


def test_a_walk_has_no_fix_since_two_orders_are_to_be_settled(judge: Judge) -> None:
    body = (
        "out = []\nfor root, dirs, names in os.walk('d'):\n    out.append(names)\ntest = out[:3]\n"
    )
    (finding,) = judge(body)
    assert finding.fix is None


def test_tests_and_documentation_are_left_out(make_repo: MakeRepo) -> None:
    text = HEAD + "test = os.listdir('d')[:9]\n"
    repo = make_repo(dict.fromkeys(("tests/test_a.py", "docs/conf.py"), text), commit=False)
    assert codes(check(repo.root, "SEED009")) == []


def test_in_a_notebook_the_cell_is_named(make_repo: MakeRepo) -> None:
    cell = (
        '{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [],'
        ' "source": ["import os\\n", "test = os.listdir(\'d\')[:9]"]}'
    )
    document = f'{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{}}, "cells": [{cell}]}}'
    repo = make_repo({"a.ipynb": document}, commit=False)
    assert places(check(repo.root, "SEED009")) == ["a.ipynb:cell 1:2:8 SEED009"]


def test_each_of_very_many_listings_is_found(judge: Judge) -> None:
    """Were the file walked anew for each, this would take minutes."""
    many = 3_000
    lines = [f"files_{n} = os.listdir('d')\ntest_{n} = files_{n}[:9]\n" for n in range(many)]
    assert len(judge("".join(lines))) == many


@pytest.mark.parametrize(
    ("main", "is_found"),
    [
        ("import random\nimport train\n\nrandom.seed(0)\ntrain.pick()\n", True),
        ("import train\n\ntrain.pick()\n", False),
        ("import random\n\nrandom.seed(0)\n", False),
        ("import random\nimport train\n\nrng = random.Random(3)\n", True),
        ("import random\nimport train\n\nrng = random.Random()\n", False),
    ],
    ids=[
        "seeded by who imports it",
        "not seeded",
        "seeded by a stranger",
        "with a seeded generator",
        "with a fresh generator",
    ],
)
def test_a_draw_counts_where_a_program_around_it_seeds(
    judge: Judge, main: str, *, is_found: bool
) -> None:
    body = "def pick():\n    return random.choice(os.listdir('d'))\n"
    assert bool(judge(body, main=main)) == is_found


@pytest.mark.parametrize(
    "body",
    [
        "files = os.listdir('d')\nfor i in range(0, 90, 9):\n    batch = files[i : i + 9]\n    run(batch)\n",
        "def pick(root, order):\n    return sorted(root) if order else list(root)\n\n\ntest = pick(os.listdir('d'), True)[:9]\n",
        "class Query:\n    def __init__(self, rows):\n        self.rows = rows\n\n    def __getitem__(self, at):\n        return self.rows[at]\n\n\nq = Query(os.listdir('d'))\n",
        "runs = [read(p) for p in glob.glob('d/*')]\ntable = {i: run['loss'] for i, run in enumerate(runs)}\n",
    ],
)  # fmt: skip
def test_idioms_that_once_were_false_alarms_pass(judge: Judge, body: str) -> None:
    assert [finding.message for finding in judge(body)] == []


def test_what_goes_through_a_shared_helper_comes_back_to_its_own_caller_only(judge: Judge) -> None:
    helper = "def as_list(things):\n    return list(things)\n"
    body = """
        from helper import as_list

        names = as_list(os.listdir("d"))
        print(len(names))
        numbers = as_list(range(9))
        test = numbers[:3]
    """
    assert judge(body, helper=helper) == []


@pytest.mark.parametrize(
    ("body", "is_found"),
    [
        ("def load(seed):\n    return read(glob.glob('d/*')[seed])\n", True),
        ("def load(fold_idx):\n    files = glob.glob('d/*')\n    return files[fold_idx]\n", True),
        ("args = parse()\nfile = os.listdir('d')[args.fold]\n", True),
        ("def load(name):\n    return table(os.listdir('d'))[name]\n", False),
        ("def load(column):\n    return os.listdir('d')[column]\n", False),
        ("for fold in range(5):\n    read(os.listdir('d')[fold])\n", False),
        ("def load(fold):\n    fold = 1 - fold\n    return os.listdir('d')[fold]\n", False),
        ("def load(fold):\n    return sorted(os.listdir('d'))[fold]\n", False),
        ("def show(fold):\n    plot(os.listdir('d')[fold])\n", False),
        ("import blobfile as bf\ntrain = bf.listdir('d')[:10]\n", True),
        ("import blobfile as bf\ntrain = sorted(bf.listdir('d'))[:10]\n", False),
    ],
)
def test_the_number_of_a_run_picks_a_file(judge: Judge, body: str, *, is_found: bool) -> None:
    assert bool(judge(body)) == is_found
