"""SEC001: where credentials are found, how they are shown, and what is set aside."""

from __future__ import annotations

import hashlib
import json
import random
import string
from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

from repro_check.findings import Confidence, Finding, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[[dict[str, str | bytes]], list[Finding]]


def token(prefix: str, alphabet: str, length: int) -> str:
    """A made-up credential, drawn at run time so that none stands in this repository."""
    source = random.Random(f"{prefix}{length}")
    return prefix + "".join(source.choice(alphabet) for _ in range(length))


ALNUM = string.ascii_letters + string.digits
WANDB = token("", "0123456789abcdef", 40)
HUB = token("h" + "f_", string.ascii_letters, 34)
FORGE = token("gh" + "p_", ALNUM, 36)


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str | bytes]) -> list[Finding]:
        return list(check(make_repo(files, commit=False).root, "SEC001").findings)

    return run


def notebook(*cells: dict[str, object]) -> str:
    """A notebook of these cells."""
    blank = {"metadata": {}, "execution_count": 1, "outputs": []}
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [blank | c for c in cells]}
    )


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("train.py", f'import wandb\n\nwandb.login(key="{WANDB}")\n', "3:18"),
        ("train.py", f'TOKEN = "{HUB}"\n', "1:10"),
        ("src/a/b.py", f"headers = {{'Authorization': 'token {FORGE}'}}\n", "1:36"),
        ("run.sh", f"set -e\nexport WANDB_API_KEY={WANDB}\n", "2:22"),
        ("configs/a.yaml", f"hub:\n  token: {HUB}\n", "2:10"),
        ("configs/a.json", f'{{\n "token": "{HUB}"\n}}\n', "2:12"),
        (".env", f"# keys\nHF_TOKEN={HUB}\n", "2:10"),
        ("README.md", f"Log in with `{HUB}`.\n", "1:14"),
        ("Dockerfile", f"FROM python:3.11\nENV HF_TOKEN={HUB}\n", "2:14"),
        ("docs/setup.md", f"export HF_TOKEN={HUB}\n", "1:17"),
    ],
)
def test_a_credential_is_found_where_it_stands(
    make_repo: MakeRepo, path: str, text: str, place: str
) -> None:
    report = check(make_repo({path: text}, commit=False).root, "SEC001")
    assert places(report) == [f"{path}:{place} SEC001"]
    (finding,) = report.findings
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.HIGH)


def test_no_finding_shows_more_than_four_characters(judge: Judge) -> None:
    line = f'a, b = "{HUB}", "{FORGE}"'
    found = judge({"train.py": f"{line}\n"})
    assert len(found) == 2
    for finding in found:
        shown = f"{finding.message}{finding.source}{finding.help}"
        for value in (HUB, FORGE):
            assert value[4:9] not in shown
        assert finding.source.startswith("a, b = ")


def test_in_a_notebook_cell_and_line_are_named(make_repo: MakeRepo) -> None:
    text = notebook(
        {"cell_type": "markdown", "source": ["# Setup"]},
        {"cell_type": "code", "source": ["import wandb\n", f'wandb.login(key="{WANDB}")']},
        {"cell_type": "code", "source": [f"%env HF_TOKEN={HUB}"]},
        {"cell_type": "markdown", "source": ["Use\n", f"`{FORGE}`"]},
    )
    report = check(make_repo({"a.ipynb": text}, commit=False).root, "SEC001")
    assert places(report) == [
        "a.ipynb:cell 2:2:18 SEC001",
        "a.ipynb:cell 3:1:15 SEC001",
        "a.ipynb:cell 4:2:2 SEC001",
    ]


def test_an_output_is_named_by_its_cell(make_repo: MakeRepo) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": ["ok\n", f"token {HUB}\n"]}
    text = notebook({"cell_type": "code", "source": ["print(x)"], "outputs": [output]})
    report = check(make_repo({"a.ipynb": text}, commit=False).root, "SEC001")
    assert places(report) == ["a.ipynb:cell 1:1:1 SEC001"]


