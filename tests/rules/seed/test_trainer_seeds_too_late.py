"""SEED020: what is made before the trainer sets its seed."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable

import pytest
from checking import check, place
from conftest import Repo

from repro_check.findings import Finding, Safety

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
SCRIPT = """\
import torch
import transformers
from peft import get_peft_model
from transformers import *
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoModelForObjectDetection,
    GPT2LMHeadModel,
    Trainer,
    TrainingArguments,
)
{imports}

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.head = torch.nn.Linear(4, 2)


class Plain:
    def __init__(self): ...


def make():
    return AutoModelForSequenceClassification.from_pretrained("bert-base-cased")


def main(config):
    args = TrainingArguments(output_dir="out", seed=3)
{body}


if __name__ == "__main__":
    main(load())
"""
HEAD = 'model = AutoModelForSequenceClassification.from_pretrained("bert-base-cased")'
END = "trainer = Trainer(model=model, args=args)\ntrainer.train()"


def script(body: str, imports: str = "") -> str:
    """A training script with these statements in `main`."""
    return SCRIPT.format(
        body=textwrap.indent(textwrap.dedent(body).strip(), "    "), imports=imports
    )


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str] | str) -> list[Finding]:
        chosen = {"train.py": files} if isinstance(files, str) else files
        return list(check(make_repo(chosen, commit=False).root, "SEED020").findings)

    return run


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (f"{HEAD}\n{END}", "a new head"),
        (f"{HEAD}\nTrainer(model, args).train()", "a new head"),
        (f"{HEAD}\nmodel = model.to('cuda')\n{END}", "a new head"),
        (f"{HEAD}\n{END.replace('.train()', '.train(resume_from_checkpoint=True)')}", "a new head"),
        (f"model = GPT2LMHeadModel(config)\n{END}", "new weights"),
        (f"model = AutoModelForCausalLM.from_config(config)\n{END}", "new weights"),
        (
            f"model = AutoModelForCausalLM.from_pretrained('gpt2')\nmodel = get_peft_model(model, config)\n{END}",
            "a new adapter",
        ),
        (
            "model = AutoModelForObjectDetection.from_pretrained('facebook/detr-resnet-50', num_labels=3)\n"
            + END,
            "a new head",
        ),
        (f"model = Net()\n{END}", "new layers"),
        (f"model = make()\n{END}", "a new head"),
        (
            f"model = AutoModelForSequenceClassification.from_pretrained(config.name)\n{END}",
            "a new head",
        ),
    ],
)
def test_new_weights_before_the_trainer_are_found(body: str, what: str, judge: Judge) -> None:
    (finding,) = judge(script(body))
    assert f"makes {what} before" in finding.message


@pytest.mark.parametrize(
    "body",
    [
        f"transformers.set_seed(args.seed)\n{HEAD}\n{END}",
        f"torch.manual_seed(0)\n{HEAD}\n{END}",
        f"if config:\n    torch.manual_seed(0)\n{HEAD}\n{END}",
        f"seed_all(0)\n{HEAD}\n{END}",
        f"model = AutoModelForCausalLM.from_pretrained('gpt2')\n{END}",
        f"model = AutoModelForSequenceClassification.from_pretrained('./out/checkpoint-500')\n{END}",
        f"name = 'distilbert-base-uncased-finetuned-sst-2-english'\nmodel = AutoModelForSequenceClassification.from_pretrained(name)\n{END}",
        f"model = AutoModelForObjectDetection.from_pretrained('facebook/detr-resnet-50')\n{END}",
        f"model = Plain()\n{END}",
        f"model = load()\n{END}",
        "trainer = Trainer(model_init=make, args=args)\ntrainer.train()",
        "trainer = Trainer(make(), args)\ntrainer.train()",
        f"{HEAD}\ntrainer = Trainer(model=model, args=args)\ntrainer.evaluate()",
        f"{HEAD}\ntrainer = Unseen(model=model, args=args)\ntrainer.train()",
        f"{HEAD}\nmodel = AutoModelForCausalLM.from_pretrained('gpt2')\n{END}",
        f"if config.test:\n    {HEAD}\n    return\nmodel = load()\n{END}",
    ],
)
def test_these_are_no_new_weights_before_the_trainer(body: str, judge: Judge) -> None:
    assert judge(script(body)) == []


def test_a_seed_in_the_caller_counts(judge: Judge) -> None:
    library = script(f"{HEAD}\n{END}").partition("if __name__")[0]
    entry = "{}from lib import main\n\nif __name__ == '__main__':\n    {}main(1)\n"
    unseeded = entry.format("", "")
    seeded = entry.format("import torch\n", "torch.manual_seed(0)\n    ")
    assert [place(each) for each in judge({"lib.py": library, "run.py": unseeded})]
    assert judge({"lib.py": library, "run.py": seeded}) == []


def test_an_own_trainer_is_one(judge: Judge) -> None:
    imports = "class Mine(Trainer):\n    pass\n"
    (finding,) = judge(script(f"{HEAD}\nMine(model=model, args=args).train()", imports))
    assert "before `Mine` sets its seed" in finding.message


def test_notebooks_are_run_cell_by_cell(judge: Judge) -> None:
    cells = [
        "from transformers import AutoModelForSequenceClassification, Trainer, TrainingArguments",
        HEAD,
        "args = TrainingArguments('out')\ntrainer = Trainer(model, args)",
        "trainer.train()",
    ]
    text = json.dumps(
        {"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4}
    )
    assert [place(each) for each in judge({"n.ipynb": text})] == ["n.ipynb:cell 2:1:9 SEED020"]


def test_the_fix_seeds_below_the_arguments(judge: Judge) -> None:
    (finding,) = judge(script(f"{HEAD}\n{END}"))
    assert finding.fix is not None
    assert finding.fix.safety is Safety.SAFE
    assert [edit.replacement for edit in finding.fix.edits] == [
        "from transformers import set_seed\n",
        "\n    set_seed(args.seed)",
    ]


@pytest.mark.parametrize(
    "body",
    [
        f"{HEAD}\nTrainer(model, TrainingArguments('out')).train()",
        f"{HEAD}\nlate = TrainingArguments('out')\nTrainer(model, late).train()",
        f"for name in config:\n    {HEAD}\n    Trainer(model, args).train()",
    ],
)
def test_without_arguments_above_in_the_same_stretch_there_is_no_fix(
    body: str, judge: Judge
) -> None:
    (finding,) = judge(script(body))
    assert finding.fix is None
