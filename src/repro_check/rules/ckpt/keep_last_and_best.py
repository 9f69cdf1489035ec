"""CKPT007."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Fix, Safety, Severity
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.appending import append_items
from repro_check.rules.ckpt._retention import one_sided
from repro_check.rules.rule import Stage, rule
from repro_check.sources.expressions import Literal
from repro_check.sources.python import Call


@rule(
    "CKPT007",
    severity=Severity.WARNING,
    on=Project,
    practice=2,
    stage=Stage.REPOSITORY,
    is_default=False,
    fixes="unsafe",
)
def keep_last_and_best(project: Project) -> Iterator[Finding]:
    """Only the best checkpoint of a training is kept, or only the last one.

    From the best alone an interrupted run cannot go on, and nobody can see how it ended; with the
    last alone the weights behind the reported number are gone. Keep both: they are two files.

    Bad:
        import torch

        def main(loader, evaluate):
            net = torch.nn.Linear(2, 2)
            optimizer = torch.optim.Adam(net.parameters())
            best_accuracy = 0.0
            for epoch in range(10):
                net(torch.rand(1, 2)).sum().backward()
                optimizer.step()
                accuracy = evaluate(net)
                if accuracy > best_accuracy:
                    best_accuracy = accuracy
                    torch.save(net.state_dict(), "best.pt")

        if __name__ == "__main__":
            main(*setup())

    Bad:
        from pytorch_lightning.callbacks import ModelCheckpoint

        checkpoint = ModelCheckpoint(monitor="val_loss", save_top_k=1)

    Good:
        import torch

        def main(loader, evaluate):
            net = torch.nn.Linear(2, 2)
            optimizer = torch.optim.Adam(net.parameters())
            best_accuracy = 0.0
            for epoch in range(10):
                net(torch.rand(1, 2)).sum().backward()
                optimizer.step()
                accuracy = evaluate(net)
                torch.save(net.state_dict(), "last.pt")
                if accuracy > best_accuracy:
                    best_accuracy = accuracy
                    torch.save(net.state_dict(), "best.pt")

        if __name__ == "__main__":
            main(*setup())

    Good:
        from pytorch_lightning.callbacks import ModelCheckpoint

        checkpoint = ModelCheckpoint(monitor="val_loss", save_top_k=1, save_last=True)

    Not this rule:
        import torch

        def main():
            net = torch.nn.Linear(2, 2)
            optimizer = torch.optim.Adam(net.parameters())
            for epoch in range(10):
                net(torch.rand(1, 2)).sum().backward()
                optimizer.step()
            torch.save(net.state_dict(), "final.pt")  # there is no better or worse here

        if __name__ == "__main__":
            main()
    """
    told: set[tuple[str, int]] = set()
    for place in one_sided(project):
        key = (place.file.path, place.span.line)
        if key in told:
            continue
        told.add(key)
        other = "last" if place.kept == "best" else "best"
        lost = (
            "an interrupted run cannot go on from where it was"
            if other == "last"
            else "the weights behind the reported number are lost"
        )
        yield place.file.finding(
            place.span,
            f"Only the {place.kept} checkpoint is kept, so {lost}",
            help=f"Keep the {other} one as well, under a name of its own"
            + (
                " (`save_last=True`, or a second `torch.save` at each epoch)."
                if other == "last"
                else " (`load_best_model_at_end=True`)."
            ),
            fix=_fix(project, place.file, place.callback) if place.callback else None,
        )


def _fix(project: Project, file: PythonFile, call: Call) -> Fix | None:
    """Let the callback of Lightning keep the last checkpoint as well."""
    title = "Keep the last checkpoint as well"
    given = call.keyword("save_last")
    if given is not None:
        if not isinstance(given, Literal):
            return None
        return file.replace(given.span, "True", title=title, safety=Safety.UNSAFE)
    text = None if file.notebook else project.text_at(file.path)
    if text is None or not call.keywords:
        return None
    last = call.keywords[-1].value.span
    edit = append_items(file, text, call.span, (last, last), ["save_last=True"])
    return None if edit is None else Fix(Safety.UNSAFE, title, (edit,))
