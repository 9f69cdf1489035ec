"""What the command line says over what the settings file says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from repro_check.settings.declared import SeverityName
from repro_check.settings.model import ConfidenceName, FailOn, Profile, Settings


def override(
    settings: Settings,
    *,
    select: Sequence[str] | None = None,
    extend_select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    per_file_ignores: Mapping[str, Sequence[str]] | None = None,
    exclude: Sequence[str] = (),
    profile: Profile | None = None,
    fail_on: FailOn | None = None,
    min_severity: SeverityName | None = None,
    fail_confidence: ConfidenceName | None = None,
    baseline: str | None = None,
    cache: bool | None = None,
    data_budget: int | None = None,
) -> Settings:
    """New settings in which what is given wins; None and empty mean "not given".

    `select` replaces, and with it the file's `extend_select`: who asks for one rule gets one rule.
    `extend_select`, `ignore`, `exclude` and `per_file_ignores` add to the file's.
    """
    extended = settings.extend_select if select is None else ()
    ignores = dict(settings.per_file_ignores)
    for glob, codes in (per_file_ignores or {}).items():
        ignores[glob] = (*ignores.get(glob, ()), *codes)
    given = {
        "select": None if select is None else tuple(select),
        "profile": profile,
        "fail_on": fail_on,
        "min_severity": min_severity,
        "fail_confidence": fail_confidence,
        "baseline": baseline,
        "cache": cache,
        "data_budget": data_budget,
    }
    return msgspec.structs.replace(
        settings,
        extend_select=(*extended, *extend_select),
        ignore=(*settings.ignore, *ignore),
        per_file_ignores=ignores,
        exclude=(*settings.exclude, *exclude),
        **{name: value for name, value in given.items() if value is not None},
    )
