"""SEC001."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Confidence, Finding, Location, Severity, Span
from repro_check.project.project import Project
from repro_check.rules.rule import OWN, rule
from repro_check.secrets.subject import FileSecret, SecretsFile
from repro_check.sources.kinds import Role


@rule("SEC001", severity=Severity.ERROR, on=SecretsFile, practice=10, roles=OWN)
def secret_in_tree(file: SecretsFile, project: Project) -> Iterator[Finding]:
    """A live-looking credential stands in a file.

    Once pushed it is public for good: robots find keys within minutes, and removing the line does not
    remove it from the history. Notebooks are read cell by cell, so their ids and images are no noise.
    Found by detect-secrets with detectors for the services that researchers use; nothing is ever sent
    anywhere, and at most the first four characters are shown.

    Bad:
        # file: train.py
        import wandb

        wandb.login(key="{random hex 40}")

    Good:
        # file: train.py
        import os

        import wandb

        wandb.login(key=os.environ["WANDB_API_KEY"])

    Not this rule:
        # file: configs/data.yaml
        md5: {random hex 32}  # of the data folder
        revision: {random hex 40}
        api_key: your-api-key-here
    """
    from repro_check.secrets.baseline import accepted_secrets

    accepted = accepted_secrets(project)
    for found in file.secrets:
        if (file.path, found.sha1) in accepted:
            continue
        secret = found.secret
        finding = Finding(
            message=f"{secret.kind} `{secret.redacted}`: {secret.reason}",
            location=_place(file.path, found),
            help="Revoke it first, then read it from the environment "
            '(`os.environ["..."]`). If it is no secret, add `# pragma: allowlist secret`.',
            # tests are full of credentials that never opened anything
            confidence=Confidence.LOW if file.role is Role.TEST else Confidence.HIGH,
        )
        yield msgspec.structs.replace(finding, source=found.shown)


def _place(path: str, found: FileSecret) -> Location:
    secret = found.secret
    span = Span(secret.line, secret.column, secret.line, secret.end_column)
    if found.is_output:
        span = Span(1, 1, 1, 1)
    return Location(path=path, cell=found.cell, span=span)
