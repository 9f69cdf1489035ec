"""DATA001: data that a config names and nothing records, and what counts as a record."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

from repro_check.findings import Finding, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[[dict[str, str]], list[str]]
CODE = {"train.py": "import torch\n"}


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The places of the findings in these files, beside some code."""

    def run(files: dict[str, str]) -> list[str]:
        return places(check(make_repo(CODE | files, commit=False).root, "DATA001"))

    return run


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("data_dir: ./data/scans\n", "1:11"),
        ("lr: 0.1\ndata:\n  root: data/scans  # two hospitals\n", "3:9"),
        ("dataset:\n  path: /data/scans\n", "2:9"),
        ("train_csv: data/train.csv\n", "1:12"),
        ('"data_dir": "data"\n', "1:13"),
        ("base: data\ndata_dir: ${base}/scans\n", "2:11"),
        ("datasets:\n  - path: data/a.csv\n", "2:11"),
    ],
)
def test_data_without_a_record_are_found_at_the_path(judge: Judge, text: str, place: str) -> None:
    assert judge({"configs/train.yaml": text}) == [f"configs/train.yaml:{place} DATA001"]


def test_toml_and_json_are_read_too(judge: Judge) -> None:
    files = {
        "configs/a.toml": '[data]\ndir = "data/a"\n',
        "configs/b.json": json.dumps({"data": {"dir": "data/b"}}),
    }
    assert judge(files) == ["configs/a.toml:2:7 DATA001", "configs/b.json:1:18 DATA001"]


@pytest.mark.parametrize(
    "text",
    [
        "data_dir: ./data/scans\ndata_md5: 5d41402abc4b2a76b9719d911017c592\n",
        "data:\n  dir: data\n  md5: 5d41402abc4b2a76b9719d911017c592\n",
        "data:\n  path: lab/scans\n  revision: 0a1b2c3\n",
        "data_dir: data\ndata_sha256: " + "0" * 64 + "\n",
        "data_dir: ???\n",
        "data_dir: /path/to/data\n",
        "data_dir: null\n",
        "data_dir: ''\n",
        "dataset: cifar10\n",
        "dataset: allenai/c4\n",
        "data_dir: https://example.org/x\n",
        "output_dir: data/out\n",
        "log_dir: ./logs\n",
        "data_dir: ${oc.env:DATA}\n",
        "dataset: mnist\ndata_dir: ./data\n",
        "data:\n  _target_: torchvision.datasets.CIFAR10\n  root: ./data\n",
        "data_dir: ./data\nsynthetic: true\n",
    ],
)
def test_what_is_recorded_or_is_no_path_passes(judge: Judge, text: str) -> None:
    assert judge({"configs/train.yaml": text}) == []


@pytest.mark.parametrize(
    "record",
    [
        {"data/scans.dvc": "outs:\n- md5: x\n  path: scans\n"},
        {"dvc.lock": "schema: '2.0'\n"},
        {"repro-data.lock": "data data/scans\ndigest md5:" + "0" * 32 + "\n"},
        {"repro-data.lock": "data data\ndigest md5:" + "0" * 32 + "\n"},
        {"repro-data.lock": "data data/scans/a.csv\ndigest md5:" + "0" * 32 + "\n"},
        {"repro-data.lock": "<<<<<<< ours\ndata x\n"},
        {"configs/data/scans.yaml": "dir: data/scans\nmd5:\n"},
        {"configs/data/scans.yaml": "dir: ./data/\nmd5: " + "0" * 32 + "\n"},
        {
            "pyproject.toml": "[[tool.repro-check.data]]\nname = 'a'\npath = 'data/scans/'\n"
            "digest = 'md5:" + "0" * 32 + "'\n"
        },
        {".datalad/config": "[datalad]\n"},
        {
            ".gitattributes": "data/** filter=lfs diff=lfs merge=lfs -text\n",
            "data/scans/a.csv": "1\n",
        },
    ],
)
def test_a_record_by_another_tool_is_enough(judge: Judge, record: dict[str, str]) -> None:
    assert judge({"configs/train.yaml": "data_dir: data/scans\n"} | record) == []


