"""The hashes of DVC against the functions of dvc-data itself."""

from __future__ import annotations

import hashlib
import io
import json
from itertools import pairwise

import pytest
from dvc_data.hashfile.hash import dos2unix, fobj_md5
from dvc_data.hashfile.hash_info import HashInfo
from dvc_data.hashfile.istextfile import istextblock
from dvc_data.hashfile.tree import Tree
from hypothesis import example, given
from hypothesis import strategies as st

from repro_check.data.dvc import Dos2UnixMD5, fold
from repro_check.runtime.manifest import Entry

MIB = 1 << 20
MD5 = "0123456789abcdef0123456789abcdef"
PIECES = st.sampled_from(
    [b"\r", b"\n", b"\r\n", b"\r\r\n", b"text ", b"\0", b"\x80\xff", b"\t\f\b", b"x" * 300]
)
CONTENTS = st.lists(PIECES, max_size=12).map(b"".join) | st.binary(max_size=1_100)
NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1)
PATHS = st.lists(NAMES.filter(lambda name: name not in {".", ".."}), min_size=1, max_size=3)


def ours(*portions: bytes) -> str:
    state = Dos2UnixMD5()
    for portion in portions:
        state.update(portion)
    return state.hexdigest()


def by_dvc(content: bytes) -> str:
    return fobj_md5(io.BytesIO(content), name="md5-dos2unix")


def by_dvc_2(content: bytes) -> str:
    """dvc-data 0.51 asks once a file whether it is text, and reads it in blocks of 1 MiB."""
    md5 = hashlib.md5()
    is_text = istextblock(content[:512])
    for start in range(0, len(content), MIB):
        block = content[start : start + MIB]
        md5.update(dos2unix(block) if is_text else block)
    return md5.hexdigest()


@given(CONTENTS, st.lists(st.integers(0, 1_200), max_size=5))
@example(b"", [])
@example(b"\r\n" * 400, [1])
@example(b"x" * 511 + b"\r\n", [512])
@example(b"x" * 512 + b"\0\r\n", [])
@example(b"a\r\n" + b"\x80" * 3 + b"b" * 4, [])
def test_old_digests_are_those_of_dvc_in_any_portions(content: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    portions = [content[a:b] for a, b in pairwise(edges)]
    assert ours(*portions) == by_dvc(content) == by_dvc_2(content)


@pytest.mark.parametrize("tail", [b"", b"\n", b"\n\r", b"\r\n", b"end\r", b"\r" * 3 + b"\n"])
@pytest.mark.parametrize("blocks", [1, 2])
@pytest.mark.parametrize("size", [MIB, MIB - 1, MIB + 1, 100_003])
def test_a_pair_that_a_block_of_dvc_cuts_in_two_stays(tail: bytes, blocks: int, size: int) -> None:
    head = b"a\r\n" * (blocks * MIB // 3)
    head += b"x" * (blocks * MIB - 1 - len(head))
    content = head + b"\r" + tail
    portions = [content[start : start + size] for start in range(0, len(content), size)]
    assert ours(*portions) == by_dvc(content) == by_dvc_2(content)


@pytest.mark.parametrize("first", [b"text ", b"\0"])
def test_the_head_of_a_large_file_decides_for_all_of_it_as_in_dvc_2(first: bytes) -> None:
    other = b"\0" if first != b"\0" else b"text "
    content = first * (MIB // len(first) + 1) + other * MIB + b"\r\n"
    assert ours(content) == by_dvc_2(content)
    assert ours(content) != by_dvc(content)


def test_the_digest_can_be_asked_before_the_end() -> None:
    state = Dos2UnixMD5()
    for portion in (b"a\r", b"\n" + b"x" * 600 + b"\r", b"\nb", memoryview(b"\r")):
        state.update(portion)
        state.hexdigest()
    assert state.hexdigest() == by_dvc(b"a\r\n" + b"x" * 600 + b"\r\nb\r")


def tree_of_dvc(paths: dict[tuple[str, ...], str], name: str = "md5") -> str:
    tree = Tree()
    for path, digest in paths.items():
        tree.add(path, None, HashInfo(name, digest))
    tree.digest()
    return str(tree.oid)


@given(
    st.dictionaries(PATHS.map(tuple), st.binary(min_size=16, max_size=16).map(bytes.hex)),
    st.sampled_from(["md5", "md5-dos2unix"]),
)
@example({}, "md5")
@example({("e\u0301",): MD5, ("\u00e9",): MD5}, "md5")
@example({("a", "b"): MD5, ("a-b",): MD5, ("a.b",): MD5, ("a0",): MD5}, "md5")
@example({("\U0001f600",): MD5, ("\uffff",): MD5, ("\x7f",): MD5}, "md5")
def test_a_directory_folds_to_the_digest_of_dvc(
    paths: dict[tuple[str, ...], str], name: str
) -> None:
    entries = [Entry("/".join(path), 1, digest) for path, digest in paths.items()]
    entries.sort(key=lambda entry: entry.path.encode())
    assert fold(entries) == tree_of_dvc(paths, name)


def test_folders_do_not_count() -> None:
    files = [Entry("a/b", 1, MD5), Entry("c", 1, MD5)]
    folders = [Entry("a/", 0, ""), files[0], Entry("b/", 0, ""), files[1]]
    assert fold(folders) == fold(files)


def test_nothing_in_a_directory_is_a_digest_too() -> None:
    assert fold([]) == f"{hashlib.md5(json.dumps([]).encode()).hexdigest()}.dir"


@pytest.mark.parametrize("names", [["b", "a"], ["a", "a"], ["a/b", "a-b"]])
def test_files_out_of_order_are_refused(names: list[str]) -> None:
    with pytest.raises(ValueError, match="order"):
        fold(Entry(name, 1, MD5) for name in names)
