from __future__ import annotations

from pathlib import Path

import pytest
from projects import edges, name_of, node, project, reached

from repro_check.project.calls import Node


@pytest.mark.parametrize(
    ("call", "is_sure"),
    [
        ("helper()", True),
        ("x = helper()", True),
        ("[helper() for y in z]", True),
        ("f(lambda: helper())", True),
        ("with helper(): pass", True),
        ("if a: helper()", True),
        ("app.run(helper)", True),
        ("mp.spawn(helper, nprocs=2)", True),
        ("torch.multiprocessing.spawn(helper, args=(1,))", True),
        ("Process(target=helper).start()", True),
        ("threading.Thread(target=helper)", True),
        ("fire.Fire(helper)", True),
        ("tyro.cli(helper)", True),
        ("list(map(helper, x))", True),
        ("Fire({'train': helper})", True),
        ("functools.partial(helper, 1)", False),
        ("register(helper)", False),
        ("x.map_async(callback=helper)", False),
        ("atexit.register(*[helper])", False),
        ("x = helper", False),
        ("x = {'train': helper}", False),
        ("x = helper if y else z", False),
        ("x.callback = helper", False),
        ("helper.remote(1)", False),
        ("helper.delay().get()", False),
        ("pool.submit(helper.remote)", False),
        ("helper", None),
        ("x = 'helper'", None),
        ("x.helper()", None),
        ("helper = 3", None),
    ],
)
def test_a_function_is_surely_or_possibly_run(
    call: str, is_sure: bool | None, tmp_path: Path
) -> None:
    files = {"train.py": f"from utils import helper\n{call}", "utils.py": "def helper(): ..."}
    assert edges(project(tmp_path, files), "train.py").get("utils.py:helper") is is_sure


def test_a_returned_function_and_a_default_may_run(tmp_path: Path) -> None:
    source = "def a(): ...\ndef b(): ...\ndef f(step=a):\n    return b"
    assert edges(project(tmp_path, {"t.py": source}), "t.py", "f") == {
        "t.py:a": False,
        "t.py:b": False,
    }


def test_a_sure_call_outweighs_a_mention(tmp_path: Path) -> None:
    source = "def a(): ...\nregister(a)\na()\nregister(a)"
    assert edges(project(tmp_path, {"t.py": source}), "t.py") == {"t.py:a": True}


def test_calls_belong_to_the_function_in_which_they_stand(tmp_path: Path) -> None:
    source = """
        a()
        def f(x=b()):
            c()
            def g():
                d()
            [e() for y in z]
            return lambda: h()
        class K:
            i()
            def m(self):
                j()
    """
    opened = project(tmp_path, {"t.py": source})

    def called(name: str) -> list[str]:
        return [call.name for call in opened.calls.calls(node(opened, "t.py", name))]

    assert called("") == ["a", "b", "i"]
    assert called("f") == ["c", "e", "h"]
    assert called("f.g") == ["d"]
    assert called("K.m") == ["j"]


def test_a_function_made_inside_another_one_surely_runs(tmp_path: Path) -> None:
    source = "def f():\n    def g(): ...\n    class K:\n        def m(self): ...\n    return 1"
    found = edges(project(tmp_path, {"t.py": source}), "t.py", "f")
    assert found["t.py:f.g"]


def test_a_class_that_is_made_runs_its_initialiser_and_may_run_the_rest(tmp_path: Path) -> None:
    files = {
        "base.py": "class Base:\n    def __init__(self): ...\n    def fit(self): ...",
        "t.py": "from base import Base\nclass Net(Base):\n    def step(self): ...\nNet()",
    }
    assert edges(project(tmp_path, files), "t.py") == {
        "base.py": False,
        "base.py:Base.__init__": True,
        "base.py:Base.fit": False,
        "t.py:Net.step": False,
    }


def test_methods_are_sure_where_the_class_is_known(tmp_path: Path) -> None:
    source = """
        class Trainer:
            def fit(self):
                self.epoch()
            def epoch(self): ...
            @classmethod
            def make(cls):
                return cls()
        def main(unknown):
            trainer = Trainer()
            trainer.fit()
            unknown.epoch()
            Trainer.make()
    """
    opened = project(tmp_path, {"t.py": source})
    found = edges(opened, "t.py", "main")
    assert found["t.py:Trainer.fit"]
    assert found["t.py:Trainer.make"]
    assert not found["t.py:Trainer.epoch"]
    assert edges(opened, "t.py", "Trainer.fit") == {"t.py:Trainer.epoch": True}


def test_an_object_that_is_called_may_run_its_methods(tmp_path: Path) -> None:
    source = "class Net:\n    def __call__(self): ...\nnet = Net()\nnet()"
    assert "t.py:Net.__call__" in edges(project(tmp_path, {"t.py": source}), "t.py")


