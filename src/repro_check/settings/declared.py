"""Rules that a laboratory declares in its settings, without code."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

SeverityName: TypeAlias = Literal["error", "warning", "info"]

_CONDITIONS = ("file-exists", "key-present", "pattern-absent")


class DeclaredRule(
    msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True
):
    """One `[[tool.repro-check.rules]]` table: exactly one condition, and what to say if it fails.

    Raises:
        ValueError: there is not exactly one condition, a key belongs to another condition, or the
            pattern is not a regular expression.
    """

    code: Annotated[
        str, Meta(pattern=r"^[A-Z]{2,8}[0-9]{3}$", description="Its code, such as LAB001.")
    ]
    name: Annotated[
        str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="Its name, in kebab case.")
    ]
    message: Annotated[
        str, Meta(min_length=1, description="What is wrong when the condition fails, one sentence.")
    ]
    severity: Annotated[
        SeverityName, Meta(description="How much a failure harms reproduction.")
    ] = "warning"
    help: Annotated[str, Meta(description="What to do instead.")] = ""
    file_exists: Annotated[
        str | None, Meta(description="Condition: a file that matches this glob exists.")
    ] = None
    key_present: Annotated[
        str | None, Meta(description="Condition: `file` has this dotted key.")
    ] = None
    file: Annotated[
        str | None, Meta(description="The configuration file in which `key-present` looks.")
    ] = None
    pattern_absent: Annotated[
        str | None,
        Meta(description="Condition: no line of `files` matches this regular expression."),
    ] = None
    files: Annotated[
        tuple[str, ...], Meta(description="Globs of the files in which `pattern-absent` looks.")
    ] = ()

    def __post_init__(self) -> None:
        """Refuse what the types alone cannot: see Raises."""
        conditions = (self.file_exists, self.key_present, self.pattern_absent)
        given = [
            key for key, value in zip(_CONDITIONS, conditions, strict=True) if value is not None
        ]
        if len(given) != 1:
            one_of = "`file-exists`, `key-present` or `pattern-absent`"
            found = " and ".join(f"`{key}`" for key in given) or "none"
            raise ValueError(f"a rule needs exactly one of {one_of}, but it has {found}")
        if (self.file is not None) != (self.key_present is not None):
            raise ValueError("`key-present` and `file` belong together")
        if self.files and self.pattern_absent is None:
            raise ValueError("`files` belongs to `pattern-absent`")
        if self.pattern_absent is not None:
            _check_pattern(self.pattern_absent)


def _check_pattern(pattern: str) -> None:
    from repro_check.settings.patterns import why_refused

    reason = why_refused(pattern)
    if reason:
        raise ValueError(f"`pattern-absent` {reason}")
