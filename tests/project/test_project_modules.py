from __future__ import annotations

from pathlib import Path

import pytest
from projects import meaning, node, project, where

HELPERS = "def set_seed(seed): ...\nclass Trainer:\n    def fit(self): ...\n"

LAYOUTS = {
    "a sibling script": ("train.py", "utils.py", "from utils import set_seed"),
    "a sibling in a folder": ("exp/train.py", "exp/utils.py", "from utils import set_seed"),
    "a folder above": ("exp/deep/train.py", "exp/utils.py", "from utils import set_seed"),
    "the root": ("exp/deep/train.py", "utils.py", "from utils import set_seed"),
    "a package": ("train.py", "pkg/utils.py", "from pkg.utils import set_seed"),
    "a package without init": ("train.py", "a/b/utils.py", "from a.b.utils import set_seed"),
    "the src layout": ("scripts/train.py", "src/pkg/utils.py", "from pkg.utils import set_seed"),
    "src itself": ("train.py", "src/utils.py", "from utils import set_seed"),
    "a relative import": ("pkg/train.py", "pkg/utils.py", "from .utils import set_seed"),
    "two levels up": ("pkg/a/b/train.py", "pkg/utils.py", "from ...utils import set_seed"),
    "a folder put on sys.path": ("train.py", "lib/code/utils.py", "from utils import set_seed"),
    "a submodule put on sys.path": ("train.py", "deps/x/pkg/utils.py", "from pkg.utils import set_seed"),
    "a package's own file": ("train.py", "utils/__init__.py", "from utils import set_seed"),
    "an import in a block": ("train.py", "utils.py", "try:\n    from utils import set_seed\nexcept E: pass"),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_helper_is_found(layout: str, tmp_path: Path) -> None:
    script, helper, statement = LAYOUTS[layout]
    opened = project(tmp_path, {script: statement, helper: HELPERS})
    assert where(opened, script, "set_seed") == f"function {helper}:set_seed"


FORMS = {
    "from utils import set_seed": "set_seed",
    "from utils import set_seed as s": "s",
    "import utils": "utils.set_seed",
    "import utils as u": "u.set_seed",
    "from pkg import utils": "utils.set_seed",
    "from pkg import utils as u": "u.set_seed",
    "import pkg.utils": "pkg.utils.set_seed",
    "import pkg.utils as u": "u.set_seed",
    "from utils import *": "set_seed",
    "from . import utils": "utils.set_seed",
    "from .utils import *": "set_seed",
    "import pkg.utils as pkg": "pkg.set_seed",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_import_leads_to_the_definition(form: str, tmp_path: Path) -> None:
    helper = "pkg/utils.py" if "pkg" in form else "utils.py"
    opened = project(tmp_path, {"train.py": form, helper: HELPERS, "pkg/__init__.py": ""})
    assert where(opened, "train.py", FORMS[form]) == f"function {helper}:set_seed"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("utils", "module utils.py"),
        ("utils.Trainer", "class utils.py:Trainer"),
        ("utils.Trainer.fit", "function utils.py:Trainer.fit"),
        ("utils.missing", "external utils.missing"),
        ("utils.Trainer.missing", "attribute utils.py:Trainer"),
        ("utils.set_seed.remote", "attribute utils.py:set_seed"),
        ("torch.manual_seed", "external torch.manual_seed"),
        ("print", "external builtins.print"),
        ("undefined", "unknown"),
        ("made", "instance utils.py:Trainer"),
        ("made.fit", "function utils.py:Trainer.fit"),
        ("renamed", "class utils.py:Trainer"),
        ("renamed.fit", "function utils.py:Trainer.fit"),
        ("outside", "external torch.optim.SGD()"),
        ("outside.step", "external torch.optim.SGD().step"),
        ("twice", "unknown"),
        ("opened", "instance utils.py:Trainer"),
        ("item", "unknown"),
    ],
)
def test_a_name_stands_for_what_it_is_bound_to(name: str, found: str, tmp_path: Path) -> None:
    source = """
        import torch
        import utils
        made = utils.Trainer()
        renamed = utils.Trainer
        outside = torch.optim.SGD(p)
        twice = utils.Trainer()
        twice = 3
        with utils.Trainer() as opened: pass
        for item in utils.Trainer(): pass
    """
    opened = project(tmp_path, {"train.py": source, "utils.py": HELPERS})
    assert where(opened, "train.py", name) == found


# -- whose name is it ----------------------------------------------------------------------------


