"""What setup.py and setup.cfg declare, read without running anything."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_check.sources.dependencies.model import ManifestFacts
from repro_check.sources.dependencies.setup_cfg import read_setup_cfg
from repro_check.sources.dependencies.setup_py import read_setup_py
from repro_check.sources.ini import read_ini
from repro_check.sources.lines import Lines
from repro_check.sources.python import read_python
from repro_check.sources.unreadable import Unreadable


def of_py(text: str) -> ManifestFacts:
    return read_setup_py(read_python(dedent(text).encode()))


def of_cfg(text: str) -> ManifestFacts:
    return read_setup_cfg(read_ini(dedent(text).encode()))


def brief(facts: ManifestFacts) -> list[tuple[str, str, str, str]]:
    return [(one.name, one.specifier, one.role, one.group) for one in facts.declared]


@pytest.mark.parametrize(
    ("text", "is_dynamic"),
    [
        ("setup(install_requires=['torch>=2', 'numpy'])", False),
        ("reqs = ['torch>=2', 'numpy']\nsetup(install_requires=reqs)", False),
        ("reqs = ['torch>=2']\nreqs += ['numpy']\nsetup(install_requires=reqs)", False),
        ("a = ['torch>=2']\nsetup(install_requires=a + ['numpy'])", False),
        ("a = ('torch>=2',)\nsetup(install_requires=[*a, 'numpy'])", False),
        ("setup(install_requires='''\ntorch>=2\n# why\nnumpy\n''')", False),
        ("kw = {'install_requires': ['torch>=2', 'numpy']}\nsetup(name='x', **kw)", False),
        ("kw = dict()\nsetup(install_requires=['torch>=2', 'numpy'], **kw)", True),
        ("r = {'a': ['torch>=2', 'numpy']}\nsetup(install_requires=r['a'])", False),
        (
            "reqs = ['torch>=2', 'numpy']\nif x:\n    reqs += [y]\nsetup(install_requires=reqs)",
            True,
        ),
        (
            "reqs = ['torch>=2', 'numpy']\nreqs.append(more())\nsetup(install_requires=reqs)",
            True,
        ),
        ("setup(install_requires=['torch>=2', 'numpy'] + more())", True),
        ("def main():\n    setup(install_requires=['torch>=2', 'numpy'])\nmain()", False),
    ],
)
def test_the_requirements_of_a_setup_are_followed(text: str, is_dynamic: bool) -> None:
    facts = of_py(f"from setuptools import setup\n{text}\n")
    assert brief(facts) == [("torch", ">=2", "runtime", ""), ("numpy", "", "runtime", "")]
    assert facts.is_dynamic is is_dynamic


@pytest.mark.parametrize(
    "text",
    [
        "with open('requirements.txt') as f:\n    reqs = f.read().splitlines()\n",
        "reqs = [l.strip() for l in open('requirements.txt')]\n",
        "reqs = parse_requirements('requirements.txt')\n",
        "import os\nreqs = load(os.path.join(here, 'requirements.txt'))\n",
        "def load(name='requirements.txt'): ...\nreqs = load('requirements.txt')\n",
    ],
)
def test_a_file_of_requirements_that_is_read_is_named(text: str) -> None:
    facts = of_py(f"import setuptools\n{text}setuptools.setup(name='x', install_requires=reqs)\n")
    assert facts.is_dynamic
    assert facts.includes == ("requirements.txt",)


def test_extras_and_versions_of_python_are_read() -> None:
    facts = of_py("""
        from setuptools import setup
        EXTRAS = {
            "dev": ["pytest"],
            "gpu:sys_platform == 'linux'": ["cupy==13"],
            ":python_version < '3.8'": ["typing-extensions"],
        }
        setup(
            python_requires=">=3.8",
            setup_requires=["cython"],
            tests_require=["nose"],
            extras_require=EXTRAS,
        )
    """)
    assert facts.python == ">=3.8"
    assert brief(facts) == [
        ("pytest", "", "extra", "dev"),
        ("cupy", "==13", "extra", "gpu"),
        ("typing-extensions", "", "runtime", ""),
        ("cython", "", "build", ""),
        ("nose", "", "group", "tests"),
    ]
    assert [one.marker for one in facts.declared][1:3] == [
        "sys_platform == 'linux'",
        "python_version < '3.8'",
    ]
    assert not facts.is_dynamic


@pytest.mark.parametrize(
    "text",
    [
        "print('no setup')\n",
        "from setuptools import setup\nsetup()\n",
        "from setuptools import setup\nsetup(install_requires=a)\n",
        "from setuptools import setup\na = b\nb = a\nsetup(install_requires=a)\n",
        "from setuptools import setup\nsetup(install_requires=[1, None, 'not a requirement!'])\n",
        "from setuptools import setup\nsetup(extras_require=['x'])\n",
    ],
)
def test_what_cannot_be_told_declares_nothing(text: str) -> None:
    assert of_py(text).declared == ()


def test_places_in_a_setup_are_those_of_the_strings() -> None:
    text = "from setuptools import setup\nr = ['torch',\n     'numpy']\nsetup(install_requires=r)\n"
    lines = Lines(text)
    found = [lines.text_at(one.span) for one in of_py(text).declared]
    assert found == ["'torch'", "'numpy'"]


CFG = """
    [metadata]
    name = x
    [options]
    python_requires = >=3.8
    install_requires =
        torch>=2
        # a comment
        numpy==1.24.3 ; sys_platform == 'linux'
    tests_require = pytest; nose>=1
    [options.extras_require]
    plots =
        matplotlib
