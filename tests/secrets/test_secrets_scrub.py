from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from secret_samples import ALNUM, HEX, NAMED, SETTINGS, SHAPED, draw

from repro_check.secrets.model import redact
from repro_check.secrets.placeholders import is_credible
from repro_check.secrets.scrub import scrub

TOKEN = SHAPED["GitHub Token"](3)
PRAGMA = "  # pragma: " + "allowlist secret"


@pytest.mark.parametrize("kind", SHAPED)
@pytest.mark.parametrize("mark", ["", PRAGMA])
def test_a_token_is_hidden_whether_allowed_or_not(kind: str, mark: str) -> None:
    value = SHAPED[kind](5)
    shown = scrub(f'first = 1\nkey = "{value}"{mark}\nlast = 2', path="a.py")
    assert value[5:] not in shown
    assert shown.startswith(f'first = 1\nkey = "{value[:4]}')
    assert shown.endswith(f"{mark}\nlast = 2")


@pytest.mark.parametrize("kind", NAMED)
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("sign", ["", "+", "-"])
def test_a_named_secret_is_hidden_in_files_and_in_diffs(kind: str, setting: str, sign: str) -> None:
    (name, make), (path, template) = NAMED[kind], SETTINGS[setting]
    value = make(5)
    shown = scrub(sign + template.format(name=name, value=value), path=path)
    assert value not in shown
    assert shown[:1] == (sign or shown[:1])


@pytest.mark.parametrize("at", [0, 10, 3_490, 4_970, 4_999, 5_000, 8_480, 40_000])
@pytest.mark.parametrize("kind", ["GitHub Token", "Anthropic API Key", "Hugging Face Token"])
def test_a_token_anywhere_on_a_very_long_line_is_hidden(kind: str, at: int) -> None:
    value, filler = SHAPED[kind](9), "lorem ipsum "
    line = (filler * 4_000)[:at] + f'"{value}"' + filler * 1_000
    shown = scrub(f"one\n{line}\nthree")
    assert value[5:] not in shown
    assert shown.split("\n") == ["one", line.replace(value, redact(value)), "three"]


def test_a_signed_statement_longer_than_a_window_is_hidden_to_its_end() -> None:
    head, tail = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", draw(ALNUM, 9_000)
    statement = f"{head}.eyJzdWIiOiJhZGEiLCJuIjoxfQ.{tail}"
    shown = scrub("x " * 1_000 + f'"{statement}" ' + "y " * 1_000)
    assert not any(tail[start : start + 40] in shown for start in range(0, 8_960, 40))


def test_a_secret_seen_once_is_hidden_where_nothing_tells_it() -> None:
    value = draw(HEX, 40)
    shown = scrub(f'WANDB_API_KEY = "{value}"\nprint("{value}")', path="a.py")
    assert value not in shown
    assert shown.endswith(f'print("{redact(value)}")')


@pytest.mark.parametrize("sign", ["", "+", "-", "    "])
def test_the_whole_body_of_a_private_key_is_hidden(sign: str) -> None:
    body = [draw(ALNUM, 64, seed=seed) for seed in range(20)] + [draw(ALNUM, 20)]
    block = ["-----BEGIN RSA " + "PRIVATE KEY-----", *body, "-----END RSA " + "PRIVATE KEY-----"]
    text = "\n".join(sign + line for line in [*block, "next line"])
    shown = scrub(text)
    assert not any(line[5:] in shown for line in body)
    assert shown.count("\n") == text.count("\n")
    assert shown.endswith("next line")


def test_every_password_on_one_long_line_of_a_netrc_is_hidden() -> None:
    values = [draw(ALNUM, 12, seed=seed) for seed in range(600)]
    values = [value for value in values if is_credible(value)]
    shown = scrub(" ".join(f"password {value}" for value in values), path=".netrc")
    assert not any(value in shown for value in values)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "a\r\nb\rc\x0b\u2028d\n",
        "password = os.environ['DB_PASSWORD']\n",
        'token = "<your-token-here>"\n',
        "commit 0123456789abcdef0123456789abcdef01234567\n",
        "+    model = AutoModel.from_pretrained(name)\n-    seed = 1\n",
        "x" * 20_000,
    ],
)
def test_a_text_without_secrets_is_shown_as_it_is(text: str) -> None:
    assert scrub(text, path="a.py") == text


def test_a_text_with_half_a_surrogate_is_scrubbed_like_any_other() -> None:
    text = f'key = "{TOKEN}"\npassword = "\udc80aB3dE5\udcffgH7"\n'
    shown = scrub(text, path="\udc80.py")
    assert TOKEN[5:] not in shown
    assert "gH7" not in shown
    assert shown.count("\n") == 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=30) | st.just(f' "{TOKEN}" '), max_size=8), st.booleans())
def test_any_text_keeps_its_lines_and_loses_its_tokens(parts: list[str], cell: bool) -> None:
    text = "\n".join(parts)
    shown = scrub(text, path="a.ipynb" if cell else "")
    assert shown.count("\n") == text.count("\n")
    assert TOKEN not in shown


def test_a_text_that_is_not_suspicious_does_not_load_detect_secrets() -> None:
    code = (
        "import sys; from repro_check.secrets.scrub import scrub;"
        "scrub('seed = 1\\n' * 1000 + 'y' * 9000, path='a.py'); print('detect_secrets' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "False"
