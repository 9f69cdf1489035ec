"""How to write the call that verifies what a config records: `verify_data(cfg.data)`."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from contextlib import suppress
from typing import TypeAlias

import msgspec

from repro_check.data.declaring.declarations import DataDeclaration
from repro_check.data.declaring.interpolation import Keys, Unresolved
from repro_check.data.declaring.surroundings import ConfigSurroundings
from repro_check.data.keys import DIGEST, DIGESTS, normal
from repro_check.project.configs import is_experiment_config
from repro_check.project.entries import Entry
from repro_check.project.files import ConfigFile, PythonFile
from repro_check.project.project import Project
from repro_check.sources.expressions import CallRef, Literal
from repro_check.sources.python import Call, Function

_STAYS = "1.2"  # by these rules and later ones Hydra stays in the folder in which it was started

Place: TypeAlias = tuple[ConfigFile, DataDeclaration]
"""Data with a recorded digest, and the config that records it."""


class HydraMain(msgspec.Struct, frozen=True):
    """A function that Hydra gives a config, and the primary config's path without its suffix."""

    file: PythonFile
    function: Function
    primary: str

    @property
    def parameter(self) -> str:
        """The name under which the function gets its config."""
        return self.function.parameters[0].name


def key_of(declared: DataDeclaration) -> str:
    """The key under which a digest is recorded; that of the list or mapping that it stands in."""
    keys = declared.digest_entry.keys if declared.digest_entry else ()
    named = [key for key in keys if isinstance(key, str) and DIGESTS.fullmatch(normal(key))]
    return named[-1] if named else ""


def is_handed_on(config: ConfigFile, declared: DataDeclaration) -> bool:
    """Whether the digest is an argument of what Hydra or Lightning makes, which then uses it."""
    keys = declared.digest_entry.keys if declared.digest_entry else ()
    return any(
        config.facts.get(*keys[:length], maker) is not None
        for length in range(len(keys))
        for maker in ("_target_", "class_path")
    )


def hydra_main(project: Project, entry: Entry) -> HydraMain | None:
    """The one function of an entry point that `@hydra.main` calls with a config of literal path.

    None too where Hydra would change the working folder, since relative paths then lead elsewhere.
    """
    file = project.python[entry.path]
    found = []
    for function in file.facts.functions:
        is_plain = len(function.parameters) == 1 and function.parameters[0].default is None
        for decorator in function.decorators if is_plain else ():
            if isinstance(decorator, CallRef):
                primary = _primary(file.facts.calls[decorator.index], file.path)
                if primary and function.parameters[0].name.isidentifier():
                    found.append(HydraMain(file, function, primary))
    return found[0] if len(found) == 1 else None


def call_text(declared: DataDeclaration, config: str, package: Keys = ()) -> str:
    """The call for one data set, by its mapping if it has one; "" for digests in lists and mappings.

    Args:
        declared: what the config records.
        config: the name of the variable that holds the config.
        package: where the config's keys stand in it.
    """
    digest = declared.digest_entry.keys if declared.digest_entry else ()
    match = DIGEST.fullmatch(normal(digest[-1])) if digest else None
    if match is None or isinstance(declared.path_entry.keys[-1], int):
        return ""
    around = (*package, *digest[:-1])
    if around and not match["stem"]:
        return f"verify_data({_spelled(config, around)})"
    path, value = (*package, *declared.path_entry.keys), (*package, *digest)
    return f"verify_data({_spelled(config, path)}, {_spelled(config, value)})"


def advised_call(project: Project, main: HydraMain | None, place: Place) -> str:
    """The call to tell people of; "" for digests in lists and mappings.

    Where it is not known how the script holds its config, the whole of it is handed over: that is
    right for a dictionary, for arguments and for what OmegaConf makes.
    """
    config, declared = place
    if main is not None:
        with suppress(Unresolved):
            package = ConfigSurroundings(config, project).package
            return call_text(declared, main.parameter, package)
    return call_text(declared, "cfg") and f"verify_data({main.parameter if main else 'cfg'})"


def calls_for(project: Project, main: HydraMain, places: Sequence[Place]) -> tuple[str, ...]:
    """The calls that verify all these data in every run of a function; () if that is not sure."""
    config = places[0][0]
    primary = project.configs.get(f"{main.primary}.yaml")
    if primary is None or _moves(primary):
        return ()
    if config.path == primary.path:
        is_sure = all(other.path == config.path for other, _ in places)
    else:
        is_sure = _is_chosen(config, primary) and _all_record(project, config, places)
    try:
        package = ConfigSurroundings(config, project).package
    except Unresolved:
        return ()
    own = [item for other, item in places if other.path == config.path]
    calls = dict.fromkeys(call_text(item, main.parameter, package) for item in own)
    return tuple(calls) if is_sure and all(calls) else ()


def _primary(call: Call, path: str) -> str:
    """The primary config of `@hydra.main`, as a path without suffix; "" if it cannot be told."""
    folder, name = call.argument(0, "config_path"), call.argument(1, "config_name")
    version = call.keyword("version_base")
    if call.target != "hydra.main" or not isinstance(version, Literal):
        return ""
    stays = version.value is None or str(version.value) >= _STAYS
    if not (stays and isinstance(folder, Literal) and isinstance(name, Literal)):
        return ""
    if not (isinstance(folder.value, str) and isinstance(name.value, str)):
        return ""
    place = posixpath.join(posixpath.dirname(path), folder.value, name.value)
    return posixpath.normpath(place).removesuffix(".yaml")


def _moves(primary: ConfigFile) -> bool:
    """Whether a config asks Hydra to change the working folder."""
    entry = primary.facts.get("hydra", "job", "chdir")
    return entry is not None and entry.text.lower() != "false"


def _is_chosen(config: ConfigFile, primary: ConfigFile) -> bool:
    """Whether a config is an option of a group that the primary config always takes one of."""
    tree = posixpath.dirname(primary.path)
    group = posixpath.relpath(posixpath.dirname(config.path), tree or ".")
    return any(
        entry.keys[:1] == ("defaults",) and entry.keys[-1] == group and entry.tag != "null"
        for entry in primary.facts.entries
    )


def _all_record(project: Project, config: ConfigFile, places: Sequence[Place]) -> bool:
    """Whether the data are recorded in one group, and under the same keys in all of its options."""
    folder = posixpath.dirname(config.path)
    keys: dict[str, set[object]] = {
        other.path: set()
        for other in project.configs.readable()
        if posixpath.dirname(other.path) == folder and is_experiment_config(other)
    }
    for other, item in places:
        digest = item.digest_entry.keys if item.digest_entry else ()
        keys.setdefault(other.path, set()).add((item.path_entry.keys, digest))
    is_one_group = all(posixpath.dirname(path) == folder for path in keys)
    return is_one_group and len({frozenset(found) for found in keys.values()}) == 1


def _spelled(config: str, keys: Keys) -> str:
    parts = (
        f".{key}" if isinstance(key, str) and key.isidentifier() else f"[{key!r}]" for key in keys
    )
    return config + "".join(parts)
