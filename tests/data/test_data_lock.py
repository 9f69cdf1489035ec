from __future__ import annotations

import pytest
from data_support import apply, facts_of

from repro_check.data import Algorithm, declarations, lock_edits, undeclared
from repro_check.data.lock import Locked

OLD = "0" * 32
NEW = "a" * 32
DIGESTS = {
    Algorithm.MD5: NEW,
    Algorithm.SHA256: NEW * 2,
    Algorithm.TREE_MD5: f"tree:md5:{NEW}",
    Algorithm.TREE_SHA256: f"tree:sha256:{NEW * 2}",
}


def plan(text, form="yaml", **options):
    facts = facts_of(text, form)
    found = (*declarations(facts), *undeclared(facts))
    locked = [Locked(one, DIGESTS[one.algorithm]) for one in found]
    return lock_edits(text, facts, locked, path="conf." + form, **options)


def lock(text, form="yaml", **options):
    return apply(text, plan(text, form, **options).edits)


FILLED = f'"{NEW}"'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dir: x\nmd5:\n", f"dir: x\nmd5: {FILLED}\n"),
        ("dir: x\nmd5: \n", f"dir: x\nmd5: {FILLED} \n"),
        ("dir: x\nmd5:", f"dir: x\nmd5: {FILLED}"),
        ("dir: x\nmd5:   # later\n", f"dir: x\nmd5: {FILLED}   # later\n"),
        ("dir: x\nmd5: null # later\n", f"dir: x\nmd5: {FILLED} # later\n"),
        ("dir: x\nmd5: ~\n", f"dir: x\nmd5: {FILLED}\n"),
        ("dir: x\nmd5: ???\n", f"dir: x\nmd5: {FILLED}\n"),
        ("dir: x\nmd5: ''\n", f"dir: x\nmd5: '{NEW}'\n"),
        ('dir: x\nmd5: ""\n', f"dir: x\nmd5: {FILLED}\n"),
        ("md5:\ndir: x\n", f"md5: {FILLED}\ndir: x\n"),
        ("{dir: x, md5: }\n", f"{{dir: x, md5: {FILLED} }}\n"),
        ("{dir: x, md5: null}\n", f"{{dir: x, md5: {FILLED}}}\n"),
        ("dir: x\ndigest:\n", f'dir: x\ndigest: "tree:sha256:{NEW * 2}"\n'),
        ("dir: x\r\nmd5:\r\n", f"dir: x\r\nmd5: {FILLED}\r\n"),
        ("a: 1\u2028\ndir: é\nmd5:\n", f"a: 1\u2028\ndir: é\nmd5: {FILLED}\n"),
    ],
)
def test_an_empty_digest_is_filled_and_all_else_stays(text, expected):
    assert lock(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data_dir: data\n", f"data_dir: data\ndata_md5: {FILLED}\n"),
        ("data_dir: data", f"data_dir: data\ndata_md5: {FILLED}"),
        (
            "data:\n  # where\n  dir: 'x'  # here\n  size: 3\n",
            f"data:\n  # where\n  dir: 'x'  # here\n  md5: {FILLED}\n  size: 3\n",
        ),
        ("data: ./c\n", f"data: ./c\ndata_md5: {FILLED}\n"),
        ("data-dir: data\n", f"data-dir: data\ndata-md5: {FILLED}\n"),
        (
            "datasets:\n  - dir: x\n    n: 1\n",
            f"datasets:\n  - dir: x\n    md5: {FILLED}\n    n: 1\n",
        ),
        ("datasets:\n-   dir: x\n", f"datasets:\n-   dir: x\n    md5: {FILLED}\n"),
        ("data: {dir: x, n: 1}\n", f"data: {{dir: x, md5: {FILLED}, n: 1}}\n"),
        (
            "data: {\n  dir: x,\n  n: 1}\n",
            f"data: {{\n  dir: x,\n  md5: {FILLED},\n  n: 1}}\n",
        ),
        (
            "train_dir: a/b\ntest_dir: c/d\n",
            f"train_dir: a/b\ntrain_md5: {FILLED}\ntest_dir: c/d\ntest_md5: {FILLED}\n",
        ),
        ("data:\r\n  dir: x\r\n", f"data:\r\n  dir: x\r\n  md5: {FILLED}\r\n"),
        (
            "data_dir: data\ndata_path: ./other\n",
            f"data_dir: data\ndata_dir_md5: {FILLED}\ndata_path: ./other\ndata_path_md5: {FILLED}\n",
        ),
    ],
)
def test_an_absent_digest_becomes_a_sibling_below_the_path(text, expected):
    assert lock(text) == expected


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ('{"data": {"dir": "x"}}', "json", f'{{"data": {{"dir": "x", "md5": {FILLED}}}}}'),
        (
            '{\n  "data": {\n    "dir": "x",\n    "n": 1\n  }\n}\n',
            "json",
            f'{{\n  "data": {{\n    "dir": "x",\n    "md5": {FILLED},\n    "n": 1\n  }}\n}}\n',
        ),
        ('{"dir": "x", "md5": null}', "json", f'{{"dir": "x", "md5": {FILLED}}}'),
        ('{"dir": "x", "md5": ""}', "json", f'{{"dir": "x", "md5": {FILLED}}}'),
        ('[data]\ndir = "x" # c\n', "toml", f'[data]\ndir = "x" # c\nmd5 = {FILLED}\n'),
        ('data = { dir = "x" }\n', "toml", f'data = {{ dir = "x", md5 = {FILLED} }}\n'),
        ("dir = 'x'\nmd5 = ''\n", "toml", f"dir = 'x'\nmd5 = '{NEW}'\n"),
        ('[[datasets]]\ndir = "x"\n', "toml", f'[[datasets]]\ndir = "x"\nmd5 = {FILLED}\n'),
    ],
)
def test_json_and_toml_are_written_in_their_own_way(text, form, expected):
    assert lock(text, form) == expected


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("data_dir: data\ntrain_file: ./t.csv\n", "yaml"),
        ("data: {dir: x}\nother:\n- {path: y, md5: }\n", "yaml"),
        ('{"data": {"dir": "x"}}', "json"),
        ('[data]\ndir = "x"\n', "toml"),
    ],
)
def test_what_was_locked_is_read_back_as_a_declaration_and_locks_no_more(text, form):
    after = lock(text, form)
    facts = facts_of(after, form)
    assert undeclared(facts) == ()
    assert all(one.digest_text == NEW for one in declarations(facts))
    assert plan(after, form).edits == ()


