"""Which CUDA the frozen framework was built for, and whether it brings it along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from repro_check.deps.container.pins import CUDA_IMAGES
from repro_check.sources.dependencies.model import Locked
from repro_check.text import pattern

# `2.3.1+cu121`, `0.4.7+cuda11.cudnn86`, `2.1.0+cu118.with.pypi.cudnn`
_LOCAL = pattern(r"\+cu(?:da)?(\d{2})(\d)?(?:\.cudnn(\d))?")
_RUNTIME = pattern(r"nvidia-cuda-runtime(-cu\d+)?|cuda-toolkit")
_CONDA = frozenset({"cudatoolkit", "pytorch-cuda", "cuda-version", "cuda-runtime", "cuda-cudart"})
_BUILT_FOR_CPU = pattern(r"\+cpu\b")
# the tested builds of tensorflow.org, "Build from source"; later wheels bring CUDA along
_TENSORFLOW = (((2, 5), (2, 11), "11.2"), ((2, 12), (2, 13), "11.8"))
_NUMBERS = pattern(r"(\d+)\.(\d+)")


class Cuda(msgspec.Struct, frozen=True):
    """CUDA of a frozen environment.

    Attributes:
        version: "12.1", or "12" where no more is known.
        framework: the distribution that tells it, with its version.
        image: the image to begin with if the environment does not bring CUDA along; "" if it does.
    """

    version: str
    framework: str
    image: str = ""


def find_cuda(packages: Iterable[Locked]) -> Cuda | None:
    """The CUDA that frozen distributions are built for; None if there is none, or it is not known."""
    return next(_found(tuple(packages)), None)


def _found(packages: tuple[Locked, ...]) -> Iterator[Cuda]:
    if any(one.name == "torch" and _BUILT_FOR_CPU.search(one.version) for one in packages):
        return
    for one in packages:
        local = _LOCAL.search(one.version)
        if local is None:
            continue
        written = f"{one.name} {one.version}"
        if one.name == "jaxlib" and local[3] is not None:
            # jax.readthedocs.io, "Installation": these wheels need CUDA and cuDNN of the machine
            version = {"11": "11.8", "12": "12.2"}.get(local[1], local[1])
            yield Cuda(version, written, CUDA_IMAGES.get((version, local[3]), ""))
        elif local[2] is not None:
            yield Cuda(f"{local[1]}.{local[2]}", written)
    for one in packages:
        numbers = _NUMBERS.match(one.version)
        if numbers is None:
            continue
        version = f"{numbers[1]}.{numbers[2]}"
        if _RUNTIME.fullmatch(one.name) or (one.origin == "conda" and one.name in _CONDA):
            yield Cuda(version, f"{one.name} {one.version}")
    for one in packages:
        numbers = _NUMBERS.match(one.version)
        if one.name in {"tensorflow", "tensorflow-gpu"} and one.origin != "conda" and numbers:
            release = (int(numbers[1]), int(numbers[2]))
            for first, last, version in _TENSORFLOW:
                if first <= release <= last:
                    image = CUDA_IMAGES[(version, "8")]
                    yield Cuda(version, f"{one.name} {one.version}", image)
