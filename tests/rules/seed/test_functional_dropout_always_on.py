"""SEED027: functional dropouts that `eval()` does not reach."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
import torch
from checking import check, codes
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Finding, Safety

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n\n"


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on `net.py` with this body, beside other files."""

    def run(body: str, **files: str) -> list[Finding]:
        others = {f"{name}.py": text for name, text in files.items()}
        repo = make_repo({"net.py": HEAD + textwrap.dedent(body)} | others, commit=False)
        return list(check(repo.root, "SEED027").findings)

    return run


def module(
    line: str, *, name: str = "Net", base: str = "nn.Module", method: str = "forward"
) -> str:
    """A class whose method is these lines."""
    body = textwrap.indent(line, " " * 8)
    return (
        f"class {name}({base}):\n    def {method}(self, x, noise=None):\n{body}\n        return x\n"
    )


@pytest.mark.parametrize(
    "line",
    [
        "x = F.dropout(x, 0.5)",
        "x = F.dropout(x, p=self.rate)",
        "x = F.dropout(F.relu(x))",
        "x = torch.nn.functional.dropout2d(x, 0.1)",
        "x = nn.functional.alpha_dropout(x, 0.1)",
        "if x.dim() > 2:\n    x = F.dropout(x, 0.5)",
        "x = F.scaled_dot_product_attention(x, x, x, dropout_p=0.1)",
        "x = F.scaled_dot_product_attention(x, x, x, None, 0.1)",
        "x = F.scaled_dot_product_attention(x, x, x, dropout_p=self.rate)",
    ],
)
def test_a_dropout_that_evaluation_keeps_is_found(judge: Judge, line: str) -> None:
    (finding,) = judge(module(line))
    assert "`Net.forward`" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        module("x = F.dropout(x, 0.5, training=self.training)"),
        module("x = F.dropout(x, 0.5, self.training)"),
        module("x = F.dropout(x, 0.5, training=True)"),
        module("x = F.dropout(x, p=0.0)"),
        module("x = F.dropout(x, p=self.rate if self.training else 0)"),
        module("x = F.dropout(x, p=self.rate * self.training)"),
        module("x = F.dropout(x, **self.options)"),
        module("if self.training:\n    x = F.dropout(x, 0.5)"),
        module("if self.training and self.rate > 0:\n    x = F.dropout(x, self.rate)"),
        module("train = self.training\nif train:\n    x = F.dropout(x, 0.5)"),
        module("x = F.dropout(x, 0.5) if self.training else x"),
        module("if not self.training:\n    return x\nx = F.dropout(x, 0.5)"),
        module("x = F.scaled_dot_product_attention(x, x, x)"),
        module("x = F.scaled_dot_product_attention(x, x, x, dropout_p=0.0)"),
        module("p = self.rate if self.training else 0.0\nx = F.scaled_dot_product_attention(x, x, x, dropout_p=p)"),
        module("x = F.scaled_dot_product_attention(x, x, x, dropout_p=0.1 if self.training else 0.0)"),
        module("x = self.dropout(x)"),
        module("x = F.dropout(x, 0.5)", name="MCDropout"),
        module("x = F.dropout(x, 0.5)", name="BayesianNet"),
        module("x = F.dropout(x, 0.5)", method="mc_forward"),
        module("x = F.dropout(x, 0.5)", method="sample"),
        module("x = x + F.dropout(noise, 0.5)"),
        module("x = F.dropout(x, 0.5)", base="object"),
        module("x = F.dropout(x, 0.5)", base="Unknown"),
        "def augment(x):\n    return F.dropout(x, 0.5)\n",
    ],
)  # fmt: skip
def test_a_dropout_that_is_gated_or_meant_passes(judge: Judge, text: str) -> None:
    assert [finding.message for finding in judge(text)] == []


def test_up_and_downsampling_modules_are_no_samplers(judge: Judge) -> None:
    assert len(judge(module("x = F.dropout(x, 0.5)", name="Downsample"))) == 1


def test_a_base_class_in_another_file_is_followed(judge: Judge) -> None:
    base = "import torch.nn as nn\n\n\nclass Block(nn.Module):\n    pass\n"
    text = "from base import Block\n\n\n" + module("x = F.dropout(x, 0.5)", base="Block")
    assert len(judge(text, base=base)) == 1


def test_a_lightning_module_is_a_module(judge: Judge) -> None:
    text = "import pytorch_lightning as pl\n\n\n" + module(
        "x = F.dropout(x, 0.5)", base="pl.LightningModule"
    )
    assert len(judge(text)) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = F.dropout(x, 0.5)", "x = F.dropout(x, 0.5, training=self.training)"),
        ("x = F.dropout(x, p=0.5,)", "x = F.dropout(x, p=0.5, training=self.training,)"),
        ("x = F.dropout(x)", "x = F.dropout(x, training=self.training)"),
        (
            "x = F.scaled_dot_product_attention(x, x, x, dropout_p=self.rate)",
            "x = F.scaled_dot_product_attention(x, x, x, dropout_p=self.rate if self.training else 0.0)",
        ),
    ],
)
def test_the_fix_asks_the_module_and_is_unsafe(judge: Judge, before: str, after: str) -> None:
    text = HEAD + module(before)
    (finding,) = judge(module(before))
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE
    (change,) = plan_fixes([finding], lambda _: text.encode(), frozenset(Safety))
    assert isinstance(change, Change)
    assert change.new.decode() == HEAD + module(after)


def test_torch_itself_drops_values_in_evaluation() -> None:
    """What the rule rests on, seen."""

    class Net(torch.nn.Module):
        def __init__(self, *, is_gated: bool) -> None:
            super().__init__()
            self.is_gated = is_gated

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if self.is_gated:
                return torch.nn.functional.dropout(x, 0.5, training=self.training)
            return torch.nn.functional.dropout(x, 0.5)

    ones = torch.ones(100)
    assert (Net(is_gated=False).eval()(ones) == 0).any()
    assert (Net(is_gated=True).eval()(ones) == 1).all()


@pytest.mark.parametrize(
    ("test", "is_found"),
    [
        ("self.rate > 0", True),
        ("self.dropout", True),
        ("self.rate > 0 and dropout_switch", False),
        ("use_dropout_now", False),
        ("not self.deterministic", False),
    ],
)
def test_a_test_for_more_than_the_rate_may_be_the_gate(
    judge: Judge, test: str, *, is_found: bool
) -> None:
    found = judge(module(f"if {test}:\n    x = F.dropout(x, 0.5)"))
    assert bool(found) == is_found


def test_a_rate_that_is_zero_everywhere_drops_nothing(make_repo: MakeRepo) -> None:
    text = (
        "from dataclasses import dataclass\n\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n\n"
        "@dataclass\nclass Config:\n    rate: float = RATE\n\n\nclass Net(nn.Module):\n"
        "    def __init__(self, config: Config):\n        super().__init__()\n        self.rate = config.rate\n\n"
        "    def forward(self, q):\n"
        "        return F.scaled_dot_product_attention(q, q, q, dropout_p=self.rate)\n"
    )
    off = make_repo({"net.py": text.replace("RATE", "0.0")}, commit=False)
    on = make_repo({"net.py": text.replace("RATE", "0.1")}, commit=False)
    assert codes(check(off.root, "SEED027")) == []
    assert codes(check(on.root, "SEED027")) == ["SEED027"]
