"""DEPS001."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from repro_check.findings import Finding, Severity
from repro_check.project.environment.distributions import Needed
from repro_check.project.environment.third_party import Need
from repro_check.project.project import Project
from repro_check.rules.deps._told import first_place, told_by
from repro_check.rules.rule import Stage, rule

_FREEZE = (
    "Run `repro-check deps freeze` in the environment that gave your results: it writes requirements.in "
    "from the imports and a lock file with exact versions."
)


@rule("DEPS001", severity=Severity.ERROR, on=Project, practice=9, stage=Stage.REPOSITORY)
def no_dependency_spec(project: Project) -> Iterator[Finding]:
    """The code needs other people's packages, and no file says which.

    Who wants to repeat the work must guess the packages from the imports, their names from the modules
    (`cv2` is `opencv-python`) and their versions from the year. A requirements file, `pyproject.toml`, a
    conda environment, a Pipfile, a lock file, `setup.py` with `install_requires` or a script's own
    metadata (PEP 723) is enough for this rule. Install commands in a README, a Dockerfile or a notebook
    help half way, since no tool can read all of them and no two readers run the same ones: then it is a
    warning. Only repositories with programs or notebooks are asked.

    It is the first item of the ML Code Completeness Checklist
    (https://github.com/paperswithcode/releasing-research-code).

    Bad:
        # file: train.py
        import torch
        if __name__ == "__main__":
            print(torch.zeros(1))

    Good:
        # file: train.py
        import torch
        if __name__ == "__main__":
            print(torch.zeros(1))
        # file: requirements.txt
        torch==2.9.0

    Good:
        # file: train.py
        # /// script
        # dependencies = ["torch==2.9.0"]
        # ///
        import torch
        if __name__ == "__main__":
            print(torch.zeros(1))

    Not this rule:
        # file: train.py
        import json
        import helpers
        if __name__ == "__main__":
            print(json.dumps(helpers.answer()))
        # file: helpers.py
        def answer():
            return 42
    """
    environment = project.environment
    is_said = any(
        manifest.facts.is_dynamic
        or any(one.role not in {"build", "constraint"} for one in manifest.facts.declared)
        for manifest in environment.manifests
    )
    if is_said or environment.locks or not (project.entries or project.notebooks):
        return
    needed = [one for one in project.distributions.needed() if one.need is not Need.OPTIONAL]
    if not any(one.need is Need.ALWAYS for one in needed):
        return
    told = told_by(project, needed)
    if told is not None and told.is_complete:
        return
    place = first_place(project, needed)
    message = (
        f"{_names(needed)} {'is' if len(needed) == 1 else 'are'} imported, and no file declares which "
        f"packages the work needs"
    )
    if told is not None:
        message += f"; only {told.path} names some of them, which no tool installs from"
    yield project.python[place.path].finding(
        place.span,
        message,
        help=_FREEZE,
        severity=None if told is None else Severity.WARNING,
    )


def _names(needed: Sequence[Needed]) -> str:
    names = [f"`{one.name}`" for one in needed]
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
