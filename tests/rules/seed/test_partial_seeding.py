"""SEED002: generators that are drawn from beside those that are seeded."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.findings import Finding, Safety

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
TRAIN = """\
import random
import numpy as np
import torch
{imports}

def main(args):
{body}
    model = torch.nn.Linear(4, 2)
    for x in torch.randn(9, 8, 4):
        optimizer.step(model(x).sum().backward())

if __name__ == "__main__":
    main(parse_args())
"""


def train(body: str, imports: str = "") -> str:
    """A training script with a few statements before the model is built."""
    return TRAIN.format(
        body=textwrap.indent(textwrap.dedent(body).strip(), "    "), imports=imports
    )


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str] | str) -> list[Finding]:
        chosen = {"train.py": files} if isinstance(files, str) else files
        texts = {path: textwrap.dedent(text) for path, text in chosen.items()}
        return list(check(make_repo(texts, commit=False).root, "SEED002").findings)

    return run


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ("random.seed(0)", "torch"),
        ("np.random.seed(0)", "torch"),
        ("torch.manual_seed(0)\nnp.random.shuffle(x)", "numpy"),
        ("torch.manual_seed(0)\nrandom.shuffle(x)", "random"),
        ("torch.manual_seed(0)\nrandom.shuffle(x)\nnp.random.rand()", "numpy and random"),
        ("torch.manual_seed(0)\nif args.mix:\n    lam = np.random.beta(1, 1)", "numpy"),
        ("random.seed(0)\nnp.random.seed(0)", "torch"),
    ],
)
def test_what_is_drawn_and_not_seeded_is_named(body: str, missing: str, judge: Judge) -> None:
    (finding,) = judge(train(body))
    assert f"also draws from {missing}," in finding.message
    assert finding.related


@pytest.mark.parametrize(
    ("imports", "body"),
    [
        ("", "torch.manual_seed(0)"),
        ("", "torch.manual_seed(0)\nx = np.zeros(3)"),
        ("", "torch.manual_seed(0)\nrng = np.random.default_rng(0)\nrng.shuffle(x)"),
        ("", "torch.manual_seed(0)\nrandom.Random(0).shuffle(x)"),
        ("", "torch.manual_seed(0)\nport = random.randint(10_000, 20_000)"),
        (
            "",
            "args.dist_url = f'tcp://x:{1}'\ntorch.manual_seed(0)\nargs.run_name = random.choice(x)",
        ),
        ("", "torch.manual_seed(np.random.randint(9))"),
        ("", "torch.manual_seed(0)\nargs.out = 'x' + ''.join(random.choices('abc', k=3))"),
        ("", "torch.manual_seed(0)\nargs.out = 'x' + str(random.random())"),
        ("", "torch.manual_seed(0)\nargs.run_id = np.random.randint(9)"),
        ("from lib import Trainer", "random.seed(0)\nTrainer(model).fit()"),
        ("from hyperpyyaml import load_hyperpyyaml", "random.seed(0)\nload_hyperpyyaml(args.file)"),
        ("import keras", "np.random.seed(0)\ntorch.manual_seed(0)\nkeras.layers.Dense(1)"),
        ("", "loader = torch.utils.data.DataLoader(x, worker_init_fn=lambda i: np.random.seed(i))"),
        ("import time", "torch.manual_seed(0)\ntime.sleep(random.random())"),
        (
            "from sklearn.model_selection import train_test_split",
            "torch.manual_seed(0)\ntrain_test_split(x, random_state=0)",
        ),
        (
            "from sklearn.model_selection import train_test_split",
            "torch.manual_seed(0)\ntrain_test_split(x, shuffle=False)",
        ),
        ("from sklearn.svm import SVC", "torch.manual_seed(0)\nSVC().score(x)"),
        ("from lightning import seed_everything", "seed_everything(0)\nnp.random.rand()"),
        ("from transformers import set_seed", "set_seed(0)\nnp.random.rand()\nrandom.random()"),
        ("from accelerate.utils import set_seed", "set_seed(0)\nrandom.random()"),
        ("from monai.utils import set_determinism", "set_determinism(0)\nnp.random.rand()"),
        ("from ignite.utils import manual_seed", "manual_seed(0)\nnp.random.rand()"),
        (
            "from composer.utils import reproducibility",
            "reproducibility.seed_all(0)\nrandom.random()",
        ),
        ("from unseen import set_all_seeds", "random.seed(0)\nset_all_seeds(0)"),
        ("from unseen import seed", "random.seed(0)\nseed(0)"),
        ("", "random.seed(0)\nargs.fabric.seed_everything(0)"),
        ("import mmlib", "random.seed(0)\nmmlib.Runner(seed=0)"),
        ("import importlib", "random.seed(0)\nimportlib.import_module(args.setup)"),
    ],
)
def test_these_are_no_partial_seeding(imports: str, body: str, judge: Judge) -> None:
    assert judge(train(body, imports)) == []


@pytest.mark.parametrize(
    "body",
    [
        "random.seed(0)\nenv.action_space.seed(0)",
        "random.seed(0)\ng = torch.Generator().manual_seed(0)",
        "random.seed(0)\nrng = np.random.RandomState(0)",
    ],
)
def test_a_generator_of_an_object_seeds_nothing_else(body: str, judge: Judge) -> None:
    assert len(judge(train(body))) == 1


def test_seeding_in_another_module_counts_for_what_it_seeds(judge: Judge) -> None:
    files = {
        "train.py": train("set_seed(0)\nshuffled(args)", "from utils import set_seed, shuffled"),
        "utils.py": """
            import random

            import torch

            def set_seed(seed):
                torch.manual_seed(seed)

            def shuffled(x):
                random.shuffle(x)
        """,
    }
    (finding,) = judge(files)
    assert finding.location.path == "utils.py"
    assert [place.location.path for place in finding.related] == ["utils.py"]
    assert "only torch is seeded" in finding.message


def test_a_seed_that_may_be_set_through_a_callback_counts(judge: Judge) -> None:
    files = {
        "train.py": train("random.seed(0)\nregister(setup)", "from utils import setup"),
        "utils.py": "import torch\n\ndef setup():\n    torch.manual_seed(0)\n",
    }
    assert judge(files) == []


def test_draws_of_data_sets_in_workers_do_not_count(judge: Judge) -> None:
    # a worker's `random` and numpy are seeded from torch's base seed since torch 1.9
    source = """
        import random
        import torch

        class Data(torch.utils.data.Dataset):
            def __getitem__(self, index):
                return random.random()

        def main():
            torch.manual_seed(0)
            loader = torch.utils.data.DataLoader(Data(), num_workers=4)
            torch.nn.Linear(1, 1)(next(iter(loader))).backward()

        if __name__ == "__main__":
            main()
    """
    assert judge(source) == []


def test_scripts_that_do_not_train_are_left_alone(judge: Judge) -> None:
    source = """
        import random
        import torch

        if __name__ == "__main__":
            random.seed(0)
            print(torch.nn.Linear(1, 2)(torch.randn(1, 1)))
    """
    assert judge(source) == []


def test_the_transformers_trainer_seeds_the_rest_itself(judge: Judge) -> None:
    imports = "from transformers import Trainer, TrainingArguments"
    body = "random.seed(0)\nTrainer(model, TrainingArguments('out')).train()"
    assert judge(train(body, imports)) == []


def test_several_entries_with_one_helper_are_named_once(judge: Judge) -> None:
    script = train("set_seed(0)", "from utils import set_seed")
    helper = "import random\n\ndef set_seed(seed):\n    random.seed(seed)\n"
    (finding,) = judge({"a.py": script, "b.py": script, "utils.py": helper})
    assert "`a.py` and 1 more also draw" in finding.message


def test_the_fix_seeds_the_others_with_the_same_seed(judge: Judge) -> None:
    (finding,) = judge(train("torch.manual_seed(args.seed + 1)\nnp.random.rand()\nrandom.random()"))
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE
    assert [edit.replacement for edit in finding.fix.edits] == [
        "\n    np.random.seed(args.seed + 1)\n    random.seed(args.seed + 1)"
    ]


def test_the_fix_brings_the_import_that_it_needs(judge: Judge) -> None:
    files = {
        "train.py": train("set_seed(0)", "from utils import set_seed"),
        "utils.py": "import random\n\ndef set_seed(seed):\n    random.seed(seed)\n",
    }
    (finding,) = judge(files)
    assert finding.fix is not None
    assert [edit.replacement for edit in finding.fix.edits] == [
        "import torch\n",
        "\n    torch.manual_seed(seed)",
    ]


@pytest.mark.parametrize("body", ["x = random.seed(0)", "random.seed(a=0)", "random.seed(0); f()"])
def test_seeding_that_is_no_plain_statement_is_not_rewritten(body: str, judge: Judge) -> None:
    (finding,) = judge(train(body))
    assert finding.fix is None


@pytest.mark.parametrize(
    ("step", "is_found"),
    [
        ("loss_scaler(loss, optimizer, parameters=model.parameters())", True),
        ("self.grad_scaler(loss, opt)", True),
        ("loss_scaler(optimizer)", False),
        ("scaler(loss, batch)", False),
    ],
)
def test_a_scaler_that_is_given_the_optimizer_trains(
    step: str, judge: Judge, *, is_found: bool
) -> None:
    text = train("np.random.seed(0)").replace("optimizer.step(model(x).sum().backward())", step)
    assert bool(judge(text)) == is_found


def test_a_seed_under_the_guard_of_an_imported_script_seeds_nothing(judge: Judge) -> None:
    other = "import torch\n\ndef draw():\n    pass\n\nif __name__ == '__main__':\n    torch.manual_seed(0)\n"
    text = train("np.random.seed(0)", "from other import draw")
    assert len(judge({"train.py": text, "other.py": other})) == 1
    seeded = other.replace("if __name__ == '__main__':\n    ", "")
    assert judge({"train.py": text, "other.py": seeded}) == []


@pytest.mark.parametrize("call", ["cycle(x)", "cycle(loader=x)", "cycle(x, sampler=s)"])
@pytest.mark.parametrize(
    ("default", "test"),
    [
        ("None", "sampler is not None"),
        ("None", "sampler"),
        ("False", "sampler"),
        ("None", "sampler is not None and x"),
        ("None", "not (sampler is None or x)"),
        ("None", "sampler != None"),
    ],
)
def test_a_branch_counts_if_a_call_gives_what_it_asks_for(
    call: str, default: str, test: str, judge: Judge
) -> None:
    data = f"""\
        import numpy as np

        def cycle(loader, sampler={default}):
            while 1:
                if {test}:
                    sampler.set_epoch(np.random.randint(0, 100000))
                yield from loader
    """
    source = train(f"torch.manual_seed(args.seed)\n{call}", "from data import cycle")
    found = judge({"train.py": source, "data.py": data})
    assert len(found) == ("sampler=" in call)


@pytest.mark.parametrize(
    "head",
    [
        "def cycle(loader, sampler=None):\n    sampler = sampler or loader.sampler",
        "def cycle(loader, sampler=3):",
        "def cycle(loader, sampler=None, other=None):\n    sampler, other = other, loader",
    ],
)
def test_a_branch_counts_if_its_name_may_be_set_otherwise(head: str, judge: Judge) -> None:
    draw = "    if sampler is not None:\n        np.random.shuffle(loader)"
    source = train("torch.manual_seed(args.seed)\ncycle(x)", "from data import cycle")
    assert judge({"train.py": source, "data.py": f"import numpy as np\n\n{head}\n{draw}\n"})


def test_the_other_branch_of_a_test_counts(judge: Judge) -> None:
    data = """\
        import numpy as np

        def cycle(loader, sampler=None):
            if sampler is not None:
                sampler.set_epoch(1)
            else:
                np.random.shuffle(loader)
    """
    source = train("torch.manual_seed(args.seed)\ncycle(x)", "from data import cycle")
    assert judge({"train.py": source, "data.py": data})
