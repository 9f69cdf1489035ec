"""In which order things happen when an entry runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from projects import node, project

from repro_check.project.calls import Node
from repro_check.project.entries import Entry
from repro_check.project.project import Project
from repro_check.project.timeline import Course, Step
from repro_check.sources.python import Call, Import


def name_of(step: Step) -> str:
    match step.action:
        case Call(name=name):
            return name or "()"
        case Import(module=module):
            return f"import {module}"
        case assignment:
            return f"set {getattr(assignment.targets[0], 'name', '[]')}"


def course(opened: Project, path: str = "t.py", depth: int = 3) -> Course:
    return opened.timeline.steps(Entry(path, (Node(path, 0),)), depth=depth)


def names(source: str, tmp_path: Path, **others: str) -> list[str]:
    files = {f"{path}.py": text for path, text in others.items()}
    return [name_of(step) for step in course(project(tmp_path, {"t.py": source, **files}))]


@pytest.mark.parametrize(
    ("source", "order"),
    [
        ("a()\nb()", "a b"),
        ("f(g(x), k=h())", "g h f"),
        ("f(1).g(h())", "f h g"),
        ("f(x)(y())", "f y ()"),
        ("x = f(); y = g()", "f g"),
        ("x[f()] = g()", "f g set []"),
        ("for x in f():\n    g()\nelse:\n    h()", "f g h"),
        ("while f():\n    g()", "f g"),
        ("with f() as x, g():\n    h()", "f g h"),
        ("[g(x) for x in f()]", "f g"),
        ("k(g(x) for x in f())", "f g k"),
        ("[h(y) for x in f() for y in g(x)]", "f g h"),
        ("{g(x): h(x) for x in f()}", "f g h"),
        ("if f():\n    g()\nelse:\n    h()", "f g h"),
        ("try:\n    f()\nexcept E():\n    g()\nelse:\n    h()\nfinally:\n    k()", "f E g h k"),
        ("@d()\ndef f(x=e()): g()\nh()", "d e h"),
        ("class K(b()):\n    x = f()\n    def m(self): g()\nh()", "b f h"),
        ("x = lambda: f()\ng()", "g"),
        ("def f():\n    g()\nh()", "h"),
        ("def f():\n    g()\nf()\nh()", "f g h"),
        ("def f(x):\n    g()\nf(h())", "h f g"),
        ("def f():\n    g()\n    f()\nf()\nh()", "f g f h"),
        ("import os\nos.environ['X'] = str(1)", "import os str set []"),
        ("x.y = 1\nself.z = 2\nx = 3", "set x.y"),
        ("f'{g(1)} {h(2)}'", "g h"),
        ("print(\n    f(\n        1\n    ),\n    g(2),\n)", "f g print"),
    ],
)
def test_things_happen_in_this_order(source: str, order: str, tmp_path: Path) -> None:
    assert " ".join(names(source, tmp_path)) == order


def test_the_guarded_body_runs_where_it_stands_and_only_in_the_file_that_is_run(
    tmp_path: Path,
) -> None:
    source = "import lib\ndef main():\n    b()\na()\nif __name__ == '__main__':\n    main()"
    library = "c()\nif __name__ == '__main__':\n    d()"
    assert names(source, tmp_path, lib=library) == ["import lib", "c", "a", "main", "b"]


def test_an_imported_module_runs_once_and_the_package_before_it(tmp_path: Path) -> None:
    files = {
        "t.py": "from pkg.one import x\nimport pkg.two\nimport pkg.one",
        "pkg/__init__.py": "first()",
        "pkg/one.py": "import pkg.two\nsecond()",
        "pkg/two.py": "third()",
    }
    found = [name_of(step) for step in course(project(tmp_path, files))]
    calls = [name for name in found if not name.startswith("import")]
    assert calls == ["first", "third", "second"]


def test_an_import_inside_a_function_runs_when_that_is_called(tmp_path: Path) -> None:
    source = "def f():\n    import lib\na()\nf()\nf()"
    assert names(source, tmp_path, lib="b()") == ["a", "f", "import lib", "b", "f", "import lib"]


def test_calls_are_followed_as_deep_as_asked(tmp_path: Path) -> None:
    rows = [f"def f{n}():\n    f{n + 1}()" for n in range(5)]
    opened = project(tmp_path, {"t.py": "\n".join([*rows, "f0()"])})
    assert [name_of(step) for step in course(opened, depth=0)] == ["f0"]
    assert [name_of(step) for step in course(opened, depth=2)] == ["f0", "f1", "f2"]
    assert len(course(opened, depth=9)) == 6


def test_a_step_knows_the_calls_that_lead_to_it(tmp_path: Path) -> None:
    source = "from lib import f\ndef main():\n    f()\nmain()"
    opened = project(tmp_path, {"t.py": source, "lib.py": "def f():\n    seed()"})
    step = course(opened).steps[-1]
    assert step.path == "lib.py"
    assert [(item.path, name_of(item)) for item in step.chain] == [("t.py", "main"), ("t.py", "f")]


def test_methods_objects_and_base_classes_are_followed(tmp_path: Path) -> None:
    source = """
        from base import Base
        class Trainer(Base):
            def __init__(self):
                super().__init__()
                self.net = Net()
            def fit(self):
                self.net(1)
                self.step()
        class Net:
            def __call__(self, x):
                layer(x)
        trainer = Trainer()
        trainer.fit()
    """
    base = "class Base:\n    def __init__(self):\n        a()\n    def step(self):\n        b()"
    found = names(source, tmp_path, base=base)
    assert [name for name in found if name in {"a", "b", "layer"}] == ["a", "layer", "b"]


@pytest.mark.parametrize(
    ("source", "conditional", "looped"),
    [
        ("x()", False, False),
        ("if a:\n    x()", True, False),
        ("if a: pass\nelse:\n    x()", True, False),
        ("try:\n    x()\nexcept E: pass", False, False),
        ("try: pass\nexcept E:\n    x()", True, False),
        ("try: pass\nexcept E: pass\nelse:\n    x()", False, False),
        ("match a:\n    case 1:\n        x()", True, False),
        ("for a in b:\n    x()", False, True),
        ("while a:\n    x()", False, True),
        ("for a in x(): pass", False, False),
        ("[x() for a in b]", False, True),
        ("with a:\n    x()", False, False),
        ("a and x()", True, False),
        ("x() and a", False, False),
        ("a or b or x()", True, False),
        ("x() if a else b", True, False),
        ("a if b else x()", True, False),
        ("a if x() else b", False, False),
        ("if x(): pass", False, False),
        ("if __name__ == '__main__':\n    x()", False, False),
        ("def f():\n    x()\nif a:\n    f()", True, False),
        ("def f():\n    x()\nfor a in b:\n    f()", False, True),
        ("def f():\n    if a:\n        x()\nf()", True, False),
    ],
)
def test_a_step_knows_whether_it_may_be_skipped_or_repeated(
    source: str, conditional: bool, looped: bool, tmp_path: Path
) -> None:
    step = next(
        each for each in course(project(tmp_path, {"t.py": source})) if name_of(each) == "x"
    )
    assert (step.is_conditional, step.is_in_loop) == (conditional, looped)


@pytest.mark.parametrize(
    ("source", "excluded"),
    [
        ("x()\ny()", False),
        ("if a:\n    x()\nelse:\n    y()", True),
        ("if a:\n    x()\nelif b:\n    y()", True),
        ("if a:\n    x()\ny()", False),
        ("if a:\n    x()\n    raise E\ny()", True),
        ("if a:\n    x()\n    sys.exit()\ny()", False),
        ("import sys\nif a:\n    x()\n    sys.exit()\ny()", True),
        ("def f():\n    if a:\n        x()\n        return\n    y()\nf()", True),
        (
            "def f():\n    if a:\n        with b:\n            x()\n            return\n    y()\nf()",
            True,
        ),
        ("def f():\n    if a:\n        x()\n        return\nf()\ny()", False),
        ("def f():\n    if a:\n        x()\n        return\n    g()\ndef g():\n    y()\nf()", True),
        ("if a:\n    x()\n    y()\n    raise E", False),
        ("for a in b:\n    if a:\n        x()\n        continue\n    y()", False),
        ("if a:\n    x()\nif not a:\n    y()", False),
    ],
)
def test_a_step_in_another_branch_never_follows(
    source: str, excluded: bool, tmp_path: Path
) -> None:
    steps = {name_of(step): step for step in course(project(tmp_path, {"t.py": source}))}
    assert steps["x"].excludes(steps["y"]) is excluded


def test_a_step_implies_those_that_no_more_branches_stand_around(tmp_path: Path) -> None:
    source = "x()\nif a:\n    y()\n    if b:\n        z()"
    steps = {name_of(step): step for step in course(project(tmp_path, {"t.py": source}))}
    assert steps["z"].implies(steps["y"])
    assert steps["y"].implies(steps["x"])
    assert not steps["y"].implies(steps["z"])


def test_a_generator_runs_where_its_values_are_taken(tmp_path: Path) -> None:
    source = """
        from contextlib import contextmanager
        def values():
            a()
            yield 1
        @contextmanager
        def manager():
            b()
            yield 1
        values()
        for x in values(): pass
        with manager(): pass
        list(values())
    """
    found = [name for name in names(source, tmp_path) if name in {"a", "b", "list"}]
    assert found == ["a", "b", "a", "list"]


def test_what_another_process_runs_is_told_apart(tmp_path: Path) -> None:
    source = """
        import torch.multiprocessing as mp
        def worker(rank):
            a()
        def same():
            b()
        mp.spawn(worker, nprocs=2)
        app.run(same)
    """
    steps = {name_of(step): step for step in course(project(tmp_path, {"t.py": source}))}
    assert (steps["a"].process, steps["b"].process, steps["mp.spawn"].process) == (1, 0, 0)


def test_the_definitions_of_several_branches_exclude_each_other(tmp_path: Path) -> None:
    source = "if a:\n    def f(): x()\nelse:\n    def f(): y()\nf()"
    steps = {name_of(step): step for step in course(project(tmp_path, {"t.py": source}))}
    assert steps["x"].is_conditional
    assert steps["x"].excludes(steps["y"])


def test_the_commands_of_a_script_exclude_each_other(tmp_path: Path) -> None:
    source = """
        import click
        @click.command()
        def train(): x()
        @click.command()
        def test(): y()
        z()
    """
    opened = project(tmp_path, {"t.py": source})
    (entry,) = opened.entries
    steps = {name_of(step): step for step in opened.timeline.steps(entry)}
    assert steps["x"].excludes(steps["y"])
    assert not steps["z"].is_conditional


def test_the_only_command_runs_once_and_for_sure(tmp_path: Path) -> None:
    source = (
        "import click\n@click.command()\ndef main(): x()\nif __name__ == '__main__':\n    main()"
    )
    opened = project(tmp_path, {"t.py": source})
    (entry,) = opened.entries
    found = [step for step in opened.timeline.steps(entry) if name_of(step) == "x"]
    assert [step.is_conditional for step in found] == [False]


def test_functions_may_be_asked_about_one_after_the_other(tmp_path: Path) -> None:
    opened = project(tmp_path, {"t.py": "def f(): a()\ndef g(): b()\nc()"})
    nodes = [node(opened, "t.py", name) for name in ("g", "f")]
    assert [name_of(step) for step in opened.timeline.steps(nodes)] == ["b", "a"]


def test_the_cells_of_a_notebook_run_in_their_order(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "code", "source": "import torch\nfrom lib import f"},
        {"cell_type": "markdown", "source": "x"},
        {"cell_type": "code", "source": "%matplotlib inline\nf()"},
        {"cell_type": "code", "source": "a()"},
    ]
    files = {"n.ipynb": json.dumps({"cells": cells, "nbformat": 4}), "lib.py": "def f(): b()"}
    opened = project(tmp_path, files)
    (entry,) = opened.notebook_entries
    found = [name_of(step) for step in opened.timeline.steps(entry)]
    assert [name for name in found if name in {"f", "b", "a"}] == ["f", "b", "a"]


def test_a_run_without_end_is_cut_and_says_so(tmp_path: Path) -> None:
    rows = [f"def f{n}():\n    f{n + 1}()\n    f{n + 1}()" for n in range(14)]
    opened = project(tmp_path, {"t.py": "\n".join([*rows, "f0()", "last()"])})
    found = course(opened, depth=20)
    assert found.is_cut
    assert len(found) == 5_000
    assert not course(opened).is_cut


def test_large_imported_modules_do_not_use_up_the_steps_of_the_run(tmp_path: Path) -> None:
    files = {"t.py": "import big\nlast()", "big.py": "f()\n" * 6_000}
    found = course(project(tmp_path, files))
    assert found.is_cut
    assert name_of(found.steps[-1]) == "last"


def test_a_long_chain_of_imports_is_no_harm(tmp_path: Path) -> None:
    files = {f"m{n}.py": f"import m{n + 1}\nf{n}()" for n in range(300)}
    found = course(project(tmp_path, files), "m0.py")
    assert name_of(found.steps[-1]) == "f0"
