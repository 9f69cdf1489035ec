"""What a word of a person means among the experiments of a repository."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from project.projects import project

from repro_check.errors import UsageError
from repro_check.project.experiments.naming.choosing import Choosing
from repro_check.project.experiments.naming.overriding import overridden

TRAIN = """
    import hydra
    @hydra.main(version_base="1.3", config_path="conf", config_name="config")
    def main(cfg): ...
    if __name__ == "__main__":
        main()
"""
HYDRA = {
    "train.py": TRAIN,
    "conf/config.yaml": "defaults:\n  - model: small\n  - exp: null\nlr: 1\n",
    "conf/model/small.yaml": "size: 1\n",
    "conf/exp/a/deep.yaml": "# @package _global_\nlr: 2\n",
    "conf/exp/a/wide.yaml": "# @package _global_\nlr: 2\n",
    "conf/exp/b/wide.yaml": "# @package _global_\nlr: 3\n",
    "README.md": "```sh\npython train.py model=small exp=a/deep\npython train.py lr=$LR\n```\n",
}


def choosing(root: Path, files: Mapping[str, str] = HYDRA) -> Choosing:
    made = project(root, files)
    return Choosing(made, made.experiments.every)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("config", "config"),
        ("train", "config"),
        ("train.py", "config"),
        ("./train.py", "config"),
        ("conf/config.yaml", "config"),
        ("exp=a/deep", "exp=a/deep"),
        ("a/deep", "exp=a/deep"),
        ("deep", "exp=a/deep"),
        ("deep.yaml", "exp=a/deep"),
        ("conf/exp/a/deep.yaml", "exp=a/deep"),
        ("b/wide", "exp=b/wide"),
        ("README.md:2", "model=small exp=a/deep"),
        ("README.md:3", "lr=$LR"),
    ],
)
def test_a_word_means_the_experiment_that_a_person_thinks_of(
    word: str, name: str, tmp_path: Path
) -> None:
    assert choosing(tmp_path).named(word).name == name


def test_a_path_may_be_relative_to_a_folder(tmp_path: Path) -> None:
    files = {f"one/{path}": text for path, text in HYDRA.items()}
    assert choosing(tmp_path, files).named("conf/exp/a/deep.yaml", here="one").name == "exp=a/deep"
    assert choosing(tmp_path, files).named("../one/train.py", here="two").name == "config"


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("wide", "`exp=a/wide`, `exp=b/wide`"),
        ("depp", "Did you mean `a/deep`?"),
        ("conf/model/small.yaml", "`repro-check config show NAME -- model=small`"),
        ("README.md:9", "The nearest one is at README.md:3"),
        ("other.py", "no experiment is called `other.py`"),
        ("a:99999999999999999999", "no experiment is called"),
        ("", "no experiment is called"),
        ("../../etc/passwd", "no experiment is called"),
    ],
)
def test_a_word_that_means_none_or_several_is_an_error_with_a_way_out(
    word: str, says: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as error:
        choosing(tmp_path).named(word)
    assert says in str(error.value)


def test_the_only_program_has_a_default_and_two_have_none(tmp_path: Path) -> None:
    assert choosing(tmp_path / "one").default().name == "config"
    two = {**HYDRA, "other.py": TRAIN.replace('"config"', '"other"'), "conf/other.yaml": "a: 1\n"}
    with pytest.raises(UsageError) as error:
        choosing(tmp_path / "two", two).default()
    assert "`other`, `config`" in str(error.value)


def test_more_words_stand_behind_those_of_the_command(tmp_path: Path) -> None:
    base = choosing(tmp_path).named("README.md:2")
    made = overridden(base, ["lr=3", "-m", "-cn", "other"])
    assert [given.text for given in made.overrides] == ["model=small", "exp=a/deep", "lr=3"]
    assert made.overrides[-1].origin.path == ""
    assert made.is_sweep
    assert made.config == "other"
    assert overridden(base, []) is base
    with pytest.raises(UsageError, match="`--foo` is no override"):
        overridden(base, ["lr=3", "--foo"])
