"""Which later version of Python a text is written for that the running one cannot parse.

The new syntax of each version is put into older words, version by version; the first version after which
the text can be parsed is the one that it needs. So a version is told only where that is certain.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Callable

from repro_check.sources.f_strings import without_f_strings
from repro_check.text import pattern

Version = tuple[int, int]

_TYPE_PARAMETERS = pattern(
    r"^[ \t]*(?:type|class|def|async[ \t]+def)[ \t]+\w+[ \t]*(?=\[)", re.MULTILINE
)
_TYPE_ALIAS = pattern(r"^([ \t]*)type[ \t]+(\w+[ \t]*=(?!=))", re.MULTILINE)
_DEFAULT = pattern(r"(?<![=!<>:])=(?!=)")
# PEP 758, told from the comma of Python 2, behind which a variable stands
_EXCEPT = pattern(
    r"^([ \t]*except\*?[ \t]+)([\w.]+(?:[ \t]*,[ \t]*[\w.]+)*[ \t]*,[ \t]*(?:[\w.]+\.)?[A-Z]\w*)[ \t]*:",
    re.MULTILINE,
)


def later_version(text: str, running: Version = sys.version_info[:2]) -> Version | None:
    """The version of Python that a text needs which this interpreter cannot parse, or None.

    Args:
        text: the source, which `ast.parse` has refused.
        running: the version that has refused it.
    """
    for version, rewrite in _REWRITES:
        if version > running:
            older = rewrite(text)
            if older != text and _can_be_parsed(older):
                return version
            text = older
    return None


def _can_be_parsed(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _without_3_11(text: str) -> str:
    """Exception groups (PEP 654) and unpacking in subscripts and annotations (PEP 646)."""
    text = re.sub(r"^([ \t]*except)[ \t]*\*", r"\1 ", text, flags=re.MULTILINE)
    text = re.sub(r"([\w\])]\[[ \t]*|\[[^\[\]\n]{0,200},[ \t]*)\*(?=[\w(])", r"\1", text)
    return re.sub(r"(\*[ \t]*\w+[ \t]*:[ \t]*)\*", r"\1", text)


def _without_3_12(text: str) -> str:
    """Type parameters and `type` statements (PEP 695), and free f-strings (PEP 701)."""
    text = _without_type_parameters(text, has_default=False)
    return without_f_strings(_TYPE_ALIAS.sub(r"\1\2", text), letters="f")


def _without_3_13(text: str) -> str:
    """Defaults of type parameters (PEP 696)."""
    return _TYPE_ALIAS.sub(r"\1\2", _without_type_parameters(text, has_default=True))


def _without_3_14(text: str) -> str:
    """Template strings (PEP 750) and `except` without parentheses (PEP 758)."""
    return without_f_strings(_EXCEPT.sub(r"\1(\2):", text), letters="t")


def _without_3_15(text: str) -> str:
    """Lazy imports (PEP 810) and unpacking in comprehensions (PEP 798)."""
    text = re.sub(r"^([ \t]*)lazy[ \t]+(?=import\b|from\b)", r"\1", text, flags=re.MULTILINE)
    return re.sub(r"([\[({][ \t]*)\*{1,2}(?=[^,\n\[\](){}]{1,200}\bfor\b)", r"\1", text)


_REWRITES: tuple[tuple[Version, Callable[[str], str]], ...] = (
    ((3, 11), _without_3_11),
    ((3, 12), _without_3_12),
    ((3, 13), _without_3_13),
    ((3, 14), _without_3_14),
    ((3, 15), _without_3_15),
)


def _without_type_parameters(text: str, *, has_default: bool) -> str:
    """The text without the brackets behind the names of classes, functions and type aliases."""
    pieces = []
    at = 0
    for found in _TYPE_PARAMETERS.finditer(text):
        end = _closing(text, found.end())
        if (
            found.start() >= at
            and text[found.end() + 1 : end - 1].strip()
            and bool(_DEFAULT.search(text, found.end(), end)) <= has_default
        ):
            pieces.append(text[at : found.end()])
            at = end
    return "".join([*pieces, text[at:]])


def _closing(text: str, start: int) -> int:
    """The offset behind the bracket that closes the one at an offset; 0 if there is none near."""
    depth = 0
    for at in range(start, min(len(text), start + 2_000)):
        if text[at] in "[(":
            depth += 1
        elif text[at] in "])":
            depth -= 1
            if depth == 0:
                return at + 1
    return 0
