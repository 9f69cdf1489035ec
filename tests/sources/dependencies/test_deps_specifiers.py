"""Poetry's and conda's versions in the words of PEP 440, held against what Poetry itself allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from repro_check.sources.dependencies.specifiers import (
    conda_specifier,
    is_exact,
    poetry_specifier,
    python_marker,
)

VERSIONS = (
    "0 0.0.1 0.0.3 0.0.4 0.1 0.1.5 0.2 0.2.3 0.2.9 0.3 0.9 1 1.0.1 1.1 1.2 1.2.1 1.2.3 1.2.4 1.2.9 1.3 "
    "1.9 1.10 2 2.0.1 2.1 3 3.7 3.8 3.8.5 3.9 3.11 4 10"
).split()


@pytest.mark.parametrize(
    ("text", "specifier"),
    [
        ("^1.2.3", ">=1.2.3,<2.0.0"),
        ("^1.2", ">=1.2,<2.0"),
        ("^1", ">=1,<2"),
        ("^0.2.3", ">=0.2.3,<0.3.0"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("~1.2.3", ">=1.2.3,<1.3.0"),
        ("~1.2", ">=1.2,<1.3"),
        ("~1", ">=1,<2"),
        ("~=1.4.2", "~=1.4.2"),
        ("~=1", ">=1,<2"),
        ("1.2.3", "==1.2.3"),
        ("=1.2.3", "==1.2.3"),
        ("v1.2", "==1.2"),
        ("1.2.*", "==1.2.*"),
        ("1.*", "==1.*"),
        ("!=1.2.*", "!=1.2.*"),
        (">=1.2.*", ">=1.2"),
        ("*", ""),
        ("", ""),
        (">=1.0 <2.0", ">=1.0,<2.0"),
        (">= 3.7 , < 4.0", ">=3.7,<4.0"),
        ("^ 1.2", ">=1.2,<2.0"),
        ("^2.0.0+cu118", ">=2.0.0,<3.0.0"),
        ("2.0.0+cu118", "==2.0.0+cu118"),
        ("^1 || ^3", ""),
        ("nonsense", ""),
        ("^", ""),
        ("1.2.3.", ""),
    ],
)
def test_constraints_of_poetry_are_translated(text: str, specifier: str) -> None:
    assert poetry_specifier(text) == specifier


@pytest.mark.parametrize("operator", ["", "^", "~", "=", "==", ">=", "<=", ">", "<", "!=", "~="])
@pytest.mark.parametrize("version", ["1", "1.2", "1.2.3", "0.2.3", "0.0.3", "0.0", "0", "1.2.3.4"])
def test_the_same_versions_are_allowed_as_by_poetry(operator: str, version: str) -> None:
    poetry = pytest.importorskip("poetry.core.constraints.version")
    constraint = poetry.parse_constraint(f"{operator}{version}")
    allowed = [each for each in VERSIONS if constraint.allows(poetry.Version.parse(each))]
    specifier = SpecifierSet(poetry_specifier(f"{operator}{version}"))
    assert [each for each in VERSIONS if specifier.contains(each)] == allowed


@pytest.mark.parametrize(
    ("text", "specifier"),
    [
        ("=1.21", "==1.21.*"),
        ("==1.21", "==1.21"),
        ("1.21", "==1.21"),
        ("1.21.*", "==1.21.*"),
        ("=1.21.*", "==1.21.*"),
        ("==1.21.*", "==1.21.*"),
        (">=1.2,<2", ">=1.2,<2"),
        (">=1.2.*", ">=1.2"),
        ("!=1.2.*", "!=1.2.*"),
        ("~=1.4", "~=1.4"),
        ("1.7|1.8", ""),
        ("=2.0b1", "==2.0b1"),
        ("=1.1.1k", ""),
        ("*", ""),
        ("", ""),
    ],
)
def test_match_specifications_of_conda_are_translated(text: str, specifier: str) -> None:
    assert conda_specifier(text) == specifier


@given(st.text("^~=<>!0123456789.*,| abx+", max_size=20))
def test_whatever_is_written_the_outcome_is_a_specifier(text: str) -> None:
    SpecifierSet(poetry_specifier(text))
    SpecifierSet(conda_specifier(text))


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("==1.0", True),
        ("===1.0", True),
        ("==1.*", False),
        (">=1", False),
        ("", False),
        (">=1,==1.2", True),
        ("?", False),
    ],
)
def test_one_version_alone_is_exact(specifier: str, expected: bool) -> None:
    assert is_exact(specifier) is expected


def test_versions_of_python_make_a_marker() -> None:
    from packaging.markers import Marker

    marker = python_marker(">=3.8,<3.11.2")
    assert marker == 'python_full_version < "3.11.2" and python_version >= "3.8"'
    assert Marker(marker).evaluate({"python_version": "3.9", "python_full_version": "3.9.1"})
