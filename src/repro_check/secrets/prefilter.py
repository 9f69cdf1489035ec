"""The cheap look that decides whether a text is worth detect-secrets' regular expressions.

detect-secrets takes a quarter of a second to import and seconds a megabyte to run, and nearly no
text holds a secret. Every detector of this package needs one of the words below on the line and,
beside it, a run of characters long and mixed enough to be a credential; so a line without them
cannot become a finding, and most texts cost some `str.find`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate

from repro_check.secrets.placeholders import class_changes, mixed_parts
from repro_check.text import pattern

LONGEST_LINE = 5000
"""Longer lines are generated or encoded data, and are not searched."""

# Beginnings of tokens, in lower case: sixteen token characters, not all lower case, must follow.
_PREFIXES = """
    hf_ api_org_ sk- sk_live_ rk_live_ r8_ kgat_ wandb_v1_ local- aiza gocspx- ya29. ghp_ gho_ ghu_
    ghs_ ghr_ github_pat_ glpat- gldt- glft- glsoat- glrt- glcbt- glimt- glptt- glagent- gloas-
    gr1348941 dapi lsv2_ ls__ gsk_ xai- npm_ pcsk_ ak- as- nvapi- tvly- jina_ pplx- pa- rpa_ tgp_v1_
    olp_ dckr_pat_ dop_v1_ fw_ pnu_ akia asia abia acca a3t pypi-age sg. xoxa- xoxb- xoxp- xoxo-
    xoxs- xoxr- sq0csp- eyj :aa accountkey= hooks.slack.com/services/
"""
# Names of credentials: a mixed run of six must follow.
_STRONG = "passw passphrase pwd secret credential sshpass"
# Names of weaker promise, and of services: a mixed run of sixteen must follow.
_WEAK = """
    key token login bearer sig= wandb comet neptune kaggle zenodo figshare osf cohere
    mistral together serpapi ncbi roboflow clearml deepseek openrouter azure labelbox mailchimp
    twilio discord telegram cloudant softlayer ibm artifactory
"""

_TOKEN_RUN = pattern(r"(?=[A-Za-z0-9_\-.~/+]{0,64}[0-9A-Z])[A-Za-z0-9_\-.~/+=]{16}")
_WEAK_RUN = pattern(r"[A-Za-z0-9_\-+/=.~%]{16,}")
_SHORTEST_TOKEN = 16
_RUN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.~/+=%:")
_TO_RUNS = bytes(byte if byte in _RUN else 0x20 for byte in range(256))
_MIXED = re.compile(rb"[0-9~%]")
_URL = pattern(r"://[^\s/@:]+:[^\s/@]+@")

_Judge = Callable[[str, int], "bool | None"]
"""Whether a credential may follow an offset of a line; None where none follows any later one."""


def suspicious_lines(text: str) -> tuple[tuple[int, str], ...]:
    """The numbered lines of `text` that may hold a secret.

    Args:
        text: any decoded text.

    Returns:
        Pairs of the 1-based number and the text of a line, in order; lines end at a line feed,
        and a carriage return before it is not part of them.
    """
    present = _present_questions(text)
    if not present:
        return ()
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter whose lower case is two would shift every place
        lowered = "".join(low if len(low := each.lower()) == 1 else each for each in text)
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    marked: set[int] = set()
    for word, judge in present:
        done = -1
        for number, offset in _occurrences(word, lowered, starts):
            line = lines[number]
            if number in marked or number == done or len(line) > LONGEST_LINE:
                continue
            answer = judge(line, offset)
            if answer:
                marked.add(number)
            elif answer is None:
                done = number
    return tuple((number + 1, lines[number].rstrip("\r")) for number in sorted(marked))


def _present_questions(text: str) -> list[tuple[str, _Judge]]:
    """The words that stand in a text, with what must follow them.

    Most texts end here, so it works on bytes, and looks for the many words of little promise only
    where some run of characters could be a token at all.
    """
    data = text.encode("utf-8", "surrogatepass")
    # what a file says, it says many times: the words are looked for in its different runs
    runs = set(data.translate(_TO_RUNS).split())
    lowered = b"\n".join(runs).lower()
    long = [run for run in runs if len(run) >= _SHORTEST_TOKEN]
    tokens = b"\n".join(long).lower()
    present: list[tuple[str, _Judge]] = []
    present += [(word, _token_follows) for word in _PREFIXES.split() if word.encode() in tokens]
    present += [(word, _credential_follows) for word in _STRONG.split() if word.encode() in lowered]
    if any(_is_opaque_run(run.decode()) for run in long if _MIXED.search(run)):
        present += [(word, _opaque_follows) for word in _WEAK.split() if word.encode() in lowered]
    present += [(w, _credential_follows_word) for w in ("_pass", "-pass") if w.encode() in lowered]
    if b"://" in lowered:
        present.append(("://", lambda line, _: bool(_URL.search(line)) or None))
    if b"private key" in data.lower():
        present.append(("private key", lambda _line, _offset: True))
    return present


def _occurrences(word: str, text: str, starts: list[int]) -> Iterator[tuple[int, int]]:
    """The line index and the offset in the line just after each occurrence of `word`."""
    found = text.find(word)
    while found >= 0:
        number = bisect_right(starts, found) - 1
        yield number, found + len(word) - starts[number]
        found = text.find(word, found + len(word))


def _token_follows(line: str, offset: int) -> bool:
    return bool(_TOKEN_RUN.match(line, offset))


def _credential_follows(line: str, offset: int) -> bool | None:
    return bool(mixed_parts(line[offset:])) or None


def _credential_follows_word(line: str, offset: int) -> bool | None:
    return False if line[offset : offset + 1].isalpha() else _credential_follows(line, offset)


def _opaque_follows(line: str, offset: int) -> bool | None:
    return _is_opaque_run(line[offset:]) or None


def _is_opaque_run(text: str) -> bool:
    # What `is_opaque` demands of a value holds for a longer run around it, too: a mixed part, and
    # the three changes of its shortest values.
    return any(mixed_parts(run) and class_changes(run) >= 3 for run in _WEAK_RUN.findall(text))
