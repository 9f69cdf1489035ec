"""Whether and where a repository declares a distribution that its code imports."""

from __future__ import annotations

import enum
import posixpath
import re
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.environment.environment import covers
from repro_check.project.environment.import_names import Shipped
from repro_check.project.environment.manifests import DEVELOPMENT
from repro_check.sources.requirement_item import normal_name, requirement
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.environment import Manifest
    from repro_check.project.project import Project
    from repro_check.sources.dependencies.model import Declared

_VARIANT = pattern(
    r"(-(cpu|gpu|cuda\d*x?|cu\d+x?|rocm[\d-]*|nightly|macos|metal|intel|headless|lite|full|binary|bin|base|"
    r"core|dev|all|minimal|skinny|ng|stable|wheels?|cudnn\d*|py\d+))+$"
)
# what people write for it, or what always brings it along
_ALIASES = {
    "torch": {"pytorch", "pytorch-nightly"},
    "opencv-python": {"opencv", "py-opencv", "libopencv"},
    "keras": {"tensorflow", "tf-nightly"},
    "tensorboard": {"tensorflow", "tf-nightly", "tb-nightly"},
    "jaxlib": {"jax"},
    "ipython": {"jupyter", "notebook", "jupyterlab", "ipykernel"},
    "ipywidgets": {"jupyter"},
    "lightning": {"pytorch-lightning"},
    "faiss-cpu": {"faiss", "libfaiss"},
}
# folders of what the whole repository needs
_SHARED = pattern(
    r"(^|/)(requirements?|reqs|envs?|environments?|conda|dockers?|containers?|installs?|installation|setup|"
    r"deps|dependencies|configs?|\.?binder|\.\w+)/",
    re.IGNORECASE,
)
_EVERYTHING = frozenset({"anaconda"})


class Standing(enum.Enum):
    """How a distribution is declared, the best first."""

    DECLARED = "declared"
    DEVELOPMENT = "development"
    COMMAND = "command"
    LOCKED = "locked"
    ELSEWHERE = "elsewhere"
    NOWHERE = "nowhere"


class Declaration(msgspec.Struct, frozen=True):
    """Where a distribution is declared: the file, "" if nowhere."""

    standing: Standing
    path: str = ""


class Declarations:
    """What all manifests, locks and install commands of a repository name.

    A manifest in a folder with code of its own holds for that folder alone where the others have one.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._runtime: dict[str, list[str]] = {}
        self._development: dict[str, list[str]] = {}
        self._commands: dict[str, list[str]] = {}
        self._extras: set[str] = set()
        self.has_unnamed = False
        for manifest in project.environment.manifests:
            for one in manifest.facts.declared:
                self._keep(manifest, one)
        self._of_commands()
        self._of_cog()
        self._folders = {
            posixpath.dirname(path) for paths in self._runtime.values() for path in paths
        }
        self._with_code = {
            posixpath.dirname(path)
            for path in project.python.paths
            if not path.endswith("setup.py")
        }

    def of(self, shipped: Shipped, path: str = "") -> Declaration:
        """How a distribution, or another one that ships the same module, is declared.

        Args:
            shipped: who ships the module.
            path: of the file that imports it.
        """
        names = set(shipped.distributions)
        names.add(normal_name(shipped.module.partition(".")[0]))
        names.update(*(_ALIASES.get(name, ()) for name in shipped.distributions))
        kinds = (
            (Standing.DECLARED, self._runtime),
            (Standing.DEVELOPMENT, self._development),
            (Standing.COMMAND, self._commands),
        )
        for standing, table in kinds:
            for name, places in table.items():
                if name in _EVERYTHING or _is_one_of(name, names):
                    holding = next((place for place in places if self._holds(place, path)), None)
                    if holding is not None:
                        return Declaration(standing, holding)
        if not names.isdisjoint(self._extras):
            return Declaration(Standing.DECLARED)
        for lock in self._project.environment.locks:
            if covers(lock.path, path) and any(lock.packages(name) for name in names):
                return Declaration(Standing.LOCKED, lock.path)
        for name, places in self._runtime.items():
            if _is_one_of(name, names):
                return Declaration(Standing.ELSEWHERE, places[0])
        return Declaration(Standing.NOWHERE)

    def _holds(self, place: str, path: str) -> bool:
        """Whether what a file declares holds for another one."""
        if place.endswith((".py", ".ipynb")) and not place.endswith("setup.py"):
            return place == path
        folder = posixpath.dirname(place)
        if not path or is_below(path, folder) or _SHARED.search(f"{folder}/"):
            return True
        has_code = any(is_below(f"{each}/", folder) for each in self._with_code)
        has_another = any(is_below(path, each) for each in self._folders)
        return not (has_code and has_another)

    def _keep(self, manifest: Manifest, one: Declared) -> None:
        if one.role in {"build", "constraint"}:
            return
        name = one.name or _from_url(one.url)
        self.has_unnamed = self.has_unnamed or (not one.name and one.origin != "index")
        is_development = one.role == "group" and DEVELOPMENT.search(one.group) is not None
        is_runtime = manifest.is_runtime and not is_development
        table = self._runtime if is_runtime else self._development
        table.setdefault(name, []).append(manifest.path)
        self._extras.update(normal_name(extra) for extra in one.extras)

    def _of_commands(self) -> None:
        for command in self._project.installs.commands:
            # what only CI or another notebook installs helps nobody
            if command.told.where in {"ci", "notebook"} or not command.is_product:
                continue
            for one in command.install.declared:
                name = one.name or _from_url(one.url)
                self._commands.setdefault(name, []).append(command.path)

    def _of_cog(self) -> None:
        """Replicate's `cog.yaml`, whose tool brings `cog` itself (cog.run, "Environment")."""
        config = self._project.configs.get("cog.yaml")
        if config is not None:
            self._runtime["cog"] = [config.path]
            for entry in config.facts.entries:
                if entry.keys[:2] == ("build", "python_packages") and entry.kind == "scalar":
                    name = requirement(entry.text, entry.span).name
                    self._commands.setdefault(name, []).append(config.path)


def _is_one_of(name: str, names: set[str]) -> bool:
    """Whether a distribution is one of some, a build (`-cu118`) or a fork (`free-…`) of one."""
    if name in names or _VARIANT.sub("", name) in names:
        return True
    return any("-" in each and name.endswith(f"-{each}") for each in names)


def is_below(path: str, folder: str) -> bool:
    """Whether a path lies in a folder or in one inside it; all lie in the root."""
    return not folder or path.startswith(f"{folder}/")


def _from_url(url: str) -> str:
    """What a repository or an archive is called, which is often what it installs."""
    name = re.split(r"[@#?]", url.rstrip("/").rpartition("/")[2])[0]
    return normal_name(re.sub(r"(-\d[\w.+]*)?(\.git|\.zip|\.whl|\.tar\.gz)?$", "", name))
