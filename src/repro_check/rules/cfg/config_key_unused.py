"""CFG010."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Location, Related, Severity
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.project.experiments.reading.reads import Reads
from repro_check.project.project import Project
from repro_check.rules.cfg._unread_keys import Unread, plain_experiments, unread_keys
from repro_check.rules.experiment_names import all_named, location
from repro_check.rules.rule import Stage, rule

_MOST_SHOWN = 3


@rule(
    "CFG010",
    severity=Severity.WARNING,
    on=Project,
    practice=1,
    stage=Stage.REPOSITORY,
    is_default=False,
)
def config_key_unused(project: Project) -> Iterator[Finding]:
    """A config defines a key that no code reads.

    A reader who changes it changes nothing, and takes it for a setting of the published run. Often it
    is what is left of an earlier version, or a name that the code no longer uses.

    Only where all reads can be seen: a config that is handed to a library as a whole, or a part that is
    unpacked into a call (`Adam(**cfg["optimizer"])`), may be read there. A key whose name stands
    anywhere in the code, even in a text, is left alone.

    Bad:
        # file: train.py
        import yaml

        def main():
            with open("configs/train.yaml") as stream:
                cfg = yaml.safe_load(stream)
            print(cfg["lr"])

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        lr: 0.1
        label_smoothing: 0.1

    Good:
        # file: train.py
        import yaml

        def main():
            with open("configs/train.yaml") as stream:
                cfg = yaml.safe_load(stream)
            print(cfg["lr"], cfg["label_smoothing"])

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        lr: 0.1
        label_smoothing: 0.1

    Not this rule:
        # file: train.py
        import torch
        import yaml

        def main():
            with open("configs/train.yaml") as stream:
                cfg = yaml.safe_load(stream)
            model = torch.nn.Linear(4, 2)
            print(torch.optim.SGD(model.parameters(), **cfg["optimizer"]))

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        optimizer:
          lr: 0.1
          nesterov: true
    """
    if not project.experiments.loaders.every:
        return
    hydra = (one for one in project.experiments.every if one.kind is LoaderKind.HYDRA)
    found: dict[tuple[Loader, str], dict[Location, list[Unread]]] = {}
    for unread in unread_keys(project, Reads(project), (*plain_experiments(project), *hydra)):
        places = found.setdefault((unread.experiment.loader, unread.dotted), {})
        places.setdefault(location(unread.origin), []).append(unread)
    seen: set[Location] = set()
    for (loader, dotted), places in found.items():
        fresh = [place for place in places if place not in seen]
        seen.update(places)
        if not fresh:
            continue
        first, *others = fresh
        runs = list(dict.fromkeys(one.experiment for each in places.values() for one in each))
        file = project.python[loader.path]
        related = [
            Related(place, "and here") for place in others[:_MOST_SHOWN] if place is not None
        ]
        yield Finding(
            message=f"no code reads `{dotted}`, which {all_named(runs)} sets: changing it changes nothing",
            location=first,
            help="Remove the key, or use it.",
            related=(file.related(loader.span, "the config is loaded here"), *related),
        )
