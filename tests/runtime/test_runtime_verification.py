from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest

from repro_check.runtime import DataMismatch, UndefinedTreeError, digest, verify_data
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
