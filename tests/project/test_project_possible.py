"""What callers give, and which programs reach a function."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import block_of, node, project

from repro_check.project.possible import possible_classes
from repro_check.project.reaching import entries_reaching

LIB = """
from torch import nn

class Net(nn.Module): ...
class Other(nn.Module): ...

class Loop:
    def __init__(self, model, spare=None):
        self.model = model
        self.spare = spare

    def run(self):
        return self.model, self.spare

def evaluate(model, wrapped, mixed, default=Net(), unknown=None, never=None):
    wrapped = wrapped.to("cuda")
    inner = wrapped.module

def deeper(net):
    evaluate(net, nn.DataParallel(net), net)

def uncalled(model): ...
"""
MAIN = """
from lib import Loop, Net, Other, deeper, evaluate

def main(loaded):
    evaluate(Net(), Net().cuda(), Other(), unknown=loaded)
    deeper(net=Net())
    Loop(Net()).run()
    Loop(model=Other(), spare=loaded).run()

if __name__ == "__main__":
    main(setup())
"""


@pytest.mark.parametrize(
    ("function", "name", "classes", "is_complete"),
    [
        ("evaluate", "model", {"Net"}, True),
        ("evaluate", "wrapped", {"Net"}, True),
        ("evaluate", "inner", set(), False),
        ("evaluate", "mixed", {"Net", "Other"}, True),
        ("evaluate", "default", {"Net"}, True),
        ("evaluate", "unknown", set(), False),
        ("deeper", "net", {"Net"}, True),
        ("uncalled", "model", set(), False),
        ("Loop.run", "self.model", {"Net", "Other"}, True),
        ("Loop.run", "self.spare", set(), False),
        ("Loop.run", "self.missing", set(), False),
    ],
)
def test_a_parameter_may_be_what_its_callers_give(
    tmp_path: Path, function: str, name: str, classes: set[str], is_complete: bool
) -> None:
    opened = project(tmp_path, {"lib.py": LIB, "main.py": MAIN})
    block = block_of(opened, "lib.py", function)
    found = possible_classes(opened, opened.python["lib.py"], name, block)
    assert {symbol.name for symbol in found.classes} == classes
    assert found.is_complete is is_complete


def test_a_function_that_calls_itself_is_no_endless_question(tmp_path: Path) -> None:
    source = "def f(model):\n    f(model)\n\ndef g(x):\n    h(x)\n\ndef h(x):\n    g(x)\n"
    opened = project(tmp_path, {"a.py": source})
    file = opened.python["a.py"]
    for function, name in (("f", "model"), ("g", "x")):
        found = possible_classes(opened, file, name, block_of(opened, "a.py", function))
        assert not found.classes


def test_each_program_is_told_the_functions_that_it_may_run(tmp_path: Path) -> None:
    guard = "if __name__ == '__main__':\n    {}\n"
    opened = project(
        tmp_path,
        {
            "lib.py": "def a():\n    b()\n\ndef b():\n    a()\n\ndef c(): ...\n",
            "one.py": "from lib import a\n" + guard.format("a()"),
            "two.py": "from lib import c\n" + guard.format("c()"),
            "three.py": guard.format("pass"),
        },
    )
    wanted = [node(opened, "lib.py", name) for name in ("b", "c")]
    found = {entry.path: len(nodes) for entry, nodes in entries_reaching(opened, wanted)}
    assert found == {"one.py": 1, "two.py": 1}
    assert list(entries_reaching(opened, [])) == []
