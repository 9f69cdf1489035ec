"""Whether markers and versions of Python mean the same, asked of many environments."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

Environment = dict[str, str]

_MACHINES = (
    ("linux", "Linux", "posix", "x86_64"),
    ("linux", "Linux", "posix", "aarch64"),
    ("darwin", "Darwin", "posix", "arm64"),
    ("darwin", "Darwin", "posix", "x86_64"),
    ("win32", "Windows", "nt", "AMD64"),
)
_MINORS = range(6, 20)


def environments(python: str) -> list[Environment]:
    """Environments of PEP 508: usual machines, with each minor version that `python` allows."""
    minors: dict[str, str] = {}
    for version in _versions(python):
        minors.setdefault(version.rpartition(".")[0], version)
    return [
        {
            "python_version": minor,
            "python_full_version": version,
            "implementation_version": version,
            "implementation_name": title.lower(),
            "platform_python_implementation": title,
            "sys_platform": machine[0],
            "platform_system": machine[1],
            "os_name": machine[2],
            "platform_machine": machine[3],
            "platform_release": "",
            "platform_version": "",
            "extra": "",
        }
        for (minor, version), machine in product(minors.items(), _MACHINES)
        for title in (("CPython", "PyPy") if machine is _MACHINES[0] else ("CPython",))
    ]


def is_same_python(one: str, other: str) -> bool:
    """Whether two sets of versions allow the same Pythons from 3.6 on."""
    return list(_versions(one)) == list(_versions(other))


def _versions(python: str) -> Iterator[str]:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        allowed: SpecifierSet = SpecifierSet(python)
    except InvalidSpecifier:
        allowed = SpecifierSet()
    for minor, micro in product(_MINORS, range(20)):
        version = f"3.{minor}.{micro}"
        if version in allowed:
            yield version