def test_a_decorated_function_may_run_its_decorator(tmp_path: Path) -> None:
    source = """
        def seeded(function):
            def wrapper(*args):
                seed()
                return function(*args)
            return wrapper
        def seed(): ...
        @seeded
        def main(): ...
        main()
    """
    opened = project(tmp_path, {"t.py": source})
    assert edges(opened, "t.py", "main") == {"t.py:seeded": False}
    assert "t.py:seed" in reached(opened, "t.py")
    assert "t.py:seed" not in reached(opened, "t.py", surely=True)


def test_a_decorator_with_arguments_may_run(tmp_path: Path) -> None:
    source = "def seeded(n):\n    def wrap(f): ...\n    return wrap\n@seeded(3)\ndef main(): ..."
    opened = project(tmp_path, {"t.py": source})
    assert edges(opened, "t.py")["t.py:seeded"]


def test_an_import_may_run_the_module_and_the_packages_around_it(tmp_path: Path) -> None:
    files = {
        "t.py": "import a.b\ndef f():\n    from a import c",
        "a/__init__.py": "",
        "a/b.py": "import d",
        "a/c.py": "",
        "d.py": "",
    }
    opened = project(tmp_path, files)
    assert edges(opened, "t.py") == {"a/__init__.py": False, "a/b.py": False}
    assert edges(opened, "t.py", "f") == {"a/__init__.py": False, "a/c.py": False}
    assert reached(opened, "t.py") == {"t.py", "a/__init__.py", "a/b.py", "d.py"}
    assert reached(opened, "t.py", surely=True) == {"t.py"}


def test_what_hydra_instantiates_may_run(tmp_path: Path) -> None:
    files = {
        "train.py": "import hydra\ndef main(cfg):\n    hydra.utils.instantiate(cfg.model)",
        "conf/model.yaml": "model:\n  _target_: src.net.Net\ntrainer:\n  _target_: torch.optim.SGD\n",
        "src/net.py": "class Net:\n    def __init__(self): ...\n    def fit(self): ...",
    }
    found = edges(project(tmp_path, files), "train.py", "main")
    assert found == {
        "src/net.py": False,
        "src/net.py:Net.__init__": False,
        "src/net.py:Net.fit": False,
    }


def test_the_class_path_of_a_lightning_config_counts_too(tmp_path: Path) -> None:
    files = {
        "train.py": "from hydra.utils import instantiate\ninstantiate(x)",
        "config.yaml": "class_path: net.build\n",
        "net.py": "def build(): ...",
    }
    assert edges(project(tmp_path, files), "train.py")["net.py:build"] is False


def test_calls_that_leave_the_repository_keep_what_they_stand_for(tmp_path: Path) -> None:
    source = """
        import torch
        from torch import nn
        from utils import *
        def main():
            model = nn.Linear(1, 2)
            model.double()
            torch.optim.SGD(model.parameters()).step()
            print()
            unknown()
    """
    files = {"t.py": source, "utils.py": "def other(): ..."}
    opened = project(tmp_path, files)
    outside = opened.calls.outside_calls(node(opened, "t.py", "main"))
    assert [item.target for item in outside] == [
        "torch.nn.Linear",
        "torch.nn.Linear().double",
        "torch.optim.SGD",
        "torch.nn.Linear().parameters",
        "builtins.print",
    ]
    assert {item.path for item in outside} == {"t.py"}


def test_everything_that_may_run_is_reached_through_cycles(tmp_path: Path) -> None:
    files = {
        "a.py": "from b import g\ndef f():\n    g()\nif __name__ == '__main__':\n    f()",
        "b.py": "import a\ndef g():\n    a.f()\n    h()\ndef h(): ...\ndef never(): ...",
    }
    opened = project(tmp_path, files)
    assert reached(opened, "a.py") == {"a.py", "a.py:f", "b.py", "b.py:g", "b.py:h"}
    assert reached(opened, "a.py", surely=True) == {"a.py", "a.py:f", "b.py:g", "b.py:h"}


def test_reached_nodes_are_sorted_and_begin_with_the_entries(tmp_path: Path) -> None:
    opened = project(tmp_path, {"t.py": "def b(): ...\ndef a():\n    b()\na()"})
    found = opened.calls.reachable(Node("t.py", 0))
    assert list(found) == sorted(found)
    assert [name_of(opened, item) for item in found] == ["t.py", "t.py:b", "t.py:a"]


def test_all_branches_of_a_definition_run(tmp_path: Path) -> None:
    source = "if cuda:\n    def seed(): one()\nelse:\n    def seed(): two()\ndef one(): ...\ndef two(): ...\nseed()"
    assert {"t.py:one", "t.py:two"} <= reached(project(tmp_path, {"t.py": source}), "t.py")


