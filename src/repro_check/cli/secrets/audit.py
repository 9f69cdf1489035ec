"""`repro-check secrets audit`."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple, NoReturn

import click

from repro_check.atomic import create, write_atomic
from repro_check.bounded import read_bounded
from repro_check.cli.output import say
from repro_check.cli.secrets.asking import asked, history_of
from repro_check.cli.secrets.questions import Question, of_files, of_history
from repro_check.errors import ReproCheckError, UsageError
from repro_check.render.visible import visible
from repro_check.secrets.baseline import BASELINE
from repro_check.secrets.labels import Label, read_labels, with_label
from repro_check.sources.git_process import run

_LARGEST = 50_000_000
_LONGEST_ANSWER = 10_000
_LABELS = {"t": Label.TRUE, "f": Label.FALSE, "u": Label.UNSURE}
_HELP = """t  true: it is a secret; it stays a finding until it is revoked and gone
f  false: it is none, or opens nothing any more; it is no finding from now on
u  unsure: it stays a finding, and is not asked about again without --again
s  skip it this time      b  back to the one before, and take its label back
q  quit; all answers are kept already"""


@click.command("audit")
@click.argument("paths", nargs=-1)
@click.option("--history", is_flag=True, help="Ask about what stands in the history.")
@click.option("--again", is_flag=True, help="Ask about what has a label, too.")
def command(paths: tuple[str, ...], history: bool, again: bool) -> None:
    """Say of each finding in PATHS (default: this folder) whether it is a secret.

    Every answer is written to .secrets.baseline at once, in the format of detect-secrets, so the
    next audit goes on where this one ended. Answers are read from standard input, one a line.
    """
    given = asked(paths, use_cache=True)
    stored = _Stored(given.root / BASELINE)
    labels = read_labels(stored.text)
    _check_not_ignored(given.root, stored.path)
    questions = of_files(given)
    known = set(labels)
    if history:
        questions = of_history(history_of(given, knows_baseline=False))
        known = {one.key for one in questions if one.key[1] in {sha1 for _, sha1 in labels}}
    if not again:
        questions = [one for one in questions if one.key not in known]
    if not questions:
        click.echo("Nothing to label.")
        return
    _ask_all(questions, stored)


class _Done(NamedTuple):
    """An answer: the baseline before it, and the label; None where it was skipped."""

    before: str | None
    label: Label | None


class _Stored:
    """The baseline on disk, which nobody else may change meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = self._read()

    def write(self, text: str | None) -> None:
        """Replace it; None removes it, and what it is already stays untouched.

        Raises:
            ReproCheckError: it was changed by somebody else, or cannot be written.
        """
        if self._read() != self.text:
            raise ReproCheckError(
                "the secrets baseline was changed while you labelled",
                where=BASELINE,
                fix="Run the audit again; the answers so far are in it or were replaced.",
            )
        if text == self.text:
            return
        if text is None:
            self.path.unlink(missing_ok=True)
        elif self.text is None:
            create(self.path, text.encode())
        else:
            write_atomic(self.path, text.encode())
        self.text = text

    def _read(self) -> str | None:
        try:
            return read_bounded(self.path, limit=_LARGEST).decode("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no UTF-8"
            raise ReproCheckError(
                f"the secrets baseline cannot be read: {reason}",
                where=BASELINE,
                fix="Make it a regular text file, or remove it.",
            ) from error


def _check_not_ignored(root: Path, path: Path) -> None:
    if not os.path.lexists(root / ".git"):
        return
    if run(root, "check-ignore", "--", path.name, ok=(0, 1)):
        raise UsageError(
            "git ignores the secrets baseline, so that no check would know the labels",
            where=BASELINE,
            fix="Take it out of .gitignore; it holds digests and no secret.",
        )


def _ask_all(questions: list[Question], stored: _Stored) -> None:
    done: list[_Done] = []
    total = len(questions)
    while len(done) < total:
        question = questions[len(done)]
        say(f"\n[{len(done) + 1}/{total}] {visible(question.title)}")
        say(f"    {visible(question.shown.strip())}\n  {visible(question.reason)}")
        answer = _answer()
        if answer is None:
            _end_of_input(len(done), total)
        elif answer in _LABELS:
            done.append(_Done(stored.text, _LABELS[answer]))
            stored.write(with_label(stored.text, question.finding, _LABELS[answer]))
        elif answer == "s":
            done.append(_Done(stored.text, None))
        elif answer == "b" and done:
            stored.write(done.pop().before)
        elif answer == "q":
            break
        else:
            click.echo("There is none before it." if answer == "b" else _HELP)
    _sum_up(Counter(one.label for one in done if one.label), total)


def _sum_up(counts: Counter[Label], total: int) -> None:
    kinds = ", ".join(f"{counts[label]} {label.value}" for label in Label)
    labelled = sum(counts.values())
    click.echo(f"\n{labelled} labelled ({kinds}), {total - labelled} left.")
    if counts[Label.TRUE]:
        click.echo("Revoke what is true where it was issued; a label opens no lock.")


def _answer() -> str | None:
    """The first letter of the next line in lower case; None at the end of the input.

    The line is not repeated anywhere: somebody may have pasted a secret.
    """
    click.echo("true, false, unsure, skip, back, quit, ? [t/f/u/s/b/q/?] ", nl=False)
    sys.stdout.flush()
    line = sys.stdin.buffer.readline(_LONGEST_ANSWER)
    if not sys.stdin.isatty():
        click.echo()
    if not line:
        return None
    word = line.decode("utf-8", "replace").strip().lower()
    names = {"true", "false", "unsure", "skip", "back", "quit"}
    return word[0] if word in names or len(word) == 1 else "?"


def _end_of_input(number: int, total: int) -> NoReturn:
    is_first = number == 0
    raise UsageError(
        "nobody answers" if is_first else f"the answers ended at finding {number + 1} of {total}",
        where="standard input",
        fix="Run `repro-check secrets audit` in a terminal, or write one answer a line into it"
        + (" (t, f, u)." if is_first else "; what was answered is kept."),
    )
