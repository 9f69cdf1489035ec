"""Measure test accuracy, once, with the checkpoint that validation chose.

Usage:
    python evaluate.py --checkpoint checkpoints/best.pt
    python evaluate.py --runs outputs/cnn --output results/cnn.csv
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import torch
from digits.checkpoint import load_checkpoint, load_model
from digits.data import load_part, verify_data
from digits.training import evaluate

ROOT = Path(__file__).resolve().parent
COLUMNS = ("experiment", "seed", "best_epoch", "val_accuracy", "test_accuracy")


def evaluate_checkpoint(path: Path) -> dict[str, str | int]:
    """One row of results; refuses data other than those which the model was trained with."""
    state = load_checkpoint(path)
    config = state["config"]
    data = ROOT / config["data"]["dir"]
    verify_data(data, config["data"]["md5"])
    _, accuracy = evaluate(load_model(path), load_part(data, "test"), torch.device("cpu"))
    return {
        "experiment": config["name"],
        "seed": config["seed"],
        "best_epoch": state["epoch"],
        "val_accuracy": f"{state['history'][-1]['val_accuracy']:.6f}",
        "test_accuracy": f"{accuracy:.6f}",
    }


def main() -> None:
    """Evaluate one checkpoint, or the best checkpoint of every seed of an experiment."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--checkpoint", type=Path, help="one checkpoint file")
    what.add_argument("--runs", type=Path, help="a folder with seed_*/best.pt")
    parser.add_argument("--output", type=Path, help="write the table here instead of printing it")
    options = parser.parse_args()

    runs = options.runs
    paths = [options.checkpoint] if runs is None else sorted(runs.glob("seed_*/best.pt"))
    rows = sorted((evaluate_checkpoint(path) for path in paths), key=lambda row: row["seed"])
    if not rows:
        parser.error(f"no seed_*/best.pt in {options.runs}")
    if options.output is None:
        write_table(sys.stdout, rows)
    else:
        with options.output.open("w", newline="", encoding="utf-8") as file:
            write_table(file, rows)


def write_table(file, rows: list[dict[str, str | int]]) -> None:
    """Write rows as CSV."""
    writer = csv.DictWriter(file, fieldnames=COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


if __name__ == "__main__":
    main()
