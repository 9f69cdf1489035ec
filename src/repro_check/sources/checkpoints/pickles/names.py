"""Names of Python 2 and of today."""

from __future__ import annotations

from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING


def current(pair: tuple[str, str]) -> tuple[str, str]:
    """Module and name as Python 3 has them (`Lib/_compat_pickle.py`)."""
    if pair in NAME_MAPPING:
        return NAME_MAPPING[pair]
    return IMPORT_MAPPING.get(pair[0], pair[0]), pair[1]
