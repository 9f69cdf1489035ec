"""Data that a configuration names without recording what is in them.

Silent where it cannot be known that the value is a path: `dataset: cifar10` and `allenai/c4` may
be names on a hub. Silent too where a loader checks the content itself: torchvision compares MD5s
(pytorch/vision, torchvision/datasets/utils.py), and Keras and scikit-learn do likewise.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from repro_check.data.declaring.declarations import DataDeclaration, declarations, mappings, name_of
from repro_check.data.declaring.interpolation import Keys, Reading, resolve
from repro_check.data.hashing.digests import Algorithm
from repro_check.data.keys import (
    DATA_MAPPING,
    DIGESTS,
    FILE_KEY,
    FOLDER_KEY,
    GENERIC_KEYS,
    RECORD,
    normal,
)
from repro_check.data.paths import (
    is_data_folder,
    is_pattern,
    is_placeholder,
    local_path,
    looks_like_path,
    may_be_path,
)
from repro_check.runtime.config_keys import PATH_SUFFIXES
from repro_check.text import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from repro_check.sources.config import ConfigFacts, Entry

_OTHER_TOOLS = frozenset(
    {
        *("tool", "project", "build_system", "jobs", "on", "services", "repos", "hooks"),
        *("scripts", "compileroptions", "package", "packages", "dependencies", "nav", "plugins"),
    }
)
_NOT_DATA = pattern(
    r"(?:.*[/\\_-])?(?:out|outputs?|logs?|runs?|ckpts?|checkpoints?|results?|experiments?)"
    r"(?=$|[/\\_-])|(?:\./)?tests?(?:$|[/\\])",
    re.IGNORECASE,
)
_CHECKED_LOADER = pattern(
    r"(?:torchvision|sklearn|keras|tf\.keras|tensorflow\.keras|torchaudio)\.(?:\w+\.)*?datasets\b"
    r"|tensorflow_datasets\b"
)
_SYNTHETIC = pattern(r"(?:^|[^a-z])(?:synthetic|fake|dummy|mock)(?:[^a-z]|$)", re.IGNORECASE)
_NAME_KEYS = frozenset({"name", "dataset", "data", "dataset_name", "data_name", "_target_"})
_CHECKED_NAMES = frozenset(
    {
        *("mnist", "fashionmnist", "kmnist", "qmnist", "emnist", "cifar10", "cifar100", "svhn"),
        *("stl10", "celeba", "caltech101", "caltech256", "omniglot", "voc", "flowers102"),
        *("food101", "oxfordiiitpet", "gtsrb", "dtd", "fgvcaircraft", "usps", "semeion"),
    }
)


def undeclared(facts: ConfigFacts, reading: Reading = resolve) -> tuple[DataDeclaration, ...]:
    """Data named by path with nothing beside them that records their content.

    Each data set is given once, at its first mention: a path below one already given, or one that
    a digest in the same file covers, is left out. `digest_entry` is always None.

    Args:
        facts: what the file says.
        reading: how interpolations are filled in; by default from this file alone.
    """
    entries = {entry.keys: entry for entry in facts.entries}
    below = mappings(facts)
    pinned = [plain(one.path_text) for one in declarations(facts, reading) if one.path_text]
    given: list[str] = []
    found = []
    for entry in facts.entries:
        if entry.tag != "str" or not entry.keys or normal(entry.keys[0]) in _OTHER_TOOLS:
            continue
        accepts = _test_of(entry.keys)
        text = local_path(reading(entry, entries) or "") if accepts else ""
        if not text or not accepts or not accepts(text) or not _is_real_path(text):
            continue
        path = plain(text)
        if any(is_within(path, other) for other in given) or covers(pinned, path):
            continue
        if _is_recorded(entry.keys, below) or _is_checked(entry.keys, below):
            continue
        given.append(path)
        found.append(_as_declaration(entry, text))
    return tuple(found)


def plain(path: str) -> str:
    """A path in one spelling: forward slashes, no `./`, no slash at the end."""
    return posixpath.normpath(path.replace("\\", "/"))


def is_within(path: str, folder: str) -> bool:
    """Whether a plain path is a folder or lies below it."""
    if folder == ".":
        return not path.startswith(("/", "~", "../")) and path != ".."
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def covers(recorded: Iterable[str], path: str) -> bool:
    """Whether one of the recorded paths is this one, holds it, or is a part of it."""
    return any(is_within(path, one) or is_within(one, path) for one in recorded)


def _as_declaration(entry: Entry, text: str) -> DataDeclaration:
    return DataDeclaration(
        name=name_of(entry),
        path_text=text,
        path_entry=entry,
        digest_text="",
        digest_entry=None,
        algorithm=Algorithm.MD5,
    )


def _test_of(keys: Keys) -> Callable[[str], bool] | None:
    """What a value under these keys must satisfy to be data; None if they do not name data."""
    key = normal(keys[-1])
    if FOLDER_KEY.fullmatch(key):
        return may_be_path
    if FILE_KEY.fullmatch(key):
        return _is_path_or_folder if key.endswith(("_path", "_file")) else looks_like_path
    around = next((normal(key) for key in reversed(keys[:-1]) if isinstance(key, str)), "")
    if key in GENERIC_KEYS and DATA_MAPPING.fullmatch(around):
        return _is_path_or_folder if key in ("path", "file") else may_be_path
    return None


def _is_path_or_folder(text: str) -> bool:
    return looks_like_path(text) or (may_be_path(text) and is_data_folder(text))


def _is_real_path(text: str) -> bool:
    if is_placeholder(text) or is_pattern(text):
        return False
    return not (_NOT_DATA.match(text) or _SYNTHETIC.search(text))


def _is_recorded(keys: Keys, below: Mapping[Keys, Mapping[str, Entry]]) -> bool:
    """Whether a digest or revision stands beside the key, or beside the mapping it is in."""
    own = {normal(keys[-1]).removesuffix(suffix) for suffix in PATH_SUFFIXES}
    beside = _recorded_stems(below.get(keys[:-1], {}))
    around = _recorded_stems(below.get(keys[:-2], {})) if len(keys) > 1 else set()
    return bool(beside & {"", *own} or (len(keys) > 1 and normal(keys[-2]) in around))


def _recorded_stems(mapping: Mapping[str, Entry]) -> set[str]:
    stems = set()
    for key, entry in mapping.items():
        match = RECORD.fullmatch(key)
        if match is None and entry.kind != "scalar":
            match = DIGESTS.fullmatch(key)
        if match and entry.tag != "null":
            stems.add(match["stem"] or "")
    return stems


def _is_checked(keys: Keys, below: Mapping[Keys, Mapping[str, Entry]]) -> bool:
    """Whether what stands around the key says that a loader checks or makes the data."""
    own = below.get(keys[:-1], {})
    nested = [below.get(entry.keys, {}) for entry in own.values() if entry.kind == "map"]
    return any(
        _says_checked(key, entry)
        for mapping in (own, *nested, below.get(keys[:-2], {}))
        for key, entry in mapping.items()
        if entry.kind == "scalar"
    )


def _says_checked(key: str, entry: Entry) -> bool:
    if _SYNTHETIC.search(key.replace("_", " ")):
        return entry.text.lower() not in ("false", "no", "off", "0", "")
    if _CHECKED_LOADER.match(entry.text):
        return True
    if key not in _NAME_KEYS:
        return False
    last = re.sub(r"[^a-z0-9]", "", entry.text.lower().rpartition(".")[2])
    last = re.sub(r"(?:data)?(?:module|set)$", "", last)
    return last in _CHECKED_NAMES or _SYNTHETIC.search(entry.text) is not None
