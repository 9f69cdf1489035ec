from __future__ import annotations

from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra_oracle import ours, plain_of, same, texted, write
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from repro_check.project.experiments.effective import Effective
from repro_check.project.experiments.hydra.composer import Composer
from repro_check.project.experiments.hydra.repository import facts_source
from repro_check.project.experiments.hydra.resolved import resolved
from repro_check.project.experiments.hydra.search import SearchPath
from repro_check.sources.config import read_yaml


def effective_of(text: str) -> Effective:
    source = facts_source({"c.yaml": (read_yaml(text.encode()), text)})
    return resolved(Composer(source).compose(SearchPath(("",)), "c"))


def omegaconfs(text: str) -> object:
    config = OmegaConf.create(text)
    try:
        return texted(OmegaConf.to_container(config, resolve=True, throw_on_missing=False))
    except OmegaConfBaseException:
        return "refused"


CASES = [
    "a: 1\nb: ${a}\n",
    "a: {b: {c: 1.5}}\nd: ${a.b.c}\ne: x${d}y\n",
    "a: {b: 1, c: '${.b}', d: {e: '${..b}', f: '${...g}'}}\ng: 2\n",
    "a: {b: '${....g}'}\ng: 2\n",
    "a: ${b}\nb: ${c}\nc: [1, '${a2}']\na2: t\n",
    "a: ${b}\nb: ${a}\n",
    "a: x${a}\n",
    "a: {b: '${a}'}\n",
    "a: {b: '${c}'}\nc: {d: '${a}'}\n",
    "l: [1, {k: 2}]\na: ${l.0}\nb: ${l[1].k}\nc: ${l.1[k]}\nd: ${l.7}\n",
    "l: [a, '${.0}', '${l[0]}']\n",
    "k: b\na: {b: 1}\nv: ${a.${k}}\nw: ${a[${k}]}\n",
    "a: null\nb: ${a}\nc: x${a}\n",
    "a: true\nb: x${a}\nc: ${a}${a}\n",
    "a: ???\nb: ${a}\n",
    "a: ${nope}\n",
    "a: ${b.nope}\nb: 1\n",
    "a: ${b}\nb: {}\nc: ${d}\nd: []\n",
    "a: \\${b}\nb: 1\nc: \\${b} ${b}\nd: \\\\${b}\n",
    "a: {x: '${.y}', y: 1}\nb: ${a}\n",
    "a: ${ b }\nb: 1\n",
    "a: ${b.c}\nb: ${d}\nd: {c: 5}\n",
    "a-b: 1\nc: ${a-b}\nd/e: 2\nf: ${d/e}\n",
    "a: 1e-5\nb: lr_${a}\nc: 1.0\nd: v${c}\n",
]


@pytest.mark.parametrize("text", CASES)
def test_interpolations_stand_for_what_omegaconf_gives(text: str) -> None:
    mine, theirs = effective_of(text), omegaconfs(text)
    said = "refused" if mine.problems else texted(plain_of(mine))
    if "???" in text:
        # OmegaConf leaves an interpolation to `???` missing where it may be missing
        assert [problem.kind for problem in mine.problems] == ["interpolation-missing"]
        return
    assert same(theirs, said), f"\nomegaconf: {theirs}\nours: {said} {mine.problems}"


names = st.sampled_from(["a", "b", "c", "a.a", "b.c", ".a", "..b", "c.0", "a[b]", "${a}"])
texts = st.one_of(
    names.map(lambda name: f"${{{name}}}"),
    st.builds(lambda x, y: f"${{{x}}}-${{{y}}}", names, names),
    st.sampled_from(["1", "b", "null", "true"]),
)
nodes = st.recursive(
    texts.map(lambda text: f"'{text}'" if "$" in text else text),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(lambda items: "[" + ", ".join(items) + "]"),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=2).map(
            lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}"
        ),
    ),
    max_leaves=3,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), nodes, min_size=1, max_size=3))
def test_random_interpolations_resolve_as_in_omegaconf(body: dict[str, str]) -> None:
    text = "".join(f"{key}: {value}\n" for key, value in body.items())
    mine = effective_of(text)
    try:
        theirs = omegaconfs(text)
    except RecursionError:
        theirs = "refused"
    if not all(value.is_known for value in mine.values.values()) and not mine.problems:
        return
    said = "refused" if mine.problems else texted(plain_of(mine))
    assert same(theirs, said), f"{text}\nomegaconf: {theirs}\nours: {said} {mine.problems}"


def test_a_resolver_leaves_its_value_unknown() -> None:
    mine = effective_of(
        "m: {k: 1}\nf: t${m}\na: ${oc.env:HOME}\nb: ${now:%Y}\nc: x${a}\nd: ${hydra:job.num}\ne: ${hydra.job.num}\n"
    )
    assert not mine.problems
    assert [value.is_known for value in mine.values.values()] == [True] + [False] * 6


def test_an_interpolation_to_nothing_names_the_keys_that_are_there() -> None:
    (problem,) = effective_of("model: {width: 1}\na: ${model.widht}\n").problems
    assert (problem.kind, problem.subject, problem.known) == (
        "interpolation-missing",
        "model.widht",
        ("width",),
    )
    assert problem.origin.span.line == 2


def test_a_value_keeps_the_place_of_its_interpolation() -> None:
    mine = effective_of("a: {x: 1}\nb: ${a}\n")
    value = mine.get("b.x")
    assert value is not None
    assert (value.value, value.origin.span.line) == (1, 2)


def test_the_whole_of_a_composed_config_resolves_as_in_hydra(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "config.yaml": "defaults: [{model: big}, _self_]\nlr: 1e-3\nname: ${model.name}_${lr}\n",
            "model/big.yaml": "name: big\nlr: ${lr}\nsub: {lr: '${..lr}', scaled: '${.lr}'}\n",
        },
    )
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(root), version_base="1.3"):
        theirs = OmegaConf.to_container(compose("config", overrides=["lr=5"]), resolve=True)
    GlobalHydra.instance().clear()
    assert same(theirs, plain_of(resolved(ours(root, "config", ["lr=5"]))))
