"""Seeds in the search spaces that configs declare: sweeps of Weights & Biases, sweepers of Hydra."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.project.files import ConfigFile
from repro_check.sources.config import ConfigFacts, Entry
from repro_check.text import pattern

SEED = pattern(
    r"(^|[._])(random_|manual_|data_|torch_|np_|global_)?(seed|random_state)$", re.IGNORECASE
)
_ADAPTIVE = pattern(r"(^|[/._])(optuna|ax|nevergrad)", re.IGNORECASE)
_SEVERAL = pattern(r"^\s*(choice|range|interval|uniform|int|loguniform|tag|log|float)\b|,")
_RANGES = frozenset({"min", "max", "distribution", "mu", "q"})


def searched_in_config(file: ConfigFile) -> Iterator[tuple[Entry, str]]:
    """The entries that let an adaptive search choose a seed, and what searches."""
    if not any(SEED.search(str(entry.keys[-1])) for entry in file.facts.entries if entry.keys):
        return
    yield from _of_sweep(file.facts)
    yield from _of_hydra(file.facts)


def _of_sweep(facts: ConfigFacts) -> Iterator[tuple[Entry, str]]:
    """`method: bayes` or `random` with a metric, by which a best run is picked.

    A random sweep over nothing but the seed repeats one setting, and is left alone.
    """
    method = facts.get("method")
    if method is None or method.text not in {"bayes", "random"} or facts.get("metric") is None:
        return
    several = [entry for entry in facts.children(("parameters",)) if _is_searched(facts, entry)]
    seeds = [entry for entry in several if SEED.search(str(entry.keys[-1]))]
    if len(seeds) < len(several) or method.text == "bayes":
        for entry in seeds:
            yield entry, f"the {method.text} sweep"


def _is_searched(facts: ConfigFacts, entry: Entry) -> bool:
    """Whether a parameter of a sweep may get more than one value."""
    inside = facts.children(entry.keys)
    values = facts.children((*entry.keys, "values"))
    return len(values) > 1 or any(item.keys[-1] in _RANGES for item in inside)


def _of_hydra(facts: ConfigFacts) -> Iterator[tuple[Entry, str]]:
    sweeper = _sweeper(facts)
    if not sweeper:
        return
    # `params` since Hydra 1.2, `search_space` before
    for name in ("params", "search_space"):
        start = ("hydra", "sweeper", name)
        for entry in facts.children(start):
            key = str(entry.keys[-1])
            is_several = entry.kind != "scalar" or _SEVERAL.search(entry.text)
            if SEED.search(key) and is_several:
                yield entry, f"the {sweeper} sweeper"


def _sweeper(facts: ConfigFacts) -> str:
    """The adaptive sweeper that a config of Hydra chooses, or ""."""
    target = facts.get("hydra", "sweeper", "_target_")
    names = [target.text] if target is not None else []
    names += [
        entry.text
        for entry in facts.entries
        if entry.keys
        and str(entry.keys[-1]).removeprefix("override ").strip("/ ") == "hydra/sweeper"
    ]
    found = next((match for name in names if (match := _ADAPTIVE.search(name))), None)
    return found[2] if found else ""
