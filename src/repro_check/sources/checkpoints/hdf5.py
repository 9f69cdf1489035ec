"""HDF5 files of Keras (`model.h5`), searched for the config in their attributes.

The model's config is stored as JSON text in an attribute of the root (keras `legacy/saving/
legacy_h5_format.py`), unpacked and in one piece, so that it can be found without reading the format.
"""

from __future__ import annotations

import re
from typing import IO

from repro_check.sources.checkpoints.found import Found
from repro_check.sources.checkpoints.model import Reason, Verdict

MAGIC = b"\x89HDF\r\n\x1a\n"
_PIECE = 1 << 22
_LAMBDA = re.compile(rb'"class_name":\s{0,64}"(?:Lambda|__lambda__)"')

# a letter that JSON would not have to escape
_HIDDEN = re.compile(rb"\\u00[4-7][0-9a-fA-F]")


def read_hdf5(stream: IO[bytes], *, member: str = "") -> Found:
    """Whether a `Lambda` layer's bytecode is among the content."""
    found = Found("hdf5")
    rest = b""
    while piece := stream.read(_PIECE):
        if _LAMBDA.search(rest + piece):
            message = "runs the bytecode of a `Lambda` layer"
            found.reasons.append(Reason(Verdict.DANGEROUS, message, "", member))
            break
        if _HIDDEN.search(rest + piece):
            found.cannot_read("writes the names of its layers in escapes", member)
            break
        rest = piece[-64:]
    return found
