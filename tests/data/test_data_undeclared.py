from __future__ import annotations

import pytest
from data_support import facts_of

from repro_check.data import undeclared

MD5 = "0123456789abcdef0123456789abcdef"


def paths(text, form="yaml"):
    return [one.path_text for one in undeclared(facts_of(text, form))]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("data: ./cifar\n", "./cifar"),
        ("data_dir: data\n", "data"),
        ("data:\n  data_dir: /mnt/imagenet\n", "/mnt/imagenet"),
        ("data:\n  root: cifar\n", "cifar"),
        ("data:\n  path: data/train.csv\n", "data/train.csv"),
        ("datasets:\n  - path: a/b/c\n", "a/b/c"),
        ("dataset:\n  dir: optdigits\n", "optdigits"),
        ("data_path: data\n", "data"),
        ("dataset_path: ../data/squad.json\n", "../data/squad.json"),
        ("train_data: data/train.jsonl\n", "data/train.jsonl"),
        ("train_file: data/train.txt\n", "data/train.txt"),
        ("test_path: C:\\data\\test\n", "C:\\data\\test"),
        ("test_dir: data/tests\n", "data/tests"),
        ("pretrain_data: data/more.pkl\n", "data/more.pkl"),
        ("raw_data_dir: raw\n", "raw"),
        ("base: data\ndata_dir: ${base}/x\n", "data/x"),
        ("data_dir: ${oc.env:DATA,./data}\n", "./data"),
        ("name: digits\ndata_dir: data/optdigits\n", "data/optdigits"),
        ("_target_: src.data.Images\ndata_dir: data/\n", "data/"),
        ("data_dir: data\nmd5sums: no\nsynthetic: false\n", "data"),
        ("data_dir: data\nrevision: null\n", "data"),
        ("data_dir: ${hydra:runtime.cwd}/scans\n", "./scans"),
        ("data_dir: file:///mnt/scans\n", "/mnt/scans"),
        ("data_dir: data\nmd5s: no\n", "data"),
        ("train_dir: data/a\ntrain_md5: " + MD5 + "\ntest_dir: data/b\n", "data/b"),
    ],
)
def test_a_path_to_data_without_a_digest_is_found(text, path):
    found = undeclared(facts_of(text))
    assert [one.path_text for one in found] == [path]
    assert found[0].digest_entry is None


