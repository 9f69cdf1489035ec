"""Values that a config refers to in other files, in code and in the run."""

from __future__ import annotations

from pathlib import Path

import pytest
from project.projects import project

from repro_check.data.declaring.declared import declared_data, undeclared_data

MD5 = "0123456789abcdef0123456789abcdef"
MAIN = "defaults:\n  - _self_\n  - data: a\n  - paths: default\n"
DATA = f"dir: ${{paths.data_dir}}/a\nmd5: {MD5}\n"
CODE = 'import hydra\n@hydra.main(config_path="conf", config_name="main")\ndef main(cfg): ...\n'


def path_in(root: Path, files: dict[str, str], path: str = "conf/data/a.yaml"):
    """The one path that a file declares, among these files."""
    opened = project(root, files)
    (one,) = declared_data(opened.configs[path], opened)
    return one.path_text


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"conf/paths/default.yaml": "data_dir: d\n"}, "d/a", id="the only option"),
        pytest.param(
            {"conf/paths/default.yaml": "data_dir: d\n", "conf/paths/lab.yaml": "data_dir: l\n"},
            "d/a",
            id="the option that the defaults name",
        ),
        pytest.param(
            {
                "conf/main.yaml": "defaults:\n- data: a\n- paths: ???\n",
                "conf/paths/default.yaml": "data_dir: d\n",
                "conf/paths/lab.yaml": "data_dir: l\n",
            },
            None,
            id="a choice that is open",
        ),
        pytest.param(
            {
                "conf/main.yaml": "defaults:\n- data: a\n- paths: ???\n",
                "conf/paths/default.yaml": "data_dir: d\n",
                "conf/paths/lab.yaml": "data_dir: d\n",
            },
            "d/a",
            id="an open choice of options that agree",
        ),
        pytest.param(
            {"conf/main.yaml": "lr: 1\n", "conf/paths/default.yaml": "data_dir: d\n"},
            None,
            id="no tree at all",
        ),
        pytest.param(
            {"conf/main.yaml": "lr: 1\n", "conf/paths/x.yaml": "data_dir: d\n", "train.py": CODE},
            "d/a",
            id="a tree that only the code knows",
        ),
        pytest.param(
            {
                "conf/main.yaml": "lr: 1\n",
                "conf/paths/x.yaml": "data_dir: d\n",
                "conf/paths/y.yaml": "data_dir: e\n",
                "train.py": CODE,
            },
            None,
            id="options that differ, of which none is named",
        ),
        pytest.param(
            {"conf/main.yaml": MAIN + "paths:\n  data_dir: m\n"},
            None,
            id="an option that is missing",
        ),
        pytest.param(
            {"conf/main.yaml": "defaults: [data: a, _self_]\npaths:\n  data_dir: m\n"},
            "m/a",
            id="a key of the primary config",
        ),
        pytest.param(
            {
                "conf/main.yaml": "defaults: [data: a, paths: default]\npaths:\n  data_dir: m\n",
                "conf/paths/default.yaml": "data_dir: d\n",
            },
            None,
            id="versions of Hydra differ on which comes last",
        ),
        pytest.param(
            {
                "conf/main.yaml": MAIN.replace("paths: default", "optional paths: local"),
                "conf/paths/default.yaml": "data_dir: d\n",
            },
            "d/a",
            id="an optional file that is not there",
        ),
        pytest.param(
            {"conf/paths/default.yaml": "# @package _global_\ndata_dir: d\n"},
            None,
            id="a global package defines another key",
        ),
        pytest.param(
            {"conf/paths/default.yaml": "# @package _global_\npaths:\n  data_dir: d\n"},
            "d/a",
            id="a global package",
        ),
        pytest.param(
            {"conf/paths/default.yaml": "root: r\ndata_dir: ${.root}/${paths.root}\n"},
            "r/r/a",
            id="names relative to the group",
        ),
        pytest.param(
            {
                "conf/main.yaml": MAIN + "  - override hydra/launcher: submitit_slurm\nroot: r\n",
                "conf/paths/default.yaml": "data_dir: ${root}/d\n",
            },
            "r/d/a",
            id="a key of the top from a group",
        ),
        pytest.param(
            {
                "conf/main.yaml": MAIN + "  - schema_of_the_program\n",
                "conf/paths/default.yaml": "data_dir: d\n",
            },
            None,
            id="what a program registers may come last",
        ),
        pytest.param(
            {
                "conf/main.yaml": "defaults:\n- schema_of_the_program\n- data: a\n- paths: default\n",
                "conf/paths/default.yaml": "data_dir: d\n",
            },
            "d/a",
            id="what a program registers comes first",
        ),
        pytest.param(
            {
                "conf/eval.yaml": MAIN.replace("paths: default", "paths: lab"),
                "conf/paths/default.yaml": "data_dir: d\n",
                "conf/paths/lab.yaml": "data_dir: l\n",
            },
            None,
            id="two primary configs that differ",
        ),
        pytest.param(
            {
                "conf/eval.yaml": MAIN.replace("paths: default", "paths: lab"),
                "conf/paths/default.yaml": "data_dir: d\n",
                "conf/paths/lab.yaml": "data_dir: l\n",
                "train.py": CODE,
            },
            "d/a",
            id="the primary config that the code names",
        ),
        pytest.param(
            {"conf/paths/default.yaml": "data_dir: ${oc.env:SCRATCH}\n"}, None, id="an environment"
        ),
        pytest.param(
            {"conf/paths/default.yaml": "data_dir: ${paths.data_dir}\n"}, None, id="a circle"
        ),
        pytest.param({"conf/paths/default.yaml": "data_dir: [d]\n"}, None, id="a list"),
        pytest.param({"conf/paths/default.yaml": "a: [broken\n"}, None, id="a broken file"),
    ],
)
def test_a_value_of_another_file_is_taken_where_it_can_only_be_one(tmp_path, files, expected):
    assert (
        path_in(tmp_path, {"conf/main.yaml": MAIN, "conf/data/a.yaml": DATA, **files}) == expected
    )


