"""The parts of an image's name (https://github.com/distribution/reference, reference.go)."""

from __future__ import annotations

import msgspec


class ImageName(msgspec.Struct, frozen=True):
    """An image's name: `registry/repository:tag@digest`.

    Attributes:
        repository: with the registry, without tag and digest.
        tag: "" if there is none.
        digest: with its algorithm, "" if there is none.
    """

    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def last(self) -> str:
        """The last part of the repository: "python" of `registry.example.org/library/python`."""
        return self.repository.rpartition("/")[2]


def image_name(text: str) -> ImageName:
    """The parts of a name; a transport such as `docker://` is left out."""
    plain = text.rpartition("://")[2]
    name, _, digest = plain.partition("@")
    head, mark, tag = name.rpartition(":")
    if not mark or "/" in tag:  # the colon of a registry's port
        return ImageName(name, "", digest)
    return ImageName(head, tag, digest)
