"""A file system for a URL, with settings for long unattended reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from repro_check.data.remote.urls import PACKAGES, parts_of, shown
from repro_check.errors import ReproCheckError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fsspec import AbstractFileSystem

EXTRA = "pip install 'repro-check-hooks[remote]'"
_IN_EXTRA = ("aiohttp", "s3fs")
_CONNECTIONS = 64
_SILENCE = 60  # seconds without a byte, after which a connection counts as lost


def open_file_system(url: str) -> AbstractFileSystem:
    """The file system that holds `url`; fsspec keeps one for all threads of a process.

    Credentials come from where fsspec and the package of the protocol look for them.

    Raises:
        ReproCheckError: a package is missing, or the file system refuses its settings.
    """
    scheme, rest = parts_of(url)
    try:
        import fsspec
        from fsspec.config import conf
        from fsspec.core import url_to_fs
    except ImportError:
        raise _missing(url, "fsspec") from None
    try:
        options = _options(scheme, url, conf)
        if scheme in {"ftp", "hdfs", "sftp", "ssh", "abfs", "abfss", "az"}:
            # The host or account is part of the URL. The path is not: fsspec would take `::` in
            # it for a chain of file systems.
            place = rest.partition("/")[0]
            opened: AbstractFileSystem = url_to_fs(f"{scheme}://{place}/", **options)[0]
            return opened
        return fsspec.filesystem(scheme, **options)
    except ImportError:
        raise _missing(url, PACKAGES[scheme]) from None
    except (OSError, TypeError, ValueError) as error:
        raise ReproCheckError(
            f"{scheme}:// cannot be opened ({type(error).__name__})",
            where=shown(url),
            fix="check the credentials and the settings of fsspec",
        ) from None


def _options(scheme: str, url: str, conf: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    # Listings of a million objects must not be kept, and what was true once must not be told again.
    options: dict[str, Any] = {"use_listings_cache": False}
    if scheme in {"s3", "s3a"}:
        # Our own retries begin where a read stopped; three layers of them would multiply.
        ours: dict[str, Any] = {
            "retries": {"total_max_attempts": 1},
            "max_pool_connections": _CONNECTIONS,
            "read_timeout": _SILENCE,
        }
        options["config_kwargs"] = ours | _configured(conf, ("s3", "s3a"), "config_kwargs")
        if "?versionId=" in url:
            options["version_aware"] = True
    elif scheme in {"http", "https"}:
        from aiohttp import ClientTimeout

        # aiohttp would stop after five minutes in all, and unpack what is stored packed.
        ours = {
            "timeout": ClientTimeout(total=None, sock_connect=_SILENCE, sock_read=_SILENCE),
            "auto_decompress": False,
            "trust_env": True,
        }
        options["client_kwargs"] = ours | _configured(conf, ("http", "https"), "client_kwargs")
    return options


def _configured(
    conf: Mapping[str, Mapping[str, Any]], schemes: tuple[str, ...], name: str
) -> dict[str, Any]:
    """What the user's settings of fsspec say, which ours must not displace."""
    found: dict[str, Any] = {}
    for scheme in schemes:
        found |= dict(conf.get(scheme, {}).get(name, {}))
    return found


def _missing(url: str, package: str) -> ReproCheckError:
    fix = EXTRA if package == "fsspec" or package in _IN_EXTRA else f"pip install {package}"
    return ReproCheckError(
        f"reading {parts_of(url).scheme}:// needs the package {package}, which is not installed",
        where=shown(url),
        fix=fix,
    )
