"""The callers of a function are found under every name that it may have where it is called."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import node, project

from repro_check.project.calls import Node
from repro_check.project.project import Project

LIBRARY = """
import functools

class Base:
    def __init__(self, seed): ...
    def __call__(self, x): ...
    def again(self, x):
        return self(x)

class Child(Base): ...

def work(a, b): ...

def other(a, b): ...
"""

CALLS = [
    ("from lib import work\nwork(1, 2)", "work"),
    ("import lib\nlib.work(1, 2)", "work"),
    ("from lib import work as labour\nlabour(1, 2)", "work"),
    ("import lib\ndo = lib.work\ndo(1, 2)", "work"),
    ("from lib import work as labour\ndo = labour\ndo(1, 2)", "work"),
    ("import functools, lib\ndo = functools.partial(lib.work, 1)\ndo(2)", "work"),
    ("import functools, lib\nfunctools.partial(lib.work, 1)(2)", "work"),
    ("from functools import partial as bind\nimport lib\ndo = bind(lib.work, 1)\ndo(2)", "work"),
    ("import threading, lib\nthreading.Thread(target=lib.work)", "work"),
    ("from absl import app\nfrom lib import work as labour\napp.run(labour)", "work"),
    ("from lib import *\nwork(1, 2)", "work"),
    ("from lib import Base\nBase(1)", "Base.__init__"),
    ("from lib import Child\nChild(1)", "Base.__init__"),
    ("from lib import Child as Kid\nKid(1)", "Base.__init__"),
    ("from lib import Child\nclass Grand(Child): ...\nGrand(1)", "Base.__init__"),
    (
        "from lib import Base\nclass Own(Base):\n    def __init__(self):\n        super().__init__(1)",
        "Base.__init__",
    ),
    ("from lib import Base\nbase = Base(1)\nbase(2)", "Base.__call__"),
    ("from lib import Base\nBase(1)(2)", "Base.__call__"),
    ("from lib import Base\ndef f(thing: Base):\n    thing(2)", "Base.__call__"),
    (
        "from lib import Child\nclass A:\n    def __init__(self):\n        self.kid = Child(1)\n    def f(self):\n        self.kid(2)",
        "Base.__call__",
    ),
    ("import ray, lib\nray.run(lib.Child)", "Base.again"),
]


def by_looking_at_every_call(opened: Project, wanted: Node) -> list[tuple[str, str]]:
    return [
        (file.path, call.name)
        for file in opened.python.values()
        for call in file.facts.calls
        for target in opened.callers.targets(file.path, call)
        if target.is_sure and target.node == wanted
    ]


@pytest.mark.parametrize(("text", "name"), CALLS)
def test_no_caller_is_overlooked_whatever_the_name(text: str, name: str, tmp_path: Path) -> None:
    opened = project(tmp_path, {"lib.py": LIBRARY, "use.py": text})
    wanted = node(opened, "lib.py", name)
    found = [(site.path, site.call.name) for site in opened.callers.calls_of(wanted)]
    assert found == by_looking_at_every_call(opened, wanted)
    assert any(path == "use.py" for path, _ in found)


def test_a_function_of_another_name_has_no_callers(tmp_path: Path) -> None:
    opened = project(tmp_path, {"lib.py": LIBRARY, "use.py": "from lib import work\nwork(1, 2)"})
    assert opened.callers.calls_of(node(opened, "lib.py", "other")) == ()


def test_of_very_many_calls_none_is_looked_into_where_that_is_not_worth_it(tmp_path: Path) -> None:
    calls = "from lib import work\n" + "work(1, 2)\n" * 20
    opened = project(tmp_path, {"lib.py": LIBRARY, "use.py": calls})
    work = node(opened, "lib.py", "work")
    assert len(opened.callers.calls_of(work)) == 20
    assert opened.callers.few_calls_of(work, most=10) is None
    assert opened.callers.few_calls_of(node(opened, "lib.py")) == ()
