"""PORT002: GPUs that are taken for granted, and all that makes sure that there is one."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

MakeRepo = Callable[..., Repo]
Judge = Callable[[dict[str, str]], list[str]]
HEAD = "import sys\nimport torch\nfrom options import args, Net, train\n\n"


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The places of the findings in these files."""

    def run(files: dict[str, str]) -> list[str]:
        return places(check(make_repo(files, commit=False).root, "PORT002"))

    return run


@pytest.mark.parametrize(
    "code",
    [
        "net = Net().cuda()",
        "net.cuda()",
        "net.cuda(0)",
        'net.to("cuda")',
        'net.to("cuda:1")',
        'net.to(device="cuda")',
        'net.to("mps")',
        'x = torch.zeros(3, device="cuda")',
        'device = torch.device("cuda")',
        'torch.set_default_device("cuda")',
        'generator = torch.Generator("cuda")',
        'state = torch.load("a.pt", map_location="cuda:0")',
        'device = "cuda"\nnet.to(device)',
        'def f():\n    device = "cuda"\n    net.to(device)',
        "if args.verbose:\n    net.cuda()",
        "if torch.cuda.is_available():\n    print(1)\nnet.cuda()",
        'if x.device != torch.device("cuda"):\n    x = x.cuda()',
        "try:\n    net.cuda()\nfinally:\n    print(1)",
        "for x in xs:\n    if x is None:\n        continue\n    x.cuda()",
        "def f():\n    if not torch.cuda.is_available():\n        return\n    train()\n\n\nnet.cuda()",
        "assert x.device == y.device\nx.cuda()",
        'pipe = Pipe.from_pretrained("x", device_map="cuda")',
    ],
)
def test_a_gpu_that_nobody_asked_for_is_found(judge: Judge, code: str) -> None:
    assert len(judge({"train.py": f"{HEAD}{code}\n"})) == 1


@pytest.mark.parametrize(
    "code",
    [
        # a test
        "if torch.cuda.is_available():\n    net.cuda()",
        "if not torch.cuda.is_available():\n    print(1)\nelse:\n    net.cuda()",
        "use = torch.cuda.is_available()\nif use:\n    net.cuda()",
        "if args.cuda:\n    net.cuda()",
        "if args.gpu is not None and args.fast:\n    net.cuda(args.gpu)",
        'if args.device == "cuda":\n    net.cuda()',
        "while torch.cuda.device_count() > 1:\n    net.cuda()",
        "if x.is_cuda:\n    y = y.cuda()",
        "for x in xs:\n    if use_gpu:\n        x.cuda()",
        "match args.device:\n    case 'cuda':\n        net.cuda()",
        "if torch.backends.mps.is_available():\n    device = torch.device('mps')",
        # part of an expression
        "net = net.cuda() if torch.cuda.is_available() else net",
        'net.to("cuda" if torch.cuda.is_available() else "cpu")',
        'device = torch.device("cuda") if args.cuda else torch.device("cpu")',
        "use_cuda and net.cuda()",
        # an early exit
        "if not torch.cuda.is_available():\n    sys.exit(1)\nnet.cuda()",
        "if not torch.cuda.is_available():\n    raise RuntimeError('GPU')\n\n\ndef f():\n    net.cuda()",
        "assert torch.cuda.is_available(), 'this needs a GPU'\nnet.cuda()",
        "def f():\n    if not torch.cuda.is_available():\n        return\n    net.cuda()",
        "for x in xs:\n    if not args.cuda:\n        continue\n    x.cuda()",
        'def f(device):\n    if device == "cpu":\n        return net\n    return net.cuda()',
        # a failure that is handled, and code whose caller asked
        "try:\n    net.cuda()\nexcept RuntimeError:\n    pass",
        "def move(x):\n    return x.cuda()\n\n\nif args.cuda:\n    move(net)",
        "def to_cuda(x):\n    return x.cuda()",
        # a setting
        "net.to(args.device)",
        'def f(net, device="cuda"):\n    net.to(device)',
        'parser.add_argument("--device", default="cuda")',
        'cfg = Config(device="cuda")\nopts = dict(device="cuda")',
        'device = torch.device("cuda", args.gpu)',
        'device = "cuda"\nexec(open("configurator.py").read())\nnet.to(device)',
        # GPUs only
        'torch.distributed.init_process_group("nccl")\nnet.cuda()',
        'torch.distributed.init_process_group(backend="nccl")\nnet.cuda()',
        "import triton\nnet.cuda()",
        "from apex import amp\nnet.cuda()",
        "from numba import cuda\nnet.cuda()",
        # no GPU
        'net.to("cpu")',
        'net.to(torch.float16)',
        'print("cuda")',
        "torch.cuda.manual_seed(0)",
        'model = xgboost.XGBClassifier(device="cuda")',
    ],
)  # fmt: skip
def test_what_asks_or_is_set_passes(judge: Judge, code: str) -> None:
    assert judge({"train.py": f"{HEAD}import xgboost\n{code}\n"}) == []


def test_a_file_is_named_once_with_a_count_and_the_other_places(make_repo: MakeRepo) -> None:
    code = "net = Net().cuda()\nloss = Loss().cuda()\nif args.cuda:\n    x.cuda()\nfor x in xs:\n    x.cuda()\n"
    (found,) = check(make_repo({"train.py": HEAD + code}).root, "PORT002").findings
    assert found.message.endswith("here and in 2 more places")
    lines = [item.location.span.line for item in found.related if item.location.span]
    assert lines == [6, 10]


def test_a_constant_that_many_use_is_named_where_it_is_written(judge: Judge) -> None:
    code = 'DEVICE = "cuda:0"\n\n\ndef f(x, y):\n    return x.to(DEVICE), y.to(DEVICE)\n'
    assert judge({"train.py": HEAD + code}) == ["train.py:5:10 PORT002"]


def _notebook(*cells: str, **metadata: object) -> str:
    raw = [
        {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": cell}
        for cell in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": raw})


def test_a_notebook_that_asks_its_host_for_a_gpu_passes(judge: Judge) -> None:
    files = {
        "asked.ipynb": _notebook("net.cuda()", accelerator="GPU"),
        "unasked.ipynb": _notebook("net.cuda()", accelerator="None"),
        "set.ipynb": _notebook('device = "cuda"', "net.to(device)"),
    }
    assert judge(files) == ["unasked.ipynb:cell 1:1:1 PORT002"]


def test_tests_and_vendored_code_are_left_out(judge: Judge) -> None:
    files = dict.fromkeys(("tests/test_a.py", "third_party/b.py"), "net.cuda()\n")
    assert judge(files) == []
