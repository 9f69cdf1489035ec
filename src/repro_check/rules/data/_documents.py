"""What in a repository tells readers about the data that it ships, and which data it covers.

Datasheets (Gebru et al., arXiv:1803.09010), the dataset cards of the Hugging Face hub, Croissant
(docs.mlcommons.org/croissant), Frictionless, BIDS and RO-Crate descriptions, and data licences.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator

from repro_check.data.publishing.shipped import DataFile, ShippedData
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.sources.discovery import SourceFile
from repro_check.sources.kinds import Kind, Role
from repro_check.sources.python import MODULE
from repro_check.text import pattern

# what speaks of all data around it, above it and below it
_SHEET = pattern(
    r"(data|dataset)[-_. ]?(sheets?|cards?|statement|dictionary|description|licen[cs]e)(?![a-z])"
    r"|code[-_ ]?book(?![a-z])|licen[cs]e[-_. ](for[-_. ])?(the[-_. ])?data"
    r"|(datapackage|dataset_description|dataset-metadata|dataset_infos?|ro-crate-metadata)\.json$"
    r"|reuse\.toml$|dep5$",
    re.IGNORECASE,
)
# what speaks of the data in its own folder
_BESIDE = pattern(
    r"(read[-_]?me\w*|licen[cs]e|copying|about|descr|description|metadata)(\.(md|rst|txt|html|pdf))?$"
    r"|.+\.names$|licen[cs]e[-_.]\w+$|readme[-_.]\w+(\.(md|rst|txt))?$",
    re.IGNORECASE,
)
_MAY_BE_CROISSANT = pattern(r".*(croissant|metadata|dataset).*\.json$|.*\.jsonld$", re.IGNORECASE)
_CROISSANT = "mlcommons.org/croissant"
_DATA_LICENCE = pattern(
    r"creative commons|\bCC[- ](BY|0)|open data commons|community data license|open database license",
    re.IGNORECASE,
)
_FRONT_MATTER = pattern(
    r"\A---[ \t]*\n(?:(?!---).*\n)*?(?:dataset_info|licen[cs]e|task_categories|size_categories)\s*:"
)
_ABOUT_DATA = pattern(
    r"^\W*((the|our|about|raw|input)\s+)*data\s?(sets?)?\b|data ?(set)?s?\W*$", re.IGNORECASE
)
_HOW_TO = pattern(
    r"\b(own|custom\w*|defin\w+|new|your|other|prepar\w+|load\w*|download\w*|how|us(e|ing)|metrics?|on)\b",
    re.IGNORECASE,
)
_TELLING = pattern(
    r"\b(details?|descriptions?|formats?|structure|cards?|sheets?|statement|dictionary|fields|columns"
    r"|licen[cs]es?|statistics|collection|documentation|schema|contents?|availability)\b",
    re.IGNORECASE,
)
_ENOUGH_WORDS = 50
_READ_ME = pattern(r"read[-_]?me\w*(\.(md|markdown|rst|txt))?", re.IGNORECASE)
_LONGEST = 200_000
_FIELDS = frozenset(
    "COPYRIGHT SOURCE TITLE LICENSE CITATION DESCRIPTION DESCR DESCRSHORT DESCRLONG HOMEPAGE".split()
)
# `train.csv`: what it holds; also as an item of a list or a row of a table
_DESCRIBED = pattern(
    r"^[ \t*+\-|`_\[>#]*(?P<name>[\w.-]{1,200}\.\w{1,20})[`*_\])]*[ \t]*[-\u2013\u2014:|]+[ \t]+"
    r"\w+\W+\w+\W+\w+",
    re.MULTILINE,
)


class Documents:
    """The documents on data of one repository."""

    def __init__(self, project: Project) -> None:
        self._project = project
        files = [file for file in project.tree.files if file.role is not Role.VENDORED]
        self._beside = {
            posixpath.dirname(file.path) for file in files if _BESIDE.match(_name(file.path))
        }
        # statsmodels, and the scripts of the Hugging Face hub, describe data in a module beside them
        self._beside |= {
            posixpath.dirname(file.path) for file in project.python.readable() if _describes(file)
        }
        self._around = {
            "" if file.role is Role.DOCS else posixpath.dirname(file.path)
            for file in files
            if self._is_sheet(file)
        }
        self._around |= {folder for folder in map(self._read_me, files) if folder is not None}
        self._described = {
            (posixpath.dirname(file.path), name)
            for file in files
            if _READ_ME.fullmatch(_name(file.path))
            for name in _DESCRIBED.findall((project.text(file) or "")[:_LONGEST])
        }
        self._covers_all = any(self._is_data_licence(file) for file in files)

    def missing(self, data: ShippedData) -> tuple[DataFile, ...]:
        """The files of a data folder that no document covers."""
        if self._covers_all or not self._around.isdisjoint(_above(data.folder)):
            return ()
        if any(self._is_described(file.path) for file in data.files):
            return ()
        return tuple(file for file in data.files if not self._is_covered(file.path, data.folder))

    def _is_described(self, path: str) -> bool:
        folder, name = posixpath.dirname(path), _name(path)
        return any((at, name) in self._described for at in _above(folder))

    def _is_covered(self, path: str, folder: str) -> bool:
        above = posixpath.dirname(path)
        inside = [at for at in _above(above) if _is_within(at, folder)]
        return any(at in self._around or (at and at in self._beside) for at in inside)

    def _is_sheet(self, file: SourceFile) -> bool:
        name = _name(file.path)
        if _SHEET.match(name):
            return file.kind not in {Kind.PYTHON, Kind.NOTEBOOK}
        if not _MAY_BE_CROISSANT.match(name) or self._is_too_large(file):
            return False
        text = self._project.text(file) or ""
        return '"@context"' in text and _CROISSANT in text

    def _is_too_large(self, file: SourceFile) -> bool:
        """Whether a file is data rather than their description, and would not be read anyway."""
        try:
            size = os.lstat(self._project.root / file.path).st_size
        except OSError:
            return True
        return size > self._project.settings.max_file_size

    def _read_me(self, file: SourceFile) -> str | None:
        """The folder of a README that is a dataset card, or that has a section on the data."""
        if file.kind is not Kind.MARKDOWN or not _name(file.path).lower().startswith("readme"):
            return None
        text = self._project.text(file) or ""
        folder = posixpath.dirname(file.path)
        if _FRONT_MATTER.match(text) or any(self._sections(file.path, text)):
            return folder
        return None

    def _sections(self, path: str, text: str) -> Iterator[str]:
        """The headings of sections that describe data, and do more than link to them."""
        document = self._project.markdown.get(path)
        headings = document.facts.headings if document else ()
        lines = text.splitlines()
        for at, heading in enumerate(headings):
            if not _ABOUT_DATA.search(heading.text) or _HOW_TO.search(heading.text):
                continue
            below = (
                other.span.line for other in headings[at + 1 :] if other.level <= heading.level
            )
            end = next(below, len(lines) + 1)
            words = " ".join(lines[heading.span.end_line : end - 1]).split()
            if _TELLING.search(heading.text) or len(words) >= _ENOUGH_WORDS:
                yield heading.text

    def _is_data_licence(self, file: SourceFile) -> bool:
        """Whether a licence of the whole repository is one that is made for data and texts."""
        folder, _, name = file.path.rpartition("/")
        if folder == "LICENSES":
            return re.match(r"CC-|CC0|ODbL|ODC|PDDL|CDLA", name) is not None
        if folder or not re.match(r"licen[cs]e|copying", name, re.IGNORECASE):
            return False
        return _DATA_LICENCE.search((self._project.text(file) or "")[:2_000]) is not None


def _describes(file: PythonFile) -> bool:
    """Whether a module is there to say where data come from and what may be done with them."""
    names = {
        getattr(target, "name", "").strip("_").upper()
        for item in file.facts.assignments
        if item.block == MODULE
        for target in item.targets
    }
    return len(names & _FIELDS) > 1


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _above(folder: str) -> Iterator[str]:
    """The folder itself and those around it, the root ("") last."""
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


def _is_within(folder: str, outer: str) -> bool:
    return not outer or folder == outer or folder.startswith(f"{outer}/")
