"""What the small composition says of a key, held against Hydra itself."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from project.projects import project

from repro_check.data.declaring.interpolation import Unresolved
from repro_check.data.declaring.surroundings import ConfigSurroundings

hydra = pytest.importorskip("hydra")
global_hydra = pytest.importorskip("hydra.core.global_hydra")
omegaconf = pytest.importorskip("omegaconf")
MISTAKES = (
    pytest.importorskip("hydra.errors").HydraException,
    pytest.importorskip("omegaconf.errors").OmegaConfBaseException,
)
GROUPS = ("data", "paths", "data/split", "experiment")
OPTIONS = ("a", "b")
HEADERS = ("", "", "", "# @package _global_\n\n", "# @package paths\n")
ASKED = [(group, key) for group in ("data", "paths", "q") for key in "xy"] + [("x",), ("y",)]
SCALARS = st.dictionaries(st.sampled_from("xy"), st.sampled_from("123"))


@st.composite
def elements(draw: st.DrawFn, group: str) -> object:
    """An element of the defaults list of the primary config, or of an option of a group."""
    option = draw(st.sampled_from(OPTIONS))
    if group == "data":
        return {"split": option}
    if group == "experiment":
        return {draw(st.sampled_from(["override /paths", "override /data", "/paths"])): option}
    if group:
        return "a"
    target = draw(st.sampled_from(GROUPS))
    match draw(st.sampled_from(["group", "group", "null", "plain", "absolute", "package"])):
        case "plain":
            return f"{target}/{option}"
        case "null":
            return {target: None}
        case "absolute":
            return {f"/{target}": option}
        case "package":
            return {f"{target}@{draw(st.sampled_from(['data', '_global_', 'q']))}": option}
    return {target: option}


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str]:
    """The files of a tree: a primary config, and two options in each of four groups."""
    files = {}
    for name in ("main", *(f"{group}/{option}" for group in GROUPS for option in OPTIONS)):
        group = name.rpartition("/")[0]
        body: dict[str, object] = dict(draw(SCALARS))
        if draw(st.booleans()):
            body[draw(st.sampled_from(["data", "paths"]))] = draw(SCALARS)
        most = 1 if group else 4
        listed = draw(st.lists(elements(group), max_size=most, unique_by=str))
        # Hydra itself follows a config that names itself without an end.
        listed = [] if listed == ["a"] and name.endswith("/a") else listed
        if listed and "override" not in str(listed) and draw(st.booleans()):
            listed.insert(draw(st.integers(0, len(listed))), "_self_")
        body = {"defaults": listed, **body} if listed else body
        header = draw(st.sampled_from(HEADERS)) if group else ""
        files[f"conf/{name}.yaml"] = header + yaml.safe_dump(body, sort_keys=False)
    return files


def composed(root: Path, chosen: str) -> Any:
    """The configuration with `chosen` in it, or None where Hydra finds a mistake."""
    group, _, option = chosen.rpartition("/")
    listed = yaml.safe_load((root / "conf/main.yaml").read_text()).get("defaults", [])
    for overrides in ([], [f"{group}={option}"], [f"+{group}={option}"])[: 3 if group else 1]:
        global_hydra.GlobalHydra.instance().clear()
        with hydra.initialize_config_dir(str(root / "conf"), version_base="1.2"):
            try:
                whole = hydra.compose("main", overrides=overrides, return_hydra_config=True)
            except MISTAKES:
                continue
        choices = whole.hydra.runtime.choices.items()
        taken = {(key.partition("@")[0], name) for key, name in choices}
        if overrides or (group, option) in taken or chosen in [*listed, "main"]:
            return whole
    return None


@settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(trees(), st.sampled_from(["data/b", "experiment/b", "main"]))
def test_what_is_said_of_a_key_is_what_hydra_composes(
    tmp_path: Path, files: dict[str, str], chosen: str
) -> None:
    root = tmp_path / "repo"
    shutil.rmtree(root, ignore_errors=True)
    opened = project(root, files)
    around = ConfigSurroundings(opened.configs[f"conf/{chosen}.yaml"], opened)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = composed(root, chosen)
    for keys in ASKED if whole else ():
        try:
            found = around.entry(keys)
        except Unresolved:
            continue
        expected = omegaconf.OmegaConf.select(whole, ".".join(keys))
        if found is not None and expected is not None:
            assert found.text == str(expected)


@settings(
    max_examples=10,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(trees(), st.sampled_from(["data/b", "experiment/b", "main"]))
def test_a_choice_that_is_said_to_be_known_is_hydras(
    tmp_path: Path, files: dict[str, str], chosen: str
) -> None:
    root = tmp_path / "repo"
    shutil.rmtree(root, ignore_errors=True)
    opened = project(root, files)
    around = ConfigSurroundings(opened.configs[f"conf/{chosen}.yaml"], opened)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = composed(root, chosen)
    for group in GROUPS if whole else ():
        try:
            found = around.known("hydra", f"runtime.choices.{group}")
        except Unresolved:
            continue
        if found is not None:
            assert found == whole.hydra.runtime.choices[group]
