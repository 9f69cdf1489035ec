from __future__ import annotations

import tempfile
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Glob, IntervalSweep, RangeSweep, Sweep
from hydra.core.override_parser.types import Override as HydraOverride
from hydra_oracle import COMMAND, agreed, hydras_or_reason, ours, same, texted, write
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from repro_check.project.experiments.hydra.grammar import read_override
from repro_check.project.experiments.hydra.overrides import (
    Choice,
    Interval,
    Override,
    Range,
    is_list,
)
from repro_check.project.experiments.hydra.overrides import Glob as OurGlob

FOLDERS = ("", "a/", "b/", "a/b/")
NAMES = ("x", "y")
KEYS = ("k", "m", "a", "x")
SCALARS = ("1", "null", "???", "t", "${k}", "${m}", "${.k}", "${a.x}", "1e-3", "off", "'1'")

scalars = st.sampled_from(SCALARS)
flows = st.recursive(
    scalars.map(lambda text: f"'{text}'" if text[0] in "$?" else text),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(lambda items: "[" + ", ".join(items) + "]"),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=2).map(
            lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}"
        ),
    ),
    max_leaves=4,
)
packages = st.sampled_from(
    ["", "", "", "", "@p", "@a", "@_global_", "@_here_", "@_group_", "@_global_.p", "@p.q"]
)
options = st.sampled_from(
    ["x", "x", "x", "y", "y", "null", "'???'", "[x, y]", "[x]", "'${a}'", "x_${b}", "z"]
)
groups = st.sampled_from(["a", "a", "b", "/a", "/b", "a/b", "/a/b"])
keywords = st.sampled_from(["", "", "", "", "", "optional ", "override ", "override optional "])
items = st.one_of(
    st.just("_self_"),
    st.sampled_from(["x", "y", "/x", "a/x", "/a/y", "/b/x@p", "x@q", "/a/b/y"]),
    st.builds(lambda k, g, p, o: f"{k}{g}{p}: {o}", keywords, groups, packages, options),
)
headers = st.sampled_from(
    [
        "",
        "",
        "",
        "",
        "# @package _global_\n",
        "# @package a.k\n",
        "# @package p\n",
        "# @package _group_\n",
    ]
)


@st.composite
def configs(draw: st.DrawFn, folder: str) -> str:
    listed = draw(st.lists(items, max_size=3))
    body = draw(st.dictionaries(st.sampled_from(KEYS), flows, max_size=3))
    lines = [draw(headers).rstrip("\n")]
    if listed and (not folder or draw(st.booleans())):
        lines += ["defaults:", *(f"- {item}" for item in listed)]
    lines += [f"{key}: {value}" for key, value in body.items()]
    return "\n".join(line for line in lines if line) + "\n"


@st.composite
def repositories(draw: st.DrawFn) -> dict[str, str]:
    files = {"config.yaml": draw(configs(""))}
    for folder in FOLDERS:
        for name in NAMES:
            if draw(st.integers(0, 4)):
                files[f"{folder}{name}.yaml"] = draw(configs(folder or "top"))
    return files


values = st.sampled_from(
    ["1", "x", "y", "z", "null", "[x,y]", "{k:1}", "{x:{m:2}}", "[]", "${k}", "???", "1,2", ""]
)
targets = st.sampled_from(
    [
        "a",
        "b",
        "a/b",
        "a@p",
        "b@_global_",
        "k",
        "m",
        "a.k",
        "a.x",
        "k.m",
        "a.b.k",
        "p.k",
        "k.0",
        "zz",
    ]
)
override_texts = st.one_of(
    st.builds(
        lambda c, t, v: f"{c}{t}={v}",
        st.sampled_from(["", "", "", "+", "++", "~"]),
        targets,
        values,
    ),
    st.builds(lambda t: f"~{t}", targets),
)


