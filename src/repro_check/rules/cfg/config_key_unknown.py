"""CFG009."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.experiments.reading.reads import Reads
from repro_check.project.project import Project
from repro_check.rules.cfg._misspelt_keys import misread, misset
from repro_check.rules.cfg._refusals import judged, refusals
from repro_check.rules.rule import Stage, rule


@rule(
    "CFG009",
    severity=Severity.WARNING,
    on=Project,
    practice=1,
    stage=Stage.REPOSITORY,
    fixes="unsafe",
)
def config_key_unknown(project: Project) -> Iterator[Finding]:
    """An experiment sets a config key or chooses an option that does not exist.

    It is an error where Hydra refuses the run at its start, since a documented command that nobody can
    run repeats nothing. It is a warning where code reads a plain file: Python says nothing, and the run
    goes on with a default that the config does not show. The nearest name is named, and so is a reader
    (`cfg.get("weight_dacay", 0)`) whose default hides that it asks for the wrong key.

    Hydra's own words are "Could not override", "Key is not in struct", "Could not append to config"
    (https://hydra.cc/docs/1.3/advanced/override_grammar/basic/). Silent where a part of the config or
    of its reads cannot be seen: structured configs, plugins, placeholders in a command, a config that
    is handed to a library as a whole; about Hydra before 1.1; and where a config is missing that each
    user makes, because git ignores it or a template for it lies beside it (`main_local.yaml`). Several
    commands with the same mistake are one finding.

    Bad:
        # file: train.py
        import hydra

        @hydra.main(config_path="conf", config_name="train", version_base="1.3")
        def main(cfg):
            print(cfg.optimizer.weight_decay)

        if __name__ == "__main__":
            main()
        # file: conf/train.yaml
        optimizer:
          lr: 0.1
          weight_decay: 0.0
        # file: README.md
        # Training

        ```bash
        python train.py optimizer.weight_dacay=0.01
        ```

    Good:
        # file: train.py
        import hydra

        @hydra.main(config_path="conf", config_name="train", version_base="1.3")
        def main(cfg):
            print(cfg.optimizer.weight_decay)

        if __name__ == "__main__":
            main()
        # file: conf/train.yaml
        optimizer:
          lr: 0.1
          weight_decay: 0.0
        # file: README.md
        # Training

        ```bash
        python train.py optimizer.weight_decay=0.01 +optimizer.nesterov=true
        ```

    Bad:
        # file: train.py
        import yaml

        def main():
            with open("configs/train.yaml") as stream:
                cfg = yaml.safe_load(stream)
            print(cfg["lr"], cfg.get("weight_decay", 0.0))

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        lr: 0.1
        weight_dacay: 0.01

    Not this rule:
        # file: train.py
        import hydra

        @hydra.main(config_path="conf", config_name="train", version_base="1.3")
        def main(cfg):
            print(cfg.lr)

        if __name__ == "__main__":
            main()
        # file: conf/train.yaml
        lr: 0.1
        # file: README.md
        # Training

        ```bash
        python train.py <key>=<value>
        ```
    """
    if not project.experiments.loaders.every:
        return
    for refusal in refusals(project):
        yield judged(project, refusal)
    reads = Reads(project)
    yield from misset(project, reads)
    yield from misread(project, reads)
