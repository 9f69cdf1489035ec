"""The keys by which a config speaks of data and their digest, read from a loaded config.

`repro_check.data` reads the same names in configs that are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

PATH_KEYS = (
    *("data_dir", "data_path", "data_root", "data_folder", "data_file", "datadir"),
    *("dataset_dir", "dataset_path", "dataset_root", "dataset_folder", "dataset_file"),
    *("dir", "directory", "folder", "path", "filepath", "file_path", "file", "root", "root_dir"),
    *("data", "dataset"),
)
"""What may be the path that a bare `md5` belongs to, the most telling name first."""

PATH_SUFFIXES = ("", "_dir", "_path", "_root", "_folder", "_file", "_directory")
"""`<x>_md5` belongs to `<x>` followed by one of these."""

_DIGEST = re.compile(r"(?:(?P<stem>.+)_)?(?P<kind>md5(?:sum)?|sha256(?:sum)?|blake3|digest)")
_URL = re.compile(r"(?:.+_)?(?:urls?|uri|href|link)")


def pairs(config: object) -> Iterator[tuple[str, str]]:
    """Every path and recorded digest of a config.

    Args:
        config: a mapping (a dictionary, a `DictConfig`), or an object whose attributes are its
            keys (a `Namespace`, a dataclass); mappings, lists and such objects in it are searched
            too. What OmegaConf cannot tell (`???`) hinders only where it is a path or digest.

    Raises:
        ValueError: a digest is empty, or belongs to no path.
    """
    mapping = _mapping(config)
    if mapping is None and not _is_list(config):
        mapping = _attributes(config)
    yield from _pairs(config if mapping is None else mapping, {})


def _pairs(config: object, seen: dict[int, object]) -> Iterator[tuple[str, str]]:
    # Arguments may hold what leads round in a circle, as a logger does; held, so that ids stay.
    if id(config) in seen:
        return
    if _is_list(config):
        seen[id(config)] = config
        for value in config:  # type: ignore[attr-defined]
            yield from _pairs(value, seen)
        return
    mapping = _mapping(config)
    if mapping is None:
        return
    seen[id(config)] = config
    keys = {str(key).lower().replace("-", "_"): key for key in mapping}
    for name, key in keys.items():
        match = _DIGEST.fullmatch(name)
        value = _value(mapping, key, is_needed=match is not None)
        if match is None or not (value is None or isinstance(value, str)):
            yield from _pairs(value, seen)
            continue
        if match["kind"] == "blake3" and value and ":" not in value:
            continue  # that of some other program
        candidates = (
            [match["stem"] + suffix for suffix in PATH_SUFFIXES] if match["stem"] else PATH_KEYS
        )
        path = next(
            (mapping[keys[c]] for c in candidates if c in keys and _is_path(mapping[keys[c]])), None
        )
        if path is None and any(_URL.fullmatch(other) for other in keys):
            continue  # that of a file to be downloaded
        if path is None:
            raise ValueError(f"{key!r} stands beside no path: name it `dir`, `path` or `file`")
        if not value:
            raise ValueError(
                f"{key!r} is empty: `repro-check data lock` writes the digest of {str(path)!r}"
            )
        yield str(path), value


def _value(mapping: Mapping[str, object], key: str, *, is_needed: bool) -> object:
    try:
        return mapping[key]
    except Exception as error:
        if is_needed and type(error).__name__ != "MissingMandatoryValue":
            raise
        return None


def _is_list(config: object) -> bool:
    return isinstance(config, (list, tuple)) or type(config).__name__ == "ListConfig"


def _is_path(value: object) -> bool:
    return (isinstance(value, str) and bool(value)) or hasattr(value, "__fspath__")


def _mapping(config: object) -> Mapping[str, object] | None:
    if isinstance(config, Mapping):
        return config
    if hasattr(config, "keys") and hasattr(config, "__getitem__"):
        return {key: config[key] for key in config.keys()}  # noqa: SIM118 - OmegaConf's own
    kind = type(config)
    # What else an argument may be (a logger, a module, a model) holds no config.
    is_record = hasattr(kind, "__dataclass_fields__") or kind.__name__.endswith("Namespace")
    return _attributes(config) if is_record else None


def _attributes(config: object) -> Mapping[str, object] | None:
    if callable(config):
        return None
    slots = getattr(type(config), "__dataclass_fields__", ())
    fields = {name: getattr(config, name) for name in slots if hasattr(config, name)}
    return fields | getattr(config, "__dict__", {}) or None
