from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from secret_samples import ALNUM, HEX, NAMED, SETTINGS, SHAPED, draw

from repro_check.secrets.model import fingerprint, mask, redact
from repro_check.secrets.prefilter import Stretch, suspicious_lines
from repro_check.secrets.scan import find_secrets, scan_text, search_lines

TOKEN = SHAPED["Hugging Face Token"](7)


def _python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


@pytest.mark.parametrize("module", ["scan", "history", "decode", "files", "baseline"])
def test_importing_the_package_does_not_import_detect_secrets(module: str) -> None:
    code = f"import sys, repro_check.secrets.{module}; print('detect_secrets' in sys.modules)"
    assert _python(code) == "False"


def test_an_ordinary_text_is_scanned_without_detect_secrets() -> None:
    code = (
        "import sys; from repro_check.secrets.scan import scan_text;"
        "scan_text('token = tokenizer.pad_token\\nmax_tokens = 4096\\nkey = model_v1\\n', path='a.py');"
        "print('detect_secrets' in sys.modules)"
    )
    assert _python(code) == "False"


def test_nothing_that_is_returned_or_printed_holds_the_secret() -> None:
    for kind, make in SHAPED.items():
        value = make(2)
        for path, template in SETTINGS.values():
            line = template.format(name="x1", value=value)
            found = scan_text(line, path=path)
            shown = f"{found!r} {found} {find_secrets(line, path=path)!r} {mask(line, found)}"
            assert value not in shown, kind
            assert value[5:] not in shown, kind


def test_a_secret_that_is_the_name_of_another_is_not_shown_in_its_reason() -> None:
    first, second = draw(ALNUM, 40, seed=1), SHAPED["GitHub Token"](1)
    text = f'keys = {{"{second}": "{TOKEN}", "api_key": "{first}"}}'
    found = scan_text(text, path="a.py")
    assert len(found) == 3
    assert not any(value in repr(found) for value in (first, second, TOKEN))


def test_masking_hides_every_occurrence_on_the_line() -> None:
    line = f'a = "{TOKEN}"  # was {TOKEN}'
    assert TOKEN not in mask(line, scan_text(line, path="a.py"))


@pytest.mark.parametrize(("length", "shown"), [(40, 4), (16, 4), (12, 3), (6, 1)])
def test_at_most_four_characters_and_a_quarter_of_a_secret_are_shown(
    length: int, shown: int
) -> None:
    secret = draw(ALNUM, length)
    assert redact(secret) == secret[:shown] + "..."


def test_a_second_scan_in_the_same_process_gives_the_same() -> None:
    text = "\n".join(f'{name} = "{make(1)}"' for name, make in NAMED.values())
    assert scan_text(text, path="a.py") == scan_text(text, path="a.py") != ()


def test_the_settings_of_detect_secrets_are_neither_used_nor_changed() -> None:
    from detect_secrets.settings import get_settings, transient_settings

    with transient_settings({"plugins_used": [], "filters_used": []}):
        before = get_settings().json()
        assert scan_text(f'token = "{TOKEN}"', path="a.py")
        assert get_settings().json() == before


def test_the_fingerprint_depends_on_the_secret_alone() -> None:
    (first,) = scan_text(f"HF_TOKEN={TOKEN}", path="a.sh")
    (second,) = scan_text(f'\n\nlogin(token="{TOKEN}")', path="b.py")
    assert first.fingerprint == second.fingerprint == fingerprint(TOKEN)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", f'x = "{TOKEN}"  # pragma: allowlist secret'),
        ("a.py", f'# pragma: allowlist nextline secret\nx = "{TOKEN}"'),
        ("a.yaml", f"x: {TOKEN}  # pragma: allowlist secret"),
        ("a.js", f'x = "{TOKEN}"; // pragma: allowlist secret'),
        ("a.html", f"{TOKEN} <!-- pragma: allowlist secret -->"),
        (".env", f"HF_TOKEN={TOKEN} # pragma: allowlist secret"),
    ],
)
def test_the_allow_list_comments_of_detect_secrets_are_honoured(path: str, text: str) -> None:
    assert scan_text(text, path=path) == ()


@pytest.mark.parametrize(
    "text",
    [
        f'x = "{TOKEN}"\n# pragma: allowlist secret',
        f'# pragma: allowlist nextline secret\ny = 1\nx = "{TOKEN}"',
        f'x = "{TOKEN}"  # pragma: no cover',
    ],
)
def test_an_allow_list_comment_elsewhere_allows_nothing(text: str) -> None:
    assert len(scan_text(text, path="a.py")) == 1


_VALUES = st.one_of(
    st.sampled_from([make(1) for make in SHAPED.values()]),
    st.sampled_from([make(1) for _, make in NAMED.values()]),
    st.text(ALNUM + "_-./+=@#!$ ", min_size=1, max_size=60),
    st.integers(0, 99).map(lambda seed: draw(HEX, 40, seed=seed)),
)
_NAMES = st.sampled_from(
    [name for name, _ in NAMED.values()]
    + [
        "token",
        "key",
        "x",
        "pad_token",
        "wandb",
        "apiKey",
        "db_pass",
        "PASS",
        "pwd",
        "auth",
        "login",
    ]
)
_JOINTS = st.sampled_from(
    ["=", " = ", ": ", '="', ' = "', "': '", "(", '("', " ", " login ", "?token=", "://a:", " -p "]
)
_LINES = st.tuples(
    _NAMES, _JOINTS, _VALUES, st.sampled_from(["", '"', "'", ")", "@h.org", ",", "#"])
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(_LINES.map("".join), min_size=1, max_size=4),
    st.sampled_from(["a.py", "a.yaml", "a.sh"]),
)
def test_the_pre_filter_misses_nothing_that_the_detectors_find(lines: list[str], path: str) -> None:
    text = "\n".join(lines)
    numbered = [
        Stretch(number, line.rstrip("\r")) for number, line in enumerate(text.split("\n"), start=1)
    ]
    everywhere = {each.line for each in search_lines(numbered, text, path=path)}
    assert everywhere <= {each.number for each in suspicious_lines(text)}


@settings(max_examples=200, deadline=None)
@given(st.text(), st.sampled_from(["a.py", ".env", "kaggle.json", "a.ipynb", "id_rsa", ""]))
def test_any_text_is_scanned_without_an_error(text: str, path: str) -> None:
    for secret in scan_text(text, path=path):
        assert 1 <= secret.line <= text.count("\n") + 1
