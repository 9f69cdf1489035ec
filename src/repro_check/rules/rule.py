"""How a rule is declared, documented and found.

A rule is one function in one file; its docstring is its only documentation. The registry is made by
walking this package and the entry point group `repro_check.rules`; nothing is remembered between calls.
"""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import msgspec

from repro_check.findings import Finding, NotChecked, RuleInfo, Severity
from repro_check.sources.kinds import Role

PRODUCT = frozenset({Role.PRODUCT})
OWN = frozenset({Role.PRODUCT, Role.TEST, Role.DOCS, Role.GENERATED})
"""Every part but code that others wrote."""

DOCS = "https://repro-check.github.io/repro-check/rules"


Outcome: TypeAlias = Finding | NotChecked
"""What a rule may say: something is wrong, or it could not be told."""

Check: TypeAlias = Callable[..., Iterable[Outcome]]


class Stage(enum.Enum):
    """When a rule can be checked: with one changed file, or only with more than that."""

    FILE = "file"
    REPOSITORY = "repository"
    DATA = "data"
    COMMIT_MESSAGE = "commit-msg"
    RELEASE = "release"


class Rule(msgspec.Struct, frozen=True):
    """A rule and what there is to know about it.

    Attributes:
        check: called with the subject and the project, or with the project alone where that is
            the subject; yields findings without code or severity.
        subjects: the types of `project.files` that it wants to see, or `Project`.
        roles: the parts of the repository whose files it is asked about.
        practice: which of the eleven practices of the README it guards.
        is_default: on unless switched off; others are opt-in or belong to the release gate.
        is_in_release: on in the release gate although it is off elsewhere.
        words: a file with none of them, in lower case, has nothing that it speaks of; () for any.
    """

    code: str
    name: str
    severity: Severity
    stage: Stage
    subjects: tuple[type, ...]
    roles: frozenset[Role]
    practice: int
    is_default: bool
    is_in_release: bool
    fixes: str
    document: str
    check: Check
    words: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """The letters of the code."""
        return self.code.rstrip("0123456789")

    @property
    def summary(self) -> str:
        """The first sentence of the documentation."""
        return self.document.partition("\n")[0]

    @property
    def url(self) -> str:
        """The rule's page."""
        return f"{DOCS}/{self.family.lower()}/{self.name}/"

    @property
    def info(self) -> RuleInfo:
        """What documents say about the rule."""
        return RuleInfo(
            code=self.code,
            name=self.name,
            severity=self.severity,
            summary=self.summary,
            help=self.document,
            practice=self.practice,
            url=self.url,
        )

    def run(self, subject: object, project: object) -> Iterator[Outcome]:
        """What this rule says of one subject; findings with the rule's identity filled in."""
        asked = (project,) if subject is project else (subject, project)
        for finding in self.check(*asked):
            if isinstance(finding, NotChecked):
                yield finding
                continue
            yield msgspec.structs.replace(
                finding,
                code=self.code,
                name=self.name,
                severity=self.severity if finding.severity is None else finding.severity,
            )


def rule(
    code: str,
    *,
    severity: Severity,
    on: type | tuple[type, ...],
    practice: int,
    stage: Stage = Stage.FILE,
    roles: frozenset[Role] = PRODUCT,
    is_default: bool = True,
    is_in_release: bool = False,
    fixes: str = "",
    words: tuple[str, ...] = (),
) -> Callable[[Check], Rule]:
    """Make a rule of a function.

    Args:
        code: family and number, never reused.
        severity: of its findings, unless one says otherwise.
        on: the types of subject it checks.
        practice: the practice of the README that it guards.
        stage: when it can be checked.
        roles: the parts of the repository whose files it is asked about: the work itself, and no
            tests, documentation, vendored or generated code, unless the rule says otherwise.
        is_default: whether it is on unless switched off.
        is_in_release: whether the release gate asks it although it is off elsewhere.
        fixes: "safe", "unsafe" or "" for none.
        words: parts of words, in lower case, of which any file has one that the rule speaks of. A hook
            does not even import a rule where the changed files have none.
    """
    subjects = on if isinstance(on, tuple) else (on,)

    def declare(function: Check) -> Rule:
        document = inspect.cleandoc(function.__doc__ or "")
        return Rule(
            code=code,
            name=function.__name__.replace("_", "-"),
            severity=severity,
            stage=stage,
            subjects=subjects,
            roles=roles,
            practice=practice,
            is_default=is_default,
            is_in_release=is_in_release,
            fixes=fixes,
            document=document,
            check=function,
            words=words,
        )

    return declare
