"""Classes: lineages across files, attributes, instances of values, and what modules are built of."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import block_of, project

from repro_check.project.modules import Symbol
from repro_check.project.outside import canonical
from repro_check.project.project import Project

MODEL = """
import torch
import torch.nn as nn
from torch.utils.data import Dataset
from torch.utils.data.dataset import Dataset as Other
import pytorch_lightning as pl
from base import Base, Again, Cycle

class Net(nn.Module):
    rate: float = 0.5
    def __init__(self, norm=nn.BatchNorm2d):
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.a, self.b = nn.ReLU(), nn.Tanh()
        self.body = nn.Sequential(nn.Conv2d(1, 1, 1), nn.Dropout(0.1))
        self.block = Block(norm)
        if norm:
            self.extra = nn.GELU()

class Block(nn.Module):
    def __init__(self, norm):
        super().__init__()
        self.layers = nn.ModuleList([self._make(norm) for _ in range(2)])
    def _make(self, norm):
        return nn.Sequential(nn.LayerNorm(2), activation())

def activation():
    return nn.SiLU()

class Data(Dataset[int]):
    pass
class Plain: ...
class Odd(make_base()): ...
class Lit(pl.LightningModule): ...
class Deep(Again):
    def __init__(self):
        super().__init__()
        self.tail = nn.Softmax()
"""
BASE = """
from torch import nn
import model
from mystery import Thing

class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(2, 2)
class Again(Base, metaclass=type): ...
class Cycle(model.Looped): ...
class Unknown(Thing): ...
class Meta(type): ...
"""


@pytest.fixture
def opened(tmp_path: Path) -> Project:
    """A model in two files."""
    looped = "class Looped(Cycle): ...\n"
    return project(tmp_path, {"model.py": MODEL + looped, "base.py": BASE})


def own(name: str, path: str = "model.py") -> Symbol:
    return Symbol("class", path, name)


@pytest.mark.parametrize(
    ("written", "public"),
    [
        ("torch.nn.modules.module.Module", "torch.nn.Module"),
        ("torch.nn.modules.Linear", "torch.nn.Linear"),
        ("torch.nn.parallel.DistributedDataParallel", "torch.nn.DistributedDataParallel"),
        ("torch.utils.data.dataset.Dataset", "torch.utils.data.Dataset"),
        ("torch.utils.data.distributed.DistributedSampler", "torch.utils.data.DistributedSampler"),
        ("torch.optim.adam.Adam", "torch.optim.Adam"),
        ("torch.optim.lr_scheduler.StepLR", "torch.optim.lr_scheduler.StepLR"),
        ("torch.cuda.amp.GradScaler", "torch.amp.GradScaler"),
        ("pytorch_lightning.LightningModule", "lightning.LightningModule"),
        ("lightning.pytorch.LightningModule", "lightning.LightningModule"),
        ("pytorch_lightning.core.lightning.LightningModule", "lightning.LightningModule"),
        ("lightning.pytorch.callbacks.ModelCheckpoint", "lightning.ModelCheckpoint"),
        ("tensorflow.keras.Model", "keras.Model"),
        ("keras.models.Model", "keras.Model"),
        ("tensorflow.keras.models.Sequential", "keras.Sequential"),
        ("tensorflow.keras.layers.Dense", "keras.layers.Dense"),
        ("transformers.models.bert.modeling_bert.BertModel", "transformers.BertModel"),
        ("transformers.Trainer().train", "transformers.Trainer().train"),
        ("lightning.pytorch.Trainer().fit", "lightning.Trainer().fit"),
        ("torch.nn.functional.dropout", "torch.nn.functional.dropout"),
        ("somewhere.else.Thing", "somewhere.else.Thing"),
    ],
)
def test_every_spelling_leads_to_the_public_name(written: str, public: str) -> None:
    assert canonical(written) == public


@pytest.mark.parametrize(
    ("name", "asked", "answer"),
    [
        ("Net", "torch.nn.Module", True),
        ("Net", "torch.nn.modules.module.Module", True),
        ("Net", "torch.utils.data.Dataset", False),
        ("Deep", "torch.nn.Module", True),
        ("Data", "torch.utils.data.Dataset", True),
        ("Plain", "torch.nn.Module", False),
        ("Odd", "torch.nn.Module", None),
        ("Lit", "lightning.LightningModule", True),
        ("Lit", "lightning.pytorch.LightningModule", True),
        ("Lit", "torch.nn.Module", True),
        ("Looped", "torch.nn.Module", False),
    ],
)
def test_a_class_knows_what_it_is(opened: Project, name: str, asked: str, answer: object) -> None:
    assert opened.classes.is_a(own(name), asked) is answer


def test_a_base_of_an_unknown_library_leaves_the_answer_open(opened: Project) -> None:
    assert opened.classes.is_a(own("Unknown", "base.py"), "torch.nn.Module") is None
    assert opened.classes.is_a(own("Unknown", "base.py"), "mystery.Thing") is True


def test_a_lineage_goes_through_files(opened: Project) -> None:
    lineage = opened.classes.lineage(own("Deep"))
    assert [each.name for each in lineage.own] == ["Deep", "Again", "Base"]
    assert lineage.outside == ("torch.nn.Module",)
    assert lineage.is_complete


def test_attributes_are_those_of_the_methods_the_bases_and_the_body(opened: Project) -> None:
    assert set(opened.classes.attributes(own("Net"))) == {
        *("rate", "layer", "a", "b", "body", "block", "extra")
    }
    assert set(opened.classes.attributes(own("Deep"))) == {"head", "tail"}


def test_a_module_is_built_of_its_layers_and_those_of_its_parts(opened: Project) -> None:
    parts = {part.name: part.is_sure for part in opened.classes.parts(own("Net"))}
    assert parts.pop("torch.nn.GELU") is False
    assert parts.pop("torch.nn.Sequential") is True
    assert {name.rpartition(".")[2]: sure for name, sure in parts.items()} == {
        "Linear": True,
        "ReLU": True,
        "Tanh": True,
        "Conv2d": True,
        "Dropout": True,
        "LayerNorm": True,
        "SiLU": True,
        "ModuleList": True,
    }


USES = """
import copy
import torch
import torchvision
from torch import nn
from torch.nn import DataParallel
from torch.nn.parallel import DistributedDataParallel as DDP
from transformers import AutoModel
from model import Net, Plain, Data
from accelerate import Accelerator

