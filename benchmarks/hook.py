"""How long a hook on one changed file takes in a small and in a large repository.

    python benchmarks/hook.py [--rounds N] [--tree TREE]

Before each run the file is changed anew and staged; all other files are in the cache.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from measure import (
    Case,
    clone,
    commit_all,
    environment,
    git,
    goal,
    machine,
    measure,
    ratio,
    table,
    tool,
)

SMALL, LARGE = 20, 2_000
BARE = "python -c pass"
HOOK = "repro-check check --staged --stage file"
REPOSITORY = "repro-check check --stage repository"
CHANGED = "train_changed.py"
_TRAINING = '''\
"""Train a small model."""

import argparse

import torch

from package.part_0.module_0 import Layer_0


def set_seed(seed):
    torch.manual_seed(seed)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=100)
    args = parser.parse_args()
    set_seed(args.seed)
    model = Layer_0(8)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for step in range(args.steps):
        loss = model(torch.randn(8, 8)).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    torch.save(model.state_dict(), "model.pt")


if __name__ == "__main__":
    main()
'''
_MODULE = '''\
"""Layer {number}."""

import torch
from torch import nn


class Layer_{number}(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.inner = nn.Linear(width, width)
        self.outer = nn.Linear(width, width)

    def forward(self, x):
        hidden = torch.relu(self.inner(x))
        for _ in range({number} % 7):
            hidden = torch.relu(self.outer(hidden)) + x
        return self.outer(hidden)


def build_{number}(widths, *, depth={number}):
    layers = [Layer_{number}(width) for width in widths]
    return nn.Sequential(*layers[:depth])
'''


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--tree", type=Path, help="a repository to take as the large one")
    words = parser.parse_args()
    print(f"{machine()}\nmedian of {words.rounds} rounds")
    with tempfile.TemporaryDirectory() as scratch:
        for name, size in (("small", SMALL), ("large", LARGE)):
            tree = Path(scratch, name)
            if words.tree and name == "large":
                clone(words.tree.resolve(), tree)
            else:
                _write(tree, size)
            _report(name, tree, words.rounds)


def _report(name: str, tree: Path, rounds: int) -> None:
    change = _changer(tree)
    change()
    ours = tool("repro-check")
    if ours:
        # a first run over everything fills the cache
        subprocess.run(
            (ours, "check", "--exit-zero", "-q"),
            cwd=tree,
            env=environment(),
            capture_output=True,
            check=True,
        )
    cases = list(_cases(tree, change))
    absent = [case.name for case in cases if not case.command[0]]
    present = [case for case in cases if case.command[0]]
    measure(present, 1)  # byte-code and pages are in place before anything counts
    outcomes = measure(present, rounds)
    print(f"\nA {name} repository, {sum(1 for _ in tree.rglob('*.py')):,} Python files:\n")
    print(table(outcomes, {"x python": BARE}, absent))
    print()
    print(goal("hook over a bare interpreter", ratio(outcomes, HOOK, BARE), at_most=8))


def _cases(tree: Path, change: Callable[[], None]) -> Iterator[Case]:
    ours = tool("repro-check") or ""
    yield Case(BARE, (sys.executable, "-c", "pass"), tree)
    yield Case("ruff check", (tool("ruff") or "", "check", "--no-cache", CHANGED), tree, change)
    secrets = tool("detect-secrets-hook") or ""
    yield Case("detect-secrets-hook -n", (secrets, "-n", CHANGED), tree, change)
    yield Case("repro-check --version", (ours, "--version"), tree)
    yield Case(HOOK, (ours, "check", "--staged", "--stage", "file", CHANGED), tree, change)
    yield Case(REPOSITORY, (ours, "check", "--stage", "repository"), tree, change)


def _changer(tree: Path) -> Callable[[], None]:
    """A function that gives the file a content which no run has seen, and stages it."""
    numbers = itertools.count()

    def change() -> None:
        text = f"{_TRAINING}\nRUN = {next(numbers)}\n"
        Path(tree, CHANGED).write_text(text, encoding="utf-8")
        git("add", CHANGED, folder=tree)

    return change


def _write(tree: Path, size: int) -> None:
    for number in range(size):
        folder = tree / "package" / f"part_{number // 100}"
        folder.mkdir(parents=True, exist_ok=True)
        text = _MODULE.replace("{number}", str(number))
        Path(folder, f"module_{number}.py").write_text(text, encoding="utf-8")
    Path(tree, "README.md").write_text(f"Run `python {CHANGED}`.\n", encoding="utf-8")
    commit_all(tree)


if __name__ == "__main__":
    main()
