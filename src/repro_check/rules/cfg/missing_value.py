"""CFG014."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.project import Project
from repro_check.rules.cfg._missing import judged, missing
from repro_check.rules.rule import Stage, rule


@rule(
    "CFG014",
    severity=Severity.WARNING,
    on=Project,
    practice=1,
    stage=Stage.REPOSITORY,
)
def missing_value(project: Project) -> Iterator[Finding]:
    """A documented experiment leaves a mandatory value open.

    `???` says that each run must give the value, and `${...}` that another key has it. Where the command
    of a README or script gives none, the run stops when the program asks for it (OmegaConf's
    MissingMandatoryValue, https://omegaconf.readthedocs.io/en/2.3_branch/usage.html#mandatory-missing-values),
    and the reader has to guess what the authors used.

    Code that sets the value itself is looked for, and a manual that names the key is believed. Of an
    option of an experiment group it is said only where the other options give the value.

    Bad:
        # file: train.py
        import hydra

        @hydra.main(config_path="conf", config_name="train", version_base="1.3")
        def main(cfg):
            print(cfg.data.root, cfg.lr)

        if __name__ == "__main__":
            main()
        # file: conf/train.yaml
        lr: 0.1
        data:
          root: ???
        # file: README.md
        # Training

        ```bash
        python train.py lr=0.2
        ```

    Good:
        # file: train.py
        import hydra

        @hydra.main(config_path="conf", config_name="train", version_base="1.3")
        def main(cfg):
            print(cfg.data.root, cfg.lr)

        if __name__ == "__main__":
            main()
        # file: conf/train.yaml
        lr: 0.1
        data:
          root: ???
        # file: README.md
        # Training

        ```bash
        python train.py lr=0.2 data.root=data/digits
        ```

    Not this rule:
        # file: train.py
        import hydra

        @hydra.main(config_path="conf", config_name="train", version_base="1.3")
        def main(cfg):
            cfg.model.classes = 10
            print(cfg.model.classes, cfg.lr)

        if __name__ == "__main__":
            main()
        # file: conf/train.yaml
        lr: 0.1
        model:
          classes: ???
        # file: README.md
        # Training

        ```bash
        python train.py lr=0.2
        ```
    """
    if project.experiments.loaders.every:
        yield from (judged(project, one) for one in missing(project))
