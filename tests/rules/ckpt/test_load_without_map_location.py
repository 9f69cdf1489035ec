"""CKPT004: loads that fail without the author's GPU, and those that cannot."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable

import pytest
from checking import check, codes, places
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Finding, Safety

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
HEAD = "import io\nimport os\n\nimport torch\nfrom ours import Net\n\n"
FIRST = HEAD.count("\n") + 1


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on `evaluate.py` with this body."""

    def run(body: str, *, head: str = HEAD) -> list[Finding]:
        text = head + textwrap.dedent(body).lstrip("\n")
        return list(check(make_repo({"evaluate.py": text}, commit=False).root, "CKPT004").findings)

    return run


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("model.load_state_dict(torch.load(path))\n", (1, 23)),
        ('checkpoint = torch.load(args.resume)\nepoch = checkpoint["epoch"]\n', (1, 14)),
        ('state = torch.load("best.pt", weights_only=True)["model"]\n', (1, 9)),
        ("net = Net()\nnet.load_state_dict(torch.load(f=path))\n", (2, 21)),
        ("model.load_state_dict(torch.load(path, None))\n", (1, 23)),
        ("model.load_state_dict(torch.load(path, map_location=None))\n", (1, 23)),
        ("model.load_state_dict(torch.load(io.BytesIO(download(url))))\n", (1, 23)),
        ('model = torch.load("model_final.pt").to(device)\n', (1, 9)),
        ("def load_checkpoint(path):\n    return torch.load(path)\n", (2, 12)),
        ("def load_optimizer_checkpoint(p):\n    full = torch.load(p)\n    use(full)\n", (2, 12)),
        ("model.load_state_dict(\n    torch.load(\n        path,\n    )\n)\n", (2, 5)),
        ("if args.resume:\n    ckpt = torch.load(args.resume)\n", (2, 12)),
        ("if not torch.cuda.is_available():\n    ckpt = torch.load(args.resume)\n", (2, 12)),
        ('net = torch.load("data/pretrained/model.pth")\n', (1, 7)),
        ('weights = torch.load(os.path.join(root, "checkpoint_12.pth"))\n', (1, 11)),
        ('x = torch.load(os.path.join(args.log_path, "ckpt.pth"))\nuse(x)\n', (1, 5)),
        ("x = torch.load(os.path.join(args.checkpoint_dir, name))\nuse(x)\n", (1, 5)),
        ("s = torch.load(path)\nmodel.load_state_dict(s[0])\nstep = s[1]\n", (1, 5)),
        ("model.load_state_dict(torch.load(path)[0])\n", (1, 23)),
        ("s = torch.load(path)\nmodel.load_state_dict(s['a'], strict=False)\nuse(s)\n", (1, 5)),
    ],
)
def test_a_checkpoint_without_map_location_is_found_at_the_call(
    judge: Judge, body: str, place: tuple[int, int]
) -> None:
    (finding,) = judge(body)
    span = finding.location.span
    assert span is not None
    assert (span.line - FIRST + 1, span.column) == place


