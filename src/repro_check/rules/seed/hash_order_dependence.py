"""SEED008."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Confidence, Finding, Fix, Severity, Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._hash_remainders import hash_remainders
from repro_check.rules.seed._order_fixes import sort
from repro_check.rules.seed._order_loops import NUMBERS
from repro_check.rules.seed._order_sinks import Orders, Sink
from repro_check.rules.seed._text_sets import TextSet, text_sets
from repro_check.rules.seed._texts import Kind


@rule(
    "SEED008",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=4,
    fixes="safe",
    words=("{", "set", "hash"),
)
def hash_order_dependence(file: PythonFile, project: Project) -> Iterator[Finding]:
    """Something is numbered, picked or split in the order of a set of text, or by `hash` of a text.

    Python salts the hash of `str` and `bytes` anew in every process (docs.python.org,
    `object.__hash__`), so a set of words comes in another order at each run, and `hash(word) % 10`
    is another number: labels change their meaning, a saved model meets another vocabulary, a row
    moves from training to test. No seed helps. A set of integers keeps its order. Only sets are named
    whose order is seen to decide something; those that are sorted, counted or searched are not.

    Sorting can move numbers that were given so far, once: no second run could have given them.

    Bad:
        text = open("corpus.txt").read()
        vocab = list(set(text.split()))
        index = {word: number for number, word in enumerate(vocab)}

    Bad:
        import json

        words = set()
        for line in open("corpus.txt"):
            words.update(line.split())
        ids = {}
        for word in words:
            ids[word] = len(ids)

    Bad:
        def is_test(name: str) -> bool:
            return hash(name) % 10 == 0

    Good:
        text = open("corpus.txt").read()
        vocab = sorted(set(text.split()))
        index = {word: number for number, word in enumerate(vocab)}

    Good:
        import zlib

        def is_test(name: str) -> bool:
            return zlib.crc32(name.encode()) % 10 == 0

    Not this rule:
        labels = [3, 1, 2, 3]
        index = {label: number for number, label in enumerate(set(labels))}

    Not this rule:
        names = set("a b c".split())
        print(len(names), "a" in names, sorted(names), max(names))
        for name in names:
            print(name)
    """
    orders = Orders(project)
    said: set[Span] = set()
    for found in text_sets(file, orders.sites(file)):
        sink = None if found.used in said else orders.of_value(file, found.used)
        if sink is None:
            continue
        # who numbers labels does it because they are no numbers
        is_numbered = found.is_category and sink.what == NUMBERS and sink.file is file
        if found.kind is not Kind.UNKNOWN or is_numbered:
            said.add(found.used)
            yield _of_set(file, found, sink)
    for call in hash_remainders(file, orders.sites(file)):
        yield file.finding(
            call.span,
            "`hash` of a text is another number in every process, and so is its remainder",
            help="Write `zlib.crc32(text.encode())`, or a digest of `hashlib`: "
            "the same number at every run and on every machine.",
        )


def _of_set(file: PythonFile, found: TextSet, sink: Sink) -> Finding:
    related = [sink.file.related(sink.span, "here the order decides")]
    if found.name.startswith("`"):
        related.append(file.related(found.made, "here the set is made"))
    return file.finding(
        found.used,
        f"{found.name} comes in another order at every run, and the code {sink.what}",
        help="Write `sorted(...)` around it: every run then sees the same order. "
        "Numbers given so far may move.",
        confidence=Confidence.HIGH if found.kind is Kind.TEXT else Confidence.MEDIUM,
        related=related,
        fix=_fix(file, found),
    )


def _fix(file: PythonFile, found: TextSet) -> Fix | None:
    if not found.is_alone:
        return None
    taker = file.facts.calls[found.taker] if found.taker >= 0 else None
    return sort(file, found.used, taker=taker)
