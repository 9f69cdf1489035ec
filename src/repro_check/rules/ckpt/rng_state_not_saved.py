"""CKPT008."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Fix, Severity
from repro_check.project.frameworks import Duty
from repro_check.project.libraries import Family
from repro_check.project.project import Project
from repro_check.rules.ckpt._resume import Resumption, resumptions
from repro_check.rules.ckpt._state_fix import Part, find_display, find_restore, keep, runs_on
from repro_check.rules.insertion import imported_as
from repro_check.rules.rule import Stage, rule
from repro_check.sources.expressions import Literal
from repro_check.text import pattern

_DISTRIBUTED = pattern(r"(^|\.)(distributed|multiprocessing|deepspeed|horovod)($|\.)")


@rule(
    "CKPT008",
    severity=Severity.INFO,
    on=Project,
    practice=2,
    stage=Stage.REPOSITORY,
    is_default=False,
    fixes="unsafe",
)
def rng_state_not_saved(project: Project) -> Iterator[Finding]:
    """A training goes on from a checkpoint that holds no states of the random number generators.

    The program seeds itself again when it starts, so the epochs after an interruption see the
    shuffling and the dropout of the first ones once more, or others than they would have seen. An
    interrupted run can then never be repeated bit by bit. The trainer of Transformers and
    Accelerate save these states (`_save_rng_state`, `save_state`). NumPy's raw state does not pass
    `torch.load(weights_only=True)`; put it into a tensor.

    Bad:
        import torch

        def main(resume):
            net = torch.nn.Linear(2, 2)
            optimizer = torch.optim.Adam(net.parameters())
            start_epoch = 0
            if resume:
                checkpoint = torch.load("last.pt", map_location="cpu")
                net.load_state_dict(checkpoint["net"])
                optimizer.load_state_dict(checkpoint["optimizer"])
                start_epoch = checkpoint["epoch"]
            for epoch in range(start_epoch, 10):
                net(torch.rand(1, 2)).sum().backward()
                optimizer.step()
                state = {"net": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}
                torch.save(state, "last.pt")

        if __name__ == "__main__":
            main(False)

    Good:
        import torch

        def main(resume):
            net = torch.nn.Linear(2, 2)
            optimizer = torch.optim.Adam(net.parameters())
            start_epoch = 0
            if resume:
                checkpoint = torch.load("last.pt", map_location="cpu")
                net.load_state_dict(checkpoint["net"])
                optimizer.load_state_dict(checkpoint["optimizer"])
                torch.set_rng_state(checkpoint["rng"])
                start_epoch = checkpoint["epoch"]
            for epoch in range(start_epoch, 10):
                net(torch.rand(1, 2)).sum().backward()
                optimizer.step()
                state = {"net": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}
                state["rng"] = torch.get_rng_state()
                torch.save(state, "last.pt")

        if __name__ == "__main__":
            main(False)

    Not this rule:
        import torch

        def main():  # nothing goes on from what this writes
            net = torch.nn.Linear(2, 2)
            for epoch in range(10):
                net(torch.rand(1, 2)).sum().backward()
                torch.save({"net": net.state_dict(), "epoch": epoch}, "last.pt")

        if __name__ == "__main__":
            main()
    """
    told: set[tuple[str, int]] = set()
    for found in resumptions(project, unless=Duty.RNG):
        place = found.saves[0]
        key = (place.file.path, place.call.span.line)
        if found.keeps_rng or not found.goes_on or key in told:
            continue
        told.add(key)
        yield place.file.finding(
            place.call.span,
            "Training can go on from this checkpoint, but it holds no states of the random number "
            "generators",
            help="Save `torch.get_rng_state()` (and those of CUDA, NumPy and `random`) with it, and set "
            "them when loading; `repro_check.runtime.capture_rng` does all of them.",
            related=[
                found.loaded.file.related(found.loaded.call.span, "the training goes on from here")
            ],
            fix=_fix(project, found),
        )


def _fix(project: Project, found: Resumption) -> Fix | None:
    """Keep the state of the generator from which PyTorch draws on the CPU.

    A program that draws from NumPy or `random` as well gets none: it would look mended. Nor does one
    of several processes: each has a state of its own, and one checkpoint would give all the same.
    """
    drawn = {draw.family for draw in project.random_use(found.entry).draws}
    display = find_display(project, found) if drawn <= {Family.TORCH} else None
    restore = find_restore(project, found, display) if display else None
    if display is None or restore is None or runs_on(project, found, _DISTRIBUTED):
        return None
    getter = imported_as(display.file, "torch.get_rng_state", display.block)
    setter = imported_as(restore.file, "torch.set_rng_state", restore.block)
    if not getter or not setter:
        return None
    state, place = restore.item("rng"), restore.load.argument(1, "map_location")
    if place is not None and not (isinstance(place, Literal) and place.value in {"cpu", None}):
        state += ".cpu()"  # the only place where `set_rng_state` takes it
    part = Part("rng", f"{getter}()", f"{setter}({state})")
    return keep(project, display, restore, [part], "Save and load the state of torch's generator")
