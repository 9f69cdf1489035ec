"""DEPS012."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Location, Related, Severity
from repro_check.project.project import Project
from repro_check.rules.deps._cuda_records import records_cuda
from repro_check.rules.deps._gpu_code import gpu_uses
from repro_check.rules.rule import Stage, rule
from repro_check.sources.dependencies.model import Declared
from repro_check.text import pattern

_VERSION = pattern(r"===?\s*v?(\d+(?:\.\d+)*)\s*")
# what torch's wheel on PyPI for Linux requires of nvidia-cuda-runtime-cu11, -cu12 and nvidia-cuda-runtime
_TORCH_WHEELS = {
    "2.0": "11.7",
    "2.1": "12.1",
    "2.2": "12.1",
    "2.3": "12.1",
    "2.4": "12.1",
    "2.5": "12.4",
    "2.6": "12.4",
    "2.7": "12.6",
    "2.8": "12.8",
    "2.9": "12.8",
    "2.10": "12.8",
    "2.11": "13.0",
}
_NAMES = {
    "torch": ("torch",),
    "tensorflow": ("tensorflow", "tensorflow-gpu"),
    "jax": ("jaxlib", "jax"),
    "cupy": ("cupy",),
    "paddlepaddle": ("paddlepaddle-gpu", "paddlepaddle"),
    "mxnet": ("mxnet",),
}


@rule(
    "DEPS012",
    severity=Severity.INFO,
    on=Project,
    practice=9,
    stage=Stage.REPOSITORY,
    is_default=False,
)
def cuda_not_recorded(project: Project) -> Iterator[Finding]:
    """The code needs a GPU, but nothing records which CUDA its framework was built for.

    The same release of a framework is built for several versions of CUDA, which need other drivers and
    choose other kernels, so that results differ in their last digits and an old driver or a new GPU
    cannot run it at all (https://docs.nvidia.com/deploy/cuda-compatibility/). A package
    such as `pytorch-cuda`, a local version (`+cu121`), an index with `cu121` in its name, an image with
    CUDA, a lock that holds the `nvidia-…-cu12` packages or a word in the README is enough. Asked are only
    pinned frameworks, and code that calls `.cuda()`, names the device `"cuda"` or builds CUDA extensions
    without a test before.

    Bad:
        # file: requirements.txt
        torch==1.12.1
        # file: train.py
        import torch

        if __name__ == "__main__":
            model = torch.nn.Linear(2, 2).cuda()
            model(torch.ones(1, 2, device="cuda"))

    Good:
        # file: requirements.txt
        --extra-index-url https://download.pytorch.org/whl/cu116
        torch==1.12.1
        # file: train.py
        import torch

        if __name__ == "__main__":
            model = torch.nn.Linear(2, 2).cuda()

    Good:
        # file: requirements.txt
        torch==1.12.1
        # file: README.md
        # Lab

        Trained with CUDA 11.6 on an A100.
        # file: train.py
        import torch

        if __name__ == "__main__":
            model = torch.nn.Linear(2, 2).cuda()

    Not this rule:
        # file: requirements.txt
        torch==1.12.1
        # file: train.py
        import torch

        if __name__ == "__main__":
            device = "cuda" if torch.cuda.is_available() else "cpu"
            model = torch.nn.Linear(2, 2).to(device)
            if torch.cuda.is_available():
                model = model.cuda()
    """
    pins = dict(_pins(project))
    if not pins:
        return
    uses = gpu_uses(project)
    wanted = [name for name in pins if name in uses]
    if not wanted or records_cuda(project):
        return
    for name in wanted:
        path, one = pins[name]
        yield Finding(
            message=f"`{one.text}` {_wheel(one)}, and nothing records it though the code needs a GPU",
            location=Location(path=path, span=one.span),
            help="Say it where the version stands (for torch an index such as "
            "`--extra-index-url https://download.pytorch.org/whl/cu121`), or in the README.",
            related=(Related(uses[name], "this needs a GPU"),),
        )


def _pins(project: Project) -> Iterator[tuple[str, tuple[str, Declared]]]:
    """The frameworks that a runtime manifest pins: by distribution, where first."""
    seen: set[str] = set()
    for framework, names in _NAMES.items():
        for name in names:
            for manifest, one in project.environment.declared(name):
                is_asked = (
                    manifest.is_runtime and one.is_pinned and one.origin in {"index", "conda"}
                )
                if is_asked and framework not in seen:
                    seen.add(framework)
                    yield framework, (manifest.path, one)


def _wheel(one: Declared) -> str:
    """What is known of the CUDA of a pinned version."""
    found = _VERSION.fullmatch(one.specifier)
    minor = ".".join(found[1].split(".")[:2]) if found else ""
    if one.name == "torch" and one.origin == "index" and minor in _TORCH_WHEELS:
        return f"comes from PyPI built for CUDA {_TORCH_WHEELS[minor]} (on Linux)"
    return "is built for one version of CUDA or another"
