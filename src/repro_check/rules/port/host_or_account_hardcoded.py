"""PORT004."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from repro_check.findings import Edit, Finding, Fix, Safety, Severity, Span
from repro_check.project.configs import is_tool_config
from repro_check.project.files import ConfigFile, PythonFile, ShellFile
from repro_check.project.project import Project
from repro_check.rules.port._named_in_python import names_in_python
from repro_check.rules.port._named_in_text import names_in_config, names_in_shell
from repro_check.rules.port._private_names import Owner, PrivateName
from repro_check.rules.rule import rule

# docs.wandb.ai, "Environment variables"; slurm.schedmd.com/sbatch.html, "INPUT ENVIRONMENT VARIABLES"
_HELP = {
    Owner.TRACKER: "Leave it out: everybody's own account is the default, and `WANDB_ENTITY` or the "
    "config can name another one.",
    Owner.CLUSTER: "Give it when submitting (`sbatch --account=... --partition=...`, or `SBATCH_ACCOUNT` "
    "and `SBATCH_PARTITION`), or take it from the config.",
    Owner.NETWORK: "Take it from the config or the environment.",
}


@rule(
    "PORT004",
    severity=Severity.WARNING,
    on=(PythonFile, ConfigFile, ShellFile),
    practice=11,
    is_default=False,
    fixes="unsafe",
)
def host_or_account_hardcoded(
    file: PythonFile | ConfigFile | ShellFile, _project: Project
) -> Iterator[Finding]:
    """An account, a queue or a host of the author's is written into the code.

    Others may not write to the team's tracker, their cluster has no such account or queue, and the
    machine is out of their reach: the run ends before it begins. Each name is reported once a file.
    Placeholders, queues that most clusters have (`gpu`, `batch`), `localhost` and the addresses of
    documentation are not meant.

    Bad:
        import wandb

        wandb.init(project="digits", entity="ada-lab")

    Bad:
        # file: jobs/train.sh
        #SBATCH --account=ada0042
        python train.py

    Bad:
        # file: configs/tracking.yaml
        mlflow:
          tracking_uri: http://10.1.20.7:5000

    Good:
        import wandb

        wandb.init(project="digits", entity=cfg.entity)

    Good:
        # file: jobs/train.sh
        #SBATCH --gpus=1
        python train.py

    Not this rule:
        import wandb
        import mlflow

        wandb.init(project="digits", entity="<your-team>")
        mlflow.set_tracking_uri("http://localhost:5000")

    Not this rule:
        import spacy

        span = spacy.tokens.Span(doc, 0, 1, entity="PERSON")
    """
    found: dict[tuple[Owner, str], list[PrivateName]] = {}
    for name in _names(file):
        found.setdefault((name.owner, name.text), []).append(name)
    for (owner, text), names in found.items():
        spans = sorted({name.span for name in names}, key=lambda span: (span.line, span.column))
        yield file.finding(
            spans[0],
            f"`{text}` is {owner.value}",
            help=_HELP[owner],
            related=[file.related(span, "and here") for span in spans[1:]],
            fix=_fix(file, owner, spans),
        )


def _fix(
    file: PythonFile | ConfigFile | ShellFile, owner: Owner, spans: Sequence[Span]
) -> Fix | None:
    """None for the account of a tracker, where calls are given it: everybody's own is the default.

    A variable may be joined to other texts, which None cannot, and a cluster or a host has no default.
    """
    if owner is not Owner.TRACKER or not isinstance(file, PythonFile) or file.notebook is not None:
        return None
    given = {keyword.value.span for call in file.facts.calls for keyword in call.keywords}
    if not given.issuperset(spans):
        return None
    edits = tuple(Edit(file.location(span), "None") for span in spans)
    return Fix(Safety.UNSAFE, "Leave the account to the one who runs it", edits)


def _names(file: PythonFile | ConfigFile | ShellFile) -> Iterator[PrivateName]:
    if isinstance(file, PythonFile):
        return names_in_python(file)
    if isinstance(file, ShellFile):
        return names_in_shell(file)
    return iter(()) if is_tool_config(file.path) else names_in_config(file)