@pytest.mark.parametrize(
    "record",
    [
        {"repro-data.lock": "# nothing yet\nversion 1\n"},
        {"repro-data.lock": "data data/scans2\ndigest md5:" + "0" * 32 + "\n"},
        {"repro-data.lock": "data other\ndigest md5:" + "0" * 32 + "\n- 0 data/scans/\n"},
        {"configs/other.yaml": "dir: data/scans2\nmd5: " + "0" * 32 + "\n"},
        {"lab/configs/t.yaml": "dir: data/scans\nmd5: " + "0" * 32 + "\n"},
        {"tests/configs/t.yaml": "dir: data/scans\nmd5: " + "0" * 32 + "\n"},
        {"conda-lock.yml": "package:\n- path: data/scans\n  md5: " + "0" * 32 + "\n"},
    ],
)
def test_a_record_of_other_data_is_not_enough(judge: Judge, record: dict[str, str]) -> None:
    found = judge({"configs/train.yaml": "data_dir: data/scans\n"} | record)
    assert found == ["configs/train.yaml:1:11 DATA001"]


def test_data_named_through_another_file_are_found(judge: Judge) -> None:
    # The layout of ashleve/lightning-hydra-template.
    files = {
        "configs/train.yaml": "defaults:\n  - _self_\n  - data: scans\n  - paths: default\n",
        "configs/data/scans.yaml": "data_dir: ${paths.data_dir}\n",
        "configs/paths/default.yaml": "root_dir: ${oc.env:PROJECT_ROOT}\n"
        "data_dir: ${paths.root_dir}/data/\n",
        ".project-root": "",
        "src/train.py": "import rootutils\n\nrootutils.setup_root(__file__, '.project-root')\n",
    }
    assert judge(files) == ["configs/data/scans.yaml:1:11 DATA001"]
    assert judge(files | {"src/train.py": "import torch\n"}) == []


def test_lfs_for_other_files_records_nothing(judge: Judge) -> None:
    files = {
        "configs/train.yaml": "data_dir: data/scans\n",
        ".gitattributes": "*.pt filter=lfs diff=lfs merge=lfs -text\n",
        "data/scans/a.csv": "1\n",
    }
    assert judge(files) == ["configs/train.yaml:1:11 DATA001"]


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ("from torchvision.datasets import MNIST\n", False),
        ("from torchvision import datasets\n\nd = datasets.CIFAR10('.', download=True)\n", False),
        ("import torchvision\n\nd = torchvision.datasets.CIFAR10('.')\n", False),
        ("from sklearn.datasets import load_iris\n", False),
        ("from keras.datasets import mnist\n", False),
        ("from datasets import load_dataset\n", False),
        ("from torchvision.datasets import ImageFolder\n", True),
        ("from torchvision import datasets\n\nd = datasets.ImageFolder('data')\n", True),
        ("from torchvision import transforms\n", True),
        ("from mylab.datasets import load\n", True),
    ],
)
def test_loaders_that_compare_checksums_are_trusted(
    judge: Judge, code: str, *, is_found: bool
) -> None:
    found = judge({"configs/train.yaml": "data_dir: data/scans\n", "data_module.py": code})
    assert bool(found) == is_found


def test_data_that_several_configs_name_are_found_once(make_repo: MakeRepo) -> None:
    files = {
        f"configs/experiment/{name}.yaml": f"lr: 1\ndata_dir: ./data/{name[0]}\n"
        for name in ("a1", "a2", "b")
    }
    findings: tuple[Finding, ...] = check(
        make_repo(CODE | files, commit=False).root, "DATA001"
    ).findings
    first, second = findings
    assert first.location.path == "configs/experiment/a1.yaml"
    assert [each.location.path for each in first.related] == ["configs/experiment/a2.yaml"]
    assert second.location.path == "configs/experiment/b.yaml"
    assert first.severity is Severity.WARNING


def test_two_projects_with_the_same_relative_path_have_two_data_sets(judge: Judge) -> None:
    text = "data_dir: ./data/x\n"
    assert len(judge({"a/configs/t.yaml": text, "b/configs/t.yaml": text})) == 2


