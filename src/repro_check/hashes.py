"""The two hashes that every run needs, without OpenSSL: `hashlib` loads it, and takes 2 ms for that.

These are the very implementations that `hashlib` falls back on, or takes first for BLAKE2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import blake2b, sha1
else:
    try:
        from _blake2 import blake2b
        from _sha1 import sha1
    except ImportError:  # another Python may have them elsewhere
        from hashlib import blake2b, sha1

__all__ = ["blake2b", "sha1"]
