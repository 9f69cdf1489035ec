"""From the end of a log to one sentence that a researcher can act upon."""

from __future__ import annotations

import os
import re
import signal
from typing import TYPE_CHECKING

import msgspec

from repro_check.programs import Ending, Outcome
from repro_check.smoke.patterns import INSTALLING, RUNNING, Pattern
from repro_check.smoke.result import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from repro_check.smoke.scene import Scene
    from repro_check.smoke.trial import Failure

EXCEPTION = re.compile(
    r"^(?:[\w.]+(?:Error|Exception|Exit|Interrupt|Warning)\b.*|ERROR: .+)$", re.MULTILINE
)
# How much of a message is quoted, in characters.
SHOWN = 300


def diagnose_run(failure: Failure, scene: Scene) -> Diagnosis:
    """Why the entry or the command failed."""
    outcome = failure.outcome
    if outcome.ending is Ending.TIMED_OUT:
        return Diagnosis(
            f"It did not finish within {scene.spec.timeout:g} seconds for one inference.",
            "Use a smaller input, or raise `timeout` in the smoke settings.",
            scene.place,
        )
    if outcome.ending is Ending.FLOODED:
        fix = "Print less, for example by logging at a lower rate."
        return Diagnosis("It printed without end and was stopped.", fix, scene.place)
    found = _look_up(RUNNING, scene) or _from_sightings(scene) or _from_signal(outcome)
    if found is None:
        found = Diagnosis(f"It failed with exit code {outcome.code}: {_last_words(scene)}")
    return msgspec.structs.replace(found, place=found.place or scene.place)


def diagnose_install(outcome: Outcome, scene: Scene) -> Diagnosis:
    """Why the requirements could not be installed."""
    if outcome.ending is Ending.TIMED_OUT:
        return Diagnosis(
            f"The installation did not finish within {scene.spec.install_timeout:g} seconds.",
            "Raise `install-timeout` in the smoke settings.",
        )
    found = _look_up(INSTALLING, scene)
    return found or Diagnosis(
        f"{scene.spec.install} could not be installed: {_last_words(scene)}",
        "Install it into a fresh environment by hand to see more.",
    )


def _look_up(table: Sequence[Pattern], scene: Scene) -> Diagnosis | None:
    for row in table:
        match = re.search(row.symptom, scene.messages)
        if match is None:
            continue
        if callable(row.answer):
            found = row.answer(match, scene)
            if found is None:
                continue
        else:
            found = _fill(row.answer, row.fix, match, scene)
        return msgspec.structs.replace(found, phase=found.phase or row.phase)
    return None


def _fill(answer: str, fix: str, match: re.Match[str], scene: Scene) -> Diagnosis:
    group = next((group for group in match.groups() if group), "")
    sentence = answer.format(group.rstrip("."), install=scene.install, python=scene.version)
    return Diagnosis(f"{sentence}.", fix, _line_of(group, scene) if "{install}" in answer else "")


def _line_of(requirement: str, scene: Scene) -> str:
    """`path:line` of a requirement in the file that names it, or ""."""
    name = re.match(r"[\w.-]+", requirement)
    path = scene.stage.tree / (scene.spec.install or "")
    if name and path.is_file():
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        start = re.compile(re.escape(name[0]).replace("_", "[-_]") + r"(?![\w.-])", re.IGNORECASE)
        for number, line in enumerate(lines, start=1):
            if start.match(line.strip()):
                return f"{scene.spec.install}:{number}"
    return ""


def _from_sightings(scene: Scene) -> Diagnosis | None:
    """What the guard refused, where the program has swallowed the refusal and failed later."""
    for event, sentence in (
        ("network", "It asks {} for data while inferring, and fails without."),
        ("hidden", "It looks for {}, which exists on your machine only, and fails without."),
    ):
        names = [sighting.name for sighting in scene.sightings if sighting.event == event]
        if names:
            return Diagnosis(
                sentence.format(names[0]),
                f"The last message was: {_last_words(scene)}",
            )
    return None


def _from_signal(outcome: Outcome) -> Diagnosis | None:
    """A program that was ended from outside, or by a fault in compiled code."""
    number = -outcome.code if outcome.code < 0 else outcome.code - 128
    if number == 9:
        fix = "Use a smaller input, or say in the README how much memory is needed."
        return Diagnosis("It was killed, most likely because memory ran out.", fix)
    try:
        name = signal.Signals(number).name
    except ValueError:
        return None
    fix = "Pin the versions of compiled packages that work together."
    return Diagnosis(f"It crashed in compiled code ({name}).", fix)


def _last_words(scene: Scene) -> str:
    """The last exception line, or else the last line at all, with paths as the project has them."""
    text = scene.messages.replace(f"{scene.stage.tree}{os.sep}", "")
    if lines := EXCEPTION.findall(text):
        return str(lines[-1])[:SHOWN]
    written = [line.strip() for line in text.splitlines() if line.strip()]
    return written[-1][:SHOWN] if written else "it wrote nothing."
