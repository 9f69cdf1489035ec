"""Workflow commands, which GitHub Actions shows as annotations on the changed lines.

Escaping follows actions/toolkit (packages/core/src/command.ts), which the runner undoes
(actions/runner, ActionCommand.cs). Columns are left out of spans over several lines: the checks
API takes them on one line only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from repro_check.findings import Finding, Location, NotChecked, Report, Severity
from repro_check.render import footer
from repro_check.render.visible import defuse, visible, visible_lines
from repro_check.render.wording import REPOSITORY, cell_words, severity_of

if TYPE_CHECKING:
    from repro_check.render.style import Physical, Style

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, style: Style, physical: Physical) -> str:
    """One annotation a finding, one notice for each thing not checked, and a summary line."""
    lines = [_annotation(finding, report, physical) for finding in report.findings]
    lines += [_notice(item) for item in report.not_checked]
    if style.footer:
        lines.append(defuse(footer.verdict(report)))
    return "".join(f"{line}\n" for line in lines)


def _annotation(finding: Finding, report: Report, physical: Physical) -> str:
    location = finding.location
    properties = _region(location, physical)
    properties["title"] = visible(f"{finding.code} {finding.name}".strip())
    where = cell_words(location) or ("" if location.path else REPOSITORY)
    message = f"{where}: {visible(finding.message)}" if where else visible(finding.message)
    if finding.help:
        message += f"\n{visible_lines(finding.help)}"
    return _command(_COMMANDS[severity_of(finding, report)], properties, message)


def _region(location: Location, physical: Physical) -> dict[str, str | int]:
    if not location.path:
        return {}
    span = physical(location)
    start: dict[str, str | int] = {"file": visible(location.path), "line": span.line if span else 1}
    if span is None:
        return start
    if span.line != span.end_line:
        return {**start, "endLine": span.end_line}
    return {**start, "col": span.column, "endLine": span.end_line, "endColumn": span.end_column}


def _notice(item: NotChecked) -> str:
    properties: dict[str, str | int] = {"file": visible(item.path)} if item.path else {}
    properties["title"] = "Not checked"
    path = visible(item.path) or REPOSITORY
    need = ", though it is required" if item.required else ""
    return _command("notice", properties, f"{path} was not checked{need}: {visible(item.reason)}")


def _command(name: str, properties: dict[str, str | int], message: str) -> str:
    words = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name} {words}::{_data(message)}"


def _data(text: str) -> str:
    # `##[error]` is obeyed anywhere in a line, and the runner undoes no escape of its characters
    text = text.replace("##[", r"\x23#[")
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
