"""DATA004: downloads that are read unseen, and those that are checked, fixed or not read."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable

import pytest
from checking import check, codes, places
from conftest import Repo

from repro_check.findings import Finding
from repro_check.settings import Settings

MakeRepo = Callable[..., Repo]
Judge = Callable[[str], list[Finding]]
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
URL = "https://example.org/people.csv"
HEAD = f"""\
import os
import os.path as osp
import shutil
import subprocess
import tarfile
import urllib.request
import zipfile
from pathlib import Path
from urllib.request import urlopen, urlretrieve

import gdown
import numpy as np
import pandas as pd
import requests
import tensorflow as tf
import torch
import wget
from torchvision.datasets.utils import download_and_extract_archive, download_url

URL = "{URL}"
"""
FIRST = HEAD.count("\n") + 1


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on `prepare.py` with this body."""

    def run(body: str) -> list[Finding]:
        text = HEAD + textwrap.dedent(body).strip("\n") + "\n"
        return list(check(make_repo({"prepare.py": text}, commit=False).root, "DATA004").findings)

    return run


@pytest.mark.parametrize(
    "body",
    [
        'urlretrieve(URL, "a.csv")\npd.read_csv("a.csv")',
        'urllib.request.urlretrieve(URL, filename="a.csv")\nx = open("a.csv").read()',
        'urlretrieve(URL, "./a.csv")\nwith open("a.csv") as f:\n    x = f.read()',
        'urlretrieve(URL, PATH)\nwith open(PATH, "rb") as f:\n    x = f.read()',
        'urlretrieve(URL, os.path.join(root, "a.csv"))\npd.read_csv(osp.join(root, "a.csv"))',
        'urlretrieve(URL, Path(root) / "a.csv")\npd.read_csv(str(Path(root) / "a.csv"))',
        'urlretrieve(URL, root / "a.csv")\ntext = (root / "a.csv").read_text()',
        'path = root / "a.csv"\nurlretrieve(URL, path)\nwith path.open() as f:\n    x = f.read()',
        'path = f"{root}/a.csv"\nurlretrieve(URL, path)\npd.read_csv(path)',
        'urlretrieve(URL, args.path)\nnp.loadtxt(args.path)',
        'urlretrieve(URL, "a.zip")\nshutil.unpack_archive("a.zip", "data")',
        'wget.download(URL, out="a.csv")\npd.read_csv("a.csv")',
        'wget.download(URL)\npd.read_csv("people.csv")',
        'gdown.download(id=KEY, output="a.zip")\nzipfile.ZipFile("a.zip").extractall()',
        'torch.hub.download_url_to_file(URL, "a.pt")\ntorch.load("a.pt")',
        'torch.hub.download_url_to_file(URL, "a.pt", hash_prefix=None)\ntorch.load("a.pt")',
        'download_url(URL, root)\npd.read_csv(os.path.join(root, "people.csv"))',
        'download_url(URL, root, "a.csv")\npd.read_csv(os.path.join(root, "a.csv"))',
        'download_url(url, root)\npd.read_csv(os.path.join(root, "a.csv"))',
        "download_and_extract_archive(URL, root)",
        'path = tf.keras.utils.get_file("a.csv", URL)',
        'tf.keras.utils.get_file("a.zip", origin=URL, extract=True)',
        'state = torch.hub.load_state_dict_from_url("https://example.org/net.pth")',
        'state = torch.hub.load_state_dict_from_url("https://example.org/net.pth", check_hash=True)',
        'model.load_state_dict(torch.utils.model_zoo.load_url("https://example.org/net.pth"))',
        'open("a.csv", "wb").write(requests.get(URL).content)\npd.read_csv("a.csv")',
        'os.system("wget -O a.tar.gz https://example.org/x")\nos.system("tar -xzf a.tar.gz")',
        'os.system("wget -qO a.tar.gz {}".format(url))\nos.system("tar -xzf a.tar.gz")',
        'os.system("wget https://example.org/a.zip?x=1")\nzipfile.ZipFile("a.zip")',
        'os.system("curl -L -o a.csv https://example.org/x")\npd.read_csv("a.csv")',
        'os.system("curl -LO https://example.org/a.csv")\npd.read_csv("a.csv")',
        'subprocess.run(["wget", url, "-O", path])\npd.read_csv(path)',
        'subprocess.check_call(["wget", url, "-O", path])\nsubprocess.run(["tar", "xf", path])',
        'subprocess.run("cd data && wget -P x https://example.org/a.csv", shell=True)\npd.read_csv("x/a.csv")',
    ],
)  # fmt: skip
def test_a_download_that_is_read_is_found(judge: Judge, body: str) -> None:
    (finding,) = judge(body)
    assert finding.location.span is not None
    assert finding.location.span.line >= FIRST


