"""CKPT003: the fix adds what is missing to the checkpoint, and loads it again."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from conftest import Repo
from fixed_files import fix, has_fix, run_script

MakeRepo = Callable[..., Repo]

SCRIPT = """\
import argparse
import json

import torch


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--until", type=int, default=4)
    args = parser.parse_args()
    torch.manual_seed(0)
    net = torch.nn.Linear(3, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    start_epoch = 0
    if args.resume:
        checkpoint = torch.load("last.pt", map_location="cpu")
        net.load_state_dict(checkpoint["net"])
        start_epoch = checkpoint["epoch"]
    for epoch in range(start_epoch, args.until):
        optimizer.zero_grad()
        net(torch.tensor([[1.0, 2.0, 3.0]])).square().sum().backward()
        optimizer.step()
        scheduler.step()
        state = {
            "net": net.state_dict(),
            "epoch": epoch + 1,
        }
        torch.save(state, "last.pt")
    print(json.dumps([net.weight.tolist(), scheduler.get_last_lr()]))


if __name__ == "__main__":
    main()
"""
LOADED = """\
        net.load_state_dict(checkpoint["net"])
"""
LOADED_ALL = """\
        net.load_state_dict(checkpoint["net"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        scheduler.load_state_dict(checkpoint["scheduler"])
"""
SAVED = """\
            "epoch": epoch + 1,
"""
SAVED_ALL = """\
            "epoch": epoch + 1,
            "optimizer": optimizer.state_dict(),
            "scheduler": scheduler.state_dict(),
"""


def test_what_is_missing_is_saved_and_loaded(make_repo: MakeRepo) -> None:
    changed = fix(make_repo({"train.py": SCRIPT}, commit=False), "CKPT003")
    wanted = SCRIPT.replace(LOADED, LOADED_ALL).replace(SAVED, SAVED_ALL)
    assert changed == {"train.py": wanted}


def test_the_fixed_script_goes_on_as_if_it_had_not_been_interrupted(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": SCRIPT}, commit=False)
    runs = ([], ["--until", "2"], ["--resume"])
    whole, _, resumed = run_script(repo.root, *runs)
    assert resumed != whole
    fix(repo, "CKPT003")
    assert run_script(repo.root, *runs)[::2] == [whole, whole]


TRAINER = """\
import torch


class Trainer:
    def __init__(self, model):
        self.model = model
        self.opt = torch.optim.AdamW(model.parameters())
        self.epoch = 0
        if resumed():
            self.load("last.pt")

    def load(self, path):
        snapshot = torch.load(path, map_location="cpu")
        self.model.load_state_dict(snapshot['model'])
        self.epoch = snapshot['epoch']

    def state(self):
        return {'model': self.model.state_dict(), 'epoch': self.epoch}

    def fit(self):
        for self.epoch in range(10):
            self.model(torch.ones(1, 2)).sum().backward()
            self.opt.step()
            torch.save(self.state(), "last.pt")


if __name__ == "__main__":
    Trainer(torch.nn.Linear(2, 2)).fit()
"""


def test_attributes_of_a_trainer_keep_their_names_and_quotes(make_repo: MakeRepo) -> None:
    changed = fix(make_repo({"train.py": TRAINER}, commit=False), "CKPT003")
    wanted = TRAINER.replace(
        "(snapshot['model'])\n",
        "(snapshot['model'])\n        self.opt.load_state_dict(snapshot['opt'])\n",
    ).replace("self.epoch}", "self.epoch, 'opt': self.opt.state_dict()}")
    assert changed == {"train.py": wanted}


def test_an_attribute_that_is_made_after_the_load_is_left_alone(make_repo: MakeRepo) -> None:
    made = "        self.opt = torch.optim.AdamW(model.parameters())\n"
    loaded = '            self.load("last.pt")\n'
    text = TRAINER.replace(made, "").replace(loaded, loaded + made)
    assert not has_fix(make_repo({"train.py": text}, commit=False), "CKPT003")


def test_an_optimizer_that_a_step_function_is_given_is_named_as_at_the_load(
    make_repo: MakeRepo,
) -> None:
    step = "        optimizer.step()\n        scheduler.step()\n"
    text = SCRIPT.replace(step, "        move(optimizer)\n        scheduler.step()\n")
    text = text.replace("def main", "def move(opt):\n    opt.step()\n\n\ndef main")
    changed = fix(make_repo({"train.py": text}, commit=False), "CKPT003")
    assert changed == {"train.py": text.replace(LOADED, LOADED_ALL).replace(SAVED, SAVED_ALL)}


def test_a_dict_that_a_helper_is_given_is_added_to(make_repo: MakeRepo) -> None:
    helper = "import torch\n\n\ndef keep(state, path):\n    torch.save(state, path)\n"
    text = SCRIPT.replace("torch.save(state", "keep(state")
    text = text.replace("import torch\n", "import torch\nfrom helper import keep\n")
    changed = fix(make_repo({"train.py": text, "helper.py": helper}, commit=False), "CKPT003")
    assert changed == {"train.py": text.replace(LOADED, LOADED_ALL).replace(SAVED, SAVED_ALL)}


def test_torch_of_a_star_import_is_known(make_repo: MakeRepo) -> None:
    text = SCRIPT.replace("import torch\n", "from common import *\n")
    repo = make_repo({"train.py": text, "common.py": "import torch\n"}, commit=False)
    assert fix(repo, "CKPT003") == {
        "train.py": text.replace(LOADED, LOADED_ALL).replace(SAVED, SAVED_ALL)
    }


MADE = "    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)\n"
SCHEDULED = "    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)\n"
RESUMED = textwrap.dedent(
    SCRIPT[SCRIPT.index("    if args.resume") : SCRIPT.index("    for epoch")]
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # made below the load, made twice, perhaps not made at all
        (SCHEDULED + "    start_epoch = 0\n" + textwrap.indent(RESUMED, "    "),
         "    start_epoch = 0\n" + textwrap.indent(RESUMED, "    ") + SCHEDULED),
        (MADE, MADE + "    if args.until > 5:\n        optimizer = torch.optim.Adam(net.parameters())\n"),
        (SCHEDULED, SCHEDULED.replace("gamma=0.5)", "gamma=0.5) if args.until else None")),
        (MADE, "    torch.optim.Adam(net.parameters())\n    optimizer = build(net)\n"),
        # another optimizer that is moved on
        ("        optimizer.step()\n",
         "        optimizer.step()\n        other_optimizer.step()\n"),
        # its optimizer is saved by other means
        ("import torch\n", "import torch\nfrom torch.distributed.fsdp import fully_shard\n"),
        # a second way of loading, a load elsewhere, another file
        ("        net.load_state_dict",
         "        if args.until:\n            checkpoint = torch.load('x.pt')\n        net.load_state_dict"),
        ("        net.load_state_dict(checkpoint[\"net\"])\n",
         "        if args.until:\n            net.load_state_dict(checkpoint[\"net\"])\n"),
        ("net.load_state_dict(checkpoint[\"net\"])", "net.load_state_dict(checkpoint[\"model\"])"),
        ("net.load_state_dict(checkpoint[\"net\"])", "net.load_state_dict(strip(checkpoint[\"net\"]))"),
        ("        net.load_state_dict(checkpoint[\"net\"])\n",
         "        net.load_state_dict(checkpoint[\"net\"]); print(1)\n"),
        ("torch.load(\"last.pt\"", "torch.load(\"first.pt\""),
        # a dict whose end or whose keys are not plain
        ("\"epoch\": epoch + 1,", "\"epoch\": (epoch + 1),"),
        ("\"epoch\": epoch + 1,", "\"epoch\": epoch + 1,  # the next one"),
        ("\"epoch\": epoch + 1,", "EPOCH: epoch + 1,"),
    ],
)  # fmt: skip
def test_where_a_place_or_a_name_is_not_certain_nothing_is_offered(
    old: str, new: str, make_repo: MakeRepo
) -> None:
    assert old in SCRIPT
    text = SCRIPT.replace(old, new, 1)
    assert not has_fix(make_repo({"train.py": text}, commit=False), "CKPT003")
