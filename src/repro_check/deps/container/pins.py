"""Versions that a container file names where the repository does not: each is known to exist.

Images of Python: hub.docker.com/_/python. Images of CUDA: hub.docker.com/r/nvidia/cuda. A digest would
pin the content too, but is known only to who can ask the registry, so the container file says how.
"""

from __future__ import annotations

UV = "0.13.7"
POETRY = "2.5.1"
POETRY_BEFORE_3_10 = "1.8.5"
PDM = "2.29.4"
PIPENV = "2026.10.3"
PIPENV_BEFORE_3_10 = "2024.4.1"
MICROMAMBA = "2.0.5"
PIXI = "0.80.0"

# the last patch release of each minor one that has an image of a Debian of its time
PYTHONS = {
    (3, 6): "3.6.15",
    (3, 7): "3.7.17",
    (3, 8): "3.8.20",
    (3, 9): "3.9.21",
    (3, 10): "3.10.16",
    (3, 11): "3.11.11",
    (3, 12): "3.12.9",
    (3, 13): "3.13.2",
    (3, 14): "3.14.0",
}

# the first patch release that has an image of the distribution, newest distribution first
DISTRIBUTIONS = (
    ("bookworm", {7: 17, 8: 17, 9: 17, 10: 12, 11: 4}),
    ("bullseye", {6: 15, 7: 12, 8: 12, 9: 7, 10: 0, 11: 0}),
)

# CUDA and cuDNN to the image that has both
CUDA_IMAGES = {
    ("11.2", "8"): "nvidia/cuda:11.2.2-cudnn8-runtime-ubuntu20.04",
    ("11.4", "8"): "nvidia/cuda:11.4.3-cudnn8-runtime-ubuntu20.04",
    ("11.8", "8"): "nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04",
    ("12.1", "8"): "nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04",
    ("12.2", "8"): "nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04",
}
