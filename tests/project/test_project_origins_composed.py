"""Where a seed comes from that a program reads of composed configs."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import project

from repro_check.project.origins import Origin, OriginKind, Summary

TRAIN = """
import hydra

@hydra.main(version_base="1.3", config_path="conf", config_name="train")
def main(cfg):
    seed_it({})

if __name__ == "__main__":
    main()
"""
BASE = "defaults:\n  - _self_\n  - data: small\n  - experiment: null\nseed: {}\n"


def origins(root: Path, files: dict[str, str], use: str = "cfg.seed") -> tuple[Origin, ...]:
    """Those of what `seed_it` is given."""
    opened = project(root, {"train.py": TRAIN.format(use)} | files)
    file = opened.python["train.py"]
    (call,) = [call for call in file.facts.calls if call.name == "seed_it"]
    return opened.origins.of(file, call.args[0], call.block)


def told(found: tuple[Origin, ...]) -> list[tuple[str, int, object]]:
    """The place and the value of each."""
    return [(origin.path, origin.span.line, origin.value) for origin in found]


def test_each_experiment_of_the_program_counts(tmp_path: Path) -> None:
    files = {
        "conf/train.yaml": BASE.format("null"),
        "conf/data/small.yaml": "n: 1\n",
        "conf/experiment/a.yaml": "# @package _global_\nseed: 7\n",
        "conf/other.yaml": "seed: 99\n",
    }
    found = origins(tmp_path, files)
    assert told(found) == [("conf/train.yaml", 5, None), ("conf/experiment/a.yaml", 2, 7)]
    assert {origin.kind for origin in found} == {OriginKind.CONFIG}


def test_a_group_sets_what_its_package_says(tmp_path: Path) -> None:
    files = {"conf/train.yaml": BASE.format(1), "conf/data/small.yaml": "seed: 5\n"}
    assert told(origins(tmp_path, files, "cfg.data.seed")) == [("conf/data/small.yaml", 1, 5)]


def test_a_reference_leads_to_the_value(tmp_path: Path) -> None:
    files = {"conf/train.yaml": BASE.format(3), "conf/data/small.yaml": "seed: ${seed}\n"}
    assert told(origins(tmp_path, files, "cfg.data.seed")) == [("conf/train.yaml", 5, 3)]


@pytest.mark.parametrize("value", ["???", "${oc.env:SEED}"])
def test_a_value_that_is_not_known_here_is_unknown(tmp_path: Path, value: str) -> None:
    files = {"conf/train.yaml": BASE.format(value), "conf/data/small.yaml": "n: 1\n"}
    assert [origin.kind for origin in origins(tmp_path, files)] == [OriginKind.UNKNOWN]


def test_a_documented_command_gives_its_value(tmp_path: Path) -> None:
    files = {
        "conf/train.yaml": BASE.format("null"),
        "conf/data/small.yaml": "n: 1\n",
        "README.md": "```bash\npython train.py seed=11\n```\n",
    }
    assert ("README.md", 2, 11) in told(origins(tmp_path, files))


def test_a_key_that_one_experiment_lacks_is_unset_there(tmp_path: Path) -> None:
    files = {
        "conf/train.yaml": "defaults:\n  - _self_\n  - experiment: null\nlr: 1\n",
        "conf/experiment/a.yaml": "# @package _global_\nseed: 7\n",
    }
    assert [origin.value for origin in origins(tmp_path, files, 'cfg.get("seed")')] == [None, 7]


def test_a_path_that_holds_the_seed_ends_the_question(tmp_path: Path) -> None:
    code = """
        import yaml

        cfg = yaml.safe_load(open("conf/a.yaml"))
        other = yaml.safe_load(open(f"conf/{cfg['seed']}.yaml"))
        seed_it(other["seed"])
    """
    opened = project(
        tmp_path, {"train.py": code, "conf/a.yaml": "seed: 1\n", "conf/1.yaml": "seed: 2\n"}
    )
    file = opened.python["train.py"]
    (call,) = [call for call in file.facts.calls if call.name == "seed_it"]
    assert opened.origins.summary(file, call.args[0], call.block) is Summary.FIXED
    assert opened.experiments.every is not None
