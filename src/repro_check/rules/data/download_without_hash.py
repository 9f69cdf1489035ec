"""DATA004."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from repro_check.findings import Finding, Severity, Span
from repro_check.project.files import PythonFile, ShellFile
from repro_check.project.project import Project
from repro_check.rules.data._downloads import Download, downloads
from repro_check.rules.data._fetches import scope_of
from repro_check.rules.data._reads import Reads, looks_at_hashes
from repro_check.rules.data._shell_downloads import shell_downloads
from repro_check.rules.rule import rule
from repro_check.sources.python import Call
from repro_check.text import pattern

# what an address names for good: a commit, a record of an archive, a tag; and what is no data
_FIXED = pattern(
    r"[0-9a-f]{32,}|//(www\.)?zenodo\.org/|10\.\d{4,}/|figshare\.com/|/records?/[\w-]+/files/|//(localhost|127\.0\.0\.1|0\.0\.0\.0)|"
    r"(raw\.githubusercontent\.com|github\.com)/[\w.-]+/[\w.-]+/(raw/|archive/)?(refs/tags/)?v?\d+\.\d"
)
_PROGRAM = pattern(
    r"(^|[/_-])(libtorch|cmake|ninja|bazel|boost|cudnn|gcc|llvm|openmpi|ffmpeg|((mini|ana)conda|miniforge)\d?)[-_.]|"
    r"[-_.](linux|macos|darwin|windows|win32|win64|manylinux\w*)(64|32)?[-_.]|x86_64|amd64",
    re.IGNORECASE,
)
_WHAT = " is downloaded and read, and nothing compares its hash"
_NO_DATA = pattern(
    r"\.(py|sh|whl|deb|rpm|exe|msi|dmg|appimage|ttf|otf|woff2?|js|css|html?)$", re.IGNORECASE
)


@rule(
    "DATA004", severity=Severity.WARNING, on=(PythonFile, ShellFile), practice=6, is_default=False
)
def download_without_hash(file: PythonFile | ShellFile, _project: Project) -> Iterator[Finding]:
    """A file is downloaded and read, and nothing compares its hash.

    What lies at an address is replaced, a download is cut short, a proxy answers with a page of its
    own: the program reads on, and the numbers differ. Each function is named once. A module that
    speaks of a hash anywhere is taken to compare it, and an address that holds a commit or a record
    of an archive is taken to be fixed.

    Bad:
        from urllib.request import urlretrieve

        import pandas as pd

        urlretrieve("https://example.org/people.csv", "people.csv")
        people = pd.read_csv("people.csv")

    Bad:
        import os

        import requests
        import torch

        def weights(url, folder):
            path = os.path.join(folder, "weights.pt")
            if not os.path.exists(path):
                with open(path, "wb") as file:
                    file.write(requests.get(url).content)
            return torch.load(path)

    Bad:
        # file: fetch.sh
        wget -O data/people.zip https://example.org/people.zip
        unzip data/people.zip -d data

    Good:
        # file: fetch.sh
        wget -O data/people.zip https://example.org/people.zip
        sha256sum --check people.sha256
        unzip data/people.zip -d data

    Good:
        import pandas as pd
        import pooch

        path = pooch.retrieve(
            "https://example.org/people.csv", known_hash="sha256:{random hex 64}"
        )
        people = pd.read_csv(path)

    Good:
        import torch

        torch.hub.download_url_to_file(
            "https://example.org/weights.pt", "weights.pt", hash_prefix="{random hex 64}"
        )
        weights = torch.load("weights.pt")

    Not this rule:
        import requests

        people = requests.get("https://example.org/api/people").json()

    Not this rule:
        from urllib.request import urlretrieve

        def fetch(url, path):
            urlretrieve(url, path)  # for others to read

    Not this rule:
        from urllib.request import urlretrieve

        import pandas as pd
        from ours import check_sha256

        urlretrieve("https://example.org/people.csv", "people.csv")
        check_sha256("people.csv")
        people = pd.read_csv("people.csv")
    """
    yield from _in_shell(file) if isinstance(file, ShellFile) else _in_python(file)


def _in_python(file: PythonFile) -> Iterator[Finding]:
    names = file.constants
    unchecked = [item for item in downloads(names) if not _is_fixed(item.url, item.path)]
    if not unchecked or looks_at_hashes(names):
        return
    reads = Reads(names)
    # a function that is told its path is one download, however often it is called
    found: dict[Span, tuple[Download, Call]] = {}
    for download in unchecked:
        read = reads.first(download)
        if read is not None:
            found.setdefault(download.call.span, (download, read))
    places: dict[int, list[tuple[Download, Call]]] = {}
    for span in sorted(found, key=lambda one: (one.line, one.column)):
        scope = scope_of(file.facts, found[span][0].call.block)
        places.setdefault(scope, []).append(found[span])
    for (download, read), *others in places.values():
        related = [file.related(again.call.span, "and here") for again, _ in others]
        if read is not download.call:
            related.insert(0, file.related(read.span, "read here"))
        yield file.finding(
            download.call.span,
            f"{_name(download)}{_WHAT}",
            help=download.help,
            related=related,
        )


def _in_shell(file: ShellFile) -> Iterator[Finding]:
    found = [item for item in shell_downloads(file.text) if not _is_fixed(item.url, item.name)]
    if found:
        first = found[0]
        yield file.finding(
            first.span,
            f"`{first.name}`{_WHAT}",
            help="Keep the output of `sha256sum FILE` in a file and run `sha256sum --check` on it "
            "before anything opens the download.",
            related=[
                file.related(first.read, "read here"),
                *(file.related(again.span, "and here") for again in found[1:]),
            ],
        )


def _is_fixed(url: str, path: str) -> bool:
    """Whether an address names its content for good, or the file is a program or a page."""
    texts = (url.partition("?")[0], path)
    return _FIXED.search(url) is not None or any(
        _NO_DATA.search(text) or _PROGRAM.search(text) for text in texts
    )


def _name(download: Download) -> str:
    address = re.split(r"[?#]", download.url)[0]
    names = (posixpath.basename(text) for text in (download.path, address) if "<" not in text)
    return next((f"`{name}`" for name in names if name), "A file")
