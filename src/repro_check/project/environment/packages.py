"""Whether a repository is a package that others install, and so should leave its versions open."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from repro_check.sources.expressions import Literal
from repro_check.sources.kinds import Kind
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.project import Project
    from repro_check.sources.config import ConfigFacts


_BINDING = pattern(
    r"py(thon)?(-?package|bindings?)?/(setup\.(py|cfg)|pyproject\.toml)", re.IGNORECASE
)
_PACKAGING = ("setup.py", "setup.cfg", "pyproject.toml")
_TRAINING = pattern(
    r"(^|[-_])(train|training|trainer|main|pretrain|finetune|experiments?|reproduce)([_.-]|$)|^run\.py$"
)
_BESIDE = pattern(
    r"(^|/)(examples?|tutorials?|demos?|docs?|benchmarks?|tests?|templates?|recipes|projects)/",
    re.IGNORECASE,
)
_UPLOADS = pattern(r"gh-action-pypi-publish|twine\s+upload|(uv|poetry|pdm|hatch|flit)\s+publish")


def is_library(project: Project) -> bool:
    """A package with a build system and a name is meant to be installed by others."""
    if project.settings.library is not None:
        return project.settings.library
    for path in ("setup.py", "setup.cfg"):
        if path in project.tree and is_setup_of_library(project.text_at(path) or ""):
            return True
    config = project.configs.get("pyproject.toml")
    if config is not None and is_package(config.facts):
        return True
    return _has_bindings(project)


def is_work(project: Project) -> bool:
    """Whether a package is there to repeat one piece of work, and not for others to build upon.

    Research code is often given a setup.py only so that its modules can be imported (openai's
    guided-diffusion, tkipf's pygcn). Then documents and shell scripts run a training script, no
    classifiers tell an index what the package is, and nobody is told to install it from one.
    """
    return (
        any(
            _TRAINING.search(posixpath.basename(command.script))
            and not _BESIDE.search(command.script)
            and not command.path.startswith(".")
            for command in project.commands
        )
        and not any(_speaks_to_index(project, path) for path in _PACKAGING)
        and not _has_bindings(project)
        and not _is_published(project)
    )


def _has_bindings(project: Project) -> bool:
    """Whether a package for Python lies beside those for other languages, as dmlc's xgboost has it."""
    paths = (file.path for file in project.tree.files if _BINDING.fullmatch(file.path))
    return any(_speaks_to_index(project, path) for path in paths)


def _speaks_to_index(project: Project, path: str) -> bool:
    return "classifiers" in (project.text_at(path) or "").lower()


def _is_published(project: Project) -> bool:
    """Whether documents tell how to install it from an index, or a workflow uploads it to one."""
    names = [
        r"[-_.]+".join(map(re.escape, re.split(r"[-_.]+", name)))
        for name in _names(project)
        if len(name) <= 100
    ]
    own = "|".join(names) or "(?!)"
    told = re.compile(
        rf"(?:pip3?|uv|poetry|pdm|conda|mamba)\s+(?:pip\s+)?(?:install|add)\s[^\n&|;]{{0,300}}?"
        rf"(?<![\w./@-])(?:{own})(?![\w/-])|(?:pypi\.org/(?:project|pypi|p)|badge\.fury\.io/py|"
        rf"pypi/(?:v|l|pyversions|dm))/(?:{own})\b",
        re.IGNORECASE,
    )
    for file in project.tree.files:
        is_document = file.kind is Kind.MARKDOWN or file.path.lower().endswith(".rst")
        if is_document and told.search(project.text(file) or ""):
            return True
        is_workflow = file.path.startswith(".github/workflows/")
        if is_workflow and _UPLOADS.search(project.text(file) or ""):
            return True
    return False


def _names(project: Project) -> list[str]:
    """What the package calls itself."""
    found: list[str] = []
    for path, keys in (
        ("pyproject.toml", ("project", "name")),
        ("pyproject.toml", ("tool", "poetry", "name")),
        ("setup.cfg", ("metadata", "name")),
    ):
        config = project.configs.get(path)
        entry = config.facts.get(*keys) if config is not None else None
        found += [entry.text] if entry is not None and entry.text else []
    setup = project.python.get("setup.py")
    for call in setup.facts.calls if setup is not None else ():
        name = call.keyword("name")
        if isinstance(name, Literal) and isinstance(name.value, str):
            found.append(name.value)
    return found


def is_package(facts: ConfigFacts) -> bool:
    """Whether a `pyproject.toml` names a package and what builds it, or a setup.cfg has one."""
    if facts.format == "ini":
        return facts.get("options", "install_requires") is not None
    modes = (facts.get("tool", "poetry", "package-mode"), facts.get("tool", "uv", "package"))
    if any(mode is not None and mode.text.lower() == "false" for mode in modes):
        return False
    has_name = facts.get("project", "name") or facts.get("tool", "poetry", "name")
    return bool(has_name) and any(entry.keys[:1] == ("build-system",) for entry in facts.entries)


def is_setup_of_library(text: str) -> bool:
    """Whether a setup.py or a setup.cfg speaks to those who install it."""
    return "install_requires" in text or "classifiers" in text
