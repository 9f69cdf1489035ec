"""Edits are applied exactly, together or not at all, and never break a file."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commanding import notebook
from conftest import Repo
from hypothesis import given, settings
from hypothesis import strategies as st

from repro_check.engine.fix import (
    Change,
    Refusal,
    diff,
    plan_edits,
    plan_fixes,
    write,
)
from repro_check.errors import ReproCheckError
from repro_check.findings import Edit, Finding, Fix, Location, Safety, Span

MakeRepo = Callable[..., Repo]


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def edit(
    line: int, column: int, end: int, text: str, *, path: str = "x.py", cell: int | None = None
) -> Edit:
    """Replace columns `column` to `end` (exclusive) of a line."""
    return Edit(Location(path=path, cell=cell, span=Span(line, column, line, end)), text)


def finding(*edits: Edit, safety: Safety = Safety.SAFE) -> Finding:
    return Finding(message="m", location=edits[0].location, fix=Fix(safety, "t", edits))


def planned(
    files: dict[str, bytes], *findings: Finding, safeties: tuple[Safety, ...] = (Safety.SAFE,)
) -> list[Change | Refusal]:
    return list(plan_fixes(findings, files.get, frozenset(safeties)))


def fixed(old: bytes, *findings: Finding) -> bytes:
    (change,) = planned({findings[0].location.path: old}, *findings)
    assert isinstance(change, Change), change
    return change.new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"a = 1\nb = 2\n", b"a = 1\nb = 3\n"),
        (b"a = 1\r\nb = 2\r\n", b"a = 1\r\nb = 3\r\n"),
        (b"a = 1\rb = 2\r", b"a = 1\rb = 3\r"),
        (b"a = 1\nb = 2", b"a = 1\nb = 3"),
        (b"\xef\xbb\xbfa = 1\nb = 2\n", b"\xef\xbb\xbfa = 1\nb = 3\n"),
        ("a = 'é𝛼'\nb = 2\n".encode(), "a = 'é𝛼'\nb = 3\n".encode()),
        (b"a = '\x0c'\nb = 2\n", b"a = '\x0c'\nb = 3\n"),
        ("a = '\u2028'\nb = 2\n".encode(), "a = '\u2028'\nb = 3\n".encode()),
    ],
    ids=["plain", "CRLF", "CR", "no last newline", "BOM", "wide", "form feed", "U+2028"],
)
def test_all_bytes_around_an_edit_stay(old: bytes, new: bytes) -> None:
    assert fixed(old, finding(edit(2, 5, 6, "3"))) == new


def test_a_column_counts_characters_and_not_bytes() -> None:
    old = "a = '𝛼é'; b = 2\n".encode()
    assert fixed(old, finding(edit(1, 15, 16, "3"))) == "a = '𝛼é'; b = 3\n".encode()


def test_a_line_that_is_put_in_ends_like_the_others() -> None:
    old = b"a: 1\r\nb: 2\r\n"
    new = fixed(old, finding(edit(1, 1, 1, "seed: 0\n", path="x.yaml")))
    assert new == b"seed: 0\r\na: 1\r\nb: 2\r\n"


def test_overlapping_fixes_wait_for_the_next_round() -> None:
    first = finding(edit(1, 5, 8, "abc"))
    second = finding(edit(1, 7, 9, "xy"))
    (change,) = planned({"x.py": b"a = 1234\n"}, first, second)
    assert isinstance(change, Change)
    assert change.new == b"a = abc4\n"
    assert change.fixes == 1


def test_edits_that_touch_do_not_overlap() -> None:
    first, second = finding(edit(1, 5, 6, "7")), finding(edit(1, 6, 7, "8"))
    assert fixed(b"a = 12\n", first, second) == b"a = 78\n"


def test_an_equal_fix_is_applied_once() -> None:
    one = finding(edit(1, 1, 1, "x = 0\n"))
    assert fixed(b"a = 1\n", one, one) == b"x = 0\na = 1\n"


def test_edits_of_one_fix_are_all_made_or_none() -> None:
    files = {"x.py": b"a = 12\n", "y.py": b"b = 1\n"}
    taken = finding(edit(1, 5, 6, "7"))
    both = finding(edit(1, 5, 7, "9"), edit(1, 5, 6, "2", path="y.py"))
    assert [item.path for item in planned(files, taken, both)] == ["x.py"]
    assert [item.path for item in planned(files, both)] == ["x.py", "y.py"]


def test_an_unsafe_fix_is_made_only_when_it_is_allowed() -> None:
    unsafe = finding(edit(1, 5, 6, "2"), safety=Safety.UNSAFE)
    assert planned({"x.py": b"a = 1\n"}, unsafe) == []
    assert len(planned({"x.py": b"a = 1\n"}, unsafe, safeties=tuple(Safety))) == 1


@pytest.mark.parametrize(
    ("path", "old", "wrong"),
    [
        ("x.py", b"a = 1\n", edit(1, 5, 6, "(")),
        ("x.yaml", b"a: 1\n", edit(1, 4, 5, "[", path="x.yaml")),
        ("x.toml", b"a = 1\n", edit(1, 5, 6, "[", path="x.toml")),
        ("x.json", b'{"a": 1}\n', edit(1, 7, 8, "[", path="x.json")),
    ],
)
def test_a_fix_that_would_break_the_file_is_dropped_and_said(
    path: str, old: bytes, wrong: Edit
) -> None:
    (refusal,) = planned({path: old}, finding(wrong))
    assert isinstance(refusal, Refusal)
    assert "would break the file" in refusal.reason


@pytest.mark.parametrize("old", [b"a = 1\n", b"a = '\xff'\n", b"\xff\xfea\0"])
def test_an_edit_that_does_not_fit_the_file_is_refused(old: bytes) -> None:
    (refusal,) = planned({"x.py": old}, finding(edit(9, 1, 2, "x")))
    assert isinstance(refusal, Refusal)
    assert "cannot be applied" in refusal.reason
    with pytest.raises(ReproCheckError):
        plan_edits("x.py", old, [edit(9, 1, 2, "x")])


def test_a_file_that_is_gone_is_refused() -> None:
    (refusal,) = planned({}, finding(edit(1, 1, 2, "x")))
    assert isinstance(refusal, Refusal)


def test_a_write_keeps_the_mode_and_leaves_nothing_beside(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_bytes(b"a = 1\n")
    file.chmod(0o751)
    write(Change("x.py", b"a = 1\n", b"a = 2\n", 1), tmp_path)
    assert file.read_bytes() == b"a = 2\n"
    assert file.stat().st_mode & 0o7777 == 0o751
    assert names_in(tmp_path) == ["x.py"]


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(ReproCheckError, match="changed meanwhile"):
        write(Change("x.py", b"a = 1\n", b"a = 2\n", 1), tmp_path)
    assert names_in(tmp_path) == []
    (tmp_path / "x.py").write_bytes(b"a = 5\n")
    with pytest.raises(ReproCheckError, match="changed meanwhile"):
        write(Change("x.py", b"a = 1\n", b"a = 2\n", 1), tmp_path)
    assert (tmp_path / "x.py").read_bytes() == b"a = 5\n"
    assert names_in(tmp_path) == ["x.py"]


TEXTS = [
    ("a\nb\nc\n", "a\nB\nc\n"),
    ("a\nb", "a\nB"),
    ("a\nb", "a\nb\n"),
    ("a\r\nb\r\n", "a\r\nB\r\n"),
    ("a\x0cb\u2028c\n", "a\x0cb\u2028C\n"),
    ("a\rb\n", "a\rB\n"),
    ("", "a\n"),
]


@pytest.mark.parametrize(("old", "new"), TEXTS)
def test_git_applies_the_diff_that_is_shown(old: str, new: str, make_repo: MakeRepo) -> None:
    repo = make_repo({"some folder/x.txt": old})
    shown = diff(Change("some folder/x.txt", old.encode(), new.encode(), 1))
    subprocess.run(
        ("git", "apply", "-"), cwd=repo.root, input=shown.encode(), check=True, capture_output=True
    )
    assert (repo.root / "some folder/x.txt").read_bytes() == new.encode()


SOURCE = "import random\nseed = 1\nname = 'é'\nif seed:\n    random.seed(seed)\n"


def written_otherwise() -> Iterator[tuple[str, str]]:
    """One notebook in the ways that tools write JSON."""
    document = json.loads(notebook("x = 1\n", SOURCE, "y = 2"))
    yield "as Jupyter", notebook("x = 1\n", SOURCE, "y = 2")
    yield "indented by four", json.dumps(document, indent=4, ensure_ascii=False)
    yield "in ASCII", json.dumps(document, indent=1)
    yield "on one line", json.dumps(document)
    yield "without spaces", json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    yield "with Windows line ends", json.dumps(document, indent=1).replace("\n", "\r\n")
    yield "with a byte order mark", "\ufeff" + json.dumps(document, indent=1)
    yield "with tabs", json.dumps(document, indent="\t", ensure_ascii=False)
    document["cells"][1]["source"] = SOURCE
    yield "with the source in one string", json.dumps(document, indent=1)


@pytest.mark.parametrize(
    "text", [t for _, t in written_otherwise()], ids=[n for n, _ in written_otherwise()]
)
def test_of_a_notebook_only_the_changed_source_line_is_written_anew(text: str) -> None:
    old = text.encode()
    change = finding(edit(4, 4, 8, "seed is not None", path="nb.ipynb", cell=2))
    assert fixed(old, change) == text.replace("if seed:", "if seed is not None:").encode()


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (Span(1, 1, 1, 1), "first = 0\n"),
        (Span(3, 1, 3, 1), "between = 0\n"),
        (Span(2, 1, 3, 1), ""),
        (Span(1, 1, 2, 1), ""),
        (Span(5, 1, 6, 1), "    pass\n"),
        (Span(2, 1, 4, 1), "seed, name = 1, 2\n"),
        (Span(2, 8, 2, 9), "[\n    1\n]"),
        (Span(6, 1, 6, 1), "last = 0"),
    ],
)
@pytest.mark.parametrize("text_of", [t for _, t in written_otherwise()])
def test_lines_put_in_and_taken_out_leave_a_true_notebook(
    span: Span, text: str, text_of: str
) -> None:
    old = text_of.encode()
    wanted = Edit(Location(path="nb.ipynb", cell=2, span=span), text)
    new = json.loads(fixed(old, finding(wanted)).decode("utf-8-sig"))
    lines = SOURCE.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    begin, end = (
        starts[span.line - 1] + span.column - 1,
        starts[span.end_line - 1] + span.end_column - 1,
    )
    assert "".join(new["cells"][1]["source"]) == SOURCE[:begin] + text + SOURCE[end:]
    before = json.loads(text_of.removeprefix("\ufeff"))
    for document in (new, before):
        del document["cells"][1]["source"]
    assert new == before


def test_several_cells_and_several_lines_of_a_cell_are_changed_at_once() -> None:
    text = notebook("a = 1\nb = 2\nc = 3\nd = 4\n", "e = 5\n")
    edits = [
        edit(1, 1, 1, "z = 0\n", path="nb.ipynb", cell=1),
        edit(2, 1, 1, "y = 0\n", path="nb.ipynb", cell=1),
        edit(4, 5, 6, "9", path="nb.ipynb", cell=1),
        edit(1, 5, 6, "8", path="nb.ipynb", cell=2),
    ]
    new = fixed(text.encode(), *(finding(each) for each in edits))
    assert new.decode() == notebook("z = 0\na = 1\ny = 0\nb = 2\nc = 3\nd = 9\n", "e = 8\n")


LINES = st.lists(
    st.text("ab \"'\\é\u2028\x0c\t{}[],:", max_size=6).map(lambda line: f"# {line}\n"), max_size=8
)


@settings(max_examples=150, deadline=None)
@given(
    parts=st.tuples(LINES, LINES, LINES, LINES),
    is_ascii=st.booleans(),
    indent=st.integers(0, 2),
)
def test_any_lines_can_be_replaced_by_any_others(
    parts: tuple[list[str], ...], is_ascii: bool, indent: int
) -> None:
    before, old, new, after = parts
    text = notebook("".join([*before, *old, *after]), "other = 1\n", indent=indent)
    data = json.dumps(json.loads(text), indent=indent or None, ensure_ascii=is_ascii).encode()
    first, last = len(before) + 1, len(before) + len(old) + 1
    wanted = Edit(Location(path="nb.ipynb", cell=1, span=Span(first, 1, last, 1)), "".join(new))
    made = json.loads(plan_edits("nb.ipynb", data, [wanted]).new)
    assert "".join(made["cells"][0]["source"]) == "".join([*before, *new, *after])
    assert made["cells"][1] == json.loads(data)["cells"][1]


def test_an_edit_without_a_cell_or_of_a_cell_that_is_not_there_is_refused() -> None:
    old = notebook("x = 1\n").encode()
    for cell in (None, 7):
        (refusal,) = planned(
            {"nb.ipynb": old}, finding(edit(1, 1, 2, "y", path="nb.ipynb", cell=cell))
        )
        assert isinstance(refusal, Refusal)


def new(path: str, text: str) -> Edit:
    """Make a file."""
    return Edit(Location(path=path), text)


def test_a_new_file_is_made_beside_other_edits_of_its_fix(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_bytes(b"a = 1\n")
    fix = finding(edit(1, 5, 6, "2"), new("docs.md", "# é\n"))
    changes = planned({"x.py": b"a = 1\n"}, fix)
    for change in changes:
        assert isinstance(change, Change)
        write(change, tmp_path)
    assert (tmp_path / "docs.md").read_bytes() == "# é\n".encode()
    assert (tmp_path / "x.py").read_bytes() == b"a = 2\n"


def test_a_new_file_never_replaces_one_that_is_there(tmp_path: Path) -> None:
    (refusal,) = planned({"docs.md": b"old"}, finding(new("docs.md", "x")))
    assert isinstance(refusal, Refusal)
    (change,) = planned({}, finding(new("docs.md", "x")))
    assert isinstance(change, Change)
    (tmp_path / "docs.md").write_bytes(b"came meanwhile")
    with pytest.raises(ReproCheckError, match="cannot make"):
        write(change, tmp_path)
    assert (tmp_path / "docs.md").read_bytes() == b"came meanwhile"


def test_of_two_fixes_that_make_one_file_the_second_waits() -> None:
    one, other = finding(new("docs.md", "x")), finding(new("docs.md", "y"))
    (change,) = planned({}, one, other)
    assert isinstance(change, Change)
    assert change.new == b"x"


def test_a_new_file_that_could_not_be_read_is_not_made() -> None:
    (refusal,) = planned({}, finding(new("x.py", "def (")))
    assert isinstance(refusal, Refusal)


def test_git_applies_the_diff_of_a_new_file(make_repo: MakeRepo) -> None:
    repo = make_repo({"a.txt": "a\n"})
    shown = diff(Change("some folder/x.md", None, b"# x\n\nb", 1))
    subprocess.run(
        ("git", "apply", "-"), cwd=repo.root, input=shown.encode(), check=True, capture_output=True
    )
    assert repo.text("some folder/x.md") == "# x\n\nb"
