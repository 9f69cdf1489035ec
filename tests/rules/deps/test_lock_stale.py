"""DEPS008: locks of the real tools pass while they are fresh, and are told when they are not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from checking import check
from conftest import Repo
from locking import run_tool, wheel_house

from repro_check.deps.staleness.hashes import pdm_digests, poetry_digests
from repro_check.findings import Finding

MakeRepo = Callable[..., Repo]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder of wheels."""
    return wheel_house(tmp_path / "house")


def judge(root: Path) -> list[Finding]:
    """The findings in a folder."""
    return list(check(root, "DEPS008").findings)


def edit(path: Path, *changes: tuple[str, str]) -> None:
    """Replace parts of a file that must be there."""
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


PYPROJECT = """\
[project]
name = "study"
version = "1"
description = "first"
requires-python = ">=3.9"
dependencies = [
    "alpha>=1,<3",
    "zeta.tools",
    "beta; sys_platform != 'win32' and python_version >= '3.9'",
]
[project.optional-dependencies]
fast = ["gamma; python_version < '3.13'"]
all = ["study[fast]"]
[dependency-groups]
dev = ["epsilon", {include-group = "docs"}]
docs = ["delta"]
"""
# edits that change nothing of what is asked for
HARMLESS = (
    ('description = "first"', 'description = "second"\nkeywords = ["alpha"]'),
    ('"alpha>=1,<3"', '"Alpha <3.0, >=1.0"'),
    ("zeta.tools", "Zeta_Tools"),
    ("sys_platform != 'win32' and python_version >= '3.9'", "sys_platform != 'win32'"),
)


@pytest.fixture
def uv_project(make_repo: MakeRepo, house: Path) -> Path:
    """A project that uv has locked."""
    root = make_repo({"pyproject.toml": PYPROJECT, "train.py": "import alpha\n"}, commit=False).root
    run_tool("uv", "lock", "--no-index", at=root, house=house)
    return root


def test_a_fresh_uv_lock_passes(uv_project: Path) -> None:
    assert judge(uv_project) == []


@pytest.mark.parametrize("change", HARMLESS)
def test_an_edit_that_asks_for_the_same_leaves_a_uv_lock_fresh(
    uv_project: Path, house: Path, change: tuple[str, str]
) -> None:
    edit(uv_project / "pyproject.toml", change)
    assert judge(uv_project) == []
    run_tool("uv", "lock", "--check", "--no-index", at=uv_project, house=house)


@pytest.mark.parametrize(
    ("change", "line", "part"),
    [
        (('"zeta.tools",', '"zeta.tools", "epsilon",'), 8, "`epsilon` is asked for and not locked"),
        (("alpha>=1,<3", "alpha>=2"), 7, "`alpha>=2` is asked for, and `alpha>=1,<3` was locked"),
        (("alpha>=1", "alpha[x]>=1"), 7, "`alpha>=1,<3` was locked"),
        (("!= 'win32'", "!= 'darwin'"), 9, "win32'` was locked"),
        (('"zeta.tools",\n', "\n"), 7, "`zeta-tools` was locked and is asked for no more"),
        (
            ('docs = ["delta"]', 'docs = ["delta", "gamma"]'),
            15,
            "`gamma` is asked for in the group",
        ),
        (('">=3.9"', '">=3.10"'), 5, "`requires-python` is `>=3.10`, and `>=3.9` was locked"),
    ],
)
def test_a_stale_uv_lock_is_told_at_what_was_changed(
    uv_project: Path, change: tuple[str, str], line: int, part: str
) -> None:
    edit(uv_project / "pyproject.toml", change)
    (finding,) = judge(uv_project)
    assert part in finding.message
    assert finding.location.path == "pyproject.toml"
    assert finding.location.span is not None
    assert finding.location.span.line == line
    assert finding.related[0].location.path == "uv.lock"


def test_an_extra_that_asks_for_its_own_project_is_no_change(uv_project: Path, house: Path) -> None:
    edit(
        uv_project / "pyproject.toml", ('all = ["study[fast]"]', 'all = ["study[fast]", "epsilon"]')
    )
    run_tool("uv", "lock", "--no-index", at=uv_project, house=house)
    assert judge(uv_project) == []


def test_made_up_dependencies_are_not_compared(uv_project: Path) -> None:
    edit(
        uv_project / "pyproject.toml",
        ("dependencies = [\n", 'dynamic = ["dependencies"]\nignored = [\n'),
    )
    assert judge(uv_project) == []


