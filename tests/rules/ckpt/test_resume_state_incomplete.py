"""CKPT003: checkpoints from which a training goes on without all of its state."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

import pytest
from checking import check, places
from conftest import Repo

from repro_check.findings import Finding

MakeRepo = Callable[..., Repo]
TRAIN = """\
import argparse
import torch
{imports}

def save(state, path="last.pt"):
    torch.save(state, path)

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--resume", default="")
    args = parser.parse_args()
    model = torch.nn.Linear(2, 2)
    optimizer = {optimizer}
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30{last})
    scaler = torch.cuda.amp.GradScaler()
    start_epoch = 0
    if args.resume:
        checkpoint = torch.load(args.resume, map_location="cpu")
        model.load_state_dict(checkpoint["model"])
        {goes_on}
    for epoch in range(start_epoch, 10):
        scaler.scale(model(torch.ones(1, 2)).sum()).backward()
        {step}
        {schedule}
        {update}
        {save}

if __name__ == "__main__":
    main()
"""
EVERY = {
    "imports": "",
    "optimizer": "torch.optim.Adam(model.parameters())",
    "last": "",
    "goes_on": "start_epoch = checkpoint['epoch']",
    "step": "optimizer.step()",
    "schedule": "scheduler.step()",
    "update": "pass",
    "save": "save({'model': model.state_dict(), 'epoch': epoch})",
}


def judge(make_repo: MakeRepo, files: Mapping[str, str]) -> list[Finding]:
    """The findings on these files."""
    written = {path: textwrap.dedent(text).lstrip("\n") for path, text in files.items()}
    return list(check(make_repo(written, commit=False).root, "CKPT003").findings)


def told(make_repo: MakeRepo, **changes: str) -> list[str]:
    """What one training script lacks."""
    found = judge(make_repo, {"train.py": TRAIN.format(**{**EVERY, **changes})})
    names = ("optimizer", "scheduler", "gradient scaler")
    return [name for one in found for name in names if f"the {name}" in one.message]


STATE = "'model': model.state_dict(), 'epoch': epoch"


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        ({}, ["optimizer", "scheduler"]),
        ({"save": f"save({{{STATE}, 'opt': optimizer.state_dict()}})"}, ["scheduler"]),
        ({"save": f"save(dict({STATE.replace(chr(39), '').replace(':', ' =')}))"}, ["optimizer", "scheduler"]),
        ({"schedule": "pass"}, ["optimizer"]),
        ({"schedule": "pass", "update": "scaler.update()"}, ["optimizer", "gradient scaler"]),
        ({"step": "scaler.step(optimizer)", "schedule": "pass"}, ["optimizer", "gradient scaler"]),
        ({"goes_on": "start_epoch = checkpoint.get('epoch', 0) + 1"}, ["optimizer", "scheduler"]),
        ({"goes_on": "pass"}, ["optimizer", "scheduler"]),
        ({"optimizer": "torch.optim.SGD(model.parameters(), lr=0.1)"}, ["scheduler"]),
        ({"optimizer": "torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)"}, ["optimizer", "scheduler"]),
    ],
)  # fmt: skip
def test_what_the_loop_moves_on_and_the_checkpoint_lacks_is_named(
    changes: dict[str, str], lacking: list[str], make_repo: MakeRepo
) -> None:
    assert told(make_repo, **changes) == lacking


WHOLE = f"{STATE}, 'optimizer': optimizer.state_dict(), 'lr_scheduler': scheduler.state_dict()"


@pytest.mark.parametrize(
    "changes",
    [
        {"save": f"save({{{WHOLE}}})"},
        {"save": f"state = {{{STATE}}}\n        state['opt'] = optimizer.state_dict()\n"
                 "        state['sched'] = scheduler.state_dict()\n        save(state)"},
        {"save": f"save({{**vars(args), {STATE}}})"},
        {"save": f"save({{{STATE}}})\n        torch.save(optimizer.state_dict(), 'opt.pt')\n"
                 "        torch.save(scheduler.state_dict(), 'sched.pt')"},
        {"save": "save(everything())", "imports": "from unseen import everything"},
        {"save": "torch.save(locals(), 'state.pt')"},
        {"save": f"save({{{STATE}, 'opt': optimizer.state_dict()}})", "last": ", last_epoch=start_epoch - 1"},
        {"save": f"save({{{STATE}, 'opt': optimizer.state_dict()}})",
         "goes_on": "start_epoch = checkpoint['epoch']\n        for _ in range(start_epoch):\n            scheduler.step()"},
        {"save": f"save({{{STATE}, 'opt': optimizer.state_dict()}})", "schedule": "scheduler.step(epoch)"},
        {"step": "pass", "schedule": "pass"},
        {"imports": "from accelerate import Accelerator\nAccelerator()"},
        {"save": "torch.save(torch.ones(2), 'features.pt')"},
    ],
)  # fmt: skip
def test_a_whole_state_or_one_that_cannot_be_seen_is_fine(
    changes: dict[str, str], make_repo: MakeRepo
) -> None:
    assert told(make_repo, **changes) == []


def test_a_load_that_only_starts_from_pretrained_weights_is_no_resumption(
    make_repo: MakeRepo,
) -> None:
    source = TRAIN.format(**{**EVERY, "goes_on": "pass"}).replace("args.resume", "args.weights")
    assert judge(make_repo, {"train.py": source}) == []


def test_a_trainer_over_several_files_is_followed(make_repo: MakeRepo) -> None:
    trainer = """
        import torch
        from ckpt import save_checkpoint

        class Trainer:
            def __init__(self, model):
                self.model = model
                self.optimizer = torch.optim.AdamW(model.parameters())
                self.epoch = 0

            def load(self, path):
                snapshot = torch.load(path, map_location="cpu")
                self.model.load_state_dict(snapshot["MODEL_STATE"])
                self.epochs_run = snapshot["EPOCHS_RUN"]

            def state(self):
                return {"MODEL_STATE": self.model.state_dict(), "EPOCHS_RUN": self.epoch}

            def fit(self):
                for self.epoch in range(10):
                    self.model(torch.ones(1, 2)).sum().backward()
                    self.optimizer.step()
                    save_checkpoint(self.state(), "snapshot.pt")
        """
    files = {
        "trainer.py": trainer,
        "ckpt.py": "import torch\n\ndef save_checkpoint(state, path):\n    torch.save(state, path)\n",
        "train.py": """
            import torch
            from trainer import Trainer

            if __name__ == "__main__":
                trainer = Trainer(torch.nn.Linear(2, 2))
                trainer.load("snapshot.pt")
                trainer.fit()
            """,
    }
    found = judge(make_repo, files)
    assert [place for one in found for place in [f"{one.location.path}:{one.location.span.line}"]] == ["ckpt.py:4"]  # type: ignore[union-attr]  # fmt: skip
    assert {related.location.path for related in found[0].related} == {"trainer.py"}


def test_the_loop_and_the_load_are_shown(make_repo: MakeRepo) -> None:
    root = make_repo({"train.py": TRAIN.format(**EVERY)}, commit=False).root
    report = check(root, "CKPT003")
    assert places(report) == ["train.py:6:5 CKPT003"]
    lines = [each.location.span.line for each in report.findings[0].related if each.location.span]
    assert lines == [23, 24, 18]


@pytest.mark.parametrize(
    ("state", "wrapper", "lacking"),
    [
        ("{'model': model.state_dict(), 'epoch': epoch}", "*args, **kwargs", ["optimizer"]),
        ("{'model': model.state_dict(), 'epoch': epoch}", "*args", ["optimizer"]),
        ("{'model': model.state_dict(), 'optimizer': optimizer.state_dict()}", "*args", []),
        ("gathered(model)", "*args, **kwargs", []),
    ],
)
def test_what_only_hands_its_arguments_on_is_looked_through(
    make_repo: MakeRepo, state: str, wrapper: str, lacking: list[str]
) -> None:
    given = f"def save_on_master({wrapper}):\n    if rank() == 0:\n        torch.save({wrapper})\n"
    changes = {"imports": f"\n{given}", "save": f"save_on_master({state}, 'last.pt')"}
    changes["schedule"] = "pass"
    assert told(make_repo, **changes) == lacking


def test_a_count_that_goes_on_in_a_dict_of_states_is_seen(make_repo: MakeRepo) -> None:
    source = """
        import torch

        def restore(path, state):
            loaded = torch.load(path)
            state["model"].load_state_dict(loaded["model"])
            state["step"] = loaded["step"]
            return state

        def main():
            model = torch.nn.Linear(2, 2)
            optimizer = torch.optim.Adam(model.parameters())
            state = restore("last.pt", dict(model=model, optimizer=optimizer, step=0))
            for step in range(state["step"], 100):
                model(torch.ones(1, 2)).sum().backward()
                optimizer.step()
                torch.save({"model": state["model"].state_dict(), "step": step}, "last.pt")

        if __name__ == "__main__":
            main()
        """
    (found,) = judge(make_repo, {"train.py": source})
    assert "the state of the optimizer is not in it" in found.message
    whole = source.replace('"step": step', '"step": step, "optimizer": optimizer.state_dict()')
    assert judge(make_repo, {"train.py": whole}) == []
