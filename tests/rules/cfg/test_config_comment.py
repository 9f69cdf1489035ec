"""CFG015: configs without a word on what they are for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

from repro_check.rules.cfg._descriptions import is_described
from repro_check.sources.config import read_yaml

MakeRepo = Callable[..., Repo]
HYDRA = """\
import hydra


@hydra.main(config_path="conf", config_name="train", version_base="1.3")
def main(cfg):
    print(cfg.lr)


if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize(
    "text",
    [
        "# The baseline of table 2.\nlr: 0.1\n",
        "lr: 0.1  # found by a grid search\n",
        "lr: 0.1\nmodel:\n  width: 8\n  # as wide as in the paper\n",
        "description: the baseline\nlr: 0.1\n",
        "run:\n  notes: the baseline\n",
        "lr: 0.1\n# Note: as wide as in the paper\n",
        "tags: [baseline, mnist]\nlr: 0.1\n",
        "name: 'a # b'  # the baseline\n",
        "a: |\n  # text\nb: 1  # why\n",
    ],
)
def test_a_comment_or_a_description_is_enough(text: str) -> None:
    assert is_described(read_yaml(text.encode()), text)


@pytest.mark.parametrize(
    "text",
    [
        "lr: 0.1\n",
        "# @package _global_\nlr: 0.1\n",
        "# yaml-language-server: $schema=x.json\nlr: 0.1\n",
        "lr: 0.1\n# lr: 0.2\n",
        "lr: 0.1\n#   - model: [a, b]\n",
        "#lr: 0.2\nlr: 0.1\n",
        "# ----------\nlr: 0.1\n",
        "lr: 0.1 #\n",
        "color: '#fff'\nname: a#b\n",
        'name: "a # b"\n',
        "a: |\n  # text of a block\n  # more\nb: 1\n",
        "description:\nlr: 0.1\n",
        "description: ''\n",
    ],
)
def test_directives_old_values_and_texts_tell_nothing(text: str) -> None:
    assert not is_described(read_yaml(text.encode()), text)


def test_each_option_of_the_experiment_group_is_judged_and_parts_are_not(
    make_repo: MakeRepo,
) -> None:
    files = {
        "train.py": HYDRA,
        "conf/train.yaml": "# The default.\ndefaults:\n  - model: a\n  - experiment: null\n\nlr: 0.1\n",
        "conf/model/a.yaml": "width: 8\n",
        "conf/experiment/one.yaml": "# @package _global_\nlr: 0.2\n",
        "conf/experiment/two.yaml": "# @package _global_\n# Twice as fast.\nlr: 0.2\n",
        "other/three.yaml": "lr: 0.2\n",
    }
    report = check(make_repo(files, commit=False).root, "CFG015")
    assert places(report) == ["conf/experiment/one.yaml:1:1 CFG015"]
    assert "experiment=one" in report.findings[0].message