def test_sources_of_uv_take_the_place_of_versions(make_repo: MakeRepo, house: Path) -> None:
    sources = f'[tool.uv.sources]\nbeta = {{ path = "{house}/beta-1.5-py3-none-any.whl" }}\n'
    text = PYPROJECT.replace('"alpha>=1,<3",', "").replace('"zeta.tools",', "") + sources
    root = make_repo({"pyproject.toml": text.replace('"beta;', '"beta>=1,<2;')}, commit=False).root
    run_tool("uv", "lock", "--no-index", at=root, house=house)
    assert judge(root) == []


POETRY = """\
[tool.poetry]
package-mode = false
description = "first"
[tool.poetry.dependencies]
python = ">=3.9"
beta = {{path = "{house}/beta-1.5-py3-none-any.whl"}}
gamma = {{path = "{house}/gamma-0.3-py3-none-any.whl", optional = true, markers = "sys_platform == 'win32'"}}
[tool.poetry.extras]
fast = ["gamma"]
[tool.poetry.group.dev.dependencies]
delta = {{path = "{house}/delta-4.0-py3-none-any.whl"}}
[tool.black]
line-length = 100
"""  # fmt: skip
POETRY_2 = """\
[project]
name = "study"
version = "1"
description = "first"
requires-python = ">=3.9"
dependencies = ["beta @ file://{house}/beta-1.5-py3-none-any.whl"]
[project.optional-dependencies]
fast = ["gamma @ file://{house}/gamma-0.3-py3-none-any.whl ; sys_platform == 'win32'"]
[dependency-groups]
dev = ["delta @ file://{house}/delta-4.0-py3-none-any.whl"]
[tool.poetry]
package-mode = false
"""


@pytest.mark.parametrize("text", [POETRY, POETRY_2])
def test_a_poetry_lock_is_held_against_its_digest(
    make_repo: MakeRepo, house: Path, text: str
) -> None:
    root = make_repo({"pyproject.toml": text.format(house=house)}, commit=False).root
    run_tool("poetry", "lock", "-n", at=root, house=house)
    assert judge(root) == []
    edit(root / "pyproject.toml", ('"first"', '"second"'))
    assert judge(root) == []
    edit(root / "pyproject.toml", ('">=3.9"', '">=3.10"'))
    (finding,) = judge(root)
    assert "what is asked for was changed after it was locked" in finding.message
    assert "poetry lock" in finding.help
    if "[tool.poetry.extras]" in text:
        edit(
            root / "pyproject.toml", ("[tool.poetry.extras]", 'Einops = "*"\n[tool.poetry.extras]')
        )
        (finding,) = judge(root)
        assert "`Einops` is asked for and not locked" in finding.message
        assert finding.location.label == "pyproject.toml:8:1"


def test_poetry_before_1_2_hashed_four_keys_with_their_absence() -> None:
    # from the lock of ikostrikov/jaxrl's form: no extras, no sources, Poetry 1.1
    import hashlib

    content = {"dependencies": {"python": "^3.8"}, "dev-dependencies": None, "extras": None}
    digest = hashlib.sha256(json.dumps({**content, "source": None}, sort_keys=True).encode())
    pyproject = {"tool": {"poetry": {"dependencies": {"python": "^3.8"}}}}
    assert digest.hexdigest() in poetry_digests(pyproject)


def test_pdm_digests_are_those_that_pdm_computes() -> None:
    # told by PDM 2.25.4 and 2.29.4: `Core().create_project(".").pyproject.content_hash()`
    pyproject = {
        "project": {
            "requires-python": ">=3.9",
            "dependencies": ["alpha>=1,<3", "zeta.tools"],
            "optional-dependencies": {"fast": ["gamma; python_version < '3.13'"]},
        },
        "dependency-groups": {"Dev": ["epsilon"]},
        "tool": {"pdm": {"dev-dependencies": {"dev": ["delta"]}}},
    }
    assert "f5eff2f3b1a1aa01d6357a56e4eec4b0a465fd42fcca53ac6d17d6642ac6d617" in pdm_digests(
        pyproject
    )


PIPFILE = """\
[[source]]
url = "file://{house}"
verify_ssl = true
name = "pypi"
[packages]
alpha = ">=1"
[dev-packages]
gamma = {{version="*", markers="sys_platform == 'linux'"}}
[scripts]
train = "python train.py"
"""