def test_a_folder_without_the_symbol_does_not_shadow_an_installed_library(tmp_path: Path) -> None:
    files = {
        "train.py": "import datasets\nfrom datasets import load_dataset",
        "datasets/__init__.py": "from .cifar import Cifar",
        "datasets/cifar.py": "class Cifar: ...",
    }
    opened = project(tmp_path, files)
    assert where(opened, "train.py", "load_dataset") == "external datasets.load_dataset"
    assert where(opened, "train.py", "datasets.load_dataset") == "external datasets.load_dataset"
    assert where(opened, "train.py", "datasets.Cifar") == "class datasets/cifar.py:Cifar"


def test_a_folder_of_data_does_not_shadow_an_installed_library(tmp_path: Path) -> None:
    files = {"train.py": "from datasets import load_dataset", "datasets/make.py": "def f(): ..."}
    opened = project(tmp_path, files)
    assert where(opened, "train.py", "load_dataset") == "external datasets.load_dataset"


@pytest.mark.parametrize("helper", ["utils/random.py", "utils/logging.py"])
def test_the_standard_library_is_not_found_in_a_package(helper: str, tmp_path: Path) -> None:
    module = helper.removeprefix("utils/").removesuffix(".py")
    files = {
        "train.py": f"import {module}",
        "utils/__init__.py": "",
        "utils/other.py": f"import {module}",
        helper: f"import {module}\ndef seed(): {module}.seed()",
    }
    opened = project(tmp_path, files)
    for path in ("train.py", "utils/other.py", helper):
        assert where(opened, path, f"{module}.seed") == f"external {module}.seed"


def test_a_script_beside_a_file_named_like_the_standard_library_gets_that_file(
    tmp_path: Path,
) -> None:
    opened = project(tmp_path, {"train.py": "import profile", "profile.py": HELPERS})
    assert where(opened, "train.py", "profile.set_seed") == "function profile.py:set_seed"


def test_a_module_does_not_import_itself(tmp_path: Path) -> None:
    files = {"utils/torch.py": "import torch\ndef manual_seed(s): torch.manual_seed(s)"}
    opened = project(tmp_path, files)
    assert where(opened, "utils/torch.py", "torch.manual_seed") == "external torch.manual_seed"


@pytest.mark.parametrize("local", ["def f(np): np.g()", "def f():\n    np = h()\n    np.g()"])
def test_a_local_shadows_a_definition_of_the_same_name(local: str, tmp_path: Path) -> None:
    opened = project(tmp_path, {"train.py": f"def np(): ...\nclass A: ...\n{local}"})
    assert where(opened, "train.py", "np") == "function train.py:np"
    assert where(opened, "train.py", "np", "f") == "unknown"


def test_a_parameter_is_not_the_variable_of_another_function(tmp_path: Path) -> None:
    source = "class A:\n    def go(self): ...\ndef one():\n    model = A()\ndef two(model):\n    model.go()"
    opened = project(tmp_path, {"train.py": source})
    assert where(opened, "train.py", "model.go", "one") == "function train.py:A.go"
    assert where(opened, "train.py", "model.go", "two") == "unknown"


def test_an_inner_definition_comes_before_an_outer_one(tmp_path: Path) -> None:
    source = (
        "def f(): ...\ndef g():\n    def f(): ...\n    f()\nclass A:\n    def f(self):\n        f()"
    )
    opened = project(tmp_path, {"train.py": source})
    assert where(opened, "train.py", "f", "g") == "function train.py:g.f"
    assert where(opened, "train.py", "f", "A.f") == "function train.py:f"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("self.one", "function base.py:Base.one"),
        ("self.two", "function train.py:Middle.two"),
        ("self.three", "function train.py:Child.three"),
        ("cls.one", "function base.py:Base.one"),
        ("self.field", "unknown"),
        ("self", "unknown"),
    ],
)
def test_methods_are_found_through_inheritance(name: str, found: str, tmp_path: Path) -> None:
    files = {
        "base.py": "class Base:\n    def one(self): ...\n    def two(self): ...\n    def three(self): ...",
        "train.py": """
            import base
            class Middle(base.Base):
                def two(self): ...
            class Child(Middle, Unknown):
                def three(self): ...
                def run(self): ...
        """,
    }
    assert where(project(tmp_path, files), "train.py", name, "Child.run") == found


def test_classes_that_inherit_from_each_other_are_borne(tmp_path: Path) -> None:
    files = {
        "a.py": "from b import B\nclass A(B):\n    def f(self): ...",
        "b.py": "from a import A\nclass B(A, A): ...",
    }
    assert where(project(tmp_path, files), "b.py", "B.f") == "function a.py:A.f"


