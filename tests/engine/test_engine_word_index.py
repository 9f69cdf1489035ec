"""Which files hold a word is told by their words alone, joined in one record or not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repro_check.engine.cache import Cache
from repro_check.engine.word_index import WordIndex
from repro_check.sources.discovery import SourceFile
from repro_check.sources.kinds import Kind, Role

Texts = Mapping[str, str]


def tree(texts: Texts) -> list[SourceFile]:
    return [
        SourceFile(path, Kind.PYTHON, Role.PRODUCT, True, hashlib.sha1(text.encode()).hexdigest())
        for path, text in texts.items()
    ]


def reading(texts: Texts) -> Callable[[SourceFile], bytes]:
    return lambda file: texts[file.path].encode()


def unopened(file: SourceFile) -> bytes:
    raise AssertionError(f"{file.path} is opened")


def mentioned(index: WordIndex, texts: Texts, *words: str) -> set[str]:
    return {file.path for file in index.mentioning(tree(texts), words)}


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.lists(st.sampled_from(["a", "b", "ab", "a_b", "c"])), min_size=101, max_size=130)
)
def test_joined_words_tell_what_the_words_of_each_file_tell(held: list[list[str]]) -> None:
    texts = {f"{number}.py": " ".join([*words, f"x{number}"]) for number, words in enumerate(held)}
    cache = Cache(None)
    for index in (WordIndex(cache, reading(texts)), WordIndex(cache, unopened)):
        for word in ("a", "b", "ab", "a_b", "d"):
            expected = {path for path, text in texts.items() if word in text.split()}
            assert mentioned(index, texts, word) == expected
        assert mentioned(index, texts, "x7", "x100") == {"7.py", "100.py"}


def test_a_content_that_was_not_joined_is_found_too() -> None:
    texts = {f"{number}.py": f"x{number}" for number in range(150)}
    cache = Cache(None)
    mentioned(WordIndex(cache, reading(texts)), texts, "x1")
    texts["3.py"] = "y"
    assert mentioned(WordIndex(cache, reading(texts)), texts, "y", "x3", "x4") == {"3.py", "4.py"}


def test_what_no_file_holds_any_more_is_not_joined_again() -> None:
    texts = {f"{number}.py": f"x{number}" for number in range(150)}
    cache = Cache(None)
    mentioned(WordIndex(cache, reading(texts)), texts, "x1")
    changed = {**texts, **{f"{number}.py": f"y{number}" for number in range(120)}}
    mentioned(WordIndex(cache, reading(changed)), changed, "x1")
    index = WordIndex(cache, unopened)
    assert len(index._joined.keys) == len(changed)
    assert mentioned(index, changed, "y5", "x5", "x130") == {"5.py", "130.py"}


@pytest.mark.parametrize("record", [b"", b"\x93", b"\x93\x90\x90\xa0"])
def test_a_record_that_is_none_costs_no_more_than_time(record: bytes) -> None:
    texts = {"a.py": "x", "b.py": "y"}
    cache = Cache(None)
    cache.put(bytes(16), 42, record)
    assert mentioned(WordIndex(cache, reading(texts)), texts, "y") == {"b.py"}


def test_a_word_that_is_not_plain_may_stand_anywhere() -> None:
    texts = {"a.py": "x", "b.py": "y"}
    assert mentioned(WordIndex(Cache(None), unopened), texts, "größe") == {"a.py", "b.py"}
