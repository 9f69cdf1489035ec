"""How many of made-up credentials are found, by form and by kind of file; no arguments needed.

    python benchmarks/corpus/secrets_recall.py [--draws N] [--plain]

Every form of `tests/secrets/secret_samples.py` is drawn N times for each of twelve kinds of file, each
in a file of its own. `--plain` gives the same files to `detect-secrets scan` with its default
settings, verification off. Nothing is kept and nothing leaves the machine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests/secrets"))
from secret_settings import SETTINGS, Sample, samples

from repro_check.secrets.facts import read_secrets

GOAL = 0.98
GROUPS = {
    "shape": "with a shape of their own, under a name that tells nothing",
    "carrier": "told by the text around them",
    "name": "told only by the name beside them",
}
_Counts = Counter[tuple[str, str]]
"""How many samples, by form and setting."""


def found_by_us(sample: Sample) -> bool:
    """Whether anything is reported in the file of a sample, which holds one secret."""
    return bool(read_secrets(sample.path, sample.data).secrets)


def found_by_plain(drawn: list[Sample], folder: Path) -> list[bool]:
    """For each sample, whether `detect-secrets scan` reports anything in its file."""
    paths = [f"{number}/{sample.path}" for number, sample in enumerate(drawn)]
    for path, sample in zip(paths, drawn, strict=True):
        file = folder / path
        file.parent.mkdir(parents=True)
        file.write_bytes(sample.data)
    command = [sys.executable, "-m", "detect_secrets", "-c", "1", "scan", "--all-files", "-n", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    reported = json.loads(done.stdout)["results"]
    return [path in reported for path in paths]


def table(group: str, asked: _Counts, found: _Counts) -> list[str]:
    """Found samples of all, in percent: a Markdown table of forms by settings, with totals."""
    kinds = list(dict.fromkeys(kind for kind, _ in asked))
    lines = [f"| {GROUPS[group]} | all | " + " | ".join(SETTINGS) + " |"]
    lines.append("| --- |" + " ---: |" * (len(SETTINGS) + 1))
    for kind in kinds:
        row = [(kind, setting) for setting in SETTINGS]
        cells = [_percent([key], asked, found) for key in row]
        lines.append(f"| {kind} | {_percent(row, asked, found)} | " + " | ".join(cells) + " |")
    columns = [[(kind, setting) for kind in kinds] for setting in SETTINGS]
    totals = [_percent(column, asked, found) for column in columns]
    lines.append(f"| **all** | {_percent(asked, asked, found)} | " + " | ".join(totals) + " |")
    return lines


def _percent(keys: Iterable[tuple[str, str]], asked: _Counts, found: _Counts) -> str:
    wanted = list(keys)
    total = sum(asked[key] for key in wanted)
    share = sum(found[key] for key in wanted) / total if total else None
    return "-" if share is None else f"{100 * share:.1f}".removesuffix(".0")


def main() -> int:
    """Print a table for each group of forms; 1 if shapes are found more seldom than the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--plain", action="store_true", help="detect-secrets alone")
    arguments = parser.parse_args()
    drawn = [sample for seed in range(arguments.draws) for sample in samples(seed)]
    if arguments.plain:
        with tempfile.TemporaryDirectory() as folder:
            hits = found_by_plain(drawn, Path(folder))
    else:
        hits = [found_by_us(sample) for sample in drawn]
    shapes = 1.0
    for group in GROUPS:
        asked, found = _Counts(), _Counts()
        for sample, hit in zip(drawn, hits, strict=True):
            if sample.form.group == group:
                asked[sample.form.kind, sample.setting] += 1
                found[sample.form.kind, sample.setting] += hit
        if group == "shape":
            shapes = found.total() / asked.total()
        print("\n".join(table(group, asked, found)), end="\n\n")
    print(f"recall on shapes: {shapes:.4f}, goal {GOAL}")
    return int(shapes < GOAL)


if __name__ == "__main__":
    sys.exit(main())
