"""Repositories with experiments, for the tests of `repro-check config`."""

from __future__ import annotations

TRAIN = """\
import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="train")
def main(cfg):
    print(cfg.lr)


if __name__ == "__main__":
    main()
"""

HYDRA = {
    "train.py": TRAIN,
    "README.md": (
        "# Try it\n\n```bash\npython train.py\npython train.py optimizer=sgd \\\n"
        "    trainer.max_epochs=3\n```\n"
    ),
    "conf/train.yaml": (
        "defaults:\n  - _self_\n  - optimizer: adam\n  - experiment: null\n\n"
        "seed: 0\ntrainer:\n  max_epochs: 10\n  lr: ${optimizer.lr}\n"
        "name: run-${now:%Y}\ndata:\n  path: ???\n"
    ),
    "conf/optimizer/adam.yaml": "lr: 1e-3\nbetas: [0.9, 0.999]\n",
    "conf/optimizer/sgd.yaml": "lr: 0.1\nmomentum: 0.9\n",
    "conf/experiment/deep.yaml": (
        "# @package _global_\ndefaults:\n  - override /optimizer: sgd\n\nseed: 7\n"
        "data:\n  path: data/deep\n"
    ),
}
"""One program; its own config, an experiment `deep`, and two documented commands."""

EVAL = {"eval.py": TRAIN.replace('"train"', '"eval"'), "conf/eval.yaml": "ckpt: last.pt\n"}
"""A second program for the same folder."""

PLAIN = {
    "train.py": """\
import argparse

import yaml


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-c", "--config-file", required=True)
    args = parser.parse_args()
    with open(args.config_file) as stream:
        cfg = yaml.safe_load(stream)
    print(cfg["lr"])


if __name__ == "__main__":
    main()
""",
    "README.md": "```bash\npython train.py --config-file configs/a.yaml\n```\n",
    "configs/a.yaml": "lr: 1e-4\nlayers:\n  - size: 3\n    act: relu\n  - size: 4\n    act: relu\n",
    "configs/b.yaml": "lr: 0.1\n",
}
"""A program that reads the YAML file that it is told."""

MMENGINE = {
    "tools/train.py": """\
import argparse

from mmengine.config import Config


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    args = parser.parse_args()
    cfg = Config.fromfile(args.config)
    print(cfg.lr)


if __name__ == "__main__":
    main()
""",
    "configs/_base_/model.py": "model = dict(depth=50, width=2)\nlr = 0.1\n",
    "configs/big.py": "import os\n_base_ = ['./_base_/model.py']\nmodel = dict(depth=101)\n"
    "workers = os.cpu_count()\n",
}
"""A Python config with a base."""
