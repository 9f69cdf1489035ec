"""Where a module downloads into a file that its own code names."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

import msgspec

from repro_check.project.constants import Constants
from repro_check.rules.data._commands import fetched
from repro_check.rules.data._fetches import written_responses
from repro_check.rules.data._places import name_in, place_of
from repro_check.rules.data._sinks import POOCH, sink_of
from repro_check.sources.expressions import CallRef, Collection, Expression
from repro_check.sources.python import Call
from repro_check.sources.shell_words import simple_commands
from repro_check.text import pattern

_SHELLS = pattern(
    r"os\.(system|popen)|subprocess\.(run|call|check_call|check_output|Popen|getoutput)"
)
_HASHED_NAME = pattern(r"-[0-9a-f]{6,}\.")


class Download(msgspec.Struct, frozen=True):
    """One download into a file.

    Attributes:
        call: what downloads.
        path: the place of the file, as `_places` writes it.
        url: if it is known, else "".
        behind: the call behind which the file is there; other than `call` where a function of the
            module downloads to the path that it is given.
        is_reading: whether the same call opens the file.
        is_folder: whether only the folder of the file is known.
    """

    call: Call
    path: str
    url: str
    behind: Call
    help: str = POOCH
    is_reading: bool = False
    is_folder: bool = False


def downloads(names: Constants) -> Iterator[Download]:
    """The downloads of a module, in no order, each without a hash of its own."""
    direct = [*_calls(names), *_commands(names), *_responses(names)]
    yield from direct
    for download in direct:
        if not download.is_reading:
            yield from _through_functions(names, download)


def words_of(names: Constants, call: Call) -> Iterator[tuple[list[str], list[Expression]]]:
    """The words of the commands that a call runs, and their expressions if they stand in a list.

    A word that is no literal is empty.
    """
    if not _SHELLS.fullmatch(call.target) or not call.args:
        return
    given = call.args[0]
    if isinstance(given, Collection):
        texts = (names.text(item, call.block) or "" for item in given.items)
        yield list(texts), list(given.items)
        return
    if isinstance(given, CallRef) and names.facts.calls[given.index].name == "format":
        given = names.facts.calls[given.index].receiver or given
    text = names.text(given, call.block)
    for words in simple_commands(text or ""):
        yield [word.text for word in words], []


def _calls(names: Constants) -> Iterator[Download]:
    for call in names.facts.calls:
        sink = sink_of(call) if call.target else None
        if sink is None:
            continue
        url = _url(names, call)
        if sink.path < 0:
            named = call.keyword("file_name")
            name = posixpath.basename(names.text(named, call.block) or "" if named else url)
            if name and not _HASHED_NAME.search(name) and call.use != "dropped":
                yield Download(call, name, url, call, sink.help, is_reading=True)
            continue
        given = call.argument(sink.path, sink.name)
        path = place_of(names, given, call.block) if given is not None else ""
        if given is None and sink.name == "out" and url:
            path = posixpath.basename(url)
        is_folder = sink.filename >= 0
        if path and is_folder:
            named = call.argument(sink.filename, "filename")
            name = names.text(named, call.block) or ("" if named else posixpath.basename(url))
            path, is_folder = posixpath.join(path, name) if name else path, not name
        is_unpacked = call.keyword("extract") or call.keyword("untar")
        if path and not (sink.name == "fname" and call.use == "dropped" and not is_unpacked):
            yield Download(call, path, url, call, sink.help, sink.is_reading, is_folder)


def _url(names: Constants, call: Call) -> str:
    named = call.keyword("url") or call.keyword("origin")
    for value in (named, *call.args[:2]):
        text = names.text(value, call.block)
        if text and "://" in text:
            return text
    return ""


def _commands(names: Constants) -> Iterator[Download]:
    for call in names.facts.calls:
        for words, items in words_of(names, call):
            found = fetched(words)
            if found is None:
                continue
            path = found.name
            if found.word >= 0:
                path = (
                    place_of(names, items[found.word], call.block)
                    if items
                    else posixpath.normpath(words[found.word])
                )
            if found.folder >= 0:
                path = posixpath.join(words[found.folder] or "?", path)
            if path and "{" not in path and "%" not in path and "$" not in path:
                yield Download(call, path, found.url, call)


def _responses(names: Constants) -> Iterator[Download]:
    for call, writer, path in written_responses(names):
        given = call.argument(0, "url")
        url = names.text(given, call.block) or ""
        yield Download(call, path, url, writer)


def _through_functions(names: Constants, download: Download) -> Iterator[Download]:
    """The same download, seen where a function of the module is told its path or returns it."""
    facts = names.facts
    function = facts.function_of(download.call.block)
    if function is None:
        return
    parameters = [parameter.name for parameter in function.parameters]
    keys = [name_in(function.block, name) for name in parameters]
    at = keys.index(download.path) if download.path in keys else -1
    is_returned = any(
        facts.function_of(item.block) is function
        and place_of(names, item.value, item.block) == download.path
        for item in facts.returns
    )
    own = function.qualname.rpartition(".")[2]
    is_method = bool(parameters) and parameters[0] in {"self", "cls"}
    for index, call in enumerate(facts.calls):
        called = call.name.rpartition(".")
        if called[2] != own or call.target or (is_method != bool(called[0])):
            continue
        if at >= 0:
            given = call.argument(at - is_method, parameters[at])
            path = place_of(names, given, call.block) if given is not None else ""
            if path:
                yield msgspec.structs.replace(download, path=path, behind=call)
        if is_returned:
            yield msgspec.structs.replace(download, path=f"<call {index}>", behind=call)
