"""SEED008: sets of text whose order decides something, and remainders of their hashes."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Confidence, Finding, Safety

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on `train.py` with this body, beside other files."""

    def run(body: str, **files: str) -> list[Finding]:
        text = textwrap.dedent(body).lstrip("\n")
        ast.parse(text)
        others = {f"{name}.py": textwrap.dedent(other) for name, other in files.items()}
        repo = make_repo({"train.py": text} | others, commit=False)
        return list(check(repo.root, "SEED008").findings)

    return run


@pytest.mark.parametrize(
    "body",
    [
        "chars = list(set(open('a').read()))\nids = {c: i for i, c in enumerate(chars)}\n",
        "vocab = set(text.split())\nids = {c: i for i, c in enumerate(vocab)}\n",
        "vocab = {w.lower() for w in tokens}\nids = dict(zip(vocab, range(len(vocab))))\n",
        "vocab = set()\nfor line in open('a'):\n    vocab.update(line.split())\nids = {}\nfor w in vocab:\n    ids[w] = len(ids)\n",
        "vocab = set()\nfor line in open('a'):\n    vocab.add(line.strip())\ntest = list(vocab)[:10]\n",
        "names = {'a', 'b', 'c'}\norder = list(names)\nfirst = order[1]\n",
        "rest = list(set(table.columns) - {'target'})\nX = table[rest]\ntrain = X[:100]\n",
        "words = set('a b'.split()) | {'<unk>'}\nids = {w: i for i, w in enumerate(words)}\n",
        "import random\nrandom.seed(0)\npick = random.choice(list(set(names)))\n",
        "with open('vocab.txt', 'w') as out:\n    for word in set(words):\n        out.write(word)\n",
        "import json\njson.dump(list(set(words)), open('v.json', 'w'))\n",
        "def encode(labels):\n    classes = set(labels)\n    return {c: i for i, c in enumerate(classes)}\n",
        "labels = list(set(answers))\nlabel2id = {label: n for n, label in enumerate(labels)}\n",
        "def bucket(name: str, n):\n    return hash(name) % n\n",
        "def bucket(word, n):\n    return abs(hash(word)) % n\n",
        "split = 'test' if hash(f'{a}-{b}') % 10 == 0 else 'train'\n",
        "split = hash(str(key)) % 10\n",
    ],
)  # fmt: skip
def test_an_order_or_a_number_that_a_hash_decides_is_found(judge: Judge, body: str) -> None:
    assert len(judge(body)) == 1


@pytest.mark.parametrize(
    "body",
    [
        "vocab = sorted(set(text.split()))\nids = {c: i for i, c in enumerate(vocab)}\n",
        "vocab = list(set(text.split()))\nvocab.sort()\nids = {c: i for i, c in enumerate(vocab)}\n",
        "vocab = set(text.split())\nvocab = sorted(vocab)\nids = {c: i for i, c in enumerate(vocab)}\n",
        "vocab = set(text.split())\nprint(len(vocab), 'a' in vocab, max(vocab), min(vocab))\n",
        "both = set(a.split()) & set(b.split())\nprint(sorted(both))\n",
        "for word in set(text.split()):\n    print(word)\n",
        "for word in set(text.split()):\n    table[word] = read(word)\n",
        "for name in set(names):\n    plt.plot(table[name])\n",
        "ids = {c: i for i, c in enumerate(set([3, 1, 2]))}\n",
        "ids = {c: i for i, c in enumerate(set(int(x) for x in text.split()))}\n",
        "ids = {c: i for i, c in enumerate(set(range(9)))}\n",
        "last = list(set(int(k.split('.')[1]) for k in state))[-1]\n",
        "ids = {c: i for i, c in enumerate(sorted({w for w in words}))}\n",
        "test = list(set(things))[:10]\n",
        "class Point:\n    def __hash__(self):\n        return hash(self.name) % 7\n",
        "n = hash(3) % 10\n",
        "cache[hash(name)] = 1\n",
        "if hash(name) == hash(other):\n    pass\n",
        "import random\nrandom.seed(hash('setting random seeds') % 2**32)\n",
        "words = dict.fromkeys(text.split())\nids = {w: i for i, w in enumerate(words)}\n",
        "words = unique(text.split())\nids = {w: i for i, w in enumerate(words)}\n",
        "def set(x):\n    return sorted(x)\n\n\nids = {w: i for i, w in enumerate(set(text.split()))}\n",
    ],
)  # fmt: skip
def test_what_no_hash_decides_passes(judge: Judge, body: str) -> None:
    assert [finding.message for finding in judge(body)] == []


