"""The settings table: what it accepts, and that each error names the key at fault."""

from __future__ import annotations

import pytest

from repro_check.errors import ReproCheckError
from repro_check.smoke import spec_from_table

LEAST = {"checkpoint": "ckpt/model.pt", "entry": "predict:predict"}
COMMAND = {"checkpoint": "ckpt/model.pt", "command": "python p.py {checkpoint}"}


def test_the_least_table_has_defaults() -> None:
    spec = spec_from_table(LEAST)
    assert (spec.rtol, spec.atol, spec.repeat) == (1e-3, 1e-5, 2)
    assert (spec.timeout, spec.install_timeout, spec.install) == (120.0, 900.0, None)


def test_keys_may_have_hyphens_or_underscores_and_numbers_may_be_whole() -> None:
    spec = spec_from_table({**LEAST, "install-timeout": 5, "env": ["A", "B"], "rtol": 0})
    assert spec_from_table({**LEAST, "install_timeout": 5}).install_timeout == 5.0
    assert (spec.install_timeout, spec.env, spec.rtol) == (5.0, ("A", "B"), 0.0)


def test_paths_are_made_tidy() -> None:
    spec = spec_from_table({**LEAST, "input": "./data/../data//x.npy", "checkpoint": "ckpt\\m.pt"})
    assert (spec.input, spec.checkpoint) == ("data/x.npy", "ckpt/m.pt")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"entry": "p:p"}, "`checkpoint` is missing"),
        ({"checkpoint": "a.pt"}, "needs exactly one of `entry` and `command`"),
        ({**LEAST, "command": "python p.py"}, "needs exactly one of `entry` and `command`"),
        ({**LEAST, "chekpoint": "a"}, "`chekpoint` is not a setting"),
        ({**LEAST, "chekpoint": "a"}, "Did you mean `checkpoint`?"),
        ({**LEAST, "zzz": 1}, "Known are atol, checkpoint"),
        (
            {**LEAST, "install-timeout": 1, "install_timeout": 1},
            "`install_timeout` is written twice",
        ),
        ({**LEAST, "repeat": "2"}, "`repeat`: expected `int`, got `str`"),
        ({**LEAST, "repeat": 0}, "`repeat`: expected `int` >= 1"),
        ({**LEAST, "timeout": 0}, "`timeout`: expected `float` > 0"),
        ({**LEAST, "rtol": -1.0}, "`rtol`: expected `float` >= 0"),
        ({**LEAST, "env": "HOME"}, "`env`: expected `array`, got `str`"),
        ({**LEAST, "name": "a/b"}, "`name`: expected `str` matching"),
        ({**LEAST, "checkpoint": ""}, "`checkpoint` is empty"),
        ({**LEAST, "checkpoint": "/data/a.pt"}, "`checkpoint` is '/data/a.pt', outside"),
        ({**LEAST, "input": "../a.npy"}, "`input` is '../a.npy', outside the project"),
        ({**LEAST, "input": "a/../../b"}, "`input` is 'a/../../b', outside the project"),
        ({**LEAST, "expected": "~/a.json"}, "`expected` is '~/a.json', outside the project"),
        ({**LEAST, "expected": "C:\\a.json"}, "`expected` is 'C:\\\\a.json', outside"),
        ({**LEAST, "entry": "predict.py"}, "`entry` is 'predict.py'"),
        ({**LEAST, "entry": "src/predict:main"}, "`entry` is 'src/predict:main'"),
        ({**LEAST, "install": "uv.lock"}, "`install` is 'uv.lock', which pip cannot read"),
        ({**COMMAND, "command": "python 'p.py"}, "`command` cannot be split into words"),
        ({**COMMAND, "command": " "}, "`command` is empty"),
        ({**COMMAND, "command": "python p.py {outptu}"}, "`command` uses {outptu}"),
        ({**COMMAND, "command": "python p.py {input}"}, "`input` is not set"),
        ({**COMMAND, "command": "p {output}", "output": "o.json"}, "uses {output} while `output`"),
    ],
)
def test_a_bad_table_names_the_key(table: dict[str, object], message: str) -> None:
    with pytest.raises(ReproCheckError) as caught:
        spec_from_table(table, where="pyproject.toml")
    assert message in str(caught.value)
    assert caught.value.where == "pyproject.toml"
    assert caught.value.exit_code == 2


def test_braces_that_are_no_placeholders_are_left_alone() -> None:
    command = """python p.py --set '{"a": 1}' {checkpoint}"""
    assert spec_from_table({**COMMAND, "command": command}).command == command
