"""Which experiment a person means by a word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from repro_check.project.experiments.effective import Origin
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.project.experiments.naming.lone_files import lone_experiment, lone_path
from repro_check.project.experiments.naming.meant import (
    best,
    defaults,
    is_of_file,
    is_option,
    is_program,
    paths_of,
)
from repro_check.project.experiments.naming.misnamed import (
    names_of,
    none_found,
    none_named,
    place_read,
    several_meant,
    unknown,
)

if TYPE_CHECKING:
    from repro_check.project.project import Project


class Choosing:
    """Finds experiments by what people call them.

    Args:
        project: the repository.
        experiments: those that can be meant.
    """

    def __init__(self, project: Project, experiments: Sequence[Experiment]) -> None:
        self._project = project
        self._experiments = experiments

    def default(self) -> Experiment:
        """The only experiment, or what the only program with configs runs when it is told nothing.

        Raises:
            UsageError: there is none, or there are several.
        """
        if not self._experiments:
            raise none_found()
        # scripts that only argparse configures stand beside the program that has configs
        configured = [each for each in self._experiments if each.kind is not LoaderKind.ARGPARSE]
        of_interest = configured or self._experiments
        found = defaults(of_interest)
        is_one_program = len({each.entry for each in of_interest}) == 1
        if is_one_program and len({each.name for each in found}) == 1:
            return best(found)
        raise none_named(self._experiments)

    def named(self, word: str, *, here: str = "") -> Experiment:
        """The experiment that a word means.

        Args:
            word: a name, a place (`README.md:12`), the path of a program or a config file, an
                option (`experiment=deep`), or its last part (`deep`).
            here: the folder, from the root, that paths may be relative to.

        Raises:
            UsageError: it means none, or several.
        """
        paths = paths_of(word, here)
        found = (
            self._at(word, here)
            or self._where(lambda each: each.name == word)
            or defaults(self._where(lambda each: is_program(each.entry, word, paths)))
            or self._where(lambda each: is_of_file(each, paths))
        )
        if found:
            return best(found)
        found = self._where(lambda each: is_option(each, word))
        if len(names_of(found)) > 1:
            raise several_meant(word, found)
        if found:
            return best(found)
        return self._alone(word, paths)

    def _alone(self, word: str, paths: Sequence[str]) -> Experiment:
        """A config file that is no experiment of the list."""
        named = lone_path(self._project, word)
        for path in (*paths, *([named] if named else [])):
            made = lone_experiment(self._project, path)
            if made is not None:
                return made
        raise unknown(word, self._experiments)

    def namesakes(self, experiment: Experiment) -> tuple[Experiment, ...]:
        """The other experiments of the same name."""
        return tuple(
            each
            for each in self._experiments
            if each.name == experiment.name and each != experiment
        )

    def _where(self, holds: Callable[[Experiment], bool]) -> list[Experiment]:
        return [experiment for experiment in self._experiments if holds(experiment)]

    def _at(self, word: str, here: str) -> list[Experiment]:
        path, line = place_read(word)
        paths = paths_of(path, here) if path else ()
        return self._where(
            lambda each: (
                each.origin.path in paths
                and each.origin.span.line <= line <= self._end(each.origin, line)
            )
        )

    def _end(self, origin: Origin, most: int) -> int:
        """The last line of a command that goes on behind backslashes."""
        lines = (self._project.text_at(origin.path) or "").split("\n")
        line = origin.span.line
        while line < min(most, len(lines)) and lines[line - 1].rstrip().endswith("\\"):
            line += 1
        return line
