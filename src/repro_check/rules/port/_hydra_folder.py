"""Whether Hydra changes the working folder of a program, and what the program reads there."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Span
from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.sources.expressions import Literal
from repro_check.sources.python import Call, Function
from repro_check.text import pattern

_READERS = pattern(
    r"^(builtins\.open|pandas\.read_\w+|numpy\.(load|loadtxt|genfromtxt|fromfile)|torch\.load|PIL\.Image\.open|"
    r"cv2\.imread|joblib\.load|polars\.read_\w+|imageio\.imread|h5py\.File|xarray\.open_dataset|"
    r"omegaconf\.OmegaConf\.load|scipy\.io\.loadmat)$"
)
_WRITING = pattern(r"[wax]")
_RELATIVE = pattern(
    r"(?![/\\~<]|[A-Za-z]:|[a-z][a-z0-9+]*://|https?:)(\.{1,2}/|[\w.-]+/|[\w-]+\.\w+$)"
)


def changes_folder(file: PythonFile, project: Project) -> Iterator[Function]:
    """The functions that Hydra runs in a fresh output folder.

    Without `version_base`, or with "1.1", `hydra.job.chdir` is on: hydra.cc, "Output/Working directory"
    and "version_base".
    """
    for function in file.facts.functions:
        for decorator in function.decorators:
            index = getattr(decorator, "index", None)
            if not isinstance(index, int):
                continue
            call = file.facts.calls[index]
            if call.target == "hydra.main" and _is_old(call) and not _is_settled(project):
                yield function


def relative_reads(
    file: PythonFile, function: Function, project: Project
) -> Iterator[tuple[str, Span, str]]:
    """What surely runs below a function and reads a file by a relative name: name, place, path."""
    wrote: set[str] = set()
    reads: list[tuple[str, Span, str]] = []
    for node in project.calls.reachable(Node(file.path, function.block), surely=True):
        code = project.python[node.path]
        for call in project.calls.calls(node):
            if call.target == "os.chdir":
                return iter(())
            text = _literal_path(code, call)
            if text is None:
                continue
            if _READERS.match(call.target) and not _is_writing(call):
                reads.append((text, call.span, node.path))
            else:
                wrote.add(text)
    return (each for each in reads if each[0] not in wrote)


def _literal_path(code: PythonFile, call: Call) -> str | None:
    for argument in call.args[:2]:
        text = code.constants.text(argument, call.block)
        if text is not None and _RELATIVE.match(text):
            return text
    return None


def _is_writing(call: Call) -> bool:
    mode = call.argument(1, "mode") if call.target in {"builtins.open", "h5py.File"} else None
    return isinstance(mode, Literal) and bool(_WRITING.search(str(mode.value)))


def _is_old(call: Call) -> bool:
    given = call.keyword("version_base")
    if given is None:
        return not call.unpacks
    return isinstance(given, Literal) and given.value in {"1.1", "1.0"}


def _is_settled(project: Project) -> bool:
    """Whether some config says where the program runs."""
    for config in project.configs.readable():
        for entry in config.facts.entries:
            if entry.keys[-2:] == ("job", "chdir") or (
                entry.keys[-2:] == ("run", "dir") and entry.text in {".", "./"}
            ):
                return True
    return False
