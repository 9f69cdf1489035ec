"""pixi.lock, versions 1 to 6 of its form.

The form is told by rattler's crates/rattler_lock; since version 6 name and version of a conda package
are left out where the file's name tells them.
"""

from __future__ import annotations

from repro_check.sources.dependencies.conda_names import pypi_name
from repro_check.sources.dependencies.locks.conda_package import conda_requires, of_file
from repro_check.sources.dependencies.locks.requires import split_requirements
from repro_check.sources.dependencies.locks.yaml_items import Item, plain, yaml_items
from repro_check.sources.dependencies.model import Locked, LockFacts, Origin
from repro_check.sources.requirement_item import normal_name
from repro_check.text import pattern

_PURL = pattern(r"pkg:pypi/([\w.-]+)")
_COMMIT = pattern(r"#([0-9a-f]{7,64})$")


def read_pixi(text: str) -> LockFacts:
    """Facts of a pixi.lock; the groups are its environments, `default` being "main".

    Raises:
        Unreadable: laid out otherwise than pixi writes it.
    """
    environments = _environments(text)
    items = [*yaml_items(text, "packages"), *yaml_items(text, "package")]
    return LockFacts(tool="pixi", packages=tuple(_package(item, environments) for item in items))


def _environments(text: str) -> dict[str, list[str]]:
    """The environments that each package, told by its URL, is in."""
    found: dict[str, list[str]] = {}
    name, is_inside = "", False
    for line in text.split("\n"):
        if line[:1] not in (" ", ""):
            if is_inside:
                break
            is_inside = line.startswith("environments:")
        elif is_inside and line[:6] == "      ":
            kind, _, url = line.strip().partition(": ")
            if kind in ("- conda", "- pypi"):
                known = found.setdefault(plain(url), [])
                if name not in known:
                    known.append(name)
        elif is_inside and line[:2] == "  " and line[2:3] != " ":
            name = line.strip().rstrip(":").strip("'\"")
            name = "main" if name == "default" else name
    return found


def _package(item: Item, environments: dict[str, list[str]]) -> Locked:
    scalars, lists = item.scalars, item.lists
    is_conda = "conda" in scalars or (scalars.get("kind") or scalars.get("manager")) == "conda"
    url = (
        scalars.get("conda") or scalars.get("pypi") or scalars.get("url") or scalars.get("path", "")
    )
    groups = tuple(environments.get(url, ()))
    hashes = int("sha256" in scalars or "md5" in scalars or bool(lists.get("hash")))
    if is_conda:
        name, version = of_file(url)
        purls = [found[1] for one in lists.get("purls", []) if (found := _PURL.match(one))]
        written = scalars.get("name") or name
        return Locked(
            name=normal_name(purls[0]) if len(purls) == 1 else pypi_name(written),
            version=scalars.get("version") or version,
            line=item.line,
            origin="conda",
            url=url,
            hashes=hashes,
            requires=conda_requires(lists.get("depends") or lists.get("dependencies", [])),
            groups=groups,
        )
    requires, conditional = split_requirements(
        lists.get("requires_dist") or lists.get("dependencies", [])
    )
    return Locked(
        name=normal_name(scalars.get("name", "")),
        version=scalars.get("version", ""),
        line=item.line,
        origin=_origin(url),
        url="" if _origin(url) == "index" else _place(url),
        hashes=hashes,
        requires=requires,
        conditional=conditional,
        groups=groups,
    )


def _origin(url: str) -> Origin:
    if url.startswith("git+"):
        return "vcs"
    if "://" not in url:
        return "path"
    return "index" if ".pythonhosted." in url or "/simple" in url else "url"


def _place(url: str) -> str:
    commit = _COMMIT.search(url)
    place = url.removeprefix("git+")
    return f"{place[: -len(commit[0])].partition('?')[0]}@{commit[1]}" if commit else place
