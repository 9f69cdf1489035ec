"""Seed every random generator that the experiment draws from."""

from __future__ import annotations

import random

import numpy as np
import torch


def set_seed(seed: int, *, deterministic: bool = True) -> None:
    """Seed Python, NumPy and PyTorch (all devices); call it before anything random is built."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 -- libraries may still draw from the global generator
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(deterministic)
    torch.backends.cudnn.benchmark = False
    torch.set_float32_matmul_precision("highest")
