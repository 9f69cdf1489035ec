"""JUnit XML, which most build servers show as test results.

There is no standard; this is the common core that Jenkins, GitLab and ruff agree on: a suite for
each file, a failing case for each finding, a skipped case for what was set aside or not checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from repro_check.render.visible import defuse, visible, visible_lines
from repro_check.render.wording import REPOSITORY, place, severity_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_check.findings import Finding, NotChecked, Report
    from repro_check.render.style import Physical, Style


class _Case(NamedTuple):
    path: str
    outcome: str
    xml: str


def render(report: Report, style: Style, physical: Physical) -> str:  # noqa: ARG001
    """A document in which only standing findings fail; a required check not made is an error."""
    cases = list(_cases(report)) or [_Case("", "", _element("testcase", name="repro-check"))]
    suites: dict[str, list[_Case]] = {}
    for case in cases:
        suites.setdefault(case.path, []).append(case)
    children = [
        _element(
            "testsuite",
            [case.xml for case in inside],
            name=visible(path) or REPOSITORY,
            **_counts(inside),
        )
        for path, inside in suites.items()
    ]
    document = _element("testsuites", children, name="repro-check", **_counts(cases))
    header = '<?xml version="1.0" encoding="UTF-8"?>'
    return defuse(f"{header}\n{document}\n")


def _cases(report: Report) -> Iterator[_Case]:
    for finding in report.findings:
        kind = severity_of(finding, report).label
        words = escape(visible_lines(finding.help))
        failure = _element("failure", [words] if words else [], message=finding.message, type=kind)
        yield _case(finding, "failures", failure)
    for finding in report.suppressed:
        yield _case(finding, "skipped", _element("skipped", message="suppressed in the source"))
    for finding in report.baselined:
        yield _case(finding, "skipped", _element("skipped", message="in the baseline"))
    yield from map(_not_checked, report.not_checked)


def _case(finding: Finding, outcome: str, child: str) -> _Case:
    path = finding.location.path
    name = f"{finding.code} {finding.name} at {place(finding.location)}"
    xml = _element("testcase", [child], name=name, classname=path or REPOSITORY)
    return _Case(path, outcome, xml)


def _not_checked(item: NotChecked) -> _Case:
    child = _element("error" if item.required else "skipped", message=item.reason)
    xml = _element("testcase", [child], name="not checked", classname=item.path or REPOSITORY)
    return _Case(item.path, "errors" if item.required else "skipped", xml)


def _counts(cases: list[_Case]) -> dict[str, str]:
    outcomes = [case.outcome for case in cases]
    kinds = ("failures", "errors", "skipped")
    return {"tests": str(len(cases)), **{kind: str(outcomes.count(kind)) for kind in kinds}}


def _element(tag: str, children: list[str] | None = None, **attributes: str) -> str:
    """An element; children are XML already, attribute values are plain text."""
    words = "".join(f" {key}={quoteattr(visible(value))}" for key, value in attributes.items())
    body = "\n".join(children or [])
    return f"<{tag}{words}>\n{body}\n</{tag}>" if body else f"<{tag}{words}/>"
