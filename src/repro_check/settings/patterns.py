"""Which regular expressions are safe to run on text that is not ours, patterns that are not ours.

Settings come from the checked repository, so a pattern in them must not be able to hang the run.
Python's matcher backtracks: a repetition inside a repetition, or a choice inside one, can take time
exponential in the text (Davis et al., ESEC/FSE 2018, "The impact of ReDoS"); such patterns are refused.
"""

from __future__ import annotations

import re
import sys

if sys.version_info >= (3, 11):
    from re import _constants as _codes  # type: ignore[attr-defined]
    from re import _parser
else:
    import sre_constants as _codes
    import sre_parse as _parser

_REPEATS = frozenset({_codes.MAX_REPEAT, _codes.MIN_REPEAT})


def why_refused(pattern: str) -> str:
    """Why a pattern is refused, as a sentence's end; "" when it is safe."""
    try:
        re.compile(pattern)
        parsed = _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"is not a regular expression: {error}"
    if _is_explosive(parsed, inside=False):
        return (
            "repeats a group that itself repeats or has alternatives, which can take forever; "
            "write it without nesting, as in `[a-z]+` for `([a-z]+)+`"
        )
    return ""


def _is_explosive(parsed: object, *, inside: bool) -> bool:
    for code, argument in parsed:  # type: ignore[attr-defined]
        if code in _REPEATS:
            _least, most, body = argument
            is_open = most > 1
            if is_open and inside:
                return True
            if _is_explosive(body, inside=inside or is_open):
                return True
        elif code is _codes.BRANCH:
            if inside or any(_is_explosive(part, inside=inside) for part in argument[1]):
                return True
        elif code is _codes.SUBPATTERN:
            if _is_explosive(argument[-1], inside=inside):
                return True
        elif code in {_codes.ASSERT, _codes.ASSERT_NOT}:
            if _is_explosive(argument[1], inside=inside):
                return True
        elif code is _codes.GROUPREF and inside:
            return True
    return False
