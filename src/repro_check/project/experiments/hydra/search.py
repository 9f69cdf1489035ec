"""The search path: in which folders of the repository Hydra looks for configs, in which order."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Sequence

import msgspec


class SearchPath(msgspec.Struct, frozen=True):
    """Folders of the repository in the order of the search; the first that has a config wins.

    Attributes:
        folders: relative to the root, with forward slashes; "" is the root itself.
        is_whole: false where a part of the path lies outside of the repository, so a config that
            is not found may be there.
    """

    folders: tuple[str, ...]
    is_whole: bool = True

    def extended(self, entries: Iterable[str], folders: Collection[str]) -> SearchPath:
        """The path with entries of `hydra.searchpath` or `--config-dir` behind it.

        Args:
            entries: as written: `pkg://package.conf`, `file:///there`, `folder`.
            folders: all folders of the repository; what is none of them is outside.
        """
        found, is_whole = list(self.folders), self.is_whole
        for entry in entries:
            places = [place for place in _places(entry) if place in folders]
            if places:
                found.append(places[0])
            else:
                is_whole = False
        return SearchPath(tuple(found), is_whole)


def _places(entry: str) -> Sequence[str]:
    """Where an entry lies, relative to the root; none where it cannot be told."""
    scheme, _, rest = entry.rpartition("://")
    if scheme == "pkg":
        # `pkg://a.b` and `pkg://a/b` are the same to importlib.resources as Hydra asks it
        name = rest.replace(".", "/").strip("/")
        return (name, f"src/{name}") if name else ()
    if scheme not in {"", "file"} or "${" in rest or rest.startswith(("/", "~")):
        return ()
    place = posixpath.normpath(rest)
    return ("" if place == "." else place,)


def config_folder(script: str, config_path: str | None) -> SearchPath:
    """The search path of `@hydra.main(config_path=...)` in a script.

    Args:
        script: the path of the file that has the decorator.
        config_path: as written there, relative to the file; None for no folder at all.
    """
    if config_path is None:
        return SearchPath(())
    if "://" in config_path or config_path.startswith("/"):
        return SearchPath((), is_whole=False)
    place = posixpath.normpath(posixpath.join(posixpath.dirname(script), config_path))
    if place.startswith(".."):
        return SearchPath((), is_whole=False)
    return SearchPath(("" if place == "." else place,))
