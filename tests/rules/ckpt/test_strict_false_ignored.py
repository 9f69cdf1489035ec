"""CKPT006: dropped results of lax loading, and loading in part that is meant."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Finding, Safety

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
HEAD = "import torch\n\ndef load(model, path, other=None):\n    state = torch.load(path)\n"


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on the function `load` with this body."""

    def run(body: str) -> list[Finding]:
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        repo = make_repo({"train.py": HEAD + lines}, commit=False)
        return list(check(repo.root, "CKPT006").findings)

    return run


@pytest.mark.parametrize(
    "body",
    [
        "model.load_state_dict(state, strict=False)",
        "model.load_state_dict(state, False)",
        'model.backbone.load_state_dict(state["model"], strict=False)',
        "get_model(path).load_state_dict(state, strict=False)",
        "missing, unexpected = model.load_state_dict(state, strict=False)\nreturn model",
        "result = model.load_state_dict(state, strict=False)",
        "_ = model.load_state_dict(state, strict=False)",
    ],
)
def test_a_result_that_nobody_reads_is_told(judge: Judge, body: str) -> None:
    assert len(judge(body)) == 1


@pytest.mark.parametrize(
    "body",
    [
        "model.load_state_dict(state)",
        "model.load_state_dict(state, strict=True)",
        "model.load_state_dict(state, strict=other)",
        "return model.load_state_dict(state, strict=False)",
        "print(model.load_state_dict(state, strict=False))",
        "message = model.load_state_dict(state, strict=False)\nprint(message)",
        "missing, _ = model.load_state_dict(state, strict=False)\nif missing:\n    raise ValueError",
        "missing, _ = model.load_state_dict(state, strict=False)\nassert not missing",
        "missing, _ = model.load_state_dict(state, strict=False)\nassert len(missing) == 0",
        'r = model.load_state_dict(state, strict=False)\nlog(f"{r}")',
        "assert model.load_state_dict(state, strict=False).missing_keys == []",
        'model.load_state_dict(state["lora"], strict=False)',
        "model.load_state_dict(ema_state, strict=False)",
        "model.load_state_dict(other.state_dict(), strict=False)",
        "weights = other.state_dict()\nmodel.load_state_dict(weights, strict=False)",
        'model.load_state_dict({"head": state["head"]}, strict=False)',
        'part = {"head": state["head"]}\nmodel.load_state_dict(part, strict=False)',
        "list(zip(state, path, strict=False))",
    ],
)
def test_what_is_read_or_meant_in_part_passes(judge: Judge, body: str) -> None:
    assert judge(body) == []


def test_the_fix_keeps_the_result_and_stops_at_unknown_weights(make_repo: MakeRepo) -> None:
    text = f"{HEAD}    model.load_state_dict(\n        state, strict=False\n    )  # lax\n    return model\n"
    repo = make_repo({"train.py": text}, commit=False)
    (finding,) = check(repo.root, "CKPT006").findings
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE
    (change,) = plan_fixes([finding], lambda _path: text.encode(), frozenset(Safety))
    assert isinstance(change, Change)
    rows = change.new.decode().splitlines()
    assert rows[4:8] == [
        "    loaded = model.load_state_dict(",
        "        state, strict=False",
        "    )  # lax",
        "    if loaded.unexpected_keys:",
    ]
    assert rows[-1] == "    return model"


def test_a_statement_that_shares_its_line_has_no_fix(judge: Judge) -> None:
    (finding,) = judge("model.load_state_dict(state, strict=False); model.eval()")
    assert finding.fix is None


def test_a_notebook_shows_the_result_of_a_cell_that_ends_with_it(make_repo: MakeRepo) -> None:
    call = "model.load_state_dict(state, strict=False)"
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for source in ("import torch", call, f"{call}\nmodel.eval()")
    ]
    document = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    repo = make_repo({"a.ipynb": document}, commit=False)
    assert places(check(repo.root, "CKPT006")) == ["a.ipynb:cell 3:1:1 CKPT006"]
