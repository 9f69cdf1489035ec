"""Whether a run keeps the config or the options with which it ran."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from repro_check.project.configs import instantiated_names
from repro_check.rules.walking import names_in, texts_in, values_of
from repro_check.sources.python import Call
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.entries import Entry
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project

# their documentation says that a run has its config, its options or its command line
_KEEPERS = frozenset(
    "wandb mlflow comet_ml neptune clearml trains swanlab dvclive sacred aim guild polyaxon determined "
    "labml dagshub verta azureml xmanager mlxp trackio ray submitit ml_logger".split()
)
_FRAMEWORKS = frozenset({"Transformers Trainer", "Composer", "MMEngine", "Detectron2"})
_CONFIG = pattern(
    r"(^|[._])(args?|arguments|argv|opts?|options?|hparams?|hp|hps|hyper_?param\w*|params?|parameters|"
    r"conf|cfgs?|configs?|configuration|settings?|flags|exp|kwargs|hydra_cfg|spec|parser|variant)($|[._\d])",
    re.IGNORECASE,
)
_KEEPS = pattern(
    r"(^|[._])(dumps?|save\w*|write\w*|log\w*|info|debug|warning|copy\w*|add_text|add_hparams|report\w*|"
    r"record\w*|to_yaml|to_json|to_csv|to_file|savez|symlink|tell|put|msg|logger|pprint|backup\w*|"
    r"snapshot\w*|export\w*|store\w*|archive\w*|track\w*|init_run|create_\w+)$|[a-z](Save|Log|Dump|Write)|"
    r"(Logger|Writer|Recorder|Saver)$",
    re.IGNORECASE,
)
_ALWAYS = pattern(
    r"(^|[._])(save_hyperparameters|log_hyperparams|log_params?|add_hparams|init_trackers|save_pretrained|"
    r"copytree|operative_config_str|default_setup|setup_logger_and_config|commit_state)$|"
    r"(save|dump|write|log|store|record)_?(the_)?(\w+_)?(args|opts?|options|config\w*|cfg|hparams|params|settings)"
    r"($|_)|OperativeConfig",
    re.IGNORECASE,
)
_DYNAMIC = pattern(r"^(importlib\.import_module|builtins\.(__import__|exec)|runpy\.\w+)$")
_CAPTURED = pattern(r"(?<![<>=-])>>?\s*[\w$\"'./{&]|\|\s*tee\b|\bnohup\b|\bsbatch\b|#SBATCH")
_LOG_FILES = pattern(
    r"(FileHandler|basicConfig|sys\.stdout|Tee\w*|redirect_stdout|loguru\.logger\.add)$"
)


# SageMaker keeps the hyperparameters of each job (docs.aws.amazon.com, DescribeTrainingJob)
_PLATFORM = pattern(r"^SM_[A-Z_]+$")


def may_save_config(project: Project, entry: Entry) -> bool:
    """Whether anything that an entry point may run keeps what configures it, or cannot be seen.

    Args:
        project: the repository.
        entry: one that trains.
    """
    if any(used.name in _FRAMEWORKS for used in project.frameworks.reached(entry)):
        return True
    if any(name.partition(".")[0] in _KEEPERS for name in instantiated_names(project.configs)):
        return True
    if _is_captured(project, entry):
        return True
    seen: set[str] = set()
    for path in [entry.path, *(node.path for node in project.calls.reachable(*entry.nodes))]:
        if path in seen:
            continue
        seen.add(path)
        file = project.python[path]
        if not file.is_known or _keeps(file):
            return True
    return False


def _keeps(file: PythonFile) -> bool:
    """Whether a module has a keeper, or a call that may keep a config."""
    facts = file.facts
    if any(item.module.partition(".")[0] in _KEEPERS for item in facts.imports):
        return True
    return any(_may_keep(file, call) for call in facts.calls)


def _may_keep(file: PythonFile, call: Call) -> bool:
    name = call.target or call.name
    if any(
        _PLATFORM.match(text) for value in values_of(call) for text in texts_in(file.facts, value)
    ):
        return True
    if _DYNAMIC.match(name) or _ALWAYS.search(name) or _LOG_FILES.search(name):
        return True
    if call.target == "builtins.print":
        return call.keyword("file") is not None and _speaks(file, call)
    # a copy of a tensor or of the config keeps nothing
    if not _KEEPS.search(name) or name.endswith(("deepcopy", "copy.copy", ".copy_", "load")):
        return False
    return _speaks(file, call)


def _speaks(file: PythonFile, call: Call) -> bool:
    """Whether a call is given something whole that is called a config, or speaks of one."""
    return any(_is_config(name) for name in _names(file, call)) or any(
        _CONFIG.search(text)
        for value in values_of(call)
        for text in texts_in(file.facts, value)
        if " " not in text
    )


def _names(file: PythonFile, call: Call) -> Iterator[str]:
    for value in values_of(call):
        for each in names_in(file.facts, value):
            yield each.name
    yield from (keyword.name for keyword in call.keywords)
    if call.name.count("."):  # `args.save(path)`, `cfg.dump()`
        yield call.name.rpartition(".")[0]


def _is_config(name: str) -> bool:
    """Whether a name means a whole config: `args`, `self.cfg`, `cfg.model`, and not `args.lr`."""
    return bool(_CONFIG.search(name.rpartition(".")[2]))


def _is_captured(project: Project, entry: Entry) -> bool:
    """Whether a documented command keeps what the script prints, and the script prints its config."""
    scripts = {command.path for command in project.commands if command.script == entry.path}
    if not any(_CAPTURED.search(project.text_at(path) or "") for path in sorted(scripts)):
        return False
    paths = {entry.path, *(node.path for node in project.calls.reachable(*entry.nodes))}
    return any(
        call.target == "builtins.print" and _speaks(file, call)
        for file in (project.python[path] for path in paths)
        for call in file.facts.calls
    )
