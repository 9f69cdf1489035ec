"""The files of a repository that declare dependencies."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.environment.packages import is_package
from repro_check.sources.dependencies.locks.reading import lock_tool
from repro_check.sources.dependencies.model import ManifestFacts
from repro_check.sources.kinds import Kind, Role
from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.files import ConfigFile
    from repro_check.project.project import Project
    from repro_check.sources.config import ConfigFacts

DEVELOPMENT = pattern(
    r"(^|[-_./])(dev|develop|development|test|tests|testing|docs?|lint|ci|build|optional)([-_./]|$)",
    re.IGNORECASE,
)
# what a tracker wrote down of one run
_OF_A_RUN = pattern(r"(^|/)(wandb|mlruns|lightning_logs|runs|outputs|multirun|\.hydra)/")
_CONDA_FILE = pattern(r"(^|/)(conda[-_.]?)?env(ironment)?[\w.-]*\.ya?ml$", re.IGNORECASE)
_SCRIPT_WORDS = frozenset({"script"})


class Manifest(msgspec.Struct, frozen=True):
    """A file that declares dependencies.

    Attributes:
        is_runtime: whether the work itself needs them, not only its tests and documentation.
        is_package: whether it makes its folder a package that others install, and so should not pin.
        includes: paths of the files that are read with it, as far as the repository has them.
        constraints: paths of the files that constrain it.
    """

    path: str
    facts: ManifestFacts
    is_runtime: bool
    is_package: bool = False
    includes: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()


def is_conda_environment(file: ConfigFile) -> bool:
    """Whether a YAML file describes a conda environment (RL has an `env.yaml` of its own)."""
    facts = file.facts
    has_sign = facts.get("channels") or facts.get("prefix") or _CONDA_FILE.search(file.path)
    return facts.format == "yaml" and bool(has_sign) and facts.get("dependencies") is not None


def find_manifests(project: Project) -> Iterator[Manifest]:
    """The manifests, each once: by kind of file, then what these include; scripts are left out."""
    found: dict[str, Manifest] = {}
    for manifest in (*_of_requirements(project), *_of_configs(project), *_of_setup(project)):
        found[manifest.path] = manifest
    yield from found.values()
    waiting = [*found.values()]
    while waiting:
        manifest = waiting.pop()
        for path in (*manifest.includes, *manifest.constraints):
            if path in found:
                continue
            included = _included(project, path, is_constraint=path not in manifest.includes)
            if included is not None:
                found[path] = included
                waiting.append(included)
                yield included


def find_scripts(project: Project) -> Iterator[Manifest]:
    """The scripts of the product that declare their dependencies in a comment (PEP 723)."""
    from repro_check.sources.dependencies.script import read_script

    for file in project.mentioning(_SCRIPT_WORDS):
        text = project.text(file)
        try:
            facts = read_script(text) if text is not None else None
        except Unreadable:
            continue
        if facts is not None:
            yield Manifest(file.path, facts, is_runtime=True)


def _of_requirements(project: Project) -> Iterator[Manifest]:
    from repro_check.sources.dependencies.pip import read_pip

    for file in project.requirements.readable(Role.PRODUCT):
        path = file.path
        is_constraint = "constraint" in posixpath.basename(path).lower()
        # what is compiled from `x.in` is installed from `x.txt`
        is_input = path.endswith(".in") and f"{path.removesuffix('.in')}.txt" in project.tree
        facts = read_pip(file.facts, role="constraint" if is_constraint else "runtime")
        is_runtime = not (is_constraint or is_input or DEVELOPMENT.search(path))
        yield _manifest(project, path, facts, is_runtime=is_runtime)


def _of_configs(project: Project) -> Iterator[Manifest]:
    for path in project.configs.paths:
        reader = _reader(project, path)
        config = project.configs.get(path) if reader is not None else None
        if reader is None or config is None or not config.is_product:
            continue
        if config.facts.format == "yaml" and not is_conda_environment(config):
            continue
        facts = reader(config.facts)
        if facts.declared or facts.python or facts.is_dynamic:
            is_runtime = not DEVELOPMENT.search(path)
            yield _manifest(
                project, path, facts, is_runtime=is_runtime, is_a_package=is_package(config.facts)
            )


def _of_setup(project: Project) -> Iterator[Manifest]:
    from repro_check.project.environment.packages import is_setup_of_library
    from repro_check.sources.dependencies.setup_py import read_setup_py

    for path in project.python.paths:
        if posixpath.basename(path) != "setup.py":
            continue
        file = project.python.get(path)
        if file is None or not file.is_product or not file.is_known:
            continue
        facts = read_setup_py(file.facts)
        if facts.declared or facts.python or facts.is_dynamic:
            is_library = is_setup_of_library(project.text_at(path) or "")
            yield _manifest(project, path, facts, is_runtime=True, is_a_package=is_library)


def _reader(project: Project, path: str) -> Callable[[ConfigFacts], ManifestFacts] | None:
    """How a configuration file is read by its name; None if it declares nothing."""
    match posixpath.basename(path):
        case "pyproject.toml":
            from repro_check.sources.dependencies.pyproject import read_pyproject

            return read_pyproject
        case "pixi.toml":
            from repro_check.sources.dependencies.pixi import read_pixi_toml

            return read_pixi_toml
        case "Pipfile":
            from repro_check.sources.dependencies.pipfile import read_pipfile

            return read_pipfile
        case "setup.cfg":
            from repro_check.sources.dependencies.setup_cfg import read_setup_cfg

            return read_setup_cfg
        case name if name.endswith((".yml", ".yaml")) and _may_be_conda(project, path):
            from repro_check.sources.dependencies.conda import read_conda

            return read_conda
    return None


def _may_be_conda(project: Project, path: str) -> bool:
    """Whether the facts of a YAML file are worth asking for: there may be thousands of them."""
    file = project.tree.get(path)
    is_asked = file is not None and file.role is Role.PRODUCT and file.kind is Kind.YAML
    if file is None or not is_asked or lock_tool(path):
        return False
    text = project.text(file) or ""
    return "dependencies" in text and (
        "channels" in text or "prefix" in text or bool(_CONDA_FILE.search(path))
    )


def _included(project: Project, path: str, *, is_constraint: bool) -> Manifest | None:
    """A file of requirements that has not the name of one."""
    from repro_check.sources.dependencies.pip import read_pip
    from repro_check.sources.requirements import read_requirements

    text = project.text_at(path)
    if text is None:
        return None
    try:
        facts = read_requirements(text.encode("utf-8", "replace"))
    except Unreadable:
        return None
    declared = read_pip(facts, role="constraint" if is_constraint else "runtime")
    is_runtime = not (is_constraint or DEVELOPMENT.search(path))
    return _manifest(project, path, declared, is_runtime=is_runtime)


def _manifest(
    project: Project,
    path: str,
    facts: ManifestFacts,
    *,
    is_runtime: bool,
    is_a_package: bool = False,
) -> Manifest:
    return Manifest(
        path,
        facts,
        is_runtime and not _OF_A_RUN.search(path),
        is_a_package,
        _resolved(project, path, facts.includes),
        _resolved(project, path, facts.constraints),
    )


def _resolved(project: Project, path: str, written: tuple[str, ...]) -> tuple[str, ...]:
    """The files of the repository that are meant; they lie beside the one that names them."""
    folder = posixpath.dirname(path)
    found = (posixpath.normpath(posixpath.join(folder, name)) for name in written if name[0] != "/")
    return tuple(dict.fromkeys(each for each in found if each in project.tree))
