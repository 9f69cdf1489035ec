"""Who calls a function, what a call runs, and what a parameter gets."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import name_of, node, project, read_facts

from repro_check.project.callers import UNKNOWN, argument_of
from repro_check.project.project import Project
from repro_check.sources.python import Call


def the_call(opened: Project, path: str, name: str) -> Call:
    return next(call for call in opened.python[path].facts.calls if call.name == name)


def callees(opened: Project, path: str, name: str, *, surely: bool = True) -> list[str]:
    found = opened.callers.callees(path, the_call(opened, path, name), surely=surely)
    return [name_of(opened, item) for item in found]


MODEL = """
import functools
import torch

class Net(torch.nn.Module):
    def __init__(self, width, depth=2):
        super().__init__()
    def forward(self, x): ...

class Trainer:
    def __init__(self, net: Net, seed):
        self.net = Net(3)
        self.given = net
        self.seed(seed)
    def seed(self, value): ...
    def fit(self, x):
        self.net(x)
        self.given.forward(x)
        self.net.double()
        self.unknown(x)

def run(a, b): ...
"""


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Net", ["t.py:Net.__init__"]),
        ("self.seed", ["t.py:Trainer.seed"]),
        ("self.net", ["t.py:Net.forward"]),
        ("self.given.forward", ["t.py:Net.forward"]),
        ("self.net.double", []),
        ("self.unknown", []),
    ],
)
def test_a_call_runs_methods_of_objects_whose_class_is_known(
    name: str, found: list[str], tmp_path: Path
) -> None:
    assert callees(project(tmp_path, {"t.py": MODEL}), "t.py", name) == found


def test_what_is_handed_over_by_name_only_may_run(tmp_path: Path) -> None:
    opened = project(tmp_path, {"t.py": "def f(): ...\nregister(f)\napp.run(f)"})
    assert callees(opened, "t.py", "register") == []
    assert callees(opened, "t.py", "register", surely=False) == ["t.py:f"]
    assert callees(opened, "t.py", "app.run") == ["t.py:f"]


def sites(opened: Project, path: str, qualname: str) -> list[str]:
    found = opened.callers.calls_of(node(opened, path, qualname))
    return [f"{site.path}:{site.call.span.line}" for site in found]


def test_the_calls_of_a_function_stand_in_every_file_of_the_product(tmp_path: Path) -> None:
    files = {
        "lib.py": "def f(x): ...\n\nf(1)",
        "a.py": "from lib import f as g\ng(2)\nregister(g)",
        "b.py": "import lib\nlib.f(3)\nother.f(4)",
        "c.py": "import functools\nfrom lib import f\nh = functools.partial(f, 5)\nh()",
        "tests/test_lib.py": "from lib import f\nf(6)",
    }
    assert sites(project(tmp_path, files), "lib.py", "f") == [
        "a.py:2",
        "b.py:2",
        "c.py:4",
        "lib.py:3",
    ]


def test_an_initialiser_is_called_through_its_class_and_through_super(tmp_path: Path) -> None:
    source = """
        class Base:
            def __init__(self, x): ...
        class Net(Base):
            def __init__(self):
                super().__init__(1)
        class Plain(Base): ...
        Net()
        Plain(2)
        Base(3)
    """
    opened = project(tmp_path, {"t.py": source})
    assert sites(opened, "t.py", "Base.__init__") == ["t.py:5", "t.py:8", "t.py:9"]


@pytest.mark.parametrize(
    ("call", "parameter", "value"),
    [
        ("f(1, 2)", "b", 2),
        ("f(1, b=3)", "b", 3),
        ("f(1)", "b", 7),
        ("f(1, 2, 3)", "named", 8),
        ("f(1, 2, named=9)", "named", 9),
        ("f(b=1, a=2)", "a", 2),
        ("f(1, **more)", "b", UNKNOWN),
        ("f(1, **more)", "a", 1),
        ("f(1, b=2, **more)", "b", 2),
        ("f(*more)", "a", UNKNOWN),
        ("f(*more)", "b", UNKNOWN),
        ("f(1, *more)", "a", 1),
        ("f(1, *more)", "b", UNKNOWN),
        ("f(1, 2, 3, 4)", "rest", UNKNOWN),
        ("f(1, x=2)", "others", UNKNOWN),
        ("f()", "a", None),
        ("f(1)", "missing", None),
    ],
)
def test_arguments_are_bound_to_parameters(call: str, parameter: str, value: object) -> None:
    facts = read_facts(f"def f(a, b=7, *rest, named=8, **others): ...\n{call}")
    found = argument_of(facts.calls[-1], facts.functions[0], parameter, is_method=False)
    assert getattr(found, "value", found) == (UNKNOWN.value if value is UNKNOWN else value)
    assert (found is UNKNOWN) is (value is UNKNOWN)


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("K(1)", 1),
        ("K(seed=2)", 2),
        ("k = K(0)\nk.f(3)", 3),
        ("K(0).f(4)", 4),
        ("K.f(k, 5)", 5),
        ("K.make(6)", 6),
        ("K.plain(7)", 7),
        ("functools.partial(K, 8)()", 8),
        ("p = functools.partial(g, seed=1)\np(seed=9)", 9),
        ("p = functools.partial(g, seed=1)\np()", 1),
        ("p = functools.partial(g, 1)\np(more=2)", 1),
        ("app.run(g)", UNKNOWN),
    ],
)
def test_the_object_fills_the_first_parameter_of_a_method(
    call: str, value: object, tmp_path: Path
) -> None:
    source = """
import functools
class K:
    def __init__(self, seed): ...
    def f(self, seed): ...
    @classmethod
    def make(cls, seed): ...
    @staticmethod
    def plain(seed): ...
def g(seed, more=0): ...
"""
    opened = project(tmp_path, {"t.py": source + call})
    functions = opened.python["t.py"].facts.functions
    found = [
        (site, function)
        for function in functions
        for site in opened.callers.calls_of(node(opened, "t.py", function.qualname))
    ]
    values = [opened.callers.argument(site, function, "seed") for site, function in found]
    assert value in [
        getattr(item, "value", item) if item is not UNKNOWN else item for item in values
    ]


def test_a_default_is_told_from_what_is_given() -> None:
    facts = read_facts("def f(a=seed): ...\nf()\nf(seed)")
    function = facts.functions[0]
    found = [argument_of(call, function, "a", is_method=False) for call in facts.calls]
    assert [item is function.parameters[0].default for item in found] == [True, False]


def test_thousands_of_calls_are_read_in_ordinary_time(tmp_path: Path) -> None:
    rows = [f"def f{n}(x):\n    y = f{n - 1}(x)\n    return g(y.z, f{n - 2})" for n in range(3_000)]
    opened = project(tmp_path, {"t.py": "\n".join([*rows, "def g(a, b): ...", "f2999(1)"])})
    assert len(sites(opened, "t.py", "g")) == 3_000
