"""The folder and the variables of a fresh installation; nothing of either is left behind."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

_PREFIXES = ("PIP_", "UV_", "POETRY_HTTP_BASIC_", "POETRY_PYPI_TOKEN_")
_NAMES = frozenset(
    """ALL_PROXY APPDATA COMSPEC CURL_CA_BUNDLE HOME HTTPS_PROXY HTTP_PROXY LOCALAPPDATA NETRC NO_PROXY
    PATH PATHEXT REQUESTS_CA_BUNDLE SSL_CERT_DIR SSL_CERT_FILE SYSTEMDRIVE SYSTEMROOT USERPROFILE WINDIR
    XDG_CONFIG_DIRS XDG_CONFIG_HOME""".split()
)
# these would send the packages elsewhere, or take them from elsewhere than a stranger can
_UNWANTED = frozenset(
    """PIP_CACHE_DIR PIP_NO_BINARY PIP_ONLY_BINARY PIP_PREFIX PIP_PYTHON PIP_REQUIRE_VIRTUALENV PIP_ROOT
    PIP_TARGET PIP_USER UV_CACHE_DIR UV_NO_CACHE UV_OFFLINE UV_PROJECT UV_PROJECT_ENVIRONMENT UV_PYTHON
    UV_SYSTEM_PYTHON UV_TARGET UV_WORKING_DIR UV_NO_BINARY""".split()
)


@contextlib.contextmanager
def fresh_folder() -> Iterator[Path]:
    """A temporary folder, its links resolved, that is removed at the end, also after Ctrl-C."""
    folder = Path(tempfile.mkdtemp(prefix="repro-check-fresh-")).resolve()
    try:
        yield folder
    finally:
        _remove(folder)


def fresh_variables(work: Path, caller: Mapping[str, str]) -> dict[str, str]:
    """What an installer may see: indexes, proxies, certificates and credentials, and no more.

    Args:
        work: the temporary folder, which gets the caches and the temporary files.
        caller: the environment of the user.
    """
    kept = {
        name: value
        for name, value in caller.items()
        if (name.upper() in _NAMES or name.upper().startswith(_PREFIXES))
        and name.upper() not in _UNWANTED
    }
    tmp, cache = work / "tmp", work / "cache"
    tmp.mkdir(exist_ok=True)
    return {
        **kept,
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "COLUMNS": "200",
        "GIT_TERMINAL_PROMPT": "0",
        "XDG_CACHE_HOME": str(cache),
        "XDG_DATA_HOME": str(work / "data"),
        "XDG_STATE_HOME": str(work / "state"),
        "PIP_CACHE_DIR": str(cache / "pip"),
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_CACHE_DIR": str(cache / "uv"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
        "POETRY_CACHE_DIR": str(cache / "poetry"),
        "POETRY_DATA_DIR": str(work / "data"),
        "POETRY_VIRTUALENVS_CREATE": "false",
        "PDM_CACHE_DIR": str(cache / "pdm"),
        "PDM_CHECK_UPDATE": "false",
        "PDM_LOG_DIR": str(work / "state"),
        "PIPENV_CACHE_DIR": str(cache / "pipenv"),
        "PIPENV_VERBOSITY": "-1",
        "PIXI_CACHE_DIR": str(cache / "pixi"),
        "MAMBA_ROOT_PREFIX": str(work / "mamba"),
        "CONDA_PKGS_DIRS": str(cache / "conda"),
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(tmp)),
    }


def free_space(folder: Path) -> float:
    """Gigabytes that are free where a folder lies."""
    return shutil.disk_usage(folder).free / 1e9


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        for path in [folder, *folder.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
        shutil.rmtree(folder, ignore_errors=True)
