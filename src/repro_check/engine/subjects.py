"""Which subjects a rule is asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from repro_check.bounded import read_bounded
from repro_check.engine.mishaps import outcomes_of
from repro_check.engine.store import FactsStore
from repro_check.engine.suppress import Suppression, place
from repro_check.errors import UsageError
from repro_check.findings import Location, Span
from repro_check.project.checkpoint_file import CheckpointFile, may_be_checkpoint
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
from repro_check.project.project import CONFIG_KINDS, LazyFiles, Project
from repro_check.rules.rule import Outcome, Rule
from repro_check.secrets.subject import SecretFacts, SecretsFile, may_hold_secrets
from repro_check.sources import git
from repro_check.sources.directives import Directive, in_html_comments, read_directives
from repro_check.sources.discovery import SourceFile
from repro_check.sources.kinds import Kind, Role, kind_of

_LONGEST_MESSAGE = 1_000_000
_FEW = 16
"""Of so many files the words are looked at before a rule is imported: it takes 1 ms, a rule 0.5."""
_SHELL_KINDS = frozenset({Kind.SHELL, Kind.MAKEFILE})
_COMMENTS = {
    Kind.YAML: ("#", ""),
    Kind.TOML: ("#", ""),
    Kind.INI: ("#", ""),
    Kind.REQUIREMENTS: ("#", ""),
    Kind.SHELL: ("#", ""),
    Kind.MAKEFILE: ("#", ""),
    Kind.DOCKERFILE: ("#", ""),
    Kind.LATEX: ("%", ""),
}


_KINDS: dict[type, frozenset[Kind]] = {
    PythonFile: frozenset({Kind.PYTHON, Kind.NOTEBOOK}),
    Notebook: frozenset({Kind.NOTEBOOK}),
    ConfigFile: CONFIG_KINDS,
    RequirementsFile: frozenset({Kind.REQUIREMENTS}),
    MarkdownFile: frozenset({Kind.MARKDOWN}),
}


class Subjects:
    """The subjects of one run, made once and shared by its rules.

    Args:
        project: the repository.
        store: its facts.
        files: those whose findings are wanted.
        message: the commit message file, if that is what is checked.
    """

    def __init__(
        self,
        project: Project,
        store: FactsStore,
        files: Sequence[SourceFile],
        message: Path | None = None,
    ) -> None:
        self._project = project
        self._store = store
        self.files = files
        self._message = message
        self._made: dict[tuple[type, frozenset[Role]], tuple[object, ...]] = {}
        self._lower: dict[str, bytes] = {}

    def of(self, rule: Rule) -> Iterator[object]:
        """The subjects that a rule wants to see, in the order of their paths."""
        for subject in rule.subjects:
            key = (subject, rule.roles)
            if key not in self._made:
                self._made[key] = tuple(self._make(*key))
            yield from (made for made in self._made[key] if self._may_concern(rule, made))

    def _may_concern(self, rule: Rule, subject: object) -> bool:
        """Whether a file has one of the words that a rule speaks of."""
        if not rule.words or len(self.files) > _FEW or not isinstance(subject, Subject):
            return True
        if subject.path not in self._lower:
            self._lower[subject.path] = (self._store.content(subject.file) or b"\0").lower()
        lower = self._lower[subject.path]
        # letters of two bytes (UTF-16) are not looked at
        return b"\0" in lower or any(word.encode() in lower for word in rule.words)

    def suppressions(self, paths: frozenset[str] | None = None) -> Iterator[Suppression]:
        """The suppression comments of all files in scope, or only of those with these paths."""
        for file in self.files:
            if paths is not None and file.path not in paths:
                continue
            if file.role is Role.VENDORED:
                continue
            can_suppress = file.kind in _COMMENTS or file.kind is Kind.MARKDOWN or _is_code(file)
            if can_suppress and self._store.look(file).is_marked:
                yield from self._suppressions_in(file)

    def _suppressions_in(self, file: SourceFile) -> Iterator[Suppression]:
        directives: tuple[Directive, ...] = ()
        locate = _plain(file.path)
        if _is_code(file):
            code = self._project.python[file.path]
            directives, locate = code.facts.directives, code.location
        elif file.kind is Kind.MARKDOWN:
            document = self._project.markdown.get(file.path)
            comments = document.facts.comments if document else ()
            pairs = [(comment.text, comment.span) for comment in comments]
            directives = in_html_comments(pairs, self._store.text(file) or "")
        else:
            opening, closing = _COMMENTS[file.kind]
            text = self._store.text(file) or ""
            directives = read_directives(text, opening=opening, closing=closing)
        for directive in directives:
            yield place(directive, file.path, locate)

    def suppression_findings(
        self, rule: Rule, every: Iterable[Suppression], unused: Iterable[Suppression]
    ) -> Iterator[Outcome]:
        """What a rule about suppressions themselves says."""
        subject = SuppressionsFile(
            unused=tuple((item.location, item.directive) for item in unused),
            every=tuple((item.location, item.directive) for item in every),
        )
        return outcomes_of(rule, subject, self._project)

    def _make(self, subject: type, roles: frozenset[Role]) -> Iterator[object]:
        if subject is Project:
            yield self._project
        elif subject is CommitMessage:
            yield from self._commit_message()
        else:
            for file in self.files:
                if file.role in roles:
                    made = self._subject(subject, file)
                    if made is not None:
                        yield made

    def _subject(self, subject: type, file: SourceFile) -> Subject | None:
        """The subject of this type that a file is, or None if it is of another kind."""
        if subject is SecretsFile:
            facts = self._store.secrets(file) if may_hold_secrets(file) else None
            return SecretsFile(file, facts) if isinstance(facts, SecretFacts) else None
        if subject is CheckpointFile:
            is_one = may_be_checkpoint(file.path)
            return CheckpointFile(file, self._project.root) if is_one else None
        if subject is ShellFile:
            text = self._store.text(file) if file.kind in _SHELL_KINDS else None
            return None if text is None else ShellFile(file, text)
        project = self._project
        listings: dict[type, LazyFiles[Any]] = {
            PythonFile: project.python,
            Notebook: project.notebooks,
            ConfigFile: project.configs,
            RequirementsFile: project.requirements,
            MarkdownFile: project.markdown,
        }
        listing = listings[subject]
        return listing.get(file.path) if file.path in listing.paths else None

    def _commit_message(self) -> Iterator[CommitMessage]:
        if self._message is None:
            return
        try:
            data = read_bounded(self._message, limit=_LONGEST_MESSAGE, follow_link=True)
            text = data.decode("utf-8", errors="replace")
        except OSError as error:
            raise UsageError(
                f"the commit message cannot be read: {error.strerror}", where=str(self._message)
            ) from error
        path = self._message.name
        root = self._project.root
        changed = git.staged_paths(root) if self._project.tree.is_git else ()
        yield CommitMessage(SourceFile(path, kind_of(path), Role.PRODUCT), text, changed)


def kinds_of(subject: type) -> frozenset[Kind]:
    """The kinds of file whose facts a rule on this subject reads."""
    return _KINDS.get(subject, frozenset())


def _is_code(file: SourceFile) -> bool:
    return file.kind in {Kind.PYTHON, Kind.NOTEBOOK}


def _plain(path: str) -> Callable[[Span], Location]:
    return lambda span: Location(path=path, span=span)
