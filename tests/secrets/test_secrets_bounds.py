"""Texts made to be slow. Each of them took minutes or more with a pattern that was not linear."""

from __future__ import annotations

import pytest
from secret_samples import ALNUM, SHAPED, draw

from repro_check.secrets.facts import read_secrets
from repro_check.secrets.placeholders import is_credible
from repro_check.secrets.scan import MOST, scan_text
from repro_check.secrets.scrub import scrub

SIZE = 400_000
SEED = "password aB3dE5gH7jK9mN1pQ3 "


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", "\n" * SIZE),
        (".env", " " * SIZE),
        (".env", "A" * SIZE),
        (".pypirc", "\n" * SIZE),
        (".netrc", "password" + "\n" * SIZE),
        (".pgpass", "a:" * (SIZE // 2)),
        (".git-credentials", "https://" * (SIZE // 8)),
        ("kaggle.json", '"key"' + " " * SIZE),
        ("a.py", (("pwd " * 1200) + "\n") * 80),
        ("a.py", (SEED + ("pwd" * 1600) + "\n") * 3),
        ("a.py", (SEED + ("secret" * 800) + "\n") * 3),
        ("a.py", ("sk-" * 1600 + "\n") * 80),
        ("a.py", ("://" + "a:" * 2400 + "\n") * 80),
        ("a.txt", ("-----BEGIN " + "PRIVATE KEY-----\n") * 14_000),
    ],
)
def test_a_text_made_to_be_slow_is_searched(path: str, text: str) -> None:
    assert len(scan_text(text, path=path)) <= MOST


def test_a_value_is_not_taken_from_the_line_after_its_name() -> None:
    assert scan_text("DB_PASSWORD=\naB3dE5gH7jK9\n", path=".env") == ()


@pytest.mark.parametrize("mark", ["", "  # pragma: " + "allowlist secret"])
def test_a_file_of_many_secrets_is_told_by_its_first(mark: str) -> None:
    one = SHAPED["GitHub Token"](1)
    values = [one[:4] + draw(ALNUM, 36, seed=seed) for seed in range(3_000)]
    text = "".join(f'k="{value}"{mark}\n' for value in values)
    found = scan_text(text, path="a.py")
    assert [each.line for each in found] == ([] if mark else list(range(1, MOST + 1)))
    facts = read_secrets("a.py", text.encode())
    assert [each.secret for each in facts.secrets] == list(found)
    shown = scrub(text, path="a.py")
    assert not any(value in shown for value in values)


def test_what_is_allowed_does_not_count_against_the_bound() -> None:
    allowed = '"  # pragma: ' + "allowlist secret\n"
    make = SHAPED["GitHub Token"]
    text = "".join(f'k="{make(seed)}{allowed}' for seed in range(MOST + 1)) + f'k="{make(999)}"'
    (found,) = scan_text(text, path="a.py")
    assert found.line == MOST + 2


def test_a_line_cut_off_by_the_bound_is_not_shown_with_the_rest_of_its_secrets() -> None:
    values = [draw(ALNUM, 12, seed=seed) for seed in range(MOST + 50)]
    values = [value for value in values if is_credible(value)]
    text = " ".join(f"password {value}" for value in values)
    secrets = read_secrets(".netrc", text.encode()).secrets
    assert len(secrets) == MOST
    assert not any(value in each.shown for value in values for each in secrets)
