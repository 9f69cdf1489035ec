"""The truth tests on seeds of which SEED004 speaks."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.seed._seed_options import Declarations
from repro_check.rules.seed._seed_tests import Doubt, doubts
from repro_check.rules.seed._seed_values import seed_name


def falsy_seeds(file: PythonFile, project: Project) -> Iterator[Doubt]:
    """The tests that skip seed 0, those of switches, texts and paths left out."""
    declarations = Declarations(file, project)
    for doubt in doubts(file, project):
        name = seed_name(file, doubt.tested)
        if name is not None and not declarations.is_no_number(name, doubt.tested):
            yield doubt
