"""What a Dockerfile and an Apptainer definition say, in one model."""

from __future__ import annotations

from typing import Literal

import msgspec

from repro_check.findings import Span
from repro_check.sources.shell_places import ShellCommand


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """An image that a container begins with or copies from.

    Attributes:
        written: as written, variables included.
        name: with the defaults of build arguments in place; "" if one has none, so that only who
            builds knows the image.
        span: the place of the name.
        use: whether a stage begins with it, or files are copied (or mounted) from it.
        source: where it comes from: "docker" for Dockerfiles, else the `Bootstrap` agent.
        alias: the name of the stage that begins with it.
        is_stage: whether it is no image, but an earlier stage of the same file.
        variables: build arguments in the name, in order.
    """

    written: str
    name: str
    span: Span
    use: Literal["from", "copy"] = "from"
    source: str = "docker"
    alias: str = ""
    is_stage: bool = False
    variables: tuple[str, ...] = ()


class Setting(msgspec.Struct, frozen=True, array_like=True):
    """A build argument or a variable of the environment.

    Attributes:
        kind: how it is set.
        name: its name.
        value: without quotes and as written; None for an argument without a default.
        stage: the stage from 0; -1 in front of the first.
        span: the place of name and value.
    """

    kind: Literal["arg", "env"]
    name: str
    value: str | None
    stage: int
    span: Span


class Copy(msgspec.Struct, frozen=True, array_like=True):
    """Files that are copied into the container.

    Attributes:
        sources: paths or URLs as written.
        target: where they go.
        origin: the stage or image that they come from; "" for the folder that is built in.
        stage: the stage from 0.
        span: the place of the instruction's words.
    """

    sources: tuple[str, ...]
    target: str
    origin: str
    stage: int
    span: Span


class BuildCommand(msgspec.Struct, frozen=True, array_like=True):
    """A command that is run while the container is built, and its stage from 0."""

    command: ShellCommand
    stage: int


class ContainerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What one file says of the container that it builds, each kind in document order.

    A file that only has the name of a container file says nothing: it has no images.
    """

    tool: Literal["docker", "apptainer"]
    images: tuple[Image, ...] = ()
    settings: tuple[Setting, ...] = ()
    copies: tuple[Copy, ...] = ()
    commands: tuple[BuildCommand, ...] = ()
