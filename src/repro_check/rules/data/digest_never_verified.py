"""DATA005."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from repro_check.data.declaring.declared import declared_data
from repro_check.findings import (
    Confidence,
    Edit,
    Finding,
    Fix,
    Location,
    Related,
    Safety,
    Severity,
    Span,
)
from repro_check.project.configs import config_base, config_loads, is_experiment_config
from repro_check.project.entries import Entry, main_guard
from repro_check.project.project import Project
from repro_check.rules.data._launchers import compares_data
from repro_check.rules.data._verifiers import Verifiers
from repro_check.rules.data._verify_call import (
    Place,
    advised_call,
    calls_for,
    hydra_main,
    is_handed_on,
    key_of,
)
from repro_check.rules.insertion import insert_first
from repro_check.rules.rule import Stage, rule
from repro_check.text import pattern

# readers of configs beside those that `config_loads` knows
_READS = pattern(
    r"(^json\.load|\.merge_from_file|^pyrallis\.\w+|^jsonargparse\.\w+|^draccus\.\w+|^ruamel\.yaml.*"
    r"|\.parse_config|^mlconfig\.load|^anyconfig\.load|^confuse\.\w+)$"
)
_IMPORT = "from repro_check.runtime import verify_data"


@rule(
    "DATA005",
    severity=Severity.WARNING,
    on=Project,
    practice=6,
    stage=Stage.REPOSITORY,
    is_default=False,
    fixes="unsafe",
)
def digest_never_verified(project: Project) -> Iterator[Finding]:
    """A config records the digest of its data, and training never compares it.

    A record that nothing reads protects nobody: the data change, training goes on, and the config
    still claims the old ones. `verify_data` of `repro_check.runtime`, hashing of one's own, DVC,
    DataLad, pooch, or one of our commands or hooks in a script, a README or CI are enough; code
    that is defined and never called is not.

    Bad:
        # file: train.py
        import hydra
        import torch

        @hydra.main(version_base="1.3", config_path="conf", config_name="config")
        def main(cfg):
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.load(cfg.data.dir):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()
        # file: conf/config.yaml
        data:
          dir: data/train
          md5: 05fcec9279d5bd1f64a4c674d255e72e

    Good:
        # file: train.py
        import hydra
        import torch
        from repro_check.runtime import verify_data

        @hydra.main(version_base="1.3", config_path="conf", config_name="config")
        def main(cfg):
            verify_data(cfg.data)
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.load(cfg.data.dir):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()
        # file: conf/config.yaml
        data:
          dir: data/train
          md5: 05fcec9279d5bd1f64a4c674d255e72e

    Not this rule:
        # file: train.py
        import torch
        import yaml
        from checks import same_data

        def main():
            cfg = yaml.safe_load(open("conf/config.yaml"))
            same_data(cfg["data"])
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.load(cfg["data"]["dir"]):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()
        # file: checks.py
        import hashlib
        from pathlib import Path

        def same_data(data):
            found = hashlib.md5(Path(data["dir"]).read_bytes()).hexdigest()
            assert found == data["md5"]
        # file: conf/config.yaml
        data:
          dir: data/train.pt
          md5: 05fcec9279d5bd1f64a4c674d255e72e
    """
    recorded = _recorded(project)
    trained = [entry for entry in project.entries if recorded and _trains(project, entry)]
    if not trained or compares_data(project):
        return
    verifiers = Verifiers(project, {key_of(item) for each in recorded.values() for _, item in each})
    if any(verifiers.reach(entry).reads_record for entry in project.entries):
        return
    for base, places in recorded.items():
        near = [entry for entry in trained if not base or entry.path.startswith(f"{base}/")]
        if not near and not _is_one_of_several(project, base):
            near = trained
        reaches = [verifiers.reach(entry) for entry in near]
        is_hidden = any(reach.is_hidden for reach in reaches)
        is_told = any(reach.verifies for reach in reaches) or (is_hidden and verifiers.exist())
        if not near or is_told:
            continue
        yield _finding(project, places, near, Confidence.MEDIUM if is_hidden else Confidence.HIGH)


def _recorded(project: Project) -> dict[str, list[Place]]:
    """The data with a digest in configs of experiments, by the folder whose configs these are."""
    found: dict[str, list[Place]] = {}
    for config in project.configs.readable():
        for item in declared_data(config, project) if is_experiment_config(config) else ():
            if item.digest_text and item.digest_entry and not is_handed_on(config, item):
                found.setdefault(config_base(config.path), []).append((config, item))
    return found


def _is_one_of_several(project: Project, base: str) -> bool:
    """Whether the repository holds configs of other projects than the one in this folder."""
    configs = (config for config in project.configs.readable() if is_experiment_config(config))
    return any(config_base(config.path) != base for config in configs)


def _trains(project: Project, entry: Entry) -> bool:
    """Whether an entry point trains a model, and reads a config to do so."""
    if project.random_use(entry).trains is None:
        return False
    nodes = project.calls.reachable(*entry.nodes)
    if next(config_loads(project, nodes), None) is not None:
        return True
    calls = (call for node in nodes for call in project.calls.calls(node))
    return any(_READS.search(call.target or call.name) for call in calls)


def _finding(
    project: Project, places: Sequence[Place], entries: Sequence[Entry], confidence: Confidence
) -> Finding:
    config, item = places[0]
    digest = item.digest_entry
    scripts = f"`{entries[0].path}` trains" if len(entries) == 1 else "no script that trains"
    compares = "and compares nothing with it" if len(entries) == 1 else "compares anything with it"
    return config.finding(
        digest.span if digest else item.path_entry.span,
        f"the digest of `{item.path_text or item.name}` is recorded, and {scripts} {compares}",
        help=_help(project, places[0], entries),
        confidence=confidence,
        related=[
            *(other.related(again.path_entry.span, "recorded too") for other, again in places[1:]),
            *(Related(_start(project, entry), "training begins here") for entry in entries),
        ],
        fix=_fix(project, places, entries),
    )


def _help(project: Project, place: Place, entries: Sequence[Entry]) -> str:
    call = advised_call(project, hydra_main(project, entries[0]), place)
    if not call:
        return "Run `repro-check data verify` before each training, in the script that starts it."
    return f"Begin training with these two lines: `{_IMPORT}` and `{call}`."


def _fix(project: Project, places: Sequence[Place], entries: Sequence[Entry]) -> Fix | None:
    edits: list[Edit] = []
    for entry in entries:
        main = hydra_main(project, entry)
        text = project.text_at(entry.path)
        calls = calls_for(project, main, places) if main else ()
        if main and text and calls:
            edits += insert_first(main.file, text, main.function, calls, _IMPORT)
    return Fix(Safety.UNSAFE, "Verify the data before training", tuple(edits)) if edits else None


def _start(project: Project, entry: Entry) -> Location:
    """Where running an entry point begins: its guard, its command, or the top of the file."""
    file = project.python[entry.path]
    for node in entry.nodes:
        function = file.facts.function_of(node.block)
        if function:
            return file.location(function.name_span)
    guard = main_guard(file.facts)
    line = file.facts.blocks[guard].span.line if guard is not None else 1
    return file.location(Span(line, 1, line, 1))
