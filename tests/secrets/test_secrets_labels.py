"""Labels in a baseline of detect-secrets: ours is read by it, and its own is only added to."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

import pytest

from repro_check.errors import ReproCheckError
from repro_check.secrets.baseline import read_baseline
from repro_check.secrets.labels import Label, Labelled, read_labels, with_label

SHA1 = hashlib.sha1(b"one").hexdigest()
OTHER = hashlib.sha1(b"two").hexdigest()
FINDING = Labelled("lib/a.py", "Hugging Face Token", SHA1, 3)
THEIRS = {
    "version": "1.5.0",
    "plugins_used": [{"name": "Mine", "path": "file://evil.py"}],
    "our_key": {"z": 1, "a": [1.5, None]},
    "filters_used": [{"path": "evil.filter"}],
    "results": {
        "z.py": [{"type": "X", "filename": "z.py", "hashed_secret": OTHER, "note": "ours"}],
        "b.py": [],
    },
    "generated_at": "2024-01-01T00:00:00Z",
}


@pytest.mark.parametrize("label", Label)
def test_a_label_is_read_as_it_was_written(label: Label) -> None:
    assert read_labels(with_label(None, FINDING, label)) == {FINDING.key: label}


@pytest.mark.parametrize("label", Label)
def test_only_what_was_called_false_is_set_aside(label: Label) -> None:
    accepted = read_baseline(with_label(None, FINDING, label))
    assert (FINDING.key in accepted) is (label is Label.FALSE)


def test_an_entry_without_a_label_is_set_aside_as_detect_secrets_does() -> None:
    text = json.dumps(THEIRS)
    assert read_labels(text) == {}
    assert read_baseline(text) == {("z.py", OTHER)}


def test_a_label_can_be_changed_and_stands_once() -> None:
    text = with_label(with_label(None, FINDING, Label.TRUE), FINDING, Label.FALSE)
    assert text.count(SHA1) == 1
    assert read_labels(text) == {FINDING.key: Label.FALSE}


def test_neither_name_nor_time_is_written() -> None:
    document = json.loads(with_label(None, FINDING, Label.TRUE))
    assert list(document) == ["version", "plugins_used", "filters_used", "results"]
    (entry,) = document["results"]["lib/a.py"]
    assert entry == {
        "type": "Hugging Face Token",
        "filename": "lib/a.py",
        "hashed_secret": SHA1,
        "is_verified": False,
        "line_number": 3,
        "is_secret": True,
    }


def test_what_we_do_not_know_stays_where_it_is() -> None:
    text = json.dumps(THEIRS, indent=4) + "\n"
    document = json.loads(with_label(text, FINDING, Label.FALSE))
    assert list(document) == list(THEIRS)
    results = document.pop("results")
    assert list(results) == ["z.py", "b.py", "lib/a.py"]
    assert document == {key: value for key, value in THEIRS.items() if key != "results"}
    there = Labelled("z.py", "X", OTHER, 1)
    labelled = with_label(text, there, Label.FALSE)
    added = [line for line in labelled.split("\n") if line not in text.split("\n")]
    assert [line.strip() for line in added] == ['"note": "ours",', '"is_secret": false']


def test_sorted_paths_stay_sorted() -> None:
    text = with_label(None, Labelled("z.py", "X", OTHER, 1), Label.FALSE)
    assert list(json.loads(with_label(text, FINDING, Label.TRUE))["results"]) == [
        "lib/a.py",
        "z.py",
    ]


def test_a_path_with_backslashes_is_the_same_path() -> None:
    entry = {"type": "X", "filename": "lib\\a.py", "hashed_secret": SHA1}
    text = json.dumps({"results": {"lib\\a.py": [entry]}})
    labelled = with_label(text, FINDING, Label.FALSE)
    assert list(json.loads(labelled)["results"]) == ["lib\\a.py"]
    assert read_labels(labelled) == {FINDING.key: Label.FALSE}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"results": []}', '{"results": {"a": [{}]}}'])
def test_what_is_no_baseline_is_refused_and_not_replaced(text: str) -> None:
    with pytest.raises(ReproCheckError, match="baseline"):
        with_label(text, FINDING, Label.TRUE)
    with pytest.raises(ReproCheckError, match="baseline"):
        read_labels(text)


@pytest.mark.parametrize("label", Label)
def test_detect_secrets_itself_reads_what_we_write(label: Label) -> None:
    program = (
        "import json, sys\n"
        "from detect_secrets.core import baseline\n"
        "secrets = baseline.load(json.load(sys.stdin), '.secrets.baseline')\n"
        "print(json.dumps([[path, one.secret_hash, one.is_secret] for path, one in secrets]))\n"
    )
    done = subprocess.run(
        (sys.executable, "-c", program),
        input=with_label(None, FINDING, label),
        capture_output=True,
        text=True,
        check=True,
    )
    expected = {Label.TRUE: True, Label.FALSE: False, Label.UNSURE: None}[label]
    assert json.loads(done.stdout) == [["lib/a.py", SHA1, expected]]
