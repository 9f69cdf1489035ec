"""From a lock to what is wrong with it: install, set aside what fails, try the rest, see that it fits."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from repro_check.deps.freeze.programs import find_program
from repro_check.deps.freeze.running import run_tool
from repro_check.deps.fresh.environment import make_environment
from repro_check.deps.fresh.installing import Way, variables_for, way_for
from repro_check.deps.fresh.model import Answer, Attempt, Place, Problem, Progress, Request, Trouble
from repro_check.deps.fresh.reading import (
    disagreements,
    failures,
    last_words,
    outside_reason,
    yanked,
)
from repro_check.deps.fresh.surroundings import free_space, fresh_folder, fresh_variables
from repro_check.errors import NotCheckedError
from repro_check.sources.dependencies.model import LockFacts

_MOST_ATTEMPTS = 40
_LEAST_GB, _GB_WITH_CUDA = 1.0, 15.0
_ONLY_UV = frozenset({"uv", "pylock"})
_OF_CONDA = frozenset({"conda", "conda-lock", "pixi"})


def check_fresh(
    root: Path, lock: str, facts: LockFacts, request: Request, progress: Progress
) -> Answer:
    """Install a lock in a fresh environment and tell what stands in the way.

    Args:
        root: the top of the repository.
        lock: path of the lock, relative to it.
        facts: of the lock.
        request: how to try.
        progress: told what is being done.

    Returns:
        The problems; or why nothing can be said, if the network, the disk, the time or a tool fails.
    """
    root = root.resolve()
    with fresh_folder() as work:
        uv = find_program("uv", root) or ""
        place = Place(root=root, lock=lock, facts=facts, work=work, venv=work / "venv", uv=uv)
        try:
            return _Check(place, request, progress).answer()
        except NotCheckedError as error:
            return Answer(not_checked=f"{error.what}. {error.fix}".strip())


class _Check:
    """One lock, one temporary folder."""

    def __init__(self, place: Place, request: Request, progress: Progress) -> None:
        self._place = place
        self._request = request
        self._progress = progress
        self._deadline = time.monotonic() + request.seconds
        self._variables = variables_for(place, fresh_variables(place.work, os.environ))

    def answer(self) -> Answer:
        facts, lock = self._place.facts, self._place.lock
        if not (self._place.root / lock).resolve().is_relative_to(self._place.root):
            raise NotCheckedError("it leads out of the repository")
        self._see_space()
        if facts.tool in _ONLY_UV and not self._place.uv:
            raise NotCheckedError("it takes `uv`", fix="`pipx install uv`, and run this again.")
        if facts.tool not in _OF_CONDA:
            make_environment(self._place, self._request, self._run)
        self._progress(f"{lock}: installing {len(facts.packages)} distributions")
        way = way_for(self._place, self._request, self._run)
        problems, dropped = self._install(way)
        if facts.tool not in _OF_CONDA:
            problems += self._disagreements(dropped)
        order = {one.name: number for number, one in enumerate(facts.packages)}
        problems.sort(key=lambda one: order.get(one.name, len(order)))
        return Answer(problems=tuple(problems), not_tried=way.left_out)

    def _see_space(self) -> None:
        free = free_space(self._place.work)
        is_heavy = any(one.name.startswith("nvidia-") for one in self._place.facts.packages)
        needed = _GB_WITH_CUDA if is_heavy else _LEAST_GB
        if free < needed:
            raise NotCheckedError(
                f"it needs about {needed:.0f} GB, and {free:.1f} GB are free in {self._place.work.parent}",
                fix="Set TMPDIR to a folder with more space.",
            )
        about = f"needs about {needed:.0f} GB of" if is_heavy else "takes some of"
        self._progress(
            f"{self._place.lock}: a fresh environment {about} the {free:.0f} GB that are free in "
            f"{self._place.work.parent}"
        )

    def _install(self, way: Way) -> tuple[list[Problem], frozenset[str]]:
        problems: list[Problem] = []
        dropped: frozenset[str] = frozenset()
        for _ in range(_MOST_ATTEMPTS):
            done = way.attempt(dropped)
            if done.code == 0:
                return [*problems, *yanked(done.text)], dropped
            found = [one for one in failures(done.text) if one.name not in dropped]
            # what cannot be downloaded is not missing: first ask whether anything can
            reason = outside_reason(done.text)
            if reason:
                raise NotCheckedError(reason)
            if not found or not way.can_drop:
                unknown = Problem(Trouble.UNKNOWN, "", last_words(done.text))
                return [*problems, *(found or [unknown])], dropped
            problems += [self._unless_source(one) for one in found]
            dropped |= {one.name for one in found}
            self._progress(f"{self._place.lock}: trying again without {', '.join(sorted(dropped))}")
        return problems, dropped

    def _unless_source(self, problem: Problem) -> Problem:
        """Say that there may be a source: pip, told to take wheels only, does not tell the two apart."""
        if self._place.uv or self._request.allow_builds or problem.trouble is not Trouble.MISSING:
            return problem
        detail = f"{problem.detail}, or only a source that would have to be built"
        return Problem(problem.trouble, problem.name, detail)

    def _disagreements(self, dropped: frozenset[str]) -> list[Problem]:
        uv, python = self._place.uv, self._place.python
        words = [uv, "pip", "check", "--python", python] if uv else [python, "-m", "pip", "check"]
        done = self._run(words, self._place.work)
        names = {word.lower() for word in dropped}
        return [
            one
            for one in disagreements(done.text)
            if not any(_mentions(one.detail, name) for name in names)
        ]

    def _run(self, words: Sequence[str], cwd: Path) -> Attempt:
        left = self._deadline - time.monotonic()
        done = run_tool(words, cwd=cwd, env=self._variables, seconds=max(left, 0))
        if done.code is None:
            raise NotCheckedError(
                f"it was not installed within {self._request.seconds:.0f} seconds",
                fix="Give it more time with `--timeout`.",
            )
        return Attempt(done.code, done.text)


def _mentions(words: str, name: str) -> bool:
    import re

    return (
        re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", words.lower().replace("_", "-"))
        is not None
    )