accelerator = Accelerator()

def build(name):
    if name == "a":
        return Net()
    return Net().cuda()

def either(name):
    if name == "a":
        return Net()
    return Plain()

def pair():
    net = Net()
    return net, torch.optim.SGD(net.parameters(), lr=1)

def generate():
    yield Net()

def nothing():
    pass

def main(model: Net, unknown, device, flag):
    moved = Net()
    moved = moved.to(device)
    if flag:
        moved = DataParallel(moved)
    else:
        moved = DDP(moved, device_ids=[0])
    inner = moved.module
    compiled = torch.compile(Net())
    copied = copy.deepcopy(compiled).eval()
    chosen = Net() if flag else build("a")
    mixed = Net() if flag else Plain()
    twice = Net()
    twice = Plain()
    made = build("x")
    other = either("x")
    net, optimizer = pair()
    wrapped, optimizer = accelerator.prepare(net, optimizer)
    hub = AutoModel.from_pretrained("x")
    resnet = torchvision.models.resnet18()
    layer = nn.Linear(1, 1)
    sub = Net().body
    looped = [Net()]
    for each in looped:
        pass
    none = None
    none = Net()
    generated = generate()
    missing = nothing()
    lower = torch.zeros(1)
    unpacked, = Net(), Net()
    first, second = Net(), Plain()
    annotated: Net = unknown
    dropped = unknown
    dropped = Net()
"""


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("model", "Net"),
        ("unknown", None),
        ("moved", "Net"),
        ("moved.module", "Net"),
        ("inner", "Net"),
        ("compiled", "Net"),
        ("copied", "Net"),
        ("chosen", "Net"),
        ("mixed", None),
        ("twice", None),
        ("made", "Net"),
        ("other", None),
        ("net", "Net"),
        ("optimizer", "torch.optim.SGD"),
        ("wrapped", "Net"),
        ("hub", "transformers.AutoModel"),
        ("resnet", "torchvision.models.resnet18"),
        ("layer", "torch.nn.Linear"),
        ("sub", "torch.nn.Sequential"),
        ("model.block", "Block"),
        ("model.a", "torch.nn.ReLU"),
        ("looped", None),
        ("each", None),
        ("none", "Net"),
        ("generated", None),
        ("missing", None),
        ("lower", None),
        ("unpacked", None),
        ("first", "Net"),
        ("second", "Plain"),
        ("annotated", "Net"),
        ("dropped", None),
        ("undefined", None),
        ("accelerator", "accelerate.Accelerator"),
    ],
)
def test_the_class_of_a_value_is_told_where_it_is_sure(
    tmp_path: Path, name: str, found: str | None
) -> None:
    opened = project(tmp_path, {"model.py": MODEL, "base.py": BASE, "use.py": USES})
    file = opened.python["use.py"]
    symbol = opened.classes.instance_of(file, name, block_of(opened, "use.py", "main"))
    assert (symbol.name if symbol else None) == found


def test_methods_of_an_own_class_that_shadow_those_of_modules_are_believed(tmp_path: Path) -> None:
    source = """
        from torch import nn

        class Loop(nn.Module):
            def train(self, data):
                return Report()

        class Report: ...

        class Task:
            def __init__(self, loop: Loop):
                self.loop = loop
                self.report = self.loop.train([])
                self.same = self.loop.eval()
            def show(self):
                return self.report
        """
    opened = project(tmp_path, {"a.py": source})
    file, block = opened.python["a.py"], block_of(opened, "a.py", "Task.show")
    names = {}
    for name in ("self", "self.loop", "self.report", "self.same"):
        found = opened.classes.instance_of(file, name, block)
        names[name] = found.name if found else None
    assert names == {
        "self": "Task",
        "self.loop": "Loop",
        "self.report": "Report",
        "self.same": "Loop",
    }
