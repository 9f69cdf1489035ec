"""CFG005."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from repro_check.findings import Finding, Severity, Span
from repro_check.project.project import Project
from repro_check.rules.cfg._clashes import clashes
from repro_check.rules.cfg._experiment_files import experiment_files
from repro_check.rules.rule import Stage, rule

_TOP = Span(1, 1, 1, 1)


@rule(
    "CFG005",
    severity=Severity.WARNING,
    on=Project,
    practice=1,
    stage=Stage.REPOSITORY,
    is_default=False,
)
def experiment_config_clash(project: Project) -> Iterator[Finding]:
    """Two experiments have the same config, or write their results to the same folder.

    Of two files that say the same (in another order, with other comments or quotes) one is a copy that was
    never changed, and nobody can tell which numbers are whose. Of two experiments that write to one folder
    the second destroys the results of the first; that is said only where nearly all their neighbours have a
    folder of their own, since a shared one is usually extended by the program.

    Bad:
        # file: train.py
        import argparse
        import yaml

        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--config")
            args = parser.parse_args()
            with open(args.config) as stream:
                print(yaml.safe_load(stream))

        if __name__ == "__main__":
            main()
        # file: configs/wide.yaml
        lr: 0.1
        width: 64
        depth: 2
        # file: configs/deep.yaml
        depth: 2  # layers
        lr: 0.10
        width: 64

    Good:
        # file: train.py
        import argparse
        import yaml

        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--config")
            args = parser.parse_args()
            with open(args.config) as stream:
                print(yaml.safe_load(stream))

        if __name__ == "__main__":
            main()
        # file: configs/wide.yaml
        lr: 0.1
        width: 64
        depth: 2
        # file: configs/deep.yaml
        lr: 0.1
        width: 64
        depth: 8

    Not this rule:
        # file: train.py
        import argparse
        import yaml

        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--config")
            args = parser.parse_args()
            with open(args.config) as stream:
                print(yaml.safe_load(stream))

        if __name__ == "__main__":
            main()
        # file: configs/default.yaml
        lr: 0.1
        width: 64
        output_dir: outputs
        # file: configs/wide.yaml
        lr: 0.1
        width: 64
        output_dir: outputs
    """
    for clash in clashes(project, experiment_files(project)):
        first, second = project.configs[clash.one], project.configs[clash.two]
        name = posixpath.basename(clash.one)
        if clash.folder is None or clash.earlier is None:
            yield second.finding(
                _TOP,
                f"this config says the same as `{name}`: the results of the two cannot be told apart",
                help="Change what was meant to differ, or remove one of them.",
                related=[first.related(_TOP, "the same config")],
            )
        else:
            yield second.finding(
                clash.folder.origin.span,
                f"`{clash.folder.dotted}: {clash.folder.value}` is the folder of `{name}`, too: the later "
                "run overwrites the results of the earlier one",
                help="Give each experiment a folder of its own.",
                related=[first.related(clash.earlier.origin.span, "the same folder")],
            )
