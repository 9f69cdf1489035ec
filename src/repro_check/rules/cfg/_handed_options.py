"""Whether all options of a program go to code that is not here, which may read any of them."""

from __future__ import annotations

from collections.abc import Iterable

from repro_check.project.calls import Node
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.loading.loader_kinds import LoaderKind, ReadsAs
from repro_check.project.experiments.reading.key_reads import Handed
from repro_check.project.experiments.reading.reads import Reads
from repro_check.project.files import PythonFile
from repro_check.project.origins.options import parses_options
from repro_check.project.project import Project
from repro_check.sources.python import Call
from repro_check.text import pattern

_FILLS = pattern(r"^(tyro\.cli|simple_parsing\.parse|draccus\.parse|pyrallis\.parse)$")
# these write options down, copy them, or start code of this repository with them
_HARMLESS = pattern(
    r"(^|\.)(print\w*|pprint|pformat|info|debug|warning|error|log|log_\w+|add_\w+|save\w*|dump\w*|write\w*|"
    r"vars|dict|sorted|list|tuple|str|repr|len|isinstance|hasattr|getattr|setattr|delattr|asdict|copy|"
    r"deepcopy|items|keys|values|__dict__|update|format|append|put|init|config|set_\w*config|to_dict|"
    r"init_trackers|Namespace|SimpleNamespace|AttrDict|EasyDict|spawn|Process|Thread|partial|launch|"
    r"notebook_launcher|submit|map|apply_async|start_processes|parse_args|makedirs|join|exit|namedtuple)$"
)


def fills_fields(call: Call) -> bool:
    """Whether a call makes an object of a class whose fields the command line fills."""
    return _FILLS.search(call.target) is not None


class HandedOptions:
    """Where the namespaces of options go.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._reads = Reads(project)
        self._own: frozenset[str] | None = None

    def is_kept(self, paths: Iterable[str], name: str) -> bool:
        """Whether these files parse options, every use of the namespaces is seen, and none asks for one.

        Args:
            paths: the files.
            name: of the option.
        """
        parses = False
        for path in paths:
            file = self._project.python[path]
            for index, call in enumerate(file.facts.calls):
                if parses_options(call) or fills_fields(call):
                    parses = True
                    read = self._reads.of(_as_loader(file, index))
                    whole = [item for item in read.handed if not item.keys]
                    if not read.is_followed or any(item.keys[:1] == (name,) for item in read.reads):
                        return False
                    if any(not item.to or not _HARMLESS.search(item.to) for item in whole):
                        return False
        return parses

    def is_seen(self, paths: Iterable[str]) -> bool:
        """Whether these files parse options, and hand none of the namespaces to unseen code."""
        parses = False
        for path in paths:
            file = self._project.python[path]
            for index, call in enumerate(file.facts.calls):
                if parses_options(call) or fills_fields(call):
                    parses = True
                    read = self._reads.of(_as_loader(file, index))
                    if any(self._is_away(item) for item in read.handed if not item.keys):
                        return False
                elif any(
                    getattr(value, "name", "").rpartition(".")[2] == "FLAGS"
                    for value in (*call.args, *(keyword.value for keyword in call.keywords))
                ):
                    parses = True
                    is_outside = call.target and not self._project.modules.may_be_own(call.target)
                    if is_outside and not _HARMLESS.search(call.name):
                        return False
                parses = parses or call.name.endswith("app.run")
        return parses

    def _is_away(self, handed: Handed) -> bool:
        if not handed.to or _HARMLESS.search(handed.to):
            return False
        return handed.to.rpartition(".")[2] not in self._names

    @property
    def _names(self) -> frozenset[str]:
        """The last names of the repository's own functions and classes."""
        if self._own is None:
            names = {
                name.rpartition(".")[2]
                for file in self._project.python.readable()
                for name in (
                    *(item.qualname for item in file.facts.functions),
                    *(item.qualname for item in file.facts.classes),
                )
            }
            self._own = frozenset(names - {"__init__", "main"})
        return self._own


def _as_loader(file: PythonFile, index: int) -> Loader:
    """A call of `parse_args` as what loads a config, whose way through the code can be followed."""
    call = file.facts.calls[index]
    around = file.facts.function_of(call.block)
    node = Node(file.path, 0 if around is None else around.block)
    return Loader(LoaderKind.YAML, ReadsAs.PYTHON, file.path, call.span, node, index)
