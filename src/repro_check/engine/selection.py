"""Which rules run: codes, prefixes, names, profiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from repro_check.errors import UsageError
from repro_check.rules.rule import Rule, Stage
from repro_check.settings import Settings


def select_rules(rules: Sequence[Rule], settings: Settings) -> tuple[Rule, ...]:
    """The rules that the settings ask for, sorted by code.

    Raises:
        UsageError: a selector that fits no rule, with the nearest one.
    """
    if settings.select:
        chosen = _matching(rules, settings.select, "select")
    else:
        chosen = {rule.code for rule in rules if _is_in_profile(rule, settings.profile)}
    chosen |= _matching(rules, settings.extend_select, "extend-select")
    chosen -= _matching(rules, settings.ignore, "ignore")
    for glob, selectors in settings.per_file_ignores.items():
        _matching(rules, selectors, f'per-file-ignores."{glob}"')
    return tuple(rule for rule in rules if rule.code in chosen)


def fits(selector: str, rule: Rule) -> bool:
    """Whether a code, a prefix of one, a name or ALL names this rule."""
    if selector in {"ALL", rule.name, rule.code}:
        return True
    return selector.isupper() and selector.isalnum() and rule.code.startswith(selector)


def _matching(rules: Sequence[Rule], selectors: Iterable[str], key: str) -> set[str]:
    chosen: set[str] = set()
    for selector in selectors:
        found = {rule.code for rule in rules if fits(selector, rule)}
        if not found:
            raise UsageError(
                f"`{selector}` names no rule{_nearest(selector, rules)}",
                where=key,
                fix="`repro-check rules` lists the codes and names that there are.",
            )
        chosen |= found
    return chosen


def _nearest(word: str, rules: Sequence[Rule]) -> str:
    import difflib

    codes = sorted({rule.code for rule in rules} | {rule.family for rule in rules} | {"ALL"})
    # `SEED4` and `SEED04` are as near to many codes as to the one that is meant
    family = word.upper().rstrip("0123456789")
    padded = f"{family}{word[len(family) :].lstrip('0'):0>3}"
    near = [padded] if padded in codes else []
    near = near or difflib.get_close_matches(word.upper(), codes, n=1, cutoff=0.7)
    near = near or difflib.get_close_matches(word.lower(), [rule.name for rule in rules], n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _is_in_profile(rule: Rule, profile: str) -> bool:
    if rule.stage is Stage.RELEASE:
        return profile == "release"
    return rule.is_default or (rule.is_in_release and profile == "release")