def test_a_pipfile_lock_is_held_against_its_digest(make_repo: MakeRepo, house: Path) -> None:
    root = make_repo({"Pipfile": PIPFILE.format(house=house)}, commit=False).root
    run_tool("pipenv", "lock", at=root, house=house)
    assert judge(root) == []
    edit(root / "Pipfile", ('"python train.py"', '"python main.py"'))
    assert judge(root) == []
    edit(root / "Pipfile", ("[dev-packages]", 'einops = "*"\n[dev-packages]'))
    (finding,) = judge(root)
    assert "`einops` is asked for and not locked" in finding.message
    assert finding.location.path == "Pipfile"


IN = """\
-r base.in
-c constraints.txt
alpha>=1  # the model
gamma; sys_platform == "win32"
zeta.tools[more]
"""


@pytest.fixture
def compiled(make_repo: MakeRepo, house: Path) -> Callable[..., Path]:
    """A repository whose requirements pip-compile or uv has compiled."""

    def make(*command: str, folder: str = "") -> Path:
        files = {"requirements.in": IN, "base.in": "epsilon\n", "constraints.txt": "beta<3\n"}
        paths = {f"{folder}{name}": text for name, text in files.items()}
        root = make_repo(paths, commit=False).root
        run_tool(*command, at=root, house=house)
        return root

    return make


PIP_COMPILE = ("pip-compile", "-q", "--no-emit-find-links", "requirements.in")
COMPILERS = [
    PIP_COMPILE,
    (*PIP_COMPILE, "-o", "requirements.txt", "--generate-hashes", "--annotation-style=line"),
    ("uv", "pip", "compile", "-q", "--no-index", "requirements.in", "-o", "requirements.txt"),
    ("uv", "pip", "compile", "-q", "--no-index", "--universal", "requirements.in", "-o", "requirements.txt"),
]  # fmt: skip


STALE = [
    ("requirements.in", ("alpha>=1", "alpha<2"), "requirements.in:3:1", "`alpha==2.0` is frozen"),
    ("requirements.in", ("zeta.tools", "einops\nzeta.tools"), "requirements.in:5:1", "`einops` is"),
    ("base.in", ("epsilon", "epsilon>=6"), "base.in:1:1", "`epsilon==5.0.post1` is frozen"),
    ("requirements.in", ("alpha>=1", "#"), "requirements.txt", "no longer asks for it"),
]
FRESH = [
    ("alpha>=1  # the model", "# the model\nAlpha >= 1.0"),
    ('gamma; sys_platform == "win32"', 'gamma>=9; sys_platform == "darwin"'),
    ("-c constraints.txt", "-c constraints.txt\n--pre"),
    ("zeta.tools[more]", "zeta.tools\nsetuptools"),
]


@pytest.mark.parametrize("command", COMPILERS)
def test_compiled_files_are_held_against_all_their_inputs(
    compiled: Callable[..., Path], command: tuple[str, ...]
) -> None:
    root = compiled(*command)
    assert judge(root) == []
    for name, change, place, part in STALE:
        before = (root / name).read_text()
        edit(root / name, change)
        (finding,) = judge(root)
        assert part in finding.message
        assert finding.location.label.startswith(place)
        (root / name).write_text(before)
    for change in FRESH:
        before = (root / "requirements.in").read_text()
        edit(root / "requirements.in", change)
        assert judge(root) == []
        (root / "requirements.in").write_text(before)


def test_inputs_are_found_from_the_folder_in_which_the_command_ran(
    compiled: Callable[..., Path],
) -> None:
    command = ("pip-compile", "-q", "--no-emit-find-links", "reqs/requirements.in")
    root = compiled(*command, folder="reqs/")
    assert judge(root) == []
    edit(root / "reqs/requirements.in", ("alpha>=1", "alpha<2"))
    assert [one.location.path for one in judge(root)] == ["reqs/requirements.in"]


def test_a_file_that_builds_on_a_frozen_one_may_leave_its_lines_out(
    compiled: Callable[..., Path],
) -> None:
    root = compiled(*PIP_COMPILE)
    head = (
        "# This file is autogenerated by pip-compile\n#\n#    pip-compile requirements-gpu.in\n#\n"
    )
    (root / "requirements-gpu.in").write_text("-r requirements.txt\ngamma\n")
    (root / "requirements-gpu.txt").write_text(f"{head}gamma==0.3\nalpha==2.0\n")
    assert judge(root) == []
    edit(root / "requirements-gpu.txt", ("alpha==2.0", "alpha==1.0"))
    assert "`alpha==1.0` is frozen" in judge(root)[0].message


