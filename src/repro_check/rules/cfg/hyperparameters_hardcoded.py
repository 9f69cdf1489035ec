"""CFG001."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.entries import Entry
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.cfg._hyperparameters import hyperparameters
from repro_check.rules.rule import rule
from repro_check.text import pattern

_FEW = 4
_FEW_NAMES = 3
_READS_CONFIG = pattern(
    r"^(argparse|absl|click|typer|fire|tyro|hydra|omegaconf|yaml|ruamel|gin|ml_collections|configparser|"
    r"tomllib|tomli|toml|simple_parsing|jsonargparse|configargparse|sacred|draccus|pyrallis|docopt|"
    r"getopt|optparse|plac|chz|mmengine|mmcv|yacs|fvcore|detectron2|datargs|dotenv|box|defopt|optuna|ray)$"
)
_READS_FILE = pattern(
    r"(^|\.)(json\.loads?|from_json|from_yaml|load_config|get_config|read_config)$"
)


@rule("CFG001", severity=Severity.WARNING, on=PythonFile, practice=1, is_default=False)
def hyperparameters_hardcoded(file: PythonFile, project: Project) -> Iterator[Finding]:
    """A program trains with numbers that are written into its code, and reads no config.

    Each experiment is then an edit of the code: which numbers made a result is in nobody's file, and two
    runs cannot be compared but by a diff. Numbers that have a name at the top of the script are told as a
    mere note.

    Bad:
        import torch

        data = torch.utils.data.DataLoader(torch.randn(100, 4), batch_size=32)
        model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout(0.5))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        for epoch in range(30):
            for x in data:
                model(x).sum().backward()
                optimizer.step()

    Good:
        import torch
        import yaml

        with open("configs/train.yaml") as stream:
            cfg = yaml.safe_load(stream)
        data = torch.utils.data.DataLoader(torch.randn(100, 4), batch_size=cfg["batch_size"])
        model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout(cfg["dropout"]))
        optimizer = torch.optim.SGD(model.parameters(), lr=cfg["lr"], momentum=0.9)
        for epoch in range(cfg["epochs"]):
            for x in data:
                model(x).sum().backward()
                optimizer.step()

    Not this rule:
        from dataclasses import dataclass

        import torch
        import tyro

        @dataclass
        class Args:
            lr: float = 0.1
            epochs: int = 30

        args = tyro.cli(Args)
        model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout(p=0.5))
        optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9, weight_decay=1e-4)
        for epoch in range(args.epochs):
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()
    """
    if file.notebook is not None:
        return
    found = list(dict.fromkeys(hyperparameters(file)))
    names = list(dict.fromkeys(item.name for item in found))
    if len(found) < _FEW or len(names) < _FEW_NAMES:
        return
    entry = next((each for each in project.entries if each.path == file.path), None)
    if entry is None or project.random_use(entry).trains is None or _is_configured(project, entry):
        return
    is_named = all(item.is_named for item in found)
    first, *others = sorted(found, key=lambda item: (item.span.line, item.span.column))
    yield file.finding(
        first.span,
        f"`{file.path}` trains with {len(found)} numbers that are written into its code "
        f"({', '.join(names[:4])}), and reads no config",
        help="Move them to a file, one for each experiment, with a comment on each, and read it here.",
        severity=Severity.INFO if is_named else None,
        related=[file.related(item.span, f"`{item.name}`, too") for item in others[:5]],
    )


def _is_configured(project: Project, entry: Entry) -> bool:
    """Whether any code on the way reads a config, options or the environment."""
    for path in sorted({node.path for node in project.calls.reachable(*entry.nodes)}):
        facts = project.python[path].facts
        if any(_READS_CONFIG.match(item.module.partition(".")[0]) for item in facts.imports):
            return True
        if any(_READS_FILE.search(call.target or call.name) for call in facts.calls):
            return True
        text = project.text_at(path) or ""
        if "sys.argv" in text or "os.environ" in text or "getenv" in text:
            return True
    return False
