"""Where a value comes from: a literal, an option, a field, a config, a draw, or nobody knows."""

from __future__ import annotations

from repro_check.project.origins.model import Origin, OriginKind, Summary, summary_of
from repro_check.project.origins.origins import Origins, Provenance
from repro_check.project.origins.sources import draw_of, is_generator_draw

__all__ = [
    "Origin",
    "OriginKind",
    "Origins",
    "Provenance",
    "Summary",
    "draw_of",
    "is_generator_draw",
    "summary_of",
]
