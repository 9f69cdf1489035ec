from __future__ import annotations

from pathlib import Path

import pytest
from hydra_oracle import REFUSED, agreed, hydras_or_reason, ours, same, write

DB = {
    "db/mysql.yaml": "host: h\nport: 3306\n",
    "db/pg.yaml": "host: g\nuser: null\n",
    "db/global.yaml": "# @package _global_\nport: 1\n",
}
KEYS = {
    "config.yaml": "defaults: [{db: mysql}, _self_]\nlr: 1e-4\na: {b: 1, c: [1, 2]}\nn: null\nm: '???'\n"
    "i: ${lr}\nmm: ${a}\nbad: ${nope}\nlist: ['${nope}', {k: 1}]\n",
    **DB,
}
LISTS = {
    "c.yaml": "defaults:\n- _self_\n- a: x\n- optional b: none\n- a@p: y\n- sub/d: z\n- /sub/d@q.r: z\n- plain\n"
    "- sub/plain2\n- multi: [m1, m2]\n- n: null\n- override a: y\nk: 1\nx: top\n",
    "a/x.yaml": "x: ax\n",
    "a/y.yaml": "defaults:\n- inner: i\n- /sub/d: w\n- _self_\nx: ay\n",
    "a/inner/i.yaml": "inner: 1\n",
    "sub/d/z.yaml": "z: 1\n",
    "sub/d/w.yaml": "# @package _global_\nw: 1\n",
    "plain.yaml": "pl: 1\nx: plain\n",
    "sub/plain2.yaml": "p2: 1\n",
    "multi/m1.yaml": "m1: 1\nv: 1\n",
    "multi/m2.yaml": "m2: 1\nv: 2\n",
    "b/one.yaml": "b1: 1\n",
    "interpolated.yaml": "defaults:\n- a: x\n- sub/d: z\n- ia_${a}\n- ib: ${a}_${sub/d}\n- override sub/d: w\n",
    "legacy.yaml": "defaults:\n- a: x\n- ib: ${defaults.0.a}_w\n",
    "ia_x.yaml": "ia: x\n",
    "ia_y.yaml": "ia: y\n",
    "ib/x_w.yaml": "ib: xw\n",
    "ib/x_z.yaml": "ib: xz\n",
    "self_first.yaml": "defaults: [_self_, {a: x}]\na: {x: mine, z: 1}\n",
    "self_last.yaml": "defaults: [{a: x}, _self_]\na: {x: mine, z: 1}\n",
    "self_missing.yaml": "defaults: [{a: x}]\na: {x: mine, z: 1}\n",
    "self_twice.yaml": "defaults: [_self_, _self_]\n",
    "choice_missing.yaml": "defaults: [{a: '???'}]\n",
    "a_boolean.yaml": "defaults: [{a: off}]\n",
    "two_groups.yaml": "defaults: [{a: x, b: y}]\n",
    "old_optional.yaml": "defaults: [{a: q, optional: true}]\n",
    "a_map.yaml": "defaults: {a: x}\n",
    "a_null.yaml": "defaults: null\n",
    "chosen_twice.yaml": "defaults: [{a: x}, {a: y}]\n",
    "chosen_same.yaml": "defaults: [{a: x}, {a: x}]\n",
    "override_early.yaml": "defaults: [{override a: x}, {a: x}]\n",
    "override_unmatched.yaml": "defaults: [{a: x}, {override zz: x}]\n",
    "override_only.yaml": "defaults: [{override hydra/launcher: basic}]\nq: 1\n",
    "hydra_legacy.yaml": "defaults: [{hydra/job_logging: disabled}, {a: x}]\n",
    "absent.yaml": "defaults: [{optional a: q}, {optional qq: r}, optional nope]\n",
    "absent_optional.yaml": "defaults: [{optional a: q}, {optional qq: r}]\n",
    "absent_option.yaml": "defaults: [{a: q}]\n",
    "absent_config.yaml": "defaults: [nope]\n",
    "an_experiment.yaml": "defaults: [{a: x}, {exp: e}]\n",
    "exp/e.yaml": "# @package _global_\ndefaults:\n- override /a: y\n- override /hydra/job_logging: disabled\n"
    "x: {added: 1}\n",
    "exp/f.yaml": "# @package _global_\ndefaults:\n- /a@x.y: x\nb: 1\n",
}
FILES = {
    "list.yaml": "- 1\n",
    "word.yaml": "abc\n",
    "number.yaml": "5\n",
    "empty.yaml": "",
    "two.yaml": "a: 1\n---\nb: 2\n",
    "twice.yaml": "a: 1\na: 2\n",
    "tagged.yaml": "a: !foo 1\n",
    "open.yaml": "a: ${b\n",
    "closed.yaml": "a: ${}\n",
    "escaped.yaml": "a: \\${b}\n",
    "nested.yaml": "a: ${b.${c}}\nd: ${f:'}',{x: 1}}\n",
    "anchors.yaml": "a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\n",
    "scalars.yaml": "a: 1:30\nb: 0o7\nc: 010\nd: 1_0\ne: 0x1f\nf: .5\ng: 1e5\nh: +1e-3\ni: 2020-01-01\nj: yes\n"
    "k: y\nl: ~\nm: 1.\nn: -.inf\no: .nan\np: '1e5'\nq: 1:30.5\nr: 0b11\ns: 1e\nt: .\nv: 08\nw: 1.e3\nx: .5e3\n"
    "y: .5e+3\nz: 1e-4\naa: Off\nab: 1_000.5\nac: -0x1f\nad: 0\nae: '???'\naf: 1_e3\n",
}
MERGES = {
    "merge.yaml": "defaults: [first, second]\n",
    "first.yaml": "v: {a: 1}\nl: [1]\ni: ${v}\nj: ${l}\ns: 1\nt: {a: 1}\nu: {a: 1}\nw: ${nope}\n",
    "second.yaml": "v: {b: 2}\ni: {c: 3}\nl: '???'\nj: [2]\ns: {b: 1}\nt: null\nu: 5\nw: {a: 1}\n",
    "map_to_list.yaml": "defaults: [first, third]\n",
    "third.yaml": "v: [1]\n",
    "list_to_map.yaml": "defaults: [first, fourth]\n",
    "fourth.yaml": "l: {a: 1}\n",
}
PACKAGES = {
    "header.yaml": "# @package foo.bar\nz: 1\n",
    "header_bare.yaml": "# @package\nz: 1\n",
    "header_late.yaml": "# hi\n# @package foo\nz: 1\n",
    "header_more.yaml": "# @other 1\n\n#@package foo\nz: 1\n",
    "uses.yaml": "defaults: [header, header_late, 'header@w', {h@_here_: k}, {h@_global_: k}, {h@_group_: k}, "
    "{h@_global_.zz: k}, {h/deep@x: k}]\n",
    "names.yaml": "defaults: [{h@n._name_: k}, {h/group: k}]\n",
    "nests.yaml": "defaults: [{h@outer: nest}]\n",
    "h/k.yaml": "# @package _global_.kk\nhk: 1\n",
    "h/nest.yaml": "defaults: [{deep: k}, {/h/deep@in: k}, {/h/deep@_global_.top: k}, _self_]\nn: 1\n",
    "h/deep/k.yaml": "dk: 1\n",
    "h/group/k.yaml": "# @package _group_\ngk: 1\n",
    "self_package.yaml": "defaults: ['_self_@x']\n",
}


