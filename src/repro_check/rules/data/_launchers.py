"""Commands that compare data with their record, wherever people are told to run something."""

from __future__ import annotations

import re

from repro_check.project.project import Project
from repro_check.sources.discovery import SourceFile
from repro_check.sources.kinds import Kind, Role
from repro_check.text import pattern

COMPARES = pattern(
    r"\bdvc\s+(pull|repro|status|checkout|fetch|exp\s+run|data\s+status|update|import|get)\b"
    r"|\bdatalad\s+(get|install|clone|run|rerun|status|update)\b|\bgit[- ]annex\s+(get|fsck)\b"
    r"|\b(md5|sha\d+|b[23])sum\b|\bshasum\b|\bcksum\b|\bhashdeep\b|\bopenssl\s+(dgst|md5|sha\d+)\b"
    r"|\brepro[-_]check(\s+-\S+)*\s+(data\s+(verify|status|diff)|check|release)\b"
    r"|\brepro-check-data\b|\brepro-check/repro-check@"
)
"""DVC and DataLad compare what they fetch; so do our own commands and hook, and checksum programs."""

_TEXTS = frozenset({Kind.SHELL, Kind.MAKEFILE, Kind.DOCKERFILE, Kind.MARKDOWN})
_OTHERS = pattern(
    r"(^|/)(\.github/(workflows|actions)/.*\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci/.*\.ya?ml"
    r"|\.pre-commit-config\.ya?ml|azure-pipelines\.ya?ml|\.travis\.ya?ml|Jenkinsfile|justfile"
    r"|Taskfile\.ya?ml|tox\.ini|noxfile\.py|dodo\.py|Snakefile|pyproject\.toml|readme(\.txt)?)$"
    r"|\.(smk|nf|pbs|job|lsf|sub|submit|qsub|fish|zsh|ps1|bat|cmd|rst)$",
    re.IGNORECASE,
)


def compares_data(project: Project) -> bool:
    """Whether any command, hook or instruction of a repository compares data with their record."""
    files = [file for file in project.tree.files if file.role is not Role.VENDORED]
    # the stages of a pipeline are run by `dvc repro`, which compares what they depend on
    if any(file.path.rpartition("/")[2] == "dvc.yaml" for file in files):
        return True
    return any(COMPARES.search(project.text(file) or "") for file in files if _is_launcher(file))


def _is_launcher(file: SourceFile) -> bool:
    return file.kind in _TEXTS or _OTHERS.search(file.path) is not None
