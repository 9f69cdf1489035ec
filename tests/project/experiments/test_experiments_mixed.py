"""Programs whose config file and options are laid over each other are not shown as whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from project.projects import project

from repro_check.project.experiments.unseen import unseen

PROGRAM = """
import argparse
import json
import yaml
import wandb
from omegaconf import OmegaConf
from collections import ChainMap

def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    parser.add_argument("--lr", type=float, default=0.1)
    return parser

def main():
    parser = parse()
    args = parser.parse_args()
    with open(args.config) as f:
        cfg = yaml.safe_load(f)
    {code}
    return args, cfg

if __name__ == "__main__":
    main()
"""


def reasons(root: Path, code: str, **more: str) -> tuple[str, ...]:
    made = project(
        root,
        {
            "train.py": PROGRAM.replace("{code}", code),
            "conf/a.yaml": "depth: 3\n",
            "README.md": "```bash\npython train.py --config conf/a.yaml\n```\n",
            **more,
        },
    )
    (experiment,) = (one for one in made.experiments.every if one.files)
    effective = made.experiments.effective(experiment)
    found = unseen(made, experiment, effective)
    assert effective.is_whole == (not found)
    return found


@pytest.mark.parametrize(
    "code",
    [
        "parser.set_defaults(**cfg)",
        "vars(args).update(cfg)",
        "args.__dict__.update(cfg)",
        "args.__dict__['depth'] = cfg['depth']",
        "for k, v in cfg.items():\n        setattr(args, k, v)",
        "for k, v in cfg.items():\n        vars(args)[k] = v",
        "cfg.update(vars(args))",
        "cfg.update(args.__dict__)",
        "cfg = {**cfg, **vars(args)}",
        "cfg = dict(cfg, **vars(args))",
        "cfg = vars(args) | cfg",
        "args = argparse.Namespace(**vars(args), **cfg)",
        "args = argparse.Namespace(**{**vars(args), **cfg})",
        "args = parser.parse_args(namespace=argparse.Namespace(**cfg))",
        "cfg = OmegaConf.merge(cfg, vars(args))",
        "return {**vars(args), **cfg}",
    ],
)
def test_a_config_laid_over_options_is_not_whole(code: str, tmp_path: Path) -> None:
    assert reasons(tmp_path, code) == ("the options of the program may add keys",)


@pytest.mark.parametrize(
    "code",
    [
        "print(vars(args))",
        "wandb.init(config=vars(args))",
        "wandb.config.update(vars(args))",
        "run.config.update(vars(args))",
        "json.dump(vars(args), open('out.json', 'w'))",
        "state = {'args': vars(args), 'cfg': cfg}",
        "state = {**vars(args)}",
        "for k, v in cfg.items():\n        setattr(model, k, v)",
        "setattr(args, 'lr', cfg['depth'])",
        "parser.set_defaults(lr=0.2)",
        "cfg['depth'] = args.lr",
        "metrics = {}\n    metrics.update(cfg)",
        "known = dict(vars(args))",
    ],
)
def test_a_config_beside_options_stays_whole(code: str, tmp_path: Path) -> None:
    assert reasons(tmp_path, code) == ()


def test_the_loader_in_another_file_may_do_it(tmp_path: Path) -> None:
    helper = """
        import yaml
        def load(path, opt):
            with open(path) as f:
                for key, value in yaml.safe_load(f).items():
                    setattr(opt, key, value)
    """
    program = """
        import argparse
        from helper import load
        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--config")
            opt = parser.parse_args()
            load(opt.config, opt)
        if __name__ == "__main__":
            main()
    """
    found = reasons(tmp_path, "pass", **{"train.py": program, "helper.py": helper})
    assert found == ("the options of the program may add keys",)
