"""SEED021: what Keras 3 draws its weights from."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from checking import check, place
from conftest import Repo

from repro_check.findings import Finding, Safety

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
TRAIN = """\
import random
import numpy as np
import tensorflow as tf
{imports}

def main():
    {first}
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    model.fit(x, y)

if __name__ == "__main__":
    main()
"""


def train(first: str = "tf.random.set_seed(0)", imports: str = "") -> str:
    """A training script."""
    return TRAIN.format(first=first, imports=imports)


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str] | str) -> list[Finding]:
        chosen = {"train.py": files} if isinstance(files, str) else files
        texts = {path: textwrap.dedent(text) for path, text in chosen.items()}
        return list(check(make_repo(texts, commit=False).root, "SEED021").findings)

    return run


@pytest.mark.parametrize(
    "first", ["tf.random.set_seed(0)", "np.random.seed(0); tf.random.set_seed(0)"]
)
def test_tensorflow_alone_is_not_enough(first: str, judge: Judge) -> None:
    (finding,) = judge(train(first))
    assert "`tf.random.set_seed` does not seed the weights of Keras 3" in finding.message
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE
    assert [edit.replacement for edit in finding.fix.edits] == ["tf.keras.utils.set_random_seed"]


@pytest.mark.parametrize(
    ("first", "imports"),
    [
        ("tf.keras.utils.set_random_seed(0)", ""),
        ("random.seed(0); tf.random.set_seed(0)", ""),
        ("pass", ""),
        ("tf.random.set_seed(0)", "tf.compat.v1.disable_eager_execution()"),
        ("tf.random.set_seed(0)", "import tf_keras"),
        ("tf.random.set_seed(0)", "from tensorflow.python.keras import layers"),
        ("tf.random.set_seed(0)", "optimizer = tf.keras.optimizers.Adam(lr=1e-3)"),
        ("tf.random.set_seed(0)", "import os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'"),
        ("set_seeds(0); tf.random.set_seed(0)", "from unseen import set_seeds"),
        ("tf.random.set_seed(0)", "import tensorflow_addons as tfa"),
        (
            "tf.random.set_seed(0)",
            "from tensorflow.keras.wrappers.scikit_learn import KerasRegressor",
        ),
        ("tf.random.set_seed(0)", "from tensorflow.keras.layers.experimental import preprocessing"),
        ("tf.random.set_seed(0)", "classes = other.predict_classes(x)"),
    ],
)
def test_these_seed_keras_or_are_an_older_one(first: str, imports: str, judge: Judge) -> None:
    assert judge(train(first, imports)) == []


@pytest.mark.parametrize(
    ("requirements", "is_found"),
    [
        ("tensorflow==2.15.0\n", False),
        ("tensorflow>=2.4,<2.14\n", False),
        ("keras==2.9\ntensorflow\n", False),
        ("tensorflow==2.17.0\n", True),
        ("keras>=3\n", True),
        ("tensorflow\n", True),
        ("tensorflow-macos==2.9\n", False),
        ("tensorflow-gpu==2.4.1\n", False),
    ],
)
def test_the_version_decides(requirements: str, *, is_found: bool, judge: Judge) -> None:
    found = judge({"train.py": train(), "requirements.txt": requirements})
    assert bool(found) is is_found


@pytest.mark.parametrize(
    ("path", "text", "is_found"),
    [
        ("README.md", "Tested with TensorFlow 2.4 and Python 3.8.", False),
        ("README.md", "pip install tensorflow-gpu==1.15", False),
        ("README.md", "We use tensorflow (version 2.3).", False),
        ("Dockerfile", "FROM tensorflow/tensorflow:2.8.0-gpu", False),
        ("README.md", "Tested with TensorFlow 2.16.", True),
        ("README.md", "See tensorflow.org. Section 2.4 tells more.", True),
        ("README.md", "Written with TensorFlow.", True),
    ],
)
def test_what_is_said_of_the_version_counts(
    path: str, text: str, *, is_found: bool, judge: Judge
) -> None:
    assert bool(judge({"train.py": train(), path: text + "\n"})) is is_found


@pytest.mark.parametrize(
    ("initialiser", "is_found"),
    [('"he_normal"', True), ('"zeros"', False), ("tf.keras.initializers.HeNormal(1)", False)],
)
def test_the_name_of_an_initialiser_is_no_seed(
    initialiser: str, *, is_found: bool, judge: Judge
) -> None:
    layer = f"tf.keras.layers.Dense(1, kernel_initializer={initialiser})"
    source = train().replace("tf.keras.layers.Dense(1)", layer)
    assert bool(judge(source)) is is_found


def test_initialisers_that_are_given_may_bring_their_own_seeds(judge: Judge) -> None:
    layer = "tf.keras.layers.Dense(1, kernel_initializer=init)"
    source = train().replace("tf.keras.Sequential([tf.keras.layers.Dense(1)])", layer)
    assert judge(source) == []


def test_a_helper_in_another_module_is_where_to_mend_it(judge: Judge) -> None:
    files = {
        "train.py": train("set_seed(0)", "from utils import set_seed"),
        "utils.py": "import tensorflow as tf\n\ndef set_seed(seed):\n    tf.random.set_seed(seed)\n",
    }
    assert [place(each) for each in judge(files)] == ["utils.py:4:5 SEED021"]


def test_plain_keras_is_meant_too(judge: Judge) -> None:
    source = """
        import keras
        import tensorflow as tf

        tf.random.set_seed(1)
        model = keras.Sequential([keras.layers.Dense(1)])
        model.fit(x, y)
    """
    assert len(judge(source)) == 1
