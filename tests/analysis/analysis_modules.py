"""Programs like those of research code, drawn statement by statement."""

from __future__ import annotations

from textwrap import indent

from hypothesis import strategies as st

HEAD = """\
import argparse, glob, os, random, sys, time
from pathlib import Path
import hydra, wandb
import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset, DistributedSampler
from datasets import load_dataset
from transformers import Trainer, set_seed
from .utils import *
"""
_NAMES = (
    "seed",
    "args.seed",
    "cfg.train.seed",
    "model",
    "best",
    "loader",
    "x",
    "self.rng",
    "device",
    "i",
    "é",
)
_NUMBERS = ("0", "42", "-1", "1e-4", "None", "True", '"3"', "2**70", "1j")
_PATHS = (
    '"/home/ada/x"',
    'f"/home/ada/{x}"',
    '"data/a.csv"',
    '"cuda:1"',
    "'C:\\\\x'",
    '"train[:10%]"',
    "Path(x)",
)
_CALLS = (
    "random.seed({})", "np.random.seed({})", "torch.manual_seed({})", "np.random.default_rng({})", "set_seed({})",
    "torch.load({})", "torch.save({}, {})", "os.listdir({})", "sorted(glob.glob({}))", "set({})", "hash({}) % 10",
    "DataLoader({}, worker_init_fn={}, num_workers={})", "DistributedSampler({})", "Trainer(model={})", "{}.cuda()",
    "{}.to({})", "model.state_dict()", "model.load_state_dict({})", "model.eval()", "F.dropout({}, {})", "torch.device({})",
    "pd.read_csv({})", "load_dataset({})", "os.environ.get({})", "print({})", "wandb.init(entity={})", "int(time.time())",
    "sampler.set_epoch({})", "optimizer.step()", "loss.backward()", "dict(a={}, **{})", "f(*{}, **{})", "getattr({}, 'seed')",
    "nn.Linear({}, {})", "env.reset(seed={})", "trial.suggest_int('seed', {}, {})", "super().__init__()", "(lambda s: s)({})",
)  # fmt: skip
_atoms = st.sampled_from((*_NAMES, *_NUMBERS, *_PATHS))


@st.composite
def _calls(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    template = draw(st.sampled_from(_CALLS))
    return template.format(*(draw(inner) for _ in range(template.count("{}"))))


expressions = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        _calls(inner),
        st.tuples(
            inner, st.sampled_from(("+", "or", "and", "==", "%", "is not", "in", "/")), inner
        ).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        st.tuples(inner, inner, inner).map(lambda parts: "({} if {} else {})".format(*parts)),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.tuples(inner, inner).map(lambda parts: f"{{{parts[0]}: {parts[1]}}}"),
        st.tuples(inner, inner).map(lambda parts: f"[{parts[0]} for i in {parts[1]}]"),
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]})[{parts[1]}]"),
        inner.map(lambda text: f"not {text}"),
        inner.map(lambda text: f"(y := {text})"),
    ),
    max_leaves=6,
)
_targets = st.sampled_from(
    ("seed", "best", "x", "self.rng", "a, b", "model.best", "os.environ['CUDA_VISIBLE_DEVICES']", "x[0]", "*c, d",
     "torch.backends.cudnn.benchmark", "device")
)  # fmt: skip
_simple = st.one_of(
    expressions,
    st.tuples(_targets, expressions).map(lambda parts: "{} = {}".format(*parts)),
    st.tuples(st.sampled_from(("seed", "x")), expressions).map(lambda parts: "{} += {}".format(*parts)),
    expressions.map(lambda text: f"assert {text}"),
    expressions.map(lambda text: f"raise ValueError({text})"),
    st.sampled_from(("pass", "import torch as t", "from os import listdir as ls", "global seed", "del x", "seed: int = 1")),
)  # fmt: skip
_HEADERS = (
    "if {}:", "for i in {}:", "while {}:", "with open({}) as f:", "with torch.no_grad():", "try:\n    pass\nexcept E as e:",
    "def main(cfg, seed={}):", "@hydra.main(config_path={})\ndef run(cfg):", "class Data(Dataset):", "class Net(nn.Module):",
    "def __getitem__(self, i):", "def __init__(self, rng={}):", "def forward(self, x):", "async def f(x):",
    'if __name__ == "__main__":', "if x: pass\nelse:", "for x in {}: break\nelse:", "match {}:\n    case [1, *rest]:",
)  # fmt: skip


@st.composite
def _blocks(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    header = draw(st.sampled_from(_HEADERS))
    header = header.format(*(draw(expressions) for _ in range(header.count("{}"))))
    body = "\n".join(draw(st.lists(inner, min_size=1, max_size=4)))
    return f"{header}\n{indent(body, '        ' if header.startswith('match') else '    ')}"


statements = st.recursive(_simple, _blocks, max_leaves=12)
modules = st.lists(statements, max_size=8).map(lambda items: HEAD + "\n".join(items) + "\n")
"""Sources, most of which Python can parse (a few break a rule of scope or of `await`)."""
