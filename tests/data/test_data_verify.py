from __future__ import annotations

import os
import time

import pytest
from data_support import ANNEX, LFS, facts_of

from repro_check.data import State, StatIndex, declarations, md5_reference, measure, verify
from repro_check.data.hashing.digests import tree_digest
from repro_check.data.verdicts import Means

CONFIG = "conf.yaml"


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "repo"
    (root / "data" / "sub").mkdir(parents=True)
    (root / "data" / "a.csv").write_bytes(b"1,2\n")
    (root / "data" / "sub" / "b.csv").write_bytes(b"3,4\n")
    return root


@pytest.fixture
def index(tmp_path):
    return StatIndex(tmp_path / "index", clock=lambda: time.time_ns() + 10_000_000_000)


def check(root, digest="", *, path="data", key="md5", config_path=CONFIG, **options):
    (root / config_path).parent.mkdir(parents=True, exist_ok=True)
    text = f'dir: "{path}"\n{key}: {digest}\n'
    (root / config_path).write_text(text)
    (declared,) = declarations(facts_of(text))
    return verify(declared, root=root, config_path=config_path, means=Means(**options))


def test_data_as_recorded_match(root):
    verdict = check(root, md5_reference(root / "data"))
    assert verdict.state is State.MATCH
    assert verdict.actual == verdict.recorded
    assert verdict.path == root / "data"


def test_a_digest_in_capitals_matches(root):
    assert check(root, md5_reference(root / "data").upper()).state is State.MATCH


def test_a_tree_digest_matches_in_spite_of_junk(root):
    recorded = tree_digest(root / "data")
    (root / "data" / ".DS_Store").write_bytes(b"x")
    assert check(root, recorded, key="digest").state is State.MATCH


def test_changed_data_mismatch_and_both_digests_are_told(root):
    recorded = md5_reference(root / "data")
    (root / "data" / "a.csv").write_bytes(b"1,9\n")
    verdict = check(root, recorded)
    assert verdict.state is State.MISMATCH
    assert (verdict.recorded, verdict.actual) == (recorded, md5_reference(root / "data"))
    assert verdict.files == ()
    assert verdict.changes is None


def test_a_digest_that_is_none_mismatches(root):
    assert check(root, "deadbeef").state is State.MISMATCH


def test_junk_is_named_where_it_may_have_caused_the_mismatch(root):
    recorded = md5_reference(root / "data")
    (root / "data" / "sub" / ".DS_Store").write_bytes(b"x")
    verdict = check(root, recorded)
    assert verdict.state is State.MISMATCH
    (cause,) = verdict.causes
    assert "sub/.DS_Store" in cause


def test_data_that_are_not_there_are_missing(root):
    assert check(root, "0" * 32, path="elsewhere").state is State.MISSING


@pytest.mark.parametrize("path", ["${oc.env:DATA}", "${paths.data}", "s3://bucket/x"])
def test_a_path_that_only_the_run_knows_is_unresolved(root, path):
    verdict = check(root, "0" * 32, path=path)
    assert verdict.state is State.UNRESOLVED
    assert verdict.reason


def test_a_digest_that_only_the_run_knows_is_unresolved(root):
    assert check(root, "${oc.env:MD5}").state is State.UNRESOLVED


def test_an_empty_digest_is_not_recorded_and_nothing_is_read(root):
    verdict = check(root)
    assert verdict.state is State.NOT_RECORDED
    assert verdict.actual == ""


@pytest.mark.parametrize(("content", "command"), [(LFS, "git lfs pull"), (ANNEX, "git annex get")])
@pytest.mark.parametrize("where", ["in the directory", "as the file"])
def test_a_pointer_neither_matches_nor_mismatches(root, content, command, where, index):
    (root / "data" / "big").write_bytes(content)
    path = "data" if where == "in the directory" else "data/big"
    verdict = check(root, md5_reference(root / path), path=path, index=index)
    assert verdict.state is State.POINTER
    assert verdict.files == (("big",) if path == "data" else (".",))
    assert command in verdict.reason
    assert not index.file.exists()


def test_a_link_to_annexed_content_that_is_absent_is_a_pointer(root):
    (root / "data" / "x").symlink_to("../.git/annex/objects/aa/SHA256E-s1--x/SHA256E-s1--x")
    verdict = check(root, "0" * 32)
    assert verdict.state is State.POINTER
    assert verdict.files == ("x",)


