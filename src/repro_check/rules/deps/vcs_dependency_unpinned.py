"""DEPS005."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Finding, Location, Related, Severity
from repro_check.project.environment.manifests import DEVELOPMENT
from repro_check.project.project import Project
from repro_check.rules.deps._repositories import Repository, own_repositories, repository_of
from repro_check.rules.rule import Stage, rule
from repro_check.sources.dependencies.model import Declared
from repro_check.sources.requirement_item import is_fixed, normal_name


class _Use(msgspec.Struct, frozen=True):
    """A dependency that is taken from a repository, and where that is said."""

    declared: Declared
    location: Location


@rule(
    "DEPS005",
    severity=Severity.WARNING,
    on=Project,
    practice=9,
    stage=Stage.REPOSITORY,
    is_default=False,
)
def vcs_dependency_unpinned(project: Project) -> Iterator[Finding]:
    """A dependency is whatever was pushed last to its repository.

    `git+https://…` without a commit or tag, or with a branch, installs the newest state of the branch,
    which carries no version of its own, so nobody can tell what the results came from
    (https://pip.pypa.io/en/stable/topics/vcs-support/). Asked are requirement files, conda
    environments, the git sources of uv, Poetry and PDM, and the install commands in READMEs, scripts,
    containers and notebooks. A lock file that records the commit is enough, and how the repository
    itself is installed is its own affair.

    Bad:
        # file: requirements.txt
        torch==2.9.0
        git+https://github.com/openai/CLIP.git

    Bad:
        # file: pyproject.toml
        [project]
        name = "lab"
        version = "1"
        dependencies = ["clip", "torch==2.9.0"]
        [tool.uv.sources]
        clip = {git = "https://github.com/openai/CLIP", branch = "main"}

    Bad:
        # file: README.md
        # Lab

        ```bash
        pip install 'git+https://github.com/facebookresearch/detectron2.git@main'
        ```

    Good:
        # file: requirements.txt
        git+https://github.com/openai/CLIP.git@{random hex 40}
        taming @ git+https://github.com/CompVis/taming-transformers@v1.0

    Not this rule:
        # file: pyproject.toml
        [project]
        name = "lab"
        version = "1"
        # file: README.md
        # Lab

        ```bash
        pip install git+https://github.com/ada/lab.git
        ```
    """
    uses = list(_uses(project))
    own = own_repositories(project) if uses else frozenset()
    found: dict[tuple[str, str], tuple[Repository, list[_Use]]] = {}
    for use in uses:
        repository = repository_of(use.declared.url)
        if repository is None or not repository.is_open:
            continue
        if normal_name(repository.name) in own or use.declared.name in own:
            continue
        if not _is_locked(use.declared.name, repository, project):
            found.setdefault((use.location.path, repository.path), (repository, []))[1].append(use)
    for repository, same in found.values():
        yield _finding(repository, same)


def _uses(project: Project) -> Iterator[_Use]:
    for manifest in project.environment.manifests:
        for one in manifest.facts.declared if manifest.is_runtime else ():
            is_development = one.role == "group" and DEVELOPMENT.search(one.group)
            if one.origin == "vcs" and not (one.is_pinned or is_development):
                yield _Use(one, Location(path=manifest.path, span=one.span))
    for command in project.installs.commands:
        # services test against what others are about to release on purpose
        is_service = command.told.where == "ci" or command.path.startswith(".github/")
        is_asked = command.is_product and not is_service
        for one in command.install.declared if is_asked else ():
            if one.origin == "vcs" and not one.is_pinned:
                yield _Use(one, command.location(one.span))


def _is_locked(name: str, repository: Repository, project: Project) -> bool:
    """Whether a lock file records the commit."""
    for lock in project.environment.locks:
        for package in lock.packages(name) if name else lock.facts.packages:
            other = repository_of(package.url) if package.origin == "vcs" else None
            if other is not None and (name or other.path == repository.path):
                return is_fixed(package.url) or bool(other.ref and not other.is_open)
    return False


def _finding(repository: Repository, uses: list[_Use]) -> Finding:
    first = uses[0]
    name = first.declared.name or repository.name
    how = (
        f"from the branch `{repository.ref}`, which moves"
        if repository.ref
        else "from a repository without a commit, so it is whatever was pushed last"
    )
    url = first.declared.url.removeprefix("git+").partition("#")[0]
    plain = url.removesuffix(f"@{repository.ref}") if repository.ref else url
    return Finding(
        message=f"`{name}` is installed {how}",
        location=first.location,
        help=f"Name the commit behind `@`; `git ls-remote {plain} {repository.ref or 'HEAD'}` tells it.",
        related=tuple(Related(use.location, "and here") for use in uses[1:]),
    )
