"""What a Dockerfile says, and where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_check.findings import Span
from repro_check.sources.containers.dockerfile import read_dockerfile
from repro_check.sources.containers.images import ImageName, image_name
from repro_check.sources.containers.model import ContainerFacts
from repro_check.sources.unreadable import Unreadable


def read(text: str) -> ContainerFacts:
    """Facts of a text."""
    return read_dockerfile(text.encode())


def names(text: str) -> list[str]:
    """The images that stages begin with; `?` where only the builder knows."""
    return [image.name or "?" for image in read(text).images if image.use == "from"]


def runs(text: str) -> list[tuple[str, ...]]:
    """The words of the commands that are run."""
    return [command.command.words for command in read(text).commands]


def standing(text: str, span: Span) -> str:
    """What stands at a place of one line."""
    return text.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM python", ["python"]),
        ("from python:3.11-slim as base", ["python:3.11-slim"]),
        ("FROM --platform=linux/amd64 python:3.11", ["python:3.11"]),
        ("FROM --platform=$BUILDPLATFORM \\\n  python:3.11 AS build", ["python:3.11"]),
        ("ARG V=3.11\nFROM python:${V}-slim", ["python:3.11-slim"]),
        ('ARG V="3.11"\nFROM python:$V', ["python:3.11"]),
        ("ARG V\nFROM python:$V", ["?"]),
        ("ARG V\nFROM python:${V:-3.9}", ["python:3.9"]),
        ("ARG V=3.9\nFROM python${V:+:latest}", ["python:latest"]),
        ("ARG A=3 B=9\nFROM python:$A.$B", ["python:3.9"]),
        ("ARG A=3.9\nARG I=python:$A\nFROM $I", ["python:3.9"]),
        ("FROM a\nARG V=3\nFROM python:$V", ["a", "?"]),
        ("ENV V=3\nFROM python:$V", ["?"]),
        ("# escape=`\nFROM `\n  python:3.9", ["python:3.9"]),
        ("# syntax=docker/dockerfile:1\n# escape=`\nFROM python:3.9", ["python:3.9"]),
        ("# a comment\n# escape=`\nFROM \\\n python:3.9", ["python:3.9"]),
        ("# FROM no\n\n  FROM yes", ["yes"]),
        ("\ufeffFROM python:3.9", ["python:3.9"]),
        ("FROM python:3.9\r\nRUN pip install x\r\n", ["python:3.9"]),
        ("FROM", []),
        ("", []),
    ],
)
def test_the_images_are_those_that_a_build_would_take(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_a_stage_is_told_from_an_image_by_its_alias() -> None:
    text = "FROM python:3.9 AS Base\nFROM base\nFROM basement\nCOPY --from=0 /a /b\n"
    images = read(text).images
    assert [image.is_stage for image in images] == [False, True, False, True]
    assert [image.alias for image in images] == ["Base", "", "", ""]


def test_images_that_files_are_copied_or_mounted_from_are_images() -> None:
    text = (
        "FROM scratch\n"
        "COPY --chown=1:1 --from=registry.example.org/astral-sh/uv:latest /uv /bin/\n"
        "RUN --mount=type=bind,from=busybox,target=/x --network=none pip install numpy\n"
    )
    facts = read(text)
    assert [(image.name, image.use) for image in facts.images] == [
        ("scratch", "from"),
        ("registry.example.org/astral-sh/uv:latest", "copy"),
        ("busybox", "copy"),
    ]
    assert standing(text, facts.images[1].span) == "registry.example.org/astral-sh/uv:latest"
    assert standing(text, facts.images[2].span) == "busybox"
    assert facts.copies[0].origin == "registry.example.org/astral-sh/uv:latest"
    assert facts.copies[0].sources == ("/uv",)
    assert runs(text) == [("pip", "install", "numpy")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN pip install a && pip install b", [("pip", "install", "a"), ("pip", "install", "b")]),
        ("RUN pip install \\\n    a \\\n    b\n", [("pip", "install", "a", "b")]),
        ("RUN pip install \\\n  # why\n\n  a \\\n # last\n  b\n", [("pip", "install", "a", "b")]),
        ('RUN ["pip", "install", "a b"]', [("pip", "install", "a b")]),
        ('RUN ["bash", "-c", "pip install a; ls"]', [("pip", "install", "a"), ("ls",)]),
        ("RUN <<EOF\npip install a\npip install b\nEOF\nUSER x", [("pip", "install", "a"), ("pip", "install", "b")]),
        ("RUN bash -ex <<-'EOF'\n\tpip install a\n\tEOF\nRUN ls", [("pip", "install", "a"), ("ls",)]),
        ("RUN python <<EOF\nimport pip\nEOF\nRUN ls", [("python",), ("ls",)]),
        ("RUN cat <<EOF\npip install a", [("cat",), ]),
        ("COPY <<EOF /a\nRUN no\nEOF\nRUN ls", [("ls",)]),
        ("ONBUILD RUN pip install a", [("pip", "install", "a")]),
        ("run pip install 'a>=1'", [("pip", "install", "a>=1")]),
        ("RUN echo it's", []),
        ("CMD pip install a", []),
    ],
)  # fmt: skip
def test_the_commands_are_those_that_a_build_runs(
    text: str, expected: list[tuple[str, ...]]
) -> None:
    assert runs(f"FROM x\n{text}") == expected


def test_the_places_of_words_are_exact_behind_continuations_comments_and_here_documents() -> None:
    text = (
        "FROM x\nRUN apt-get update && \\\n  # pip install no\n    pip install  numpy \\\n"
        '  "torch>=2"\nRUN <<EOF\n  pip install jax\nEOF\nRUN ["pip", "install", "flax"]\n'
    )
    for command in read(text).commands:
        for word, span in zip(command.command.words, command.command.spans, strict=True):
            assert standing(text, span).strip('"') == word


def test_arguments_and_variables_have_their_stage_and_value() -> None:
    text = 'ARG V=1\nFROM a\nENV A=1 B="two words"\nENV OLD some value\nARG U\n'
    found = [(one.kind, one.name, one.value, one.stage) for one in read(text).settings]
    assert found == [
        ("arg", "V", "1", -1),
        ("env", "A", "1", 0),
        ("env", "B", "two words", 0),
        ("env", "OLD", "some value", 0),
        ("arg", "U", None, 0),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("python", ImageName("python")),
        ("python:3.9", ImageName("python", "3.9")),
        ("localhost:5000/lab/x", ImageName("localhost:5000/lab/x")),
        ("localhost:5000/lab/x:1", ImageName("localhost:5000/lab/x", "1")),
        ("python:3.9@sha256:ab", ImageName("python", "3.9", "sha256:ab")),
        ("docker://python@sha256:ab", ImageName("python", "", "sha256:ab")),
        ("", ImageName("")),
    ],
)
def test_a_name_has_a_repository_a_tag_and_a_digest(text: str, expected: ImageName) -> None:
    assert image_name(text) == expected


PIECES = st.sampled_from(
    ["FROM ", "RUN ", "ARG ", "A=1", "$A", "${A:-", "}", "\\\n", "\n", "# x\n", "<<EOF", "EOF\n", '["a"']
)  # fmt: skip


@given(st.binary(max_size=300) | st.lists(PIECES, max_size=30).map(lambda p: "".join(p).encode()))
def test_any_bytes_give_facts_or_are_unreadable(data: bytes) -> None:
    try:
        facts = read_dockerfile(data)
    except Unreadable:
        return
    rows = data.decode(errors="replace").count("\n") + data.count(b"\r") + 1
    assert all(image.span.end_line <= rows for image in facts.images)
