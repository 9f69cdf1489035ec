"""Class probabilities for 8x8 images.

Usage:
    python predict.py --checkpoint checkpoints/best.pt --input smoke/input.npy --output out.json

The input is a NumPy array of pixel counts from 0 to 16, shape (n, 8, 8) or (n, 64).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from digits.checkpoint import load_model
from digits.data import to_images


def predict(checkpoint_path: str | Path, input_path: str | Path) -> list[list[float]]:
    """The probability of each digit 0 to 9 for each image."""
    model = load_model(checkpoint_path)
    images = to_images(np.load(input_path, allow_pickle=False))
    model.eval()
    with torch.inference_mode():
        return model(images).softmax(dim=1).tolist()


def main() -> None:
    """Predict from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--input", type=Path, required=True, help=".npy, pixel counts 0 to 16")
    parser.add_argument("--output", type=Path, required=True, help="JSON: one row per image")
    options = parser.parse_args()
    probabilities = predict(options.checkpoint, options.input)
    options.output.write_text(json.dumps(probabilities) + "\n", encoding="utf-8")
    print("digits:", *(row.index(max(row)) for row in probabilities))


if __name__ == "__main__":
    main()
