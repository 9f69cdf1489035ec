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


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (f"datasets:\n  - dir: a\n    md5: {MD5}\n  - {{name: B, path: b, md5: {MD5}}}\n", "yaml"),
        (f"datasets: [{{dir: a, md5: {MD5}}}, {{dir: b, md5: {MD5}}}]\n", "yaml"),
        (
            f'{{"datasets": [{{"dir": "a", "md5": "{MD5}"}}, {{"dir": "b", "md5": "{MD5}"}}]}}',
            "json",
        ),
        (
            f'[[datasets]]\ndir = "a"\nmd5 = "{MD5}"\n[[datasets]]\ndir = "b"\nmd5 = "{MD5}"\n',
            "toml",
        ),
        (f'datasets = [{{dir = "a", md5 = "{MD5}"}}, {{dir = "b", md5 = "{MD5}"}}]\n', "toml"),
    ],
)
def test_each_data_set_of_a_list_is_declared(text, form):
    assert brief(text, form) == [("datasets[0]", "a", MD5), ("datasets[1]", "b", MD5)]


@pytest.mark.parametrize(
    ("paths", "digests"),
    [
        *(("train", "train_md5"), ("train_files", "train_md5"), ("train_paths", "train_md5sums")),
        *(("files", "md5"), ("files", "md5s"), ("files", "file_md5s"), ("files", "files_md5")),
        *(
            ("data_files", "data_md5"),
            ("data_files", "md5"),
            ("path", "md5"),
            ("files", "checksums"),
        ),
        *(("train-files", "train-md5"), ("path", "digests")),
    ],
)
def test_lists_of_the_same_length_are_paired_by_position(paths, digests):
    text = f"data:\n  {paths}: [a.csv, d/b.csv]\n  {digests}:\n    - {MD5}\n    - {MD5[::-1]}\n"
    assert brief(text) == [
        (f"data.{paths}[0]", "a.csv", MD5),
        (f"data.{paths}[1]", "d/b.csv", MD5[::-1]),
    ]


def test_the_places_of_paired_lists_are_those_of_their_items():
    one, two = declarations(facts_of(f"files: [a.csv, b.csv]\nmd5:\n- {MD5}\n-\n"))
    assert (one.path_entry.span.column, two.path_entry.span.column) == (9, 16)
    assert (one.digest_entry.span.line, two.digest_entry.span.line) == (3, 4)
    assert two.digest_text == ""


@pytest.mark.parametrize("key", ["md5", "md5s", "md5sums", "checksums", "digest"])
def test_a_mapping_from_file_to_digest_beside_a_folder_declares_each_file(key):
    text = f"data:\n  dir: ${{base}}/d/\n  {key}:\n    a.csv: {MD5}\n    s/b.bin: {MD5}\nbase: x\n"
    assert brief(text) == [
        ("data[a.csv]", "x/d/a.csv", MD5),
        ("data[s/b.bin]", "x/d/s/b.bin", MD5),
    ]