def test_a_set_is_followed_to_the_callers_of_the_function_that_makes_it(judge: Judge) -> None:
    vocabulary = "def read(text):\n    return set(text.split())\n"
    body = "from vocabulary import read\n\nids = {w: n for n, w in enumerate(read('a b'))}\n"
    (finding,) = judge(body, vocabulary=vocabulary)
    assert finding.location.path == "vocabulary.py"
    assert finding.related[0].location.path == "train.py"


def test_a_set_whose_items_are_not_known_is_less_sure(judge: Judge) -> None:
    (finding,) = judge("classes = set(labels)\nids = {c: i for i, c in enumerate(classes)}\n")
    assert finding.confidence is Confidence.MEDIUM
    (finding,) = judge("ids = {c: i for i, c in enumerate(set(text.split()))}\n")
    assert finding.confidence is Confidence.HIGH


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("v = list(set(t.split()))[:9]\n", "v = sorted(set(t.split()))[:9]\n"),
        (
            "v = set(t.split())\nids = {w: i for i, w in enumerate(v)}\n",
            "v = set(t.split())\nids = {w: i for i, w in enumerate(sorted(v))}\n",
        ),
        (
            "v = list(set(t.split()) - {'a'})[:9]\n",
            "v = sorted(set(t.split()) - {'a'})[:9]\n",
        ),
    ],
)
def test_the_fix_sorts_where_the_order_begins(judge: Judge, before: str, after: str) -> None:
    (finding,) = judge(before)
    assert finding.fix is not None
    assert finding.fix.safety is Safety.SAFE
    (change,) = plan_fixes([finding], lambda _: before.encode(), frozenset(Safety))
    assert isinstance(change, Change)
    assert change.new.decode() == after


def test_python_itself_gives_text_another_order_in_another_process() -> None:
    """What the rule rests on, seen: three words, eight processes, more than one order."""
    code = "print(list({'alpha', 'beta', 'gamma', 'delta', 'epsilon'}), end='')"
    numbers = "print(list({3, 1, 2}), end='')"
    orders, counts = set(), set()
    for seed in range(8):
        environment = {"PYTHONHASHSEED": str(seed + 1)}
        for program, seen in ((code, orders), (numbers, counts)):
            done = subprocess.run(
                [sys.executable, "-c", program], env=environment, capture_output=True, check=True
            )
            seen.add(done.stdout)
    assert len(orders) > 1
    assert len(counts) == 1


def test_each_of_very_many_sets_is_found(judge: Judge) -> None:
    many = 2_000
    lines = [f"v{n} = list(set(t.split()))\nid{n} = v{n}.index('a')\n" for n in range(many)]
    assert len(judge("".join(lines))) == many


@pytest.mark.parametrize(
    "body",
    [
        "nodes = set(path)\nmapping = {old: new for new, old in enumerate(nodes)}\n",
        "degrees = set(d for _, d in graph.degree())\nindex = {d: i for i, d in enumerate(degrees)}\n",
        "self.elements = sorted(list(found)) if self.sort else list(found)\n",
    ],
)
def test_numbers_of_graphs_and_knowing_choices_pass(judge: Judge, body: str) -> None:
    assert judge(body) == []


@pytest.mark.parametrize(
    "body",
    [
        "vocab = set  (text.split())\nids = [w for w in vocab]\nids = dict(enumerate(vocab))\n",
        "def is_test(name: str) -> bool:\n    return hash\t(name) % 10 == 0\n",
    ],
)
def test_a_call_may_have_any_space_before_its_arguments(judge: Judge, body: str) -> None:
    assert judge(body)
