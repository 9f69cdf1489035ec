"""CFG015."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity, Span
from repro_check.project.project import Project
from repro_check.rules.cfg._descriptions import is_described
from repro_check.rules.cfg._experiment_files import experiment_files
from repro_check.rules.rule import Stage, rule


@rule(
    "CFG015",
    severity=Severity.INFO,
    on=Project,
    practice=1,
    stage=Stage.REPOSITORY,
    is_default=False,
)
def config_comment(project: Project) -> Iterator[Finding]:
    """The config of an experiment has no comment and no description.

    A year later nobody can tell which result it made, or why it differs from its neighbour. One line is
    enough. Keys that describe (`description`, `notes`, `tags`) count; settings that are commented out and
    directives (`# @package _global_`) do not.

    Bad:
        # file: train.py
        import yaml

        def main():
            with open("configs/train.yaml") as stream:
                print(yaml.safe_load(stream))

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        lr: 0.1
        # lr: 0.2

    Good:
        # file: train.py
        import yaml

        def main():
            with open("configs/train.yaml") as stream:
                print(yaml.safe_load(stream))

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        # Table 2, first row: the smaller model.
        lr: 0.1

    Not this rule:
        # file: train.py
        import yaml

        def main():
            with open("configs/train.yaml") as stream:
                print(yaml.safe_load(stream))

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        description: Table 2, first row
        lr: 0.1
    """
    for file in experiment_files(project):
        config = project.configs[file.path]
        if config.facts.format != "yaml" or config.facts.documents > 1:
            continue
        text = project.text(config.file)
        if text is not None and text.strip() and not is_described(config.facts, text):
            yield config.finding(
                Span(1, 1, 1, 1),
                f"this config of {file.runs} has no comment or description: nobody can tell which result it "
                "made",
                help="Say in a line at the top what the experiment is for, and which result it made.",
            )
