from __future__ import annotations

import argparse
import dataclasses
import hashlib
import os
import pickle
import subprocess
import sys

import pytest
from commanding import without_privileges
from omegaconf import OmegaConf

from repro_check.runtime import DataMismatch, UndefinedTreeError, digest, verify_data
from repro_check.runtime.changes import collapsed
from repro_check.runtime.hashing import manifest_of, md5_manifest_of
from repro_check.runtime.lockfile import FILE_NAME, Section, written
from repro_check.runtime.verification import parse_digest


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "a.csv").write_bytes(b"1,2\n")
    return folder


@pytest.mark.parametrize("algorithm", ["md5", "tree:md5", "tree:sha256"])
def test_the_recorded_data_pass_and_their_digest_comes_back(data, algorithm):
    recorded = digest(data, algorithm)
    assert verify_data(data, recorded) == recorded


@pytest.mark.parametrize("write", [str.upper, "md5:{}".format, " {} ".format])
def test_a_digest_may_be_written_in_several_ways(data, write):
    assert verify_data(str(data), write(digest(data, "md5")))


def test_a_file_is_checked_by_the_digest_of_its_content(data):
    file = data / "a.csv"
    assert verify_data(file, hashlib.sha256(file.read_bytes()).hexdigest())
    assert verify_data(file, hashlib.md5(file.read_bytes()).hexdigest())


def test_changed_data_stop_the_program_and_both_digests_are_named(data):
    recorded = digest(data, "md5")
    (data / "a.csv").write_bytes(b"1,3\n")
    with pytest.raises(DataMismatch) as caught:
        verify_data(data, recorded)
    assert (caught.value.expected, caught.value.actual) == (recorded, digest(data, "md5"))
    assert str(data) in str(caught.value)


def test_junk_is_named_as_the_likely_cause(data):
    recorded = digest(data, "md5")
    (data / "sub").mkdir()
    for number in range(30):
        (data / "sub" / f"._{number:02}").write_bytes(b"")
    (data / ".DS_Store").write_bytes(b"")
    with pytest.raises(DataMismatch, match="perhaps because") as caught:
        verify_data(data, recorded)
    assert ".DS_Store" in caught.value.junk
    assert len(caught.value.junk) == 20


def test_missing_data_are_said_to_be_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="missing"):
        verify_data(tmp_path / "gone", "0" * 32)


def test_a_tree_without_one_digest_never_passes(data):
    (data / "l").symlink_to("nowhere")
    with pytest.raises(UndefinedTreeError):
        verify_data(data, "0" * 32)


@pytest.mark.parametrize(
    "text", ["", "abc", "0" * 31, "0" * 40, "g" * 32, "md5:" + "0" * 64, "tree:sha256:" + "0" * 32]
)
def test_a_text_that_is_no_digest_is_refused(data, text):
    with pytest.raises(ValueError, match="is no digest"):
        verify_data(data, text)


@pytest.mark.parametrize(
    ("text", "algorithm"),
    [
        ("0" * 32, "md5"),
        ("0" * 64, "sha256"),
        ("SHA256:" + "A" * 64, "sha256"),
        ("tree:md5:" + "0" * 32, "tree:md5"),
    ],
)
def test_the_algorithm_is_read_off_the_digest(text, algorithm):
    assert parse_digest(text)[0] == algorithm


