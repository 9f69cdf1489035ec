from __future__ import annotations

import stat
import threading

import pytest

from repro_check.atomic import create, write_atomic
from repro_check.errors import ReproCheckError


def test_a_new_file_gets_the_usual_mode(tmp_path):
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    write_atomic(tmp_path / "new", b"x")
    assert (tmp_path / "new").read_bytes() == b"x"
    assert (tmp_path / "new").stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("mode", [0o600, 0o755, 0o664])
def test_the_mode_of_the_old_file_is_kept(tmp_path, mode):
    file = tmp_path / "f"
    file.write_bytes(b"old")
    file.chmod(mode)
    write_atomic(file, b"new")
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert file.read_bytes() == b"new"


def test_a_link_stays_a_link_and_its_file_is_replaced(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_atomic(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_failure_leaves_the_old_content_and_no_litter(tmp_path):
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "x").write_bytes(b"old")
    with pytest.raises(ReproCheckError, match="intact"):
        write_atomic(tmp_path / "f", b"new")
    assert list(tmp_path.iterdir()) == [tmp_path / "f"]
    assert (tmp_path / "f" / "x").read_bytes() == b"old"


def test_a_folder_that_is_missing_is_said(tmp_path):
    with pytest.raises(ReproCheckError, match="cannot write"):
        write_atomic(tmp_path / "gone" / "f", b"new")


def test_a_name_of_255_bytes_can_be_written(tmp_path):
    write_atomic(tmp_path / ("x" * 255), b"1")
    assert (tmp_path / ("x" * 255)).read_bytes() == b"1"


def test_many_writers_at_once_leave_one_whole_content(tmp_path):
    contents = [bytes([n]) * 50_000 for n in range(8)]
    threads = [threading.Thread(target=write_atomic, args=(tmp_path / "f", c)) for c in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "f").read_bytes() in contents
    assert list(tmp_path.iterdir()) == [tmp_path / "f"]


def test_a_new_file_never_takes_the_place_of_another(tmp_path):
    create(tmp_path / "new", b"x")
    assert (tmp_path / "new").read_bytes() == b"x"
    (tmp_path / "link").symlink_to("elsewhere")
    for name in ("new", "link"):
        with pytest.raises(ReproCheckError, match="cannot make"):
            create(tmp_path / name, b"y")
    assert (tmp_path / "new").read_bytes() == b"x"
    assert not (tmp_path / "elsewhere").exists()


def test_a_new_file_in_a_missing_folder_is_said(tmp_path):
    with pytest.raises(ReproCheckError, match="cannot make"):
        create(tmp_path / "gone" / "f", b"new")