def compare(root: Path, config: str | None, texts: list[str], base: str | None) -> None:
    hydra, reason = hydras_or_reason(root, config, texts, version_base=base)
    mine = ours(root, config, texts, version_base=base)
    said = agreed(mine) if mine.is_whole else REFUSED
    assert same(hydra, said), f"\nhydra: {hydra} {reason}\nours:  {said} {mine.problems}"


def tops(files: dict[str, str]) -> list[str]:
    return [name.removesuffix(".yaml") for name in files if "/" not in name]


CASES = [
    *(
        (files, top, base)
        for files in (LISTS, PACKAGES)
        for top in tops(files)
        for base in ("1.1", None)
    ),
    *((files, top, None) for files in (FILES, MERGES) for top in tops(files)),
]


@pytest.mark.parametrize(
    ("files", "config", "base"), CASES, ids=[f"{top}-{base}" for _, top, base in CASES]
)
def test_each_config_composes_as_hydra_composes_it(
    tmp_path: Path, files: dict[str, str], config: str, base: str | None
) -> None:
    compare(write(tmp_path, files), config, [], base)


@pytest.mark.parametrize(
    "texts",
    [
        "db=pg", "db=x", "db=null", "db=5", "~db", "~db=mysql", "~db=pg", "~db=5", "++db=pg", "+db=pg",
        "+db@b=pg", "db@b=pg", "db=global", "db=[mysql,pg]", "db={a:1}", "+db={a:1}", "zz@b=1", "+zz/y=1",
        "lr=2", "x=2", "+x=2", "+lr=3", "++lr=3", "a={d:1}", "a={b:2}", "+a={d:1}", "++a={d:1}", "a=[1]",
        "a.c=[3]", "a.c.0=9", "a.c.5=9", "+a.c.2=1", "a.c.x=1", "~a.c.0", "~a.b", "~a", "~a=1", "~n", "~m",
        "+n=1", "+m=1", "+i=1", "~i", "lr.x=1", "+lr.x=1", "i.b=1", "mm.b=5", "+mm.b=5", "+mm.z=5", "~mm.b",
        "~lr=1e-4", "~lr=2", "~a.c=[1,2]", "a=5", "a.c={x:1}", "+a.b.c.d=1", "a.c=5", "+bad=1", "~bad",
        "+bad.x=1", "+list.0=1", "list.1.k=2", "list.1.z=2", "+list.1.z=2", "lr=1,2", "lr=choice(1,2)",
        "lr=range(1,3)", "lr=interval(0,1)", "lr=glob(*)", "db=glob(*)", "lr='1,2'", "lr=${a.b}", "lr=${",
        "lr='${'", "lr=", "=5", "~x", "hydra/launcher=basic", "hydra.job.name=x", "lr=???", "+a={c:[9]}",
        "db.host=q db=pg", "db.host=q ~db", "+x.y=1 +x.z=2", "+x=1 x=2", "+x=1 +x=2", "db=pg db=mysql",
        "a=null a.b=1", "+a.q={r:1} a.q.r=2",
    ],
)  # fmt: skip
def test_overrides_do_what_they_do_in_hydra(tmp_path: Path, texts: str) -> None:
    compare(write(tmp_path, KEYS), "config", texts.split(" "), "1.3")


