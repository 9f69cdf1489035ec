"""`repro-check data hash`."""

from __future__ import annotations

import os

import click

from repro_check.cli.data.asking import cluster, hasher
from repro_check.cli.meter import meter
from repro_check.data import Algorithm
from repro_check.data.hash_path import hash_path
from repro_check.data.paths import is_url
from repro_check.errors import UsageError
from repro_check.render.visible import visible

_CHOICES = [algorithm.value for algorithm in Algorithm if not algorithm.is_dvc]


@click.command("hash")
@click.argument("path")
@click.option(
    "--algo",
    type=click.Choice(_CHOICES),
    default=Algorithm.MD5.value,
    show_default=True,
    help="md5 is the recursion that research code uses; tree digests are quicker and stricter.",
)
@cluster
def command(path: str, algo: str, cluster: str | None) -> None:
    """Print the digest of PATH: a file, a folder, or a URL that fsspec reads."""
    if not is_url(path) and _is_missing(path):
        raise UsageError(f"there is no file or folder `{visible(path)}`", fix="Check the path.")
    with meter() as shown, hasher(cluster) as chosen:
        shown.begin(visible(path))
        digest = hash_path(path, Algorithm(algo), hasher=chosen, meter=shown)
    click.echo(digest)


def _is_missing(path: str) -> bool:
    """Whether there is nothing; what may not be looked at is spoken of by who tries to read it."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
