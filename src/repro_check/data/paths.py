"""Whether a text in a configuration is a path to data, a name on a hub, a URL or a placeholder."""

from __future__ import annotations

import re
from urllib.parse import unquote

from repro_check.text import pattern

_ROOTED = pattern(r"(?:\.{1,2}|~)?[/\\]|[A-Za-z]:[/\\]")
_DATA_FOLDER = pattern(
    r"\.?(?:data|datas|dataset|datasets|corpus|corpora)(?=[/\\]|$)", re.IGNORECASE
)
_DATA_FILE = pattern(
    r"\.(?:csv|tsv|jsonl?|ndjson|parquet|feather|arrow|npz|npy|h5|hdf5|mat|txt|pkl|pickle|pt|pth"
    r"|lmdb|tfrecords?|zip|tar|tgz|gz|bz2|xz|zarr|nc|xlsx?|db|sqlite3?|sdf|fasta|h5ad|root|xyz)$",
    re.IGNORECASE,
)
_PLACEHOLDER = pattern(r"[<>]|path[/_]to|your[/_ -]|\bTODO\b|\bXXX", re.IGNORECASE)
_FILE_URL = pattern(
    r"file:(?://(?:localhost(?=/))?(?=\.{0,2}/)|(?!//))(?P<path>.+)", re.IGNORECASE | re.DOTALL
)
_LONGEST = 4_096


def is_url(text: str) -> bool:
    """Whether the text has a scheme (`https:`, `s3:`), a Windows drive not counted."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", text) is not None


def is_placeholder(text: str) -> bool:
    """Whether a reader is meant to put a path of their own in its place."""
    return text == "???" or _PLACEHOLDER.search(text) is not None


def is_pattern(text: str) -> bool:
    """Whether the text stands for several files (`data/*.csv`, `part-[0-9].csv`)."""
    return re.search(r"[*?]|\[[^\]/]+\]", text) is not None


def is_data_file(text: str) -> bool:
    """Whether the path ends as files of data do."""
    return _DATA_FILE.search(text) is not None


def local_path(text: str) -> str:
    """The path that a `file:` URL names (RFC 8089); any other text as it is.

    A URL that names another host keeps its form, and so is not on this machine. `file://./data`,
    which is no URL by the letter but often written, is the path `./data`.
    """
    match = _FILE_URL.fullmatch(text)
    if not match:
        return text
    path = unquote(match["path"])
    return path[1:] if re.match(r"/[A-Za-z]:[/\\]", path) else path


def may_be_path(text: str) -> bool:
    """Whether the text can be a path at all: one line, no URL."""
    return bool(text.strip()) and len(text) < _LONGEST and "\n" not in text and not is_url(text)


def looks_like_path(text: str) -> bool:
    """Whether the text can hardly be anything but a path.

    `./x`, `/x`, `data/x`, `x.csv` and `a/b/c` are; `cifar10` and `allenai/c4` may be names.
    """
    if not may_be_path(text):
        return False
    has_separator = "/" in text or "\\" in text
    return bool(
        _ROOTED.match(text)
        or _DATA_FILE.search(text)
        or (has_separator and _DATA_FOLDER.match(text))
        or text.count("/") > 1
        or text.endswith("/")
    )


def is_data_folder(text: str) -> bool:
    """Whether the path begins in a folder called `data`, `datasets` or the like."""
    return _DATA_FOLDER.match(text) is not None
