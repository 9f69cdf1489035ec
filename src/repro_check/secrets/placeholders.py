"""Values that stand where a secret would, but open nothing.

Documentation writes "your-api-key-here", vendors publish keys that only look alive
(AKIAIOSFODNN7EXAMPLE), code reads `${VAR}`, and test data counts "0123456789abcdef". Telling them
from the real thing needs the value alone; the name it is bound to is judged in `names`.
"""

from __future__ import annotations

import re
from itertools import pairwise

from repro_check.secrets.model import fingerprint
from repro_check.text import pattern

# Five letters or so: shorter words turn up by chance in random tokens.
_TELLING = (
    *("your", "example", "placeholder", "changeme", "change_me", "change-me", "dummy", "redacted"),
    *("replace", "insert", "sample", "fake", "todo", "xxxx", "notreal", "not_real", "not-real"),
    *("...", "***", "\u2026", "-here", "_here", "abc123", "foobar", "secret_key", "secret-key"),
    *("qwerty", "asdf", "donotuse", "loremipsum", "topsecret", "supersecret"),
    "eyjzdwiioiixmjm0nty3odkw",  # the subject of the sample token of jwt.io (RFC 7519 tutorials)
)

# A whole value, or each part of it, that is one of these words is no secret.
_COMMON_TEXT = """
    access account admin administrator api apikey app auth aws azure bar baz bearer client
    config credential credentials data database db debug default demo dev docker empty env false
    file foo github gitlab google guest hello hidden home host huggingface id insecure invalid
    key keys local localhost login master mine minio minioadmin mock model my mysql name neptune
    new no none null openai optional org output pass passphrase passwd password pat path
    personal postgres private prod production project public pwd random real redis required root
    secret secrets sensitive server service session some staging string super temp test tester
    testing the tmp token tokens true undefined unknown unset use user username value var wandb
    welcome yes
"""
_COMMON = frozenset(_COMMON_TEXT.split())

_LEET = str.maketrans("013457@$!", "oieastasi")

_SPELT_OUT = pattern("password|fake|secret|token")

# Published keys: those of Azure's storage and Cosmos emulators, the tokens of RFC 6749. They stand
# here as fingerprints of their first 32 characters, which are also quoted in part.
_DOCUMENTED = frozenset(
    {"b241a318deeec4d1", "0347688388657a84", "6c96130f130ab0d6", "00cf4c781dc37003"}
)

_REFERENCE = pattern(
    r"""^(?:\$|<|\{|%\(|%[sdr]|\#\{|@\{|&|\*|!|\[)  # ${VAR}, <token>, {token}, %(token)s, yaml tags
    |\$\{|\{\{|\$\(|>$|\{[^{}]*\}                  # a template anywhere
    |\b(?:os\.environ|environ\[|getenv|getpass|process\.env|secrets\.|userdata\.get)
    |^(?:sha[0-9]{1,3}|md5)[=:\-]|%[0-9A-F]{2}       # a digest that says so, an encoded query
    |[(\[{|]                                       # a call, a subscript, a pattern
    |^(?:self|cls|args|cfg|config|conf|opt|opts|options|settings|params|hparams|kwargs|request)\.
    """,
    re.VERBOSE,
)
_UUID = pattern(r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$", re.IGNORECASE)
_PATH = pattern(r"^(?:[~.]{0,2}/|[A-Za-z]:\\|[a-z][a-z0-9+.-]*://)|/.*\.\w{1,5}$|^[\w.-]+\(")
_VERSION = pattern(r"^v?[0-9]+(?:\.[0-9]+)+(?:[=._+\-][\w.+\-=]*)?$")  # and a conda build after it
_PARTS = pattern(r"[^\s\"'`\-_./:\\,+=]+")
_LETTER = pattern(r"[A-Za-z]")
_OTHER = pattern(r"[0-9@#$%^&*!~?]")
_TOKEN = pattern(r"[A-Za-z0-9_\-+/=.~%]{16,}")


def is_placeholder(value: str) -> bool:
    """Whether `value` is a template, a documented example, or too regular to be random."""
    lowered = value.lower()
    return (
        bool(_REFERENCE.search(value))
        or any(word in lowered for word in _TELLING)
        or len(set(lowered)) < min(6, len(lowered))
        or _is_monotonous(lowered)
        or _is_sequential(lowered)
        or _is_sequential(lowered[::2])
        or fingerprint(value.removeprefix("AccountKey=")[:32]) in _DOCUMENTED
    )


def mixed_parts(text: str) -> list[str]:
    """The stretches of `text` between separators that mix letters with digits or symbols."""
    return [
        part
        for part in _PARTS.findall(text)
        if len(part) >= 6 and _LETTER.search(part) and _OTHER.search(part)
    ]


def is_wordy(value: str) -> bool:
    """Whether `value` reads as words: no part of it mixes letters with digits or symbols."""
    return all(is_common_word(part) for part in mixed_parts(value))


def is_credible(value: str) -> bool:
    """Whether `value`, bound to a name like `password`, could open something."""
    return (
        6 <= len(value) <= 512
        and not any(character.isspace() for character in value)
        and not is_placeholder(value)
        and not is_wordy(value)
        and not _SPELT_OUT.search(value.lower().translate(_LEET))
        and not _UUID.match(value)
        and not _PATH.search(value)
        and not _VERSION.match(value)
    )


def is_opaque(value: str) -> bool:
    """Whether `value` looks drawn at random: long, and its classes of characters alternate."""
    return (
        bool(_TOKEN.fullmatch(value))
        and class_changes(value) * 6 >= len(value)
        and is_credible(value)
    )


def class_changes(value: str) -> int:
    """How often lower case, upper case and digits take turns in `value`.

    In a random token about half of the neighbours differ in class; in identifiers, versions and
    paths few do.
    """
    classes = [
        "d" if character.isdigit() else "u" if character.isupper() else "l"
        for character in value
        if character.isalnum()
    ]
    return sum(left != right for left, right in pairwise(classes))


def is_digest(value: str) -> bool:
    """Whether `value` is hexadecimal and as long as an md5, sha1, sha256 or sha512."""
    return bool(re.fullmatch(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128}", value))


def is_common_word(value: str) -> bool:
    """Whether `value` is a word like "admin", with digits after it or leet in it or not."""
    stem = value.lower().rstrip("0123456789!@$")
    return stem in _COMMON or stem.translate(_LEET) in _COMMON


def _is_monotonous(value: str) -> bool:
    """One character six times in a row, or a whole value that repeats a short stretch."""
    if re.search(r"(.)\1{5}", value):
        return True
    return any(value == (value[:size] * len(value))[: len(value)] for size in range(1, 11)) and (
        len(value) > 11
    )


def _is_sequential(value: str) -> bool:
    """Seven characters in a row that count up or down by one ("1234567", "hgfedcb")."""
    run, last_step = 1, 0
    for left, right in pairwise(value):
        step = ord(right) - ord(left)
        run = run + 1 if step == last_step and abs(step) == 1 else 2 if abs(step) == 1 else 1
        last_step = step
        if run >= 7:
            return True
    return "9876543210" in value or "1234567890" in value