@pytest.mark.parametrize(
    ("text", "form"),
    [('{"data": {"dir": "x"}}', "json"), ('[data]\ndir = "x"\n', "toml")],
)
def test_every_form_of_configuration_is_read(text, form):
    assert paths(text, form) == ["x"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"data_dir: data\nmd5: {MD5}\n", id="md5 beside it"),
        pytest.param("data_dir: data\nmd5:\n", id="declared, to be recorded"),
        pytest.param(f"data_dir: data\nmd5s:\n  train: {MD5}\n", id="digests by split"),
        pytest.param(f"data_dir: d\nfiles: [d/a]\nmd5s: [{MD5}]\n", id="digests of the parts"),
        pytest.param(f"dir: .\nmd5: {MD5}\nx:\n  data_dir: data\n", id="a digest of everything"),
        pytest.param("train_path: data/*.csv\n", id="pattern"),
        pytest.param("train_path: data/part-[0-9].csv\n", id="pattern of digits"),
        pytest.param("data_dir: file://server/data\n", id="file on another host"),
        pytest.param("data_dir: '%DATA%/x'\n", id="variable of Windows"),
        pytest.param(f"data: ./c\ndata_digest: sha256:{MD5}{MD5}\n", id="named digest"),
        pytest.param(f"data:\n  dir: x\ndata_md5: {MD5}\n", id="digest beside the mapping"),
        pytest.param("data_dir: d\nchecksums: {a: b}\n", id="checksums"),
        pytest.param("data_path: ./x\nrevision: 1a2b3c\n", id="revision on a hub"),
        pytest.param("dataset: cifar10\n", id="a name"),
        pytest.param("dataset: allenai/c4\n", id="a name on a hub"),
        pytest.param("dataset_path: tatsu-lab/alpaca\n", id="a name on a hub under path"),
        pytest.param("dataset_path: super_glue\n", id="a bare name under path"),
        pytest.param("data:\n  path: squad\n", id="a bare name in a mapping"),
        pytest.param("data_path: https://example.org/a.csv\n", id="URL"),
        pytest.param("data_dir: s3://bucket/data\n", id="bucket"),
        pytest.param("data_dir: null\n", id="null"),
        pytest.param("data_dir: ???\n", id="mandatory"),
        pytest.param("data_dir: /path/to/data\n", id="placeholder"),
        pytest.param("data_dir: <your folder>\n", id="placeholder in brackets"),
        pytest.param("data_dir: ${paths.data_dir}\n", id="from another file"),
        pytest.param("data_dir: $DATA\n", id="shell variable"),
        pytest.param("dataset: cifar10\ndata_dir: ./data\n", id="torchvision by name"),
        pytest.param(
            "data:\n  _target_: torchvision.datasets.MNIST\n  root: data\n", id="torchvision"
        ),
        pytest.param("_target_: a.MNISTDataModule\ndata_dir: data/\n", id="wrapped torchvision"),
        pytest.param("data_dir: d\nds:\n  _target_: keras.datasets.mnist.load_data\n", id="keras"),
        pytest.param("data_dir: d\nloader: sklearn.datasets.fetch_covtype\n", id="sklearn"),
        pytest.param("data_dir: data\nsynthetic: true\n", id="synthetic"),
        pytest.param("data:\n  name: fake\n  dir: x\n", id="fake by name"),
        pytest.param("data_dir: data/synthetic\n", id="synthetic by path"),
        pytest.param("train_dir: /tmp/logs/run1\n", id="where training writes"),
        pytest.param("test_dir: tests\n", id="where tests are"),
        pytest.param("train: true\ntest: false\n", id="switches"),
        pytest.param("output_dir: out\ndir: x\npath: data/x.csv\nroot: y\n", id="other paths"),
        pytest.param("cache_dir: data\n", id="cache"),
        pytest.param("output_data: ./a.csv\nsave_data_dir: b\n", id="what is written"),
        pytest.param("user_data: ./a.json\nmetadata: ./b.json\n", id="other data"),
        pytest.param("jobs:\n  a:\n    data_dir: data\n", id="workflow"),
        pytest.param("services:\n  db:\n    data: ./data\n", id="compose"),
        pytest.param("data: {batch_size: 3}\n", id="numbers"),
        pytest.param("data: |\n  ./a\n  ./b\n", id="several lines"),
        pytest.param("", id="empty"),
    ],
)
def test_what_is_recorded_or_not_surely_a_path_to_data_is_left_alone(text):
    assert paths(text) == []


def test_the_settings_of_other_tools_are_not_data():
    assert paths('[tool.coverage.run]\ndata_file = ".coverage.db"\n', "toml") == []


def test_a_data_set_is_given_once():
    text = "data_dir: data\ntrain_file: data/train.csv\ntest_dir: ${data_dir}\nother:\n  data_dir: ./data/\n"
    assert paths(text) == ["data"]


def test_a_digest_elsewhere_in_the_file_covers_the_path():
    text = f"paths:\n  data_dir: data\ndata:\n  dir: ${{paths.data_dir}}\n  md5: {MD5}\n"
    assert paths(text) == []


def test_the_folder_above_pinned_data_is_not_reported():
    assert paths(f"data_root: data\ntrain_dir: data/train\ntrain_md5: {MD5}\n") == []


def test_a_neighbour_with_the_same_beginning_is_another_data_set():
    assert paths("data_dir: data\ntrain_dir: data2\n") == ["data", "data2"]
