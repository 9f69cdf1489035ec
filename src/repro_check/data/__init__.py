"""Data and their digests: what a configuration declares, what is on disk, and whether they agree.

A library of its own, usable without the command line:

    declared = declarations(facts)
    verdicts = [verify(one, root=root, config_path="conf/data.yaml") for one in declared]
"""

from __future__ import annotations

from repro_check.data.declaring.declarations import DataDeclaration, declarations
from repro_check.data.declaring.undeclared import undeclared
from repro_check.data.hashing.digests import (
    Algorithm,
    UndefinedDigest,
    digest_of,
    md5_reference,
    tree_digest,
)
from repro_check.data.hashing.index import StatIndex
from repro_check.data.lock import Locked, LockPlan, Refusal, lock_edits
from repro_check.data.verdicts import State, Verdict
from repro_check.data.verify import measure, verify

__all__ = [
    "Algorithm",
    "DataDeclaration",
    "LockPlan",
    "Locked",
    "Refusal",
    "StatIndex",
    "State",
    "UndefinedDigest",
    "Verdict",
    "declarations",
    "digest_of",
    "lock_edits",
    "md5_reference",
    "measure",
    "tree_digest",
    "undeclared",
    "verify",
]
