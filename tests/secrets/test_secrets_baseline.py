from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from secret_samples import SHAPED

from repro_check.errors import ReproCheckError
from repro_check.secrets.baseline import read_baseline
from repro_check.secrets.scan import scan_text

TOKEN = SHAPED["GitHub Token"](1)
PLUGINS = Path(__file__).parents[2] / "src" / "repro_check" / "secrets" / "plugins"


def _sha1(value: str) -> str:
    return hashlib.sha1(value.encode()).hexdigest()


def _baseline(path: str, value: str, **more: object) -> str:
    entry = {"type": "GitHub Token", "filename": path, "hashed_secret": _sha1(value)}
    return json.dumps({"version": "1.5.0", "results": {path: [entry]}, **more})


def test_a_secret_in_the_baseline_is_left_out() -> None:
    baseline = read_baseline(_baseline("src/a.py", TOKEN))
    text = f'x = "{TOKEN}"'
    assert scan_text(text, path="src/a.py", baseline=baseline) == ()
    assert len(scan_text(text, path="src/b.py", baseline=baseline)) == 1


def test_paths_written_on_windows_are_understood() -> None:
    assert read_baseline(_baseline("src\\a.py", TOKEN)) == {("src/a.py", _sha1(TOKEN))}


def test_an_entry_for_a_prefix_does_not_silence_every_token() -> None:
    baseline = read_baseline(_baseline("a.py", TOKEN[:3]))
    assert len(scan_text(f'x = "{TOKEN}"', path="a.py", baseline=baseline)) == 1


def test_a_plugin_that_a_baseline_names_is_never_run(tmp_path: Path) -> None:
    witness, plugin = tmp_path / "witness", tmp_path / "evil.py"
    plugin.write_text(f"open({str(witness)!r}, 'w').write('run')\n")
    text = _baseline(
        "a.py",
        TOKEN,
        plugins_used=[{"name": "Evil", "path": f"file://{plugin}"}],
        filters_used=[{"path": f"file://{plugin}::evil"}],
    )
    baseline = read_baseline(text)
    scan_text(f'x = "{TOKEN}"', path="a.py", baseline=baseline)
    scan_text(text, path=".secrets.baseline", baseline=baseline)
    assert not witness.exists()


def test_the_digests_in_a_baseline_are_no_secrets() -> None:
    assert scan_text(_baseline("a.py", TOKEN), path=".secrets.baseline") == ()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"results": []}', '{"results": {"a": [1]}}'])
def test_a_file_that_is_no_baseline_is_a_clear_error(text: str) -> None:
    with pytest.raises(ReproCheckError, match="baseline cannot be read"):
        read_baseline(text)


def test_our_plugins_work_in_plain_detect_secrets_whose_baseline_we_honour(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f'x = "{TOKEN}"\ny = "{SHAPED["Replicate Token"](1)}"\n')
    done = subprocess.run(
        [
            *(sys.executable, "-m", "detect_secrets", "scan", "--all-files", "--no-verify"),
            *(word for path in sorted(PLUGINS.glob("[!_]*.py")) for word in ("-p", str(path))),
            "a.py",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    results = json.loads(done.stdout)["results"]["a.py"]
    kinds = {entry["type"]: entry["hashed_secret"] for entry in results}
    assert kinds["GitHub Token"] == _sha1(TOKEN)
    assert "Replicate Token" in kinds
    text = (tmp_path / "a.py").read_text()
    assert scan_text(text, path="a.py", baseline=read_baseline(done.stdout)) == ()