def test_a_module_that_cannot_be_read_ends_the_way(tmp_path: Path) -> None:
    files = {"t.py": "from old import f\nf()", "old.py": "print 'x'"}
    opened = project(tmp_path, files)
    assert reached(opened, "t.py") == {"t.py", "old.py"}
    assert not opened.calls.is_known(Node("old.py", 0))


def test_thousands_of_functions_and_calls_cost_ordinary_time(tmp_path: Path) -> None:
    rows = [f"def f{n}(x):\n    y = f{n - 1}(x)\n    return g(y.z, f{n - 2})" for n in range(5_000)]
    opened = project(tmp_path, {"t.py": "\n".join([*rows, "def g(a, b): ...", "f4999(1)"])})
    assert len(reached(opened, "t.py", surely=True)) == 5_002


def test_what_is_not_seen_of_a_class_may_run_its_methods(tmp_path: Path) -> None:
    files = {
        "t.py": "from net import Net\nNet.from_pretrained('x')",
        "net.py": "class Net(Base):\n    def f(self): ...",
    }
    assert edges(project(tmp_path, files), "t.py")["net.py:Net.f"] is False


SURE = {
    "a call of what a class makes": ("Net()()", "Net.__call__"),
    "a call of an instance": ("net = Net()\nnet(1)", "Net.__call__"),
    "a call of a torch module": ("Layer()(1)", "Layer.forward"),
    "a call of an instance of a torch module": ("layer = Layer()\nlayer(1)", "Layer.forward"),
    "a method of what a class makes": ("Net().fit()", "Net.fit"),
    "an inherited method": ("Child().fit()", "Net.fit"),
    "an inherited initialiser": ("Child()", "Net.__init__"),
    "an own method of a child": ("child = Child()\nchild.own()", "Child.own"),
    "a method through its class": ("Net.fit(net)", "Net.fit"),
    "a class method": ("Net.make()", "Net.make"),
    "a static method": ("Net.helper()", "Net.helper"),
    "what a dataclass does once it is made": ("Config()", "Config.__post_init__"),
    "what makes an object before it is initialised": ("Single()", "Single.__new__"),
    "a partial that is called": ("step = functools.partial(run, 1)\nstep()", "run"),
    "a partial that is called at once": ("functools.partial(run, 1)()", "run"),
    "a partial of a class": ("make = functools.partial(Net, 1)\nmake()", "Net.__init__"),
    "an alias": ("again = run\nagain()", "run"),
    "a decorated function": ("decorated()", "decorated"),
    "a context manager": ("with manager(): pass", "manager"),
    "a coroutine": ("async def f(): await later()\nf()", "later"),
}
CLASSES = """
import functools
import torch
from contextlib import contextmanager
from dataclasses import dataclass

class Net:
    def __init__(self, width=1): ...
    def __call__(self): ...
    def fit(self): ...
    @classmethod
    def make(cls): ...
    @staticmethod
    def helper(): ...

class Child(Net):
    def own(self): ...

class Layer(torch.nn.Module):
    def forward(self, x): ...

@dataclass
class Config:
    def __post_init__(self): ...

class Single:
    def __new__(cls): ...

def run(x=0): ...

@torch.no_grad()
def decorated(): ...

@contextmanager
def manager():
    yield 1

async def later(): ...

"""


@pytest.mark.parametrize("kind", SURE)
def test_these_calls_surely_run(kind: str, tmp_path: Path) -> None:
    call, called = SURE[kind]
    opened = project(tmp_path, {"t.py": CLASSES + call})
    assert f"t.py:{called}" in reached(opened, "t.py", surely=True)


@pytest.mark.parametrize("call", ["functools.partial(run, 1)", "Net.fit", "x = Net", "Net()"])
def test_what_is_only_named_does_not_surely_run(call: str, tmp_path: Path) -> None:
    opened = project(tmp_path, {"t.py": CLASSES + call})
    surely = reached(opened, "t.py", surely=True)
    assert not {"t.py:run", "t.py:Net.fit", "t.py:Net.__call__"} & surely


def test_super_leads_to_the_method_of_the_base(tmp_path: Path) -> None:
    files = {
        "base.py": "class Base:\n    def __init__(self): ...\n    def fit(self): ...",
        "t.py": """
            from base import Base
            class Net(Base):
                def __init__(self):
                    super().__init__()
                def fit(self):
                    super(Net, self).fit()
        """,
    }
    opened = project(tmp_path, files)
    assert edges(opened, "t.py", "Net.__init__")["base.py:Base.__init__"]
    assert edges(opened, "t.py", "Net.fit")["base.py:Base.fit"]


def test_a_partial_of_an_outside_function_leaves_the_repository(tmp_path: Path) -> None:
    source = "import functools, torch\nseed = functools.partial(torch.manual_seed, 3)\nseed()"
    opened = project(tmp_path, {"t.py": source})
    found = opened.calls.outside_calls(node(opened, "t.py"))
    assert [item.target for item in found] == ["functools.partial", "torch.manual_seed"]
