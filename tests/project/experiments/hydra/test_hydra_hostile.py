from __future__ import annotations

from pathlib import Path

import pytest
from hydra_oracle import COMMAND, composer_of, ours, write

from repro_check.project.experiments.effective import Problem
from repro_check.project.experiments.hydra.grammar import read_override
from repro_check.project.experiments.hydra.resolved import resolved


@pytest.mark.parametrize(
    "files",
    [
        {"config.yaml": "defaults: [config]\n"},
        {
            "config.yaml": "defaults: [a]\n",
            "a.yaml": "defaults: [b]\n",
            "b.yaml": "defaults: [a]\n",
        },
        {"config.yaml": "defaults: [{g@x: a}]\n", "g/a.yaml": "defaults: [{/g@x: a}]\n"},
        {
            "config.yaml": "defaults: [{g: a}]\n",
            "g/a.yaml": "defaults: [{/g: b}]\n",
            "g/b.yaml": "defaults: [{/g: a}]\n",
        },
    ],
)
def test_defaults_that_go_round_in_a_circle_are_a_problem(
    tmp_path: Path, files: dict[str, str]
) -> None:
    mine = ours(write(tmp_path, files), "config")
    assert "circular" in {problem.kind for problem in mine.problems}


def test_defaults_that_double_at_each_level_end(tmp_path: Path) -> None:
    files = {f"c{i}.yaml": f"defaults: ['c{i + 1}@a', 'c{i + 1}@b']\n" for i in range(40)}
    mine = ours(write(tmp_path, {**files, "c40.yaml": "x: 1\n"}), "c0")
    assert not mine.is_whole


def test_a_long_chain_of_defaults_is_no_recursion_error(tmp_path: Path) -> None:
    files = {f"c{i}.yaml": f"defaults: [c{i + 1}]\n" for i in range(300)}
    assert ours(write(tmp_path, files), "c0").problems[0].kind == "circular"


@pytest.mark.parametrize(
    "text",
    [
        "a: &a {b: *a}\n",
        "a: [" * 150 + "]" * 150,
        "a: &x {k: 1}\nb: &y {k: *x, l: *x}\nc: {k: *y, l: *y}\n",
        "\tkey: 1\n",
        "a: {b: 1\n",
        "{{ cookiecutter.name }}: 1\n",
        "a: 1\n---\nb: 2\n",
        "? [1, 2]\n: 3\n",
        "a: " + "9" * 5000 + "\n",
        "a: !!python/object/apply:os.system [ls]\n",
        "<<: [{a: 1}, {b: 2}]\n",
        "defaults: [[x]]\n",
        "defaults: [{}]\n",
        "defaults: [null, 5]\n",
        "defaults: [{'': x}]\n",
        "defaults: [{'@p': x}, '@', '/', '//x', '']\n",
        "defaults: [{g: ../../x}, ../../../etc/passwd]\n",
        "defaults: ['${a:b}', {g: '${'}, {g: '${}'}]\n",
        "a: " + "${" * 3000 + "\n",
        "a: " + "${a." * 500 + "x" + "}" * 500 + "\n",
    ],
)
def test_hostile_files_end_in_values_or_problems(tmp_path: Path, text: str) -> None:
    root = write(tmp_path, {"config.yaml": text})
    resolved(ours(root, "config", ["+k=1", "++a.b=2", "~c"]))


def test_interpolations_that_grow_when_merged_end(tmp_path: Path) -> None:
    parts = {f"p{i}.yaml": "a: {b: {c: 1}}\nb: '${a}'\nx: {y: '${x}'}\n" for i in range(300)}
    parts |= {f"q{i}.yaml": "b: {z: {w: '${b}'}}\nx: {y: {k: '${x}'}}\n" for i in range(300)}
    listed = ", ".join(f"p{i}, q{i}" for i in range(300))
    root = write(tmp_path, {"config.yaml": f"defaults: [{listed}]\n", **parts})
    resolved(ours(root, "config"))


def test_interpolations_that_double_end(tmp_path: Path) -> None:
    lines = [f"a{i}: {{x: '${{a{i + 1}}}', y: '${{a{i + 1}}}'}}" for i in range(60)]
    texts = [f"t{i}: '${{t{i + 1}}}${{t{i + 1}}}'" for i in range(60)]
    root = write(tmp_path, {"config.yaml": "\n".join([*lines, "a60: 1", *texts, "t60: word", ""])})
    resolved(ours(root, "config"))


@pytest.mark.parametrize(
    "text",
    ["k=" + "[" * 3000, "k=" + "a" * 50_000, "k='" + "\\" * 9000, "k=" + "int(" * 500, "k=" + "\\ " * 4000, "=", "", "~", "+++a=1",
     "k=int(1e999)", "k=" + "9" * 6000, "k=\x00", "k=\n", "k=\u2028", "k=str(null)", "k=choice(choice(1,2),3)", "k={a:1,a:2}"],
)  # fmt: skip
def test_hostile_overrides_are_read_or_refused(text: str) -> None:
    read = read_override(text, COMMAND)
    if isinstance(read, Problem):
        assert len(read.message) < 400


def test_compositions_do_not_change_the_files_that_they_share(tmp_path: Path) -> None:
    files = {
        "config.yaml": "defaults: [{a: x}, {a@b: x}, _self_]\nc: {d: [1, {e: 2}]}\n",
        "a/x.yaml": "m: {n: 1, l: [1, {k: 1}]}\n",
    }
    composer = composer_of(write(tmp_path, files))
    before = ours(composer, "config")
    ours(
        composer,
        "config",
        ["a.m.n=2", "+b.m.z=1", "~a.m.l", "b.m.l.1.k=5", "c.d.1.e=9", "+c.q={r: 1}"],
    )
    assert ours(composer, "config") == before
