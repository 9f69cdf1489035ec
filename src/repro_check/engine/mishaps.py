"""What a fault of ours costs: the rule or the file in which it lies, and never the run.

What users are meant to read (`ReproCheckError`) and what the engine asks for (`LooksOutside`) passes.
"""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.errors import ReproCheckError
from repro_check.findings import NotChecked, Report
from repro_check.project.files import Subject
from repro_check.project.project import Project
from repro_check.rules.rule import Outcome, Rule
from repro_check.sources.discovery import LooksOutside

PASSING = (ReproCheckError, LooksOutside)
_OURS = "this is a bug of repro-check: please report it with the output of `repro-check check -v`"
_THEIRS = "please report it to those who made the rule, with the output of `repro-check check -v`"


def outcomes_of(rule: Rule, subject: object, project: Project) -> Iterator[Outcome]:
    """What one rule says of one subject, and where it fails, that it did."""
    try:
        yield from rule.run(subject, project)
    except PASSING:
        raise
    except Exception as error:  # noqa: BLE001 - the others have their turn all the same
        path = subject.path if isinstance(subject, Subject) else ""
        yield failed_rule(rule, path, error)


def failed_rule(rule: Rule, path: str, error: Exception) -> NotChecked:
    """A rule that raised an error, on the file of this path ("": on the repository)."""
    module = getattr(rule.check, "__module__", "")
    request = _OURS if module.startswith("repro_check.") else _THEIRS
    reason = f"{rule.code} {rule.name} failed with {type(error).__name__}; {request}"
    return NotChecked(path, reason, required=True, trace=_trace(error))


def failed_reader(path: str, error: Exception) -> NotChecked:
    """A file whose reader raised an error that it does not know of."""
    reason = f"reading it failed with {type(error).__name__}; {_OURS}"
    return NotChecked(path, reason, required=True, trace=_trace(error))


def traces(report: Report) -> tuple[str, ...]:
    """The traces of all faults of a run, each once."""
    return tuple(dict.fromkeys(item.trace for item in report.not_checked if item.trace))


def _trace(error: Exception) -> str:
    import traceback

    return "".join(traceback.format_exception(error))
