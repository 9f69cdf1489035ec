"""Summarise test accuracy over the seeds.

Usage:
    python summarize.py results/mlp.csv results/cnn.csv --output results/summary.csv
"""

from __future__ import annotations

import argparse
import csv
from math import sqrt
from pathlib import Path
from statistics import mean, stdev

# Two-sided 95 % quantiles of Student's t by number of seeds (degrees of freedom: one less).
T_975 = {3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}
COLUMNS = ("experiment", "seeds", "mean", "std", "ci95_low", "ci95_high")


def summarize(path: Path) -> dict[str, str | int]:
    """Mean, sample standard deviation and 95 % t interval of the mean, in percent."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    seeds = [row["seed"] for row in rows]
    if len(set(seeds)) != len(seeds):
        raise SystemExit(f"{path} has a seed twice")
    accuracies = [100 * float(row["test_accuracy"]) for row in rows]
    centre, spread = mean(accuracies), stdev(accuracies)
    half_width = T_975[len(rows)] * spread / sqrt(len(rows))
    return {
        "experiment": rows[0]["experiment"],
        "seeds": len(rows),
        "mean": f"{centre:.2f}",
        "std": f"{spread:.2f}",
        "ci95_low": f"{centre - half_width:.2f}",
        "ci95_high": f"{centre + half_width:.2f}",
    }


def main() -> None:
    """Write the summary and print it as the README's table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, nargs="+", help="one CSV file per experiment")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    summaries = [summarize(path) for path in options.results]
    with options.output.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(summaries)
    print("| Experiment | Seeds | Test accuracy (%) | 95 % interval of the mean |")
    print("| --- | --- | --- | --- |")
    for row in summaries:
        accuracy = f"{row['mean']} ± {row['std']}"
        interval = f"{row['ci95_low']} to {row['ci95_high']}"
        print(f"| {row['experiment']} | {row['seeds']} | {accuracy} | {interval} |")


if __name__ == "__main__":
    main()
