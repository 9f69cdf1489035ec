"""SEED027."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Edit, Finding, Fix, Safety, Severity, Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._dropouts import Dropout, dropouts


@rule(
    "SEED027",
    severity=Severity.ERROR,
    on=PythonFile,
    practice=4,
    fixes="unsafe",
    words=("dropout", "scaled_dot_product_attention"),
)
def functional_dropout_always_on(file: PythonFile, project: Project) -> Iterator[Finding]:
    """A functional dropout in a module drops values in evaluation, too.

    `F.dropout(x, p)` takes `training=True` by default and knows nothing of the module around it, so
    `model.eval()` does not reach it; `F.scaled_dot_product_attention` "always applies dropout
    according to the specified dropout_p" (both: docs.pytorch.org, torch.nn.functional). Every
    evaluation then gives other numbers, and worse ones. What is written under `if self.training`,
    with an explicit `training=`, or in a module for Monte Carlo dropout is meant so.

    Bad:
        import torch.nn as nn
        import torch.nn.functional as F

        class Net(nn.Module):
            def forward(self, x):
                return self.head(F.dropout(x, 0.5))

    Bad:
        import torch
        import torch.nn.functional as F

        class Attention(torch.nn.Module):
            def __init__(self, dropout):
                super().__init__()
                self.dropout = dropout

            def forward(self, q, k, v):
                return F.scaled_dot_product_attention(q, k, v, dropout_p=self.dropout)

    Good:
        import torch.nn as nn
        import torch.nn.functional as F

        class Net(nn.Module):
            def forward(self, x):
                x = F.dropout(x, 0.5, training=self.training)
                return F.scaled_dot_product_attention(x, x, x, dropout_p=0.1 if self.training else 0.0)

    Not this rule:
        import torch.nn as nn
        import torch.nn.functional as F

        class Net(nn.Module):
            def forward(self, x):
                if self.training and self.rate > 0:
                    x = F.dropout(x, p=self.rate)
                return x

        class MCDropoutNet(nn.Module):
            def forward(self, x):
                return F.dropout(x, 0.5)

    Not this rule:
        import torch
        import torch.nn.functional as F

        class Sampler:
            def sample(self, x, noise_dropout):
                noise = torch.randn_like(x)
                return x + F.dropout(noise, p=noise_dropout)
    """
    for found in dropouts(file, project):
        name = found.call.name
        what = "`dropout_p`" if found.rate is not None else f"`{name}`"
        gate = (
            "dropout_p=p if self.training else 0.0"
            if found.rate is not None
            else "training=self.training"
        )
        yield file.finding(
            found.call.span,
            f"{what} in `{found.method}` drops values after `eval()` as well, "
            "so every evaluation gives other numbers",
            help=f"Write `{gate}`.",
            fix=_fix(file, found),
        )


def _fix(file: PythonFile, found: Dropout) -> Fix:
    span = found.last.span
    place = Span(span.end_line, span.end_column, span.end_line, span.end_column)
    text = " if self.training else 0.0" if found.rate is not None else ", training=self.training"
    return Fix(
        Safety.UNSAFE,
        "drop values in training only; numbers of evaluations move",
        (Edit(file.location(place), text),),
    )
