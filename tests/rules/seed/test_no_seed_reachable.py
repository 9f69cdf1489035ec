"""SEED001: entry points that train unseeded, and the many ways in which others are seeded."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

from repro_check.findings import Confidence, Finding, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
LOOP = """
def fit(model, loader, optimizer):
    for x, y in loader:
        loss = model(x).sum()
        loss.backward()
        optimizer.step()
"""
MODEL = """
import torch


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 2)

    def forward(self, x):
        return self.layer(x)
"""
TRAIN = """\
import torch
from model import Net
from loop import fit
{imports}


def main():
    {first}
    model = Net()
    fit(model, [], torch.optim.SGD(model.parameters(), lr=0.1))


if __name__ == "__main__":
    main()
"""
SEED = """
import random

import numpy as np
import torch


def set_seed(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
"""


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str]) -> list[Finding]:
        texts = {path: textwrap.dedent(text) for path, text in files.items()}
        return list(check(make_repo(texts, commit=False).root, "SEED001").findings)

    return run


def project(imports: str = "", first: str = "pass", **others: str) -> dict[str, str]:
    """A training script over three modules, with more imports and a first statement."""
    more = {path.replace("__", "/") + ".py": text for path, text in others.items()}
    return {
        "train.py": TRAIN.format(imports=imports, first=first),
        "model.py": MODEL,
        "loop.py": LOOP,
    } | more


def test_training_without_a_seed_over_three_modules_is_found_at_the_guard(judge: Judge) -> None:
    (finding,) = judge(project())
    span = finding.location.span
    assert span is not None
    assert (finding.location.path, span.line, span.column) == ("train.py", 13, 1)
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.HIGH)
    assert finding.related[0].location.path == "model.py"


@pytest.mark.parametrize(
    ("imports", "first", "others"),
    [
        ("", "torch.manual_seed(0)", {}),
        ("from utils import set_seed", "set_seed(1)", {"utils": SEED}),
        ("import utils", "utils.set_seed(1)", {"utils": SEED}),
        ("import utils as u", "u.set_seed(1)", {"utils": SEED}),
        ("from utils import *", "set_seed(1)", {"utils": SEED}),
        ("from tools.utils import set_seed", "set_seed(1)", {"tools__utils": SEED, "tools____init__": ""}),
        ("from tools import set_seed", "set_seed(1)", {"tools__utils": SEED, "tools____init__": "from .utils import set_seed\n"}),
        ("from setup_run import prepare", "prepare()", {"utils": SEED, "setup_run": "from utils import set_seed\n\n\ndef prepare():\n    set_seed(1)\n"}),
        ("import seeding  # on import", "pass", {"seeding": "import torch\n\ntorch.manual_seed(0)\n"}),
        ("from lightning import seed_everything", "seed_everything(1)", {}),
        ("import pytorch_lightning as pl", "pl.seed_everything(1)", {}),
        ("from transformers import set_seed", "set_seed(1)", {}),
        ("from accelerate.utils import set_seed", "set_seed(1)", {}),
        ("from composer.utils import reproducibility", "reproducibility.seed_all(1)", {}),
        ("from ignite.utils import manual_seed", "manual_seed(1)", {}),
        ("import lab.tools", "lab.tools.set_random_seed(1)", {}),
        ("from utils import Setup", "Setup().run()", {"utils": SEED + "\n\nclass Setup:\n    def run(self):\n        set_seed(1)\n"}),
        ("from utils import Setup", "s = Setup(1)", {"utils": SEED + "\n\nclass Setup:\n    def __init__(self, seed):\n        set_seed(seed)\n"}),
        ("from functools import partial\nfrom utils import set_seed", "partial(set_seed, 1)()", {"utils": SEED}),
        ("from utils import set_seed", "[step(1) for step in (set_seed,)]", {"utils": SEED}),
        ("", "torch.set_rng_state(torch.load('rng.pt'))", {}),
        ("from transformers import TrainingArguments", "args = TrainingArguments('out')", {}),
    ],
)  # fmt: skip
def test_a_seed_counts_however_it_is_reached(
    judge: Judge, imports: str, first: str, others: dict[str, str]
) -> None:
    found = judge(project(imports, first, **others))
    assert [finding.message for finding in found if finding.location.path == "train.py"] == []


def test_a_helper_that_is_never_called_does_not_count(judge: Judge) -> None:
    assert len(judge(project("from utils import set_seed", "pass", utils=SEED))) == 1


def test_a_seed_of_another_script_does_not_count(judge: Judge) -> None:
    other = project("from utils import set_seed", "set_seed(1)")["train.py"]
    files = project(utils=SEED) | {"train_b.py": other}
    assert [finding.location.path for finding in judge(files)] == ["train.py"]


def test_a_decorated_entry_and_a_named_script_are_entries(judge: Judge) -> None:
    hydra = """
        import hydra
        import torch


        @hydra.main(config_path="conf", config_name="train")
        def run(cfg):
            model = torch.nn.Linear(4, 2)
            for x in torch.randn(9, 1, 4):
                optimizer.step(model(x).sum().backward())
    """
    named = "import torch\n\nmodel = torch.nn.Linear(4, 2)\nfor x in range(9):\n    optimizer.step(model(x).sum().backward())\n"
    files = {"run.py": hydra, "named.py": named, "README.md": "```bash\npython named.py\n```\n"}
    assert sorted(finding.location.path for finding in judge(files)) == ["named.py", "run.py"]


@pytest.mark.parametrize(
    "code",
    [
        "model.eval()\nwith torch.no_grad():\n    print(model(torch.randn(1, 4)))\n",
        "import matplotlib.pyplot as plt\n\nplt.hist(torch.randn(100).numpy())\nplt.savefig('x.png')\n",
        "model.load_state_dict(torch.load('m.pt', map_location='cpu'))\nprint(model(x))\n",
        "scaler.fit(torch.randn(3, 3))\n",
        "class Dummy:\n    def step(self):\n        pass\n\n\nDummy().step()\nx = torch.randn(3)\n",
    ],
)
def test_inference_plots_and_scalers_are_no_training(judge: Judge, code: str) -> None:
    text = f"import torch\n\nmodel = torch.nn.Linear(4, 2)\n{code}"
    assert judge({"demo.py": text + "\nif __name__ == '__main__':\n    pass\n"}) == []


def test_a_smoke_function_in_a_model_file_is_no_entry(judge: Judge) -> None:
    smoke = MODEL + "\n\ndef test():\n    print(Net()(torch.randn(1, 4)).shape)\n\n\ntest()\n"
    assert judge({"model.py": smoke}) == []


def test_a_library_without_an_entry_is_not_asked(judge: Judge) -> None:
    assert judge({"lib/model.py": MODEL, "lib/loop.py": LOOP, "lib/__init__.py": ""}) == []


def test_training_without_random_numbers_needs_no_seed(judge: Judge) -> None:
    text = """
        import torch

        w = torch.zeros(3, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=0.1)
        ((w - 1) ** 2).sum().backward()
        optimizer.step()
        if __name__ == "__main__":
            pass
    """
    assert judge({"solve.py": text}) == []


SKLEARN = """
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

x, y = np.load("x.npy"), np.load("y.npy")
a, b, c, d = train_test_split(x, y{split})
model = {model}
model.fit(a, c)

if __name__ == "__main__":
    print(model.score(b, d))
"""


@pytest.mark.parametrize(
    ("split", "model", "is_found"),
    [
        ("", "RandomForestClassifier()", True),
        (", random_state=None", "SVC()", True),
        (", random_state=0", "RandomForestClassifier(random_state=0)", False),
        (", random_state=SEED", "SVC()", False),
        (", **options", "RandomForestClassifier(**options)", False),
    ],
)
def test_in_scikit_learn_a_random_state_everywhere_is_enough(
    judge: Judge, split: str, model: str, *, is_found: bool
) -> None:
    assert bool(judge({"fit.py": SKLEARN.format(split=split, model=model)})) == is_found


@pytest.mark.parametrize(
    ("first", "is_found"),
    [
        ("pass", True),
        ("tf.random.set_seed(1)", False),
        ("tf.keras.utils.set_random_seed(1)", False),
        ("tf.compat.v1.set_random_seed(1)", False),
        ("tf.set_random_seed(1)", False),
    ],
)
def test_keras_is_seeded_by_any_of_its_functions(
    judge: Judge, first: str, *, is_found: bool
) -> None:
    text = f"""
        import tensorflow as tf

        def main():
            {first}
            model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
            model.compile("adam", "mse")
            model.fit(x, y)

        if __name__ == "__main__":
            main()
    """
    assert bool(judge({"train.py": text})) == is_found


def test_loading_a_keras_model_draws_nothing(judge: Judge) -> None:
    text = """
        from tensorflow import keras

        model = keras.models.load_model("m.h5")
        model.fit(x, y, shuffle=False)
        model.save("m2.h5")

        if __name__ == "__main__":
            pass
    """
    assert judge({"resume.py": text}) == []


@pytest.mark.parametrize("make", ["jax.random.PRNGKey(0)", "jax.random.key(0)"])
def test_jax_carries_its_keys(judge: Judge, make: str) -> None:
    text = f"""
        import jax
        import optax

        def main():
            key = {make}
            params = jax.random.normal(key, (3,))
            optimizer = optax.adam(1e-3)
            updates, state = optimizer.update(jax.grad(loss)(params), optimizer.init(params))

        if __name__ == "__main__":
            main()
    """
    assert judge({"train.py": text}) == []


LIGHTNING = """
import torch
from pytorch_lightning import LightningModule, Trainer{more}


class Lit(LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 2)


def main():
    {first}
    trainer = Trainer(deterministic=True)
    trainer.fit(Lit(), loader)


if __name__ == "__main__":
    main()
"""


def test_deterministic_alone_seeds_nothing_in_lightning(judge: Judge) -> None:
    assert len(judge({"train.py": LIGHTNING.format(more="", first="pass")})) == 1
    seeded = LIGHTNING.format(more=", seed_everything", first="seed_everything(1, workers=True)")
    assert judge({"train.py": seeded}) == []


def test_the_command_line_of_lightning_seeds_by_itself(judge: Judge) -> None:
    text = """
        import torch
        from lightning.pytorch.cli import LightningCLI
        from lightning import LightningModule

        class Lit(LightningModule):
            def __init__(self):
                super().__init__()
                self.layer = torch.nn.Linear(4, 2)

            def training_step(self, batch):
                self.manual_backward(self.layer(batch).sum())
                loss.backward()

        if __name__ == "__main__":
            cli = LightningCLI(Lit)
            cli.trainer.fit(cli.model)
    """
    assert judge({"train.py": text}) == []


def test_a_seed_behind_a_dynamic_import_makes_it_less_sure(judge: Judge) -> None:
    first = "importlib.import_module(name).setup()"
    (finding,) = judge(project("import importlib", first))
    assert finding.confidence is Confidence.LOW


def test_the_settings_can_name_a_seeder(judge: Judge) -> None:
    settings = '[tool.repro-check]\nseeders = ["lab.prepare"]\n'
    files = project("import lab", "lab.prepare()") | {"pyproject.toml": settings}
    assert judge(files) == []


def test_tests_documentation_and_vendored_scripts_are_left_out(judge: Judge) -> None:
    files = project()
    script = files.pop("train.py")
    paths = ("tests/train.py", "docs/train.py", "third_party/x/train.py")
    assert judge(files | dict.fromkeys(paths, script)) == []


def test_a_notebook_is_not_asked_by_this_rule(judge: Judge) -> None:
    source = "import torch\nm = torch.nn.Linear(1, 1)\nm.fit(torch.randn(1, 1))"
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {},
        "outputs": [],
        "source": [source],
    }
    text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    assert judge({"demo.ipynb": text}) == []


def test_two_entries_are_two_findings_with_their_own_places(make_repo: MakeRepo) -> None:
    files = project()
    files["other.py"] = files["train.py"].replace(
        'if __name__ == "__main__":', "if __name__=='__main__':"
    )
    repo = make_repo(files, commit=False)
    report = check(repo.root, "SEED001")
    assert places(report) == ["other.py:13:1 SEED001", "train.py:13:1 SEED001"]
    ends = [
        finding.location.span.end_column for finding in report.findings if finding.location.span
    ]
    assert ends == [25, 27]


@pytest.mark.parametrize(
    "first",
    [
        "env.reset(seed=1)",
        "loader = torch.utils.data.DataLoader(data, generator=torch.Generator().manual_seed(0))",
        "train, rest = random_split(data, [8, 2], generator=torch.Generator().manual_seed(0))",
        "sampler = torch.utils.data.distributed.DistributedSampler(data, seed=args.seed)",
        "g = torch.Generator()\n    g.manual_seed(0)",
        "x, y = train_test_split(data, random_state=0)",
    ],
)
def test_a_seed_of_one_object_does_not_seed_the_weights(judge: Judge, first: str) -> None:
    imports = (
        "import gym\nfrom sklearn.model_selection import train_test_split\nenv = gym.make('E')\n"
    )
    imports += "from torch.utils.data import random_split"
    (found,) = judge(project(imports, first))
    assert "draws from torch, but nothing that it calls seeds these" in found.message


@pytest.mark.parametrize(
    "first",
    [
        "obscure.Thing(seed=3)",
        "obscure.thing.set_seed(3)",
        "trainer = obscure.PPO('MlpPolicy', seed=3)",
        "key = jax.random.PRNGKey(0)",
    ],
)
def test_a_seed_that_is_given_to_something_unknown_may_seed_all(judge: Judge, first: str) -> None:
    assert judge(project("import jax, obscure", first)) == []


def test_weights_of_keras_may_begin_with_a_seeded_initializer(judge: Judge) -> None:
    text = """
        from tensorflow import keras

        begin = keras.initializers.GlorotUniform(seed=1)
        model = keras.Sequential()
        model.add(keras.layers.Dense(2, {}))
        model.compile()
        for _ in range(3):
            model.fit(x, y)
        if __name__ == "__main__":
            pass
    """
    given = textwrap.dedent(text).replace("keras.Sequential()", "make()")
    assert judge({"run.py": given.format("kernel_initializer=begin")}) == []
    assert len(judge({"run.py": given.format("")})) == 1


def test_what_stands_under_the_guard_of_an_imported_script_is_not_run(judge: Judge) -> None:
    other = f"{SEED}\n\ndef main():\n    set_seed(0)\n\n\nif __name__ == '__main__':\n    main()\n"
    imported = project("from other import draw", other=f"{other}\n\ndef draw():\n    pass\n")
    assert len(judge(imported)) == 1
    called = project("from other import main as seed", "seed()", other=other)
    assert judge(called) == []
    top = project(
        "from other import draw",
        other=f"{SEED}\nset_seed(0)\n\n\ndef draw():\n    pass\n",
    )
    assert judge(top) == []


def test_a_regression_on_made_up_numbers_is_not_judged_beside_a_seeded_object(judge: Judge) -> None:
    text = """
        import numpy as np
        import scipy.signal

        x = np.random.randn(100)
        split(x, generator=seeded)
        scipy.signal.lfilter(x, rng=3)
        for _ in range(6):
            {}
        if __name__ == "__main__":
            pass
    """
    given = textwrap.dedent(text)
    assert judge({"run.py": given.format("model.fit(x)")}) == []
    assert len(judge({"run.py": given.format("optimizer.step(loss.backward())")})) == 1