def test_more_than_the_budget_is_not_read(root):
    recorded = md5_reference(root / "data")
    verdict = check(root, recorded, budget=7)
    assert verdict.state is State.TOO_LARGE
    assert verdict.size == 8
    assert check(root, recorded, budget=8).state is State.MATCH


def test_the_index_answers_at_any_size_until_something_changes(root, index):
    recorded = md5_reference(root / "data")
    assert check(root, recorded, index=index).state is State.MATCH
    assert check(root, recorded, index=index, budget=0).state is State.MATCH
    (root / "data" / "new").write_bytes(b"")
    assert check(root, recorded, index=index, budget=0).state is State.TOO_LARGE
    assert check(root, recorded, index=index).state is State.MISMATCH


def test_fresh_data_are_read_again(root, tmp_path):
    index = StatIndex(tmp_path / "index")
    recorded = md5_reference(root / "data")
    assert check(root, recorded, index=index).state is State.MATCH
    assert not index.file.exists()


def test_the_index_remembers_what_is_there_and_not_what_was_recorded(root, index):
    assert check(root, "0" * 32, index=index).state is State.MISMATCH
    assert check(root, "0" * 32, index=index).state is State.MISMATCH
    assert check(root, md5_reference(root / "data"), index=index).state is State.MATCH


def test_a_directory_that_holds_its_own_configuration_has_no_digest(root):
    verdict = check(root, "0" * 32, path=".", config_path="data/conf.yaml")
    assert verdict.state is State.UNDEFINED
    assert "holds the configuration" in verdict.reason
    assert check(root, "0" * 32, path="conf.yaml").state is State.UNDEFINED


def test_data_beside_the_configuration_are_found(root):
    recorded = md5_reference(root / "data")
    assert check(root, recorded, path="../data", config_path="conf/a.yaml").state is State.MATCH


@pytest.mark.parametrize("path", ["../outside", "link"])
def test_a_relative_path_out_of_the_repository_is_not_followed(root, path):
    (root.parent / "outside").mkdir()
    (root / "link").symlink_to("../outside")
    verdict = check(root, md5_reference(root.parent / "outside"), path=path)
    assert verdict.state is State.UNDEFINED
    assert "out of the repository" in verdict.reason


def test_an_absolute_path_out_of_the_repository_is_checked(root):
    (root.parent / "outside").mkdir()
    outside = root.parent / "outside"
    assert check(root, md5_reference(outside), path=outside).state is State.MATCH


@pytest.mark.parametrize(
    ("target", "part"),
    [("../..", "leads out"), (".", "circle"), ("gone", "nowhere"), ("/etc/passwd", "leads out")],
)
def test_links_that_have_no_content_here_make_the_digest_undefined(root, target, part):
    (root / "data" / "sub" / "l").symlink_to(target)
    verdict = check(root, "0" * 32)
    assert verdict.state is State.UNDEFINED
    assert part in verdict.reason
    assert verdict.reason.startswith("'data/sub/l'")


def test_pipes_and_devices_are_undefined_and_do_not_make_us_wait(root):
    os.mkfifo(root / "pipe")
    assert check(root, "0" * 32, path="pipe").state is State.UNDEFINED
    assert check(root, "0" * 32, path="/dev/zero").state is State.UNDEFINED


@pytest.mark.parametrize("target", ["self", "gone"])
def test_data_that_are_a_broken_link_are_undefined(root, target):
    (root / "self").symlink_to(target)
    assert check(root, "0" * 32, path="self").state is State.UNDEFINED


def test_a_plain_sha256_of_a_directory_is_undefined_with_advice(root):
    verdict = check(root, "0" * 64, key="sha256")
    assert verdict.state is State.UNDEFINED
    assert "tree:sha256" in verdict.reason


def test_odd_names_and_empty_folders_are_verified(root):
    (root / "data" / "a\nb").write_bytes(b"")
    (root / "data" / "empty").mkdir()
    assert check(root, md5_reference(root / "data")).state is State.MATCH


def test_measuring_gives_the_digest_whatever_is_recorded(root):
    (declared,) = declarations(facts_of("dir: data\nmd5:\n"))
    verdict = measure(declared, root=root, config_path=CONFIG)
    assert verdict.state is State.NOT_RECORDED
    assert verdict.actual == md5_reference(root / "data")