def test_pictures_and_ids_of_a_notebook_are_no_noise(judge: Judge) -> None:
    picture = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"image/png": token("", ALNUM + "+/", 4_000), "text/plain": ["<Figure>"]},
    }
    text = notebook(
        {
            "cell_type": "code",
            "id": token("", "0123456789abcdef", 8),
            "source": ["plot()"],
            "outputs": [picture],
        }
    )
    assert judge({"a.ipynb": text}) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("train.py", 'import os\n\nkey = os.environ["WANDB_API_KEY"]\n'),
        ("train.py", 'wandb.login(key=cfg.wandb_key)\nkey = getpass("key")\n'),
        ("train.py", 'api_key = "your-api-key-here"\ntoken = "<token>"\npassword = "password"\n'),
        ("train.py", f'commit = "{WANDB}"\nsha1 = "{WANDB}"\n'),
        ("configs/a.yaml", f"md5: {WANDB[:32]}\nrevision: {WANDB}\n"),
        (".env.example", "HF_TOKEN=\nWANDB_API_KEY=xxxxxxxxxxxx\n"),
        (".env", "HF_TOKEN=${HF_TOKEN}\nDEBUG=1\nSEED=0\n"),
        ("uv.lock", f'[[package]]\nhash = "sha256:{WANDB}{WANDB[:24]}"\n'),
        ("package-lock.json", '{"integrity": "sha512-' + "Ab3" * 28 + '=="}'),
        (
            "train.py",
            'token = "".join(tokens)\ntokenizer = "bert-base-uncased"\nkey = "val_loss"\n',
        ),
        (".github/workflows/a.yml", "env:\n  TOKEN: ${{ secrets.HF_TOKEN }}\n"),
    ],
)
def test_what_opens_nothing_passes(judge: Judge, path: str, text: str) -> None:
    assert [finding.message for finding in judge({path: text})] == []


@pytest.mark.parametrize("comment", ["# pragma: allowlist secret", "# pragma: whitelist secret"])
def test_the_comment_of_detect_secrets_sets_a_line_aside(judge: Judge, comment: str) -> None:
    assert judge({"train.py": f'a = "{HUB}"  {comment}\n'}) == []
    assert len(judge({"train.py": f'a = "{HUB}"  {comment}\nb = "{FORGE}"\n'})) == 1
    above = "# pragma: allowlist nextline secret"
    assert judge({"train.py": f'{above}\na = "{HUB}"\n'}) == []


def test_the_baseline_of_detect_secrets_sets_a_value_in_a_file_aside(judge: Judge) -> None:
    digest = hashlib.sha1(HUB.encode(), usedforsecurity=False).hexdigest()
    entry = {"type": "Hugging Face Token", "filename": "train.py", "hashed_secret": digest}
    baseline = json.dumps({"version": "1.5.0", "results": {"train.py": [entry]}})
    files: dict[str, str | bytes] = {
        "train.py": f'a = "{HUB}"\n',
        "other.py": f'a = "{HUB}"\n',
        ".secrets.baseline": baseline,
    }
    assert [finding.location.path for finding in judge(files)] == ["other.py"]


def test_our_own_suppression_needs_no_second_language(make_repo: MakeRepo) -> None:
    text = f'a = "{HUB}"  # repro-check: ignore[SEC001] -- revoked in 2021\n'
    report = check(make_repo({"train.py": text}, commit=False).root, "SEC001")
    assert (places(report), len(report.suppressed)) == ([], 1)


@pytest.mark.parametrize("path", ["tests/test_api.py", "tests/data/keys.yaml", "src/a/b_test.py"])
def test_in_tests_a_credential_is_less_sure(judge: Judge, path: str) -> None:
    (finding,) = judge({path: f'token: "{HUB}"\n'})
    assert finding.confidence is Confidence.LOW


def test_vendored_and_binary_files_are_not_read(judge: Judge) -> None:
    files: dict[str, str | bytes] = {
        "third_party/x/a.py": f'a = "{HUB}"\n',
        "model.pt": HUB.encode(),
        "image.bin": b"\0\1" + HUB.encode(),
    }
    assert judge(files) == []
