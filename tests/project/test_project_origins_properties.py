"""What holds for where any value comes from."""

from __future__ import annotations

import keyword
import random
import sysconfig
import tempfile
from itertools import pairwise
from pathlib import Path

import black
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import project

from repro_check.project.origins import Origin
from repro_check.project.project import Project

NAMES = st.from_regex(r"[a-z][a-z0-9_]{2,8}", fullmatch=True).filter(
    lambda name: not keyword.iskeyword(name)
    and name not in {"seed_it", "rank", "print", "world_size"}
)


@st.composite
def detours(draw: st.DrawFn) -> tuple[str, int]:
    """A module that brings a number to `seed_it` by renames, tuples, parameters and helpers."""
    value = draw(st.integers(0, 10**6))
    names = draw(st.lists(NAMES, min_size=7, max_size=7, unique=True))
    lines = [f"{names[0]} = {value}"]
    for before, name in pairwise(names):
        kind = draw(st.sampled_from("rename tuple dict call parameter wrapped loop object".split()))
        lines.append(
            {
                "rename": f"{name} = {before}",
                "tuple": f"(_, [{name}]) = (0, [{before}])",
                "dict": f"d_{name} = {{'k': {before}}}\n{name} = d_{name}['k']",
                "call": f"{name} = int({before})",
                "parameter": f"def f_{name}(x, y=0):\n    return x\n{name} = f_{name}({before}, y=1)",
                "wrapped": f"def g_{name}(*, n):\n    m = n\n    return h_{name}(m)\n"
                f"def h_{name}(k):\n    return k\n{name} = g_{name}(n={before})",
                "loop": f"for {name} in [{before}]:\n    pass",
                "object": f"class C_{name}:\n    def __init__(self, v):\n        self.v = v\n"
                f"{name} = C_{name}({before}).v",
            }[kind]
        )
    return "\n".join([*lines, f"seed_it({names[-1]})", ""]), value


def origins(source: str) -> list[Origin]:
    """Those of the argument of `seed_it`."""
    with tempfile.TemporaryDirectory() as folder:
        opened = project(Path(folder), {"train.py": source})
        file = opened.python["train.py"]
        (call,) = [call for call in file.facts.calls if call.name == "seed_it"]
        return list(opened.origins.of(file, call.args[0], call.block))


def meaning(found: list[Origin]) -> list[tuple[str, object, str]]:
    """Origins without their places."""
    return [(origin.kind.value, origin.value, origin.note) for origin in found]


@settings(max_examples=60, deadline=None)
@given(detours())
def test_a_literal_keeps_its_value_on_every_detour(made: tuple[str, int]) -> None:
    source, value = made
    assert meaning(origins(source)) == [("literal", value, "")]


@settings(max_examples=30, deadline=None)
@given(detours(), st.integers(20, 120))
def test_reformatting_changes_no_origin(made: tuple[str, int], width: int) -> None:
    source, _ = made
    formatted = black.format_str(source, mode=black.Mode(line_length=width))
    assert meaning(origins(formatted)) == meaning(origins(source))


BRANCHES = """
import argparse
import time

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int)
    {a} = parser.parse_args()
    {b} = {a}.seed
    if {b} is None:
        {b} = int(time.time())
    for {c} in range(3):
        {d} = {b} + {c}
        seed_it({d})
"""


@settings(max_examples=25, deadline=None)
@given(st.lists(NAMES, min_size=4, max_size=4, unique=True).filter(lambda x: "parser" not in x))
def test_renaming_locals_changes_no_origin(names: list[str]) -> None:
    renamed = BRANCHES.format(**dict(zip("abcd", names, strict=True)))
    plain = BRANCHES.format(a="args", b="seed", c="fold", d="own")
    assert meaning(origins(renamed)) == meaning(origins(plain))


def everything(opened: Project) -> int:
    """Ask for the origins of all that is given to calls; how many there are."""
    count = 0
    for file in opened.python.readable():
        for call in file.facts.calls:
            for argument in (*call.args, *(item.value for item in call.keywords)):
                count += len(opened.origins.of(file, argument, call.block)) >= 0
    return count


@pytest.mark.parametrize("number", range(4))
def test_no_file_of_the_standard_library_is_too_much(tmp_path: Path, number: int) -> None:
    every = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    chosen = random.Random(number).sample(every, 6)
    files = {path.name: path.read_text("utf-8", errors="replace") for path in chosen}
    opened = project(tmp_path, {})
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    opened = project(tmp_path, {})
    assert everything(opened) > 0
