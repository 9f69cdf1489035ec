"""What a pickle would build, as symbols: nothing here is an object of the library that it names.

Numbers, texts, `None`, tuples and lists stand for themselves.
"""

from __future__ import annotations

import msgspec


class Opaque:
    """A value of which nothing is kept."""

    def __repr__(self) -> str:
        return "<opaque>"


OPAQUE = Opaque()


class Global(msgspec.Struct, frozen=True):
    """A class or a function by its module and its name in there, which may have dots."""

    module: str
    name: str

    @property
    def label(self) -> str:
        """Both as one dotted name."""
        return f"{self.module}.{self.name}"


class Bytes(msgspec.Struct, frozen=True):
    """Bytes: how many, and where they begin in the stream."""

    length: int
    offset: int


class Mapping(msgspec.Struct, eq=False):
    """A dictionary's pairs, in order; keys need not be hashable."""

    pairs: list[tuple[object, object]]

    def get(self, key: str) -> object:
        """The value of a text key, or None."""
        for name, value in self.pairs:
            if isinstance(name, str) and name == key:
                return value
        return None


class Made(msgspec.Struct, eq=False):
    """An object: what is called, with what, and the state and the content that it is given.

    Attributes:
        state: as given by BUILD, None if it is not.
        content: the pairs or items that are added to it.
    """

    function: object
    arguments: object
    state: object = None
    content: Mapping | None = None


class Persistent(msgspec.Struct, frozen=True, eq=False):
    """An object that lies outside of the pickle, by its id; in torch a storage."""

    id: object


class Use(msgspec.Struct, frozen=True):
    """A class or a function that a pickle names.

    Attributes:
        name: None where the pickle puts it together, so that it cannot be told.
        how: "named", "called", "changed" (attributes of the class or module itself are set), or
            "reached" (as an attribute, by `getattr`).
        arguments: of a call.
        offset: of the opcode in the pickle's window.
    """

    name: Global | None
    how: str
    offset: int
    arguments: object = None
