"""`repro-check rule`."""

from __future__ import annotations

import click

from repro_check.errors import UsageError
from repro_check.render.visible import visible
from repro_check.rules.registry import load_rules


@click.command("rule")
@click.argument("name")
def command(name: str) -> None:
    """Explain the rule NAME (its code, or its name)."""
    rules = load_rules()
    for rule in rules:
        if name.upper() == rule.code or name == rule.name:
            click.echo(f"{rule.code} {rule.name}\n")
            click.echo(rule.document)
            fixes = f"{rule.fixes} (--{'fix' if rule.fixes == 'safe' else 'unsafe-fixes'})"
            click.echo(
                f"\nSeverity: {rule.severity.label}\nRuns on: {rule.stage.value}\n"
                f"Fix: {fixes if rule.fixes else 'none'}\n"
                f"Default: {'on' if rule.is_default else 'off'}\n{rule.url}"
            )
            return
    import difflib

    names = [rule.code for rule in rules] + [rule.name for rule in rules]
    near = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean `{near[0]}`?" if near else ""
    raise UsageError(
        f"there is no rule `{visible(name)}`.{hint}", fix="`repro-check rules` lists them."
    )
