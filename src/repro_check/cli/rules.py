"""`repro-check rules`."""

from __future__ import annotations

import click

from repro_check.rules.registry import load_rules
from repro_check.rules.rule import Rule


@click.command("rules")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def command(output_format: str) -> None:
    """List all rules: code, severity, when it runs, what it finds."""
    rules = load_rules()
    if output_format == "json":
        import json

        click.echo(json.dumps([_document(rule) for rule in rules], indent=2))
        return
    for rule in rules:
        mark = " " if rule.is_default else "-"
        click.echo(
            f"{mark}{rule.code:<9}{rule.severity.label:<9}{rule.stage.value:<11}"
            f"{rule.name:<32}{rule.summary}"
        )
    click.echo("\n- marks rules that run only when selected. `repro-check rule CODE` explains one.")


def _document(rule: Rule) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.label,
        "stage": rule.stage.value,
        "practice": rule.practice,
        "default": rule.is_default,
        "fix": rule.fixes or None,
        "summary": rule.summary,
        "help": rule.document,
        "url": rule.url,
    }
