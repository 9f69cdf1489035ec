"""The images that a repository builds on, with their places: container files, Compose, dev containers."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Location
from repro_check.project.environment.containers import containers
from repro_check.project.files import ConfigFile
from repro_check.project.project import Project
from repro_check.sources.containers.images import ImageName, image_name
from repro_check.text import pattern

_COMPOSE = pattern(r"(?:^|/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$")
_DEV_CONTAINER = pattern(r"(?:^|/)\.?devcontainer\.json$")
_REMOTE = frozenset({"docker", "oras", "library", "shub"})
_BUILDERS = frozenset({"docker", "podman", "nvidia-docker", "buildah"})


class UsedImage(msgspec.Struct, frozen=True):
    """An image by its name, and where it is named."""

    written: str
    name: ImageName
    location: Location


def used_images(project: Project) -> Iterator[UsedImage]:
    """The images that come from a registry; those that only who builds knows are left out.

    Left out are `scratch`, stages of the same file, names with arguments that have no default, files,
    and what Compose builds in this repository.
    """
    built = frozenset((*_built(project), *_told_to_build(project)))
    for path, facts in containers(project):
        for image in facts.images:
            name = image_name(image.name)
            is_remote = image.source in _REMOTE and name.repository not in {"scratch", *built}
            # an argument without a tag of its own may be meant to be given at each build
            is_given = bool(image.variables) and image.written.startswith("$")
            if is_remote and image.name and not image.is_stage and not is_given:
                yield UsedImage(image.written, name, Location(path=path, span=image.span))
    for config in _configs(project):
        for entry in config.facts.leaves():
            is_image = entry.keys[-1:] == ("image",) and (
                len(entry.keys) == 1 or entry.keys[:1] == ("services",)
            )
            if (
                is_image
                and "$" not in entry.text
                and image_name(entry.text).repository not in built
            ):
                yield UsedImage(entry.text, image_name(entry.text), config.location(entry.span))


def _configs(project: Project) -> Iterator[ConfigFile]:
    for path in project.configs.paths:
        if _COMPOSE.search(path) or _DEV_CONTAINER.search(path):
            config = project.configs.get(path)
            if config is not None and config.is_product:
                yield config


def _built(project: Project) -> Iterator[str]:
    """The repositories of the images that a Compose file builds: those with a `build` beside them."""
    for config in _configs(project):
        builds = {
            entry.keys[:-1] for entry in config.facts.entries if entry.keys[-1:] == ("build",)
        }
        for entry in config.facts.leaves():
            if entry.keys[-1:] == ("image",) and entry.keys[:-1] in builds:
                yield image_name(entry.text).repository


def _told_to_build(project: Project) -> Iterator[str]:
    """What the repository tells people to build themselves: `docker build -t name`."""
    for told in project.installs.told:
        words = told.command.words
        is_build = any(word in {"build", "tag"} for word in words[:4])
        if not is_build or _BUILDERS.isdisjoint(words[:3]):
            continue
        for at, word in enumerate(words):
            if word in {"-t", "--tag"} and at + 1 < len(words):
                yield image_name(words[at + 1]).repository
            elif word.startswith("--tag="):
                yield image_name(word[6:]).repository
