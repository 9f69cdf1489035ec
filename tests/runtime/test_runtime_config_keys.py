"""Paths and digests in loaded configs, of whatever kind a training script has."""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import logging
import os
import types
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

import pytest
from omegaconf import OmegaConf

from repro_check.data import keys as static
from repro_check.runtime import config_keys
from repro_check.runtime.config_keys import pairs

MD5 = "0123456789abcdef" * 2
PLAIN = {"dir": "data/x", "md5": MD5}
FOUND = [("data/x", MD5)]


@dataclasses.dataclass
class Data:
    dir: str = "data/x"
    md5: str = MD5


@dataclasses.dataclass
class Config:
    data: Data
    lr: float = 0.1


@dataclasses.dataclass(frozen=True, slots=True)
class Slotted:
    dir: str = "data/x"
    md5: str = MD5


class Point(NamedTuple):
    x: int


class Plain:
    def __repr__(self) -> str:
        return "Plain()"  # the name of its test must not hold an address

    def __init__(self) -> None:
        self.dir = "data/x"
        self.md5 = MD5


@pytest.mark.parametrize(
    "config",
    [
        PLAIN,
        OrderedDict(PLAIN),
        types.MappingProxyType(PLAIN),
        OmegaConf.create(PLAIN),
        argparse.Namespace(**PLAIN, lr=0.1),
        types.SimpleNamespace(**PLAIN),
        Data(),
        Slotted(),
        Plain(),
        Config(Data()),
        OmegaConf.structured(Config(Data())),
        {"a": {"b": [{"c": PLAIN}]}},
        {"a": ({"x": 1}, PLAIN)},
        [PLAIN],
        OmegaConf.create({"a": {"b": [PLAIN]}}),
        OmegaConf.create([PLAIN]),
        argparse.Namespace(data=argparse.Namespace(**PLAIN)),
        {"data": Slotted()},
        argparse.Namespace(data=PLAIN),
        {"dir": Path("data/x"), "md5": MD5},
        {"DIR": "data/x", "MD5": MD5},
        {"data-dir": "data/x", "md5": MD5},
        {"train_dir": "data/x", "train_md5": MD5},
        {"train": "data/x", "train_md5sum": MD5},
        {"train_path": "data/x", "train_sha256": MD5},
        {"train-path": "data/x", "train-digest": MD5},
        {"path": "data/x", "sha256sum": MD5},
        {"data_dir": "data/x", "dir": "elsewhere", "md5": MD5},
        {1: 2, None: 3, "dir": "data/x", "md5": MD5},
        {"dir": "", "path": "data/x", "md5": MD5},
    ],
    ids=repr,
)
def test_a_path_and_its_digest_are_found(config: object) -> None:
    assert list(pairs(config)) == FOUND


@pytest.mark.parametrize(
    "config",
    [
        {},
        [],
        None,
        "md5",
        7,
        {"lr": 0.1},
        {"dir": "data/x"},
        {"md5": {"enabled": True}},
        {"md5": 7, "dir": "x"},
        {"check_md5": True, "dir": "x"},
        {"message_digest_size": "x"},
        argparse.Namespace(),
        Plain,
        print,
        Point(1),
    ],
    ids=repr,
)
def test_what_records_nothing_gives_nothing(config: object) -> None:
    assert list(pairs(config)) == []


def test_interpolations_of_omegaconf_are_filled_in() -> None:
    config = OmegaConf.create(
        {"paths": {"root": "data"}, "data": {"dir": "${paths.root}/x", "md5": MD5}}
    )
    assert list(pairs(config)) == FOUND
    assert list(pairs(config.data)) == FOUND


def test_what_another_part_of_a_config_lacks_is_no_hindrance() -> None:
    config = OmegaConf.create(
        {"model": {"width": "???", "x": "${oc.env:NOT_SET_ANYWHERE}"}, "data": PLAIN, "y": "???"}
    )
    assert list(pairs(config)) == FOUND


@pytest.mark.parametrize("empty", [None, "", "???"])
def test_an_empty_digest_stops_the_program_with_advice(empty: str | None) -> None:
    with pytest.raises(ValueError, match="repro-check data lock"):
        list(pairs(OmegaConf.create({"dir": "data/x", "md5": empty})))


@pytest.mark.parametrize(
    "config", [{"md5": MD5}, {"md5": MD5, "dir": 7}, {"train_md5": MD5, "dir": "x"}]
)
def test_a_digest_without_a_path_stops_the_program(config: object) -> None:
    with pytest.raises(ValueError, match="beside no path"):
        list(pairs(config))


def test_several_data_sets_are_found_in_their_order() -> None:
    config = {
        "train_dir": "a",
        "train_md5": "1",
        "val": [{"path": "b", "digest": "2"}, {"path": "c", "sha256": "3"}],
        "test": {"file": "d", "md5": "4"},
    }
    assert list(pairs(config)) == [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]


def test_a_config_that_holds_itself_is_searched_once() -> None:
    config: dict[str, object] = {"data": PLAIN}
    config["self"] = config
    config["list"] = [config]
    assert list(pairs(config)) == FOUND
    space = argparse.Namespace(data=PLAIN)
    space.parent = space
    assert list(pairs(space)) == FOUND


def test_a_logger_in_the_arguments_does_no_harm() -> None:
    args = argparse.Namespace(**PLAIN, logger=logging.getLogger("a.b"), device=object(), f=print)
    assert list(pairs(args)) == FOUND


def test_the_same_data_in_two_places_are_found_in_both() -> None:
    assert list(pairs({"train": PLAIN, "test": dict(PLAIN)})) == FOUND * 2


def test_only_configs_are_searched_and_no_program() -> None:
    class Model:
        def __init__(self) -> None:
            self.md5 = "of something else"
            self.history = [{"md5": "of something else"}]

    args = argparse.Namespace(**PLAIN, model=Model(), module=hashlib, kind=Model, os=os)
    assert list(pairs(args)) == FOUND


def test_a_bare_blake3_is_that_of_another_program() -> None:
    assert list(pairs({"file": "data/x", "blake3": MD5 * 2})) == []
    ours = f"tree:blake3:{MD5 * 2}"
    assert list(pairs({"dir": "data/x", "blake3": ours})) == [("data/x", ours)]


@pytest.mark.parametrize("key", ["dir", "md5"])
def test_a_path_or_digest_that_cannot_be_told_stops_the_program(key: str) -> None:
    config = OmegaConf.create(PLAIN | {key: "${oc.env:NOT_SET_ANYWHERE}"})
    with pytest.raises(Exception, match="NOT_SET_ANYWHERE"):
        list(pairs(config))


def test_a_deep_config_does_not_exhaust_the_stack() -> None:
    config: object = PLAIN
    for _ in range(300):
        config = {"a": [config]}
    assert list(pairs(config)) == FOUND


def test_the_names_are_those_of_configs_as_text() -> None:
    for key in (
        "md5",
        "md5sum",
        "sha256",
        "sha256sum",
        "blake3",
        "digest",
        "hash",
        "x_md5",
        "md5s",
    ):
        ours, theirs = config_keys._DIGEST.fullmatch(key), static.DIGEST.fullmatch(key)
        assert bool(ours) is bool(theirs), key


def test_the_digest_of_a_download_belongs_to_no_path_here():
    config = {"data": PLAIN, "weights": {"url": "https://example.org/w.pt", "md5": "0" * 32}}
    assert list(pairs(config)) == FOUND
