"""Which files declare data, and which only look as if they did."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from checking import check, places
from project.projects import project

from repro_check.data.declaring.declared import declared_data, undeclared_data
from repro_check.data.hashing.digests import Algorithm

MD5 = "0123456789abcdef0123456789abcdef"
SHA = MD5 * 2


def brief(root: Path, files: dict[str, str]):
    """What the files declare, as (file, name, path, digest)."""
    opened = project(root, files)
    return [
        (config.path, one.name, one.path_text, one.digest_text)
        for config in opened.configs.readable()
        for one in declared_data(config, opened)
    ]


@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("pyproject.toml", "tool.repro-check."),
        ("repro-check.toml", ""),
        ("lab/repro-check.toml", ""),
    ],
)
def test_the_settings_declare_data_by_name(tmp_path, path, table):
    text = f"""
        [[{table}data]]
        name = "scans"
        path = "data/scans"
        digest = "tree:blake3:{SHA}"

        [[{table}data]]
        name = "labels"
        path = "file:///mnt/labels"
        digest = "{MD5}"
    """
    assert brief(tmp_path, {path: text}) == [
        (path, "scans", "data/scans", f"tree:blake3:{SHA}"),
        (path, "labels", "/mnt/labels", MD5),
    ]


def test_the_places_in_the_settings_are_those_of_the_values(tmp_path):
    text = f'[[tool.repro-check.data]]\nname = "a"\npath = "d"  # here\ndigest = "md5:{MD5}"\n'
    opened = project(tmp_path, {"pyproject.toml": text})
    (one,) = declared_data(opened.configs["pyproject.toml"], opened)
    assert (one.path_entry.span.line, one.path_entry.span.column) == (3, 8)
    assert (one.digest_entry.span.line, one.digest_entry.span.column) == (4, 10)


@pytest.mark.parametrize("digest", ["", 'digest = ""\n'])
def test_settings_without_a_digest_are_declared_and_not_recorded(tmp_path, digest):
    text = f'[[data]]\nname = "a"\npath = "d"\n{digest}'
    assert brief(tmp_path, {"repro-check.toml": text}) == [("repro-check.toml", "a", "d", "")]


def test_a_digest_in_the_settings_that_is_none_can_only_mismatch(tmp_path):
    text = '[[data]]\nname = "a"\npath = "d"\ndigest = "unknown"\n'
    assert brief(tmp_path, {"repro-check.toml": text}) == [
        ("repro-check.toml", "a", "d", "unknown")
    ]


def test_a_pyproject_may_hold_the_config_of_the_work_too(tmp_path):
    text = f'[tool.lab.data]\ndir = "d"\nmd5 = "{MD5}"\n[tool.repro-check.smoke]\npath = "x"\nmd5 = "{MD5}"\n'
    found = brief(tmp_path, {"pyproject.toml": text})
    assert found == [("pyproject.toml", "tool.lab.data", "d", MD5)]


def test_records_of_dvc_are_declarations(tmp_path):
    files = {
        "data/a.csv.dvc": f"outs:\n- md5: {MD5}\n  size: 3\n  hash: md5\n  path: a.csv\n",
        "dvc.yaml": "stages:\n  prepare:\n    cmd: python p.py\n    outs:\n    - data/b\n",
        "dvc.lock": "schema: '2.0'\nstages:\n  prepare:\n    cmd: python p.py\n    outs:\n"
        f"    - path: data/b\n      hash: md5\n      md5: {MD5}.dir\n",
    }
    assert [(one[0], one[2], one[3]) for one in brief(tmp_path, files)] == [
        ("data/a.csv.dvc", "data/a.csv", MD5),
        ("dvc.lock", "data/b", f"{MD5}.dir"),
    ]


def file_object(**marks: str) -> str:
    described = {"@type": "cr:FileObject", "@id": "a", "contentUrl": "data/a.csv", "sha256": SHA}
    return json.dumps({"@context": {}, "@type": "sc:Dataset", "distribution": [described | marks]})


@pytest.mark.parametrize(
    "kind", ["cr:FileObject", "sc:FileObject", "http://mlcommons.org/croissant/FileObject"]
)
def test_a_croissant_description_declares_the_files_beside_it(tmp_path, kind):
    text = file_object(**{"@type": kind})
    assert brief(tmp_path, {"release/croissant.json": text}) == [
        ("release/croissant.json", "distribution[0]", "release/data/a.csv", SHA)
    ]


@pytest.mark.parametrize(
    "marks",
    [
        {"contentUrl": "https://example.org/a.csv"},
        {"containedIn": "archive.zip"},
        {"@type": "cr:FileSet"},
        {"sha256": "https://github.com/mlcommons/croissant/issues/80"},
        {"sha256": ""},
        {"contentUrl": ""},
    ],
)
def test_what_a_croissant_description_keeps_elsewhere_is_left_alone(tmp_path, marks):
    assert brief(tmp_path, {"croissant.json": file_object(**marks)}) == []


CONDA_LOCK = f"""
version: 1
metadata:
  content_hash:
    linux-64: {SHA}
  sources: [environment.yml]
