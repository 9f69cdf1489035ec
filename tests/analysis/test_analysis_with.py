"""A `with` that binds nothing is an assignment without a target, wherever a rule looks for one."""

from __future__ import annotations

from checking import check, places
from conftest import Repo

PROGRAM = """\
import argparse, random, torch, optuna, contextlib
import numpy as np
from dataclasses import dataclass
from sklearn.linear_model import SGDClassifier
from hydra.utils import instantiate
import hydra

@dataclass
class Net:
    width: int
    def f(self):
        with torch.no_grad():
            pass

@contextlib.contextmanager
def seeded(seed):
    torch.manual_seed(seed)
    yield

@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def run(cfg):
    instantiate(cfg.net)

def main():
    p = argparse.ArgumentParser(); p.add_argument("--seed", type=int); args = p.parse_args()
    with seeded(args.seed or 3):
        print(torch.randn(3))
    with seeded(args.seed if args.seed else 0):
        x = torch.randn(3)
    if args.seed:
        with seeded(args.seed):
            print(torch.randn(2))
    with optuna.create_study():
        pass
    with SGDClassifier():
        pass
    with np.random.default_rng():
        pass
    for i in range(3):
        with np.random.default_rng().normal():
            with torch.load("x.pt"):
                pass
if __name__ == "__main__":
    main()
"""


def test_no_rule_asks_a_with_for_what_it_does_not_bind(make_repo) -> None:
    repo: Repo = make_repo(
        {"a.py": PROGRAM, "conf/config.yaml": "net: {_target_: a.Net, width: 3}\n"}, commit=False
    )
    found = places(check(repo.root, "ALL"))
    assert [place for place in found if "SEED004" in place] == [
        "a.py:26:17 SEED004",
        "a.py:30:8 SEED004",
    ]