@pytest.mark.parametrize(
    "body",
    [
        """
        response = requests.get(url, stream=True, timeout=9)
        response.raise_for_status()
        with open("a.csv", "wb") as file:
            for chunk in response.iter_content(chunk_size=8192):
                if chunk:
                    file.write(chunk)
        pd.read_csv("a.csv")
        """,
        """
        with requests.get(url, stream=True) as r, open(path, "wb") as f:
            shutil.copyfileobj(r.raw, f)
        pd.read_csv(path)
        """,
        """
        with urlopen(url) as response:
            text = response.read().decode("utf-8")
        with open(path, mode="w") as f:
            f.write(text)
        with open(path) as f:
            text = f.read()
        """,
        """
        data = urlopen(url)
        Path(path).write_bytes(data.read())
        text = Path(path).read_text()
        """,
        """
        path = Path("a.tar.gz")
        path.open("wb").write(requests.get(url).content)
        with tarfile.open(path) as archive:
            archive.extractall("data")
        """,
    ],
)
def test_a_response_that_is_written_and_read_is_found(judge: Judge, body: str) -> None:
    assert len(judge(body)) == 1


@pytest.mark.parametrize(
    "body",
    [
        """
        def fetch(url, path):
            urlretrieve(url, path)


        fetch(URL, "a.csv")
        pd.read_csv("a.csv")
        """,
        """
        def fetch(url, folder):
            path = os.path.join(folder, url.split("/")[-1])
            urlretrieve(url, path)
            return path


        pd.read_csv(fetch(URL, "data"))
        """,
        """
        def fetch(url):
            path = "data/" + url
            urlretrieve(url, path)
            return path


        def main():
            where = fetch(URL)
            with open(where) as f:
                return f.read()
        """,
        """
        class Data:
            def download(self):
                urlretrieve(URL, self.path)

            def load(self):
                return np.load(self.path)
        """,
        """
        class Data:
            def fetch(self, url, path):
                urlretrieve(url, path)

            def load(self):
                self.fetch(URL, "a.npy")
                return np.load("a.npy")
        """,
        """
        PATH = "a.npy"


        def load():
            return np.load(PATH)


        def prepare():
            if not os.path.exists(PATH):
                urlretrieve(URL, PATH)
        """,
    ],
)
def test_paths_are_followed_through_functions_of_the_module(judge: Judge, body: str) -> None:
    (finding,) = judge(body)
    assert finding.related[0].message == "read here"


@pytest.mark.parametrize(
    "body",
    [
        'import hashlib\nurlretrieve(URL, "a.csv")\npd.read_csv("a.csv")',
        'from ours import check_md5\nurlretrieve(URL, "a.csv")\ncheck_md5("a.csv")\npd.read_csv("a.csv")',
        'urlretrieve(URL, "a.csv")\nverify_download("a.csv")\npd.read_csv("a.csv")',
        'urlretrieve(URL, "a.csv")\ncheck_integrity("a.csv")\npd.read_csv("a.csv")',
        'urlretrieve(URL, "a.csv")\nload("a.csv", checksum=SUM)',
        f'SHA256 = "{SHA}"\nurlretrieve(URL, "a.csv")\npd.read_csv("a.csv")',
        'def fetch(url, path, md5):\n    urlretrieve(url, path)\n    return open(path)',
        'urlretrieve(URL, "a.csv")\nos.system("sha256sum -c a.sum")\npd.read_csv("a.csv")',
        'urlretrieve(URL, "a.csv")\nsubprocess.run(["md5sum", "-c", "a.md5"])\npd.read_csv("a.csv")',
        f'torch.hub.download_url_to_file(URL, "a.pt", "{SHA}")\ntorch.load("a.pt")',
        f'torch.hub.download_url_to_file(URL, "a.pt", hash_prefix="{SHA}")\ntorch.load("a.pt")',
        'download_url(URL, root, md5=MD5)\npd.read_csv(os.path.join(root, "people.csv"))',
        'download_url(URL, root, "a.csv", "d41d8cd98f00b204e9800998ecf8427e")\npd.read_csv(root + "/a.csv")',
        "download_and_extract_archive(URL, root, md5=MD5)",
        f'path = tf.keras.utils.get_file("a.csv", URL, file_hash="{SHA}")',
        'path = tf.keras.utils.get_file("a.csv", URL, md5_hash=MD5)',
        "path = tf.keras.utils.get_file(**options)",
        'state = torch.hub.load_state_dict_from_url("https://example.org/net-5c106cde.pth")',
        'state = torch.hub.load_state_dict_from_url(URL_, file_name="net-5c106cde.pth", check_hash=True)',
        'import pooch\npath = pooch.retrieve(URL, known_hash=None)\npd.read_csv(path)',
    ],
)  # fmt: skip
def test_a_module_that_speaks_of_a_hash_passes(judge: Judge, body: str) -> None:
    assert judge(body) == []


