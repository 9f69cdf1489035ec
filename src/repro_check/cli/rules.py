"""`repro-check rules`."""

from __future__ import annotations

import click

from repro_check.rules.registry import load_rules


@click.command("rules")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def command(output_format: str) -> None:
    """List all rules: code, severity, when it runs, what it finds."""
    rules = load_rules()
    if output_format == "json":
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode([rule.info for rule in rules])).decode())
        return
    for rule in rules:
        mark = " " if rule.is_default else "-"
        click.echo(
            f"{mark}{rule.code:<9}{rule.severity.label:<9}{rule.stage.value:<11}"
            f"{rule.name:<32}{rule.summary}"
        )
    click.echo("\n- marks rules that run only when selected. `repro-check rule CODE` explains one.")
