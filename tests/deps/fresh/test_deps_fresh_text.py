"""What is tried of a requirements file, and what is left out of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_check.deps.fresh.requirement_text import Tried, tried

HERE = Path("/repo/sub")


def trying(text: str, *dropped: str, allow_builds: bool = False) -> Tried:
    return tried(text, folder=HERE, dropped=frozenset(dropped), allow_builds=allow_builds)


LOCK = (
    "# by pip-compile\n--extra-index-url https://e.org/simple\n"
    "alpha==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via -r requirements.in\n"
    "My_Beta[fast]==2.0 ; python_version > '3.8' \\\n    --hash=sha256:cc\n"
)


def test_a_distribution_is_dropped_with_all_its_hashes() -> None:
    found = trying(LOCK, "my-beta")
    assert found.text == (
        "--extra-index-url https://e.org/simple\nalpha==1.0 --hash=sha256:aa --hash=sha256:bb\n"
    )
    assert found.has_hashes
    assert trying(LOCK, "alpha", "my-beta").is_empty


def test_hashes_are_asked_of_all_only_if_all_have_them() -> None:
    assert trying(LOCK).has_hashes
    assert not trying(LOCK + "gamma==1\n").has_hashes
    assert not trying(LOCK + "-r other.txt\n").has_hashes


@pytest.mark.parametrize(
    "line",
    [
        "-e .",
        "--editable ./src",
        ".",
        "./wheels/x-1.tar.gz",
        "/home/me/x",
        "git+https://e.org/x@0123456",
        "x @ git+https://e.org/x@0123456",
        "x @ https://e.org/x-1.tar.gz",
        "https://e.org/x-1.tar.gz",
        "x @ file:///home/me/x",
    ],
)
def test_what_would_be_built_or_lies_here_alone_is_said_and_not_tried(line: str) -> None:
    found = trying(f"alpha==1\n{line}\n")
    assert found.text == "alpha==1\n"
    assert len(found.left_out) == 1


def test_where_building_is_allowed_repositories_are_tried() -> None:
    found = trying("x @ git+https://e.org/x@0123456\n--no-binary y\n", allow_builds=True)
    assert found.text == "x @ git+https://e.org/x@0123456\n--no-binary y\n"


@pytest.mark.parametrize("option", ["--no-binary x", "--no-binary=:all:", "--prefer-binary"])
def test_a_file_cannot_ask_for_builds(option: str) -> None:
    assert trying(f"{option}\nx==1\n").text == "x==1\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-r base.txt", "-r /repo/sub/base.txt"),
        ("-rbase.txt", "-r /repo/sub/base.txt"),
        ("-c ../c.txt", "-c /repo/sub/../c.txt"),
        ("--find-links ./wheels", "--find-links /repo/sub/wheels"),
        ("--find-links=https://e.org/w", "--find-links=https://e.org/w"),
        ("--index-url https://e.org/simple", "--index-url https://e.org/simple"),
    ],
)
def test_relative_paths_hold_from_another_folder(line: str, expected: str) -> None:
    assert trying(f"{line}\nx==1\n").text == f"{expected}\nx==1\n"


@given(st.text())
def test_any_text_gives_lines_that_end(text: str) -> None:
    assert trying(text).text.endswith("\n")
