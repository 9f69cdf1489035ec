"""Which subjects a rule is asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from repro_check.engine.store import FactsStore
from repro_check.engine.suppress import Suppression, place
from repro_check.errors import UsageError
from repro_check.findings import Finding, Location, Span
from repro_check.project.files import (
    CommitMessage,
    ConfigFile,
    MarkdownFile,
    Notebook,
    PythonFile,
    RequirementsFile,
    ShellFile,
    Subject,
    SuppressionsFile,
)
from repro_check.project.project import LazyFiles, Project
from repro_check.rules.rule import Rule
from repro_check.secrets.facts import SecretsFile
from repro_check.sources import git
from repro_check.sources.directives import MARK, read_directives
from repro_check.sources.discovery import SourceFile
from repro_check.sources.kinds import Kind, Role, kind_of

_SHELL_KINDS = frozenset({Kind.SHELL, Kind.MAKEFILE})
_COMMENTS = {
    Kind.YAML: ("#", ""),
    Kind.TOML: ("#", ""),
    Kind.REQUIREMENTS: ("#", ""),
    Kind.SHELL: ("#", ""),
    Kind.MAKEFILE: ("#", ""),
    Kind.DOCKERFILE: ("#", ""),
    Kind.MARKDOWN: ("<!--", "-->"),
    Kind.LATEX: ("%", ""),
}


_NO_TEXT = frozenset(
    ".png .jpg .jpeg .gif .svg .pdf .eps .ico .bmp .tif .tiff .webp .mp4 .avi .mov .mp3 .wav .npy .npz "
    ".pt .pth .ckpt .bin .safetensors .h5 .hdf5 .pkl .pickle .joblib .onnx .pb .parquet .arrow .feather "
    ".zip .gz .tgz .bz2 .xz .7z .tar .whl .so .dll .dylib .exe .jar .ttf .woff .woff2 .csv .tsv .mat "
    ".nii .dcm .tfrecord .tfrecords .lock .map".split()
)


class Subjects:
    """The subjects of one run, made once and shared by its rules.

    Args:
        project: the repository.
        store: its facts.
        includes: whether a path is in the run's scope.
        message: the commit message file, if that is what is checked.
    """

    def __init__(
        self,
        project: Project,
        store: FactsStore,
        includes: Callable[[str], bool],
        message: Path | None,
    ) -> None:
        self._project = project
        self._store = store
        self._in_scope = [file for file in project.tree.files if includes(file.path)]
        self._message = message
        self._made: dict[type, tuple[object, ...]] = {}

    @property
    def files(self) -> int:
        """How many files are in scope and of a kind that can be read."""
        return sum(1 for file in self._in_scope if file.kind is not Kind.OTHER)

    def of(self, rule: Rule) -> Iterator[object]:
        """The subjects that a rule wants to see, in the order of their paths."""
        for subject in rule.subjects:
            if subject not in self._made:
                self._made[subject] = tuple(self._make(subject))
            yield from self._made[subject]

    def suppressions(self) -> Iterator[Suppression]:
        """The suppression comments of all files in scope."""
        for file in self._in_scope:
            content = self._store.content(file) if file.kind in _COMMENTS or _is_code(file) else None
            if content is None or MARK.encode() not in content:
                continue
            if _is_code(file):
                code = self._project.python.get(file.path)
                for directive in code.facts.directives if code else ():
                    yield place(directive, file.path, code.location)  # type: ignore[union-attr]
            else:
                opening, closing = _COMMENTS[file.kind]
                text = self._store.text(file) or ""
                for directive in read_directives(text, opening=opening, closing=closing):
                    yield place(directive, file.path, _plain(file.path))

    def suppression_findings(self, rule: Rule, unused: Iterable[Suppression]) -> Iterator[Finding]:
        """The findings of a rule about suppressions themselves."""
        subject = SuppressionsFile(
            unused=tuple((item.location, item.directive) for item in unused),
            every=tuple((item.location, item.directive) for item in self.suppressions()),
        )
        return (item for item in rule.run(subject, self._project) if isinstance(item, Finding))

    def _make(self, subject: type) -> Iterator[object]:
        project = self._project
        if subject is Project:
            yield project
        elif subject is CommitMessage:
            yield from self._commit_message()
        elif subject is SecretsFile:
            for file in self._in_scope:
                facts = self._store.secrets(file) if may_hold_secrets(file) else None
                if facts is not None:
                    yield SecretsFile(file, facts)  # type: ignore[arg-type]
        elif subject is ShellFile:
            for file in self._in_scope:
                text = self._store.text(file) if file.kind in _SHELL_KINDS else None
                if text is not None:
                    yield ShellFile(file, text)
        else:
            yield from self._listed(self._listing(subject))

    def _listing(self, subject: type) -> LazyFiles[Subject]:
        project = self._project
        listings: dict[type, object] = {
            PythonFile: project.python,
            Notebook: project.notebooks,
            ConfigFile: project.configs,
            RequirementsFile: project.requirements,
            MarkdownFile: project.markdown,
        }
        return listings[subject]  # type: ignore[return-value]

    def _listed(self, listing: LazyFiles[Subject]) -> Iterator[Subject]:
        for file in self._in_scope:
            if file.path in listing:
                made = listing.get(file.path)
                if made is not None:
                    yield made

    def _commit_message(self) -> Iterator[CommitMessage]:
        if self._message is None:
            return
        try:
            text = self._message.read_text("utf-8", errors="replace")
        except OSError as error:
            raise UsageError(
                f"the commit message cannot be read: {error.strerror}", where=str(self._message)
            ) from error
        path = self._message.name
        root = self._project.root
        changed = git.staged_paths(root) if self._project.tree.is_git else ()
        yield CommitMessage(SourceFile(path, kind_of(path), Role.PRODUCT), text, changed)


def may_hold_secrets(file: SourceFile) -> bool:
    """Whether a file is worth a search for secrets: no picture, no archive, no data, not vendored."""
    suffix = file.path[file.path.rfind(".") :].lower()
    return suffix not in _NO_TEXT and file.role is not Role.VENDORED


def _is_code(file: SourceFile) -> bool:
    return file.kind in {Kind.PYTHON, Kind.NOTEBOOK}


def _plain(path: str) -> Callable[[Span], Location]:
    return lambda span: Location(path=path, span=span)
