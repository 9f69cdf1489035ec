from __future__ import annotations

import pytest
from data_support import facts_of

from repro_check.data.declaring.interpolation import resolve


def resolved(text: str, *keys: str):
    entries = {entry.keys: entry for entry in facts_of(text).entries}
    return resolve(entries[keys], entries)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v: plain", "plain"),
        ("v: ${a.b}/x\na:\n  b: y", "y/x"),
        ("v: ${a}${a}\na: 1", "11"),
        ("v: ${a.1}\na: [x, y]", "y"),
        ("v: ${1}\n'1': z", "z"),
        ("v: ${a}\na: ${b}\nb: ${c}\nc: d", "d"),
        ("v: ${oc.env:HOME,./data}", "./data"),
        ("v: '${oc.env:X,\"a b\"}'", "a b"),
        ("v: ${env:X,y}", "y"),
        ("v: ${oc.env:X,${a}/z}\na: y", "y/z"),
        ("v: ${oc.env:X,}", None),
        ("v: ${oc.env:X,null}", None),
        ("v: ${oc.env:X}", None),
        ("v: ${a.${b}}\na:\n  k: y\nb: k", "y"),
        ("v: ${missing}", None),
        ("v: ${a}\na: null", None),
        ("v: ${a}\na: ???", None),
        ("v: ${a}\na: [1]", None),
        ("v: ${a}\na: ${v}", None),
        ("v: ${v}", None),
        ("v: ${now:%Y}", None),
        ("v: ${hydra:runtime.cwd}/d", "./d"),
        ("v: ${oc.env:PWD}/d", "./d"),
        ("v: ${hydra:runtime.choices.data}", None),
        ("v: ${hydra:runtime.output_dir}/d", None),
        ("v: ${hydra:job.name}", None),
        ("v: ${oc.select:a.b,x}\na:\n  b: y", "y"),
        ("v: ${oc.select:a.b}\na:\n  b: y", "y"),
        ("v: ${oc.select:a.c,./x}\na:\n  b: y", "./x"),
        ("v: ${oc.select:a.b, ${c}}\nc: z", "z"),
        ("v: ${oc.select:a,x}\na: ???", "x"),
        ("v: ${oc.select:a,x}\na: null", None),
        ("v: ${oc.select:a,null}", None),
        ("v: ${oc.select:a}", None),
        ("v: ${oc.select:a,x}\na: ${oc.env:A}", None),
        ("v: ${oc.decode:${oc.env:X,1}}", None),
        ("v: ${oc.create:x}", None),
        ("v: ${my.resolver:x}", None),
        ("v: ${a[0]}/${b[c]}\na: [x]\nb:\n  c: y", "x/y"),
        ("v: '%DATA%/x'", None),
        ("v: 100%/x", "100%/x"),
        ("v: a%20b%20c", "a%20b%20c"),
        ("v: '\\${a}'\na: x", None),
        ("v: '{{ data }}/x'", None),
        ("v: ${oc.decode:x}", None),
        ("v: ${", None),
        ("v: '${}'", None),
        ("v: '{name}/x'", None),
        ("v: $DATA/x", None),
        ("v: '${..a}'\na: x", None),
        ("v: '${.a}'\na: x", "x"),
    ],
)
def test_a_value_is_resolved_as_far_as_the_file_tells(text, expected):
    assert resolved(text, "v") == expected


def test_leading_dots_climb_from_where_the_value_stands():
    text = "b: top\na:\n  b: near\n  v: ${.b}\n  deep:\n    v: ${..b}\n    w: ${...b}\n"
    assert resolved(text, "a", "v") == "near"
    assert resolved(text, "a", "deep", "v") == "near"
    assert resolved(text, "a", "deep", "w") == "top"


def test_a_relative_reference_is_read_from_its_own_place():
    text = "v: ${a.path}\nname: wrong\na:\n  name: right\n  path: ${.name}\n"
    assert resolved(text, "v") == "right"


@pytest.mark.parametrize("last", ["x", ""])
def test_a_doubling_chain_ends_unresolved_and_soon(last):
    chain = "\n".join(f"k{n}: ${{k{n + 1}}}${{k{n + 1}}}" for n in range(60))
    assert resolved(f"{chain}\nk60: '{last}'\n", "k0") is None
