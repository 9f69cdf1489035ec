"""What pyproject.toml declares, for each tool that reads it."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_check.sources.config import read_toml
from repro_check.sources.dependencies.model import Declared, ManifestFacts
from repro_check.sources.dependencies.pixi import read_pixi_toml
from repro_check.sources.dependencies.pyproject import read_pyproject
from repro_check.sources.lines import Lines
from repro_check.sources.unreadable import Unreadable

DYNAMIC = 'dynamic = ["dependencies", "optional-dependencies"]\n'
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def read(text: str) -> ManifestFacts:
    return read_pyproject(read_toml(dedent(text).encode()))


def brief(facts: ManifestFacts) -> list[tuple[str, str, str, str]]:
    return [(one.name, one.specifier, one.role, one.group) for one in facts.declared]


def only(facts: ManifestFacts) -> Declared:
    (one,) = facts.declared
    return one


def test_standard_metadata_is_read() -> None:
    facts = read("""
        [build-system]
        requires = ["hatchling>=1.20"]
        [project]
        name = "work"
        requires-python = ">=3.10"
        dependencies = ["Torch[opt]>=2 ; python_version < '3.13'", "numpy==2.1.3"]
        [project.optional-dependencies]
        plots = ["matplotlib"]
    """)
    assert facts.tool == "pep621"
    assert facts.python == ">=3.10"
    assert brief(facts) == [
        ("hatchling", ">=1.20", "build", ""),
        ("torch", ">=2", "runtime", ""),
        ("numpy", "==2.1.3", "runtime", ""),
        ("matplotlib", "", "extra", "plots"),
    ]
    torch, numpy = facts.declared[1:3]
    assert (torch.extras, torch.marker, torch.is_pinned) == (
        ("opt",),
        "python_version < '3.13'",
        False,
    )
    assert numpy.is_pinned


def test_places_are_those_of_the_values() -> None:
    text = '[project]\nrequires-python = ">=3.9"\ndependencies = [\n  "torch>=2",\n  "numpy", # why\n]\n'
    facts = read_pyproject(read_toml(text.encode()))
    lines = Lines(text)
    assert [lines.text_at(one.span) for one in facts.declared] == ['"torch>=2"', '"numpy"']
    assert facts.python_span is not None
    assert lines.text_at(facts.python_span) == '">=3.9"'


def test_groups_hold_what_they_include() -> None:
    facts = read("""
        [dependency-groups]
        test = ["pytest>=8"]
        Train = ["lightning", {include-group = "test"}]
    """)
    assert brief(facts) == [
        ("pytest", ">=8", "group", "test"),
        ("pytest", ">=8", "group", "Train"),
        ("lightning", "", "group", "Train"),
    ]


def test_groups_that_include_each_other_end() -> None:
    facts = read("""
        [dependency-groups]
        a = ["x", {include-group = "b"}]
        b = ["y", {include-group = "a"}, {include-group = "gone"}]
    """)
    assert {(one.name, one.group) for one in facts.declared} == {
        *(("x", "a"), ("y", "a"), ("x", "b"), ("y", "b"))
    }


def test_many_groups_that_include_many_are_bounded() -> None:
    rows = [f'g{i} = ["p{i}"' + "".join(f', {{include-group="g{j}"}}' for j in range(i)) + "]"
            for i in range(300)]  # fmt: skip
    assert len(read("[dependency-groups]\n" + "\n".join(rows)).declared) == 20_000


@pytest.mark.parametrize(
    ("text", "is_dynamic", "includes"),
    [
        ('dynamic = ["version"]\n', False, ()),
        (DYNAMIC, True, ()),
        (f'{DYNAMIC}[tool.setuptools.dynamic]\ndependencies = {{file = ["r.txt"]}}\n', True, ("r.txt",)),
        (f'{DYNAMIC}[tool.setuptools.dynamic.optional-dependencies]\na = {{file = "d.txt"}}\n', True, ("d.txt",)),
        (f'{DYNAMIC}[tool.hatch.metadata.hooks.requirements_txt]\nfiles = ["r.txt"]\n', True, ("r.txt",)),
    ],
)  # fmt: skip
def test_dynamic_dependencies_are_said_to_be_so(
    text: str, is_dynamic: bool, includes: tuple[str, ...]
) -> None:
    facts = read(f"[project]\n{text}")
    assert (facts.is_dynamic, facts.includes) == (is_dynamic, includes)


def test_poetry_is_read_with_its_groups_and_extras() -> None:
    facts = read("""
        [tool.poetry]
        name = "work"
        [tool.poetry.dependencies]
        python = "^3.9"
        torch = "2.1.0"
        numpy = {version = "~1.24", extras = ["a"], markers = "sys_platform == 'linux'"}
        wandb = {version = "*", optional = true}
        [tool.poetry.extras]
        log = ["wandb"]
        [tool.poetry.dev-dependencies]
        black = "^23"
        [tool.poetry.group.train.dependencies]
        lightning = ">=2"
        [[tool.poetry.source]]
        name = "pytorch"
        url = "https://download.pytorch.org/whl/cu118"
    """)
    assert facts.tool == "poetry"
    assert facts.python == ">=3.9,<4.0"
    assert facts.indexes == ("https://download.pytorch.org/whl/cu118",)
    assert brief(facts) == [
        ("torch", "==2.1.0", "runtime", ""),
        ("numpy", ">=1.24,<1.25", "runtime", ""),
        ("wandb", "", "extra", "log"),
        ("black", ">=23,<24", "group", "dev"),
        ("lightning", ">=2", "group", "train"),
    ]
    assert [one.is_pinned for one in facts.declared] == [True, False, False, False, False]
    assert facts.declared[1].marker == "sys_platform == 'linux'"


@pytest.mark.parametrize(
    ("value", "origin", "url", "is_pinned"),
    [
        ('{git = "https://h/x.git"}', "vcs", "git+https://h/x.git", False),
        ('{git = "https://h/x.git", branch = "dev"}', "vcs", "git+https://h/x.git@dev", False),
        (f'{{git = "https://h/x", rev = "{COMMIT}"}}', "vcs", f"git+https://h/x@{COMMIT}", True),
        ('{git = "git@h.org:a/x.git"}', "vcs", "git+ssh://git@h.org/a/x.git", False),
        ('{path = "../x", develop = true}', "path", "../x", False),
        ('{file = "wheels/x.whl"}', "path", "wheels/x.whl", False),
        ('{url = "https://h/x-1.0.tar.gz"}', "url", "https://h/x-1.0.tar.gz", False),
    ],
)
@pytest.mark.parametrize("header", ["tool.poetry.dependencies", "tool.pixi.pypi-dependencies"])
def test_places_that_are_no_index_are_told(
    header: str, value: str, origin: str, url: str, is_pinned: bool
) -> None:
    one = only(read(f"[{header}]\nx = {value}\n"))
    assert (one.origin, one.url, one.is_pinned) == (origin, url, is_pinned)


def test_several_constraints_of_poetry_are_several_requirements() -> None:
    facts = read("""
        [tool.poetry.dependencies]
        torch = [
            {version = "1.13.1", python = "<3.8"},
            {version = "^2.0", platform = "darwin"},
        ]
    """)
    assert [(one.specifier, one.marker) for one in facts.declared] == [
        ("==1.13.1", 'python_version < "3.8"'),
        (">=2.0,<3.0", 'sys_platform == "darwin"'),
    ]


def test_poetry_says_where_a_standard_dependency_comes_from() -> None:
    facts = read("""
        [project]
        dependencies = ["x>=1"]
        [tool.poetry.dependencies]
        x = {path = "libs/x"}
    """)
    assert (only(facts).specifier, only(facts).origin, only(facts).url) == (">=1", "path", "libs/x")


def test_uv_is_read_with_its_sources() -> None:
    facts = read(f"""
        [project]
        dependencies = ["a", "b", "c", "torch==2.1.0+cu118", "d"]
        [tool.uv]
        dev-dependencies = ["pytest"]
        constraint-dependencies = ["numpy<2"]
        [tool.uv.sources]
        a = {{git = "https://h/a", rev = "{COMMIT}"}}
        b = {{workspace = true}}
        torch = {{index = "pytorch"}}
        d = [{{path = "d", marker = "x"}}, {{index = "pytorch"}}]
        [[tool.uv.index]]
        name = "pytorch"
        url = "https://download.pytorch.org/whl/cu118"
    """)
    assert facts.tool == "uv"
    assert [(one.name, one.origin, one.role) for one in facts.declared] == [
        ("a", "vcs", "runtime"),
        ("b", "path", "runtime"),
        ("c", "index", "runtime"),
        ("torch", "index", "runtime"),
        ("d", "index", "runtime"),
        ("pytest", "index", "group"),
        ("numpy", "index", "constraint"),
    ]
    assert facts.declared[0].is_pinned
    assert facts.indexes == ("https://download.pytorch.org/whl/cu118",)


def test_pdm_and_hatch_name_groups() -> None:
    facts = read("""
        [tool.pdm.dev-dependencies]
        test = ["pytest", "-e file:///${PROJECT_ROOT}/sub#egg=sub"]
        [tool.hatch.envs.train]
        dependencies = ["lightning>=2"]
        extra-dependencies = ["wandb"]
    """)
    assert [(one.name, one.group, one.origin) for one in facts.declared] == [
        ("pytest", "test", "index"),
        ("sub", "test", "path"),
        ("lightning", "train", "index"),
        ("wandb", "train", "index"),
    ]


PIXI = """
    [project]
    channels = ["conda-forge"]
    [dependencies]
    python = "3.11.*"
    pytorch = "2.1.0"
    numpy = {version = ">=1.2,<2", build = "*cuda"}
    [pypi-dependencies]
    timm = "==0.9"
    [target.linux-64.dependencies]
    cuda = "*"
    [feature.plots.dependencies]
    matplotlib-base = "*"
    [feature.plots.target.osx-arm64.pypi-dependencies]
    x = {git = "https://h/x"}
    [host-dependencies]
    cmake = "*"
