"""The environment variables of a fresh machine, made from nothing rather than by taking away."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin")
# Windows starts hardly any program without these.
WINDOWS = ("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT")

INSTALL_PREFIXES = ("PIP_", "UV_")
INSTALL_NAMES = frozenset(
    {
        "ALL_PROXY",
        "APPDATA",
        "CURL_CA_BUNDLE",
        "HOME",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "LOCALAPPDATA",
        "NETRC",
        "NO_PROXY",
        "REQUESTS_CA_BUNDLE",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "USERPROFILE",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_DIRS",
        "XDG_CONFIG_HOME",
    }
)
# These would send the packages elsewhere than into the fresh environment.
REDIRECTIONS = frozenset({"PIP_PREFIX", "PIP_PYTHON", "PIP_ROOT", "PIP_TARGET", "PIP_USER"})


def run_variables(
    *, programs: Path, home: Path, tmp: Path, allowed: Iterable[str], caller: Mapping[str, str]
) -> dict[str, str]:
    """What a program under test sees.

    USER and LOGNAME are set because getpass, and through it torch's compiler, asks for them. The
    GPU is hidden because a reader may have none; let CUDA_VISIBLE_DEVICES through to use it.

    Args:
        programs: the environment's folder of programs, first on the PATH.
        home: the fresh home folder.
        tmp: the fresh folder for temporary files.
        allowed: names of the caller's variables that are let through.
        caller: the caller's environment.
    """
    names = set(allowed)
    system = [caller.get("SYSTEMROOT", r"C:\Windows") + r"\system32"]
    path = [str(programs), *(SYSTEM_PATH if os.name == "posix" else system)]
    fresh = {
        "PATH": os.pathsep.join(path),
        "HOME": str(home),
        "USERPROFILE": str(home),
        "USER": "reader",
        "LOGNAME": "reader",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONUNBUFFERED": "1",
        "GIT_CEILING_DIRECTORIES": str(home.parent),
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(tmp)),
        **({} if "CUDA_VISIBLE_DEVICES" in names else {"CUDA_VISIBLE_DEVICES": ""}),
    }
    kept = {*names, *(WINDOWS if os.name == "nt" else ())}
    return {**fresh, **{name: caller[name] for name in kept if name in caller}}


def install_variables(run: Mapping[str, str], caller: Mapping[str, str]) -> dict[str, str]:
    """`run` and what pip and uv need of the caller: indexes, proxies, certificates, their caches.

    The home folder is the caller's, for pip reads its settings and credentials there.
    """
    passed = {
        name: value
        for name, value in caller.items()
        if name.upper() in INSTALL_NAMES or name.upper().startswith(INSTALL_PREFIXES)
    }
    kept = {name: value for name, value in passed.items() if name.upper() not in REDIRECTIONS}
    return {**run, **kept}
