"""Functions that download, and how each takes a hash.

Sources: the signatures of `urllib.request.urlretrieve`, `wget.download`, `gdown.download`,
`torch.hub.download_url_to_file` and `load_state_dict_from_url` (which looks at a hash only if the
file's name holds one, `HASH_REGEX`), `torchvision.datasets.utils` and `keras.utils.get_file`.
"""

from __future__ import annotations

import re

import msgspec

from repro_check.sources.python import Call

POOCH = (
    'Write `pooch.retrieve(url, known_hash="sha256:<hash>")`, or compare `hashlib.sha256` of the file '
    "with a recorded one; `sha256sum FILE` prints it."
)


class Sink(msgspec.Struct, frozen=True):
    """A function that downloads.

    Attributes:
        path: the position and name of the parameter for the file, or for the folder where
            `filename` is a name of its own; -1 where the function opens the file by itself.
        hashes: the parameters that take a hash, with their positions.
        help: how a hash is given.
    """

    path: int
    name: str
    hashes: tuple[tuple[int, str], ...] = ()
    help: str = POOCH
    filename: int = -1
    is_reading: bool = False


_MD5 = 'Write `md5="<md5>"`; `md5sum FILE` prints it.'
_KERAS = 'Write `file_hash="<sha256>"`; `sha256sum FILE` prints it.'
_PREFIX = 'Write `hash_prefix="<sha256>"`; `sha256sum FILE` prints it.'
_STATE = (
    'Write `check_hash=True, file_name="<name>-<hash>.pth"` with the first eight or more digits of '
    "`sha256sum FILE`; torch compares a hash only if the file's name holds one."
)
_TABLE = (
    (r"(six\.moves\.)?urllib(\.request)?\.urlretrieve", Sink(1, "filename")),
    (r"wget\.download", Sink(1, "out")),
    (r"gdown\.download", Sink(1, "output")),
    (
        r"torch\.hub\.download_url_to_file",
        Sink(1, "dst", ((2, "hash_prefix"),), _PREFIX),
    ),
    (
        r"torchvision\.datasets\.utils\.download_(url|file_from_google_drive)",
        Sink(1, "root", ((3, "md5"),), _MD5, filename=2),
    ),
    (
        r"torchvision\.datasets\.utils\.download_and_extract_archive",
        Sink(1, "download_root", ((4, "md5"),), _MD5, is_reading=True),
    ),
    (
        r"(tensorflow\.)?(python\.)?keras(\.api)?\.(src\.)?utils\.(data_utils\.)?get_file",
        Sink(0, "fname", ((3, "md5_hash"), (4, "file_hash")), _KERAS, is_reading=True),
    ),
    (
        r"torch\.(hub\.load_state_dict_from_url|utils\.model_zoo\.load_url)",
        Sink(-1, "", help=_STATE, is_reading=True),
    ),
)
_SINKS = tuple((re.compile(pattern), sink) for pattern, sink in _TABLE)


def sink_of(call: Call) -> Sink | None:
    """The function that a call downloads with, unless the call gives it a hash."""
    for pattern, sink in _SINKS:
        if pattern.fullmatch(call.target):
            given = (call.argument(position, name) for position, name in sink.hashes)
            has_hash = any(
                value is not None and getattr(value, "value", "") is not None for value in given
            )
            return None if has_hash or call.unpacks else sink
    return None
