"""What a reader of the report should know beside the verdict, one sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from repro_check.smoke.commit import Commit
    from repro_check.smoke.spec import SmokeSpec
    from repro_check.smoke.trial import Sighting

SHOWN = 3


def notes_on_commit(commit: Commit) -> list[str]:
    """What is on the author's disk and therefore not tested."""
    if not commit.changed:
        return []
    return [f"Uncommitted changes are not tested: {_list(commit.changed)}."]


def notes_on_run(sightings: Sequence[Sighting]) -> list[str]:
    """What the run asked for that other people may not have."""
    notes = []
    if hidden := _names(sightings, "hidden"):
        notes.append(f"It looked for files that only your machine has: {_list(hidden)}.")
    if hosts := _names(sightings, "network"):
        notes.append(f"It asked for the network, which was off: {_list(hosts)}.")
    if programs := _names(sightings, "program"):
        notes.append(f"It ran programs of this machine: {_list(programs)}.")
    return notes


def note_on_checkpoint(sightings: Sequence[Sighting], spec: SmokeSpec) -> list[str]:
    """Whether the guard saw the checkpoint being opened, without which a run proves little."""
    if _names(sightings, "checkpoint"):
        return []
    seen = "nothing in Python opened it, and compiled code (safetensors, h5py) is not seen"
    return [f"Not checked: that {spec.checkpoint} was opened; {seen}."]


def _names(sightings: Sequence[Sighting], event: str) -> list[str]:
    found = (sighting.name for sighting in sightings if sighting.event == event)
    return list(dict.fromkeys(found))


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
