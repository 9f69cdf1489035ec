"""What Pipfiles, scripts, conda environments and requirement files declare."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_check.sources.config import read_toml, read_yaml
from repro_check.sources.dependencies.conda import declared_match, read_conda
from repro_check.sources.dependencies.locks.values import PYPI
from repro_check.sources.dependencies.model import ManifestFacts
from repro_check.sources.dependencies.pip import read_pip
from repro_check.sources.dependencies.pipfile import read_pipfile
from repro_check.sources.dependencies.script import read_script
from repro_check.sources.lines import Lines
from repro_check.sources.requirements import read_requirements
from repro_check.sources.unreadable import Unreadable

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def brief(facts: ManifestFacts) -> list[tuple[str, str, str, str]]:
    return [(one.name, one.specifier, one.role, one.group) for one in facts.declared]


def test_a_pipfile_is_read() -> None:
    text = dedent(f"""
        [[source]]
        url = "{PYPI}"
        name = "pypi"
        [[source]]
        url = "https://h/simple"
        name = "other"
        [packages]
        torch = "==2.1.0"
        numpy = "*"
        pandas = {{version = ">=2", extras = ["x"], sys_platform = "== 'linux'"}}
        ours = {{editable = true, path = "."}}
        clip = {{git = "https://h/clip.git", ref = "{COMMIT}"}}
        [dev-packages]
        pytest = "*"
        [train]
        wandb = "~=0.15"
        [requires]
        python_version = "3.8"
    """)
    facts = read_pipfile(read_toml(text.encode()))
    assert brief(facts) == [
        ("torch", "==2.1.0", "runtime", ""),
        ("numpy", "", "runtime", ""),
        ("pandas", ">=2", "runtime", ""),
        ("ours", "", "runtime", ""),
        ("clip", "", "runtime", ""),
        ("pytest", "", "group", "dev"),
        ("wandb", "~=0.15", "group", "train"),
    ]
    assert [one.is_pinned for one in facts.declared[:5]] == [True, False, False, False, True]
    assert facts.declared[2].marker == "sys_platform == 'linux'"
    assert facts.declared[3].origin == "path"
    assert facts.declared[4].url == f"git+https://h/clip.git@{COMMIT}"
    assert facts.indexes == ("https://h/simple",)
    assert facts.python == "==3.8.*"


SCRIPT = '''"""Train."""
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "torch>=2",  # why
#   "numpy==2.1.3",
# ]
#
# [tool.uv.sources]
# torch = { index = "pytorch" }
# ///
import torch
'''


def test_a_script_is_read_with_its_places() -> None:
    facts = read_script(SCRIPT)
    assert facts is not None
    assert (facts.tool, facts.python) == ("script", ">=3.11")
    lines = Lines(SCRIPT)
    assert [lines.text_at(one.span) for one in facts.declared] == ['"torch>=2"', '"numpy==2.1.3"']
    assert facts.python_span is not None
    assert lines.text_at(facts.python_span) == '">=3.11"'


@pytest.mark.parametrize(
    "text",
    [
        "import torch\n",
        "# /// script\n# dependencies = ['x']\nimport x\n",
        "# /// pyproject\n# x = 1\n# ///\n",
        SCRIPT + SCRIPT,
        "x = '# /// script'\n",
    ],
)
def test_without_one_whole_block_it_declares_nothing(text: str) -> None:
    assert read_script(text) is None


def test_line_ends_of_windows_are_read_too() -> None:
    facts = read_script("# /// script\r\n# dependencies = ['x']\r\n# ///\r\n")
    assert facts is not None
    assert [one.name for one in facts.declared] == ["x"]


def test_a_broken_block_is_refused() -> None:
    with pytest.raises(Unreadable, match="its metadata from line 2 on"):
        read_script("# /// script\n# dependencies = [\n# ///\n")


@given(
    st.lists(
        st.sampled_from(["# /// script", "# ///", "# dependencies = ['x']", "#", "# x = 1", "y"]),
        max_size=12,
    ).map("\n".join)
)
def test_any_comments_give_facts_or_are_refused(text: str) -> None:
    try:
        facts = read_script(text)
    except Unreadable:
        return
    assert facts is None or all(one.name == "x" for one in facts.declared)


def test_a_conda_environment_is_read_in_the_order_of_its_lines() -> None:
    text = dedent("""
        name: x
        channels: [pytorch]
        dependencies:
          - python=3.10
          - pytorch::pytorch=2.1
          - _openmp_mutex=5.1
          - pip:
            - timm==0.9
            - --extra-index-url https://h/whl
            - -r requirements.txt
          - numpy=1.24.3=py310
    """)
    facts = read_conda(read_yaml(text.encode()))
    assert brief(facts) == [
        ("torch", "==2.1.*", "runtime", ""),
        ("timm", "==0.9", "runtime", ""),
        ("numpy", "==1.24.3.*", "runtime", ""),
    ]
    assert [one.is_pinned for one in facts.declared] == [False, True, True]
    assert [one.origin for one in facts.declared] == ["conda", "index", "conda"]
    assert facts.python == "==3.10.*"
    assert facts.includes == ("requirements.txt",)
    assert facts.indexes == ("https://h/whl",)


@pytest.mark.parametrize(
    ("written", "name"),
    [("pytorch", "torch"), ("py-xgboost-gpu", "xgboost"), ("pytorch_geometric", "torch-geometric")],
)
def test_conda_packages_have_the_names_of_pypi(written: str, name: str) -> None:
    from repro_check.findings import Span

    one = declared_match(f"{written}=1.2", Span(1, 1, 1, 1))
    assert one is not None
    assert one.name == name


def test_a_requirement_file_names_what_is_read_with_it() -> None:
    text = dedent(f"""
        -r base.txt
        --constraint pins.txt
        -f https://h/whl
        torch==2.1.0 --hash=sha256:{"0" * 64}
        git+https://h/clip.git@{COMMIT}
        -e .
        ./wheels/x-1.0-py3-none-any.whl
        y @ https://h/y.zip
    """)
    facts = read_pip(read_requirements(text.encode()))
    assert facts.includes == ("base.txt",)
    assert facts.constraints == ("pins.txt",)
    assert facts.indexes == ("https://h/whl",)
    assert [(one.name, one.origin, one.is_pinned) for one in facts.declared] == [
        ("torch", "index", True),
        ("", "vcs", True),
        ("", "path", False),
        ("x", "path", False),
        ("y", "url", False),
    ]
    assert facts.declared[0].hashes == 1


_NAME = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5})?", fullmatch=True)
_SPECIFIER = st.lists(
    st.tuples(
        st.sampled_from(["==", ">=", "<", "!=", "~="]),
        st.from_regex(r"[1-9]\.[0-9]{1,2}(\.[0-9])?", fullmatch=True),
    ),
    max_size=2,
).map(lambda pairs: ",".join(map("".join, pairs)))
_EXTRAS = st.lists(_NAME, max_size=2, unique=True)
_MARKER = st.sampled_from(
    ["", "python_version < '3.12'", "sys_platform == 'linux' or extra == 'x'"]
)
_REQUIREMENTS = st.lists(st.tuples(_NAME, _EXTRAS, _SPECIFIER, _MARKER), max_size=8)
Made = list[tuple[str, list[str], str, str]]


def written(name: str, extras: list[str], specifier: str, marker: str) -> str:
    inside = f"[{','.join(extras)}]" if extras else ""
    return f"{name}{inside}{specifier}" + (f" ; {marker}" if marker else "")


def seen(facts: ManifestFacts) -> Made:
    return [(one.name, [*one.extras], one.specifier, one.marker) for one in facts.declared]


@given(_REQUIREMENTS)
def test_what_is_written_as_requirements_is_read_back(made: Made) -> None:
    text = "".join(f"{written(*one)}\n" for one in made)
    assert seen(read_pip(read_requirements(text.encode()))) == made


@given(_REQUIREMENTS)
def test_what_is_written_as_a_project_is_read_back(made: Made) -> None:
    from repro_check.sources.dependencies.pyproject import read_pyproject

    items = "".join(f'  "{written(*one)}",\n' for one in made)
    text = f"[project]\ndependencies = [\n{items}]\n"
    assert seen(read_pyproject(read_toml(text.encode()))) == made


@given(_REQUIREMENTS)
def test_what_is_written_in_a_setup_cfg_is_read_back(made: Made) -> None:
    from repro_check.sources.dependencies.setup_cfg import read_setup_cfg
    from repro_check.sources.ini import read_ini

    items = "".join(f"    {written(*one)}\n" for one in made)
    text = f"[options]\ninstall_requires =\n{items}"
    found = seen(read_setup_cfg(read_ini(text.encode())))
    # one line alone would be split at its semicolon, but this list dangles
    assert found == made


@given(_REQUIREMENTS)
def test_what_is_written_in_a_script_is_read_back(made: Made) -> None:
    items = "".join(f'#   "{written(*one)}",\n' for one in made)
    facts = read_script(f"# /// script\n# dependencies = [\n{items}# ]\n# ///\n")
    assert facts is not None
    assert seen(facts) == made
