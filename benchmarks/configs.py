"""How long a repository of many Hydra configs takes: composing all its experiments, and the CFG rules.

    python benchmarks/configs.py [--rounds N] [--configs N] [--experiments N] [--profile]

The facts of all files are in the cache. Before each run of "one config changed" one of them is changed,
so that what the last run said does not hold any more and all experiments are composed anew.
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import pstats
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from measure import Case, Outcome, commit_all, environment, git, machine, measure, table, tool

from repro_check.engine import Session
from repro_check.settings import Settings
from repro_check.sources.discovery import discover

CONFIGS, EXPERIMENTS = 2_000, 300
SECONDS = 2.0
BARE = "python -c pass"
CHANGED = "repro-check check --select CFG, one config changed"
UNCHANGED = "repro-check check --select CFG, nothing changed"
GROUPS = ("data", "model", "optimizer", "scheduler", "trainer", "logger", "callbacks", "paths")
_TRAIN = '''\
"""Train a model."""

import hydra
import torch
from omegaconf import DictConfig


@hydra.main(config_path="configs", config_name="train", version_base="1.3")
def main(cfg: DictConfig) -> None:
    torch.manual_seed(cfg.seed)
    model = hydra.utils.instantiate(cfg.model)
    optimizer = torch.optim.SGD(model.parameters(), lr=cfg.optimizer.lr)
    for step in range(cfg.trainer.steps):
        loss = model(torch.randn(cfg.data.batch_size, cfg.model.width)).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    torch.save(model.state_dict(), f"{cfg.paths.output}/{cfg.task_name}.pt")


if __name__ == "__main__":
    main()
'''
_KEYS = {
    "data": "name: {name}\nbatch_size: {size}\nworkers: 2\nroot: ${{paths.data}}/{name}\n",
    "model": "_target_: torch.nn.Linear\nwidth: {size}\nin_features: ${{.width}}\nout_features: 4\n",
    "optimizer": "lr: 0.{size}\nweight_decay: 1e-{small}\nmomentum: 0.9\nbetas: [0.9, 0.99]\n",
    "scheduler": "kind: {name}\nwarmup: {size}\ntotal: ${{trainer.steps}}\n",
    "trainer": "steps: {size}\nclip: 1.0\nprecision: 32\ndevices: 1\naccelerator: gpu\n",
    "logger": "name: ${{task_name}}\nproject: {name}\noffline: true\n",
    "callbacks": "checkpoint:\n  every: {size}\n  folder: ${{paths.output}}\nearly:\n  patience: {small}\n",
    "paths": "data: data/{name}\noutput: outputs/{name}\nlogs: ${{.output}}/logs\n",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--configs", type=int, default=CONFIGS)
    parser.add_argument("--experiments", type=int, default=EXPERIMENTS)
    parser.add_argument("--profile", action="store_true", help="say where the library call is")
    words = parser.parse_args()
    print(f"{machine()}\nmedian of {words.rounds} rounds")
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch, "tree")
        _write(tree, words.configs, words.experiments)
        _fill_cache(tree)
        if words.profile:
            _profile(tree)
            return
        _report_library(tree, words.rounds)
        _report_processes(tree, words.rounds)


def _report_library(tree: Path, rounds: int) -> None:
    compose(tree)
    taken, count, keys = [], 0, 0
    for _ in range(rounds):
        started = time.perf_counter()
        count, keys = compose(tree)
        taken.append(time.perf_counter() - started)
    median = statistics.median(taken)
    print(f"\nLibrary: {count:,} experiments of {keys:,} values, from opening to the last one:\n")
    print(f"- {median:.2f} s ({min(taken):.2f} - {max(taken):.2f} s)")
    print(_goal("library call", median))


def compose(tree: Path) -> tuple[int, int]:
    """Open a repository and compose all its experiments; how many there are, and their values."""
    session = Session(discover(tree), Settings())
    experiments = session.project.experiments
    made = [experiments.effective(one) for one in experiments.every]
    return len(made), sum(len(one.values) for one in made)


def _profile(tree: Path) -> None:
    profile = cProfile.Profile()
    profile.runcall(compose, tree)
    pstats.Stats(profile).sort_stats("cumulative").print_stats(45)


def _report_processes(tree: Path, rounds: int) -> None:
    cases = list(_cases(tree))
    measure(cases, 1)  # byte-code and pages are in place before anything counts
    outcomes = measure(cases, rounds)
    print("\nWhole processes:\n")
    print(table(outcomes, {"x python": BARE}))
    print()
    print(_goal(CHANGED, _median(outcomes[CHANGED])))


def _cases(tree: Path) -> Iterator[Case]:
    check = (tool("repro-check") or "", "check", "--select", "CFG", "--exit-zero")
    yield Case(BARE, (sys.executable, "-c", "pass"), tree)
    yield Case(CHANGED, check, tree, _changer(tree))
    yield Case(UNCHANGED, check, tree)


def _changer(tree: Path) -> Callable[[], None]:
    """A function that gives a config of the repository a content which no run has seen."""
    numbers = itertools.count()

    def change() -> None:
        text = _KEYS["paths"].format(name=f"changed_{next(numbers)}", size=1, small=1)
        Path(tree, "configs", "paths", "option_0.yaml").write_text(text, encoding="utf-8")
        git("add", "--all", folder=tree)

    return change


def _fill_cache(tree: Path) -> None:
    subprocess.run(
        (tool("repro-check") or "", "check", "--select", "CFG", "--exit-zero", "-q"),
        cwd=tree,
        env=environment(),
        capture_output=True,
        check=True,
    )


def _median(outcome: Outcome) -> float | None:
    return None if outcome.failure else outcome.median


def _goal(words: str, seconds: float | None) -> str:
    if seconds is None:
        return f"- {words}: below {SECONDS} s; not measured"
    return f"- {words}: below {SECONDS} s; here {seconds:.2f} s, {'met' if seconds < SECONDS else 'MISSED'}"


def _write(tree: Path, configs: int, experiments: int) -> None:
    """A repository with so many configs, of which so many are options of `experiment=`."""
    folder = tree / "configs"
    options = [max(1, (configs - experiments - 1) // len(GROUPS))] * len(GROUPS)
    options[0] += configs - experiments - 1 - sum(options)
    for group, count in zip(GROUPS, options, strict=True):
        (folder / group).mkdir(parents=True)
        for number in range(count):
            text = _KEYS[group].format(
                name=f"{group}_{number}", size=number % 97 + 1, small=number % 9
            )
            Path(folder, group, f"option_{number}.yaml").write_text(text, encoding="utf-8")
    (folder / "experiment").mkdir()
    for number in range(experiments):
        text = _experiment(number, options)
        Path(folder, "experiment", f"run_{number}.yaml").write_text(text, encoding="utf-8")
    lines = [*(f"  - {group}: option_0" for group in GROUPS), "  - experiment: null", "  - _self_"]
    text = "\n".join(["defaults:", *lines, "", "task_name: train", "seed: 1", ""])
    Path(folder, "train.yaml").write_text(text, encoding="utf-8")
    Path(tree, "train.py").write_text(_TRAIN, encoding="utf-8")
    commands = "\n".join(
        f"python train.py experiment=run_{number} trainer.steps={number + 1}"
        for number in range(0, experiments, 10)
    )
    Path(tree, "README.md").write_text(f"# Runs\n\n```bash\n{commands}\n```\n", encoding="utf-8")
    commit_all(tree)


def _experiment(number: int, options: list[int]) -> str:
    """One option of `experiment=`: it picks an option of each group, and sets some values."""
    picks = [
        f"  - override /{group}: option_{(number * 7 + place) % count}"
        for place, (group, count) in enumerate(zip(GROUPS, options, strict=True))
    ]
    values = [
        f"task_name: run_{number}",
        f"seed: {number}",
        f"optimizer:\n  lr: 0.{number % 9 + 1}",
        "trainer:\n  devices: 2\n  name: ${task_name}_${data.name}",
    ]
    head = ["# @package _global_", f"# Run {number} of the table.", "defaults:"]
    return "\n".join([*head, *picks, "", *values, ""])


if __name__ == "__main__":
    main()
