"""The settings of a project: what a person may write, with its defaults and its meaning.

The descriptions are the only documentation of the keys: the JSON Schema, the table that
`repro-check init` writes and the documentation page are made from them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from repro_check.findings import Confidence, Severity
from repro_check.settings.declared import DeclaredRule, SeverityName

Profile: TypeAlias = Literal["draft", "submission", "release"]
FailOn: TypeAlias = Literal["error", "warning", "info", "never"]
ConfidenceName: TypeAlias = Literal["high", "medium", "low"]

SmokeTable: TypeAlias = dict[str, Any]
"""One `[tool.repro-check.smoke]` table as TOML gives it; the smoke package validates it."""

MEBIBYTE = 1024**2


class DataEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A data set whose bytes are recorded, so that a reader can tell that it is the same one."""

    name: Annotated[str, Meta(min_length=1, description="How findings call the data set.")]
    path: Annotated[str, Meta(min_length=1, description="Its file or folder, from the root.")]
    digest: Annotated[
        str, Meta(description="Its recorded digest; empty until `repro-check data lock` writes it.")
    ] = ""


class Settings(
    msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True
):
    """The settings of repro-check: `[tool.repro-check]` or the top level of `repro-check.toml`."""

    select: Annotated[
        tuple[str, ...],
        Meta(
            description="The rules that run: codes, prefixes of codes, names or ALL. "
            "Empty means the default rules of the profile."
        ),
    ] = ()
    extend_select: Annotated[
        tuple[str, ...], Meta(description="Rules that run in addition to the selected ones.")
    ] = ()
    ignore: Annotated[tuple[str, ...], Meta(description="Rules that do not run.")] = ()
    per_file_ignores: Annotated[
        dict[str, tuple[str, ...]],
        Meta(description="Rules that do not apply to the files that match a glob."),
    ] = {}
    exclude: Annotated[
        tuple[str, ...],
        Meta(
            description="Paths that are not checked, in the form of .gitignore, "
            "in addition to what git ignores."
        ),
    ] = ()
    profile: Annotated[
        Profile,
        Meta(description="How far the work is; it decides which rules run and how they count."),
    ] = "submission"
    fail_on: Annotated[
        FailOn, Meta(description="The least severity that makes a run fail (exit code 1).")
    ] = "warning"
    min_severity: Annotated[
        SeverityName, Meta(description="The least severity that is shown at all.")
    ] = "info"
    fail_confidence: Annotated[
        ConfidenceName,
        Meta(description="The least confidence with which a finding makes a run fail."),
    ] = "medium"
    baseline: Annotated[
        str,
        Meta(
            min_length=1, description="The file of accepted findings, relative to the repository."
        ),
    ] = "repro-check-baseline.txt"
    cache: Annotated[
        bool, Meta(description="Whether facts of unchanged files are kept between runs.")
    ] = True
    max_file_size: Annotated[
        int, Meta(gt=0, description="Source files larger than this (bytes) are not read.")
    ] = 2_000_000
    max_staged_size: Annotated[
        int, Meta(gt=0, description="Files larger than this (bytes) should not be committed.")
    ] = 10_000_000
    notebook_folders: Annotated[
        tuple[str, ...], Meta(description="Folders in which notebooks are expected.")
    ] = ("notebooks", "docs", "examples", "tutorials")
    entry_points: Annotated[
        tuple[str, ...],
        Meta(description="Scripts that start a run, besides those that are recognised."),
    ] = ()
    library: Annotated[
        bool | None,
        Meta(
            description="Whether others install this project and so its requirements must float. "
            "Inferred where it is not given."
        ),
    ] = None
    seeders: Annotated[
        tuple[str, ...],
        Meta(description="Dotted names of functions that seed every random number generator."),
    ] = ()
    data: Annotated[
        tuple[DataEntry, ...], Meta(description="Data sets and their recorded digests.")
    ] = ()
    data_budget: Annotated[
        int, Meta(gt=0, description="How many bytes of data a check reads at most.")
    ] = (2048 * MEBIBYTE)
    smoke: Annotated[
        tuple[SmokeTable, ...],
        Meta(description="What the smoke test loads, runs and compares; one table or several."),
    ] = ()
    rules: Annotated[
        tuple[DeclaredRule, ...], Meta(description="Rules of your own that need no code.")
    ] = ()

    @property
    def fail_severity(self) -> Severity | None:
        """The least severity that fails a run; None when nothing does."""
        return None if self.fail_on == "never" else Severity[self.fail_on.upper()]

    @property
    def shown_severity(self) -> Severity:
        """The least severity that is shown."""
        return Severity[self.min_severity.upper()]

    @property
    def failing_confidence(self) -> Confidence:
        """The least confidence with which a finding fails a run."""
        return Confidence[self.fail_confidence.upper()]
