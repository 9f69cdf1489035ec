"""How many bytes the md5 recursion hashes: the names of files and folders, and the contents."""

from __future__ import annotations


class StreamLength:
    """Adds up a tree, file by file in the order of its walk."""

    def __init__(self) -> None:
        self.total = 0
        self._folders: list[str] = []

    def add(self, path: str, size: int) -> None:
        """Add one file (or, by a path with a slash at its end, an empty folder).

        Args:
            path: relative to the tree, POSIX.
            size: of the content, in bytes.
        """
        *folders, name = path.split("/")
        shared = 0
        for ours, theirs in zip(folders, self._folders, strict=False):
            if ours != theirs:
                break
            shared += 1
        self._folders = folders
        self.total += sum(len(part.encode()) for part in (*folders[shared:], name)) + size
