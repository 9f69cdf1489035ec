"""The keys by which a config speaks of data and their digest, read from a loaded config.

The same names as `repro_check.data.keys`, which reads configs as text.
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

_DIGEST = re.compile(r"(?:(?P<stem>.+)_)?(?:md5(?:sum)?|sha256(?:sum)?|digest)")


def pairs(config: object) -> Iterator[tuple[str, str]]:
    """Every path and recorded digest of a config.

    Args:
        config: a mapping (a dictionary, a `DictConfig`), or an object whose attributes are its
            keys (a `Namespace`, a dataclass); mappings and lists in it are searched too.

    Raises:
        ValueError: a digest is empty, or belongs to no path.
    """
    if isinstance(config, (list, tuple)) or type(config).__name__ == "ListConfig":
        for value in config:  # type: ignore[attr-defined]
            yield from pairs(value)
        return
    mapping = _mapping(config)
    if mapping is None:
        return
    keys = {str(key).lower().replace("-", "_"): key for key in mapping}
    for name, key in keys.items():
        value = mapping[key]
        match = _DIGEST.fullmatch(name)
        if match is None or not (value is None or isinstance(value, str)):
            yield from pairs(value)
            continue
        candidates = (
            [match["stem"] + suffix for suffix in PATH_SUFFIXES] if match["stem"] else PATH_KEYS
        )
        path = next(
            (mapping[keys[c]] for c in candidates if c in keys and _is_path(mapping[keys[c]])), None
        )
        if path is None:
            raise ValueError(f"{key!r} stands beside no path: name it `dir`, `path` or `file`")
        if not value:
            raise ValueError(
                f"{key!r} is empty: `repro-check data lock` writes the digest of {str(path)!r}"
            )
        yield str(path), value


def _is_path(value: object) -> bool:
    return (isinstance(value, str) and bool(value)) or hasattr(value, "__fspath__")


def _mapping(config: object) -> Mapping[str, object] | None:
    if isinstance(config, Mapping):
        return config
    if hasattr(config, "keys") and hasattr(config, "__getitem__"):
        return {key: config[key] for key in config.keys()}  # noqa: SIM118 - OmegaConf's own
    fields = getattr(config, "__dict__", None)
    return dict(fields) if fields and not callable(config) else None
