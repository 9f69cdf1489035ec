"""The names by which configurations speak of data and of digests.

Lists, not guesses: a key that is not here declares nothing.
"""

from __future__ import annotations

from repro_check.runtime.config_keys import PATH_KEYS
from repro_check.text import pattern

GENERIC_KEYS = frozenset({"dir", "directory", "folder", "path", "root", "file", "root_dir"})
"""Keys that name data only inside a mapping that does."""

_SPLIT = r"(?:train|training|val|valid|validation|test|eval)"
# What a program writes, or what is not about data sets at all.
_NOT_INPUT = r"(?!(?:out|output|save|saved|results?|log|pred\w*|cache|user|meta|tmp|form)_)"

FOLDER_KEY = pattern(
    rf"{_NOT_INPUT}(?:\w+_)?data_?(?:sets?_?)?(?:dir|root|folder|directory)"
    rf"|{_SPLIT}_(?:set_)?(?:dir|root|folder)"
)
"""Keys whose value is a folder of data, even if it is a bare word."""

FILE_KEY = pattern(
    rf"{_NOT_INPUT}(?:\w+_)?data(?:sets?)?(?:_path|_file|_csv)?"
    rf"|{_SPLIT}(?:_?set)?(?:_path|_file|_csv)?"
)
"""Keys whose value is data if it looks like a path, and otherwise perhaps a name."""

DATA_MAPPING = pattern(
    r"data|datasets?|data_?modules?|data_?sources?|corpus|corpora|(?:train|val|valid|test)_?sets?"
    r"|(?:\w+_)?(?:data|dataset)"
)
"""Mappings that describe data."""

RECORD = pattern(
    r"(?:(?P<stem>.+)_)?(?:md5(?:sum)?|sha\d+(?:sum)?|digest|checksums?|known_hash|hash"
    r"|revision|commit|dvc|blake3|crc32)"
)
"""Keys that record what the data are, by digest or by revision."""

_KIND = r"md5(?:sum)?|sha256(?:sum)?|blake3|digest"

DIGEST = pattern(rf"(?:(?P<stem>.+)_)?(?P<kind>{_KIND})")
"""Keys whose value is compared with the data."""

DIGESTS = pattern(rf"(?:(?P<stem>.+)_)?(?P<kind>{_KIND}|checksum)s?")
"""Keys whose value may be a list or a mapping of such values."""

LIST_SUFFIXES = ("", "s", "_files", "_paths", "_dirs", "_folders", "_file", "_path", "_dir")
"""A list `<x>_md5` belongs to the list `<x>` followed by one of these."""

LIST_KEYS = frozenset({*PATH_KEYS, "files", "paths", "folders", "data_files", "data_paths"})
"""What may be the list of paths that a bare list `md5` belongs to."""

URL_KEY = pattern(r"(?:.+_)?(?:urls?|uri|href|link)")
FILE_NAME_KEY = pattern(r"file_?names?|fn|archive(?:_name)?|zip_?file")


def normal(key: str | int) -> str:
    """A key as the tables above spell it: lower case, underscores."""
    return str(key).lower().replace("-", "_")
