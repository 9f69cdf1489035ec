"""The calls that load from a hub at no fixed revision."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

import msgspec

from repro_check.project.constants import Constants
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.data._hub_ids import (
    is_dataset_id,
    is_model_id,
    is_repository,
    is_sentence_model_id,
)
from repro_check.rules.data._hub_loaders import Hub, loader_of, may_load
from repro_check.sources.expressions import Expression, parts
from repro_check.sources.python import Call, ModuleFacts
from repro_check.text import pattern

# branches of known repositories; other words may be tags
_BRANCH = pattern(
    r"main|master|head|dev(el(op(ment)?)?)?|nightly|latest|trunk|fp16|bf16|fp32|b?float16|onnx|flax|"
    r"non-ema|refs/(heads|pr|convert)/.*",
    re.IGNORECASE,
)
_IDS = {
    Hub.MODEL: is_model_id,
    Hub.SENTENCE_MODEL: is_sentence_model_id,
    Hub.DATASET: is_dataset_id,
    Hub.TIMM: is_repository,
    Hub.TORCH: is_repository,
}
# `load_dataset("cnn_dailymail", "3.0.0")`, `load_dataset("wikipedia", "20220301.en")`
_VERSION = pattern(r"v?\d+\.\d+(\.\d+)?|20\d{6}(\.\w+)?")
_TIMM = pattern(r"hf[-_]hub:")
_WRITES = pattern(
    r"save|write|export|mkdir|makedirs|output_dir|local_dir|upload|push_to_hub|hub_model_id|"
    r"create_(repo|commit)",
    re.IGNORECASE,
)


class Load(msgspec.Struct, frozen=True):
    """A call that loads `id` from a hub at `revision`, a branch; "" for none at all."""

    call: Call
    place: Expression
    hub: Hub
    id: str
    revision: str


def unpinned_loads(file: PythonFile, project: Project) -> Iterator[Load]:
    """Loads of a literal id without a revision, or at a branch."""
    names = file.constants
    for call in file.facts.calls:
        if not may_load(call.target) or call.unpacks:
            continue
        symbol = project.modules.resolve_dotted(file, call.target)
        loader = loader_of(symbol.name) if symbol and symbol.kind == "external" else None
        if loader is None:
            continue
        given = (call.keyword(name) for name in loader.names)
        place = (
            call.args[loader.position]
            if loader.position < len(call.args)
            else next((value for value in given if value is not None), None)
        )
        text = names.text(place, call.block)
        if place is None or not text or _is_local_call(call):
            continue
        load = _judge(names, call, place, loader.hub, text)
        if load and not _is_here(names, project, load.id):
            yield load


def _judge(names: Constants, call: Call, place: Expression, hub: Hub, text: str) -> Load | None:
    """The load, if its id is one of the hub and its revision none or a branch."""
    revision: str | None
    if hub in {Hub.TIMM, Hub.TORCH}:
        mark = "@" if hub is Hub.TIMM else ":"
        if (hub is Hub.TIMM) != (_TIMM.match(text) is not None):
            return None
        name, _, revision = _TIMM.sub("", text).partition(mark)
    else:
        name, revision = text, _revision(names, call)
        if hub is Hub.REPOSITORY:
            hub = _repository_type(names, call)
    if revision is None or (revision and not _BRANCH.fullmatch(revision)):
        return None
    if hub is Hub.DATASET and _VERSION.fullmatch(
        names.text(call.argument(1, "name"), call.block) or ""
    ):
        return None
    is_id = _IDS.get(hub)
    return Load(call, place, hub, name, revision) if is_id and is_id(name) else None


def _revision(names: Constants, call: Call) -> str | None:
    """The revision that is asked for; "" for none, None where that cannot be told."""
    for name in ("revision", "script_version"):
        given = call.keyword(name)
        if given is not None:
            found = names.literal(given, call.block)
            if found is None or not isinstance(found.value, str | None):
                return None
            return found.value or ""
    inner = (part for keyword in call.keywords for part in parts(keyword.value))
    return None if any(getattr(part, "value", "") == "revision" for part in inner) else ""


def _repository_type(names: Constants, call: Call) -> Hub:
    given = call.keyword("repo_type")
    if given is None:
        return Hub.MODEL
    kind = names.literal(given, call.block)
    if kind is None or kind.value not in {"model", "dataset", None}:
        return Hub.REPOSITORY
    return Hub.DATASET if kind.value == "dataset" else Hub.MODEL


def _is_local_call(call: Call) -> bool:
    """Whether the call only looks on this machine (`local_files_only`, `source="local"`)."""
    only, source = call.keyword("local_files_only"), call.keyword("source")
    is_asked = only is not None and getattr(only, "value", only) not in {None, False}
    return is_asked or (source is not None and getattr(source, "value", "") != "github")


def _is_here(names: Constants, project: Project, name: str) -> bool:
    """Whether an id is a folder or file of the repository, or one that the same module writes."""
    folder = posixpath.dirname(names.file.path)
    places = {name, posixpath.join(folder, name)}
    if any(place in project.tree or any(project.tree.below(place)) for place in places):
        return True
    return any(names.text(value, block) == name for value, block in _written(names.facts))


def _written(facts: ModuleFacts) -> Iterator[tuple[Expression, int]]:
    """What is given to calls and keywords that write, with the block to read it in."""
    for call in facts.calls:
        called = call.name.rpartition(".")[2]
        given = [(called, argument) for argument in call.args]
        given += [(f"{called} {keyword.name}", keyword.value) for keyword in call.keywords]
        yield from ((value, call.block) for word, value in given if _WRITES.search(word))
