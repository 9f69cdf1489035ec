"""`repro-check checkpoint show`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from repro_check.cli.output import style_of
from repro_check.errors import NotCheckedError, UsageError


@click.command("show")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--all", "shows_all", is_flag=True, help="List every tensor, not only the first 20.")
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print what was found.",
)
def command(file: Path, shows_all: bool, output_format: str) -> None:
    """Show what FILE holds and what loading it would run; it is never loaded.

    PyTorch (zip, legacy, TorchScript, Lightning, Accelerate), pickle, joblib, NumPy, safetensors,
    ONNX, Keras and HDF5 files are read, packed and archived ones too.

    Exit code 1 if loading it may do harm, 3 if it cannot be read to its end.
    """
    from repro_check.sources.checkpoints.model import Verdict
    from repro_check.sources.checkpoints.reading import read_model

    try:
        content = read_model(file, follow_link=True)
    except IsADirectoryError as error:
        fix = "Name one of the files in it."
        raise UsageError("it is a folder", where=str(file), fix=fix) from error
    except OSError as error:
        what = f"it cannot be opened: {error.strerror}"
        raise UsageError(what, where=str(file), fix="Name a model file that is there.") from error
    if output_format == "json":
        from repro_check.render.checkpoint_document import checkpoint_document

        click.echo(checkpoint_document(str(file), content))
    else:
        from repro_check.render.checkpoint_text import checkpoint_text

        style = style_of("auto")
        text = checkpoint_text(str(file), content, style, tensors=None if shows_all else 20)
        click.echo(text, color=style.color)
    if content.verdict is Verdict.DANGEROUS:
        sys.exit(1)
    sys.exit(NotCheckedError.exit_code if content.verdict is Verdict.UNREADABLE else 0)
