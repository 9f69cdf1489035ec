"""URLs of data: which ones fsspec reads for us, and how they may be shown.

Only file systems that hold objects are known here. Those that wrap others (`zip://`, `cached://`,
the chains `a::b`) are not: a configuration must not choose what is unpacked or written here.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from repro_check.errors import ReproCheckError
from repro_check.text import pattern

# For each scheme the package behind it; "" where fsspec itself is enough.
PACKAGES = {
    "abfs": "adlfs",
    "abfss": "adlfs",
    "az": "adlfs",
    "file": "",
    "ftp": "",
    "gcs": "gcsfs",
    "gs": "gcsfs",
    "hdfs": "pyarrow",
    "hf": "huggingface_hub",
    "http": "aiohttp",
    "https": "aiohttp",
    "local": "",
    "memory": "",
    "oss": "ossfs",
    "s3": "s3fs",
    "s3a": "s3fs",
    "sftp": "paramiko",
    "ssh": "paramiko",
}
_HERE = ("file", "local")
_SCHEME = pattern(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_WEB = ("http", "https")
_USER = pattern(r"(?<=://)[^/?#]*@")
_PASSWORD = pattern(r"(?<=://)[^/?#@:]*:[^/?#]*@")
_QUERY = pattern(r"\?[\w.-]+=.*", re.DOTALL)
_S3_VERSION = pattern(r"\?versionId=[\w.~-]+$")


class Parts(NamedTuple):
    """A URL of data: its `scheme` in lower case, and all that follows `://`."""

    scheme: str
    rest: str


def parts_of(url: str) -> Parts:
    """Take a URL apart.

    Raises:
        ReproCheckError: no URL, or of a file system that is not read.
    """
    match = _SCHEME.match(url)
    scheme = match[1].lower() if match else ""
    if match is None or scheme not in PACKAGES:
        raise ReproCheckError(
            f"data are not read over {scheme}://" if scheme else "this is not a URL of data",
            where=shown(url),
            fix=f"use one of {', '.join(f'{name}://' for name in sorted(PACKAGES))}",
        )
    return Parts(scheme, url[match.end() :])


def shown(url: str) -> str:
    """The URL without what may be a credential: user, password, query and fragment.

    The version of an S3 object is none, and stays.
    """
    match = _SCHEME.match(url)
    scheme = match[1].lower() if match else "file"
    if scheme in _HERE or (scheme.startswith("s3") and _S3_VERSION.search(url)):
        return url
    if scheme in _WEB:
        return re.sub(r"[?#].*", "?...", _USER.sub("", url, count=1), flags=re.DOTALL)
    return _QUERY.sub("?...", _PASSWORD.sub("", url, count=1))


def name_of(url: str) -> str:
    """The file name of the one object that a URL names; "" if it ends with a slash."""
    scheme, rest = parts_of(url)
    if scheme in _WEB:
        return unquote(re.split("[?#]", rest.partition("/")[2], maxsplit=1)[0].rpartition("/")[2])
    return _S3_VERSION.sub("", rest).rpartition("/")[2]


def below(url: str, path: str) -> str:
    """The URL of the object at the relative `path` below `url`."""
    return f"{url.rstrip('/')}/{path}"