@pytest.mark.parametrize(
    "body",
    [
        'model.load_state_dict(torch.load(path, map_location="cpu"))\n',
        "model.load_state_dict(torch.load(path, device))\n",
        "ckpt = torch.load(path, map_location=lambda storage, loc: storage)\n",
        "ckpt = torch.load(path, **options)\n",
        "ckpt = torch.load(*arguments)\n",
        "def load(path, **kwargs):\n    return torch.load(path, **kwargs)\n",
        "from functools import partial\n\nload = partial(torch.load, map_location='cpu')\nmodel = load(p)\n",
        "model = Lit.load_from_checkpoint(path)\n",
        "model = torch.hub.load('pytorch/vision', 'resnet18')\n",
        "model = torch.jit.load('model.pt', map_location='cpu')\n",
        'images, labels = torch.load("data/mnist/test.pt")\n',
        'self.data, self.targets = torch.load(os.path.join(self.root, "training.pt"))\n',
        'features = torch.load("features/train.pt")\n',
        'states = torch.load("data/states.pt")\n',
        'graph_net = torch.load(f"{root}/dataset/" + "data/graph_net.pt")\n',
        "def load_samples(path):\n    table = torch.load(path)\n    return table\n",
        "import numpy as np\n\nweights = np.load('weights.npy')\n",
        "buffer = io.BytesIO()\ntorch.save(model, buffer)\nbuffer.seek(0)\nmodel = torch.load(buffer)\n",
        'torch.save(model.state_dict(), "m.pt")\nmodel.load_state_dict(torch.load("m.pt"))\n',
        'def copy(model, d):\n    torch.save(model, d / "m.pt")\n    return torch.load(d / "m.pt")\n',
        "def main():\n    train(model)\n    model.load_state_dict(torch.load(best))\n",
        "def main():\n    trainer.fit(model)\n    model.load_state_dict(torch.load(best))\n",
        "if torch.cuda.is_available():\n    ckpt = torch.load(p)\nelse:\n    ckpt = torch.load(p, map_location='cpu')\n",
        "if args.cuda:\n    model.load_state_dict(torch.load(p))\n",
        "if use_gpu and resume:\n    model.load_state_dict(torch.load(p))\n",
        "torch.save(model.cpu().state_dict(), path)\n\n\ndef model_fn(path):\n    model.load_state_dict(torch.load(path))\n",
        'torch.set_default_device("cpu")\nmodel.load_state_dict(torch.load(path))\n',
    ],
)  # fmt: skip
def test_what_opens_everywhere_or_is_no_checkpoint_passes(judge: Judge, body: str) -> None:
    assert [finding.message for finding in judge(body)] == []


def test_saving_in_one_function_and_loading_in_another_is_no_round_trip(judge: Judge) -> None:
    body = """
        def save(model):
            torch.save(model.state_dict(), "m.pt")


        def restore(model):
            model.load_state_dict(torch.load("m.pt"))
    """
    assert len(judge(body)) == 1


def test_resuming_above_the_loop_that_saves_is_found(judge: Judge) -> None:
    body = """
        if args.resume:
            checkpoint = torch.load("./checkpoint/ckpt.pth")
        for epoch in range(9):
            train(epoch)
            torch.save(state, "./checkpoint/ckpt.pth")
    """
    assert len(judge(body)) == 1


def test_a_script_that_never_touches_a_gpu_reloads_what_it_wrote(judge: Judge) -> None:
    head = "import numpy as np\nimport torch\n\n"
    body = """
        def fit(net, optimizer, x):
            net(x).sum().backward()
            optimizer.step()
            torch.save(net.state_dict(), "net.pt")


        def test(net):
            net.load_state_dict(torch.load("net.pt"))
    """
    assert judge(body, head=head) == []
    on_gpu = body + "\n        net = torch.nn.Linear(1, 1).cuda()\n"
    assert len(judge(on_gpu, head=head)) == 1


def test_each_function_is_named_once_and_its_fix_mends_all(judge: Judge) -> None:
    body = """
        def load(a, b):
            a.load_state_dict(torch.load("a.pt"))
            b.load_state_dict(torch.load("b.pt"))


        def other(a):
            a.load_state_dict(torch.load("a.pt"))
    """
    first, second = judge(body)
    assert len(first.related) == 1
    assert not second.related
    assert first.fix is not None
    assert len(first.fix.edits) == 2


def test_a_load_in_a_notebook_of_what_it_saved_is_one_process(make_repo: MakeRepo) -> None:
    def notebook(*sources: str) -> str:
        cells = [
            {
                "cell_type": "code",
                "execution_count": None,
                "metadata": {},
                "outputs": [],
                "source": each,
            }
            for each in sources
        ]
        return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})

    train = "import torch\ndef train(name):\n    torch.save(net, name + '.model')"
    load = "def evaluate(name):\n    return torch.load(name + '.model')"
    other = "print(1)\nmodel.load_state_dict(torch.load('released.pt'))"
    files = {"same.ipynb": notebook(train, load), "other.ipynb": notebook(train, other)}
    report = check(make_repo(files, commit=False).root, "CKPT004")
    assert places(report) == ["other.ipynb:cell 2:2:23 CKPT004"]


