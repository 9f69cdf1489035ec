"""Experiments and effective configs as JSON documents; see docs/json-format.md."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from repro_check import __version__
from repro_check.project.experiments.effective import Keys, Origin, Problem, Value
from repro_check.project.experiments.experiment import Experiment
from repro_check.render.config_diff import differences
from repro_check.render.config_list import Started
from repro_check.render.config_shown import Safe, Shown, safe
from repro_check.render.json_document import dump
from repro_check.render.redacted import redacted_keys, scrubbed
from repro_check.render.visible import encodable


def list_document(experiments: Sequence[Started]) -> str:
    """All experiments, without the last newline."""
    return _document(
        experiments=[_experiment(each.experiment, each.command) for each in experiments]
    )


def shown_document(shown: Shown) -> str:
    """One effective config, without the last newline."""
    return _document(**_shown(shown), values=_values(shown))


def diff_document(old: Shown, new: Shown) -> str:
    """What two effective configs do not share, without the last newline."""
    before, after = (dict(_known(shown)) for shown in (old, new))
    changes = []
    for difference in differences(old, new):
        keys = difference.value.keys
        sides = {"old": before.get(keys), "new": after.get(keys)}
        either = before.get(keys) or after[keys]
        changes.append(
            {"keys": either["keys"]}
            | {name: one and _without_keys(one) for name, one in sides.items()}
        )
    return _document(old=_shown(old), new=_shown(new), differences=changes)


def _document(**parts: Any) -> str:
    head = {"version": 1, "tool": {"name": "repro-check", "version": __version__}}
    return dump(head | parts).rstrip("\n")


def _shown(shown: Shown) -> dict[str, Any]:
    return {
        "experiment": _experiment(shown.experiment, shown.command),
        "problems": [_problem(problem) for problem in shown.problems],
        "unresolved": [_problem(problem) for problem in shown.unresolved],
        "not_read": [
            {"path": encodable(note.path), "reason": encodable(note.reason)}
            for note in shown.not_read
        ],
        "is_whole": not shown.unseen,
        "unseen": [encodable(reason) for reason in scrubbed(shown.unseen)],
        "files": [encodable(path) for path in shown.files],
    }


def _experiment(experiment: Experiment, command: str) -> dict[str, Any]:
    name, command = scrubbed([experiment.name, command])
    return {
        "name": encodable(name),
        "command": encodable(command),
        "entry": encodable(experiment.entry),
        "kind": experiment.kind.value,
        "loader": _place(Origin(experiment.loader.path, experiment.loader.span)),
        **_place(experiment.origin),
        "is_documented": experiment.is_documented,
        "is_sweep": experiment.is_sweep,
    }


def _problem(problem: Problem) -> dict[str, Any]:
    message, subject, *known = map(
        encodable, scrubbed([problem.message, problem.subject, *problem.known])
    )
    return {
        "kind": problem.kind,
        "message": message,
        "subject": subject,
        "known": known,
        **_place(problem.origin),
    }


def _values(shown: Shown) -> list[dict[str, Any]]:
    return [document for _, document in _known(shown)]


def _known(shown: Shown) -> list[tuple[Keys, dict[str, Any]]]:
    safe_of = safe(shown)
    names = redacted_keys(safe_of.values)
    return [(value.keys, _value(value, shown, safe_of, names)) for value in safe_of.values]


def _value(value: Value, shown: Shown, safe_of: Safe, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "keys": _keys(value.keys, names),
        "value": _plain(value),
        **_place(value.origin),
        "is_known": value.keys not in shown.open_keys,
        "note": value.note,
        "is_missing": value.is_missing,
        "is_redacted": value.keys in safe_of.hidden,
    }


def _without_keys(value: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in value.items() if name != "keys"}


def _keys(keys: Keys, names: Mapping[str, str]) -> list[str | int]:
    return [encodable(names[key]) if isinstance(key, str) else key for key in keys]


def _plain(value: Value) -> Any:
    if value.kind != "scalar":
        return {} if value.kind == "map" else []
    if isinstance(value.value, float) and not math.isfinite(value.value):
        return str(value.value)
    return encodable(value.value) if isinstance(value.value, str) else value.value


def _place(origin: Origin) -> dict[str, Any]:
    if not origin.path:
        return {"path": None, "line": None}
    return {"path": encodable(origin.path), "line": origin.span.line}
