"""The command line: parses words, calls one function below, picks a renderer."""

from __future__ import annotations

import gc
import io
import os
import sys


def main() -> None:
    """Run the command; the one place where errors become words and exit codes."""
    # a run is short and makes no cycles; collecting costs more than the parsing of large repositories,
    # and 2 ms of a start, since imports make much that stays
    gc.disable()
    import click

    from repro_check.cli.app import app
    from repro_check.errors import ReproCheckError

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    _end_on_sigterm()
    try:
        code = app(standalone_mode=False)
    except ReproCheckError as error:
        from repro_check.cli.output import say_error

        say_error(error)
        code = error.exit_code
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        if words := shown.getvalue().rstrip("\n"):
            from repro_check.cli.output import say

            say(words, err=True)
        code = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("repro-check: interrupted", err=True)
        code = 130
    except BrokenPipeError:
        # what is left in the buffer would raise again at exit (docs.python.org, library/signal)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:  # noqa: BLE001 - a bug of ours, said as such
        code = _report_bug(error)
    finally:
        # Python's last collection walks all that is alive, even where collecting is off
        gc.freeze()
    sys.exit(code if isinstance(code, int) else 0)


def _end_on_sigterm() -> None:
    """Let a time limit end a run the way Ctrl-C does: what was started is stopped and swept up."""
    import signal

    def end(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)


def _report_bug(error: Exception) -> int:
    import traceback

    from repro_check.cli.output import say

    say(
        f"repro-check: this is a bug of repro-check ({type(error).__name__}: {error}).\n"
        "  Please report it with the output of the same command with --verbose.",
        err=True,
    )
    if "--verbose" in sys.argv or "-v" in sys.argv:
        say(traceback.format_exc(), err=True)
    return 2