def test_a_recorded_digest_is_never_replaced_unasked():
    outcome = plan(f"dir: x\nmd5: {OLD}\n")
    assert outcome.edits == ()
    assert [one.reason for one in outcome.refused] == ["another digest is recorded already"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"dir: x\nmd5: '{OLD}' # c\n", f"dir: x\nmd5: '{NEW}' # c\n"),
        (f"dir: x\nmd5: {OLD}\n", f"dir: x\nmd5: {FILLED}\n"),
        ("dir: x\nmd5: deadbeef\n", f"dir: x\nmd5: {FILLED}\n"),
    ],
)
def test_a_recorded_digest_is_replaced_when_asked(text, expected):
    assert lock(text, update=True) == expected


@pytest.mark.parametrize("recorded", [NEW, NEW.upper(), f"'{NEW}'"])
def test_a_recorded_digest_that_agrees_is_left_as_it_is_written(recorded):
    outcome = plan(f"dir: x\nmd5: {recorded}\n", update=True)
    assert outcome == plan("a: 1\n")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        pytest.param("data:\n  _target_: a.B\n  dir: x\n", "constructor", id="hydra"),
        pytest.param("data:\n  init_args:\n    data_dir: x\n", "constructor", id="lightning"),
        pytest.param("x: &p ./c\ndata: *p\n", "line of its key", id="alias"),
        pytest.param("data_dir:\n  data\n", "line of its key", id="next line"),
        pytest.param("? data_dir\n: data\n", "line of its key", id="explicit key"),
        pytest.param("dir: x\nmd5: ${oc.env:MD5}\n", "recorded", id="interpolated"),
    ],
)
def test_where_an_edit_is_not_safe_it_is_refused_with_the_reason(text, part):
    outcome = plan(text)
    assert outcome.edits == ()
    assert part in outcome.refused[0].reason


def test_an_interpolated_digest_is_not_overwritten_even_when_asked():
    outcome = plan("dir: x\nmd5: ${oc.env:MD5}\n", update=True)
    assert outcome.edits == ()
    assert "interpolation" in outcome.refused[0].reason


def test_a_dotted_key_of_toml_is_refused():
    outcome = plan('data.dir = "x"\n', "toml")
    assert outcome.edits == ()
    assert "line of its own" in outcome.refused[0].reason


def test_edits_name_the_file():
    (edit,) = plan("dir: x\nmd5:\n").edits
    assert edit.location.path == "conf.yaml"