"""


def test_a_setup_cfg_is_read() -> None:
    facts = of_cfg(CFG)
    assert facts.python == ">=3.8"
    assert brief(facts) == [
        ("torch", ">=2", "runtime", ""),
        ("numpy", "==1.24.3", "runtime", ""),
        ("pytest", "", "group", "tests"),
        ("nose", ">=1", "group", "tests"),
        ("matplotlib", "", "extra", "plots"),
    ]
    assert facts.declared[1].marker == "sys_platform == 'linux'"


def test_places_in_a_setup_cfg_are_exact() -> None:
    text = dedent(CFG)
    lines = Lines(text)
    facts = of_cfg(CFG)
    found = [lines.text_at(one.span) for one in facts.declared]
    assert found == [
        *("torch>=2", "numpy==1.24.3 ; sys_platform == 'linux'"),
        *("pytest", "nose>=1", "matplotlib"),
    ]
    assert facts.python_span is not None
    assert lines.text_at(facts.python_span) == ">=3.8"


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("file: requirements.txt", ("requirements.txt",)),
        ("file: a.txt, b.txt", ("a.txt", "b.txt")),
        ("\n  file: a.txt", ("a.txt",)),
    ],
)
def test_a_setup_cfg_may_name_files(value: str, names: tuple[str, ...]) -> None:
    facts = of_cfg(f"[options]\ninstall_requires = {value}\n")
    assert facts.is_dynamic
    assert facts.includes == names


_LINE = st.sampled_from(
    [
        *(
            "[options]",
            "install_requires =",
            "  torch>=2",
            "a: b; c",
            "# x",
            "",
            "[",
            "]x",
            "=",
            "  ",
        ),
        *("[options.extras_require]", "x = file: y", "\tz", "python_requires = 3"),
    ]
)


@given(st.lists(_LINE, max_size=20).map("\n".join) | st.text(max_size=60))
def test_any_ini_text_gives_facts_with_places_inside(text: str) -> None:
    try:
        facts = read_ini(text.encode("utf-8", "surrogatepass"))
    except Unreadable:
        return
    read_setup_cfg(facts)
    lines = Lines(text)
    for entry in facts.entries:
        if entry.kind == "scalar" and entry.text:
            assert lines.text_at(entry.span) == entry.text


@given(st.lists(_LINE, max_size=15))
def test_values_are_those_of_configparser(rows: list[str]) -> None:
    from configparser import ConfigParser, Error

    text = "\n".join(rows)
    parser = ConfigParser(interpolation=None, strict=False, default_section="\0")
    try:
        parser.read_string(text)
    except Error:
        return
    facts = read_ini(text.encode())
    expected = {
        (section, key): [line for line in value.split("\n") if line]
        for section in parser.sections()
        for key, value in parser.items(section)
    }
    found: dict[tuple[str, str], list[str]] = {}
    for entry in facts.entries:
        match entry.keys:
            case (str(section), str(key)):
                found[section, key.lower()] = [entry.text] if entry.text else []
            case (str(section), str(key), int()):
                found[section, key.lower()].append(entry.text)
    assert found == expected
