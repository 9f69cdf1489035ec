"""How a repository configures itself: which files are its configs, and what they declare."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.libraries import seeds_itself
from repro_check.sources.config import ConfigFacts, Entry
from repro_check.sources.expressions import Literal
from repro_check.sources.kinds import Kind
from repro_check.sources.python import ModuleFacts
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.calls import Node
    from repro_check.project.files import ConfigFile
    from repro_check.project.project import LazyFiles, Project

SEED_KEY = pattern(r"(?i:(^|_)seeds?($|_)|^randomness$|^random_state$)|[a-z]Seed$")
_CONFIG_FOLDER = pattern(
    r"(^|[-_])(confs?|configs?|cfgs?|hparams|options|experiments?)($|[-_])", re.IGNORECASE
)
_NOT_EXPERIMENTS = pattern(
    r"(^|/)(\.[^/]+|mkdocs\.ya?ml|codecov\.ya?ml|environment[^/]*\.ya?ml|docker-compose[^/]*|"
    r"dvc\.ya?ml|[^/]+\.dvc|action\.ya?ml|package(-lock)?\.json|setup\.json|pyproject\.toml|[^/]*\.lock|"
    r"Pipfile|CITATION\.cff|codemeta\.json|tsconfig[^/]*\.json|conda[^/]*\.ya?ml|renovate\.json)$"
)
_LOADERS = pattern(
    r"(^|\.)(hydra\.(main|compose|initialize)|compose|OmegaConf\.load|yaml\.(safe_load|load|full_load)|"
    r"tomllib\.loads?|toml\.loads?|tomli\.loads?|Config\.fromfile|ConfigParser|LightningCLI)$"
)


class ConfigLoad(msgspec.Struct, frozen=True):
    """How an entry point gets its config.

    Attributes:
        path: the file whose code loads it.
        span_line: the line of the loading call.
        folder: the folder of a Hydra config path, relative to the root; None when unknown.
    """

    path: str
    line: int
    folder: str | None


def instantiated_names(configs: LazyFiles[ConfigFile]) -> tuple[str, ...]:
    """The dotted names that configs give to Hydra's `instantiate` under `_target_`."""
    names = {
        entry.text
        for config in configs.readable()
        for entry in config.facts.entries
        if entry.keys and entry.keys[-1] in {"_target_", "class_path"} and entry.text
    }
    return tuple(sorted(names))


def is_tool_config(path: str) -> bool:
    """Whether a config belongs to a tool (CI, editors, packaging) and not to the work."""
    return bool(_NOT_EXPERIMENTS.search(path)) or any(
        folder.startswith(".") for folder in path.split("/")[:-1]
    )


def is_experiment_config(file: ConfigFile) -> bool:
    """Whether a file is of the kind that describes experiments, by its path."""
    if is_tool_config(file.path) or not file.is_product:
        return False
    folders = file.path.split("/")[:-1]
    stem = posixpath.basename(file.path).partition(".")[0]
    in_folder = any(_CONFIG_FOLDER.search(folder) for folder in folders)
    return in_folder or (file.file.kind is not Kind.JSON and bool(_CONFIG_FOLDER.search(stem)))


def config_base(path: str) -> str:
    """The folder whose configs these are: what stands before `configs/`, "" for the root."""
    folders = path.split("/")[:-1]
    until = next(
        (i for i, folder in enumerate(folders) if _CONFIG_FOLDER.search(folder)), len(folders)
    )
    return "/".join(folders[:until])


def seed_entries(facts: ConfigFacts) -> Iterator[Entry]:
    """The entries of a config that declare a seed."""
    for entry in facts.entries:
        if entry.keys and isinstance(entry.keys[-1], str) and SEED_KEY.search(entry.keys[-1]):
            yield entry


def config_loads(project: Project, nodes: Iterable[Node]) -> Iterator[ConfigLoad]:
    """The calls and decorators in these nodes that load configs."""
    for node in nodes:
        file = project.python[node.path]
        for call in project.calls.calls(node):
            name = call.target or call.name
            if not _LOADERS.search(name):
                continue
            folder = None
            if name.endswith(("hydra.main", "hydra.initialize")):
                given = call.argument(0, "config_path")
                if isinstance(given, Literal) and isinstance(given.value, str):
                    folder = posixpath.normpath(
                        posixpath.join(posixpath.dirname(file.path), given.value)
                    )
            yield ConfigLoad(file.path, call.span.line, folder)


def declares_seed_option(project: Project, nodes: Iterable[Node]) -> bool:
    """Whether the code around these nodes reads a seed from an option, a field or a parameter."""
    files = [project.python[path] for path in sorted({node.path for node in nodes})]
    return any(_names_seed(file.facts) for file in files)


def _names_seed(facts: ModuleFacts) -> bool:
    if any(seeds_itself(item.name) for item in facts.imports):
        return True
    for call in facts.calls:
        for argument in call.args[:2]:
            value = getattr(argument, "value", None)
            if isinstance(value, str) and SEED_KEY.search(value.lstrip("-").replace("-", "_")):
                return True
    for assignment in facts.assignments:
        names = [getattr(target, "name", "") for target in assignment.targets]
        if any(SEED_KEY.search(name.rpartition(".")[2]) for name in names if name):
            return True
    return any(
        SEED_KEY.search(parameter.name)
        for function in facts.functions
        if function.decorators
        for parameter in function.parameters
    )
