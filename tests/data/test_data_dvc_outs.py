"""What `.dvc` files and `dvc.lock` declare, in the forms that DVC has written since 2018."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo
from data_support import facts_of

from repro_check.data import Algorithm, DataDeclaration
from repro_check.data.dvc import fold, is_dvc_file, outs, pipeline_of
from repro_check.runtime.manifest import Entry

A = "0123456789abcdef0123456789abcdef"
B = "fedcba9876543210fedcba9876543210"
NUMBER = "12345678901234567890123456789012"
LOCK = "schema: '2.0'\nstages:\n  {name}:\n    cmd: x\n    outs:\n    - path: {path}\n      md5: {md5}\n"


def of(
    text: str, path: str, pipeline: str | None = "stages: {s: {cmd: x}}"
) -> list[DataDeclaration]:
    beside = None if pipeline is None else facts_of(pipeline)
    return list(outs(facts_of(text), path, pipeline=beside))


def brief(text: str, path: str, pipeline: str | None = "stages: {s: {cmd: x}}") -> list[object]:
    return [(one.path_text, one.digest_text) for one in of(text, path, pipeline)]


@pytest.mark.parametrize(
    ("path", "is_dvc"),
    [
        *(("data.dvc", True), ("a/b.csv.dvc", True), ("dvc.lock", True), ("a/dvc.lock", True)),
        *((".dvc", False), ("a/.dvc", False), (".dvc/config", False), (".dvc/tmp/x.dvc", False)),
        *(("dvc.yaml", False), (".dvcignore", False), ("uv.lock", False), ("mydvc.lock", False)),
    ],
)
def test_the_files_in_which_dvc_records_digests(path: str, is_dvc: bool) -> None:
    assert is_dvc_file(path) is is_dvc


def test_the_pipeline_of_a_lock_stands_beside_it() -> None:
    assert pipeline_of("dvc.lock") == "dvc.yaml"
    assert pipeline_of("a/b/dvc.lock") == "a/b/dvc.yaml"


@pytest.mark.parametrize(
    ("path", "wdir", "written", "expected"),
    [
        ("data.dvc", "", "data", "data"),
        ("data/raw/x.dvc", "", "x", "data/raw/x"),
        ("data/raw/x.dvc", "", "./sub/x/", "data/raw/sub/x"),
        ("data/meta/x.dvc", "", "../x", "data/x"),
        ("data/meta/x.dvc", "..", "x", "data/x"),
        ("data/x.dvc", "../other", "x", "other/x"),
        ("data/x.dvc", ".", ".", "data"),
        ("data/x.dvc", "", "../../x", None),
        ("x.dvc", "..", "x", None),
        ("x.dvc", "", "..", None),
        ("data/x.dvc", "", "..x", "data/..x"),
        ("data/x.dvc", "", "/srv/x", "/srv/x"),
        ("data/x.dvc", "/srv", "x", "/srv/x"),
        ("data/x.dvc", "", r"raw\x", "data/raw/x"),
        ("data/x.dvc", "", r"..\..\x", None),
        ("data/x.dvc", "", r"C:\data\x", "C:/data/x"),
        ("x.dvc", "", "~/x", "./~/x"),
        ("x.dvc", "", "a:b", "a:b"),
        ("x.dvc", "", "data:x", "./data:x"),
        ("x.dvc", "", "'12'", "12"),
    ],
)
def test_a_path_starts_from_the_folder_of_its_file_and_never_leaves_the_root(
    path: str, wdir: str, written: str, expected: str | None
) -> None:
    head = f"wdir: {wdir}\n" if wdir else ""
    assert brief(f"{head}outs:\n- md5: {A}\n  path: {written}\n", path) == [(expected, A)]


@pytest.mark.parametrize(
    ("line", "algorithm"),
    [
        ("hash: md5", Algorithm.DVC),
        ("size: 1", Algorithm.DVC_DOS2UNIX),
        ("cache: false", Algorithm.DVC_DOS2UNIX),
        ("push: false", Algorithm.DVC_DOS2UNIX),
        ("remote: store", Algorithm.DVC_DOS2UNIX),
        ("cloud: {store: {etag: abc}}", Algorithm.DVC_DOS2UNIX),
        ("hash: sha512", None),
        ("hash: null", None),
    ],
)
def test_the_key_hash_tells_the_records_of_dvc_3_from_older_ones(
    line: str, algorithm: Algorithm | None
) -> None:
    found = of(f"outs:\n- md5: {A}.dir\n  path: data\n  {line}\n", "x.dvc")
    assert [one.algorithm for one in found] == ([algorithm] if algorithm else [])


@pytest.mark.parametrize(
    "digest",
    [
        *(NUMBER, "1234567890123456789012345678e901", "0" * 31 + "7", "0b" + "1" * 30),
        *(f"'{A}'", f"{A}.dir", A.upper()),
    ],
)
def test_a_digest_keeps_its_digits_whatever_yaml_takes_them_for(digest: str) -> None:
    found = brief(f"outs:\n- path: data\n  md5: {digest}\n", "x.dvc")
    assert found == [("data", digest.strip("'"))]


@pytest.mark.parametrize(
    "text",
    [
        "outs:\n- path: data\n",
        "outs:\n- path: data\n  md5:\n",
        "outs:\n- path: data\n  md5: ''\n",
        "outs:\n- path: data\n  md5: [a]\n",
        "outs:\n- path: data\n  etag: abc\n",
        "outs:\n- path: data\n  checksum: abc\n",
        f"outs:\n- md5: {A}\n",
        f"outs:\n- md5: {A}\n  path:\n",
        f"outs:\n- md5: {A}\n  path: {{a: b}}\n",
        f"outs:\n- md5: {A}\n  path: s3://bucket/x\n",
        f"outs:\n- md5: {A}\n  path: remote://store/x\n",
        f"outs:\n  md5: {A}\n  path: x\n",
        f"md5: {A}\npath: x\n",
        "outs:\n",
        "",
        "- a\n",
        f"outs:\n- path: data\n  files:\n  - relpath: a\n    etag: {A}\n",
        "outs:\n- path: data\n  files: []\n",
    ],
)
def test_what_has_no_md5_or_is_not_here_declares_nothing(text: str) -> None:
    assert of(text, "x.dvc") == []


def test_an_import_declares_what_was_imported_and_not_where_it_came_from() -> None:
    text = (
        f"md5: {B}\nfrozen: true\ndeps:\n- path: data/x\n  repo: {{url: u, rev_lock: r}}\n"
        f"- path: /srv/x\n  md5: {B}\nouts:\n- md5: {A}\n  path: x\n"
    )
    assert brief(text, "in/x.dvc") == [("in/x", A)]
    assert brief(text.replace("frozen", "locked"), "in/x.dvc") == [("in/x", A)]
    assert ("/srv/x", B) in brief(text.replace("true", "false"), "in/x.dvc")


def test_a_stage_of_dvc_before_1_declares_its_inputs_too() -> None:
    text = f"cmd: x\nmd5: {B}\ndeps:\n- md5: {A}\n  path: in.csv\nouts:\n- md5: {B}\n  path: out\n"
    assert brief(text, "a/x.dvc") == [("a/out", B), ("a/in.csv", A)]


def test_the_files_of_a_versioned_remote_are_folded_as_dvc_does() -> None:
    text = (
        "outs:\n- path: data\n  hash: md5\n  files:\n"
        f"  - relpath: sub/b\n    md5: {B}\n    cloud: {{s: {{etag: x, version_id: y}}}}\n"
        f"  - relpath: a\n    md5: {A}\n"
    )
    (one,) = of(text, "x.dvc")
    assert one.digest_text == fold([Entry("a", 1, A), Entry("sub/b", 1, B)])
    assert one.digest_entry is not None
    assert one.digest_entry.keys == ("outs", 0, "files")


def test_the_entries_point_at_the_values() -> None:
    (one,) = of(f"outs:\n- md5: {A}  # recorded\n  path: data\n", "x.dvc")
    assert one.digest_entry is not None
    assert (one.digest_entry.span.line, one.digest_entry.span.column) == (2, 8)
    assert one.path_entry.span.line == 3
    assert one.name == "data"


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        ("stages: {s: {cmd: x}}", [("a/x", A)]),
        ("stages: {s: {cmd: x, wdir: deep}}", [("a/deep/x", A)]),
        ("stages: {s: {cmd: x, wdir: ../b}}", [("b/x", A)]),
        ("stages: {s: {cmd: x, wdir: ../..}}", [(None, A)]),
        ("stages: {s: {cmd: x, wdir: '${where}'}}", [(None, A)]),
        ("stages: {other: {cmd: x}}", []),
        ("vars: []", []),
        (None, [(None, A)]),
    ],
)
def test_the_paths_of_a_lock_start_from_the_working_folder_of_the_stage(
    pipeline: str | None, expected: list[object]
) -> None:
    assert brief(LOCK.format(name="s", path="x", md5=A), "a/dvc.lock", pipeline) == expected


def test_an_absolute_path_in_a_lock_needs_no_pipeline() -> None:
    assert brief(LOCK.format(name="s", path="/srv/x", md5=A), "dvc.lock", None) == [("/srv/x", A)]


@pytest.mark.parametrize(
    "pipeline",
    [
        "stages: {s: {foreach: [1], do: {cmd: x, wdir: w}}}",
        "stages: {s: {matrix: {a: [1]}, cmd: x, wdir: w}}",
    ],
)
def test_stages_made_by_a_template_take_its_working_folder(pipeline: str) -> None:
    assert brief(LOCK.format(name="s@1-b", path="x", md5=A), "dvc.lock", pipeline) == [("w/x", A)]


def test_a_lock_of_dvc_1_has_its_stages_at_the_top() -> None:
    text = f"s:\n  cmd: x\n  outs:\n  - path: x\n    md5: {A}\n"
    assert brief(text, "dvc.lock") == [("x", A)]
    named = text.replace("s:\n", "schema:\n", 1)
    assert brief(named, "dvc.lock", "stages: {schema: {cmd: x}}") == [("x", A)]


def test_a_lock_of_an_unknown_schema_declares_nothing() -> None:
    text = LOCK.format(name="s", path="x", md5=A)
    assert brief(text.replace("'2.0'", "2.0"), "dvc.lock") == [("x", A)]
    assert brief(text.replace("2.0", "3.0"), "dvc.lock") == []


def test_inputs_are_declared_once_and_twice_only_where_the_stages_disagree() -> None:
    out, dep = (
        "    outs:\n    - path: {}\n      md5: {}\n",
        "    deps:\n    - path: {}\n      md5: {}\n",
    )
    head = "schema: '2.0'\nstages:\n  s:\n    cmd: x\n"
    second = "  t:\n    cmd: y\n"
    pipeline = "stages: {s: {cmd: x}, t: {cmd: y}}"
    same = head + out.format("data", A) + second + dep.format("./data", A)
    assert brief(same, "dvc.lock", pipeline) == [("data", A)]
    stale = head + out.format("data", A) + second + dep.format("data", B)
    assert brief(stale, "dvc.lock", pipeline) == [("data", A), ("data", B)]
    assert [one.name for one in of(stale, "dvc.lock", pipeline)] == ["s: data", "t: data"]
    frozen = pipeline.replace("cmd: y", "cmd: y, frozen: true")
    assert brief(stale, "dvc.lock", frozen) == [("data", A)]


def test_parameters_and_data_sets_of_a_lock_are_no_files() -> None:
    text = (
        f"schema: '2.0'\ndatasets:\n- name: d\n  md5: {A}\n  path: x\nstages:\n  s:\n    cmd: x\n"
        f"    params:\n      params.yaml:\n        md5: {A}\n        path: x\n"
        "    deps:\n    - path: ds://d\n      dataset: {name: d}\n"
    )
    assert brief(text, "dvc.lock") == []


@pytest.mark.parametrize("path", ["configs/data.dvc", "data.csv.dvc", "configs/dvc.lock"])
def test_no_rule_takes_the_records_of_dvc_for_a_config_or_a_secret(
    make_repo: Callable[..., Repo], path: str
) -> None:
    main = (
        "import torch\nimport yaml\n\n\ndef main():\n    cfg = yaml.safe_load(open('config.yaml'))\n"
        "    model = torch.nn.Linear(4, 2)\n    model(torch.randn(8, 4)).sum().backward()\n\n\n"
        "if __name__ == '__main__':\n    main()\n"
    )
    record = LOCK.format(name="api_key", path="/home/ada/token", md5=A)
    if path.endswith(".dvc"):
        record = f"outs:\n- md5: {A}\n  path: /home/ada/secret\n  hash: md5\n"
    root = make_repo({"train.py": main, path: record}).root
    assert [f for f in check(root, "CFG", "SEC", "PORT", "DATA001").findings if f.code] == []
