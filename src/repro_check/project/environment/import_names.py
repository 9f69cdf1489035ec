"""Which distribution ships a module: the map that comes with the package, read offline.

`import_names.txt` beside this file is made by `benchmarks/import_names.py` from public metadata; its first
lines say how. A module that several distributions ship has the most used one first. Names inside namespace
packages (`google.cloud.storage`) have lines of their own, and the namespace itself has none.
"""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path

import msgspec

from repro_check.sources.requirement_item import normal_name

_PLACE = Path(__file__).with_name("import_names.txt")
_DEEPEST = 4


class Shipped(msgspec.Struct, frozen=True):
    """Who ships a module.

    Attributes:
        module: the part of the dotted name that the distributions own: "cv2", "google.cloud.storage".
        distributions: normalised names (PEP 503), the most used first, at least one.
        is_on_index: whether the first one is to be had from PyPI under this name (`apex` is not).
    """

    module: str
    distributions: tuple[str, ...]
    is_on_index: bool = True


class ImportNames:
    """The bundled map, read when made and searched by halves.

    Args:
        text: lines of `module distribution ...`, sorted; by default the file that is shipped.
    """

    def __init__(self, text: str | None = None) -> None:
        text = _PLACE.read_text(encoding="utf-8") if text is None else text
        self._lines = [line for line in text.splitlines() if line[:1] != "#"]

    def find(self, dotted: str) -> Shipped | None:
        """Who ships a module, by its longest known name; None if nobody is known to.

        Args:
            dotted: as imported, possibly with the name of what is taken from the module.
        """
        parts = dotted.split(".")[:_DEEPEST]
        for end in range(len(parts), 0, -1):
            found = self._line(".".join(parts[:end]))
            if found is not None:
                return found
        return None

    def _line(self, module: str) -> Shipped | None:
        at = bisect_left(self._lines, module)
        found, *names = self._lines[at].split(" ") if at < len(self._lines) else ("",)
        if not module or found != module:
            return None
        plain = tuple(name.removeprefix("!") for name in names)
        is_on_index = not (names and names[0].startswith("!"))
        return Shipped(module, plain or (normal_name(module),), is_on_index)
