from __future__ import annotations

from pathlib import Path

import pytest
from projects import project

from repro_check.project.libraries import EVERY, Family
from repro_check.project.project import Project
from repro_check.project.randomness import RandomUse

SEEDER = "import torch\ndef set_seed(seed):\n    torch.manual_seed(seed)\n"
MAIN = """
    import torch
    {imports}
    def main():
        {first}
        model = torch.nn.Linear(4, 2)
        for x in torch.randn(9, 8, 4):
            model(x).sum().backward()
            optimizer.step()
    if __name__ == "__main__":
        main()
"""


def train(first: str = "pass", imports: str = "") -> str:
    return MAIN.format(first=first, imports=imports)


def use_of(opened: Project, path: str = "train.py") -> RandomUse:
    (entry,) = [item for item in opened.entries if item.path == path]
    return opened.random_use(entry)


def use(tmp_path: Path, files: dict[str, str], **settings: object) -> RandomUse:
    return use_of(project(tmp_path, files, **settings))


def is_seeded(tmp_path: Path, files: dict[str, str], **settings: object) -> bool:
    found = use(tmp_path, files, **settings)
    assert found.trains
    assert found.draws
    return bool(found.seeded)


def test_an_entry_that_seeds_nothing_says_what_it_draws_and_where_it_trains(tmp_path: Path) -> None:
    found = use(tmp_path, {"train.py": train()})
    assert found.seeded == frozenset()
    assert [(draw.path, draw.target, draw.family) for draw in found.draws] == [
        ("train.py", "torch.nn.Linear", Family.TORCH)
    ]
    assert found.trains is not None
    path, call = found.trains
    assert (path, call.name, call.span.line) == ("train.py", "optimizer.step", 8)
    assert not found.is_opaque


SEEDED = {
    "directly": {"train.py": train("torch.manual_seed(0)")},
    "by a helper": {
        "train.py": train("set_seed(0)", "from utils import set_seed"),
        "utils.py": SEEDER,
    },
    "by a helper of a helper": {
        "train.py": train("setup(0)", "from setup import setup"),
        "setup.py": "from utils import set_seed\ndef setup(s):\n    set_seed(s)",
        "utils.py": SEEDER,
    },
    "through a package": {
        "train.py": train("pkg.set_seed(0)", "import pkg"),
        "pkg/__init__.py": "from .seed import *",
        "pkg/seed.py": SEEDER,
    },
    "by a star import": {"train.py": train("set_seed(0)", "from utils import *"), "utils.py": SEEDER},
    "when a module is imported": {"train.py": train("pass", "import setup"), "setup.py": "import torch\ntorch.manual_seed(0)"},
    "when a package is imported": {
        "train.py": train("pass", "from pkg.deep import x"),
        "pkg/__init__.py": "import torch\ntorch.manual_seed(0)",
        "pkg/deep/x.py": "",
    },
    "by a method": {
        "train.py": train("Runner().prepare()", "from run import Runner"),
        "run.py": SEEDER + "class Runner:\n    def prepare(self):\n        set_seed(0)",
    },
    "by an inherited initialiser": {
        "train.py": train("Child()", "from run import Child"),
        "run.py": SEEDER + "class Base:\n    def __init__(self):\n        set_seed(0)\nclass Child(Base): ...",
    },
    "by a callback": {
        "train.py": train("on_start(set_seed)", "from utils import set_seed"),
        "utils.py": SEEDER,
    },
    "by a partial": {
        "train.py": train("functools.partial(set_seed, 0)()", "import functools\n    from utils import set_seed"),
        "utils.py": SEEDER,
    },
    "by a table of functions": {
        "train.py": train("{'seed': set_seed}[mode](0)", "from utils import set_seed\n    TABLE = {'s': set_seed}"),
        "utils.py": SEEDER,
    },
    "by a decorator": {
        "train.py": train().replace("def main", "@seeded\n    def main").replace("import torch", "import torch\n    from utils import seeded", 1),
        "utils.py": SEEDER + "def seeded(f):\n    def inner():\n        set_seed(0)\n        f()\n    return inner",
    },
    "by what hydra makes": {
        "train.py": train("hydra.utils.instantiate(cfg)", "import hydra"),
        "conf/a.yaml": "_target_: utils.Seeder\n",
        "utils.py": SEEDER + "class Seeder:\n    def __init__(self):\n        set_seed(0)",
    },
    "by a branch of a definition": {
        "train.py": train("seed()", "from utils import seed"),
        "utils.py": "import torch\nif x:\n    def seed(): torch.manual_seed(0)\nelse:\n    def seed(): pass",
    },
    "by a library": {"train.py": train("pl.seed_everything(0)", "import lightning as pl")},
    "by the arguments of a trainer": {"train.py": train("TrainingArguments('x')", "from transformers import TrainingArguments")},
    "by a generator": {"train.py": train("g = torch.Generator().manual_seed(0)")},
    "by a generator of its own": {"train.py": train("g.manual_seed(0)")},
    "by a keyword": {"train.py": train("train_test_split(x, random_state=0)", "from sklearn.model_selection import train_test_split")},
    "by a file named like the standard library": {
        "train.py": train("seed(0)", "from utils.random import seed"),
        "utils/__init__.py": "",
        "utils/random.py": "import random\ndef seed(s):\n    random.seed(s)",
    },
}  # fmt: skip


