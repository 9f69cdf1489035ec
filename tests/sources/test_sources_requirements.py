from __future__ import annotations

import re
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement

from repro_check.sources.config import read_yaml
from repro_check.sources.environment import EnvironmentFacts, read_environment
from repro_check.sources.lines import Lines
from repro_check.sources.requirements import (
    RequirementFacts,
    RequirementItem,
    read_requirements,
)
from repro_check.sources.unreadable import Unreadable

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REQUIREMENT_LIKE = st.lists(
    st.sampled_from(
        [
            "numpy",
            "Foo.Bar",
            "[a,b]",
            "==1.0",
            ">=1,<2",
            "=1.0=py3",
            " ; python_version<'3'",
            " @ file:///x",
            "https://h/x.whl",
            "git+https://h/r",
            f"@{COMMIT}",
            "#egg=x",
            " # why",
            " --hash=sha256:aa",
            " \\\n",
            "\n",
            "\r\n",
            "-e ",
            "-r",
            "--index-url ",
            "./p",
            "(",
            '"',
            " ",
            "\\",
        ]
    ),
    max_size=12,
).map("".join)


def one(line: str) -> RequirementItem:
    (item,) = read_requirements(line.encode()).items
    return item


@pytest.mark.parametrize(
    ("line", "kind", "name", "specifier", "is_pinned"),
    [
        ("numpy", "requirement", "numpy", "", False),
        ("numpy==1.26.4", "requirement", "numpy", "==1.26.4", True),
        ("numpy == 1.26.4", "requirement", "numpy", "== 1.26.4", True),
        ("numpy===1.26.4", "requirement", "numpy", "===1.26.4", True),
        ("numpy==1.26.*", "requirement", "numpy", "==1.26.*", False),
        ("numpy~=1.26", "requirement", "numpy", "~=1.26", False),
        ("numpy (>=1,<2)", "requirement", "numpy", ">=1,<2", False),
        ("torch==1.12.1+cu113", "requirement", "torch", "==1.12.1+cu113", True),
        ("Foo_Bar.baz[x]>=1", "requirement", "foo-bar-baz", ">=1", False),
        ("numpy>=1 --hash=sha256:aa", "requirement", "numpy", ">=1", True),
        ("certifi @ file:///croot/certifi_1/work", "file", "certifi", "", False),
        ("file:///home/me/x-1.0-py3-none-any.whl", "file", "x", "", False),
        ("./dist/foo_bar-1.0-py3-none-any.whl", "file", "foo-bar", "", False),
        ("foo-1.0.tar.gz", "file", "", "", False),
        ("vendor/foo", "file", "", "", False),
        ("C:\\wheels\\foo-1.0-py3-none-any.whl", "file", "foo", "", False),
        (".[dev]", "file", "", "", False),
        ("x @ https://h/x.whl", "url", "x", "", False),
        (f"x @ git+https://h/x@{COMMIT}", "url", "x", "", True),
        (f"git+https://h/x.git@{COMMIT}#egg=X_y", "url", "x-y", "", True),
        ("git+https://h/x.git@v1.0#egg=x", "url", "x", "", False),
        (f"git+https://h/x.git@{COMMIT[:12]}#egg=x", "url", "x", "", False),
        (f"https://github.com/a/b/archive/{COMMIT}.zip", "url", "", "", True),
        (f"x @ https://h/x.zip#sha256={'0' * 64}", "url", "x", "", True),
        ("-e .", "editable", "", "", False),
        ("-e git+https://h/x#egg=x", "editable", "x", "", False),
        (f"--editable=git+https://h/x@{COMMIT}#egg=x", "editable", "x", "", True),
        ("numpy=1.21.0=py39_0", "invalid", "numpy", "", False),
        ("numpy=1.21", "invalid", "numpy", "", False),
        ("foo bar", "invalid", "", "", False),
        ("numpy>=1.0.0.x.y", "invalid", "", "", False),
        ("import os", "invalid", "", "", False),
        ("--frobnicate", "invalid", "", "", False),
        ("-r", "invalid", "", "", False),
        ("x; " + "(" * 5000, "invalid", "", "", False),
        ("x" * 50_000, "invalid", "", "", False),
    ],
)
def test_a_line_is_told_apart(
    line: str, kind: str, name: str, specifier: str, is_pinned: bool
) -> None:
    item = one(line)
    assert (item.kind, item.name, item.specifier) == (kind, name, specifier)
    assert item.is_pinned is is_pinned
    assert bool(item.reason) is (kind == "invalid")


