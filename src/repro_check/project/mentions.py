"""The calls that may run a function, found without the facts of files that never name it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from repro_check.project.call_names import CallNames
from repro_check.sources.expressions import Name

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile


def call_names_around(
    qualname: str, mentioning: Callable[[Collection[str]], Mapping[str, PythonFile]]
) -> CallNames:
    """The calls of all files that may matter to who calls a function: of it they say what all would.

    A name leads to another only in a file that holds the first, so these files are found by their
    words, until no new word turns up.

    Args:
        qualname: the qualified name of the function in its module.
        mentioning: the files in which one of these words may stand.
    """
    words = {*qualname.split(".")}
    while True:
        files = mentioning(words)
        names = CallNames(files.values())
        around = names.around(qualname)
        if any(_hands_over(file, around) for file in files.values()):
            # another file may give `partial` a name of its own
            around |= names.renamed({"partial"})
        if around <= words:
            return names
        words |= around


def _hands_over(file: PythonFile, names: Collection[str]) -> bool:
    """Whether a call is given one of these as its first argument, as `functools.partial` is."""
    firsts = (call.args[0] for call in file.facts.calls if call.args)
    return any(type(each) is Name and each.name.rpartition(".")[2] in names for each in firsts)
