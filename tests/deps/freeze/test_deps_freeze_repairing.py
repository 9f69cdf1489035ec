"""What `pip freeze` writes inside conda gets its versions back, where anything knows them."""

from __future__ import annotations

from pathlib import Path

import pytest
from freeze_made import freeze, installs, pins

from repro_check.deps.freeze.folder import Folder
from repro_check.deps.freeze.preparing import items_in
from repro_check.deps.freeze.repairing import Known, repair

KNOWN = (
    Known("the environment .venv", {"certifi": "2024.2.2", "pyyaml": "6.0.1"}),
    Known("environment.yml", {"certifi": "1.0", "mkl-fft": "1.3.8"}),
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("certifi @ file:///croot/certifi_1707229174982", "certifi==2024.2.2"),
        ("mkl-fft @ file:///C:/b/abs_f57n8_0qx/croot/mkl_fft_1725370278455/work", "mkl-fft==1.3.8"),
        ("PyYAML @ file:///croot/pyyaml/work  # config", "PyYAML==6.0.1  # config"),
        (
            "certifi @ file:///croot/certifi ; python_version > '3.8'",
            "certifi==2024.2.2 ; python_version > '3.8'",
        ),
        (
            "torch @ file:///home/conda/dist/torch-2.1.0%2Bcu118-cp311-cp311-linux_x86_64.whl#sha256=ab",
            "torch==2.1.0+cu118",
        ),
        ("idna @ file:///croot/idna-3.4.tar.gz", "idna==3.4"),
        ("requests[socks] @ file:///croot/requests/work", "requests[socks]"),
        ("numpy==1.24.3", "numpy==1.24.3"),
        ("ours @ git+https://example.org/ours@v1", "ours @ git+https://example.org/ours@v1"),
        ("./wheels/ours-1.0-py3-none-any.whl", "./wheels/ours-1.0-py3-none-any.whl"),
        ("# certifi @ file:///croot/certifi", "# certifi @ file:///croot/certifi"),
        ("-e .", "-e ."),
    ],
)
def test_a_place_on_one_machine_becomes_a_version(tmp_path: Path, line: str, expected: str):
    text = f"first==1\n{line}\nlast==1\n"
    folder = Folder(tmp_path)
    done = repair(text, items_in(folder, "requirements.txt", text), folder, KNOWN)
    assert done.text == f"first==1\n{expected}\nlast==1\n"


def test_what_nobody_knows_is_said(tmp_path: Path):
    text = "astropy @ file:///croot/astropy/work\n"
    folder = Folder(tmp_path)
    done = repair(text, items_in(folder, "requirements.txt", text), folder, KNOWN)
    assert done.unknown == ("astropy",)


def test_a_wheel_of_another_distribution_gives_no_version(tmp_path: Path):
    text = "astropy @ file:///x/other-3.0-py3-none-any.whl\n"
    folder = Folder(tmp_path)
    done = repair(text, items_in(folder, "requirements.txt", text), folder, ())
    assert done.text == "astropy\n"


def test_a_freeze_from_conda_becomes_one_that_installs(make_repo, tmp_path: Path):
    loose = (
        "rc-alpha @ file:///feedstock/rc_alpha-1.0-py3-none-any.whl#sha256=ab  # the model\n"
        "rc-beta @ file:///croot/rc-beta_170/work\nrc-delta @ file:///croot/rc-delta_170/work\n"
    )
    conda = "name: lab\ndependencies:\n  - python=3.11\n  - rc-delta=3.0=py311_0\n"
    site = ".venv/lib/python3.11/site-packages/rc_beta-1.0.dist-info/METADATA"
    repo = make_repo({"requirements.txt": loose, "environment.yml": conda, ".gitignore": ".venv\n"})
    repo.write({site: ""})
    done = freeze(repo.root, "--yes", tmp_path=tmp_path)
    assert done.code == 0, done.text
    assert repo.text("requirements.in") == (
        "rc-alpha==1.0  # the model\nrc-beta==1.0\nrc-delta==3.0\n"
    )
    assert pins(repo.text("requirements.txt")) == {
        "rc-alpha": "1.0",
        "rc-beta": "1.0",
        "rc-delta": "3.0",
    }
    assert "its URL" in done.err
    assert "the environment .venv" in done.err
    assert "environment.yml" in done.err
    installs(repo.root / "requirements.txt", tmp_path)


def test_an_input_file_is_repaired_in_place_after_asking(make_repo, tmp_path: Path):
    source = "rc-delta @ file:///x/rc_delta-3.0-py3-none-any.whl\r\n"
    repo = make_repo({"requirements.in": source})
    assert freeze(repo.root, tmp_path=tmp_path).code == 2
    assert (repo.root / "requirements.in").read_bytes() == source.encode()
    assert freeze(repo.root, "--yes", tmp_path=tmp_path).code == 0
    assert (repo.root / "requirements.in").read_bytes() == b"rc-delta==3.0\r\n"
