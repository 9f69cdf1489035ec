"""Data that are not on this machine: listed and hashed through fsspec, without a copy.

    digest = remote_digest("s3://bucket/train", Algorithm.TREE_BLAKE3)
    for entry in remote_manifest("s3://bucket/train", "blake3"): ...

fsspec and what it needs for a protocol are imported when a URL is opened (extra `remote`).
"""

from __future__ import annotations

from repro_check.data.remote.digest import remote_digest
from repro_check.data.remote.failures import Patience
from repro_check.data.remote.listing import RemoteFile, listing
from repro_check.data.remote.manifest import remote_manifest
from repro_check.data.remote.objects import hash_object, hash_objects
from repro_check.data.remote.remembering import remembered_digest
from repro_check.data.remote.urls import name_of, shown

__all__ = [
    "Patience",
    "RemoteFile",
    "hash_object",
    "hash_objects",
    "listing",
    "name_of",
    "remembered_digest",
    "remote_digest",
    "remote_manifest",
    "shown",
]
