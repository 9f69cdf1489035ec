"""What a rule says: a finding, its place, and the edits that would mend it.

All nouns here are immutable and know nothing of how they were found or how they will be shown.
Lines and columns are 1-based and count characters; the end column is exclusive, as in SARIF 2.1.0
(section 3.30). In a notebook `cell` counts all cells from 1 and `line` counts inside the cell.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

import msgspec


class Severity(enum.IntEnum):
    """How much a finding harms reproduction; it can be compared (`ERROR > WARNING`)."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The lower-case name, as written in settings and documents."""
        return self.name.lower()


class Confidence(enum.IntEnum):
    """How sure the analysis is; low confidence does not fail a run unless asked."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def label(self) -> str:
        """The lower-case name, as written in settings and documents."""
        return self.name.lower()


class Safety(enum.Enum):
    """Whether a fix can change the numbers of a run that was already repeatable."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Span(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A stretch of text: 1-based lines and columns in characters, the end column exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a file of the repository.

    `path` is relative to the root, with forward slashes; "" stands for the repository itself.
    `span` is None for a finding about the whole file.
    """

    path: str
    cell: int | None = None
    span: Span | None = None

    @property
    def label(self) -> str:
        """The place as one word: `train.py:3:5`, `nb.ipynb:cell 2:3:5`, `(repository)`."""
        path = self.path or "(repository)"
        cell = f":cell {self.cell}" if self.cell else ""
        at = f":{self.span.line}:{self.span.column}" if self.span else ""
        return f"{path}{cell}{at}"

    @property
    def sort_key(self) -> tuple[str, int, int, int]:
        """Path, cell, line, column: the order in which findings are shown."""
        span = self.span
        return (
            self.path,
            self.cell or 0,
            span.line if span else 0,
            span.column if span else 0,
        )


class Related(msgspec.Struct, frozen=True):
    """A second place that explains a finding ("the config says null here")."""

    location: Location
    message: str


class Edit(msgspec.Struct, frozen=True):
    """Replace the text at `location` by `replacement`.

    A location without a span is a file that does not exist yet: it is made with this text.
    """

    location: Location
    replacement: str


class Fix(msgspec.Struct, frozen=True):
    """Edits that belong together: all are applied or none."""

    safety: Safety
    title: str
    edits: tuple[Edit, ...]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One place where a repository breaks a practice.

    A rule gives message, location, help and perhaps related places and a fix; the engine adds the
    rule's code, name and default severity, and the fingerprint.

    Attributes:
        message: one sentence that names the thing at fault.
        help: what to write instead.
        severity: None until the engine has filled in the rule's own.
        fingerprint: 16 hexadecimal digits, free of line numbers; see `engine.fingerprint`.
        source: the text of the line at the place, for people and for the fingerprint.
    """

    message: str
    location: Location
    help: str = ""
    severity: Severity | None = None
    confidence: Confidence = Confidence.HIGH
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    code: str = ""
    name: str = ""
    fingerprint: str = ""
    source: str = ""


class NotChecked(msgspec.Struct, frozen=True):
    """Something that was not looked at, and why; it never reads as clean.

    `required` marks what was asked for and so makes the run end with exit code 3; `trace` is that of
    the internal error that is to blame.
    """

    path: str
    reason: str
    required: bool = False
    trace: str = ""


class RuleInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What documents need to know about a rule: everything but its function."""

    code: str
    name: str
    severity: Severity
    summary: str
    help: str
    practice: int
    url: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one run: what stands, what was set aside, what was not checked."""

    root: str
    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...] = ()
    baselined: tuple[Finding, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    stale_baseline: int = 0
    files: int = 0
    seconds: float = 0.0
    rules: Mapping[str, RuleInfo] = {}

    def count(self, severity: Severity) -> int:
        """How many standing findings have exactly this severity."""
        return sum(1 for finding in self.findings if finding.severity is severity)
