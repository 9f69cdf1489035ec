"""The example says the truth about its data, its weights and its results."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

DIGITS = Path(__file__).resolve().parents[2] / "examples" / "digits"
README = (DIGITS / "README.md").read_text(encoding="utf-8")


def reference_md5(folder: Path, md5: hashlib._Hash) -> hashlib._Hash:
    """The recursion that a config's `md5` stands for, as plainly as it can be written."""
    for path in sorted(folder.iterdir(), key=lambda path: str(path).lower()):
        md5.update(path.name.encode())
        if path.is_dir():
            reference_md5(path, md5)
        else:
            md5.update(path.read_bytes())
    return md5


def read_results(name: str) -> list[dict[str, str]]:
    with (DIGITS / "results" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def run(*arguments: str | Path, cwd: Path) -> str:
    """Run the example's own Python in another folder, leaving no bytecode behind."""
    command = [sys.executable, "-B", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True).stdout


def test_the_config_names_the_digest_of_the_committed_data():
    config = yaml.safe_load((DIGITS / "configs" / "config.yaml").read_text(encoding="utf-8"))
    found = reference_md5(DIGITS / config["data"]["dir"], hashlib.md5()).hexdigest()
    assert found == config["data"]["md5"]


@pytest.mark.parametrize("name", ["best.pt", "last.pt"])
def test_the_checkpoints_are_the_ones_the_readme_names(name):
    content = (DIGITS / "checkpoints" / name).read_bytes()
    assert len(content) < 200_000
    assert f"| `{hashlib.sha256(content).hexdigest()}` |" in README


def test_the_checkpoints_load_without_running_code():
    torch = pytest.importorskip("torch")
    config = yaml.safe_load((DIGITS / "configs" / "config.yaml").read_text(encoding="utf-8"))
    for name in ("best.pt", "last.pt"):
        path = DIGITS / "checkpoints" / name
        state = torch.load(path, map_location="cpu", weights_only=True)
        assert state.keys() >= {"model", "optimizer", "scheduler", "epoch", "rng"}
        assert state["config"]["data"] == config["data"]


def test_prediction_from_another_folder_gives_the_recorded_output(tmp_path):
    pytest.importorskip("torch")
    run(
        *(DIGITS / "predict.py", "--checkpoint", DIGITS / "checkpoints" / "best.pt"),
        *("--input", DIGITS / "smoke" / "input.npy", "--output", "out.json"),
        cwd=tmp_path,
    )
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    expected = json.loads((DIGITS / "smoke" / "expected.json").read_text(encoding="utf-8"))
    assert len(found) == len(expected) == 10
    for row, expected_row in zip(found, expected, strict=True):
        assert row == pytest.approx(expected_row, rel=1e-3, abs=1e-5)


def test_the_released_model_has_the_accuracy_in_the_results(tmp_path):
    pytest.importorskip("torch")
    checkpoint = DIGITS / "checkpoints" / "best.pt"
    printed = run(DIGITS / "evaluate.py", "--checkpoint", checkpoint, cwd=tmp_path)
    (row,) = csv.DictReader(printed.splitlines())
    (recorded,) = (row for row in read_results("cnn") if row["seed"] == "0")
    correct, recorded_correct = (450 * float(r["test_accuracy"]) for r in (row, recorded))
    assert correct == pytest.approx(recorded_correct, abs=1.01)  # one image on the brink


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_the_results_of_five_seeds_give_the_table_in_the_readme(name):
    rows = read_results(name)
    assert [row["seed"] for row in rows] == ["0", "1", "2", "3", "4"]
    assert {row["experiment"] for row in rows} == {name}

    accuracies = [100 * float(row["test_accuracy"]) for row in rows]
    mean, deviation = statistics.mean(accuracies), statistics.stdev(accuracies)
    half_width = 2.776 * deviation / 5**0.5
    line = (
        f"| {name} | 5 | {mean:.2f} ± {deviation:.2f} "
        f"| {mean - half_width:.2f} to {mean + half_width:.2f} |"
    )
    assert line in README.splitlines()


def test_summarising_again_changes_nothing(tmp_path):
    files = [DIGITS / "results" / f"{name}.csv" for name in ("mlp", "cnn")]
    run(DIGITS / "summarize.py", *files, "--output", "summary.csv", cwd=tmp_path)
    recorded = (DIGITS / "results" / "summary.csv").read_bytes()
    assert (tmp_path / "summary.csv").read_bytes() == recorded


def test_every_requirement_is_pinned_to_a_public_version():
    lines = (DIGITS / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert "torch==2.13.0" in pins
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins)


def test_the_notebook_was_run_from_top_to_bottom():
    text = (DIGITS / "notebooks" / "01-results.ipynb").read_text(encoding="utf-8")
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    printed = "".join(
        "".join(output.get("text", ())) for cell in cells for output in cell["outputs"]
    )
    for row in read_results("summary"):
        interval = f"{row['ci95_low']} to {row['ci95_high']}"
        assert f"{row['experiment']}: {row['mean']} %, 95 % interval {interval}" in printed


def test_its_own_tests_pass(tmp_path):
    pytest.importorskip("torch")
    options = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--basetemp", tmp_path / "inner")
    run("-m", "pytest", *options, DIGITS, cwd=tmp_path)
