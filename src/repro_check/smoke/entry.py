"""A trial of an entry: one process imports "module:function" and calls it again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from repro_check.smoke.result import Phase
from repro_check.smoke.trial import Failure, Stage, Trial, add_up, read_events
from repro_check.smoke.values import UnreadableError

if TYPE_CHECKING:
    from pathlib import Path


def try_entry(stage: Stage) -> Trial:
    """Call `spec.entry` `spec.repeat` times; each call may take `spec.timeout` seconds."""
    spec = stage.spec
    limit = spec.timeout * spec.repeat
    results = stage.job / "results.jsonl"
    outcome = stage.run(
        [stage.environment.python, stage.environment.probe],
        limit,
        entry=spec.entry,
        arguments=[str(stage.tree / path) for path in (spec.checkpoint, spec.input) if path],
        tree=str(stage.tree),
        repeat=spec.repeat,
        # Shortly before the end the probe writes down where it hangs.
        limit=max(limit - 1.0, limit / 2),
        results=str(results),
    )
    said = _listen(results)
    phases = (Phase.LOAD, Phase.INFER, *[Phase.REPEAT] * spec.repeat)
    failure = None
    if not outcome.ok or said.error or len(said.outputs) < spec.repeat:
        silent = "" if not outcome.ok else "repro-check: it ended before the entry returned"
        failure = Failure(
            phase=phases[len(said.seconds)],
            text=said.error or silent or outcome.stderr,
            outcome=outcome,
        )
    return Trial(
        outputs=said.outputs,
        seconds=add_up(zip(phases, said.seconds, strict=False)),
        outcomes=(outcome,),
        failure=failure,
    )


class _Said(msgspec.Struct, frozen=True):
    """What the probe reported: seconds of the import and of each call, outputs, a traceback."""

    seconds: tuple[float, ...] = ()
    outputs: tuple[object, ...] = ()
    error: str = ""


def _listen(results: Path) -> _Said:
    try:
        events = list(read_events(results))
    except UnreadableError as error:
        return _Said(error=f"repro-check: {error}")
    return _Said(
        seconds=tuple(event["seconds"] for event in events if event["event"] != "error"),
        outputs=tuple(event["value"] for event in events if event["event"] == "output"),
        error=next((event["traceback"] for event in events if event["event"] == "error"), ""),
    )
