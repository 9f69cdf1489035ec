"""Calls that run code from what they load, and where that comes from."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.project.constants import Constants
from repro_check.project.files import PythonFile
from repro_check.project.origins import OriginKind
from repro_check.project.project import Project
from repro_check.sources.expressions import CallRef, Expression, Literal, Name, parts
from repro_check.sources.python import Call, ModuleFacts
from repro_check.text import pattern

PICKLES = frozenset(
    "pickle.load pickle.loads _pickle.load cPickle.load cloudpickle.load cloudpickle.loads dill.load "
    "dill.loads joblib.load sklearn.externals.joblib.load pandas.read_pickle".split()
)
_DUMPS = pattern(r"(^|\.)(dump|dumps|to_pickle|save|savez|savez_compressed|save_pretrained)$")
_OPENS = frozenset({"open", "builtins.open", "io.open", "gzip.open", "bz2.open", "lzma.open"})
_FETCHES = pattern(
    r"(^|\.)(hf_hub_download|snapshot_download|cached_download|cached_path|cached_file|urlretrieve|"
    r"urlopen|download_url_to_file|download_url|get_file|retrieve|wget\.download|gdown\.download|"
    r"gdown\.cached_download|requests\.get|httpx\.get|download_file_from_google_drive|_download|"
    r"load_state_dict_from_url)$"
)
# where a program writes what it later reads itself
_OUTPUT = pattern(
    r"(out(put)?|save[d]?|log|work|results?|exp(eriment)?|run|cache|checkpoints)([_-]?(dir|path|folder|root))?$"
)
_URL = pattern(r"(https?|s3|gs|ftp)://")


class Source(msgspec.Struct, frozen=True):
    """Where somebody else's file comes in: the place, and how it is called in a message."""

    expression: Expression
    name: str


def foreign_source(file: PythonFile, project: Project, call: Call) -> Source | None:
    """Where the path that a call loads comes from, if others decide about it: an option, a download."""
    for value in call.args[:1] or tuple(keyword.value for keyword in call.keywords[:1]):
        for part, block in _followed(file, value, call.block):
            found = _of_part(file, project, part, block)
            if found is not None:
                return found
    return None


def writes_too(facts: ModuleFacts) -> bool:
    """Whether the module writes such files itself, so that what it loads may well be its own."""
    return any(_DUMPS.search(call.name) for call in facts.calls)


def _followed(file: PythonFile, value: Expression, block: int) -> Iterator[tuple[Expression, int]]:
    """The parts of a value, and of the files and names behind it that one assignment settles."""
    waiting = [(value, block)]
    seen: set[object] = set()
    for expression, inside in waiting:  # grows while it is walked
        for part in parts(expression):
            yield part, inside
            if isinstance(part, CallRef) and part.index not in seen and len(seen) < 20:
                seen.add(part.index)
                opened = file.facts.calls[part.index]
                if opened.target in _OPENS or opened.name.endswith(".open"):
                    waiting.extend((each, opened.block) for each in opened.args[:3])
            elif isinstance(part, Name) and part.at not in seen and len(seen) < 20:
                seen.add(part.at)
                settled = _settled(file, part.name, inside)
                if settled is not None:
                    waiting.append(settled)


def _settled(file: PythonFile, name: str, block: int) -> tuple[Expression, int] | None:
    """What a name is bound to, by one assignment or by the one `with` around."""
    binding = Constants(file).binding(name, block)
    if binding is None:
        scope = file.scopes.binding(name, block)
        own = file.scopes.assignments(name, scope)
        around = [each for each in own if file.facts.is_inside(block, each.block)]
        binding = around[-1] if around and around[-1].kind == "with" else None
    if binding is None or binding.value is None:
        return None
    return binding.value, binding.block


def _of_part(file: PythonFile, project: Project, part: Expression, block: int) -> Source | None:
    if isinstance(part, Literal) and isinstance(part.value, str) and _URL.match(part.value):
        return Source(part, "an address of the web")
    if isinstance(part, CallRef):
        called = file.facts.calls[part.index]
        if _FETCHES.search(called.target or called.name):
            return Source(part, f"`{called.name}`")
    if isinstance(part, Name) and "." in part.name:
        for origin in project.origins.of(file, part, block):
            name = part.name if origin.note == "required" else origin.note
            if origin.kind is OriginKind.OPTION and not _OUTPUT.search(name):
                return Source(part, f"the option `{name}`")
    return None
