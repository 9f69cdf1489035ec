"""The fixes of SEED001 and SEED030: a statement that comes before all that it is for."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from conftest import Repo
from mending import mended

MakeRepo = Callable[..., Repo]
Mend = Callable[..., dict[str, str]]
BODY = """\
    model = torch.nn.Linear(4, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x in torch.load("train.pt"):
        model(x).sum().backward()
        optimizer.step()
"""
GUARD = '\n\nif __name__ == "__main__":\n    main()\n'
HELPER = """
import random

import numpy as np
import torch


def set_seed(seed, verbose=False):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    if torch.cuda.is_available():
        torch.cuda.manual_seed_all(seed)
"""
PARSER = """\
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
"""


@pytest.fixture
def mend(make_repo: MakeRepo) -> Mend:
    """The files that the fixes of SEED001 (or another rule) change in a project."""

    def run(files: dict[str, str] | str, code: str = "SEED001") -> dict[str, str]:
        chosen = {"train.py": files} if isinstance(files, str) else files
        return mended(make_repo(chosen, commit=False), code)

    return run


def test_what_is_drawn_from_is_seeded_first_thing(mend: Mend) -> None:
    before = f'import torch\n\n\ndef main():\n    """Train."""\n{BODY}{GUARD}'
    after = before.replace('"""\n', '"""\n    torch.manual_seed(0)\n')
    assert mend(before) == {"train.py": after}


def test_every_family_is_seeded_with_the_import_that_it_needs(mend: Mend) -> None:
    data = "import numpy as np\nfrom random import shuffle\n\n\ndef load(x):\n    shuffle(x)\n    return np.random.rand()\n"
    before = (
        f"import torch\nfrom data import load\n\n\ndef main():\n    load([1, 2])\n{BODY}{GUARD}"
    )
    after = before.replace("load\n\n", "load\nimport numpy as np\nimport random\n\n", 1).replace(
        "main():\n",
        "main():\n    random.seed(0)\n    np.random.seed(0)\n    torch.manual_seed(0)\n",
    )
    assert mend({"train.py": before, "data.py": data}) == {"train.py": after}


@pytest.mark.parametrize(
    ("parameters", "call", "seed"),
    [
        ("seed=1", "main()", "seed"),
        ("seed", "main(4)", "seed"),
        ("seed=None", "main()", "0"),
        ("lr", "main(0.1)", "0"),
    ],
)
def test_a_parameter_that_is_a_seed_is_taken(
    parameters: str, call: str, seed: str, mend: Mend
) -> None:
    head = f"import torch\n\n\ndef main({parameters}):\n"
    guard = GUARD.replace("main()", call)
    after = f"{head}    torch.manual_seed({seed})\n{BODY}{guard}"
    assert mend(f"{head}{BODY}{guard}") == {"train.py": after}


def test_the_seed_of_the_parser_is_taken_below_the_parser(mend: Mend) -> None:
    head = "import argparse\nimport torch\n\n\ndef main():\n"
    seeding = "    torch.manual_seed(args.seed)\n"
    after = f"{head}{PARSER}{seeding}{BODY}{GUARD}"
    assert mend(f"{head}{PARSER}{BODY}{GUARD}") == {"train.py": after}


def test_the_seed_of_a_parser_in_the_guard_reaches_main(mend: Mend) -> None:
    head = "import argparse\nimport torch\n\n\ndef main(args):\n"
    guard = GUARD.replace("    main()", f"{PARSER}    main(args)")
    after = f"{head}    torch.manual_seed(args.seed)\n{BODY}{guard}"
    assert mend(f"{head}{BODY}{guard}") == {"train.py": after}


@pytest.mark.parametrize("option", ['"--lr", type=float', '"--seed", type=int'])
def test_a_parser_without_a_seed_means_0(option: str, mend: Mend) -> None:
    head = "import argparse\nimport torch\n\n\ndef main():\n"
    parser = PARSER.replace('"--seed", type=int, default=3', option)
    after = f"{head}    torch.manual_seed(0)\n{parser}{BODY}{GUARD}"
    assert mend(f"{head}{parser}{BODY}{GUARD}") == {"train.py": after}


def test_the_seed_of_a_hydra_config_is_taken(mend: Mend) -> None:
    head = 'import hydra\nimport torch\n\n\n@hydra.main(config_path="conf", config_name="a")\ndef run(cfg):\n'
    guard = GUARD.replace("main()", "run()")
    files = {"train.py": f"{head}{BODY}{guard}", "conf/a.yaml": "seed: 7\n"}
    after = f"{head}    torch.manual_seed(cfg.seed)\n{BODY}{guard}"
    assert mend(files) == {"train.py": after}


def test_a_script_is_seeded_below_its_imports_or_its_parser(mend: Mend) -> None:
    body = textwrap.dedent(BODY)
    before = f'"""Train."""\n\nimport argparse\nimport torch\n\n{body}'
    after = before.replace("import torch\n", "import torch\n\ntorch.manual_seed(0)\n")
    assert mend(before) == {"train.py": after}
    parser = textwrap.dedent(PARSER)
    before = before.replace("\n\nmodel", f"\n\n{parser}model")
    after = before.replace("model =", "torch.manual_seed(args.seed)\nmodel =")
    assert mend(before) == {"train.py": after}


def test_a_script_is_seeded_below_an_import_that_it_gets(mend: Mend) -> None:
    body = f"\n\ndef load():\n    return None\n\n\n{textwrap.dedent(BODY)}"
    before = (
        f"import torch.nn as nn\nfrom torch import load as read, optim\n{body}".replace(
            "torch.load", "read"
        )
        .replace("torch.nn.", "nn.")
        .replace("torch.optim", "optim")
    )
    after = before.replace("optim\n", "optim\nimport torch\n\ntorch.manual_seed(0)\n", 1)
    assert mend(before) == {"train.py": after}


def test_the_seeding_stands_above_the_comment_of_the_first_statement(mend: Mend) -> None:
    head = 'import torch\n\n\ndef main():\n    """Train."""\n'
    comment = "    # the model\n    # and its optimizer\n"
    after = f"{head}    torch.manual_seed(0)\n{comment}{BODY}{GUARD}"
    assert mend(f"{head}{comment}{BODY}{GUARD}") == {"train.py": after}


def test_what_has_no_seed_is_not_asked_for_one(mend: Mend) -> None:
    head = "import torch\n\n\ndef main(rank, shape):\n"
    guard = GUARD.replace("main()", "main(0, (3, 3))")
    after = f"{head}    torch.manual_seed(0)\n{BODY}{guard}"
    assert mend(f"{head}{BODY}{guard}") == {"train.py": after}


def test_what_two_functions_draw_is_seeded_in_the_guard(mend: Mend) -> None:
    more = "\n\ndef test():\n    print(torch.randn(3))\n"
    guard = f"{GUARD}    test()\n"
    before = f"import torch\n\n\ndef main():\n{BODY}{more}{guard}"
    after = before.replace("    main()", "    torch.manual_seed(0)\n    main()")
    assert mend(before) == {"train.py": after}


def test_what_runs_in_a_loop_is_seeded_before_it(mend: Mend) -> None:
    guard = GUARD.replace("    main()", "    for _ in range(3):\n        main()")
    before = f"import torch\n\n\ndef main():\n{BODY}{guard}"
    after = before.replace("    for _ in", "    torch.manual_seed(0)\n    for _ in")
    assert mend(before) == {"train.py": after}


@pytest.mark.parametrize(
    ("imports", "added", "name"),
    [
        ("from lib.seeding import set_seed", "", "set_seed"),
        ("from lib.seeding import *", "", "set_seed"),
        ("import lib.seeding as s", "", "s.set_seed"),
        ("from lib import seeding", "", "seeding.set_seed"),
        (
            "from lib.seeding import np",
            "\nfrom lib.seeding import set_seed",
            "set_seed",
        ),
        ("import os", "", ""),
    ],
)
def test_a_helper_of_the_project_is_called(imports: str, added: str, name: str, mend: Mend) -> None:
    head, tail = f"import torch\n{imports}", "\n\n\ndef main():\n"
    files = {
        "train.py": f"{head}{tail}{BODY}{GUARD}",
        "lib/seeding.py": HELPER,
        "lib/__init__.py": "",
    }
    seeding = f"    {name or 'torch.manual_seed'}(0)\n"
    after = f"{head}{added}{tail}{seeding}{BODY}{GUARD}"
    assert mend(files) == {"train.py": after}


def test_a_helper_beside_the_script_is_imported(mend: Mend) -> None:
    head, tail = "import torch\n", "\n\ndef main():\n"
    files = {"train.py": f"{head}{tail}{BODY}{GUARD}", "seeding.py": HELPER}
    after = f"{head}from seeding import set_seed\n{tail}    set_seed(0)\n{BODY}{GUARD}"
    assert mend(files) == {"train.py": after}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    torch.manual_seed(seed)", "    if seed:\n        torch.manual_seed(seed)"),
        ("    torch.manual_seed(seed)", "    torch.manual_seed(1)"),
        ("    random.seed(seed)", "    if not seed:\n        return\n    random.seed(seed)"),
        ("    random.seed(seed)", "    seed = seed + 1"),
        ("seed, verbose=False", "seed, rank"),
        ("seed, verbose=False", "verbose, seed=0"),
        ("def set_seed", "@once\ndef set_seed"),
        ("def set_seed", "print(torch.cuda.device_count())\n\n\ndef set_seed"),
    ],
)
def test_a_helper_that_may_not_seed_is_not_called(old: str, new: str, mend: Mend) -> None:
    before = f"import torch\n\n\ndef main():\n{BODY}{GUARD}"
    files = {"train.py": before, "seeding.py": HELPER.replace(old, new, 1)}
    after = before.replace("main():\n", "main():\n    torch.manual_seed(0)\n")
    assert mend(files) == {"train.py": after}


SPAWN = GUARD.replace("main()", "mp.spawn(main, nprocs=2)")


@pytest.mark.parametrize(
    "source",
    [
        f"import torch\n\nw = torch.randn(3)\n\n\ndef main():\n{BODY}{GUARD}",
        f"import torch\nfrom made import w\n\n\ndef main():\n{BODY}{GUARD}",
        f"import torch\nimport torch.multiprocessing as mp\n\nw = torch.randn(2)\n\n\ndef main(i):\n{BODY}{SPAWN}",
        f"import torch\n\n\ndef main():\n    exec(load())\n{BODY}{GUARD}",
    ],
)  # fmt: skip
def test_a_place_that_is_not_before_all_draws_gets_no_fix(source: str, mend: Mend) -> None:
    files = {"train.py": source, "made.py": "import torch\n\nw = torch.randn(3)\n"}
    assert mend(files) == {}


def test_a_library_is_written_as_it_is_imported(mend: Mend) -> None:
    body = BODY.replace("torch.", "t.")
    head = "import torch as t\n\ntorch = 3\n\n\ndef main():\n"
    after = f"{head}    t.manual_seed(0)\n{body}{GUARD}"
    assert mend(f"{head}{body}{GUARD}") == {"train.py": after}


def test_keras_is_seeded_by_its_helper_where_there_is_one(mend: Mend) -> None:
    keras = (
        "from tensorflow import keras\n\n\ndef main():\n"
        "    model = keras.Sequential([keras.layers.Dense(3)])\n    model.fit(load())\n"
    )
    after = keras.replace("main():\n", "main():\n    keras.utils.set_random_seed(0)\n")
    assert mend(f"{keras}{GUARD}") == {"train.py": f"{after}{GUARD}"}
    old = {"train.py": f"{keras}{GUARD}", "requirements.txt": "tensorflow==2.3.0\n"}
    assert mend(old) == {}


CUDA = BODY.replace("Linear(4, 2)", "Linear(4, 2).cuda()")


def test_the_precision_is_asked_for_first_thing(mend: Mend) -> None:
    before = f"import torch\n\n\ndef main():\n{CUDA}{GUARD}"
    line = '    torch.set_float32_matmul_precision("highest")\n'
    after = before.replace("main():\n", f"main():\n{line}")
    assert mend(before, "SEED030") == {"train.py": after}


def test_the_precision_is_asked_for_in_all_programs_of_one_trainer(mend: Mend) -> None:
    script = "import torch\nfrom work import main\n\n" + GUARD
    files = {"work.py": f"import torch\n\n\ndef main():\n{CUDA}", "a.py": script, "b.py": script}
    line = '    torch.set_float32_matmul_precision("highest")\n'
    after = script.replace("    main()", f"{line}    main()")
    assert mend(files, "SEED030") == {"a.py": after, "b.py": after}


def test_the_precision_is_not_asked_for_in_an_old_torch(mend: Mend) -> None:
    files = {
        "train.py": f"import torch\n\n\ndef main():\n{CUDA}{GUARD}",
        "requirements.txt": "torch==1.9.0\n",
    }
    assert mend(files, "SEED030") == {}
