"""SEC006."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.checkpoint_file import CheckpointFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule

_FORMS = frozenset({"torch zip", "torch legacy"})


@rule(
    "SEC006",
    severity=Severity.INFO,
    on=CheckpointFile,
    practice=10,
    is_default=False,
)
def pickle_where_safetensors_would_do(file: CheckpointFile, _project: Project) -> Iterator[Finding]:
    """Weights are published as a pickle although they are tensors and nothing else.

    A pickle can run code when it is loaded, so careful people do not load one, and hubs warn of it.
    safetensors (github.com/huggingface/safetensors) holds tensors by name and cannot. Checkpoints to
    resume from hold an optimizer and more, and stay pickles.

    Bad:
        # file: model.py
        import torch
        # file: weights.pt
        L119547037146038801333356L
        .I1001
        .(d.(dS'w'
        ctorch._utils
        _rebuild_tensor_v2
        ((S'storage'
        ctorch
        FloatStorage
        S'0'
        S'cpu'
        I1
        tQI0
        (I1
        t(I1
        ttRs.(S'0'
        l.

    Good:
        # file: model.py
        import torch
        # file: README.md
        Weights: `model.safetensors`

    Not this rule:
        # file: model.py
        import torch
        # file: last.pt
        L119547037146038801333356L
        .I1001
        .(d.(dS'epoch'
        I3
        sS'optimizer'
        (dsS'w'
        ctorch._utils
        _rebuild_tensor_v2
        ((S'storage'
        ctorch
        FloatStorage
        S'0'
        S'cpu'
        I1
        tQI0
        (I1
        t(I1
        ttRs.(S'0'
        l.
    """
    try:
        content = file.content
    except OSError:
        return  # SEC005 says so
    if content is None or content.form not in _FORMS or content.reasons:
        return
    is_plain = bool(content.tensors) and not content.values and not content.has_optimizer
    if is_plain and len(content.keys) == len(content.tensors):
        yield file.finding(
            None,
            f"{len(content.tensors):,} tensors are stored as a pickle, which can run code when it is loaded",
            help="Write them with `safetensors.torch.save_file(model.state_dict(), path)`.",
        )