@pytest.mark.parametrize("way", SEEDED)
def test_a_seed_is_found(way: str, tmp_path: Path) -> None:
    assert is_seeded(tmp_path, SEEDED[way])


UNSEEDED = {
    "a helper that is never called": {
        "train.py": train("pass", "from utils import set_seed"),
        "utils.py": SEEDER,
    },
    "a helper in a file that nobody imports": {"train.py": train(), "utils.py": SEEDER},
    "a method of the same name": {
        "train.py": train("options.set_seeds_of(0)", "from utils import set_seed"),
        "utils.py": SEEDER,
    },
    "a keyword that is None": {"train.py": train("train_test_split(x, random_state=None)", "from sklearn.model_selection import train_test_split")},
    "a seed in a comment": {"train.py": train("pass  # torch.manual_seed(0)")},
    "a seed in a text": {"train.py": train("x = 'torch.manual_seed(0)'")},
    "a local of that name": {
        "train.py": train("set_seed = print; set_seed(0)", "from utils import set_seed"),
        "utils.py": SEEDER,
    },
    "another entry that seeds": {
        "train.py": train(),
        "other.py": train("torch.manual_seed(0)"),
    },
    "a test that seeds": {"train.py": train(), "tests/test_a.py": "import torch\ntorch.manual_seed(0)"},
    "a mere reading of the seed": {"train.py": train("print(torch.initial_seed())")},
}  # fmt: skip


@pytest.mark.parametrize("way", UNSEEDED)
def test_what_does_not_seed_is_not_taken_for_a_seed(way: str, tmp_path: Path) -> None:
    assert not is_seeded(tmp_path, UNSEEDED[way])


def test_a_function_named_in_the_settings_seeds_everything(tmp_path: Path) -> None:
    files = {"train.py": train("lab.fix(0)", "import lab")}
    assert not is_seeded(tmp_path / "a", files)
    assert use(tmp_path / "b", files, seeders=("lab.fix",)).seeded == EVERY


TRAINING = {
    "a lone backward pass": ("loss.backward()", False),
    "a single step": ("optimizer.step()", False),
    "a trainer": ("trainer.fit(model)", True),
    "a model": ("model.fit(x)", True),
    "a scaler": ("scaler.fit(x)", False),
    "a made scaler": ("StandardScaler().fit(x)", False),
    "an environment": ("env.step(x)", False),
    "inference": ("model(x)", False),
}