@settings(max_examples=50, deadline=None)
@given(repositories(), st.lists(override_texts, max_size=2), st.sampled_from(["1.1", "1.3"]))
def test_random_repositories_compose_as_hydra_composes_them(
    files: dict[str, str], texts: list[str], base: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = write(Path(folder).resolve(), files)
        hydra, reason = hydras_or_reason(root, "config", texts, version_base=base)
        mine = ours(root, "config", texts, version_base=base)
    if not mine.is_whole:
        return
    said = agreed(mine)
    assert same(hydra, said), f"\nhydra: {hydra} {reason}\nours: {said} {mine.problems}"


pieces = st.sampled_from(
    ["a", "b-1", "1", "-2", ".5", "1e3", "1.", "null", "True", "inf", "nan", "'q'", '"p"', "'a\\'b'", '"\\\\"',
     "[", "]", "{", "}", "(", ")", ",", ":", "=", " ", "\\,", "\\ ", "\\", "${k}", "${", "$", "/", "@", "+", "~",
     "*", "%", "|", "?", ".", "_", "int(", "choice(", "range(", "glob(", "sort(", "str(", "interval(", "tag(",
     "1_000", "007", "é", "\t", "'", '"', "exclude=", "reverse=true", "start=", "stop="]
)  # fmt: skip
keys = st.sampled_from(
    [
        "k",
        "a.b",
        "a/b",
        "a@b",
        "a.0",
        "$k",
        "+k",
        "++k",
        "~k",
        "a/b@c.d",
        "k ",
        "a b",
        "0",
        "a.b/c",
        "a@b:c",
    ]
)
sound = st.recursive(
    st.sampled_from(["1", "a", "2.5", "'x y'", "true", "null", "-3", "${k}", "1e3"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda each: "[" + ",".join(each) + "]"),
        st.lists(inner, max_size=2).map(
            lambda each: "{" + ", ".join(f"k{i}: {one}" for i, one in enumerate(each)) + "}"
        ),
        st.builds(
            lambda name, each: f"{name}({','.join(each)})",
            st.sampled_from(
                [
                    "int",
                    "float",
                    "str",
                    "bool",
                    "choice",
                    "range",
                    "sort",
                    "tag",
                    "glob",
                    "interval",
                ]
            ),
            st.lists(inner, max_size=3),
        ),
        st.lists(inner, min_size=2, max_size=3).map(", ".join),
    ),
    max_leaves=5,
)
PARSER = OverridesParser.create()


@settings(max_examples=300, deadline=None)
@given(keys, st.one_of(st.lists(pieces, max_size=6).map("".join), sound))
@example("k", "")
@example("k", "sort(range(1,10,3),reverse=true)")
@example("k", "glob([a*,b*],exclude=c)")
@example("k", "shuffle([1])")
def test_overrides_are_read_as_hydra_reads_them(key: str, value: str) -> None:
    # inside the lists of these two Hydra compares objects of its own, and fails
    assume(not ("'x y'" in value and ("sort(" in value or "glob(" in value)))
    text = f"{key}={value}"
    mine = read_override(text, COMMAND)
    try:
        parsed = PARSER.parse_override(text)
        assert not _has_inner_sweep(parsed._value)  # which OmegaConf refuses later
    except Exception:  # noqa: BLE001 - whatever Hydra raises is a refusal
        assert not isinstance(mine, Override), f"only Hydra refuses {text!r}: {mine}"
        return
    assert isinstance(mine, Override), f"only we refuse {text!r} ({parsed}): {mine.message}"
    assert (mine.change.name, mine.key, mine.package) == (
        {"CHANGE": "SET", "FORCE_ADD": "FORCE", "DEL": "DELETE"}.get(
            parsed.type.name, parsed.type.name
        ),
        parsed.key_or_group,
        parsed.package,
    )
    assert same(_told(mine.value), _told(_value_of(parsed))), text


def _has_inner_sweep(value: object, *, is_inner: bool = False) -> bool:
    if isinstance(value, (Sweep, Glob)):
        inner = value.list if isinstance(value, ChoiceSweep) else []
        return is_inner or any(_has_inner_sweep(each, is_inner=True) for each in inner)
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_has_inner_sweep(each, is_inner=True) for each in below)


def _value_of(parsed: HydraOverride) -> object:
    value = parsed.value()
    if isinstance(value, ChoiceSweep):
        return Choice(
            tuple(HydraOverride._convert_value(each) for each in value.list), value.simple_form
        )
    if isinstance(value, RangeSweep):
        return Range(value.start, value.stop, value.step)
    if isinstance(value, IntervalSweep):
        return Interval(value.start, value.end)
    if isinstance(value, Glob):
        return OurGlob(_texts(value.include), _texts(value.exclude))
    return value


def _texts(names: list[object]) -> tuple[str, ...]:
    return tuple(str(HydraOverride._convert_value(name)) for name in names)  # type: ignore[arg-type]


def _told(value: object) -> object:
    if isinstance(value, Choice):
        return Choice(tuple(_told(each) for each in value.values), value.is_simple)
    if isinstance(value, dict):
        return {str(key): _told(each) for key, each in value.items()}
    return [_told(each) for each in value] if is_list(value) else texted(value)
