"""Whether code names a seed: by attribute, by key, in an interpolation of a config."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from repro_check.findings import Span
from repro_check.project.project import Project
from repro_check.sources.kinds import Kind, Role
from repro_check.text import pattern

SEED = pattern(
    r"(random|rand|rng|manual|data|global|base|train|training|init|torch|numpy|np|split)?_?seed",
    re.IGNORECASE,
)
"""The names of one seed; what is several (`seeds`), or is asked for (`seed_path`), is not meant."""
_IMPORT = pattern(r"\s*(from|import)\s")
_LONGEST = 400
# who reads a namespace by names that are made when it runs may read any
_BY_NAME = pattern(
    r"(^|[._])(import_module|__import__|exec|eval|run_path|run_module|parse_args_into_dataclasses)$"
)


class SeedMentions:
    """The places where the repository's code may read what has a name.

    Args:
        project: the repository. Its tests and generated files count, and so do its vendored ones,
            as far as they can be read.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[tuple[str, str], tuple[int, ...]] = {}

    def is_read(self, name: str, paths: Iterable[str], apart: dict[str, list[Span]]) -> bool:
        """Whether one of these files may read it.

        Args:
            name: of the seed.
            paths: the files.
            apart: by path the places that only declare it.
        """
        return any(
            not any(span.line <= line <= span.end_line for span in apart.get(path, ()))
            for path in paths
            for line in self._lines(path, name)
        )

    def is_taken(self, name: str, paths: Iterable[str]) -> bool:
        """Whether a function of these files has such a parameter, and a call hands a mapping on.

        That is how `run(**vars(args))` reads it.
        """
        has_parameter = unpacks = False
        for file in map(self._project.python.__getitem__, paths):
            if not file.is_product:
                continue
            facts = file.facts
            has_parameter = has_parameter or any(
                parameter.name == name
                for function in facts.functions
                for parameter in function.parameters
            )
            unpacks = unpacks or any(call.unpacks for call in facts.calls)
        return has_parameter and unpacks

    def is_interpolated(self, name: str) -> bool:
        """Whether a config refers to such a key (`${seed}`, `${train.seed}`, `{{seed}}`)."""
        refers = re.compile(rf"(\$|\{{)\{{[^}}\n]{{0,200}}\b{name}\b")
        return any(refers.search(text) for text in self._config_texts)

    def is_dynamic(self, paths: Iterable[str]) -> bool:
        """Whether these files run code whose name is not written in them."""
        return any(path in self._dynamic for path in paths)

    @cached_property
    def _dynamic(self) -> frozenset[str]:
        return frozenset(
            file.path
            for file in self._project.python.readable(Role.PRODUCT)
            if any(_BY_NAME.search(name) for name in file.called)
        )

    @cached_property
    def _config_texts(self) -> tuple[str, ...]:
        return tuple(
            text
            for path in self._project.configs.paths
            if (text := self._project.text_at(path)) and ("${" in text or "{{" in text)
        )

    @cached_property
    def vendored(self) -> tuple[str, ...]:
        """The Python files of other projects that stand in this one."""
        return tuple(
            file.path
            for file in self._project.tree.files
            if file.kind is Kind.PYTHON and file.role is Role.VENDORED
        )

    def _lines(self, path: str, name: str) -> tuple[int, ...]:
        """The lines of a file that read what has a name, imports and calls of it left out."""
        if (path, name) not in self._known:
            text = self._project.text_at(path) or ""
            self._known[path, name] = tuple(_found(text, name)) if name in text else ()
        return self._known[path, name]


def _found(text: str, name: str) -> Iterator[int]:
    word = re.escape(name)
    # it begins with the name, which a search finds fastest
    read = re.compile(
        rf"{word}(?:(?<=[\w\])?]\.{word})\b(?!\s{{0,9}}\()(?!\s{{0,9}}(?::[^=\n]{{1,80}})?=[^=])"
        rf"|(?<=['\"]{word})\\?['\"])"
    )
    line, end = 1, 0
    for found in read.finditer(text):
        line += text.count("\n", end, found.start())
        end = found.start()
        if not _IMPORT.match(text, text.rfind("\n", max(0, end - _LONGEST), end) + 1):
            yield line