@pytest.mark.parametrize(
    ("before", "after", "safety"),
    [
        (
            "m.load_state_dict(torch.load(path))\n",
            'm.load_state_dict(torch.load(path, map_location="cpu"))\n',
            Safety.SAFE,
        ),
        (
            'm.load_state_dict(torch.load(path, weights_only=True)["m"])\n',
            'm.load_state_dict(torch.load(path, weights_only=True, map_location="cpu")["m"])\n',
            Safety.SAFE,
        ),
        (
            "m.load_state_dict(\n    torch.load(\n        path,  # best\n    )\n)\n",
            'm.load_state_dict(\n    torch.load(\n        path, map_location="cpu",  # best\n    )\n)\n',
            Safety.SAFE,
        ),
        (
            "sd = torch.load(path)\nm.load_state_dict(sd)\n",
            'sd = torch.load(path, map_location="cpu")\nm.load_state_dict(sd)\n',
            Safety.SAFE,
        ),
        (
            'ckpt = torch.load(path)\nm.load_state_dict(ckpt["m"])\nx = ckpt["x"]\n',
            'ckpt = torch.load(path, map_location="cpu")\nm.load_state_dict(ckpt["m"])\nx = ckpt["x"]\n',
            Safety.UNSAFE,
        ),
    ],
)
def test_the_fix_is_safe_where_only_load_state_dict_sees_the_tensors(
    judge: Judge, before: str, after: str, safety: Safety
) -> None:
    (finding,) = judge(before)
    assert finding.fix is not None
    assert finding.fix.safety is safety
    (change,) = plan_fixes([finding], lambda _path: (HEAD + before).encode(), frozenset(Safety))
    assert isinstance(change, Change)
    assert change.new.decode() == HEAD + after


def test_tests_and_vendored_code_are_left_out(make_repo: MakeRepo) -> None:
    text = HEAD + "model.load_state_dict(torch.load(path))\n"
    repo = make_repo({"tests/test_a.py": text, "extern/b.py": text}, commit=False)
    assert codes(check(repo.root, "CKPT004")) == []


@pytest.mark.parametrize(
    "body",
    [
        # NVlabs/MUNIT, test.py and trainer.py
        'state = torch.load(opts.checkpoint)\nnet.load_state_dict(state["a"])\nnet.cuda()\n',
        "try:\n    net.load_state_dict(torch.load(p))\nexcept KeyError:\n    pass\nnet.to('cuda:0')\n",
        "def load(p):\n    net = Net().to(device='cuda')\n    net.load_state_dict(torch.load(p))\n",
        """
        class Trainer:
            def __init__(self):
                self.noise = torch.randn(8, 1).cuda()

            def resume(self, path):
                self.net.load_state_dict(torch.load(path))
        """,
    ],
)
def test_code_that_moves_to_a_gpu_whatever_the_machine_is_left_alone(
    judge: Judge, body: str
) -> None:
    assert judge(body) == []


@pytest.mark.parametrize(
    "body",
    [
        "net.load_state_dict(torch.load(p))\nif args.gpu:\n    net.cuda()\n",
        "net.load_state_dict(torch.load(p))\nnet = net.cuda() if args.gpu else net\n",
        "net.load_state_dict(torch.load(p))\nnet.to(device)\n",
        "net.load_state_dict(torch.load(p))\nnet.to('cpu')\n",
        "def load(p):\n    net.load_state_dict(torch.load(p))\n\n\ndef train():\n    net.cuda()\n",
        "net.load_state_dict(torch.load(p))\ntry:\n    net.cuda()\nexcept RuntimeError:\n    pass\n",
        "net.load_state_dict(torch.load(p))\nmove = lambda each: each.cuda()\n",
    ],
)
def test_a_move_that_may_not_run_says_nothing_of_the_load(judge: Judge, body: str) -> None:
    assert len(judge(body)) == 1


@pytest.mark.parametrize(
    ("name", "is_found"),
    [
        ("lattice_scaler.pt", False),  # txie-93/cdvae, scripts/eval_utils.py
        ("scaler.pt", False),
        ("stats.pt", False),
        ("train/normalizer.pth", False),
        ("mean_std.pt", False),
        ("mean_teacher.pt", True),
        ("model_stats_best.ckpt", True),
    ],
)
def test_statistics_of_the_data_are_no_checkpoint(
    judge: Judge, name: str, *, is_found: bool
) -> None:
    assert bool(judge(f'model.scaler = torch.load(model_path / "{name}")\n')) == is_found
