"""PORT002."""

from __future__ import annotations

import json
from collections.abc import Iterator

from repro_check.findings import Finding, Severity, Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.port._device_fix import ask_for_gpu
from repro_check.rules.port._gpu_guards import GpuGuards
from repro_check.rules.port._gpu_sites import GpuSite, gpu_sites
from repro_check.rules.rule import rule
from repro_check.text import counted

_SHOWN = 20


@rule(
    "PORT002",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=11,
    is_default=False,
    is_in_release=True,
    fixes="unsafe",
)
def unguarded_device(file: PythonFile, project: Project) -> Iterator[Finding]:
    """A GPU is used without asking whether there is one.

    On a laptop, and on most machines that check a paper, the run ends here with "Torch not compiled
    with CUDA enabled" or "No CUDA GPUs are available", although a small run would do on the CPU. Each
    file is named once. Code that a test for the device, a setting (`args.cuda`) or an early exit guards
    is not meant, nor are files that say that they need a GPU: by such an assertion, by `nccl`, by CUDA
    kernels, or in the metadata of a notebook.

    Bad:
        from model import Net

        net = Net()
        net.cuda()

    Bad:
        import torch
        from model import Net

        device = torch.device("cuda:0")
        net = Net().to(device)

    Good:
        import torch
        from model import Net

        device = "cuda" if torch.cuda.is_available() else "cpu"
        net = Net().to(device)

    Not this rule:
        import torch
        from model import Net

        net = Net()
        if torch.cuda.is_available():
            net.cuda()

    Not this rule:
        import torch
        from model import Net

        def main():
            if not torch.cuda.is_available():
                raise SystemExit("the kernels of this model need a GPU")
            Net().cuda()

    Not this rule:
        import argparse
        from model import Net

        parser = argparse.ArgumentParser()
        parser.add_argument("--device", default="cuda")
        Net().to(parser.parse_args().device)
    """
    sites = list(gpu_sites(file))
    guards = GpuGuards(file)
    if not sites or guards.needs_gpu:
        return
    found: dict[Span, GpuSite] = {}
    for site in sites:
        if not guards.covers(site.block, site.span) and not guards.covers(site.use_block, site.use):
            found.setdefault(site.span, site)
    if not found or _declares_gpu(file, project):
        return
    ordered = sorted(found.values(), key=lambda site: (site.span.line, site.span.column))
    first, *others = ordered
    more = f", here and in {counted(len(others), 'more place')}" if others else ""
    yield file.finding(
        first.span,
        f"`{first.text}` needs a GPU, and no test asks whether there is one{more}",
        help='Write `device = torch.device("cuda" if torch.cuda.is_available() else "cpu")`, or take '
        "the device from the config, and move models and tensors with `.to(device)`.",
        related=[file.related(site.span, f"`{site.text}`") for site in others[:_SHOWN]],
        fix=ask_for_gpu(project, file, ordered),
    )


def _declares_gpu(file: PythonFile, project: Project) -> bool:
    """Whether a notebook asks its host for a GPU, as Colab notes it in the metadata."""
    if file.notebook is None:
        return False
    text = project.text(file.file)
    if text is None or '"accelerator"' not in text:
        return False
    metadata = json.loads(text).get("metadata")
    return isinstance(metadata, dict) and metadata.get("accelerator") == "GPU"