@pytest.mark.parametrize(
    "url",
    [
        f"https://raw.githubusercontent.com/lab/data/{SHA[:40]}/a.csv",
        f"https://huggingface.co/lab/data/resolve/{SHA[:40]}/a.csv",
        "https://raw.githubusercontent.com/lab/data/v1.2.0/a.csv",
        "https://github.com/lab/data/archive/refs/tags/1.0.zip",
        "https://zenodo.org/records/15460715/files/a.csv",
        "https://figshare.com/ndownloader/files/123",
        "https://doi.org/10.5281/zenodo.1234/a.csv",
        "http://localhost:8000/a.csv",
        "https://example.org/install.sh",
        "https://repo.anaconda.com/Miniconda3-latest-Linux-x86_64.tar",
    ],
)
def test_an_address_that_is_fixed_or_leads_to_no_data_passes(judge: Judge, url: str) -> None:
    assert judge(f'urlretrieve("{url}", "a.bin")\nopen("a.bin")') == []


@pytest.mark.parametrize(
    "body",
    [
        'urlretrieve(URL, "a.csv")',
        'urlretrieve(URL, "a.csv")\nprint("a.csv")\nos.path.exists("a.csv")\nos.remove("a.csv")',
        'urlretrieve(URL, "a.csv")\npd.read_csv("b.csv")',
        'pd.read_csv("a.csv")\nurlretrieve(URL, "a.csv")',
        'urlretrieve(URL, "a.csv")\nopen("a.csv", "w").write("x")',
        'urlretrieve(URL, f"{root}/a.csv")\npd.read_csv(f"{root}/b.csv")',
        'urlretrieve(URL, "a.tgz")\ntarfile.open("a.tgz", "w:gz")',
        'urlretrieve(URL, "a.csv")\nPath("a.csv").open("wb")',
        "urlretrieve(URL)",
        "def fetch(url, path):\n    urlretrieve(url, path)",
        "def fetch(url, path):\n    urlretrieve(url, path)\n\n\ndef load(path):\n    return pd.read_csv(path)",
        'download_url(URL, root)\npd.read_csv(os.path.join(root, "b.csv"))',
        'people = requests.get(URL).json()\nopen("a.json", "w").write(str(people))\nopen("a.json")',
        "pd.read_csv(URL)",
        "text = urlopen(URL).read()",
        'r = requests.get(URL)\nopen("a.log", "w").write("done")\nopen("a.log")',
        'r = requests.get(URL)\nlog = open("a.log", "rb")\nlog.write(r.content)\nopen("a.log")',
        'r = requests.post(URL, data=x)\nopen("a.txt", "wb").write(r.content)\nopen("a.txt")',
        'tf.keras.utils.get_file("a.csv", URL)',
        "state = torch.hub.load_state_dict_from_url(url)",
        'os.system("wget -qO- https://example.org/a | tar xz")\nopen("a")',
        'os.system(f"wget -O {path} {url}")\nopen(path)',
        'os.system("wget --version")\nopen("a")',
        'def urlretrieve(url, path):\n    return path\n\n\nos.system("ls")',
        'subprocess.run(["curl", url])\nopen("a")',
    ],
)  # fmt: skip
def test_what_is_not_read_from_the_same_file_passes(judge: Judge, body: str) -> None:
    assert judge(body) == []


def test_each_function_is_named_once_and_tells_where_it_is_read(judge: Judge) -> None:
    body = """
        urlretrieve(URL, "a.csv")
        urlretrieve(URL, "b.csv")
        a, b = pd.read_csv("a.csv"), pd.read_csv("b.csv")
    """
    (finding,) = judge(body)
    lines = [item.location.span and item.location.span.line - FIRST for item in finding.related]
    assert [item.message for item in finding.related] == ["read here", "and here"]
    assert lines == [2, 1]
    assert finding.message.startswith("`a.csv` is downloaded and read")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('urlretrieve(URL, "a")\nopen("a")', 'pooch.retrieve(url, known_hash="sha256:<hash>")'),
        ('torch.hub.download_url_to_file(URL, "a")\nopen("a")', 'hash_prefix="<sha256>"'),
        ("download_and_extract_archive(URL, root)", 'md5="<md5>"'),
        ('x = tf.keras.utils.get_file("a", URL)', 'file_hash="<sha256>"'),
        ("x = torch.hub.load_state_dict_from_url(URL)", "check_hash=True, file_name="),
    ],
)
def test_the_help_names_the_parameter_of_the_function(judge: Judge, body: str, words: str) -> None:
    (finding,) = judge(body)
    assert words in finding.help


