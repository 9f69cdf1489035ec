"""CFG006."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Fix, Safety, Severity
from repro_check.project.entries import Entry
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.project.files import PythonFile
from repro_check.project.libraries import is_training
from repro_check.project.project import Project
from repro_check.rules.cfg._saved_configs import may_save_config
from repro_check.rules.insertion import imported_as, indent_of, insert_below, insert_import
from repro_check.rules.rule import Stage, rule
from repro_check.sources.expressions import CallRef, Name

# LightningCLI writes config.yaml beside the checkpoints
_SAVING = frozenset({LoaderKind.LIGHTNING, LoaderKind.SACRED, LoaderKind.TRANSFORMERS})
_FEWEST = 3


@rule(
    "CFG006",
    severity=Severity.WARNING,
    on=Project,
    practice=1,
    stage=Stage.REPOSITORY,
    is_default=False,
    fixes="unsafe",
)
def resolved_config_not_saved(project: Project) -> Iterator[Finding]:
    """A run keeps nothing of the config with which it ran.

    Files, defaults and the command line together make the config of a run. A week later the files have
    changed and the command is forgotten: without a copy beside the results nobody knows which values
    made them. One line at the start is enough.

    Hydra's own folder of a job counts (https://hydra.cc/docs/1.3/tutorials/basic/running_your_app/working_directory/)
    unless `hydra.output_subdir` is null, and so do trackers, `save_hyperparameters`, LightningCLI, the
    Trainer of Transformers, a checkpoint that holds the options, and a log file that shows them.

    Bad:
        # file: train.py
        import argparse
        import torch

        if __name__ == "__main__":
            parser = argparse.ArgumentParser()
            parser.add_argument("--lr", type=float, default=0.1)
            parser.add_argument("--steps", type=int, default=10)
            parser.add_argument("--width", type=int, default=4)
            args = parser.parse_args()
            model = torch.nn.Linear(args.width, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
            for _ in range(args.steps):
                loss = model(torch.ones(args.width)).sum()
                loss.backward()
                optimizer.step()
            torch.save(model.state_dict(), "model.pt")

    Good:
        # file: train.py
        import argparse
        import json
        import torch

        if __name__ == "__main__":
            parser = argparse.ArgumentParser()
            parser.add_argument("--lr", type=float, default=0.1)
            parser.add_argument("--steps", type=int, default=10)
            parser.add_argument("--width", type=int, default=4)
            args = parser.parse_args()
            with open("args.json", "w") as stream:
                json.dump(vars(args), stream, indent=2)
            model = torch.nn.Linear(args.width, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
            for _ in range(args.steps):
                loss = model(torch.ones(args.width)).sum()
                loss.backward()
                optimizer.step()
            torch.save(model.state_dict(), "model.pt")

    Not this rule:
        # file: train.py
        import hydra
        import torch

        @hydra.main(config_path="conf", config_name="train", version_base="1.3")
        def main(cfg):  # Hydra writes .hydra/config.yaml
            model = torch.nn.Linear(cfg.width, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=cfg.lr)
            for _ in range(cfg.steps):
                model(torch.ones(cfg.width)).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()
        # file: conf/train.yaml
        lr: 0.1
        steps: 10
        width: 4
    """
    configured: dict[str, list[Experiment]] = {}
    for experiment in project.experiments.every:
        configured.setdefault(experiment.entry, []).append(experiment)
    seen: set[Loader] = set()
    for entry in project.entries:
        experiments = configured.get(entry.path, [])
        if not experiments or any(_is_saved(project, one) for one in experiments):
            continue
        if not _trains(project, entry) or may_save_config(project, entry):
            continue
        loader = experiments[0].loader
        if loader in seen:
            continue
        seen.add(loader)
        file = project.python[loader.path]
        yield file.finding(
            loader.span,
            f"`{entry.path}` trains with {_what(loader)}, and no run keeps the values that it ran with",
            help="Write the final config or options beside the results at the start of each run: "
            "`OmegaConf.save(cfg, ...)`, `json.dump(vars(args), ...)`, or a tracker's config.",
            fix=_fix(project, file, loader),
        )


def _trains(project: Project, entry: Entry) -> bool:
    """Whether an entry point surely takes gradient steps."""
    return project.random_use(entry).trains is not None and any(
        is_training(call) and call.name.rpartition(".")[2] not in {"fit", "train"}
        for node in project.calls.reachable(*entry.nodes, surely=True)
        for call in project.calls.calls(node)
    )


def _is_saved(project: Project, experiment: Experiment) -> bool:
    """Whether what loads the config also keeps it, or it is too small to speak of."""
    if experiment.kind in _SAVING:
        return True
    effective = project.experiments.effective(experiment)
    if experiment.kind is LoaderKind.HYDRA:
        return not any(
            value.keys[-1:] == ("output_subdir",) and value.is_known and value.value is None
            for value in effective.of_loader.values()
        )
    return len(effective.values) < _FEWEST


def _what(loader: Loader) -> str:
    if loader.kind is LoaderKind.ARGPARSE:
        return "options of the command line"
    return "a config"


def _fix(project: Project, file: PythonFile, loader: Loader) -> Fix | None:
    """Writing the options of argparse below the line that parses them."""
    text = None if file.notebook else project.text_at(file.path)
    parsed = [
        (item, call)
        for item in file.facts.assignments
        if isinstance(item.value, CallRef)
        and (call := file.facts.calls[item.value.index]).name.endswith(".parse_args")
    ]
    if text is None or loader.kind is not LoaderKind.ARGPARSE or len(parsed) != 1:
        return None
    item, call = parsed[0]
    target = item.targets[0] if len(item.targets) == 1 else None
    if not isinstance(target, Name) or "." in target.name or indent_of(text, item.span) is None:
        return None
    edits = []
    dump = imported_as(file, "json.dump", call.block)
    if not dump:
        importing = insert_import(file, text, "import json")
        if importing is None or file.scopes.binding("json", call.block) >= 0:
            return None
        edits.append(importing)
        dump = "json.dump"
    if any(file.scopes.binding(name, call.block) >= 0 for name in ("open", "stream", "vars")):
        return None
    lines = (
        'with open("args.json", "w") as stream:',
        f"    {dump}(vars({target.name}), stream, indent=2, default=str)",
    )
    edits.append(insert_below(file, text, item.span, lines))
    return Fix(Safety.UNSAFE, "Write the options to args.json", tuple(edits))
