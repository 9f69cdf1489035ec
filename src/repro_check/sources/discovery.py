"""Which files belong to a repository, what kind each is, and what its content is.

Under git these are the files of the index and, unless only the staged content is asked for, those
which are untracked and not ignored. Outside git it is the folder, with .gitignore respected. A
symbolic link is never read: what it points to inside the repository stands under its own path.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from repro_check.errors import UsageError
from repro_check.findings import NotChecked
from repro_check.sources import git
from repro_check.sources.ignored import IgnoreFiles, patterns
from repro_check.sources.kinds import Kind, Role, kind_of, role_of
from repro_check.sources.lfs import content_behind, is_behind, is_pointer
from repro_check.sources.unreadable import Unreadable


class SourceFile(msgspec.Struct, frozen=True):
    """One file of the repository.

    Attributes:
        path: relative to the root, with forward slashes.
        blob: the object id of its staged content, when that and not the work tree is to be read;
            equal ids are equal contents, so what is known of one holds for the other.
        is_tracked: whether git's index has it.
    """

    path: str
    kind: Kind
    role: Role
    is_tracked: bool = True
    blob: str = ""


class LooksOutside(BaseException):
    """What a sealed tree says to who would look at more than its files; no handler may swallow it."""


class Tree:
    """The files of a repository, sorted by path, and the way to their content.

    Attributes:
        is_git: whether git manages it.
        is_staged: whether what will be committed is read, and not the work tree.
        skipped: what was left out although it stands in the root: links that leave it, submodules and
            other repositories inside, folders that cannot be listed.
    """

    def __init__(
        self,
        root: Path,
        files: Iterable[SourceFile],
        *,
        is_git: bool,
        is_staged: bool = False,
        skipped: Iterable[NotChecked] = (),
    ) -> None:
        self._root = root
        self._is_sealed = False
        self.files = tuple(sorted(files, key=lambda file: file.path))
        self.is_git = is_git
        self.is_staged = is_staged
        self.skipped = tuple(sorted(skipped, key=lambda item: item.path))
        self._by_path = {file.path: file for file in self.files}
        self._outside: dict[str, bool] = {}

    @property
    def root(self) -> Path:
        """The repository's top, or the folder that was asked for outside git.

        Raises:
            LooksOutside: the tree is sealed.
        """
        if self._is_sealed:
            raise LooksOutside
        return self._root

    @contextmanager
    def sealed(self) -> Iterator[None]:
        """While this lasts nobody is told where the tree lies, so only its files can be looked at."""
        self._is_sealed = True
        try:
            yield
        finally:
            self._is_sealed = False

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
            Unreadable: gone, forbidden, no regular file, more than `limit` bytes, behind a link that
                leaves the root, or a pointer of git-lfs in place of the content.
        """
        data = self._staged(file, limit) if file.blob else self._disk(file, limit)
        if is_pointer(data):
            raise Unreadable("is a pointer of git-lfs: `git lfs pull` brings its content")
        return data

    def has_as_staged(self, file: SourceFile, *, limit: int) -> bool:
        """Whether the work tree holds what is staged of a file; so too where nothing is."""
        try:
            return not file.blob or self._disk(file, limit) == self._staged(file, limit)
        except Unreadable:
            return False

    def _staged(self, file: SourceFile, limit: int) -> bytes:
        # most files are as they are staged: asking git about them would take two processes (5 ms)
        try:
            data = self._disk(file, limit)
        except Unreadable:
            return self._behind(git.blob(self._root, file.blob, limit=limit), limit)
        # git may have written the line ends of this system
        if any(git.is_blob(each, file.blob) for each in (data, data.replace(b"\r\n", b"\n"))):
            return self._behind(data, limit)
        staged = git.blob(self._root, file.blob, limit=limit)
        return data if is_behind(data, staged) else self._behind(staged, limit)

    def _behind(self, staged: bytes, limit: int) -> bytes:
        """What git-lfs keeps for a staged pointer, if it is here; what is no pointer stays."""
        folder = git.common_folder(self._root) if is_pointer(staged) else None
        found = None if folder is None else content_behind(staged, folder, limit=limit)
        return staged if found is None else found

    def _disk(self, file: SourceFile, limit: int) -> bytes:
        folder = file.path.rpartition("/")[0]
        if folder not in self._outside:
            self._outside[folder] = _leaves(self._root, folder)
        if self._outside[folder]:
            raise Unreadable("stands behind a symbolic link that leaves the repository")
        try:
            descriptor = os.open(f"{self._root}/{file.path}", os.O_RDONLY | _NO_FOLLOW)
        except FileNotFoundError as error:
            raise Unreadable("vanished while it was being checked") from error
        except OSError as error:
            raise Unreadable(f"cannot be opened ({error.strerror})") from error
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable("is no regular file")
            if status.st_size > limit:
                raise Unreadable(f"has {_size(status.st_size)}, over the limit of {_size(limit)}")
            with open(descriptor, "rb", closefd=False) as stream:
                return stream.read(limit + 1)
        except OSError as error:
            raise Unreadable(f"cannot be read ({error.strerror})") from error
        finally:
            os.close(descriptor)


_LINK_OUT = "is a symbolic link that leaves the repository"
_OTHER_REPOSITORY = "is another repository or a submodule: check it in its own folder"
_NO_GIT = "git cannot be run, so the files are those of the folder and its .gitignore"
_IGNORE_LIMIT = 1_000_000
_NO_FOLDERS = frozenset({".git", ".hg", ".svn", "__pycache__", ".venv", "node_modules"})
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
    """The files of the repository around `start`; see `begin_discovery`."""
    return begin_discovery(start, is_staged=is_staged, exclude=exclude, extra=extra)()


