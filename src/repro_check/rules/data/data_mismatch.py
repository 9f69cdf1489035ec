"""DATA002."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from repro_check.findings import Finding, NotChecked, Severity
from repro_check.project.files import ConfigFile
from repro_check.project.project import Project
from repro_check.rules.rule import Outcome, Stage, rule

if TYPE_CHECKING:
    from repro_check.data import Verdict

_HELP = (
    "Restore the data that the results came from (`repro-check data diff` names every file); if the "
    "new data are meant, run `repro-check data lock --update` and run the experiments again."
)
_DVC_HELP = (
    "Run `dvc checkout` for the data that the results came from; if the new data are meant, run "
    "`dvc repro` or `dvc commit`, and run the experiments again."
)


@rule("DATA002", severity=Severity.ERROR, on=ConfigFile, practice=6, stage=Stage.DATA)
def data_mismatch(config: ConfigFile, project: Project) -> Iterator[Outcome]:
    """The data on disk are not those that the config records.

    Either the data changed or the record is of other data: in both cases the results that this config
    describes cannot come from what lies there. Data that are missing, or are only a pointer of git-lfs or
    git-annex, are named as not checked. A recorded digest is never rewritten without being asked.

    Bad:
        # file: configs/train.yaml
        data:
          dir: data/train
          md5: 00000000000000000000000000000000
        # file: data/train/a.csv
        1,2

    Good:
        # file: configs/train.yaml
        data:
          dir: data/train
          md5: 05fcec9279d5bd1f64a4c674d255e72e
        # file: data/train/a.csv
        1,2

    Not this rule:
        # file: configs/train.yaml
        data:
          url: https://example.org/train.tar.gz
          md5: 00000000000000000000000000000000
    """
    from repro_check.data import State, verify
    from repro_check.data.declaring.declared import declared_data
    from repro_check.data.repository import means_of

    declared = declared_data(config, project)
    if not declared:
        return
    means = means_of(project, budget=project.settings.data_budget)
    for declaration in declared:
        verdict = verify(declaration, root=project.root, config_path=config.path, means=means)
        if verdict.state is State.MISMATCH:
            yield _mismatch(config, verdict)
        elif verdict.state not in {State.MATCH, State.NOT_RECORDED}:
            yield NotChecked(config.path, f"{declaration.name}: {verdict.reason}")


def _mismatch(config: ConfigFile, verdict: Verdict) -> Finding:
    declaration = verdict.declaration
    entry = declaration.digest_entry or declaration.path_entry
    differs = f"has the digest {verdict.actual}, not" if verdict.actual else "no longer has"
    named = ", ".join(map(str, verdict.changed[:3]))
    if verdict.changes and verdict.changes > 3:
        named += f" and {verdict.changes - 3:,} more"
    details = "".join(f"; {part}" for part in (named, *verdict.causes) if part)
    return config.finding(
        entry.span,
        f"`{declaration.path_text}` {differs} the recorded digest {verdict.recorded}{details}",
        help=_DVC_HELP if declaration.algorithm.is_dvc else _HELP,
    )
