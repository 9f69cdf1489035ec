"""A trial of a command line: a fresh process for each inference, as a reader would start it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from repro_check.smoke.result import Phase
from repro_check.smoke.spec import PLACEHOLDER, SmokeSpec
from repro_check.smoke.trial import Failure, Stage, Trial, add_up
from repro_check.smoke.values import UnreadableError, parse_text, read_value

if TYPE_CHECKING:
    from repro_check.programs import Outcome


def try_command(stage: Stage) -> Trial:
    """Run `spec.command` `spec.repeat` times and read what it writes or prints."""
    spec = stage.spec
    written = _output_file(stage)
    outputs: list[object] = []
    outcomes: list[Outcome] = []
    failure = None
    phases = (Phase.INFER, *[Phase.REPEAT] * (spec.repeat - 1))
    for phase in phases:
        # A file that is committed, or left from the run before, is no output.
        written.unlink(missing_ok=True)
        outcome = stage.run(_words(stage, written), spec.timeout)
        outcomes.append(outcome)
        text = outcome.stderr
        if outcome.ok:
            try:
                outputs.append(_read_output(spec, written, outcome))
                continue
            except UnreadableError as error:
                text = f"repro-check: {error}"
        failure = Failure(phase=phase, text=text, outcome=outcome)
        break
    return Trial(
        outputs=tuple(outputs),
        seconds=add_up(zip(phases, (o.seconds for o in outcomes), strict=False)),
        outcomes=tuple(outcomes),
        failure=failure,
    )


def _words(stage: Stage, written: Path) -> list[str]:
    """The command line with its placeholders filled in, word by word, so that spaces are safe."""
    spec = stage.spec
    values = {"checkpoint": stage.tree / spec.checkpoint, "output": written}
    if spec.input:
        values["input"] = stage.tree / spec.input
    words = [
        PLACEHOLDER.sub(lambda match: str(values[match[1]]), word)
        for word in shlex.split(spec.command or "")
    ]
    is_python = words[0] in ("python", "python3")
    return [stage.environment.python if is_python else words[0], *words[1:]]


def _output_file(stage: Stage) -> Path:
    spec = stage.spec
    if spec.output:
        return stage.tree / spec.output
    return stage.job / f"output{Path(spec.expected or 'output.json').suffix}"


def _read_output(spec: SmokeSpec, written: Path, outcome: Outcome) -> object:
    """The file that the command wrote, or what it printed if it was not told to write one."""
    if spec.output or "{output}" in (spec.command or ""):
        return read_value(written)
    return parse_text(outcome.stdout, suffix=Path(spec.expected or "").suffix, name="its output")