@pytest.mark.parametrize("extra", [(), ("--extra", "fast"), ("--all-extras",)])
def test_compiled_extras_of_a_project_are_those_that_were_asked_for(
    make_repo: MakeRepo, house: Path, extra: tuple[str, ...]
) -> None:
    text = PYPROJECT.replace("\"gamma; python_version < '3.13'\"", '"gamma"')
    root = make_repo({"pyproject.toml": text, "study.py": ""}, commit=False).root
    command = (
        "pip",
        "compile",
        "-q",
        "--no-index",
        *extra,
        "pyproject.toml",
        "-o",
        "requirements.txt",
    )
    run_tool("uv", *command, at=root, house=house)
    assert judge(root) == []
    edit(root / "pyproject.toml", ('["gamma"]', '["gamma>=7"]'))
    assert len(judge(root)) == (1 if extra else 0)
    edit(root / "pyproject.toml", ("alpha>=1,<3", "alpha<2"))
    assert len(judge(root)) == 1


PIXI = """\
[workspace]
channels = ["conda-forge"]
platforms = ["linux-64"]
[dependencies]
pytorch = ">=2"
[pypi-dependencies]
einops = "*"
[feature.docs.dependencies]
furo = "*"
[feature.unused.dependencies]
scipy = "*"
[target.win-64.dependencies]
m2-base = "*"
[environments]
docs = ["docs"]
"""
PIXI_LOCK = """\
version: 6
environments:
  default:
    packages:
      linux-64:
      - conda: https://conda.anaconda.org/conda-forge/linux-64/pytorch-2.4.0-cpu_py311.conda
packages:
- conda: https://conda.anaconda.org/conda-forge/linux-64/pytorch-2.4.0-cpu_py311.conda
  sha256: aa
- conda: https://conda.anaconda.org/conda-forge/noarch/furo-2024.8.6-pyhd8ed1ab_0.conda
  sha256: aa
- pypi: https://files.example.org/simple/aa/einops-0.8.0-py3-none-any.whl
  name: einops
  version: 0.8.0
"""


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("", "", ""),
        ('pytorch = ">=2"', 'pytorch = ">=2"\nnumpy = "*"', "`numpy` is asked for"),
        ('einops = "*"', 'einops = "*"\ntimm = "*"', "`timm` is asked for"),
        ('furo = "*"', 'furo = "*"\nmyst = "*"', "`myst` is asked for"),
        ('scipy = "*"', 'scipy = "*"\nsympy = "*"', ""),
        ('pytorch = ">=2"', 'pytorch = ">=2"\nours = { path = "ours" }', ""),
        ("[environments]", "[environments]\ndefault = { no-default-feature = true }", ""),
    ],
)
def test_pixi_locks_must_have_each_name(make_repo: MakeRepo, old: str, new: str, part: str) -> None:
    files = {"pixi.toml": PIXI.replace(old, new), "pixi.lock": PIXI_LOCK}
    found = judge(make_repo(files, commit=False).root)
    assert [part in one.message for one in found] == ([True] if part else [])


@pytest.mark.parametrize(
    "files",
    [
        {"uv.lock": "<<<<<<< ours\n", "pyproject.toml": PYPROJECT},
        {"uv.lock": "version = 1\n", "pyproject.toml": PYPROJECT},
        {"poetry.lock": "[metadata]\ncontent-hash = 'aa'\n", "pyproject.toml": POETRY},
        {"poetry.lock": f"[metadata]\ncontent-hash = '{'a' * 64}'\n", "setup.py": ""},
        {
            "poetry.lock": f"[metadata]\ncontent-hash = '{'a' * 64}'\n",
            "pyproject.toml": "[tool.black]\n",
        },
        {"tests/data/uv.lock": "version = 1\n", "tests/data/pyproject.toml": PYPROJECT},
        {"requirements.in": "numpy\n", "requirements.txt": "scipy==1\n"},
        {"requirements.txt": "# autogenerated by pip-compile\n#    make requirements\nnumpy==1\n"},
    ],
)
def test_where_it_cannot_be_told_nothing_is_said(
    make_repo: MakeRepo, files: dict[str, str]
) -> None:
    assert judge(make_repo(files, commit=False).root) == []