def test_a_named_mapping_belongs_to_the_folder_of_that_name():
    text = f'[data]\ntrain_dir = "d"\n[data.train_sha256]\n"a.csv" = "{SHA}"\n'
    (one,) = declarations(facts_of(text, "toml"))
    assert (one.path_text, one.algorithm) == ("d/a.csv", Algorithm.SHA256)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"files: [a.csv, b.csv]\nmd5: [{MD5}]\n", id="too few"),
        pytest.param(f"files: [a.csv]\nmd5: [{MD5}, {MD5}]\n", id="too many"),
        pytest.param(f"files: [a.csv]\npaths: [b.csv]\nmd5: [{MD5}]\n", id="two lists of paths"),
        pytest.param(f"train: [a]\ntrain_files: [b]\ntrain_md5: [{MD5}]\n", id="two of the name"),
        pytest.param(f"files: [a.csv, null]\nmd5: [{MD5}, {MD5}]\n", id="a path that is none"),
        pytest.param(f"files: [[a.csv]]\nmd5: [{MD5}]\n", id="lists in the list of paths"),
        pytest.param(f"files: [a.csv]\nmd5: [[{MD5}]]\n", id="lists in the list of digests"),
        pytest.param("files: [a.csv]\nmd5: [yes]\n", id="flags"),
        pytest.param(f"urls: [a, b]\nmd5: [{MD5}, {MD5}]\n", id="URLs"),
        pytest.param(f"layers: [a, b]\nmd5: [{MD5}, {MD5}]\n", id="other lists"),
        pytest.param(f"test_files: [a]\ntrain_md5: [{MD5}]\n", id="another name"),
        pytest.param(f"files: [a.csv]\nmd5: {MD5}\n", id="one digest for a list"),
        pytest.param(f"dir: d\nmd5: {{train: {MD5}, test: {MD5}}}\n", id="names of splits"),
        pytest.param(f"dir: d\nmd5: {{a.csv: {MD5}, all: {MD5}}}\n", id="not all are files"),
        pytest.param(f"dir: d\nmd5: {{../a.csv: {MD5}}}\n", id="a file elsewhere"),
        pytest.param(f"dir: d\nmd5: {{/a.csv: {MD5}}}\n", id="an absolute file"),
        pytest.param(f"dir: d\nmd5: {{https://x.org/a.csv: {MD5}}}\n", id="a URL"),
        pytest.param(f"dir: d\nmd5: {{a.csv: {{x: {MD5}}}}}\n", id="deeper mappings"),
        pytest.param(f"path: d.csv\nmd5: {{a.csv: {MD5}}}\n", id="a file is no folder"),
        pytest.param(f"code_files_sha256:\n  src/a.py: {SHA}\n", id="no folder at all"),
        pytest.param(f"dir: d\nblake3: {SHA}\n", id="blake3 of what"),
        pytest.param(f"dir: d\ndigest: blake3:{SHA}\n", id="a kind that is not ours"),
        pytest.param(
            f"data_dir_name: d\ndataset_url: https://x.org/d.zip\ndataset_md5: {MD5}\n",
            id="a download",
        ),
        pytest.param(
            f"resources:\n- [https://x.org/a.gz, {MD5}]\n- {{url: https://x.org/b, md5: {MD5}}}\n",
            id="the resources of torchvision",
        ),
        pytest.param(f"path: .\nhash: {{md5: {MD5}, sha256: {SHA}}}\n", id="hashes of a package"),
    ],
)
def test_lists_and_mappings_with_two_readings_or_none_declare_nothing(text):
    assert declarations(facts_of(text)) == ()


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("file:///data/x", "/data/x"),
        ("file://localhost/data/x", "/data/x"),
        ("file:/data/x", "/data/x"),
        ("file://./x", "./x"),
        ("file:///data/a%20b", "/data/a b"),
        ("file:///C:/data", "C:/data"),
        ("file://server/share", "file://server/share"),
        ("s3://bucket/x", "s3://bucket/x"),
        ("~/x/", "~/x/"),
        ("data\\train", "data\\train"),
        ("data/*.csv", "data/*.csv"),
        ("$DATA/x", None),
        ("%DATA%/x", None),
        ("${DATA:-./x}", None),
        ("data/{split}.csv", None),
    ],
)
def test_paths_are_read_in_the_spellings_that_occur(written, path):
    assert brief(f"data:\n  dir: '{written}'\n  md5: {MD5}\n") == [("data", path, MD5)]


def test_the_splits_of_one_mapping_are_declared_one_by_one():
    # The idiom of EMBER benchmarks: train_file, test_file and their digests side by side.
    text = (
        f"ember:\n  train_file: a.npz\n  test_file: b.npz\n  train_md5: {MD5}\n  test_md5: {MD5}\n"
    )
    assert [one[1] for one in brief(text)] == ["a.npz", "b.npz"]


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
        (f"digest: tree:blake3:{SHA}", Algorithm.TREE_BLAKE3),
        (f"digest: '{SHA}'", Algorithm.SHA256),
        (f"blake3: tree:blake3:{SHA}", Algorithm.TREE_BLAKE3),
        (f"md5: tree:blake3:{SHA}", Algorithm.TREE_BLAKE3),
        (f"sha256: sha256:{SHA}", Algorithm.SHA256),
        ("blake3:", Algorithm.TREE_BLAKE3),
        ("digest: ''", Algorithm.TREE_SHA256),
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
        ("${hydra:runtime.cwd}/x", "./x"),
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
