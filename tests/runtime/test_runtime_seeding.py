# ruff: noqa: NPY002 - the global stream is what is tested
from __future__ import annotations

import json
import os
import random
import subprocess
import sys

import numpy as np
import pytest
import torch

from repro_check.runtime import set_seed


@pytest.fixture(autouse=True)
def _restored():
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    benchmark = torch.backends.cudnn.benchmark
    yield
    random.setstate(states[0])
    np.random.set_state(states[1])
    torch.set_rng_state(states[2])
    torch.use_deterministic_algorithms(False)
    torch.backends.cudnn.benchmark = benchmark
    os.environ.pop("CUBLAS_WORKSPACE_CONFIG", None)


def draws():
    return (
        random.random(),
        np.random.rand(),
        torch.rand(1).item(),
        torch.nn.Linear(2, 2).weight[0, 0].item(),
    )


def test_the_same_seed_gives_the_same_draws_of_every_family():
    set_seed(3)
    first = draws()
    set_seed(3)
    assert draws() == first
    set_seed(4)
    assert all(one != other for one, other in zip(draws(), first, strict=True))


def test_the_streams_are_those_of_the_plain_calls():
    set_seed(11)
    ours = draws()
    random.seed(11)
    np.random.seed(11)
    torch.manual_seed(11)
    assert draws() == ours


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1, np.int64(5)])
def test_every_seed_that_numpy_accepts_is_accepted(seed):
    assert set_seed(seed).seed == int(seed)


@pytest.mark.parametrize("seed", [-1, 2**32, np.int64(-3)])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(ValueError, match="0 to"):
        set_seed(seed)


@pytest.mark.parametrize("seed", [True, False, 1.0, "1", None])
def test_what_is_no_integer_is_refused(seed):
    with pytest.raises(TypeError, match="write an integer"):
        set_seed(seed)


def test_a_refused_seed_touches_nothing():
    set_seed(1)
    expected = draws()
    set_seed(1)
    with pytest.raises(ValueError):
        set_seed(2**32)
    assert draws() == expected


def test_the_report_says_what_was_seeded_and_goes_into_json():
    report = set_seed(7)
    assert report.seeded == ("random", "numpy", "torch")
    assert report.not_imported == ()
    assert json.loads(json.dumps(report._asdict()))["seed"] == 7


def test_deterministic_makes_torch_refuse_what_can_differ():
    report = set_seed(0, deterministic=True)
    assert report.deterministic
    assert torch.are_deterministic_algorithms_enabled()
    assert not torch.is_deterministic_algorithms_warn_only_enabled()
    assert not torch.backends.cudnn.benchmark


def test_deterministic_warn_only_names_it():
    set_seed(0, deterministic="warn")
    assert torch.is_deterministic_algorithms_warn_only_enabled()


def test_without_the_word_torch_stays_as_it_was():
    torch.backends.cudnn.benchmark = True
    report = set_seed(0)
    assert not report.deterministic
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.backends.cudnn.benchmark


def run(program: str, **environment: str) -> str:
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONHASHSEED"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=clean | environment,
    )
    return done.stdout.strip()


def test_frameworks_that_were_not_imported_are_left_alone_and_named():
    program = (
        "import sys; from repro_check.runtime import set_seed; r = set_seed(1, deterministic=True)\n"
        "print(r.seeded, r.not_imported, r.deterministic, 'numpy' in sys.modules, "
        "'torch' in sys.modules)"
    )
    assert run(program) == "('random',) ('numpy', 'torch') False False False"


def test_the_hash_seed_variable_is_never_set():
    program = (
        "import os; from repro_check.runtime import set_seed; set_seed(1)\n"
        "print('PYTHONHASHSEED' in os.environ)"
    )
    assert run(program) == "False"


FIXED = "from repro_check.runtime import set_seed; print(set_seed(1).hash_seed_fixed)"
TOO_LATE = "import os; os.environ['PYTHONHASHSEED'] = '42'; " + FIXED


@pytest.mark.parametrize(
    ("program", "environment", "fixed"),
    [
        (FIXED, {}, "False"),
        (FIXED, {"PYTHONHASHSEED": "0"}, "True"),
        (FIXED, {"PYTHONHASHSEED": "42"}, "True"),
        (FIXED, {"PYTHONHASHSEED": "random"}, "False"),
        (TOO_LATE, {}, "False"),
        (TOO_LATE, {"PYTHONHASHSEED": "7"}, "False"),
    ],
)
def test_whether_the_hash_seed_is_fixed_is_seen_and_not_believed(program, environment, fixed):
    assert run(program, **environment) == fixed


def test_a_torch_that_is_half_imported_is_left_alone(tmp_path):
    (tmp_path / "torch.py").write_text(
        "from repro_check.runtime import set_seed\nprint(set_seed(1).seeded)\n"
    )
    assert run("import torch", PYTHONPATH=str(tmp_path)) == "('random',)"