@pytest.mark.parametrize("kind", TRAINING)
def test_only_training_counts_as_training(kind: str, tmp_path: Path) -> None:
    call, trains = TRAINING[kind]
    source = f"import torch\ntorch.randn(1)\ndef main():\n    {call}\nif __name__ == '__main__':\n    main()"
    assert bool(use(tmp_path, {"train.py": source}).trains) is trains


def test_training_in_another_module_counts(tmp_path: Path) -> None:
    files = {
        "train.py": "from loop import run\nif __name__ == '__main__':\n    run()",
        "loop.py": "import torch\ndef run():\n    torch.randn(1)\n    for x in data:\n        step()\ndef step():\n    optimizer.step()",
    }
    found = use(tmp_path, files)
    assert found.trains is not None
    assert found.trains[0] == "loop.py"


def test_training_that_is_merely_possible_does_not_count(tmp_path: Path) -> None:
    files = {
        "train.py": "from loop import run\nregister(run)\nif __name__ == '__main__':\n    main()",
        "loop.py": "import torch\ndef run():\n    torch.randn(1)\n    model.fit(x)",
    }
    found = use(tmp_path, files)
    assert found.trains is None
    assert found.draws == ()


def test_a_draw_with_its_own_seed_or_with_unseen_arguments_is_none(tmp_path: Path) -> None:
    source = """
        from sklearn.ensemble import RandomForestClassifier as Forest
        from sklearn.model_selection import train_test_split
        def main(options):
            train_test_split(x, random_state=1)
            Forest(**options)
            model.fit(x)
        main({})
        if __name__ == '__main__': pass
    """
    assert use(tmp_path, {"train.py": source}).draws == ()


def test_of_each_family_one_draw_is_shown(tmp_path: Path) -> None:
    source = """
        import random, numpy as np, torch
        def main():
            random.random(), random.random(), np.random.rand(), torch.rand(1), torch.randn(1)
            model.fit(x)
        if __name__ == '__main__':
            main()
    """
    families = [draw.family for draw in use(tmp_path, {"train.py": source}).draws]
    assert families == [Family.PYTHON, Family.NUMPY, Family.TORCH]


@pytest.mark.parametrize(
    ("first", "imports"),
    [
        ("importlib.import_module(name).run()", "import importlib"),
        ("exec(text)", ""),
        ("__import__(name)", ""),
        ("runpy.run_path(name)", "import runpy"),
        ("old.run()", "import old"),
    ],
)
def test_code_that_cannot_be_seen_is_admitted(first: str, imports: str, tmp_path: Path) -> None:
    files = {"train.py": train(first, imports), "old.py": "print 'Python 2'"}
    found = use(tmp_path, files)
    assert found.trains
    assert found.is_opaque


def test_modules_that_call_each_other_are_summed_up_once(tmp_path: Path) -> None:
    files = {
        "train.py": "import a\nif __name__ == '__main__':\n    a.f(3)",
        "a.py": "import b\nimport torch\ndef f(n):\n    b.g(n)\n    torch.randn(1)\n    model.fit(x)",
        "b.py": "import a\nimport torch\ndef g(n):\n    a.f(n - 1)\n    torch.manual_seed(0)",
    }
    opened = project(tmp_path, files)
    assert Family.TORCH in use_of(opened).seeded
    assert use_of(opened) == use_of(opened)


def test_many_entries_over_one_deep_chain_cost_ordinary_time(tmp_path: Path) -> None:
    chain = "\n".join(f"def f{n}():\n    f{n + 1}()" for n in range(3_000))
    end = "import torch\ndef f3000():\n    torch.randn(1)\n    model.fit(x)\n"
    files = {"chain.py": f"{end}{chain}"}
    for number in range(30):
        files[f"e{number}.py"] = (
            f"from chain import f{number}\nif __name__ == '__main__':\n    f{number}()"
        )
    opened = project(tmp_path, files)
    uses = [opened.random_use(entry) for entry in opened.entries]
    assert len(uses) == 30
    assert all(found.trains and found.draws and not found.seeded for found in uses)
