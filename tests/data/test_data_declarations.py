from __future__ import annotations

import pytest
from data_support import facts_of

from repro_check.data import Algorithm, declarations

MD5 = "0123456789abcdef0123456789abcdef"
SHA = MD5 * 2


def brief(text, form="yaml"):
    return [(d.name, d.path_text, d.digest_text) for d in declarations(facts_of(text, form))]


@pytest.mark.parametrize(
    "key",
    [
        *("dir", "path", "root", "data_dir", "data_path", "data_root", "dataset_dir", "folder"),
        *("file", "directory", "dataset_path", "data-dir", "DATA_DIR"),
    ],
)
def test_an_md5_belongs_to_the_path_key_beside_it(key):
    assert brief(f"data:\n  {key}: ./x\n  md5: {MD5}\n") == [("data", "./x", MD5)]


@pytest.mark.parametrize("key", ["train", "train_dir", "train_path", "train_file", "train_root"])
def test_a_named_md5_belongs_to_the_path_of_that_name(key):
    text = f"data:\n  {key}: a\n  train_md5: {MD5}\n  test_dir: b\n"
    assert brief(text) == [("data", "a", MD5)]


def test_the_path_key_of_a_whole_name_takes_the_md5():
    assert brief(f"data_dir: a\ndata_path: b\ndata_dir_md5: {MD5}\n") == [("data_dir", "a", MD5)]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (f'{{"data": {{"dir": "x", "md5": "{MD5}"}}}}', "json"),
        (f'[data]\ndir = "x"\nmd5 = "{MD5}"\n', "toml"),
        (f'data = {{ dir = "x", md5 = "{MD5}" }}\n', "toml"),
        (f"data: {{dir: x, md5: {MD5}}}\n", "yaml"),
    ],
)
def test_every_form_of_configuration_declares_alike(text, form):
    assert brief(text, form) == [("data", "x", MD5)]


def test_each_data_set_of_a_list_is_declared():
    text = f"datasets:\n  - dir: a\n    md5: {MD5}\n  - {{path: b, md5: {SHA[:32]}}}\n"
    assert [one[1] for one in brief(text)] == ["a", "b"]


@pytest.mark.parametrize(
    "value", ["", "null", "~", '""', "''", "???", "TODO", "<md5>", "  # later"]
)
def test_an_md5_without_a_value_is_declared_but_not_recorded(value):
    (one,) = declarations(facts_of(f"dir: x\nmd5: {value}\n"))
    assert one.digest_text == ""
    assert one.digest_entry is not None


@pytest.mark.parametrize(
    ("pair", "algorithm"),
    [
        (f"md5: {MD5}", Algorithm.MD5),
        (f"md5sum: {MD5}", Algorithm.MD5),
        (f"sha256: {SHA}", Algorithm.SHA256),
        (f"digest: tree:sha256:{SHA}", Algorithm.TREE_SHA256),
        (f"digest: tree:md5:{MD5}", Algorithm.TREE_MD5),
        (f"digest: sha256:{SHA}", Algorithm.SHA256),
        (f"digest: {MD5}", Algorithm.MD5),
        ("digest:", Algorithm.TREE_SHA256),
        ("sha256:", Algorithm.SHA256),
        ("md5:", Algorithm.MD5),
    ],
)
def test_the_algorithm_follows_from_key_and_value(pair, algorithm):
    (one,) = declarations(facts_of(f"dir: x\n{pair}\n"))
    assert one.algorithm is algorithm


@pytest.mark.parametrize("digits", ["1" * 32, "12345678901234567890123456789e10", "0" * 31 + "7"])
def test_a_digest_that_yaml_reads_as_a_number_keeps_its_digits(digits):
    assert brief(f"dir: x\nmd5: {digits}\n") == [("dir", "x", digits)]


def test_a_digest_that_is_cut_short_is_declared_as_written():
    assert brief("dir: x\nmd5: deadbeef\n") == [("dir", "x", "deadbeef")]


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ("${root}/train", "/d/train"),
        ("${oc.env:DATA,./data}", "./data"),
        ("${oc.env:DATA}", None),
        ("${paths.elsewhere}", None),
        ("${hydra:runtime.cwd}/x", None),
        ("$HOME/x", None),
    ],
)
def test_interpolated_paths_are_resolved_where_the_file_can_tell(value, resolved):
    assert brief(f"root: /d\ndata:\n  dir: {value}\n  md5: {MD5}\n") == [("data", resolved, MD5)]


def test_a_digest_that_cannot_be_resolved_is_unknown_and_not_empty():
    assert brief("dir: x\nmd5: ${oc.env:MD5}\n") == [("dir", "x", None)]


def test_a_merged_mapping_declares_its_place_once():
    text = f"a: &a\n  dir: x\n  md5: {MD5}\nb:\n  <<: *a\nc: *a\n"
    assert len(declarations(facts_of(text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"url: https://example.org/a.zip\nfilename: a.zip\nmd5: {MD5}\n",
        f"url: https://example.org/a.zip\nmd5: {MD5}\n",
        f"url: https://example.org/a.zip\nfilename: a.zip\nroot: data\nmd5: {MD5}\n",
        f"filename: a.zip\nmd5: {MD5}\n",
        f"outs:\n- md5: {MD5}.dir\n  path: data\n",
        "dir: x\nmd5: true\n",
        "dir: x\nmd5: 1\n",
        "dir: x\nmd5: checksums.md5\n",
        "dir: x\nmd5: [1, 2]\n",
        "dir: x\ndigest: sha512:abc\n",
        f"dir: x\nfile: train.csv\nmd5: {MD5}\n",
        f"dir: x\nother:\n  md5: {MD5}\n",
        f"dir: null\nmd5: {MD5}\n",
        f"dir: [a, b]\nmd5: {MD5}\n",
        f"dataset: cifar10\nmd5: {MD5}\n",
        f"train_dir: a\ntrain_path: b\ntrain_md5: {MD5}\n",
        f"output_dir: a\nmd5: {MD5}\n",
        "dir: x\n",
        "- a\n- b\n",
        "just text\n",
        "",
    ],
)
def test_what_is_no_declaration_or_has_two_readings_declares_nothing(text):
    assert declarations(facts_of(text)) == ()


def test_a_download_with_a_path_of_its_own_declares_that_path():
    text = f"url: https://example.org/a.zip\npath: data/a.zip\nmd5: {MD5}\n"
    assert brief(text) == [("path", "data/a.zip", MD5)]


def test_the_entries_point_at_the_values():
    facts = facts_of(f"data:\n  dir: ./x  # here\n  md5: '{MD5}'\n")
    (one,) = declarations(facts)
    assert (one.path_entry.span.line, one.path_entry.span.column) == (2, 8)
    assert one.digest_entry.span.line == 3
