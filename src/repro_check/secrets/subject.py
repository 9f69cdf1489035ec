"""A file as SEC rules see it: with the secrets that were found in it. Cheap to import."""

from __future__ import annotations

import msgspec

from repro_check.project.files import Subject
from repro_check.secrets.model import Secret
from repro_check.sources.discovery import SourceFile
from repro_check.sources.kinds import Role

# pictures, sounds, archives, programs, models and arrays
NO_TEXT = tuple(
    ".png .jpg .jpeg .gif .svg .pdf .eps .ico .bmp .tif .tiff .webp .mp4 .avi .mov .mp3 .wav .npy .npz "
    ".pt .pth .ckpt .bin .safetensors .h5 .hdf5 .pkl .pickle .joblib .onnx .pb .parquet .arrow .feather "
    ".zip .gz .tgz .bz2 .xz .7z .tar .whl .so .dll .dylib .exe .jar .ttf .woff .woff2 .mat .nii .dcm "
    ".tfrecord .tfrecords .lock .map".split()
)
# data; a history is searched for them too, since access keys are downloaded as a table
_PASSED_OVER = (*NO_TEXT, ".csv", ".tsv")


class FileSecret(msgspec.Struct, frozen=True, array_like=True):
    """A secret and the part of the file that it stands in.

    Attributes:
        secret: what was found; its line counts inside the part.
        cell: the notebook cell, counted from 1, or None.
        is_output: whether it stands in a saved output, which has no line of its own in the cell.
        sha1: the digest under which detect-secrets' baselines know it.
        shown: the line, with every secret on it redacted.
    """

    secret: Secret
    cell: int | None
    is_output: bool
    sha1: str
    shown: str


class SecretFacts(msgspec.Struct, frozen=True, array_like=True):
    """The secrets of one file, in order of place."""

    secrets: tuple[FileSecret, ...]


class SecretsFile(Subject):
    """Any text file, with the secrets that were found in it."""

    def __init__(self, file: SourceFile, facts: SecretFacts) -> None:
        super().__init__(file)
        self.secrets = facts.secrets


def may_hold_secrets(file: SourceFile) -> bool:
    """Whether a file is worth a search: no picture, no archive, no data, not vendored."""
    return not file.path.lower().endswith(_PASSED_OVER) and file.role is not Role.VENDORED