@pytest.mark.parametrize(
    "path",
    [
        *("tests/configs/a.yaml", "docs/config.yaml", ".github/config.yaml", "mkdocs.yml"),
        *("third_party/x/configs/a.yaml", "docker-compose.yml", "environment.yml"),
    ],
)
def test_files_of_tools_are_no_configs_of_experiments(judge: Judge, path: str) -> None:
    assert judge({path: "data_dir: ./data/scans\n"}) == []


# The layouts below are those of NVlabs/MUNIT, liyaguang/DCRNN and microsoft/ClimaX.
DEMO = {
    "configs/demo.yaml": "data_root: ./datasets/demo/\n",
    "datasets/demo/list_a.txt": "a/1.jpg\n",
    "datasets/demo/a/1.jpg": "an image\n",
}


def test_data_that_are_committed_are_fixed_by_the_commit(make_repo: MakeRepo) -> None:
    files = CODE | DEMO | {"table/configs/t.yaml": "csv: data/t.csv\n", "table/data/t.csv": "1\n"}
    assert places(check(make_repo(files).root, "DATA001")) == []


@pytest.mark.parametrize(
    "more",
    [
        {".gitignore": "datasets/\n"},
        {".gitignore": "/datasets/demo/b/\n"},
        {"datasets/.gitignore": "demo/*\n"},
        {"datasets/demo/a/.gitignore": "*\n!.gitignore\n"},
    ],
)
def test_a_commit_does_not_fix_a_folder_that_is_ignored_in_part(
    make_repo: MakeRepo, more: dict[str, str]
) -> None:
    repo = make_repo(CODE | DEMO)
    repo.commit(files=more)
    assert places(check(repo.root, "DATA001")) == ["configs/demo.yaml:1:12 DATA001"]


@pytest.mark.parametrize(
    "files",
    [
        {"datasets/demo/.gitkeep": "", "datasets/demo/README.md": "Put the images here.\n"},
        {"datasets/demo/README": "Ask us.\n", "datasets/demo/get.sh": "wget x\n"},
        {"datasets/demo/__init__.py": ""},
        {"datasets/demo2/a.txt": "1\n"},
    ],
)
def test_what_lies_beside_data_is_no_data(make_repo: MakeRepo, files: dict[str, str]) -> None:
    repo = make_repo(CODE | {"configs/demo.yaml": DEMO["configs/demo.yaml"]} | files)
    assert places(check(repo.root, "DATA001")) == ["configs/demo.yaml:1:12 DATA001"]


def test_a_folder_of_which_a_part_is_not_committed_yet_is_found(make_repo: MakeRepo) -> None:
    repo = make_repo(CODE | DEMO)
    repo.write({"datasets/demo/a/2.jpg": "another\n"})
    assert places(check(repo.root, "DATA001")) == ["configs/demo.yaml:1:12 DATA001"]


def test_a_path_is_found_once_however_deep_the_configs_that_name_it_lie(judge: Judge) -> None:
    text = "data:\n  dataset_dir: data/METR-LA\n"
    files = {
        "data/model/dcrnn_config.yaml": text,
        "data/model/pretrained/METR-LA/config.yaml": text,
    }
    assert judge(files) == ["data/model/dcrnn_config.yaml:2:16 DATA001"]


@pytest.mark.parametrize("file", ["train.py", "data/x/a.csv"])
def test_a_folder_with_code_or_the_data_is_a_project_of_its_own(judge: Judge, file: str) -> None:
    text = "data_dir: ./data/x\n"
    files = {"a/config.yaml": text, "b/config.yaml": text, f"a/{file}": "", f"b/{file}": ""}
    assert len(judge(files)) == 2


@pytest.mark.parametrize(
    ("path", "is_found"),
    [
        ("cmip_configs/AWI/Snakefile", False),
        ("cmip_configs/Snakefile", False),
        ("cmip_configs/rules/get.smk", True),
        ("workflow/Snakefile", True),
    ],
)
def test_the_configs_of_a_workflow_name_what_it_writes(
    judge: Judge, path: str, *, is_found: bool
) -> None:
    files = {"cmip_configs/AWI/config_u.yml": "datadir: /data/AWI\n", path: "rule all:\n"}
    assert bool(judge(files)) == is_found
