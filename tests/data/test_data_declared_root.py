"""Environment variables that code sets to a folder of the repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from project.projects import project

from repro_check.data.declaring.declared import declared_data

MD5 = "0123456789abcdef0123456789abcdef"
CONFIG = f"data:\n  dir: ${{oc.env:PROJECT_ROOT}}/d\n  md5: {MD5}\n"


def path_with(root: Path, code: str, at: str = "src/train.py", **others: str):
    """The path of the config, beside this code."""
    files = {"conf/a.yaml": CONFIG, at: code, ".project-root": "", "lab/setup.py": "x = 1\n"}
    opened = project(root, files | others)
    (one,) = declared_data(opened.configs["conf/a.yaml"], opened)
    return one.path_text


ROOT = "./d"


@pytest.mark.parametrize(
    "code",
    [
        'import rootutils\nrootutils.setup_root(__file__, indicator=".project-root", pythonpath=True)\n',
        (
            "import pyrootutils\n\nroot = pyrootutils.setup_root(search_from=__file__, "
            'indicator=[".git", ".project-root"], project_root_env_var=True)\n'
        ),
        "from rootutils import setup_root\n\n\ndef main():\n    setup_root(__file__, '.project-root')\n",
        "import rootutils\nroot = rootutils.find_root(__file__, '.project-root')\nrootutils.set_root(path=root)\n",
        "import os\nos.environ['PROJECT_ROOT'] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))\n",
        "import os\nfrom pathlib import Path\nos.environ['PROJECT_ROOT'] = str(Path(__file__).resolve().parent.parent)\n",
        "import os, pathlib\nROOT = pathlib.Path(__file__).parents[1]\nos.environ['PROJECT_ROOT'] = str(ROOT)\n",
        "import os\nfrom pathlib import Path\nHERE = Path(__file__).parent\nos.environ['PROJECT_ROOT'] = HERE.parent.as_posix()\n",
        "from os import environ, getcwd\nenviron['PROJECT_ROOT'] = getcwd()\n",
        "import os\nos.environ.setdefault('PROJECT_ROOT', os.path.join(os.path.dirname(__file__), '..'))\n",
        "import os\nos.environ['PROJECT_ROOT'] = '.'\n",
    ],
)
def test_the_root_is_known_where_code_sets_it(tmp_path, code):
    assert path_with(tmp_path, code) == ROOT


@pytest.mark.parametrize(
    ("code", "at", "expected"),
    [
        ("import rootutils\nrootutils.setup_root(__file__)\n", "lab/src/t.py", "lab/d"),
        (
            "import os\nfrom pathlib import Path\nos.environ['PROJECT_ROOT'] = str(Path(__file__).parent / 'x')\n",
            "lab/t.py",
            "lab/x/d",
        ),
    ],
)
def test_the_root_of_a_part_is_its_folder(tmp_path, code, at, expected):
    assert path_with(tmp_path, code, at) == expected


@pytest.mark.parametrize(
    "code",
    [
        "import rootutils\n",
        'import rootutils\nrootutils.setup_root(__file__, indicator=".no-such-file")\n',
        "import rootutils, sys\nrootutils.setup_root(sys.argv[0], indicator='.project-root')\n",
        "import rootutils\nrootutils.setup_root(__file__, '.project-root', project_root_env_var=False)\n",
        "import rootutils, sys\nrootutils.setup_root(__file__, sys.argv[1])\n",
        "import rootutils\nif x:\n    rootutils.setup_root(__file__, '.project-root')\n",
        "import os, sys\nos.environ['PROJECT_ROOT'] = sys.argv[1]\n",
        "import os\nos.environ['PROJECT_ROOT'] = os.environ['HOME']\n",
        "import os\nif not os.environ.get('PROJECT_ROOT'):\n    os.environ['PROJECT_ROOT'] = '.'\n",
        "import os\nos.environ['PROJECT_ROOT'] = 'a'\nos.environ['PROJECT_ROOT'] = 'b'\n",
        "import os\nos.environ['PROJECT_ROOT'] += ':x'\n",
        "import os\nos.environ['OTHER'] = '.'\n",
        "environ = {}\nenviron['PROJECT_ROOT'] = '.'\n",
        "import os\nos.environ['PROJECT_ROOT'] = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))\n",
        "import os\nr = '.'\nr = f()\nos.environ['PROJECT_ROOT'] = r\n",
        "import os\nr = r2\nr2 = r\nos.environ['PROJECT_ROOT'] = r\n",
        "def setup_root(x): ...\nsetup_root(__file__)\n",
    ],
)
def test_the_root_is_unknown_where_code_does_not_say_it(tmp_path, code):
    assert path_with(tmp_path, code) is None


def test_what_tests_set_is_not_what_training_sees(tmp_path):
    code = "import os\nos.environ['PROJECT_ROOT'] = '.'\n"
    assert path_with(tmp_path, code, "tests/conftest.py") is None


def test_two_scripts_that_agree_set_one_root(tmp_path):
    code = "import rootutils\nrootutils.setup_root(__file__, '.project-root')\n"
    assert path_with(tmp_path, code, **{"src/eval.py": code}) == ROOT
    other = "import os\nos.environ['PROJECT_ROOT'] = 'elsewhere'\n"
    assert path_with(tmp_path, code, **{"src/other.py": other}) is None


def test_a_default_holds_where_no_code_sets_the_variable(tmp_path):
    files = {"conf/a.yaml": CONFIG.replace("PROJECT_ROOT", "DATA,./data"), "t.py": "import os\n"}
    opened = project(tmp_path, files)
    (one,) = declared_data(opened.configs["conf/a.yaml"], opened)
    assert one.path_text == "./data/d"
