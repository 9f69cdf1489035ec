from __future__ import annotations

import os
from pathlib import Path

import pytest

from repro_check.data.locate import locate

CONFIG = "conf/exp/a.yaml"


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "repo"
    (root / "conf" / "exp").mkdir(parents=True)
    return root


@pytest.mark.parametrize(
    ("present", "found"),
    [
        (["d", "conf/exp/d", "conf/d"], "d"),
        (["conf/exp/d", "conf/d"], "conf/exp/d"),
        (["conf/d"], "conf/d"),
        ([], None),
    ],
)
def test_the_root_comes_first_then_the_nearest_folder(root, present, found):
    for name in present:
        (root / name).mkdir(parents=True)
    expected = root / found if found else None
    assert locate("d", root=root, config_path=CONFIG).path == expected


def test_dots_are_read_from_each_folder_but_never_lead_out(root):
    (root.parent / "d").mkdir()
    place = locate("../d", root=root, config_path=CONFIG)
    assert place.path is None
    assert place.is_outside
    (root / "conf" / "d").mkdir()
    inside = locate("../d", root=root, config_path=CONFIG).path
    assert inside is not None
    assert inside.resolve() == root / "conf" / "d"


def test_a_link_out_of_the_root_is_not_followed(root):
    (root.parent / "real").mkdir()
    (root / "d").symlink_to("../real")
    place = locate("d", root=root, config_path=CONFIG)
    assert (place.path, place.is_outside) == (None, True)


def test_an_absolute_path_may_be_anywhere(root):
    (root.parent / "real").mkdir()
    written = str(root.parent / "real")
    assert locate(written, root=root, config_path=CONFIG).path == root.parent / "real"
    assert locate(written + "/gone", root=root, config_path=CONFIG).path is None


def test_a_tilde_is_the_home_folder(root, monkeypatch):
    monkeypatch.setenv("HOME", str(root.parent))
    (root.parent / "d").mkdir()
    assert locate("~/d", root=root, config_path=CONFIG).path == root.parent / "d"
    assert locate("~nobody-here/d", root=root, config_path=CONFIG).path is None


@pytest.mark.parametrize("text", ["a\0b", "s3://b/d", "x" * 5_000, "\ud800"])
def test_what_cannot_be_a_path_is_nowhere(root, text):
    assert locate(text, root=root, config_path=CONFIG).path is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("d/*.csv", "is a pattern of several files, and not one path"),
        ("/d/part-?.csv", "is a pattern of several files, and not one path"),
        ("d/[ab].csv", "is a pattern of several files, and not one path"),
        ("s3://b/d", "is not on this machine"),
        ("file://server/d", "is not on this machine"),
        ("a\0b", "can be no path"),
        ("gone", ""),
        ("gone/[", ""),
    ],
)
def test_what_can_not_be_there_is_told_from_what_is_missing(root, text, reason):
    place = locate(text, root=root, config_path=CONFIG)
    assert (place.path, place.reason) == (None, reason)


def test_a_name_that_only_looks_like_a_pattern_is_found(root):
    (root / "d [raw]").mkdir()
    assert locate("d [raw]", root=root, config_path=CONFIG).path == root / "d [raw]"


@pytest.mark.skipif(os.name == "nt", reason="there the drive is one")
def test_a_path_with_a_drive_is_one_of_another_system(root):
    place = locate("C:\\data", root=root, config_path=CONFIG)
    assert (place.path, place.reason) == (None, "is a path of another system")


def test_a_file_url_is_a_path(root):
    (root / "a b").mkdir()
    written = f"file://{root}/a%20b"
    assert locate(written, root=root, config_path=CONFIG).path == root / "a b"


@pytest.mark.parametrize("text", ["d/", "d//", "./d/", "d\\"])
def test_a_slash_at_the_end_means_nothing(root, text):
    (root / "d").mkdir()
    place = locate(text, root=root, config_path=CONFIG)
    assert place.path is not None
    assert place.path.samefile(root / "d")


def test_a_root_that_is_reached_by_a_link_is_the_same_root(root):
    (root / "d").mkdir()
    (root.parent / "link").symlink_to(root)
    place = locate("d", root=root.parent / "link", config_path=CONFIG)
    assert place.path is not None
    assert place.path.samefile(root / "d")


def test_backslashes_separate_on_every_system(root):
    (root / "d" / "e").mkdir(parents=True)
    assert locate("d\\e", root=root, config_path="a.yaml").path == Path(root, "d", "e")
