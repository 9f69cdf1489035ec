from __future__ import annotations

from pathlib import Path

import pytest
from hydra_oracle import composer_of, overrides_of, write

from repro_check.project.experiments.effective import Effective
from repro_check.project.experiments.hydra.composer import is_modern_base
from repro_check.project.experiments.hydra.repository import Stored
from repro_check.project.experiments.hydra.search import SearchPath, config_folder

FILES = {
    "conf/config.yaml": "defaults: [{db: one}, _self_]\na: 1\n",
    "conf/db/one.yaml": "x: main\n",
    "more/db/one.yaml": "x: more\n",
    "more/db/two.yaml": "x: two\n",
    "src/pack/conf/db/three.yaml": "x: three\n",
}


def composed(root: Path, path: SearchPath, *texts: str, stored: Stored | None = None) -> Effective:
    overrides, problems = overrides_of(texts)
    assert not problems
    return composer_of(root).compose(path, "config", overrides, stored=stored or Stored())


def test_the_first_folder_that_has_a_config_wins(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    first = composed(root, SearchPath(("conf", "more"))).get("db.x")
    assert first
    assert (first.value, first.origin.path) == ("main", "conf/db/one.yaml")
    other = composed(root, SearchPath(("conf", "more")), "db=two").get("db.x")
    assert other
    assert other.value == "two"


@pytest.mark.parametrize(
    ("entry", "option"),
    [
        ("more", "two"),
        ("file://more", "two"),
        ("./more/", "two"),
        ("pkg://pack.conf", "three"),
        ("pkg://pack/conf", "three"),
    ],
)
def test_the_primary_config_extends_the_search_path(
    tmp_path: Path, entry: str, option: str
) -> None:
    config = f"defaults: [{{db: {option}}}]\nhydra:\n  searchpath: ['{entry}']\n"
    root = write(tmp_path, {**FILES, "conf/config.yaml": config})
    mine = composed(root, SearchPath(("conf",)))
    assert not mine.problems
    assert mine.is_whole
    assert (value := mine.get("db.x"))
    assert value.value == option


@pytest.mark.parametrize(
    "entry",
    [
        "pkg://elsewhere.conf",
        "file:///opt/conf",
        "/opt/conf",
        "../up",
        "~/conf",
        "${oc.env:CONF}",
        "absent",
        "s3://bucket",
    ],
)
def test_what_lies_outside_of_the_repository_is_unknown_and_not_missing(
    tmp_path: Path, entry: str
) -> None:
    config = f"defaults: [{{db: elsewhere}}]\na: 1\nhydra:\n  searchpath: ['{entry}']\n"
    root = write(tmp_path, {**FILES, "conf/config.yaml": config})
    mine = composed(root, SearchPath(("conf",)), "db.y=1", "other@q=z")
    assert not mine.problems
    assert not mine.is_whole


def test_an_override_may_choose_from_a_group_out_of_sight(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    outside = SearchPath(("conf",), is_whole=False)
    mine = composed(root, outside, "data=big", "+exp/lr=low")
    assert not mine.problems
    assert not mine.is_whole
    (problem,) = composed(root, outside, "db.y=1").problems
    assert problem.kind == "key-unknown"
    (problem,) = composed(root, SearchPath(("conf",)), "data=big").problems
    assert problem.kind == "key-unknown"


def test_an_override_replaces_the_search_path_of_the_config(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    assert not composed(root, SearchPath(("conf",)), "hydra.searchpath=[more]", "db=two").problems


def test_only_the_primary_config_may_extend_it(tmp_path: Path) -> None:
    files = {
        "conf/config.yaml": "defaults: [other]\n",
        "conf/other.yaml": "hydra: {searchpath: [more]}\n",
    }
    (problem,) = composed(write(tmp_path, files), SearchPath(("conf",))).problems
    assert problem.subject == "hydra.searchpath"


@pytest.mark.parametrize(
    ("script", "written", "expected"),
    [
        ("src/train.py", "../configs", SearchPath(("configs",))),
        ("train.py", "configs/", SearchPath(("configs",))),
        ("train.py", ".", SearchPath(("",))),
        ("a/b/train.py", "conf", SearchPath(("a/b/conf",))),
        ("train.py", None, SearchPath(())),
        ("train.py", "../conf", SearchPath((), is_whole=False)),
        ("train.py", "/abs/conf", SearchPath((), is_whole=False)),
        ("train.py", "pkg://x", SearchPath((), is_whole=False)),
    ],
)
def test_a_config_path_is_relative_to_its_script(
    script: str, written: str | None, expected: SearchPath
) -> None:
    assert config_folder(script, written) == expected


SCHEMA = "defaults: [schema, {db: stored}, _self_]\na: 1\n"


def test_a_stored_config_is_unknown_and_opens_its_package_only(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {"conf/config.yaml": "defaults: [{db: stored}, _self_]\na: 1\n", "conf/db/one.yaml": ""},
    )
    stored = Stored(frozenset({"db/stored"}))
    mine = composed(root, SearchPath(("conf",)), "db.any=1", stored=stored)
    assert not mine.problems
    assert not mine.is_whole
    (problem,) = composed(root, SearchPath(("conf",)), "aa=1", stored=stored).problems
    assert problem.kind == "key-unknown"


def test_a_stored_schema_at_the_top_may_have_any_key(tmp_path: Path) -> None:
    root = write(tmp_path, {"conf/config.yaml": SCHEMA})
    stored = Stored(frozenset({"schema", "db/stored"}))
    assert not composed(
        root, SearchPath(("conf",)), "b=1", "x.y=2", "other=1", stored=stored
    ).problems


def test_options_that_are_missing_are_told_where_code_stores_others(tmp_path: Path) -> None:
    root = write(tmp_path, {"conf/config.yaml": SCHEMA})
    (problem,) = composed(
        root, SearchPath(("conf",)), stored=Stored(frozenset({"schema", "db/other"}))
    ).problems
    assert (problem.kind, problem.known) == ("option-missing", ("other",))


def test_nothing_is_missing_where_code_stores_what_cannot_be_seen(tmp_path: Path) -> None:
    root = write(tmp_path, {"conf/config.yaml": SCHEMA})
    mine = composed(root, SearchPath(("conf",)), "db@x=y", stored=Stored(is_complete=False))
    assert not mine.problems
    assert not mine.is_whole


def test_a_file_that_shares_its_name_with_a_stored_schema_may_have_more_keys(
    tmp_path: Path,
) -> None:
    root = write(tmp_path, {"conf/config.yaml": "a: 1\n"})
    mine = composed(root, SearchPath(("conf",)), "b=1", stored=Stored(frozenset({"config"})))
    assert not mine.problems
    assert not mine.is_whole


@pytest.mark.parametrize(
    ("version", "expected"),
    [(None, True), ("1.1", False), ("1.2", True), ("1.3.2", True), ("1.10", True), ("1.0", False)],
)
def test_version_bases_before_1_2_are_old(version: str | None, expected: bool) -> None:
    assert is_modern_base(version) is expected
