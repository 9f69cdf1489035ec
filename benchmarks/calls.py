"""Functions, measured side by side in this process, as `measure` does with whole commands."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from measure import Outcome


class Call(NamedTuple):
    """One function to measure; `before` prepares each of its runs and is not timed."""

    name: str
    run: Callable[[], object]
    before: Callable[[], object] | None = None


def measure_calls(calls: Sequence[Call], rounds: int) -> dict[str, Outcome]:
    """Run all calls in turn, `rounds` times; a peak of one call is not known here, and is 0."""
    seconds: dict[str, list[float]] = {call.name: [] for call in calls}
    for _ in range(rounds):
        for call in calls:
            if call.before is not None:
                call.before()
            started = time.perf_counter()
            call.run()
            seconds[call.name].append(time.perf_counter() - started)
    return {name: Outcome(taken, 0, "") for name, taken in seconds.items()}
