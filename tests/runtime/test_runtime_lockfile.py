"""`repro-data.lock` as text: whatever is written is read back, and damage is named by its line."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import IDENTITY, Repo, clean_environment
from hypothesis import example, given, settings
from hypothesis import strategies as st

from repro_check.runtime.lockfile import (
    FILE_NAME,
    LockError,
    Section,
    find_lock,
    parse_lock,
    quoted,
    unquoted,
    written,
)
from repro_check.runtime.manifest import Entry

MakeRepo = Callable[..., Repo]
TRAPS = [
    "a\nb",
    "a\r\nb",
    "a\r",
    '"',
    '"a"',
    'a"b',
    " a",
    "a ",
    "a  b",
    "\ta",
    "\u00a0a\u00a0",
    "\u2028",
    "\u2029",
    "\x85",
    "\x0b\x0c\x1c",
    "\ufeffa",
    "\u200f\u202eabc\u202c",
    "\U0001f9ea/\U0001f468\u200d\U0001f52c",
    "é/e\u0301",
    "\\",
    "\\n",
    "#a",
    "data a",
    "digest x",
    "version 1",
    "<<<<<<< HEAD",
    "=======",
    "-",
    "\x00",
    "\x7f\x1b[31m",
    "\udcff",
    "a/b/",
]
PATHS = st.text(st.characters(), min_size=1, max_size=30) | st.sampled_from(TRAPS)
DIGITS = st.text("0123456789abcdef", min_size=32, max_size=64) | st.just("")
ENTRIES = st.builds(Entry, PATHS, st.integers(0, 2**63), DIGITS)
DIGESTS = st.builds(
    "{}:{}".format,
    st.sampled_from(["md5", "sha256", "tree:md5", "tree:sha256", "tree:blake3"]),
    st.text("0123456789abcdef", min_size=32, max_size=64),
)
LOCKS = st.lists(
    st.builds(Section, PATHS, DIGESTS, st.lists(ENTRIES, max_size=5).map(tuple)),
    max_size=4,
    unique_by=lambda section: section[:2],
)


def in_order(sections: list[Section]) -> tuple[Section, ...]:
    return tuple(
        Section(path, digest, tuple(sorted(entries))) for path, digest, entries in sorted(sections)
    )


@settings(max_examples=300, deadline=None)
@given(LOCKS)
@example([Section(path, f"md5:{'0' * 32}", (Entry(path, 1, "a" * 32),)) for path in TRAPS])
def test_whatever_is_written_is_read_back(sections: list[Section]) -> None:
    text = written(sections)
    assert text.encode().decode() == text
    assert parse_lock(text) == in_order(sections)
    assert written(parse_lock(text)) == text


@settings(max_examples=100, deadline=None)
@given(LOCKS)
@example([Section(path, f"md5:{'0' * 32}", (Entry(path, 1, "a" * 32),)) for path in TRAPS])
def test_line_ends_of_windows_change_nothing(sections: list[Section]) -> None:
    text = written(sections)
    assert "\r" not in text
    assert parse_lock(text.replace("\n", "\r\n")) == parse_lock(text)


@settings(max_examples=200, deadline=None)
@given(PATHS)
@example("")
def test_a_path_takes_one_line_that_prints(path: str) -> None:
    text = quoted(path)
    assert text.isprintable()
    assert text == text.strip() != ""
    assert unquoted(text) == path


@pytest.mark.parametrize(
    "path", ["data/train", "a b.csv", 'a"b', "Köln/漢.csv", "\U0001f9ea", "#1", "\\"]
)
def test_an_ordinary_path_is_written_as_it_is(path: str) -> None:
    assert quoted(path) == path


def test_the_same_records_in_any_order_make_the_same_text() -> None:
    one = Section("b", f"md5:{'0' * 32}", (Entry("y", 1, "a"), Entry("x", 2, "b")))
    two = Section("a", f"md5:{'1' * 32}", ())
    assert written([one, two]) == written([two, Section(*one[:2], one.entries[::-1])])


GOOD = f"version 1\n\ndata d\ndigest md5:{'0' * 32}\n{'a' * 32} 3 x.csv\n- 0 empty/\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("version 2\n", 1),
        ("hello\n", 1),
        (GOOD + "abc\n", 7),
        (GOOD + "a" * 32 + " three y\n", 7),
        (GOOD + "a" * 32 + " 3\n", 7),
        (GOOD + "a" * 32 + " -3 y\n", 7),
        (GOOD + "a" * 32 + ' 3 "y\n', 7),
        (GOOD + "a" * 32 + " 3 [1]\n", None),
        (GOOD + 'data "\n', 7),
        (GOOD + "data 7\ndigest \ndigest x\n", None),
        (f"version 1\n{'a' * 32} 3 x\n", 2),
        (f"version 1\ndata d\n{'a' * 32} 3 x\n", 3),
        (f"version 1\ndigest md5:{'0' * 32}\n", 2),
        (GOOD + "\x00\x00\x00\n", 7),
        (GOOD + "a" * 32 + " " + "9" * 5_000 + " y\n", 7),
        (GOOD + "notadigest 3 y\n", 7),
        (GOOD + '- 3 ""\n', 7),
        ("data a\n\ndata b\n", None),
    ],
)
def test_a_line_that_is_none_of_ours_is_named(text: str, line: int | None) -> None:
    if line is None:
        parse_lock(text)
        return
    with pytest.raises(LockError, match=rf"^line {line}: "):
        parse_lock(text)


@pytest.mark.parametrize("ours", ["HEAD", "5", "1234567", "Updated upstream", ""])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_marks_of_a_conflict_are_named_with_their_line(ours: str, newline: str) -> None:
    text = GOOD + f"<<<<<<< {ours}\n{'b' * 32} 3 y\n=======\n{'c' * 32} 3 y\n>>>>>>> 1234\n"
    with pytest.raises(LockError, match=r"^line 7: a merge conflict"):
        parse_lock(text.replace("\n", newline))


def test_a_real_conflict_is_named_with_its_line(make_repo: MakeRepo) -> None:
    digits = "0123456789abcdef" * 2
    repo = make_repo({FILE_NAME: written([Section("d", f"md5:{digits}", ())])})
    for branch, mark in (("one", "1"), ("two", "2")):
        repo.git("checkout", "--quiet", "-B", branch, "main")
        repo.commit(files={FILE_NAME: written([Section("d", f"md5:{mark * 32}", ())])})
    repo.git("-c", "merge.conflictStyle=diff3", "merge", "one", check=False)
    lines = repo.text(FILE_NAME).splitlines()
    place = next(n for n, line in enumerate(lines, start=1) if line.startswith("<<<<<<<"))
    with pytest.raises(LockError, match=rf"^line {place}: a merge conflict"):
        parse_lock(repo.text(FILE_NAME))


def sections(**digests: str) -> list[Section]:
    return [
        Section(
            f"data/{name}",
            f"md5:{digit * 32}",
            tuple(Entry(f"{digit}{n}.csv", n, digit * 32) for n in range(3)),
        )
        for name, digit in digests.items()
    ]


def test_branches_that_record_different_data_merge_without_a_conflict(make_repo: MakeRepo) -> None:
    repo = make_repo({FILE_NAME: written(sections(a="1", b="2", c="3"))})
    repo.git("checkout", "--quiet", "-b", "one")
    repo.commit(files={FILE_NAME: written(sections(a="4", b="2", c="3"))})
    repo.git("checkout", "--quiet", "-b", "two", "main")
    repo.commit(files={FILE_NAME: written(sections(a="1", b="5", c="3"))})
    repo.git("merge", "--quiet", "one")
    assert repo.text(FILE_NAME) == written(sections(a="4", b="5", c="3"))


def test_a_checkout_with_the_line_ends_of_windows_reads_the_same(make_repo: MakeRepo) -> None:
    odd = (Entry("a\r\nb", 1, "a" * 32), Entry(" ", 1, "b" * 32))
    recorded = [*sections(a="1", b="2"), Section("o", f"md5:{'0' * 32}", odd)]
    repo = make_repo({FILE_NAME: written(recorded), ".gitattributes": "* text eol=crlf\n"})
    (repo.root / FILE_NAME).unlink()
    repo.git("checkout", "--", FILE_NAME)
    text = (repo.root / FILE_NAME).read_bytes().decode()
    assert "\r\n" in text
    assert parse_lock(text) == in_order(recorded)


def test_a_file_that_ends_in_the_middle_of_a_line_is_read_so_far_or_that_line_is_named() -> None:
    text = written(sections(a="1", b="2"))
    for end in range(len(text)):
        outcome = read_or_error(text[:end])
        if isinstance(outcome, str):
            assert outcome.startswith(f"line {text[:end].count(chr(10)) + 1}: ")
        else:
            assert len(outcome) <= 2


def read_or_error(text: str) -> tuple[Section, ...] | str:
    try:
        return parse_lock(text)
    except LockError as error:
        return str(error)


def test_a_folder_line_makes_a_section_collapsed_and_an_empty_folder_does_not() -> None:
    folder = Entry("a/", 3, "a" * 32)
    assert Section("d", "md5:0", (folder,)).is_collapsed
    assert not Section("d", "md5:0", (Entry("a/", 0, ""), Entry("b", 1, "b"))).is_collapsed
    assert not Section("d", "md5:0", ()).is_collapsed


@pytest.mark.parametrize("digest", ["md5", "sha256", "tree:sha256"])
def test_a_section_knows_how_its_digest_was_made(digest: str) -> None:
    assert Section("d", f"{digest}:00", ()).algorithm == digest


def test_the_nearest_lock_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / FILE_NAME).mkdir()
    (tmp_path / FILE_NAME).write_text("")
    assert find_lock(tmp_path / "a" / "b") == tmp_path / FILE_NAME
    (tmp_path / "a" / FILE_NAME).write_text("")
    assert find_lock(tmp_path / "a" / "b") == tmp_path / "a" / FILE_NAME
    (tmp_path / "link").symlink_to(tmp_path / "a" / "b")
    assert find_lock(tmp_path / "link") == tmp_path / "a" / FILE_NAME


def test_git_sees_text_that_it_can_show(make_repo: MakeRepo) -> None:
    repo = make_repo({FILE_NAME: written([Section(p, "md5:0", ()) for p in TRAPS])})
    shown = subprocess.run(
        ("git", "diff", "--no-index", "--numstat", os.devnull, FILE_NAME),
        cwd=repo.root,
        env=clean_environment() | IDENTITY,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert not shown.startswith("-"), "a file with zero bytes would be a binary one"
