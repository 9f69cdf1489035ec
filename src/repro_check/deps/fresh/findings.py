"""Problems of a fresh installation as findings, so that every output format can show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from repro_check.deps.fresh.model import Answer, Problem, Trouble
from repro_check.findings import Finding, Location, RuleInfo, Severity, Span
from repro_check.sources.dependencies.model import Locked, LockFacts

_PAGE = "https://repro-check.github.io/repro-check/dependencies/#does-the-lock-still-install"


def _rule(code: str, name: str, severity: Severity, summary: str) -> RuleInfo:
    return RuleInfo(
        code=code,
        name=name,
        severity=severity,
        summary=summary,
        help=f"{summary}\n\nFound by `repro-check deps check --fresh`, which installs the lock in a "
        "fresh environment.",
        practice=9,
        url=_PAGE,
    )


_FAILS = _rule(
    "FRESH001",
    "lock-does-not-install",
    Severity.ERROR,
    "A frozen distribution cannot be installed any more.",
)
_YANKED = _rule(
    "FRESH002",
    "locked-version-yanked",
    Severity.WARNING,
    "A frozen version was withdrawn by its authors.",
)
_DISAGREES = _rule(
    "FRESH003",
    "lock-disagrees",
    Severity.ERROR,
    "Frozen distributions ask for other versions of each other than are frozen.",
)
FRESH_RULES = {rule.code: rule for rule in (_FAILS, _YANKED, _DISAGREES)}

_HELP = {
    Trouble.MISSING: "Freeze again with a version that is there: `repro-check deps freeze "
    "--upgrade-package {name}`; results from the old one cannot be had again.",
    Trouble.NO_WHEEL: "Freeze a version that has wheels for this Python and system, or say "
    "`--allow-builds` (building runs the code of the package).",
    Trouble.CHANGED: "Find out why: the index serves another file than the one that was frozen. "
    "Do not take over the new hash unseen.",
    Trouble.BROKEN: "Say in the README which compilers and libraries it needs, or freeze a version that "
    "has wheels.",
    Trouble.OTHER_PYTHON: "Say which Python is meant (`requires-python`, `.python-version`), or "
    "freeze for the one that is meant.",
    Trouble.YANKED: "Freeze again with the version that replaces it, and see that the results stay.",
    Trouble.DISAGREES: "Freeze again from the manifest, so that a resolver chooses all versions.",
    Trouble.UNKNOWN: "Install it by hand to see all that the installer says.",
}


def as_findings(lock: str, text: str, facts: LockFacts, answer: Answer) -> Iterator[Finding]:
    """The findings of an answer, each at the line of its distribution in the lock.

    Args:
        lock: path of the lock, relative to the root.
        text: of the lock.
        facts: of the lock.
        answer: of `check_fresh`.
    """
    lines = text.split("\n")
    packages: dict[str, Locked] = {}
    for one in facts.packages:
        packages.setdefault(one.name, one)
    for problem in answer.problems:
        package = packages.get(problem.name)
        rule = _rule_of(problem)
        yield Finding(
            message=_message(problem, package, lock),
            location=Location(path=lock, span=_span(package, lines)),
            help=_HELP[problem.trouble].format(name=problem.name),
            severity=rule.severity,
            code=rule.code,
            name=rule.name,
            source=lines[package.line - 1] if package and package.line <= len(lines) else "",
        )


def _rule_of(problem: Problem) -> RuleInfo:
    special = {Trouble.YANKED: _YANKED, Trouble.DISAGREES: _DISAGREES}
    return special.get(problem.trouble, _FAILS)


def _message(problem: Problem, package: Locked | None, lock: str) -> str:
    name = f"`{package.name}=={package.version}`" if package and package.version else ""
    name = name or (f"`{problem.name}`" if problem.name else f"what `{lock}` freezes")
    detail = f": {problem.detail}" if problem.detail else ""
    return f"{name} {problem.trouble.value}{detail}"


def _span(package: Locked | None, lines: Sequence[str]) -> Span | None:
    if package is None or not 0 < package.line <= len(lines):
        return None
    line = lines[package.line - 1].rstrip("\r")
    start = len(line) - len(line.lstrip()) + 1
    return Span(package.line, start, package.line, max(len(line) + 1, start + 1))
