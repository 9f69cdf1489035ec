"""Running the families of rules that read Python, and comparing what they say of two texts."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from checking import ALL_STAGES

from examples import Example, examples_of
from repro_check.engine import Scope, Session, run
from repro_check.engine.mishaps import traces
from repro_check.findings import Report
from repro_check.rules.registry import load_rules
from repro_check.rules.rule import Rule, Stage
from repro_check.settings import Settings
from repro_check.sources.discovery import discover

FAMILIES = ("SEED", "CKPT", "LOG", "PORT", "DATA", "RES")
RULES = tuple(rule for rule in load_rules() if rule.family in FAMILIES)
BAD = [
    example
    for rule in RULES
    for example in examples_of(rule)
    if example.heading == "Bad" and any(path.endswith(".py") for path in example.files)
]
"""The material: what the rules themselves call bad, so that new rules join by being written."""


class Said(msgspec.Struct, frozen=True, order=True):
    """One finding without its path and place: the code, and the statement at which it points."""

    code: str
    statement: str


def report_on(root: Path, rules: Iterable[Rule] = RULES) -> Report:
    """What the rules say of a folder, tracked by git or not; none of them may fail."""
    settings = Settings(cache=False)
    scope = Scope(stages=ALL_STAGES | {Stage.RELEASE})
    report = run(Session(discover(root), settings), tuple(rules), scope)
    assert not traces(report), traces(report)[0]
    return report


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write files into a new folder."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return root


def said(root: Path, files: Mapping[str, str], rule: Rule) -> Counter[Said]:
    """What one rule says of these files, once for each finding."""
    report = report_on(write(root, files), [rule])
    found: Counter[Said] = Counter()
    for finding in report.findings:
        span, path = finding.location.span, finding.location.path
        text = ""
        if span is not None and path.endswith(".py"):
            text = statement_at(files[path], span.line, span.column)
        found[Said(finding.code, text)] += 1
    return found


def statement_at(source: str, line: int, column: int) -> str:
    """The innermost statement at a place, written in one way, without the statements inside it."""
    place = (line, column - 1)
    inside = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt) and _start(node) <= place <= _end(node)
    ]
    if not inside:
        return ""
    innermost = max(inside, key=_start)
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        if isinstance(getattr(innermost, field, None), list):
            empty: list[ast.AST] = [ast.Pass()] if field == "body" else []
            setattr(innermost, field, empty)
    if isinstance(innermost, ast.Try):
        innermost.finalbody = [ast.Pass()]
    return ast.unparse(innermost)


def _start(node: ast.stmt) -> tuple[int, int]:
    decorators = getattr(node, "decorator_list", [])
    first = decorators[0] if decorators else node
    # the sign of a decorator stands before its expression
    return first.lineno, first.col_offset - (1 if decorators else 0)


def _end(node: ast.stmt) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or 0


def python_of(example: Example) -> dict[str, str]:
    """The Python files of an example."""
    return {path: text for path, text in example.files.items() if path.endswith(".py")}