def test_of_several_definitions_the_last_is_the_one(tmp_path: Path) -> None:
    source = "if x:\n    def f(): ...\nelse:\n    def f(): return 1"
    opened = project(tmp_path, {"train.py": source})
    symbol = meaning(opened, "train.py", "f")
    assert symbol is not None
    assert len(list(opened.modules.functions(symbol))) == 2
    last = opened.modules.function(symbol)
    assert last is not None
    assert last.span.line == 4


# -- re-exports ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "init",
    [
        "from .seed import set_seed",
        "from pkg.seed import set_seed",
        "from .seed import *",
        "from .seed import helper as set_seed",
        "from . import seed\nset_seed = seed.set_seed",
        "from .inner import set_seed",
        "from .inner import *",
    ],
)
def test_a_package_hands_on_what_it_imports(init: str, tmp_path: Path) -> None:
    files = {
        "train.py": "import pkg\nfrom pkg import set_seed",
        "pkg/__init__.py": init,
        "pkg/seed.py": "def set_seed(): ...\nhelper = set_seed",
        "pkg/inner/__init__.py": "from ..seed import *",
    }
    opened = project(tmp_path, files)
    assert where(opened, "train.py", "set_seed") == "function pkg/seed.py:set_seed"
    assert where(opened, "train.py", "pkg.set_seed") == "function pkg/seed.py:set_seed"


def test_a_submodule_is_reached_through_its_package(tmp_path: Path) -> None:
    files = {"train.py": "import pkg", "pkg/__init__.py": "", "pkg/seed.py": HELPERS}
    opened = project(tmp_path, files)
    assert where(opened, "train.py", "pkg.seed.set_seed") == "function pkg/seed.py:set_seed"


def test_modules_that_import_each_other_are_borne(tmp_path: Path) -> None:
    files = {
        "a.py": "from b import f, g\nfrom b import *\nx = y",
        "b.py": "from a import f\nfrom a import *\nfrom c import *\ny = x\ndef g(): ...",
        "c.py": "from a import *\nfrom b import *\ndef h(): ...",
        "d.py": "import d\nfrom d import e",
    }
    opened = project(tmp_path, files)
    assert where(opened, "a.py", "g") == "function b.py:g"
    assert where(opened, "a.py", "h") == "function c.py:h"
    assert where(opened, "b.py", "h") == "function c.py:h"
    for path, name in (
        ("a.py", "f"),
        ("a.py", "x"),
        ("b.py", "y"),
        ("c.py", "nowhere"),
        ("d.py", "e"),
    ):
        found = where(opened, path, name)
        assert found.startswith(("external", "unknown")), found


def test_many_modules_that_star_import_each_other_are_no_trap(tmp_path: Path) -> None:
    names = [f"m{number}" for number in range(40)]
    everything = "\n".join(f"from {name} import *" for name in names)
    files = {f"{name}.py": everything for name in names} | {"m39.py": f"{everything}\ndef f(): ..."}
    opened = project(tmp_path, files)
    assert where(opened, "m0.py", "f") == "function m39.py:f"
    assert where(opened, "m0.py", "nowhere") == "unknown"


def test_a_long_chain_of_renamings_ends_in_silence(tmp_path: Path) -> None:
    source = "\n".join(f"v{number} = v{number + 1}" for number in range(500)) + "\ndef v500(): ..."
    opened = project(tmp_path, {"train.py": source})
    assert where(opened, "train.py", "v495") == "function train.py:v500"
    assert where(opened, "train.py", "v0") == "unknown"


# -- several candidates --------------------------------------------------------------------------


def test_of_several_files_of_one_name_the_nearest_is_meant(tmp_path: Path) -> None:
    files = {
        "exp1/tools/train.py": "import model",
        "exp10/tools/train.py": "import model",
        "exp1/nets/model.py": HELPERS,
        "exp10/nets/model.py": HELPERS,
        "main.py": "import model",
    }
    opened = project(tmp_path, files)
    assert where(opened, "exp1/tools/train.py", "model") == "module exp1/nets/model.py"
    assert where(opened, "exp10/tools/train.py", "model") == "module exp10/nets/model.py"
    assert where(opened, "main.py", "model") == "external model"


def test_a_package_comes_before_a_module_of_the_same_name(tmp_path: Path) -> None:
    files = {"train.py": "import utils", "utils.py": "", "utils/__init__.py": HELPERS}
    assert where(project(tmp_path, files), "train.py", "utils") == "module utils/__init__.py"


def test_a_relative_import_beyond_the_root_is_borne(tmp_path: Path) -> None:
    opened = project(
        tmp_path, {"train.py": "from ....a import b\nfrom .. import c\nfrom . import d"}
    )
    assert {where(opened, "train.py", name) for name in "bcd"} == {"unknown"}


