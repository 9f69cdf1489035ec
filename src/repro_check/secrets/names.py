"""Whether the name that a value is bound to promises a credential.

`api_key = "..."` does; `tokenizer_key`, `password_file`, `secret_sha256` and `max_tokens` do not.
"""

from __future__ import annotations

import re

from repro_check.text import pattern

_BOUND = pattern(
    r"""(?<![?&\w.])(?<!\w-)                       # the whole name, and no field of a URL's query
        (?<!\$\()(?!(?<=\$)PWD|(?<=\$\{)PWD|(?<=`)pwd)  # and nothing that a shell fills in
        (?P<name>[A-Za-z_][\w.\-]*)
        (?:\\?["'])?[\])]*                       # closes a key or a subscript: environ["X"]
        (?:\s*:\s*[A-Za-z_][\w.\[\]|, ]*(?==|\s=))?  # an annotation
        \s*(?:=>|:=|[=!]=?=?|:|\(|,|(?<=\s))\s*
        \(?[rbfuRBFU@]?(?:\\?["'`])?$""",
    re.VERBOSE,
)

_CREDENTIAL = pattern(
    r"""(?:api|access|secret|private|account|auth|subscription|service|client|signing|encryption
          |master|storage|license)[_\-]?key
       |passw(?:or)?d|passphrase|pwd|secret|credential|sshpass$|(?:^|[_\-])pass$
       |(?:^|[_\-.]|auth|access|api|bearer|refresh|bot|hub|hf|github|gitlab|oauth)token$
       |(?:^|[_\-])(?:pat|apikey)$""",
    re.VERBOSE,
)

# The last word of a name that says where, how or under which name, but not the secret itself.
_ABOUT_TEXT = """
    algo algorithm arn checksum class cls column commit count desc description digest dir
    directory enc endpoint env error exception exists expiry fcn field file filename fingerprint
    fmt fn format func function handler hash header help hint host id ids idx index info keyword
    keywords kind label labels len length lifetime limit link list location manager md message
    mgr mode model msg name names pad path pattern placeholder policy prefix prompt provider
    public realm regex region rev revision rule scope sha size suffix template text title ttl
    type uri url user username validator vault version
"""
_ABOUT = frozenset(_ABOUT_TEXT.split())

# Words that make the whole name something else.
_ELSE_TEXT = """
    public tokenizer hash hashed digest checksum sha md csrf xsrf page verify continuation
"""
_ELSE = frozenset(_ELSE_TEXT.split())

_WINDOW = 120  # characters left of a value in which its name is looked for

_WORDS = pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def bound_name(line: str, start: int) -> str:
    """The name that the value at offset `start` of `line` is bound to, or "".

    Knows assignments, keyword arguments, subscripts, mapping keys, the first argument of a call,
    annotated names, and `NAME value` as in a Dockerfile or after a command-line option.
    """
    match = _BOUND.search(line[max(0, start - _WINDOW) : start])
    return match["name"].strip("-.") if match else ""


def promises_credential(name: str) -> bool:
    """Whether a value bound to `name` is meant to be secret."""
    last = name.rpartition(".")[2] or name
    words = [word.lower() for word in _WORDS.findall(last)]
    if not words or words[-1] in _ABOUT or denies_secret(last):
        return False
    snake = "_".join(words)
    return bool(_CREDENTIAL.search(snake) or _CREDENTIAL.search(last.lower()))


def denies_secret(name: str) -> bool:
    """Whether a word of `name` says that its value is meant to be seen, or is a digest."""
    return not _ELSE.isdisjoint(word.lower() for word in _WORDS.findall(name))


def is_bare_token(name: str) -> bool:
    """Whether `name` says no more than "token": data sets use it for plain identifiers.

    nuScenes names every record by a 32-digit hexadecimal `token`.
    """
    words = [word.lower() for word in _WORDS.findall(name)]
    telling = {"access", "api", "auth", "bearer", "refresh", "bot", "hub", "hf", "github", "gitlab"}
    return bool(words) and words[-1] == "token" and not telling.intersection(words)
