"""Name look-up in one module, each answer kept: rules ask for the same names over and over."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from repro_check.sources.scopes import Scopes


class KeptScopes(Scopes):
    """Scopes that look up each name once in each scope."""

    def binding(self, root: str, block: int) -> int:
        """The block of the scope in which a plain name is bound that is read in a block; or -1."""
        known = self._known[self.scope(block)]
        found = known.get(root)
        if found is None:
            found = known[root] = super().binding(root, block)
        return found

    @cached_property
    def _known(self) -> defaultdict[int, dict[str, int]]:
        return defaultdict(dict)