def test_a_module_that_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    files = {
        "train.py": "import broken\nfrom broken import f\nfrom star import g\nbroken.h()",
        "broken.py": "print 'Python 2'",
        "star.py": "from broken import *",
    }
    opened = project(tmp_path, files)
    for name in ("f", "g", "broken.h"):
        assert where(opened, "train.py", name).startswith(("external", "unknown"))
    assert opened.calls.reachable(node(opened, "train.py"))


def test_the_names_of_a_notebook_are_resolved_too(tmp_path: Path) -> None:
    cell = (
        '{"cells": [{"cell_type": "code", "source": "from utils import set_seed\\nset_seed(0)"}]}'
    )
    opened = project(tmp_path, {"nb/a.ipynb": cell, "utils.py": HELPERS})
    assert where(opened, "nb/a.ipynb", "set_seed") == "function utils.py:set_seed"


def test_an_import_runs_the_packages_around_it(tmp_path: Path) -> None:
    files = {
        "train.py": "import a.b.c\nfrom a.b import d\nfrom a import *",
        "a/b/e.py": "from . import d\nfrom ..f import g",
        **dict.fromkeys(("a/__init__.py", "a/b/__init__.py", "a/b/c.py", "a/b/d.py", "a/f.py"), ""),
    }
    opened = project(tmp_path, files)
    first, second, third = opened.python["train.py"].facts.imports
    packages = ["a/__init__.py", "a/b/__init__.py"]
    assert list(opened.modules.imported("train.py", first)) == [*packages, "a/b/c.py"]
    assert list(opened.modules.imported("train.py", second)) == [*packages, "a/b/d.py"]
    assert list(opened.modules.imported("train.py", third)) == packages[:1]
    inner, outer = opened.python["a/b/e.py"].facts.imports
    assert list(opened.modules.imported("a/b/e.py", inner)) == ["a/b/__init__.py", "a/b/d.py"]
    assert list(opened.modules.imported("a/b/e.py", outer)) == ["a/__init__.py", "a/f.py"]


def test_names_are_found_through_very_many_star_imports(tmp_path: Path) -> None:
    """Were all imports of all read anew for each module, this would take minutes."""
    stars = "".join(f"from m{number} import *\n" for number in range(200))
    files = {f"m{number}.py": f"{stars}x{number} = y{number}\n" for number in range(200)}
    files["m199.py"] += "def helper(): ...\n"
    opened = project(tmp_path, files)
    for path in files:
        if path != "m199.py":
            assert where(opened, path, "helper") == "function m199.py:helper"
        assert where(opened, path, "x7") == "unknown"


def test_what_comes_by_way_of_very_many_star_imports_is_unknown(tmp_path: Path) -> None:
    ring = {f"m{number}.py": f"from m{(number + 1) % 1000} import *\n" for number in range(1000)}
    opened = project(tmp_path, ring | {"m500.py": "from m501 import *\ndef helper(): ...\n"})
    found = [path for path in ring if where(opened, path, "helper") != "unknown"]
    assert found == [f"m{number}.py" for number in range(244, 501)]


def test_variables_that_name_each_other_through_stars_are_unknown(tmp_path: Path) -> None:
    """Were each way through them tried, this would take for ever."""
    names = "abcdefgh"
    files = {
        f"m{number}.py": f"from m{(number + 1) % 80} import *\n"
        f"{names[number % 8]} = {names[(number + 1) % 8]}\n"
        for number in range(80)
    }
    opened = project(tmp_path, files)
    assert {where(opened, path, name) for path in files for name in names} == {"unknown"}


@pytest.mark.parametrize("path", ["train.py", "src/train.py"])
@pytest.mark.parametrize(
    ("statement", "name"), [("from train import make", "make"), ("import train", "train.make")]
)
def test_a_script_may_import_itself_later(
    path: str, statement: str, name: str, tmp_path: Path
) -> None:
    source = f"def build():\n    {statement}\n\ndef make(): ...\n"
    assert where(project(tmp_path, {path: source}), path, name, "build") == f"function {path}:make"
    source = f"def make(): ...\nif __name__ == '__main__':\n    {statement}\n"
    opened = project(tmp_path, {path: source})
    assert where(opened, path, name) == f"function {path}:make"


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("loggers/wandb.py", "import wandb\ndef log(): ...\ndef init(): ...\n"),
        ("loggers/wandb.py", "def log():\n    import wandb\n"),
        ("random.py", "def log():\n    import random as wandb\ndef init(): ...\n"),
    ],
)
def test_a_module_named_like_a_library_means_the_library(
    path: str, source: str, tmp_path: Path
) -> None:
    assert where(project(tmp_path, {path: source}), path, "wandb.init", "log").startswith(
        "external"
    )
