"""Private keys that stretch over several lines, which line-based plugins cannot see whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from repro_check.secrets.model import Candidate
from repro_check.secrets.placeholders import is_placeholder
from repro_check.text import pattern

_BEGIN = pattern(
    r"-----BEGIN (?P<kind>(?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?)-----"
    r"|^(?P<putty>Private-Lines): [0-9]+"
)
_NAMED = pattern(r"P(?:RIVATE KEY|rivate-Lines)")  # from P to P: one walk for both
_HEADER = pattern(r"^(?:Proc-Type|DEK-Info|Version|Comment|Charset|Hash):")  # RFC 1421, RFC 4880
_PART = pattern(r"[A-Za-z0-9+/]+={0,2}|=[A-Za-z0-9+/]{4}")  # RFC 4880 ends in a checksum
_BODY = pattern(r"^[A-Za-z0-9+/]{32,}={0,2}$")
_DECORATION = " \t\r\"'`,\\+-#"
_SEARCHED = 8


def private_keys(text: str) -> Iterator[Candidate]:
    """Every private key in `text` whose body follows its header on lines of its own.

    A header alone, or one followed by "...", is documentation. The secret is the body's first
    line, which is enough to tell two keys apart; the place is the header.
    """
    if not _NAMED.search(text):
        return
    lines = text.split("\n")
    for index, line in enumerate(lines):
        header = _BEGIN.search(line)
        body = header and _first_body_line(lines[index + 1 : index + 1 + _SEARCHED])
        if header and body and not is_placeholder(body):
            yield Candidate(
                kind="Private Key",
                value=body,
                line=index + 1,
                column=header.start() + 1,
                shown=header[0],
                reason=f"a block headed {header['kind'] or header['putty']}",
            )


def key_body(lines: Sequence[str], header: int) -> Iterator[tuple[int, str]]:
    """Every line of the body of a private key, for hiding it.

    Args:
        lines: the lines of a text.
        header: the index of the line with the key's header.

    Returns:
        Pairs of an index in `lines` and what stands there without quotes and indents.
    """
    for index in range(header + 1, len(lines)):
        bare = _bare(lines[index])
        if _PART.fullmatch(bare):
            yield index, bare
        elif bare and not _HEADER.match(bare):
            return


def _bare(line: str) -> str:
    return line.strip(_DECORATION).removesuffix("\\n").strip(_DECORATION)


def _first_body_line(lines: list[str]) -> str:
    for line in lines:
        bare = _bare(line)
        if _BODY.match(bare):
            return bare
        if bare and not _HEADER.match(bare):
            return ""
    return ""
