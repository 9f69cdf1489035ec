"""Which names other file systems cannot hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from repro_check.text import pattern

LONGEST_PATH = 240
"""Windows allows 260 characters with the folder of the checkout and the drive (MAX_PATH)."""

# learn.microsoft.com/windows/win32/fileio/naming-a-file
_FORBIDDEN = pattern(r"[<>:\"|?*\\\x00-\x1f]")
_DEVICE = pattern(r"(con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])(\.|$)", re.IGNORECASE)


def windows_problem(name: str) -> str:
    """Why Windows cannot hold a file or folder of this name; "" if it can."""
    found = _FORBIDDEN.search(name)
    if found is not None:
        shown = found[0] if found[0].isprintable() else f"U+{ord(found[0]):04X}"
        return f"holds `{shown}`, which Windows does not allow in names"
    if _DEVICE.match(name):
        return f"is called like the device `{name.partition('.')[0]}` of Windows"
    if name.endswith((".", " ")):
        return "ends with a dot or a space, which Windows takes away"
    return ""


def colliding(paths: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Paths that macOS and Windows take for one: equal but for case or for Unicode composition.

    Of folders that collide only the folders are named, not all that lies in them. A folder and a file
    collide as well.
    """
    spellings: dict[str, dict[str, None]] = {}
    for path in paths:
        end = len(path)
        while end > 0:
            spelled = path[:end]
            known = spellings.setdefault(_folded(spelled), {})
            if spelled in known:
                break
            known[spelled] = None
            end = path.rfind("/", 0, end)
    for folded, found in spellings.items():
        above = spellings.get(folded.rpartition("/")[0], {})
        if len(found) > 1 and len(above) < 2:
            yield tuple(sorted(found))


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
