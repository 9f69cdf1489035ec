"""DEPS003."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.environment.distributions import Needed
from repro_check.project.environment.third_party import Need, ThirdPartyImport
from repro_check.project.project import Project
from repro_check.rules.deps._adding import adding
from repro_check.rules.deps._declarations import Declaration, Declarations, Standing, is_below
from repro_check.rules.rule import Stage, rule
from repro_check.text import pattern

# every kernel has them
_KERNEL = frozenset({"IPython", "ipykernel"})
_TASKS = frozenset(
    {"noxfile.py", "tasks.py", "fabfile.py", "dodo.py", "hatch_build.py", "conftest.py"}
)
_BESIDE = pattern(
    r"(^|/)(\.\w+|ci|scripts?|tools?|dev|devtools|examples?|benchmarks?|tutorials?|demos?|notebooks?|"
    r"samples?|contrib|experiments?|projects?|studies|__pyinstaller)/"
)
_WORDS = {
    Standing.NOWHERE: "is imported, and nothing declares `{name}`",
    Standing.LOCKED: (
        "is imported, and `{name}` stands in {path} only because another package happens to need it"
    ),
    Standing.ELSEWHERE: (
        "is imported, and `{name}` is declared for another part of the repository alone ({path})"
    ),
    Standing.DEVELOPMENT: (
        "is imported by the work itself, and `{name}` is declared for development alone ({path})"
    ),
    Standing.COMMAND: "is imported, and only a command in {path} installs `{name}`",
}


@rule(
    "DEPS003",
    severity=Severity.WARNING,
    on=Project,
    practice=9,
    stage=Stage.REPOSITORY,
    is_default=False,
    fixes="unsafe",
)
def import_undeclared(project: Project) -> Iterator[Finding]:
    """The code imports a package that the dependency files do not name.

    It works for the author, who once installed it by hand, or whose other packages happen to bring it
    along; who installs from the files gets an ImportError, or after the next release of those others one.

    Which distribution ships a module is looked up in a bundled map of several thousand names, offline;
    a module that it does not know is left alone. So are optional imports (`try`, `if`, type checking),
    modules of the repository's own, repositories whose `setup.py` puts its requirements together by
    code, and repositories without any dependency file (DEPS001). In a library only the package itself
    counts, not its scripts and examples. A package that only a command in a README or a Dockerfile
    installs is noted.

    Bad:
        # file: requirements.txt
        torch==2.9.0
        # file: train.py
        import torch
        import einops

    Bad:
        # file: pyproject.toml
        [project]
        name = "work"
        version = "1"
        dependencies = ["numpy"]
        [project.optional-dependencies]
        test = ["pytest"]
        # file: train.py
        import numpy
        from sklearn.linear_model import Ridge

    Good:
        # file: requirements.txt
        torch==2.9.0
        opencv-python-headless==4.10.0.84
        # file: train.py
        import cv2
        import torch

    Not this rule:
        # file: requirements.txt
        torch==2.9.0
        # file: train.py
        import torch
        try:
            import wandb
        except ImportError:
            wandb = None

    Not this rule:
        # file: environment.yml
        channels: [pytorch]
        dependencies: [pytorch, pip, {pip: [einops]}]
        # file: train.py
        import einops
        import torch
    """
    environment = project.environment
    declared = [one for manifest in environment.manifests for one in manifest.facts.declared]
    is_open = any(one.facts.is_dynamic and not one.includes for one in environment.manifests)
    if is_open or all(one.role in {"build", "constraint"} for one in declared):
        return
    declarations = Declarations(project)
    installing = frozenset(
        command.path for command in project.installs.commands if command.path.endswith(".ipynb")
    )
    for needed in project.distributions.needed():
        uses = [use for use in needed.uses if _counts(project, use, installing)]
        if not uses or (_is_optional(needed) and _is_of_library(project, uses[0].path)):
            continue
        if declarations.has_unnamed and not needed.shipped.is_on_index:
            continue
        for use in uses:
            declaration = declarations.of(needed.shipped, use.path)
            if declaration.standing is not Standing.DECLARED:
                yield _finding(project, needed, use, declaration)
                break


def _counts(project: Project, use: ThirdPartyImport, installing: frozenset[str]) -> bool:
    """Whether an import is one of the work itself, which fails where the package lacks.

    A notebook that installs packages itself is made for a place that has others (Colab); a library's
    functions may import what only some of its users need, and a template is no code yet.
    """
    if use.need not in {Need.ALWAYS, Need.LATER} or posixpath.basename(use.path) in _TASKS:
        return False
    if use.path.endswith(".ipynb") and (use.root in _KERNEL or use.path in installing):
        return False
    if "{{" in use.path:
        return False
    if not _is_of_library(project, use.path):
        return True
    if use.root == "pytest":  # a plug-in or helpers for those who test with it
        return False
    is_package = f"{posixpath.dirname(use.path)}/__init__.py" in project.tree
    return is_package and use.need is Need.ALWAYS and _BESIDE.search(use.path) is None


def _is_of_library(project: Project, path: str) -> bool:
    return project.environment.is_library or any(
        manifest.is_package and is_below(path, posixpath.dirname(manifest.path))
        for manifest in project.environment.files
    )


def _is_optional(needed: Needed) -> bool:
    """Whether a library meets its absence somewhere, or asks for it late: a plug-in for some users."""
    return any(use.need is not Need.ALWAYS for use in needed.uses)


def _finding(
    project: Project, needed: Needed, use: ThirdPartyImport, declaration: Declaration
) -> Finding:
    name = needed.name
    words = _WORDS[declaration.standing].format(name=name, path=declaration.path)
    fix = adding(project, name) if needed.shipped.is_on_index else None
    return project.python[use.path].finding(
        use.span,
        f"`{needed.shipped.module}` {words}",
        help=(
            f"Add `{name}` to the dependency file, with the version that you used."
            if needed.shipped.is_on_index
            else f"Declare where `{name}` comes from: PyPI does not have it under this name, so give "
            "the URL of its repository with a commit."
        ),
        severity=Severity.INFO if declaration.standing is Standing.COMMAND else None,
        fix=fix,
    )
