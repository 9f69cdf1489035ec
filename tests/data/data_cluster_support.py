"""What the tests of the cluster run on its workers, which import it by its name."""

from __future__ import annotations

import os
import time

from repro_check.data.hashing.batches import Batch, Hashed, hash_batch


def slowly(batch: Batch) -> tuple[Hashed, ...]:
    """Hash a batch, and note beside its first file which process does it."""
    with open(f"{batch.paths[0]}.by", "a") as note:
        print(os.getpid(), file=note)
    time.sleep(0.02)
    return hash_batch(batch)


def kill_worker(batch: Batch) -> tuple[Hashed, ...]:
    """Die of any batch, as from want of memory."""
    os.abort() if batch.paths else None
    return ()