@pytest.mark.parametrize(
    ("line", "kind", "name", "url"),
    [
        ("-r base.txt", "include", "--requirement", "base.txt"),
        ("-rbase.txt", "include", "--requirement", "base.txt"),
        ("--requirement=base.txt", "include", "--requirement", "base.txt"),
        ("-c ../c.txt", "constraint", "--constraint", "../c.txt"),
        ("-i https://h/simple", "option", "--index-url", "https://h/simple"),
        ("--index-url=https://h/simple", "option", "--index-url", "https://h/simple"),
        ("--extra-index-url https://h", "option", "--extra-index-url", "https://h"),
        ("-f https://h/links.html", "option", "--find-links", "https://h/links.html"),
        ("--no-index", "option", "--no-index", ""),
        ("--pre", "option", "--pre", ""),
    ],
)
def test_options_have_their_long_name_and_value(line: str, kind: str, name: str, url: str) -> None:
    item = one(line)
    assert (item.kind, item.name, item.url) == (kind, name, url)


def test_each_option_of_a_line_is_an_item() -> None:
    facts = read_requirements(b"-i https://a --extra-index-url https://b  # two\n")
    assert [(i.name, i.url, i.comment) for i in facts.items] == [
        ("--index-url", "https://a", "two"),
        ("--extra-index-url", "https://b", "two"),
    ]


def test_extras_markers_and_comments_are_kept_as_written() -> None:
    item = one('Foo[b, a] >=1 ; python_version > "3"  # needed by bar')
    assert item.extras == ("b", "a")
    assert item.marker == 'python_version > "3"'
    assert item.comment == "needed by bar"
    assert item.text == 'Foo[b, a] >=1 ; python_version > "3"'


def test_a_semicolon_inside_a_url_is_no_marker() -> None:
    item = one("x @ https://h/x;y.whl ; sys_platform == 'linux'")
    assert (item.url, item.marker) == ("https://h/x;y.whl", "sys_platform == 'linux'")


def test_a_hash_sign_inside_a_url_is_no_comment() -> None:
    item = one("git+https://h/x#egg=x&subdirectory=y # why")
    assert (item.name, item.comment) == ("x", "why")


COMPILED = """\
#
# This file is autogenerated by pip-compile with Python 3.11
#
numpy==1.26.4 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via -r requirements.in
scipy==1.13.0 ; python_version < "4" \\
    --hash=sha256:cc
"""


def test_a_compiled_file_gives_one_pinned_item_for_each_package() -> None:
    facts = read_requirements(COMPILED.encode())
    lines = Lines(COMPILED)
    assert facts.compiled_by == "pip-compile"
    assert [(i.name, i.hashes, i.is_pinned) for i in facts.items] == [
        ("numpy", 2, True),
        ("scipy", 1, True),
    ]
    assert [lines.text_at(i.span) for i in facts.items] == [
        "numpy==1.26.4",
        'scipy==1.13.0 ; python_version < "4"',
    ]
    assert [c.text for c in facts.comments][-1] == "# via -r requirements.in"


@pytest.mark.parametrize(
    ("text", "compiled_by"),
    [
        ("# This file was autogenerated by uv via the following command:\n#    uv pip\na==1", "uv"),
        ("a==1\n# This file was autogenerated by uv\n", ""),
        ("# by hand\na==1", ""),
    ],
)
def test_the_compiler_is_named_by_the_comments_at_the_top(text: str, compiled_by: str) -> None:
    assert read_requirements(text.encode()).compiled_by == compiled_by


def test_a_requirement_over_two_lines_has_a_span_over_two_lines() -> None:
    text = "# top\nnumpy \\\n  >=1 # c\n"
    (item,) = read_requirements(text.encode()).items
    assert item.text == "numpy   >=1"
    assert Lines(text).text_at(item.span) == "numpy \\\n  >=1"


def test_a_comment_line_ends_a_continuation() -> None:
    facts = read_requirements(b"numpy \\\n# pause \\\nscipy\n")
    assert [i.text for i in facts.items] == ["numpy", "scipy"]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"# only\n", b"   \n\t\n"])
def test_a_file_without_requirements_has_no_items(data: bytes) -> None:
    assert read_requirements(data).items == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_the_first_name(encoding: str) -> None:
    """PowerShell's `pip freeze > requirements.txt` writes UTF-16."""
    facts = read_requirements("numpy==1\r\nscipy==2\r\n".encode(encoding))
    assert [(i.name, i.span.line, i.span.column) for i in facts.items] == [
        ("numpy", 1, 1),
        ("scipy", 2, 1),
    ]


