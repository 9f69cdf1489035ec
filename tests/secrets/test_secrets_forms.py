"""Every form of credential in twelve kinds of file, and what stands in its place in examples."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from secret_samples import SHAPED
from secret_settings import SETTINGS, Form, forms, samples

from repro_check.secrets.facts import read_secrets
from repro_check.secrets.model import fingerprint

PLUGINS = Path(__file__).parents[2] / "src" / "repro_check" / "secrets" / "plugins"
EXAMPLES = ("your-api-key-here", "<token>", "xxxxxxxxxxxxxxxxxxxxxxxxxxxx", "sk-...", "changeme")

# A short password, or a word of lower case, without quotes in prose may be anything; so may an
# opaque field of a URL whose name says nothing.
UNTOLD = {
    ("Named Secret (password)", "Markdown"),
    ("Named Secret (password)", "URL"),
    ("Named Secret (access token of a forge)", "Markdown"),
    ("Named Secret (access token of a forge)", "URL"),
    ("Named Secret (Azure storage)", "URL"),
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_form_is_found_in_every_kind_of_file(setting: str) -> None:
    drawn = [each for seed in range(3) for each in samples(seed) if each.setting == setting]
    missed = [each.form.kind for each in drawn if not read_secrets(each.path, each.data).secrets]
    untold = [kind for kind in missed if (kind, setting) in UNTOLD]
    assert len(missed) - len(untold) <= 0.02 * len(drawn), missed


@pytest.mark.parametrize(
    "form", [each for each in forms() if each.group != "carrier"], ids=lambda form: form.kind
)
def test_what_is_reported_is_the_whole_secret_and_nothing_else(form: Form) -> None:
    for each in samples(7):
        if each.form.kind == form.kind:
            found = {one.secret.fingerprint for one in read_secrets(each.path, each.data).secrets}
            assert found <= {fingerprint(each.secret)}


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("setting", SETTINGS)
def test_an_example_in_place_of_a_token_is_silent(setting: str, example: str) -> None:
    path, write = SETTINGS[setting]
    for form in forms():
        assert not read_secrets(path, write(form.name, example).encode()).secrets


def test_plain_detect_secrets_finds_all_shapes_with_our_plugins(tmp_path: Path) -> None:
    lines = [f"x = '{make(1)}'" for make in SHAPED.values()]
    (tmp_path / "a.py").write_text("\n".join(lines))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "detect_secrets", "scan", "--all-files", "--no-verify"),
            *(word for path in sorted(PLUGINS.glob("[!_]*.py")) for word in ("-p", str(path))),
            *("--disable-plugin", "HexHighEntropyString"),
            *("--disable-plugin", "Base64HighEntropyString"),
            "a.py",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found = {each["line_number"] for each in json.loads(done.stdout)["results"]["a.py"]}
    assert found == set(range(1, len(lines) + 1))