"""


def test_pixi_is_read_with_its_features() -> None:
    facts = read_pixi_toml(read_toml(dedent(PIXI).encode()))
    assert facts.tool == "pixi"
    assert facts.python == "==3.11.*"
    assert brief(facts) == [
        ("torch", "==2.1.0", "runtime", ""),
        ("numpy", ">=1.2,<2", "runtime", ""),
        ("timm", "==0.9", "runtime", ""),
        ("cuda", "", "runtime", ""),
        ("matplotlib", "", "group", "plots"),
        ("x", "", "group", "plots"),
        ("cmake", "", "build", ""),
    ]
    origins = ["conda", "conda", "index", "conda", "conda", "vcs", "conda"]
    assert [one.origin for one in facts.declared] == origins
    assert [one.marker for one in facts.declared][3:6:2] == [
        "sys_platform == 'linux'",
        "sys_platform == 'darwin'",
    ]


def test_pixi_inside_of_a_project_is_read_the_same() -> None:
    text = dedent(PIXI).replace("[", "[tool.pixi.").replace('["', '["')
    text = text.replace('[tool.pixi."conda-forge"]', '["conda-forge"]')
    facts = read(text)
    assert facts.python == "==3.11.*"
    assert {"torch", "timm", "matplotlib"} <= {one.name for one in facts.declared}


@pytest.mark.parametrize(
    "text",
    [
        "project = 3\n",
        "[project]\ndependencies = 3\n",
        '[project]\ndependencies = "torch"\n[project.optional-dependencies]\nx = 1\n',
        "[project]\ndependencies = [3, {}, [], true]\n",
        "[tool]\npoetry = []\nuv = 1\npixi = 'x'\npdm = [[]]\nhatch = 1\n",
        "[tool.poetry]\ndependencies = [1]\ngroup = 3\nextras = []\nsource = 3\n",
        "[tool.poetry.dependencies]\nx = 3\ny = [3, []]\npython = 3\n",
        "[tool.uv]\nsources = []\nindex = 3\ndev-dependencies = {}\n",
        "[dependency-groups]\na = 3\nb = [{include-group = 3}, 4]\n",
        "[tool.pixi]\ndependencies = 3\nfeature = []\ntarget = 1\n",
        "[tool.setuptools]\ndynamic = 3\n",
    ],
)
def test_values_of_the_wrong_type_declare_nothing_and_break_nothing(text: str) -> None:
    assert all(one.name for one in read(text).declared)


_WORDS = st.sampled_from(
    [
        *("[project]", "[tool.poetry]", "[tool.poetry.dependencies]", "[tool.uv]", "[tool.pixi]"),
        *("[dependency-groups]", "[tool.uv.sources]", "[[tool.uv.index]]", "[build-system]"),
        *("dependencies", "x", "python", "requires", "a", " = ", "3", '"^1"', '"x>=1"', "[", "]"),
        *("{", "}", ", ", 'include-group = "a"', "true", "git = ", "\n", "\n", "\n"),
    ]
)


@given(st.lists(_WORDS, max_size=30).map("".join) | st.text(max_size=100))
def test_any_text_gives_facts_or_is_refused(text: str) -> None:
    try:
        facts = read_toml(text.encode("utf-8", "surrogatepass"))
    except Unreadable:
        return
    read_pyproject(facts)
    read_pixi_toml(facts)