@pytest.mark.parametrize("data", [b"numpy\n\xff", b"n\0u", "numpy".encode("utf-16-le")])
def test_what_is_no_text_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable, match=r"^line \d+: "):
        read_requirements(data)


@settings(max_examples=500)
@given(REQUIREMENT_LIKE)
def test_any_text_gives_items_whose_spans_slice_back(text: str) -> None:
    facts, lines = read_requirements(text.encode()), Lines(text)
    for item in facts.items:
        written = re.sub(r"\\+(\r\n|\r|\n)", "", lines.text_at(item.span))
        assert written.rstrip("\\") == item.text.rstrip("\\")
        if item.kind == "requirement":
            assert str(Requirement(item.text).specifier.contains("1.0"))
    for comment in facts.comments:
        assert lines.text_at(comment.span) == comment.text
    places = [(i.span.line, i.span.column) for i in facts.items]
    assert all(before <= after for before, after in pairwise(places))


@given(st.text(alphabet="ab1.-_[],<>=!~;@()'\" ", min_size=1, max_size=20))
def test_what_packaging_accepts_is_never_invalid(text: str) -> None:
    try:
        Requirement(text)
    except InvalidRequirement:
        return
    if text.strip().startswith("-") or " -" in text:
        return
    assert all(item.kind != "invalid" for item in read_requirements(text.encode()).items)


@given(st.binary(max_size=60))
def test_arbitrary_bytes_give_facts_that_can_be_stored_or_unreadable(data: bytes) -> None:
    try:
        facts = read_requirements(data)
    except Unreadable:
        return
    packed = msgspec.msgpack.encode(facts)
    assert msgspec.msgpack.decode(packed, type=RequirementFacts) == facts


# conda


CONDA = """\
name: repro
channels: [pytorch, defaults]
dependencies:
  - python=3.8
  - numpy=1.21.0=py39_0
  - pytorch::pytorch=1.12.1
  - scipy>=1.2, <2
  - Pip
  - a==1.0
  - b 1.2.*
  - c 1.2.3
  - "d[version='>=1',build=x*]"
  - https://h/x.conda
  - pip:
    - torch==2.0  # why
    - "foo>=1"
    - -r more.txt
    - bad=1
prefix: /home/me/envs/repro
"""


def environment(text: str) -> EnvironmentFacts:
    return read_environment(read_yaml(text.encode()))


def test_conda_dependencies_are_read_with_their_versions() -> None:
    facts = environment(CONDA)
    assert (facts.name, facts.channels) == ("repro", ("pytorch", "defaults"))
    assert [(d.name, d.version, d.build, d.is_pinned) for d in facts.dependencies] == [
        ("python", "=3.8", "", False),
        ("numpy", "=1.21.0", "py39_0", True),
        ("pytorch", "=1.12.1", "", True),
        ("scipy", ">=1.2,<2", "", False),
        ("pip", "", "", False),
        ("a", "==1.0", "", True),
        ("b", "==1.2.*", "", False),
        ("c", "==1.2.3", "", True),
        ("d", ">=1", "x*", False),
        ("", "", "", False),
    ]
    assert facts.dependencies[2].channel == "pytorch"


def test_the_pip_list_of_an_environment_has_exact_spans() -> None:
    facts = environment(CONDA)
    assert [(i.kind, i.name) for i in facts.pip] == [
        ("requirement", "torch"),
        ("requirement", "foo"),
        ("include", "--requirement"),
        ("invalid", "bad"),
    ]
    lines = Lines(CONDA)
    assert [lines.text_at(i.span) for i in facts.pip] == [
        "torch==2.0",
        "foo>=1",
        "-r more.txt",
        "bad=1",
    ]


def test_the_prefix_entry_is_found_with_its_key() -> None:
    facts = environment(CONDA)
    assert facts.prefix is not None
    assert Lines(CONDA).text_at(facts.prefix) == "prefix: /home/me/envs/repro"


@pytest.mark.parametrize("text", ["", "- a\n", "dependencies: numpy\n", "name: [x]\n", "a: 1\n"])
def test_yaml_that_is_no_environment_gives_no_dependencies(text: str) -> None:
    assert environment(text) == EnvironmentFacts()


@pytest.mark.parametrize("written", ["'a\n\n    b>=1'", '"\\x66oo"', ">-\n    foo\n    >=1"])
def test_an_item_that_is_not_written_plainly_has_the_place_of_the_whole_scalar(
    written: str,
) -> None:
    text = f"dependencies:\n- pip:\n  - {written}\n"
    facts = environment(text)
    assert {Lines(text).text_at(item.span) for item in facts.pip} == {written}
