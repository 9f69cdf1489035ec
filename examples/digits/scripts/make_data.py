"""Write data/train.csv and data/test.csv from scikit-learn's copy of the UCI digits.

The split takes rows in file order and draws no random number: neighbouring rows resemble each
other, so the test rows are a block rather than a sample (data/DATASHEET.md has the numbers).

Usage:
    python scripts/make_data.py <site-packages>/sklearn/datasets/data/digits.csv.gz
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
SOURCE_SHA256 = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
TRAIN_ROWS = 1347
HEADER = ",".join([*(f"p{row}{column}" for row in range(8) for column in range(8)), "digit"])


def main() -> None:
    """Check the source's digest, then write both parts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="digits.csv.gz as scikit-learn ships it")
    source = parser.parse_args().source.read_bytes()
    digest = hashlib.sha256(source).hexdigest()
    if digest != SOURCE_SHA256:
        raise SystemExit(f"the source has sha256 {digest}, expected {SOURCE_SHA256}")
    rows = gzip.decompress(source).decode("ascii").split()
    for name, part in (("train", rows[:TRAIN_ROWS]), ("test", rows[TRAIN_ROWS:])):
        text = "\n".join([HEADER, *part]) + "\n"
        (DATA / f"{name}.csv").write_bytes(text.encode("ascii"))


if __name__ == "__main__":
    main()