def test_an_experiment_that_overrides_an_option_sees_its_own_choice(tmp_path):
    files = {
        "conf/main.yaml": MAIN + "  - experiment: null\n",
        "conf/data/a.yaml": "lr: 1\n",
        "conf/paths/default.yaml": "data_dir: d\n",
        "conf/paths/lab.yaml": "data_dir: l\n",
        "conf/experiment/x.yaml": "# @package _global_\ndefaults:\n  - override /paths: lab\n"
        f"data:\n  dir: ${{paths.data_dir}}/x\n  md5: {MD5}\n",
    }
    assert path_in(tmp_path, files, "conf/experiment/x.yaml") == "l/x"


def test_an_option_that_is_not_the_default_is_read_as_if_it_were_chosen(tmp_path):
    files = {
        "conf/main.yaml": MAIN,
        "conf/data/a.yaml": "root: of_a\n",
        "conf/data/b.yaml": f"root: of_b\ndir: ${{data.root}}/${{hydra:runtime.choices.data}}\nmd5: {MD5}\n",
        "conf/paths/default.yaml": "x: 1\n",
    }
    assert path_in(tmp_path, files, "conf/data/b.yaml") == "of_b/b"


def test_a_choice_is_known_where_the_defaults_fix_it(tmp_path):
    files = {
        "conf/main.yaml": MAIN,
        "conf/data/a.yaml": f"dir: d/${{hydra:runtime.choices.paths}}\nmd5: {MD5}\n",
        "conf/paths/default.yaml": "x: 1\n",
    }
    assert path_in(tmp_path, files) == "d/default"


def test_a_key_of_the_whole_goes_before_one_of_the_file_alone(tmp_path):
    files = {
        "conf/main.yaml": MAIN + "root: whole\n",
        "conf/data/a.yaml": f"root: alone\ndir: ${{root}}/x\nmd5: {MD5}\n",
        "conf/paths/default.yaml": "x: 1\n",
    }
    assert path_in(tmp_path, files) == "whole/x"


def test_the_digest_may_stand_in_another_file_too(tmp_path):
    files = {
        "conf/main.yaml": MAIN,
        "conf/data/a.yaml": "dir: d\nmd5: ${paths.md5}\n",
        "conf/paths/default.yaml": f"md5: {MD5}\n",
    }
    opened = project(tmp_path, files)
    (one,) = declared_data(opened.configs["conf/data/a.yaml"], opened)
    assert one.digest_text == MD5


def test_data_without_a_record_are_found_by_a_path_from_another_file(tmp_path):
    files = {
        "conf/main.yaml": MAIN,
        "conf/data/a.yaml": "data_dir: ${paths.root}/scans\n",
        "conf/paths/default.yaml": "root: /mnt\n",
    }
    opened = project(tmp_path, files)
    found = undeclared_data(opened.configs["conf/data/a.yaml"], opened)
    assert [one.path_text for one in found] == ["/mnt/scans"]


def test_a_circle_of_defaults_ends_unresolved(tmp_path):
    files = {
        "conf/main.yaml": "defaults: [data: a, paths: default]\n",
        "conf/data/a.yaml": DATA,
        "conf/paths/default.yaml": "defaults: [other]\n",
        "conf/paths/other.yaml": "defaults: [default]\ndata_dir: d\n",
    }
    assert path_in(tmp_path, files) is None
