"""The look before the detectors: what it may skip, and that places do not shift."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from secret_samples import CARRIED, NAMED, SETTINGS, SHAPED

from repro_check.secrets import plugins
from repro_check.secrets.pivots import by_pivot, byte_pattern
from repro_check.secrets.prefilter import LONGEST_LINE, Stretch, suspicious_lines
from repro_check.secrets.scan import scan_text, search_lines

_SAMPLES = [
    *(("x1", make) for make in SHAPED.values()),
    *NAMED.values(),
    *(
        ("x1", lambda seed, make=make, around=around: around.format(make(seed)))
        for around, make in CARRIED.values()
    ),
]
_LOOK_AROUND = re.compile(
    r"\(\?(?:[=!]|<[=!])(?:[^()\[\]\\]|\\.|\[[^\]]*\])*\)"
)  # an edge, a sieve
_NOISE = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["import torch", "x = Conv2d(3, 64)", "# caf\u00e9 \u4e16\u754c", "\u0130\u212a", "\ud800"]
    ),
)
_SECRETS = st.builds(
    lambda sample, setting, seed: setting[1].format(name=sample[0], value=sample[1](seed)),
    st.sampled_from(_SAMPLES),
    st.sampled_from(list(SETTINGS.values())),
    st.integers(0, 20),
)
_LINES = st.builds(
    lambda before, line, after, end: f"{before} {line} {after}{end}",
    *(_NOISE, st.one_of(_SECRETS, _NOISE), _NOISE, st.sampled_from(["", "\r"])),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(_LINES, min_size=1, max_size=6),
    st.sampled_from([path for path, _ in SETTINGS.values()]),
)
def test_a_token_of_any_kind_in_any_place_gets_past_the_look(lines: list[str], path: str) -> None:
    text = "\n".join(lines)
    numbered = tuple(
        Stretch(number, line.rstrip("\r")) for number, line in enumerate(text.split("\n"), start=1)
    )
    seen = suspicious_lines(text)
    assert {each.line for each in search_lines(numbered, text, path=path)} <= {
        each.number for each in seen
    }
    assert set(seen) <= set(numbered)


@settings(max_examples=100, deadline=None)
@given(st.lists(_LINES, max_size=6))
def test_a_line_is_judged_by_itself(lines: list[str]) -> None:
    parts = "\n".join(lines).split("\n")
    alone = [number for number, line in enumerate(parts, start=1) if suspicious_lines(line)]
    assert [each.number for each in suspicious_lines("\n".join(parts))] == alone


@given(
    st.lists(
        st.text("ab_-", min_size=1, max_size=4).map(lambda w: w + "_b"), min_size=1, max_size=5
    ),
    st.text("ab_-", max_size=40),
)
def test_a_pattern_at_a_pivot_finds_where_its_words_end(words: list[str], text: str) -> None:
    last = [word for word in words if word.endswith("_b")]
    (found,) = by_pivot(" ".join(last), "_")
    ends = {match.end() for match in found.finditer(text.encode())}
    assert ends == {
        place for word in last for place in range(len(text) + 1) if text[:place].endswith(word)
    }


def test_each_word_goes_to_the_first_pivot_in_it() -> None:
    first, second = by_pivot("k_ey to-ken -x_", "_-", after="(?=[a-z ])")
    assert [match[0] for match in first.finditer(b"k_ey k_e to-ken -x_ ")] == [b"_ey", b"_"]
    assert [match[0] for match in second.finditer(b"k_ey to-ken")] == [b"-ken"]


def test_a_byte_pattern_looks_in_bytes() -> None:
    assert byte_pattern("a+").findall(b"aab") == [b"aa"]


@pytest.mark.parametrize(
    "unit",
    ["key a1b2C3d4E5f6G7h8 ", "_abcdefghijklmnop", "a0", "pwd ", "://a:", "hf_", "private key "],
)
@pytest.mark.parametrize("end", ["", "\n"])
def test_of_a_long_line_a_few_parts_are_looked_at(unit: str, end: str) -> None:
    line = unit * (600_000 // len(unit))
    assert len(line) > LONGEST_LINE
    parts = suspicious_lines(f"x = 1\n{line}{end}")
    assert len(parts) <= 200
    for part in parts:
        assert line[part.before : part.before + len(part.text)] == part.text
        assert len(part.text) < LONGEST_LINE


@settings(max_examples=60, deadline=None)
@given(
    _SECRETS,
    st.integers(0, 9_000),
    st.integers(0, 9_000),
    st.sampled_from(["x = 1, ", "\u4e16\u754c ", "0.125 ", "a, "]),
)
def test_a_token_in_a_long_line_is_found_where_it_stands(
    secret: str, before: int, after: int, noise: str
) -> None:
    more = noise * (before // len(noise))
    short = f"{noise} {secret} {noise}"
    alone = scan_text(f"\n{short}", path="a.json")
    found = scan_text(f"\n{more}{short}{noise * (after // len(noise))}", path="a.json")
    assert [each.fingerprint for each in found] == [each.fingerprint for each in alone]
    assert [each.column for each in found] == [each.column + len(more) for each in alone]


def test_a_look_may_end_inside_of_a_character() -> None:
    name, make = NAMED["W&B Classic API Key"]
    for shift in range(4):
        line = f'{"x" * shift}{name} = "{make(1)}" ' + "\u4e16\u754c\U0001f600" * 3_000
        (found,) = scan_text(line, path="a.json")
        assert line[found.column - 1 : found.end_column - 1] == make(1)


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for info in pkgutil.iter_modules(plugins.__path__):
        module = importlib.import_module(f"{plugins.__name__}.{info.name}")
        for name, plugin in vars(module).items():
            if name.endswith("Detector") and name != "RegexBasedDetector":
                for number, each in enumerate(plugin.denylist):
                    yield f"{name}-{number}", each


@pytest.mark.parametrize("pattern", [pytest.param(each, id=name) for name, each in _patterns()])
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_a_plugin_takes_for_a_secret_gets_past_the_look(
    pattern: re.Pattern[str], data: st.DataObject
) -> None:
    drawn = data.draw(st.from_regex(_LOOK_AROUND.sub("", pattern.pattern)))
    line = drawn.encode("ascii", "ignore").decode().replace("\n", " ")
    found = list(search_lines([Stretch(1, line)], line, path="a.yaml"))
    assert not found or suspicious_lines(line)
