"""SEED010: random splits without a seed; SEED011 and SEED012 beside it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

import pytest
from checking import check
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Finding, Safety, Severity

MakeRepo = Callable[..., Repo]
HEAD = """
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import *
from sklearn.model_selection import (
    KFold, ShuffleSplit, StratifiedKFold, RepeatedKFold, GroupKFold, train_test_split
)
from sklearn.utils import resample, shuffle
from lab import X, y, seed, df, options

"""


def judge(make_repo: MakeRepo, files: Mapping[str, str], code: str = "SEED010") -> list[Finding]:
    """The findings on these files."""
    written = {path: textwrap.dedent(text).lstrip("\n") for path, text in files.items()}
    return list(check(make_repo(written, commit=False).root, code).findings)


@pytest.mark.parametrize(
    "body",
    [
        "a, b = train_test_split(X)",
        "a, b, c, d = train_test_split(X, y, test_size=0.2, stratify=y)",
        "a, b = train_test_split(X, random_state=None)",
        "a, b = train_test_split(X, shuffle=True)",
        "SEED = None\na, b = train_test_split(X, random_state=SEED)",
        "s = ShuffleSplit(n_splits=3)",
        "s = RepeatedKFold(n_splits=3)",
        "s = KFold(5, shuffle=True)",
        "s = StratifiedKFold(n_splits=5, shuffle=True)",
        "a, b = shuffle(X, y)",
        "a = resample(X)",
        "a = df.sample(frac=1)",
        "a = pd.read_csv('a.csv').sample(frac=0.1)",
        "def split(d, random_state=None):\n    return train_test_split(d, random_state=random_state)\nsplit(X)",
        "from sklearn import model_selection as ms\na, b = ms.train_test_split(X)",
    ],
)
def test_a_random_split_without_a_seed_is_found(make_repo: MakeRepo, body: str) -> None:
    (finding,) = judge(make_repo, {"train.py": HEAD + body + "\n"})
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    "body",
    [
        "a, b = train_test_split(X, random_state=0)",
        "a, b = train_test_split(X, random_state=seed)",
        "a, b = train_test_split(X, shuffle=False)",
        "a, b = train_test_split(X, **options)",
        "a, b = train_test_split(*options)",
        "s = KFold(5)",
        "s = StratifiedKFold(n_splits=5)",
        "s = GroupKFold(n_splits=5)",
        "s = KFold(5, shuffle=seed)",
        "s = KFold(5, shuffle=True, random_state=3)",
        "a = df.sample(frac=1, random_state=3)",
        "a = df.sample(fraction=1.0)",
        "s = KFold(shuffle=True, rng=3)",
        "def f():\n    raise NotImplementedError\n    return train_test_split(X)",
        "a = X.sample(10)",
        "def split(d, random_state=None):\n    return train_test_split(d, random_state=random_state)",
        "from lab import train_test_split as own\na, b = own(X)",
        "import random\nrandom.shuffle(X)",
    ],
)
def test_seeded_deterministic_and_unknown_splits_pass(make_repo: MakeRepo, body: str) -> None:
    assert [f.message for f in judge(make_repo, {"train.py": HEAD + body + "\n"})] == []


SEEDING = "import numpy as np\n\ndef set_seed(seed):\n    np.random.seed(seed)\n"
DATA = "from sklearn.model_selection import train_test_split\n\ndef load(x):\n    return train_test_split(x)\n"


@pytest.mark.parametrize(
    ("train", "severity"),
    [
        ("from data import load\nfrom seeding import set_seed\n\nset_seed(0)\nload([1])\n", Severity.INFO),
        ("from data import load\n\nload([1])\n", Severity.WARNING),
        ("from data import load\nfrom transformers import TrainingArguments\n\nTrainingArguments('o')\nload([1])\n", Severity.WARNING),
        ("import numpy as np\nfrom data import load\n\nrng = np.random.default_rng(0)\nload([1])\n", Severity.WARNING),
    ],
)  # fmt: skip
def test_numpys_global_seed_makes_it_a_note(
    make_repo: MakeRepo, train: str, severity: Severity
) -> None:
    main = f'{train}\n\nif __name__ == "__main__":\n    pass\n'
    (finding,) = judge(make_repo, {"train.py": main, "data.py": DATA, "seeding.py": SEEDING})
    assert (finding.location.path, finding.severity) == ("data.py", severity)


def test_the_fix_gives_the_seed_that_is_at_hand(make_repo: MakeRepo) -> None:
    body = "from sklearn.model_selection import train_test_split\n\ndef split(x, seed):\n    return train_test_split(x, test_size=0.2)\n"
    (finding,) = judge(make_repo, {"a.py": body})
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE
    (change,) = plan_fixes([finding], lambda _path: body.encode(), frozenset(Safety))
    assert isinstance(change, Change)
    assert b"test_size=0.2, random_state=seed)" in change.new


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("m = RandomForestClassifier()", 1),
        ("from sklearn.cluster import KMeans\nm = KMeans(8)", 1),
        ("from sklearn.neural_network import MLPRegressor\nm = MLPRegressor(random_state=None)", 1),
        ("from sklearn import tree\nm = tree.DecisionTreeClassifier()", 1),
        ("m = RandomForestClassifier(random_state=seed)", 0),
        ("m = RandomForestClassifier(**options)", 0),
        ("from sklearn.svm import SVC\nm = SVC()", 0),
        ("from sklearn.linear_model import LogisticRegression\nm = LogisticRegression()", 0),
        ("from sklearn.decomposition import PCA\nm = PCA(2)", 0),
        ("from xgboost import XGBClassifier\nm = XGBClassifier()", 0),
        ("m = RandomForestClassifier()\nm.random_state = seed", 0),
        ("m = RandomForestClassifier()\nm.set_params(random_state=seed)", 0),
        ("np.random.seed(0)\nm = RandomForestClassifier()", 0),
        ("from cuml import RandomForestClassifier as R\nm = R()", 0),
    ],
)
def test_estimators_that_are_random_by_default(make_repo: MakeRepo, body: str, count: int) -> None:
    assert len(judge(make_repo, {"train.py": HEAD + body + "\n"}, "SEED011")) == count


TORCH = "import torch\nfrom torch.utils.data import DataLoader, random_split\nfrom lab import data, Net, set_seed, g, kw\n\n"


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("a, b = random_split(data, [8, 2])", 1),
        ("a, b = torch.utils.data.random_split(data, [8, 2])", 1),
        ("a, b = random_split(data, [8, 2], generator=None)", 1),
        ("torch.manual_seed(0)\nnet = Net()\na, b = random_split(data, [8, 2])", 1),
        ("def f():\n    torch.manual_seed(0)\ndef g():\n    return random_split(data, [8, 2])", 1),
        ("torch.manual_seed(0)\na, b = random_split(data, [8, 2])", 0),
        ("torch.manual_seed(0)\nn = len(data)\na, b = random_split(data, [n - 2, 2])", 0),
        ("a, b = random_split(data, [8, 2], generator=g)", 0),
        ("a, b = random_split(data, [8, 2], g)", 0),
        ("a, b = random_split(data, [8, 2], **kw)", 0),
        ("from lab import random_split as own\na, b = own(data, [8, 2])", 0),
    ],
)
def test_random_split_wants_a_generator_of_its_own(
    make_repo: MakeRepo, body: str, count: int
) -> None:
    assert len(judge(make_repo, {"train.py": TORCH + body + "\n"}, "SEED012")) == count


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("d = pd.read_csv('a.csv')\ne = d.sample(100)", 1),
        ("d = pd.read_csv('a.csv')\nd.sample(5)", 0),
        ("d = pd.read_csv('a.csv')\nprint(d.sample(5))", 0),
        ("d = pd.read_csv('a.csv')\ne = d.sample(100, random_state=1)", 0),
        ("df.sample(frac=0.1)", 0),
    ],
)
def test_a_look_at_some_rows_is_no_split(make_repo: MakeRepo, body: str, count: int) -> None:
    assert len(judge(make_repo, {"train.py": HEAD + body + "\n"})) == count


def test_one_part_is_no_split(make_repo: MakeRepo) -> None:
    body = "a = random_split(data, [len(data)])[0]\n"
    assert judge(make_repo, {"train.py": TORCH + body}, "SEED012") == []