def test_a_nested_chain_is_read_without_end(judge: Judge) -> None:
    chain = "requests.get(URL)" + ".text()" * 150
    assert judge(f'open("a", "w").write({chain})\nopen("a")') == []


SHELL = """\
#!/bin/bash
# wget https://example.org/no.zip; unzip no.zip
mkdir -p data && cd data
wget https://example.org/people.zip
curl -L -o scans.tar.gz "https://example.org/x?y=1"
wget -O $OUT https://example.org/z.zip
wget https://example.org/never-read.zip
curl https://example.org/api
unzip people.zip
tar -xzf data/scans.tar.gz
unzip $OUT
"""


def test_a_shell_script_is_named_once_at_its_first_download(make_repo: MakeRepo) -> None:
    repo = make_repo({"fetch.sh": SHELL, "Makefile": "a:\n\techo a\n"}, commit=False)
    (finding,) = check(repo.root, "DATA004").findings
    assert finding.location.label == "fetch.sh:4:1"
    lines = [item.location.span and item.location.span.line for item in finding.related]
    assert lines == [9, 5]


def test_a_makefile_is_read(make_repo: MakeRepo) -> None:
    text = "data.csv:\n\twget -O data.zip https://example.org/x\n\tunzip data.zip\n"
    found = places(check(make_repo({"Makefile": text}, commit=False).root, "DATA004"))
    assert found == ["Makefile:2:2 DATA004"]


@pytest.mark.parametrize(
    "line",
    [
        *(
            "sha256sum -c sums.txt",
            "md5sum --check x.md5",
            "shasum -a 256 -c x",
            "gpg --verify x.sig",
        ),
        'echo "$HASH people.zip" | sha512sum -c',
    ],
)
def test_a_shell_script_that_compares_a_hash_passes(make_repo: MakeRepo, line: str) -> None:
    text = f"wget https://example.org/people.zip\n{line}\nunzip people.zip\n"
    assert codes(check(make_repo({"fetch.sh": text}, commit=False).root, "DATA004")) == []


@pytest.mark.parametrize(
    "text",
    [
        "wget https://example.org/people.zip\n",
        "wget -qO- https://example.org/a.tar | tar x\n",
        "wget https://download.pytorch.org/libtorch/cpu/libtorch-latest.zip\nunzip libtorch-latest.zip\n",
        "wget https://zenodo.org/record/1/files/a.zip\nunzip a.zip\n",
        "unzip people.zip\nwget https://example.org/people.zip\n",
    ],
)
def test_a_shell_script_that_opens_no_data_passes(make_repo: MakeRepo, text: str) -> None:
    assert codes(check(make_repo({"fetch.sh": text}, commit=False).root, "DATA004")) == []


def test_in_a_notebook_cells_are_one_program(make_repo: MakeRepo) -> None:
    cells = [
        {"cell_type": "code", "execution_count": n, "metadata": {}, "outputs": [], "source": source}
        for n, source in enumerate(
            [
                'from urllib.request import urlretrieve\nurlretrieve(url, "a.csv")',
                'import pandas as pd\npd.read_csv("a.csv")',
            ],
            start=1,
        )
    ]
    text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    (finding,) = check(make_repo({"a.ipynb": text}, commit=False).root, "DATA004").findings
    assert finding.location.label == "a.ipynb:cell 1:2:1"
    assert finding.related[0].location.cell == 2


def test_tests_and_vendored_code_are_left_out(make_repo: MakeRepo) -> None:
    text = f'{HEAD}urlretrieve(URL, "a.csv")\npd.read_csv("a.csv")\n'
    files = {"tests/test_a.py": text, "third_party/a.py": text}
    assert codes(check(make_repo(files, commit=False).root, "DATA004")) == []


def test_the_rule_is_off_until_it_is_asked_for(make_repo: MakeRepo) -> None:
    text = f'{HEAD}urlretrieve(URL, "a.csv")\npd.read_csv("a.csv")\n'
    repo = make_repo({"prepare.py": text}, commit=False)
    assert "DATA004" not in codes(check(repo.root, settings=Settings()))
