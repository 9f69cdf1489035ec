"""Experiments that cannot be told from one another by their configs or by their results."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.experiments.effective import Keys, Value
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.loading.loader_kinds import ReadsAs
from repro_check.project.experiments.values.plain_files import file_values
from repro_check.rules.cfg._experiment_files import ExperimentFile
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.project import Project

_FOLDER = pattern(
    r"(?i)(.*[-_])?(out|output|outputs|save|saving|log|logs|logging|ckpt|ckpts|checkpoint|checkpoints|result|"
    r"results|work|exp|run|model)[-_]?(dir|path|folder|root)(ectory)?|outdir|workdir|logdir|savedir"
)
_NAME = pattern(
    r"(?i)(.*[-_])?(name|exp|experiment|run|tag|tags|suffix|postfix|version|id|task|prefix|note|notes|"
    r"comment|dataset|seed)"
)
_NOT_ALONE = pattern(
    r"(?i)(^|[-_.])(default|defaults|base|template|example|sample|demo|debug|test|eval|evaluate|evaluation|"
    r"infer|inference|predict|resume|finetune|ft|stage\d*|step\d*|phase\d*|val)($|[-_.])"
)
_FEWEST_VALUES = 3
_FEWEST_FILES = 4
_OWN = 0.7


class Clash(msgspec.Struct, frozen=True):
    """Two config files of the same program.

    Attributes:
        one: the path of the first.
        two: that of the second.
        folder: the value of the second that names the shared folder; None where all is the same.
        earlier: the same value of the first.
    """

    one: str
    two: str
    folder: Value | None = None
    earlier: Value | None = None


def clashes(project: Project, files: Iterable[ExperimentFile]) -> Iterator[Clash]:
    """The clashes among the files of experiments.

    Args:
        project: the repository.
        files: those that describe an experiment each, in the order of paths.
    """
    together: dict[tuple[Loader, str], list[str]] = {}
    for file in files:
        if not _NOT_ALONE.search(posixpath.basename(file.path)):
            key = (file.loader, posixpath.dirname(file.path))
            together.setdefault(key, []).append(file.path)
    for (loader, _), paths in together.items():
        if len(paths) > 1:
            values = {path: _values(project, path, loader.reads_as) for path in paths}
            yield from _same(values)
            yield from _sharing(values)


def _values(project: Project, path: str, reads_as: ReadsAs) -> dict[Keys, Value]:
    facts = project.configs[path].facts
    return file_values(facts, path, ReadsAs.JSON if facts.format == "json" else reads_as)


def _same(values: Mapping[str, dict[Keys, Value]]) -> Iterator[Clash]:
    """Files that say the same, whatever their order, quotes and comments."""
    seen: dict[frozenset[tuple[Keys, str, str]], str] = {}
    for path, said in values.items():
        if len(said) < _FEWEST_VALUES:
            continue
        normal = frozenset((k, one.kind, repr(one.value)) for k, one in said.items())
        first = seen.setdefault(normal, path)
        if first != path:
            yield Clash(first, path)


def _sharing(values: Mapping[str, dict[Keys, Value]]) -> Iterator[Clash]:
    """Files with the same folder for results where nearly all others have one of their own."""
    named: dict[Keys, dict[str, Value]] = {}
    for path, said in values.items():
        for keys, value in said.items():
            if _is_folder(keys, value):
                named.setdefault(keys, {})[path] = value
    for keys, folders in named.items():
        owners: dict[str, list[str]] = {}
        for path, value in folders.items():
            owners.setdefault(str(value.value).rstrip("/"), []).append(path)
        if len(folders) < _FEWEST_FILES or len(owners) < _OWN * len(folders):
            continue
        for one, *others in owners.values():
            for two in others:
                if _differ(values[one], values[two]):
                    yield Clash(one, two, values[two][keys], values[one][keys])


def _is_folder(keys: Keys, value: Value) -> bool:
    last = keys[-1]
    is_text = isinstance(value.value, str) and value.is_known and "${" not in value.value
    return is_text and isinstance(last, str) and _FOLDER.fullmatch(last) is not None


def _differ(one: dict[Keys, Value], two: dict[Keys, Value]) -> bool:
    """Whether two configs differ, but in no value that a program may add to the folder's name."""
    different = [
        keys
        for keys in one.keys() | two.keys()
        if _said(one, keys) != _said(two, keys) and not any(isinstance(key, int) for key in keys)
    ]
    return bool(different) and not any(
        isinstance(keys[-1], str) and _NAME.fullmatch(keys[-1]) for keys in different
    )


def _said(values: dict[Keys, Value], keys: Keys) -> object:
    value = values.get(keys)
    return None if value is None else (value.kind, value.value)