@pytest.mark.parametrize(
    ("config", "texts"),
    [
        ("c", "a=y"), ("c", "a@p=x"), ("c", "a=q"), ("c", "b=one"), ("c", "n=1"), ("c", "~a"), ("c", "~a@p"),
        ("c", "multi=m1"), ("c", "multi=[m2,m1]"), ("c", "multi=[]"), ("c", "sub/d=w"), ("c", "sub/d@q.r=w"),
        ("c", "+a@t=x"), ("c", "+a=x"), ("c", "+a@t=[x]"), ("c", "a.x=4"), ("c", "a/inner=i"),
        ("c", "a/inner=zz"), ("c", "a@p/inner=i"), ("c", "~a/inner"), ("c", "~a/inner@p.inner"),
        ("interpolated", "a=y"), ("interpolated", "sub/d=z"), ("interpolated", "ib=x_z"),
        ("interpolated", "~ib"), ("an_experiment", "exp=f"), ("an_experiment", "a=x"),
        ("an_experiment", "exp=e a=x"), ("an_experiment", "~exp"), ("an_experiment", "+exp@u=e"),
        ("choice_missing", "a=x"), ("choice_missing", "~a"), ("c.yaml", "a=x"), ("sub/plain2", "+a=x"),
        ("nope", "a=x"), (None, "+a=x"), (None, "+k=1"), (None, "k=1"), ("a", "k=1"),
    ],
)  # fmt: skip
def test_choices_reach_the_groups_that_they_reach_in_hydra(
    tmp_path: Path, config: str | None, texts: str
) -> None:
    compare(write(tmp_path, LISTS), config, texts.split(" "), "1.3")


def test_an_old_suffix_is_found_up_to_version_base_1_1(tmp_path: Path) -> None:
    write(tmp_path, {"config.yaml": "defaults: [{db: a}]\n", "db/a.yml": "x: 1\n"})
    compare(tmp_path, "config", [], "1.1")
    compare(tmp_path, "config", ["db=b.yml"], "1.1")
    # Hydra 1.1 itself looks for `a.yaml` first and only; a suffix must be written
    compare(tmp_path, "config", ["db=a.yml"], "1.1")
    compare(tmp_path, "config", ["db=a.yml"], "1.3")


def test_a_map_over_what_a_resolver_makes_is_not_the_whole(tmp_path: Path) -> None:
    files = {
        "config.yaml": "defaults: [one, two]\n",
        "one.yaml": "x: ${f:1}\n",
        "two.yaml": "x: {a: 1}\n",
    }
    mine = ours(write(tmp_path, files), "config")
    assert not mine.is_whole
    assert not mine.problems


def test_a_sweep_may_lack_choices_that_each_run_makes(tmp_path: Path) -> None:
    write(tmp_path, LISTS)
    assert ours(tmp_path, "choice_missing").problems[0].kind == "choice-missing"
    assert not ours(tmp_path, "choice_missing", is_sweep=True).problems