def test_importing_the_runtime_imports_nothing_but_itself_and_the_standard_library():
    program = (
        "import sys; before = set(sys.modules); import repro_check.runtime\n"
        "new = {m.partition('.')[0] for m in set(sys.modules) - before}\n"
        "print(sorted(new - set(sys.stdlib_module_names)))\n"
        "print(sorted(m for m in sys.modules if m.startswith('repro_check') "
        "and not m.startswith('repro_check.runtime')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["['repro_check']", "['repro_check']"]


MAPPINGS = {
    "a dictionary": lambda path, md5: {"dir": path, "md5": md5},
    "a list": lambda path, md5: [{"dir": path, "md5": md5}],
    "omegaconf": lambda path, md5: OmegaConf.create(
        {"root": path, "data": {"train": {"dir": "${root}", "md5": md5}}, "lr": "???"}
    ),
    "argparse": lambda path, md5: argparse.Namespace(data_dir=path, data_md5=md5, lr=0.1),
    "a dataclass": lambda path, md5: Config(dir=path, md5=md5),
    "one in another": lambda path, md5: {"data": Config(dir=path, md5=md5)},
}


@dataclasses.dataclass
class Config:
    dir: str
    md5: str
    batch: int = 8


@pytest.mark.parametrize("write", MAPPINGS.values(), ids=MAPPINGS)
def test_a_config_of_any_kind_is_verified(data, write):
    recorded = digest(data, "md5")
    assert verify_data(write(str(data), recorded)) == {str(data): recorded}
    (data / "a.csv").write_bytes(b"1,3\n")
    with pytest.raises(DataMismatch):
        verify_data(write(str(data), recorded))


def test_every_data_set_of_a_config_is_verified(data, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    config = {
        "train": {"dir": str(data), "md5": digest(data, "md5")},
        "test": [{"path": other, "digest": digest(other, "tree:sha256")}],
    }
    assert list(verify_data(config)) == [str(data), str(other)]
    (other / "new").write_bytes(b"")
    with pytest.raises(DataMismatch) as caught:
        verify_data(config)
    assert caught.value.path == str(other)


@pytest.mark.parametrize("config", [{}, {"dir": "x"}, [], argparse.Namespace(lr=1)], ids=repr)
def test_a_config_that_records_nothing_never_passes(config):
    with pytest.raises(ValueError, match="no digest is recorded"):
        verify_data(config)


@pytest.mark.parametrize("path", [7, None, {"dir": "x"}, b"\xff".hex])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValueError, match="is no path"):
        verify_data(path, "0" * 32)


def lock(root, *sections):
    (root / FILE_NAME).write_text(written(sections), "utf-8")


def recorded_section(data, algorithm, name):
    entries = (
        md5_manifest_of(str(data))
        if algorithm == "md5"
        else manifest_of(str(data), algorithm.rpartition(":")[2])
    )
    found = digest(data, algorithm)
    return Section(name, found if ":" in found else f"{algorithm}:{found}", tuple(entries))


@pytest.mark.parametrize("algorithm", ["md5", "tree:md5", "tree:sha256", "tree:blake3"])
@pytest.mark.parametrize("named", ["relative", "absolute"])
def test_a_mismatch_names_the_files_that_the_lock_file_recorded(data, tmp_path, algorithm, named):
    if algorithm == "tree:blake3":
        pytest.importorskip("blake3")
    (data / "sub").mkdir()
    (data / "sub" / "old\n").write_bytes(b"22")
    (data / "sub" / "same").write_bytes(b"333")
    name = "data" if named == "relative" else data.resolve().as_posix()
    section = recorded_section(data, algorithm, name)
    lock(tmp_path, section)
    assert verify_data(data, section.digest)
    (data / "a.csv").write_bytes(b"1,3\n")
    (data / "sub" / "old\n").rename(data / "new")
    with pytest.raises(DataMismatch) as caught:
        verify_data(data, section.digest)
    changed = {change.path: change.kind for change in caught.value.changed}
    assert changed == {"a.csv": "changed", "new": "added", "sub/old\n": "removed"}
    assert "changed a.csv (still 4 bytes)" in str(caught.value)


@pytest.mark.parametrize("algorithm", ["md5", "sha256", "tree:sha256"])
def test_a_single_file_that_changed_is_named(data, tmp_path, algorithm):
    file = data / "a.csv"
    section = recorded_section(file, algorithm, "data/a.csv")
    lock(tmp_path, section)
    file.write_bytes(b"1,2,3\n")
    with pytest.raises(DataMismatch) as caught:
        verify_data(file, section.digest)
    assert [str(change) for change in caught.value.changed] == ["changed a.csv (4 bytes, now 6)"]


def test_the_lock_file_above_the_current_folder_serves_data_elsewhere(data, tmp_path, monkeypatch):
    project = tmp_path / "project"
    (project / "runs").mkdir(parents=True)
    section = recorded_section(data, "md5", data.resolve().as_posix())
    lock(project, section)
    (data / "b.csv").write_bytes(b"")
    monkeypatch.chdir(project / "runs")
    with pytest.raises(DataMismatch, match=r"added b\.csv"):
        verify_data(data, section.digest)


def test_data_that_were_recorded_by_a_link_are_known_by_it_too(data, tmp_path):
    (tmp_path / "link").symlink_to(data)
    section = recorded_section(data, "md5", "data")
    lock(tmp_path, section)
    (data / "b.csv").write_bytes(b"")
    with pytest.raises(DataMismatch, match=r"added b\.csv"):
        verify_data(tmp_path / "link", section.digest)


def test_at_most_twenty_files_are_named_and_that_there_may_be_more_is_said(data, tmp_path):
    section = recorded_section(data, "tree:sha256", "data")
    lock(tmp_path, section)
    for number in range(30):
        (data / f"n{number:02}").write_bytes(b"")
    with pytest.raises(DataMismatch, match="data diff") as caught:
        verify_data(data, section.digest)
    assert [change.path for change in caught.value.changed] == [f"n{n:02}" for n in range(20)]
    assert "n20" not in str(caught.value)


def test_a_collapsed_record_names_the_folders(data, tmp_path):
    (data / "big").mkdir()
    (data / "big" / "x").write_bytes(b"1")
    section = recorded_section(data, "tree:sha256", "data")
    lock(tmp_path, section._replace(entries=tuple(collapsed(section.entries, "sha256"))))
    (data / "big" / "x").write_bytes(b"22")
    with pytest.raises(DataMismatch) as caught:
        verify_data(data, section.digest)
    assert [str(change) for change in caught.value.changed] == ["changed big/ (1 byte, now 2)"]


def test_names_of_files_cannot_steer_a_terminal(data, tmp_path):
    section = recorded_section(data, "md5", "data")
    lock(tmp_path, section)
    (data / "._\x1b]0;x\x07\n\u202e").write_bytes(b"")
    with pytest.raises(DataMismatch) as caught:
        verify_data(data, section.digest)
    assert caught.value.changed
    assert caught.value.junk
    assert all(line.isprintable() for line in str(caught.value).split("\n"))


def test_a_record_of_other_data_or_of_an_older_state_names_nothing(data, tmp_path):
    section = recorded_section(data, "md5", "data")
    lock(
        tmp_path,
        section._replace(digest=f"md5:{'0' * 32}"),
        section._replace(path="elsewhere"),
        recorded_section(data, "tree:md5", "data"),
    )
    (data / "a.csv").write_bytes(b"1,3\n")
    with pytest.raises(DataMismatch) as caught:
        verify_data(data, section.digest)
    assert caught.value.changed == ()


def big_hole(file):
    with file.open("wb") as stream:
        stream.truncate(1 << 40)


DAMAGE = {
    "a conflict": lambda file: file.write_text("<<<<<<< HEAD\n"),
    "not UTF-8": lambda file: file.write_bytes(b"\xff\xfe\x00"),
    "another version": lambda file: file.write_text("version 2\n"),
    "nothing": lambda file: file.write_text(""),
    "a folder": lambda file: file.mkdir(),
    "a pipe": os.mkfifo,
    "a link that leads nowhere": lambda file: file.symlink_to("gone"),
    "a link to itself": lambda file: file.symlink_to(file.name),
    "a terabyte": big_hole,
    "a device": lambda file: file.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_lock_file_does_not_hide_the_mismatch(data, tmp_path, damage):
    damage(tmp_path / FILE_NAME)
    with pytest.raises(DataMismatch) as caught:
        verify_data(data, "0" * 32)
    assert caught.value.changed == ()


def test_a_mismatch_is_told_even_where_the_current_folder_is_gone(data, tmp_path):
    program = (
        "import os, sys; from repro_check.runtime import verify_data, DataMismatch\n"
        "os.mkdir('here'); os.chdir('here'); os.rmdir(os.getcwd())\n"
        "try: verify_data(sys.argv[1], '0' * 32)\n"
        "except DataMismatch as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(data)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "are not those that were recorded" in done.stdout, done.stderr


def test_a_folder_above_that_may_not_be_searched_does_not_hide_the_mismatch(data, tmp_path):
    before = without_privileges()
    locked = tmp_path / "locked"
    (locked / "here").mkdir(parents=True)
    program = (
        "import os, sys; from repro_check.runtime import verify_data, DataMismatch\n"
        "os.chmod('..', 0)\n"
        "try: verify_data(sys.argv[1], '0' * 32)\n"
        "except DataMismatch as error: print(error)\n"
        "finally: os.chmod(sys.argv[2], 0o700)"
    )
    done = subprocess.run(
        [*before, sys.executable, "-c", program, str(data), str(locked)],
        cwd=locked / "here",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "are not those that were recorded" in done.stdout, done.stderr


def test_data_that_cannot_be_read_never_pass(data):
    before = without_privileges()
    recorded = digest(data, "md5")
    (data / "a.csv").chmod(0)
    program = "import sys; from repro_check.runtime import verify_data; verify_data(*sys.argv[1:])"
    done = subprocess.run(
        [*before, sys.executable, "-c", program, str(data), recorded],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "cannot be read (Permission denied)" in done.stderr.splitlines()[-1]
    assert "a.csv" in done.stderr.splitlines()[-1]


def test_an_error_survives_a_worker_process(data):
    with pytest.raises(DataMismatch) as caught:
        verify_data(data, "0" * 32)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again)) == (DataMismatch, str(caught.value))
    assert again.actual == caught.value.actual


def test_a_pointer_is_no_data_to_train_on(tmp_path):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:%b\nsize 9\n" % (b"a" * 64)
    (tmp_path / "scan.png").write_bytes(pointer)
    with pytest.raises(FileNotFoundError, match="git lfs pull"):
        verify_data(tmp_path, "0" * 32)
