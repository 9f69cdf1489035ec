"""Packages: where in the composed config the keys of a file go.

https://hydra.cc/docs/1.3/advanced/overriding_packages/
"""

from __future__ import annotations

GLOBAL = "_global_"
_HEADER_CHARACTERS = 512


class HeaderError(ValueError):
    """A comment `# @...` at the top of a config that Hydra cannot read."""


def joined(folder: str, group: str) -> str:
    """A group inside a folder; a leading slash makes it absolute."""
    if group.startswith("/"):
        return group[1:]
    return f"{folder}/{group}" if folder and group else folder or group


def package_header(text: str) -> str | None:
    """The package in the comments at the very top of a config (`# @package _global_`).

    Raises:
        HeaderError: a line of the header is not a name and one value.
    """
    package = None
    for line in text[:_HEADER_CHARACTERS].splitlines():
        line = line.strip()  # noqa: PLW2901
        if not line:
            continue
        words = [word for word in line[1:].strip().split(" ") if word]
        if not line.startswith("#") or not words or not words[0].startswith("@"):
            break
        if len(words) != 2:
            raise HeaderError("a header is `# @package NAME`")
        if words[0] == "@package":
            package = words[1]
    return package


def normal_header(header: str | None, default_package: str, *, is_modern: bool) -> str | None:
    """A header's package as an absolute one (`_global_.a.b`); None where the group decides."""
    if header is None or (not is_modern and header == "_group_"):
        return None
    if header != GLOBAL and not header.startswith(f"{GLOBAL}."):
        header = f"{GLOBAL}.{header}"
    # `_group_` and `_name_` in headers ended with version_base 1.2
    return header if is_modern else header.replace("_group_", default_package)


def final_package(outer: str, package: str) -> str:
    """A package inside an outer one; `_global_` starts from the top."""
    whole = f"{outer}.{package}" if outer and package else outer or package
    at = whole.rfind(GLOBAL)
    return whole if at < 0 else whole[at + len(GLOBAL) + 1 :]
