"""Where `@hydra.main`, `initialize` and `compose` say that Hydra's configs are."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.loading.path_files import PathFiles
from repro_check.project.experiments.loading.path_text import ANY, UNTOLD
from repro_check.project.experiments.loading.path_texts import PathTexts
from repro_check.sources.expressions import Expression, Literal
from repro_check.sources.python import Call

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile

_CONFIG_MODULE = "initialize_config_module"
_INITIALIZERS = frozenset({"initialize", "initialize_config_dir", _CONFIG_MODULE})


class HydraPlaces:
    """Folders and names of Hydra's configs, by the calls that give them.

    Args:
        texts: what paths expressions stand for.
        files: the files and folders of the repository.
    """

    def __init__(self, texts: PathTexts, files: PathFiles) -> None:
        self._texts = texts
        self._files = files

    def main(self, file: PythonFile, call: Call, loader: Loader) -> Loader:
        """The loader of `@hydra.main`, its folder and config filled in."""
        given = call.argument(0, "config_path")
        written = file.constants.text(given, call.block) or ""
        if written.endswith((".yaml", ".yml")):  # Hydra 0.11 named the file here
            folder, _, name = written.rpartition("/")
            given = Literal(call.at, folder or ".")
            named: Expression | None = Literal(call.at, name)
        else:
            named = call.argument(1, "config_name")
        return msgspec.structs.replace(
            loader,
            folder=self._folder(file, call, given),
            name=self._config_name(file, named, call.block),
            version_base=file.constants.text(call.keyword("version_base"), call.block),
        )

    def compose(self, file: PythonFile, call: Call, loader: Loader) -> Loader:
        """`compose` reads where the last `initialize` before it in the same function says."""
        initializers = [
            other
            for other in file.facts.calls
            if other.name.rpartition(".")[2] in _INITIALIZERS
            and (other.span.line, other.span.column) < (call.span.line, call.span.column)
        ]
        here = file.facts.function_of(call.block)
        same = [item for item in initializers if file.facts.function_of(item.block) == here]
        chosen = (same or initializers)[-1:]
        folder, version_base = None, None
        for other in chosen:
            given = other.argument(0, "config_path") or other.keyword("config_dir")
            given = given or other.keyword("config_module")
            folder = self._folder(file, other, given)
            version_base = file.constants.text(other.keyword("version_base"), other.block)
        name = self._config_name(file, call.argument(0, "config_name"), call.block)
        return msgspec.structs.replace(loader, folder=folder, name=name, version_base=version_base)

    def _folder(self, file: PythonFile, call: Call, given: Expression | None) -> str | None:
        if given is None or (isinstance(given, Literal) and given.value is None):
            return None
        folders = set()
        for item in self._texts.of(file, given, call.block):
            if item.is_here:
                return None
            text, is_rooted = item.text.removeprefix("pkg://"), item.is_rooted
            if call.name.endswith(_CONFIG_MODULE) or text != item.text:
                text, is_rooted = text.replace(".", "/"), True
            if ANY in text or text.startswith("/"):
                # an unknown absolute folder whose end is known: the only one of that name
                found = self._files.folder(text.rpartition(ANY)[2]) if item != UNTOLD else None
                folders.add(found)
                continue
            base = "" if is_rooted else posixpath.dirname(file.path)
            place = posixpath.normpath(posixpath.join(base, text))
            folders.add("" if place == "." else place)
        only = folders.pop() if len(folders) == 1 else None
        return only if only is not None and self._files.has_folder(only) else None

    def _config_name(self, file: PythonFile, given: Expression | None, block: int) -> str | None:
        if given is None:
            return None
        texts = {item.text for item in self._texts.of(file, given, block)}
        name = texts.pop() if len(texts) == 1 else ANY
        return None if ANY in name else name.removesuffix(".yaml").removesuffix(".yml")
