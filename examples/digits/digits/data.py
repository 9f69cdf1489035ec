"""Load the digits and check that they are the ones the config names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

MAX_PIXEL = 16  # a pixel counts the ink dots of a 4x4 block: 0 to 16


class DataMismatchError(RuntimeError):
    """The data on disk are not the data which the config names."""


@dataclass(frozen=True)
class Digits:
    """Images as float32 in [0, 1], shape (n, 1, 8, 8), and labels as int64, shape (n,)."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def subset(self, rows: np.ndarray) -> Digits:
        """The samples at the given row numbers, in that order."""
        index = torch.from_numpy(rows)
        return Digits(self.images[index], self.labels[index])


def directory_md5(folder: Path) -> str:
    """Digest names and contents below a folder, whatever order the file system lists them in."""
    md5 = hashlib.md5(usedforsecurity=False)
    _update(md5, folder)
    return md5.hexdigest()


def _update(md5: hashlib._Hash, folder: Path) -> None:
    for path in sorted(folder.iterdir(), key=lambda entry: str(entry).lower()):
        md5.update(path.name.encode())
        if path.is_dir():
            _update(md5, path)
        else:
            md5.update(path.read_bytes())


def verify_data(folder: Path, expected_md5: str) -> None:
    """Raise DataMismatchError unless the folder has the digest written in the config."""
    found = directory_md5(folder)
    if found != expected_md5:
        raise DataMismatchError(
            f"{folder} has md5 {found}, but the config expects {expected_md5}. "
            "Look for changed, missing or additional files (`git status --ignored data`)."
        )


def to_images(pixels: np.ndarray) -> Tensor:
    """Scale pixel counts 0 to 16, shape (n, 64) or (n, 8, 8), to images in [0, 1]."""
    return torch.from_numpy(pixels.astype(np.float32) / MAX_PIXEL).reshape(-1, 1, 8, 8)


def load_part(folder: Path, part: str) -> Digits:
    """Read `train` or `test` in file order."""
    table = np.loadtxt(folder / f"{part}.csv", delimiter=",", skiprows=1, dtype=np.int64)
    return Digits(to_images(table[:, :-1]), torch.from_numpy(table[:, -1].copy()))


def split_validation(digits: Digits, fraction: float, seed: int) -> tuple[Digits, Digits]:
    """Part the training rows into training and validation; the seed alone decides which."""
    order = np.random.default_rng(seed).permutation(len(digits))
    n_validation = round(fraction * len(digits))
    return digits.subset(order[n_validation:]), digits.subset(order[:n_validation])
