"""Whether the order of Python's sets of strings is the same in the next run.

The order follows the hash seed, which an interpreter reads from PYTHONHASHSEED once, when it
starts (docs.python.org, using/cmdline); setting the variable in a running program changes only
its children. `sys.flags.hash_randomization` is 0 only for the value 0, so it cannot tell.
"""

from __future__ import annotations

import os
import sys

_PROBE = "import sys; sys.stdout.write(str(hash('probe')))"


def hash_seed_is_fixed() -> bool:
    """Whether this interpreter was started with a fixed hash seed.

    Where the variable is set, a child interpreter (which reads it afresh) hashes the same word:
    it agrees only if this process read the same value. Costs one interpreter start in that case,
    nothing in the others.
    """
    if not sys.flags.hash_randomization:
        return True
    if os.environ.get("PYTHONHASHSEED", "random") in ("", "random") or not sys.executable:
        return False
    import subprocess

    try:
        child = subprocess.run(
            [sys.executable, "-S", "-c", _PROBE],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return child.stdout == str(hash("probe"))
