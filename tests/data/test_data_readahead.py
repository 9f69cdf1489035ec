"""The md5 recursion with files that other processes read."""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path

import pytest
from data_measuring_support import md5_from_scratch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repro_check.data.hashing.memory import RACY, stat_text
from repro_check.data.hashing.readahead import Filled, Portion, fill, md5_ahead
from repro_check.runtime.hashing import md5_manifest_of
from repro_check.runtime.pointers import PointerMet, pointer_in
from repro_check.runtime.trees import ChangedTreeError, UndefinedTreeError

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
LOOK = partial(stat_text, since_ns=2**63, racy_ns=0)

md5_at_once = partial(md5_ahead, few=0, room=1_000, look=LOOK)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Thirty files of up to 1,450 bytes, of which some fit and some do not."""
    root = tmp_path / "data"
    for number in range(30):
        file = root / f"part_{number // 10}" / f"file_{number:02}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes([number]) * (number * 50))
    return root


def told(root: Path, **options) -> tuple[str, list, list[int]]:
    entries: list = []
    sizes: list[int] = []
    digest = md5_at_once(
        str(root), each=lambda *one: entries.append(one), tick=sizes.append, **options
    )
    return digest, entries, sizes


def check(root: Path, **options) -> None:
    digest = md5_from_scratch(root).hexdigest()
    assert md5_at_once(str(root), **options) == digest
    found, entries, sizes = told(root, **options)
    assert found == digest
    manifest = list(md5_manifest_of(str(root)))
    assert [entry for entry, _ in entries] == manifest
    looks = [LOOK(os.stat(root / path)) if digest else RACY for path, _, digest in manifest]
    assert [look for _, look in entries] == looks
    assert sum(sizes) == sum(entry.size for entry in manifest)


@pytest.mark.parametrize("room", [1, 100, 1_000, 1_500, 1 << 20])
def test_every_file_counts_whether_it_fits_or_not(folder, room) -> None:
    check(folder, room=room)


NAMES = st.sampled_from(["a", "b", "B2", "zz", "ä"])
# a pointer is refused, which other tests hold
SMALL = st.binary(max_size=30).filter(lambda content: not pointer_in(content))
TREES = st.dictionaries(
    st.lists(NAMES, min_size=1, max_size=3).map("/".join),
    st.one_of(st.none(), SMALL, st.integers(90, 300).map(bytes)),
    min_size=1,
    max_size=12,
)


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tree=TREES)
def test_any_tree_has_the_digest_of_the_reference(tmp_path, tree) -> None:
    root = tmp_path / "data"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for path, content in tree.items():
        place = root / path
        try:
            if content is None:
                place.mkdir(parents=True, exist_ok=True)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
        except OSError:
            continue  # a file stands in its way
    check(root, room=200)


def test_a_few_files_are_read_here_and_told_likewise(folder) -> None:
    check(folder, few=30)


def test_a_link_is_read_where_it_leads(folder) -> None:
    (folder / "part_0" / "link").symlink_to("../part_1/file_15")
    (folder / "zz").symlink_to("part_0")
    check(folder)


def test_a_pointer_stops_the_reading(folder) -> None:
    file = folder / "part_1" / "file_15"
    file.write_bytes(LFS)
    for each in (None, lambda *_one: None):
        with pytest.raises(PointerMet, match="file_15"):
            md5_at_once(str(folder), each=each)


def test_an_error_of_a_file_is_told_as_ever(folder) -> None:
    (folder / "part_1" / "PART").symlink_to("nowhere")
    with pytest.raises(UndefinedTreeError, match="leads nowhere"):
        md5_at_once(str(folder))


def test_a_file_that_vanishes_after_the_walk_has_changed(folder) -> None:
    def vanish(_size: int) -> None:
        (folder / "part_2" / "file_29").unlink(missing_ok=True)

    with pytest.raises(ChangedTreeError, match="file_29"):
        md5_at_once(str(folder), tick=vanish)


def test_workers_that_die_lose_nothing(folder) -> None:
    here = os.getpid()

    def look(status: os.stat_result) -> str:
        if os.getpid() != here:
            os._exit(1)
        return LOOK(status)

    digest, entries, _ = told(folder, look=look)
    assert digest == md5_from_scratch(folder).hexdigest()
    assert [entry for entry, _ in entries] == list(md5_manifest_of(str(folder)))


@pytest.mark.parametrize("room", [200, 1 << 20])
def test_memory_is_used_again_and_never_too_early(tmp_path, room) -> None:
    for number in range(4_000):
        (tmp_path / f"{number:05}").write_bytes(b"%d," % number * 9)
    assert md5_ahead(str(tmp_path), look=LOOK, room=room) == md5_from_scratch(tmp_path).hexdigest()


def filled(room: int, *files: Path) -> tuple[Filled, bytes]:
    memory = memoryview(bytearray(2 * room))
    portion = Portion(tuple(map(str, files)), tuple(os.fsencode(f.name) for f in files), 1)
    found = fill(memory, room, LOOK, portion)
    return found, bytes(memory[room : room + found.used])


def test_what_fits_lies_in_a_row_behind_its_names(tmp_path) -> None:
    for name, content in (("a", b"11"), ("b", b""), ("c", b"333")):
        (tmp_path / name).write_bytes(content)
    files = [tmp_path / name for name in "abc"]
    found, row = filled(9, *files)
    assert (row, found.sizes) == (b"a11bc333", (2, 0, 3))
    assert found.looks == tuple(LOOK(file.stat()) for file in files)
    found, row = filled(8, *files)  # one byte more than it has must fit, to see whether it grew
    assert (row, found.sizes) == (b"a11b", (2, 0))


@pytest.mark.parametrize("odd", ["missing", "folder", "pipe", "pointer"])
def test_what_is_odd_is_left_to_others(tmp_path, odd) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "c").write_bytes(b"3")
    place = tmp_path / "b"
    if odd == "folder":
        place.mkdir()
    elif odd == "pipe":
        os.mkfifo(place)
    elif odd == "pointer":
        place.write_bytes(LFS)
    found, row = filled(1_000, tmp_path / "a", place, tmp_path / "c")
    assert (row, found.sizes) == (b"a1", (1,))
