"""`python benchmarks/corpus/precision.py` brings the tables of docs/precision.md up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from labels import FINDINGS, UNSEEN, precision, read_labels

from repro_check.rules.registry import load_rules
from repro_check.rules.rule import Rule, Stage

PAGE = Path(__file__).parents[2] / "docs" / "precision.md"
TABLES = {"precision": FINDINGS, "unseen": UNSEEN}


def table(labels: Path) -> str:
    """Precision per rule, as a Markdown table."""
    rules = {rule.code: rule for rule in load_rules()}
    lines = ["| Rule | true | false | unclear | true / (true + false) |"]
    lines.append("| --- | ---: | ---: | ---: | ---: |")
    for one in precision(read_labels(labels)):
        ratio = "-" if one.ratio is None else f"{one.ratio:.2f}"
        shown = ratio if one.is_estimate else f"({ratio})"
        name = _name(rules[one.rule]) if one.rule in rules else one.rule
        lines.append(f"| {name} | {one.true} | {one.false} | {one.unclear} | {shown} |")
    return "\n".join(lines)


def with_tables(page: str) -> str:
    """The text of the page with the current tables between their markers."""
    for name, labels in TABLES.items():
        start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, _, rest = page.partition(start)
        page = f"{before}{start}\n{table(labels)}\n{end}{rest.partition(end)[2]}"
    return page


def _name(rule: Rule) -> str:
    if rule.stage is Stage.RELEASE:
        return f"{rule.code} {rule.name} (before a release)"
    return f"{rule.code} {rule.name}" + ("" if rule.is_default else " (off by default)")


def main() -> int:
    """Write the page, or with `--check` only say whether it is current; 1 if it is not."""
    old = PAGE.read_text("utf-8")
    new = with_tables(old)
    if new == old:
        return 0
    if "--check" in sys.argv:
        print("run `python benchmarks/corpus/precision.py`")
        return 1
    PAGE.write_text(new, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
