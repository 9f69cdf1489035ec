"""Programs that only the options of argparse configure: their defaults, and what commands give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.project.calls import Node
from repro_check.project.experiments.effective import Effective, Keys, Origin, Scalar, Value
from repro_check.project.experiments.experiment import Experiment, Given
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.loading.loader_kinds import LoaderKind, ReadsAs
from repro_check.project.experiments.programs.hydra_programs import PLACEHOLDER
from repro_check.project.imported import Imported
from repro_check.project.origins.options import parses_options
from repro_check.sources.expressions import Literal, Name
from repro_check.sources.kinds import Role
from repro_check.sources.python import MODULE, Call

if TYPE_CHECKING:
    from repro_check.project.commands import ProjectCommand
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project

_SWITCHES = {"store_true": True, "store_false": False}
_KNOWN_ACTIONS = frozenset({"store", *_SWITCHES})
# these bring options, or defaults, that stand elsewhere
_OPENS = frozenset({"parse_known_args", "set_defaults", "add_subparsers", "add_parser"})


class Option(msgspec.Struct, frozen=True):
    """An option of a program: its flags (none for a positional one), its type's name, its default."""

    dest: str
    flags: tuple[str, ...]
    type: str
    default: Value
    switch: bool | None = None


class ArgparsePrograms:
    """The programs of a repository that argparse configures.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._imported = Imported(project.python, project.calls)
        self._reached: dict[str, frozenset[Node]] = {}
        self._options: dict[str, tuple[tuple[Option, bool], ...]] = {}

    def loader(self, script: str) -> Loader | None:
        """The only call that parses the options of a script, in it or in a file that it reaches."""
        own = self._parsers.get(script, ())
        found = own or tuple(
            loader
            for path in self._near(script)
            if path != script
            for loader in self._parsers.get(path, ())
            if self._is_run(script, loader)
        )
        return found[0] if len(found) == 1 and self._of(found[0], script) else None

    def _is_run(self, script: str, loader: Loader) -> bool:
        """Whether a script that imports the file of a parser may run it: no, if only its guard does."""
        top = Node(loader.path, MODULE)
        if not self._imported.has_guard(top):
            return True
        if loader.function == top:
            call = self._project.python[loader.path].facts.calls[loader.call]
            return not self._imported.is_guarded(top, call)
        if script not in self._reached:
            nodes = [entry.nodes for entry in self._project.entries if entry.path == script]
            roots = nodes[0] if nodes else (Node(script, MODULE),)
            self._reached[script] = frozenset(self._imported.reachable(*roots))
        return loader.function in self._reached[script]

    def run(self, loader: Loader, command: ProjectCommand) -> Experiment:
        """The experiment of a documented command."""
        origin = Origin(command.path, Span(command.line, 1, command.line, 1))
        return Experiment(
            name=" ".join(command.arguments) or command.script,
            entry=command.script,
            kind=LoaderKind.ARGPARSE,
            loader=loader,
            origin=origin,
            overrides=tuple(Given(word, origin) for word in command.arguments),
            is_documented=True,
            is_whole=not any(PLACEHOLDER.search(word) for word in command.arguments),
        )

    def defaults(self, loader: Loader, script: str) -> Experiment:
        """The program as it runs without any option."""
        return Experiment(
            name=script,
            entry=script,
            kind=LoaderKind.ARGPARSE,
            loader=loader,
            origin=Origin(loader.path, loader.span),
        )

    def effective(self, experiment: Experiment) -> Effective:
        """The options by their dest names, with the values that a command gives."""
        path = experiment.loader.path
        options = self._of(experiment.loader, experiment.entry)
        values: dict[Keys, Value] = {}
        for option in options:
            key: Keys = (option.dest,)
            # two of one name are of two parsers, or of two branches
            twice = key in values
            default = option.default
            if experiment.is_documented and not option.flags:
                # words without a flag are not told apart
                default = msgspec.structs.replace(default, is_missing=False, is_known=False)
            values[key] = (
                msgspec.structs.replace(default, value=None, is_known=False) if twice else default
            )
        values.update(_given(options, experiment.overrides))
        is_whole = experiment.is_whole and not self._is_open(self._project.python[path])
        return Effective(values, (), (), is_whole)

    @cached_property
    def _parsers(self) -> dict[str, tuple[Loader, ...]]:
        found: dict[str, tuple[Loader, ...]] = {}
        for file in self._project.python.readable(Role.PRODUCT):
            for index, call in enumerate(file.facts.calls):
                if parses_options(call):
                    around = file.facts.function_of(call.block)
                    node = Node(file.path, 0 if around is None else around.block)
                    made = Loader(
                        LoaderKind.ARGPARSE, ReadsAs.PYTHON, file.path, call.span, node, index
                    )
                    found[file.path] = (*found.get(file.path, ()), made)
        return found

    def _near(self, script: str) -> Iterator[str]:
        file = self._project.python.get(script)
        for item in file.facts.imports if file is not None else ():
            yield from self._project.modules.imported(script, item)

    def _of(self, loader: Loader, script: str) -> tuple[Option, ...]:
        """The options in the file of a parser; those under its guard are of the file itself."""
        is_own = loader.path == script
        return tuple(
            option for option, is_guarded in self._of_file(loader.path) if is_own or not is_guarded
        )

    def _of_file(self, path: str) -> tuple[tuple[Option, bool], ...]:
        """The options that a file declares, each with whether it does so only if it is run."""
        if path not in self._options:
            file = self._project.python[path]
            top = Node(path, MODULE)
            found = (
                (_option(file, call), self._imported.is_guarded(top, call))
                for call in file.facts.calls
                if call.name.rpartition(".")[2] == "add_argument"
            )
            self._options[path] = tuple((one, guarded) for one, guarded in found if one is not None)
        return self._options[path]

    def _is_open(self, file: PythonFile) -> bool:
        return any(
            call.name.rpartition(".")[2] in _OPENS
            or (call.name.rpartition(".")[2] == "add_argument" and _option(file, call) is None)
            or (call.name.endswith("ArgumentParser") and call.keyword("parents") is not None)
            for call in file.facts.calls
        )


def _option(file: PythonFile, call: Call) -> Option | None:
    """The option that a call of `add_argument` declares; None where its names cannot be told."""
    names = [item.value for item in call.args if isinstance(item, Literal)]
    texts = tuple(name for name in names if isinstance(name, str) and name)
    if not texts or len(texts) != len(call.args) or call.unpacks:
        return None
    flags = tuple(text for text in texts if text.startswith("-"))
    long = next((text for text in flags if text.startswith("--")), texts[0])
    given = file.constants.text(call.keyword("dest"), call.block)
    dest = given or long.lstrip("-").replace("-", "_")
    action = getattr(call.keyword("action"), "value", "store")
    kind = call.keyword("type")
    type_name = kind.name if isinstance(kind, Name) else "" if kind is None else "?"
    origin = Origin(file.path, call.span)
    default = call.keyword("default")
    literal = file.constants.literal(default, call.block)
    is_known = default is None or literal is not None
    value: Scalar = None if literal is None else literal.value
    if default is None and action in _SWITCHES:
        value = not _SWITCHES[action]
    is_required = getattr(call.keyword("required"), "value", False) is True
    is_positional = not flags and call.keyword("nargs") is None and default is None
    if call.keyword("nargs") is not None or action not in _KNOWN_ACTIONS:
        type_name = "?"
    if isinstance(value, str) and type_name in {"int", "float"}:
        value = _converted(value, type_name)
    return Option(
        dest,
        flags,
        type_name,
        Value((dest,), "scalar", value, origin, is_required or is_positional, is_known),
        _SWITCHES.get(action),
    )


def _given(options: Iterable[Option], words: Iterable[Given]) -> Iterator[tuple[Keys, Value]]:
    """What the words of a command give to the options."""
    flags = {flag: option for option in options for flag in option.flags}
    waiting: Option | None = None
    for word in words:
        flag, equals, text = word.text.partition("=")
        option = flags.get(flag)
        if option is None:
            if waiting is not None:
                yield _value(waiting, word.text, word.origin)
            waiting = None
        elif option.switch is not None:
            made = Value((option.dest,), "scalar", option.switch, word.origin)
            yield (option.dest,), made
            waiting = None
        elif equals:
            yield _value(option, text, word.origin)
            waiting = None
        else:
            waiting = option


def _value(option: Option, text: str, origin: Origin) -> tuple[Keys, Value]:
    keys: Keys = (option.dest,)
    is_known = not PLACEHOLDER.search(text) and option.type in {"", "str", "int", "float"}
    value = _converted(text, option.type) if is_known else None
    return keys, Value(keys, "scalar", value, origin, is_known=is_known and value is not None)


def _converted(text: str, type_name: str) -> Scalar:
    try:
        if type_name == "int":
            return int(text)
        return float(text) if type_name == "float" else text
    except ValueError:
        return None
