"""What a scan for secrets says: a place, a kind and a fingerprint, never the secret itself."""

from __future__ import annotations

import msgspec

from repro_check.hashes import sha1

SHOWN = 4
"""How many leading characters of a secret may be shown."""


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """A live-looking credential in a text.

    Attributes:
        kind: what it is, as detect-secrets' `secret_type` ("Hugging Face Token").
        line: 1-based line in the text that was scanned.
        column: 1-based column of its first character.
        end_column: column after its last character on that line.
        redacted: at most its first four characters, then "...".
        fingerprint: 16 hexadecimal digits of the sha256 of the secret.
        reason: why it is taken for one ("the value of `api_key`, in the form of an OpenAI Key").
    """

    kind: str
    line: int
    column: int
    end_column: int
    redacted: str
    fingerprint: str
    reason: str


class Candidate(msgspec.Struct, frozen=True):
    """A secret with its value, for use inside this package only.

    Its `repr` tells the kind alone, so that a traceback or a log cannot show the value. `shown` is the
    text at the place where that is not the value itself: the header of a private key.
    """

    kind: str
    value: str
    line: int
    column: int
    reason: str
    shown: str = ""

    def __repr__(self) -> str:
        return f"<{self.kind}>"

    @property
    def width(self) -> int:
        """How many characters the place spans."""
        return len(self.shown or self.value)

    @property
    def sha1(self) -> str:
        """The digest under which detect-secrets records a secret in its baseline."""
        return sha1(self.value.encode(errors="surrogatepass"), usedforsecurity=False).hexdigest()

    def published(self) -> Secret:
        """The same without its value."""
        return Secret(
            kind=self.kind,
            line=self.line,
            column=self.column,
            end_column=self.column + self.width,
            redacted=redact(self.value),
            fingerprint=fingerprint(self.value),
            reason=self.reason,
        )


def fingerprint(secret: str) -> str:
    """The first 16 hexadecimal digits of the sha256 of `secret`."""
    from hashlib import sha256  # 2 ms to import, and few files hold a secret

    return sha256(secret.encode(errors="surrogatepass")).hexdigest()[:16]


def redact(secret: str) -> str:
    """At most the first four characters and at most a quarter of the secret, then "..."."""
    return secret[: min(SHOWN, len(secret) // 4)] + "..."


def mask(line: str, secrets: tuple[Secret, ...]) -> str:
    """One line of text with every occurrence of the secrets on it redacted, for showing it.

    Args:
        line: the text of a line.
        secrets: secrets of that very line.
    """
    values = {line[each.column - 1 : each.end_column - 1]: each.redacted for each in secrets}
    for value in sorted(filter(None, values), key=len, reverse=True):
        line = line.replace(value, values[value])
    return line
