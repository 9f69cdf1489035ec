"""One item of a defaults list, and what its place in the tree of defaults makes of it."""

from __future__ import annotations

import msgspec

from repro_check.project.experiments.effective import Origin
from repro_check.project.experiments.hydra.packages import final_package, joined, normal_header
from repro_check.project.experiments.hydra.trees import MISSING

SELF = "_self_"


class Element(msgspec.Struct):
    """One item of a defaults list.

    Attributes:
        origin: where it is written.
        group: the config group as written; None where the item is the path of a config.
        choice: the option of the group, several, or None for none; else the path of the config.
        package: what stands behind the `@`.
        is_optional: it may be missing.
        is_override: it changes the choice of an item elsewhere.
        is_appended: an override of the command line has added it (`+group=option`).
        is_primary: it is the config that the program names.
        folder: the group of the config whose list this is.
        outer: the package of that config.
        header: the `@package` of the chosen config's file, as an absolute package.
        is_untold: a shell or a reader fills in its option.
        is_gone: a deletion of the command line, or an optional config that is missing.
    """

    origin: Origin
    group: str | None
    choice: str | tuple[str, ...] | None
    package: str | None = None
    is_optional: bool = False
    is_override: bool = False
    is_appended: bool = False
    is_primary: bool = False
    folder: str = ""
    outer: str = ""
    header: str | None = None
    is_untold: bool = False
    is_gone: bool = False
    _key: str | None = None

    def place(self, folder: str, outer: str) -> None:
        """Put the item into the list of a config of this group and package."""
        self.folder, self.outer, self._key = folder, outer, None
        if self.package == "_here_":
            self.package = ""
        if self.package is not None and "_group_" in self.package:
            resolved = self.package.replace("_group_", self.default_package)
            self.package = f"_global_.{resolved}"

    def read_header(self, header: str | None, *, is_modern: bool) -> None:
        """Take over what the chosen config's file says about its package."""
        self.header = normal_header(header, self.default_package, is_modern=is_modern)

    @property
    def is_self(self) -> bool:
        """Whether it stands for the config that the list belongs to."""
        return self.choice == SELF

    @property
    def name(self) -> str | None:
        """The option, or the last part of the config's path; None for several or none."""
        if not isinstance(self.choice, str):
            return None
        return self.choice if self.group is not None else self.choice.rpartition("/")[2]

    @property
    def is_missing(self) -> bool:
        """Whether a choice must still be made."""
        return self.name == MISSING

    @property
    def is_interpolation(self) -> bool:
        """Whether other choices decide this one."""
        return isinstance(self.choice, str) and "${" in self.choice

    @property
    def group_path(self) -> str:
        """The group from the top of the search path."""
        if self.group is not None:
            return joined(self.folder, self.group)
        assert isinstance(self.choice, str)
        written = self.choice.removeprefix("/")
        group = written.rpartition("/")[0]
        return group if self.choice.startswith("/") else joined(self.folder, group)

    @property
    def config_path(self) -> str:
        """The chosen config from the top of the search path, without its suffix."""
        if self.group is not None:
            return f"{self.group_path}/{self.choice}"
        assert isinstance(self.choice, str)
        return joined(self.folder, self.choice)

    @property
    def default_package(self) -> str:
        """The package that the group alone gives."""
        return self.group_path.replace("/", ".")

    @property
    def relative_package(self) -> str:
        """The package that the group as written gives inside the outer package."""
        if self.group is not None:
            return self.group.removeprefix("/").replace("/", ".")
        assert isinstance(self.choice, str)
        return self.choice.removeprefix("/").rpartition("/")[0].replace("/", ".")

    def final_package(self, *, is_modern: bool, with_header: bool = True) -> str:
        """Where the config's keys go, as a dotted name; "" for the top."""
        package = self.package
        if package is None and with_header:
            package = self.header
        if package is None:
            package = self.relative_package
        if not is_modern and self.name is not None:
            package = package.replace("_name_", self.name)
        return final_package(self.outer, package)

    def override_key(self, *, is_modern: bool) -> str:
        """How the command line names it: `db`, or `db@backup` where the package is not usual."""
        if self._key is not None and is_modern:
            return self._key
        group = self.group_path
        package = self.final_package(is_modern=is_modern, with_header=False)
        is_usual = package == group.replace("/", ".")
        self._key = group if is_usual else f"{group}@{package or '_global_'}"
        return self._key