package:
- name: numpy
  manager: conda
  url: https://conda.anaconda.org/conda-forge/linux-64/numpy.conda
  hash:
    md5: {MD5}
    sha256: {SHA}
"""
PIXI = f"""
version: 6
packages:
- conda: https://conda.anaconda.org/conda-forge/linux-64/numpy.conda
  sha256: {SHA}
  md5: {MD5}
- pypi: ./
  name: lab
  path: ./
  sha256: {SHA}
"""
NPM = json.dumps({"packages": {"a": {"resolved": "file:a", "integrity": "sha512-x", "path": "a"}}})
INFOS = json.dumps(
    {"plain": {"download_checksums": {"https://x.org/a": {"num_bytes": 1, "checksum": SHA}}}}
)
RESOURCES = (
    f"resources:\n  - url: https://x.org/a.gz\n    md5: {MD5}\n  - [https://x.org/b.gz, {MD5}]\n"
)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("conda-lock.yml", CONDA_LOCK),
        ("envs/gpu.conda-lock.yml", CONDA_LOCK),
        ("pixi.lock", PIXI),
        ("package-lock.json", NPM),
        ("uv.lock", f'[[package]]\nname = "a"\npath = "a"\nsha256 = "{SHA}"\n'),
        ("poetry.lock", f'[[package.files]]\nfile = "a.whl"\nhash = "sha256:{SHA}"\n'),
        ("Pipfile.lock", json.dumps({"_meta": {"hash": {"sha256": SHA}}, "path": "."})),
        ("requirements.txt", f"numpy==2.0 --hash=sha256:{SHA}\n"),
        ("dataset_infos.json", INFOS),
        ("configs/mnist.yaml", RESOURCES),
        (".github/workflows/ci.yml", f"env:\n  path: data\n  md5: {MD5}\n"),
        ("action.yml", f"inputs:\n  path: data\n  digest: {MD5}\n"),
        ("docker-compose.yml", f"services:\n  a:\n    path: .\n    digest: sha256:{SHA}\n"),
        ("conda/meta.yaml", f"source:\n  url: https://x.org/a.tar.gz\n  sha256: {SHA}\n"),
        (".pre-commit-config.yaml", f"repos:\n- path: .\n  md5: {MD5}\n"),
        ("outputs/.hydra/config.yaml", f"dir: x\nmd5: {MD5}\n"),
        ("configs/a.yaml", "dir: x\nlr: 0.1\n"),
    ],
)
def test_files_of_other_tools_declare_nothing(tmp_path, path, text):
    assert brief(tmp_path, {path: text}) == []


def test_a_lock_of_our_own_is_no_declaration(tmp_path):
    assert brief(tmp_path, {"repro-data.lock": f"data d\ndigest md5:{MD5}\n"}) == []


def test_only_configs_of_experiments_name_data_without_a_record(tmp_path):
    files = {
        "configs/a.yaml": "data_dir: d\n",
        "mkdocs.yml": "data_dir: d\n",
        "a.yaml": "data_dir: d\n",
    }
    opened = project(tmp_path, files)
    found = {path: undeclared_data(opened.configs[path], opened) for path in files}
    assert [path for path, declared in found.items() if declared] == ["configs/a.yaml"]


def test_the_algorithm_of_the_settings_follows_from_the_digest(tmp_path):
    text = f'[[data]]\nname = "a"\npath = "d"\ndigest = "tree:md5:{MD5}"\n'
    opened = project(tmp_path, {"repro-check.toml": text})
    (one,) = declared_data(opened.configs["repro-check.toml"], opened)
    assert one.algorithm is Algorithm.TREE_MD5


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        (
            "pyproject.toml",
            f'[[tool.repro-check.data]]\nname = "a"\npath = "data/a.csv"\ndigest = "md5:{MD5}"\n',
            "4:10",
        ),
        ("configs/a.yaml", f"files: [data/a.csv]\nmd5: [{MD5}]\n", "2:7"),
        ("configs/a.yaml", f"path: data\nsha256:\n  a.csv: {SHA}\n", "3:10"),
        ("croissant.json", file_object(), "1:135"),
    ],
)
def test_what_is_declared_is_compared_with_the_data(tmp_path, path, text, place):
    project(tmp_path, {path: text, "data/a.csv": "1,2\n"})
    assert places(check(tmp_path, "DATA002")) == [f"{path}:{place} DATA002"]


@pytest.mark.parametrize("written", ["data/*.csv", "${paths.data}/a", "$DATA", "file://server/a"])
def test_a_path_that_cannot_be_known_is_not_checked_and_no_error(tmp_path, written):
    project(tmp_path, {"configs/a.yaml": f"dir: '{written}'\nmd5: {MD5}\n", "data/a.csv": "1\n"})
    report = check(tmp_path, "DATA002")
    assert report.findings == ()
    assert [one.path for one in report.not_checked] == ["configs/a.yaml"]
