"""Which files belong to a repository, what kind each is, and what its content is.

Under git these are the files of the index and, unless only the staged content is asked for, those
which are untracked and not ignored. Outside git it is the folder, with .gitignore respected. A
symbolic link is never read: what it points to inside the repository stands under its own path.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from repro_check.errors import UsageError
from repro_check.sources import git
from repro_check.sources.kinds import Kind, Role, kind_of, role_of
from repro_check.sources.unreadable import Unreadable


class SourceFile(msgspec.Struct, frozen=True):
    """One file of the repository.

    Attributes:
        path: relative to the root, with forward slashes.
        blob: the object id of its staged content, when that and not the work tree is to be read.
        is_tracked: whether git's index has it.
    """

    path: str
    kind: Kind
    role: Role
    is_tracked: bool = True
    blob: str = ""


class Tree:
    """The files of a repository, sorted by path, and the way to their content.

    Attributes:
        root: the repository's top, or the folder that was asked for outside git.
        is_git: whether git manages it.
        links_out: symbolic links that leave the root (they are not followed).
        submodules: paths of submodules (their files belong to other repositories).
    """

    def __init__(
        self,
        root: Path,
        files: Iterable[SourceFile],
        *,
        is_git: bool,
        links_out: Sequence[str] = (),
        submodules: Sequence[str] = (),
    ) -> None:
        self.root = root
        self.files = tuple(sorted(files, key=lambda file: file.path))
        self.is_git = is_git
        self.links_out = tuple(links_out)
        self.submodules = tuple(submodules)
        self._by_path = {file.path: file for file in self.files}

    def __contains__(self, path: str) -> bool:
        """Whether a file of this path belongs to the repository."""
        return path in self._by_path

    def get(self, path: str) -> SourceFile | None:
        """The file of this path."""
        return self._by_path.get(path)

    def below(self, folder: str) -> Iterator[SourceFile]:
        """The files in a folder and the folders inside it; "" is the root."""
        prefix = f"{folder}/" if folder else ""
        return (file for file in self.files if file.path.startswith(prefix))

    def read(self, file: SourceFile, *, limit: int) -> bytes:
        """The content of a file of this tree.

        Raises:
            Unreadable: gone, forbidden, no regular file, or more than `limit` bytes.
        """
        if file.blob:
            return git.blob(self.root, file.blob, limit=limit)
        try:
            descriptor = os.open(self.root / file.path, os.O_RDONLY | _NO_FOLLOW)
        except FileNotFoundError as error:
            raise Unreadable("vanished while it was being checked") from error
        except OSError as error:
            raise Unreadable(f"cannot be opened ({error.strerror})") from error
        with open(descriptor, "rb") as stream:
            try:
                status = os.fstat(stream.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise Unreadable("is no regular file")
                if status.st_size > limit:
                    raise Unreadable(f"has {_size(status.st_size)}, over the limit of {_size(limit)}")
                return stream.read(limit + 1)
            except OSError as error:
                raise Unreadable(f"cannot be read ({error.strerror})") from error


_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def find_root(start: Path) -> tuple[Path, bool]:
    """The top of the git repository around `start` and True, or `start`'s folder and False."""
    folder = start if start.is_dir() else start.parent
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate, True
    return folder, False


def discover(
    start: Path, *, is_staged: bool = False, exclude: Sequence[str] = (), extra: Sequence[str] = ()
) -> Tree:
    """The files of the repository around `start`.

    Args:
        start: an existing file or folder, absolute.
        is_staged: read what will be committed: the index, not the work tree.
        exclude: patterns in the syntax of .gitignore of files to leave out.
        extra: paths that were named by the user and belong to the tree even when git ignores them.

    Raises:
        UsageError: staged content is asked for outside git.
    """
    root, is_git = find_root(start)
    if is_git and not git.is_available():
        is_git = False
    if is_staged and not is_git:
        raise UsageError(
            "--staged needs a git repository, and this folder is none",
            where=str(root),
            fix="Run it inside the repository, or leave --staged out.",
        )
    if is_git:
        tree = _from_git(root, is_staged=is_staged)
    else:
        tree = _from_folder(root)
    files = {file.path: file for file in tree.files}
    if exclude:
        import pathspec

        spec = pathspec.GitIgnoreSpec.from_lines(exclude)
        files = {path: file for path, file in files.items() if not spec.match_file(path)}
    for path in extra:
        if path not in files and os.path.isfile(root / path) and not os.path.islink(root / path):
            files[path] = _file(path, is_tracked=path in tree)
    return Tree(
        root,
        files.values(),
        is_git=is_git,
        links_out=tree.links_out,
        submodules=tree.submodules,
    )


def _file(path: str, *, is_tracked: bool, blob: str = "") -> SourceFile:
    return SourceFile(path, kind_of(path), role_of(path), is_tracked, blob)


def _from_git(root: Path, *, is_staged: bool) -> Tree:
    files: dict[str, SourceFile] = {}
    links_out: list[str] = []
    submodules: list[str] = []
    differing = git.unstaged_paths(root) if is_staged else frozenset()
    for entry in git.index(root):
        if entry.mode == git.SUBMODULE:
            submodules.append(entry.path)
        elif entry.mode == git.LINK:
            if _leaves(root, entry.path):
                links_out.append(entry.path)
        elif is_staged:
            blob = entry.blob if entry.path in differing else ""
            files[entry.path] = _file(entry.path, is_tracked=True, blob=blob)
        elif os.path.lexists(root / entry.path):
            files[entry.path] = _file(entry.path, is_tracked=True)
    if not is_staged:
        for path in git.untracked(root):
            if os.path.islink(root / path):
                if _leaves(root, path):
                    links_out.append(path)
            elif path not in files and not path.endswith("/"):
                files[path] = _file(path, is_tracked=False)
    return Tree(root, files.values(), is_git=True, links_out=links_out, submodules=submodules)


def _from_folder(root: Path) -> Tree:
    import pathspec

    files: list[SourceFile] = []
    links_out: list[str] = []
    ignored: list[tuple[str, pathspec.GitIgnoreSpec]] = []
    for current, folders, names in os.walk(root):
        prefix = Path(current).relative_to(root).as_posix()
        prefix = "" if prefix == "." else f"{prefix}/"
        if ".gitignore" in names:
            text = Path(current, ".gitignore").read_text("utf-8", errors="replace")
            ignored.append((prefix, pathspec.GitIgnoreSpec.from_lines(text.splitlines())))
        folders[:] = sorted(
            name
            for name in folders
            if name not in {".git", ".hg", ".svn", "__pycache__", ".venv", "node_modules"}
            and not os.path.islink(os.path.join(current, name))
            and not _is_ignored(f"{prefix}{name}/", ignored)
        )
        for name in names:
            path = f"{prefix}{name}"
            if os.path.islink(os.path.join(current, name)):
                if _leaves(root, path):
                    links_out.append(path)
            elif not _is_ignored(path, ignored):
                files.append(_file(path, is_tracked=False))
    return Tree(root, files, is_git=False, links_out=links_out)


def _is_ignored(path: str, ignored: Sequence[tuple[str, object]]) -> bool:
    return any(
        path.startswith(prefix) and spec.match_file(path[len(prefix) :])  # type: ignore[attr-defined]
        for prefix, spec in ignored
    )


def _leaves(root: Path, path: str) -> bool:
    target = os.path.realpath(root / path)
    top = os.path.realpath(root)
    return not (target == top or target.startswith(top + os.sep))


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:,.1f} kB"