def begin_discovery(
    start: Path, *, is_staged: bool = False, exclude: Sequence[str] = (), extra: Sequence[str] = ()
) -> Callable[[], Tree]:
    """A function that gives the files of the repository around `start`, which git lists meanwhile.

    Args:
        start: an existing file or folder, absolute.
        is_staged: read what will be committed: the index, not the work tree.
        exclude: patterns in the syntax of .gitignore of files to leave out.
        extra: paths that were named by the user and belong to the tree even when git ignores them,
            unless `exclude` leaves them out: a hook names files that a run without names leaves out.

    Raises:
        UsageError: staged content is asked for outside git.
        SettingsError: `exclude` holds what is no pattern.
    """
    root, has_git = find_root(start)
    is_git = has_git and git.is_available()
    if is_staged and not is_git:
        raise UsageError(
            "--staged needs a git repository, and this folder is none",
            where=str(root),
            fix="Run it inside the repository, or leave --staged out.",
        )
    begun = _from_git(root, is_staged=is_staged) if is_git else lambda: _from_folder(root)

    def finish() -> Tree:
        tree = begun()
        files = {file.path: file for file in tree.files}
        for path in extra:
            if (
                path not in files
                and os.path.isfile(root / path)
                and not os.path.islink(root / path)
            ):
                files[path] = _file(path, is_tracked=False)
        if exclude:
            spec = patterns(exclude)
            files = {path: file for path, file in files.items() if not spec.match_file(path)}
        skipped = tree.skipped
        if has_git and not is_git:
            skipped = (*skipped, NotChecked("", _NO_GIT))
        return Tree(root, files.values(), is_git=is_git, is_staged=is_staged, skipped=skipped)

    return finish


def _file(path: str, *, is_tracked: bool, blob: str = "") -> SourceFile:
    return SourceFile(path, kind_of(path), role_of(path), is_tracked, blob)


def _from_git(root: Path, *, is_staged: bool) -> Callable[[], Tree]:
    entries = git.index(root)
    others = iter(()) if is_staged else git.untracked(root)
    return lambda: _listed(root, entries, others, is_staged=is_staged)


def _listed(
    root: Path, entries: Iterator[git.IndexEntry], others: Iterator[str], *, is_staged: bool
) -> Tree:
    files: dict[str, SourceFile] = {}
    skipped: list[NotChecked] = []
    for entry in entries:
        path = entry.path
        if entry.mode == git.SUBMODULE:
            skipped.append(NotChecked(path, _OTHER_REPOSITORY))
        elif entry.mode == git.LINK:
            if _leaves(root, path):
                skipped.append(NotChecked(path, _LINK_OUT))
        elif is_staged:
            files[path] = _file(path, is_tracked=True, blob=entry.blob)
        elif not _is_gone(root, path):
            files[path] = _file(path, is_tracked=True)
    for path in others:
        if path.endswith("/"):
            skipped.append(NotChecked(path.rstrip("/"), _OTHER_REPOSITORY))
        elif os.path.islink(root / path):
            if _leaves(root, path):
                skipped.append(NotChecked(path, _LINK_OUT))
        elif path not in files:
            files[path] = _file(path, is_tracked=False)
    return Tree(root, files.values(), is_git=True, is_staged=is_staged, skipped=skipped)


def _from_folder(root: Path) -> Tree:
    files: list[SourceFile] = []
    skipped: list[NotChecked] = []
    ignored = IgnoreFiles()

    def path_of(place: str) -> str:
        path = Path(place).relative_to(root).as_posix()
        return "" if path == "." else path

    def note(error: OSError) -> None:
        reason = f"the folder cannot be listed ({error.strerror})"
        skipped.append(NotChecked(path_of(error.filename), reason))

    for current, folders, names in os.walk(root, onerror=note):
        folder = path_of(current)
        prefix = f"{folder}/" if folder else ""
        if ".gitignore" in names:
            ignored.add(folder, _ignore_file(Path(current, ".gitignore")))
        kept = [f"{prefix}{name}" for name in names if not ignored.ignores(f"{prefix}{name}")]
        folders[:] = sorted(
            name
            for name in folders
            if name not in _NO_FOLDERS and not ignored.ignores(f"{prefix}{name}/")
        )
        inner = [f"{prefix}{name}" for name in folders]
        links = {path for path in (*kept, *inner) if os.path.islink(root / path)}
        skipped.extend(NotChecked(path, _LINK_OUT) for path in links if _leaves(root, path))
        files.extend(_file(path, is_tracked=False) for path in kept if path not in links)
    return Tree(root, files, is_git=False, skipped=skipped)


def _ignore_file(file: Path) -> str:
    try:
        if not stat.S_ISREG(os.lstat(file).st_mode):
            return ""
        with open(file, "rb") as stream:
            return stream.read(_IGNORE_LIMIT).decode("utf-8", errors="replace")
    except OSError:
        return ""


def _is_gone(root: Path, path: str) -> bool:
    """Whether the work tree lacks a file; one that may not be looked at is not gone."""
    try:
        os.lstat(os.path.join(root, path))
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _leaves(root: Path, path: str) -> bool:
    target = os.path.realpath(root / path)
    top = os.path.realpath(root)
    return not (target == top or target.startswith(top + os.sep))


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:,.1f} kB"
