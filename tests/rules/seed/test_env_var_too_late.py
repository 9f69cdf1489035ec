"""SEED019: environment variables that are set after they were read."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable

import pytest
from checking import check, place
from conftest import Repo

from repro_check.findings import Finding

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str] | str) -> list[Finding]:
        chosen = {"train.py": files} if isinstance(files, str) else files
        texts = {path: textwrap.dedent(text) for path, text in chosen.items()}
        return list(check(make_repo(texts, commit=False).root, "SEED019").findings)

    return run


@pytest.mark.parametrize(
    "source",
    [
        "import os, torch\nos.environ['OMP_NUM_THREADS'] = '1'",
        "import os\nimport numpy as np\nos.environ['MKL_NUM_THREADS'] = '1'",
        "import os\nimport pandas as pd\nos.environ.setdefault('OPENBLAS_NUM_THREADS', '1')",
        "import os\nimport torch\nos.putenv('OMP_NUM_THREADS', '1')",
        "import os\nimport torch\nos.environ.update({'OMP_NUM_THREADS': '1'})",
        "import os\nimport torch\nos.environ.update(OMP_NUM_THREADS='1')",
        "from os import environ\nfrom torch import nn\nenviron['OMP_NUM_THREADS'] = '1'",
        "import os\nimport torch\ndef main():\n    os.environ['OMP_NUM_THREADS'] = '1'\nmain()",
        "import os\nimport torch\ndef unused():\n    os.environ['OMP_NUM_THREADS'] = '1'",
        "import os\nimport torch\nif x:\n    os.environ['OMP_NUM_THREADS'] = '1'",
        "import os\nfrom transformers import AutoModel\nos.environ['HF_HOME'] = 'cache'",
        "import os\nimport datasets\nos.environ['HF_DATASETS_CACHE'] = 'cache'",
        "import os\nimport jax\nos.environ['JAX_ENABLE_X64'] = '1'",
        "import os\nimport flax.linen as nn\nos.environ['JAX_PLATFORMS'] = 'cpu'",
        "import os\nimport keras\nos.environ['KERAS_BACKEND'] = 'jax'",
        "import os\nimport jax\nkey = jax.random.key(0)\nos.environ['XLA_FLAGS'] = '--x'",
        "import os\nimport torch\ntorch.cuda.set_device(0)\nos.environ['CUDA_VISIBLE_DEVICES'] = '1'",
    ],
)
def test_a_variable_that_is_set_too_late_is_found(source: str, judge: Judge) -> None:
    assert len(judge(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.environ['OMP_NUM_THREADS'] = '1'\nimport torch",
        "import os, torch\ntorch.set_num_threads(4)\nos.environ['OMP_NUM_THREADS'] = '4'",
        "import os\nimport numpy\nos.environ['OMP_NUM_THREADS'] = '1'\nimport torch",
        "import os\nimport torch\nos.environ['CUDA_VISIBLE_DEVICES'] = '1'\ntorch.cuda.is_available()",
        "import os\nimport torch\nos.environ['SEED'] = '1'",
        "import os\nimport torch\nos.environ['CUBLAS_WORKSPACE_CONFIG'] = ':4096:8'",
        "import os\nimport jax\nos.environ['XLA_FLAGS'] = '--x'",
        "import os\nimport torch\nprint(os.environ['OMP_NUM_THREADS'])",
        "import os\nimport torch\nenviron = {}\nenviron['OMP_NUM_THREADS'] = '1'",
        "import os\nimport random\nos.environ['OMP_NUM_THREADS'] = '1'",
        "import os\nif x:\n    import torch\nos.environ['OMP_NUM_THREADS'] = '1'",
        "import os\ndef f():\n    import torch\nos.environ['OMP_NUM_THREADS'] = '1'",
        "import os\nimport tensorflow as tf\nos.environ['KERAS_BACKEND'] = 'jax'",
        "import os, subprocess\nimport numpy\nos.environ['OMP_NUM_THREADS'] = '1'\nsubprocess.run(['x'])",
        "import os\nimport multiprocessing as mp\nimport numpy\nos.environ['OMP_NUM_THREADS'] = '1'\nmp.Pool(4)",
        "import os\nimport torch\nif a:\n    torch.cuda.is_available()\nelse:\n    os.environ['CUDA_VISIBLE_DEVICES'] = ''",
    ],
)
def test_these_are_set_in_time_or_for_others(source: str, judge: Judge) -> None:
    assert judge(source) == []


def test_an_own_module_that_imports_the_library_counts(judge: Judge) -> None:
    files = {
        "train.py": "import os\nimport model\nos.environ['OMP_NUM_THREADS'] = '1'\n",
        "model.py": "import torch\n",
    }
    (finding,) = judge(files)
    assert place(finding) == "train.py:3:1 SEED019"
    assert [each.location.path for each in finding.related] == ["model.py"]


def test_the_caller_in_another_file_may_have_asked_for_the_gpu(judge: Judge) -> None:
    files = {
        "run.py": """
            import torch
            from exp import Experiment

            def main(args):
                args.use_gpu = torch.cuda.is_available() and args.use_gpu
                Experiment(args)

            if __name__ == "__main__":
                main(parse_args())
        """,
        "exp.py": """
            import os

            class Experiment:
                def __init__(self, args):
                    self.device = self.acquire(args)

                def acquire(self, args):
                    if args.use_gpu:
                        os.environ["CUDA_VISIBLE_DEVICES"] = str(args.gpu)
        """,
    }
    (finding,) = judge(files)
    assert place(finding) == "exp.py:10:13 SEED019"


def test_an_entry_that_imports_the_library_before_the_module_that_sets_it(judge: Judge) -> None:
    files = {
        "train.py": "import torch\nimport setup_threads\nif __name__ == '__main__':\n    pass\n",
        "setup_threads.py": "import os\nos.environ['OMP_NUM_THREADS'] = '1'\n",
    }
    assert [place(finding) for finding in judge(files)] == ["setup_threads.py:2:1 SEED019"]


def test_a_module_that_is_imported_first_sets_it_in_time(judge: Judge) -> None:
    files = {
        "train.py": "import setup_threads\nimport torch\nif __name__ == '__main__':\n    pass\n",
        "setup_threads.py": "import os\nos.environ['OMP_NUM_THREADS'] = '1'\n",
    }
    assert judge(files) == []


def test_the_cells_of_a_notebook_count_in_their_order(judge: Judge) -> None:
    cells = ["import os\nimport torch", "os.environ['OMP_NUM_THREADS'] = '1'"]
    text = json.dumps(
        {"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4}
    )
    assert [place(finding) for finding in judge({"n.ipynb": text})] == [
        "n.ipynb:cell 2:1:1 SEED019"
    ]
