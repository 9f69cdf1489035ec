"""A package index on this machine, with the troubles of a real one."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import os
import tarfile
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from locking import make_wheel

from repro_check.deps.fresh import Answer, Request, check_fresh
from repro_check.sources.dependencies.locks.pip_compile import compiled
from repro_check.sources.requirements import read_requirements

SETUP = "open({mark!r}, 'w').close()\nfrom setuptools import setup\nsetup(name='source', version='1.0')\n"


class Index:
    """Wheels `alpha`, `beta`, `gamma` (which does not fit beta), `delta` (withdrawn), a source."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.mark = folder.parent / "code-was-run"
        self.digests: dict[str, str] = {}
        self._wheel("alpha", "1.0", "beta>=2")
        self._wheel("beta", "2.0")
        self._wheel("gamma", "1.0", "beta<2")
        self._wheel("delta", "1.0", attributes=' data-yanked="broken metadata"')
        self._source()

    def lock(self, *pins: str, **hashes: str) -> str:
        """A requirements file of pins (`alpha==1.0`), with the true hashes unless others are given."""
        lines = []
        for pin in pins:
            name = pin.partition("==")[0]
            digest = hashes.get(name, self.digests.get(name, "1" * 64))
            lines += [f"{pin} \\", f"    --hash=sha256:{digest}"]
        return "\n".join(lines) + "\n"

    @property
    def variables(self) -> dict[str, str]:
        """What makes pip and uv look here and nowhere else."""
        return {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": f"{self.url}/simple",
            "PIP_EXTRA_INDEX_URL": "",
            "PIP_FIND_LINKS": "",
            "UV_NO_CONFIG": "1",
            "UV_DEFAULT_INDEX": f"{self.url}/simple",
            "NO_PROXY": "127.0.0.1",
        }

    def _wheel(self, name: str, version: str, *requires: str, attributes: str = "") -> None:
        wheel = make_wheel(self.folder / "files", name, version, requires)
        self._page(name, wheel, attributes)

    def _source(self) -> None:
        file = self.folder / "files" / "source-1.0.tar.gz"
        texts = {
            "source-1.0/PKG-INFO": "Metadata-Version: 2.1\nName: source\nVersion: 1.0\n",
            "source-1.0/setup.py": SETUP.format(mark=str(self.mark)),
        }
        with tarfile.open(file, "w:gz") as archive:
            for name, text in texts.items():
                info = tarfile.TarInfo(name)
                info.size = len(text)
                archive.addfile(info, io.BytesIO(text.encode()))
        self._page("source", file, "")

    def _page(self, name: str, file: Path, attributes: str) -> None:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        self.digests[name] = digest
        page = self.folder / "simple" / name / "index.html"
        page.parent.mkdir(parents=True)
        link = f'<a href="../../files/{file.name}#sha256={digest}"{attributes}>{file.name}</a>'
        page.write_text(f"<!DOCTYPE html><html><body>{link}</body></html>\n")


class _Quiet(SimpleHTTPRequestHandler):
    """Says nothing; `slowly` makes every answer wait."""

    slowly = 0.0

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        time.sleep(self.slowly)
        with contextlib.suppress(OSError):
            super().do_GET()


@contextlib.contextmanager
def serving(folder: Path, *, slowly: float = 0.0) -> Iterator[Index]:
    """An index in a folder, served on a free port of this machine."""
    kind = type("Handler", (_Quiet,), {"slowly": slowly})
    folder.mkdir(parents=True)
    handler = functools.partial(kind, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Index(folder, f"http://127.0.0.1:{server.server_address[1]}")
        finally:
            server.shutdown()
            thread.join()


def fresh(root: Path, text: str, **options: object) -> Answer:
    """What `check_fresh` says of a requirements file of this text."""
    root.mkdir(exist_ok=True)
    (root / "requirements.txt").write_text(text)
    facts = compiled(read_requirements(text.encode()))
    request = Request(**options)  # type: ignore[arg-type]
    return check_fresh(root, "requirements.txt", facts, request, lambda _message: None)


def without(name: str, path: str, folder: Path) -> Mapping[str, str]:
    """A PATH of links to all programs of another one but `name`."""
    folder.mkdir()
    for place in path.split(os.pathsep):
        with contextlib.suppress(OSError):
            for program in os.scandir(place):
                if program.name not in {name, f"{name}x"}:
                    with contextlib.suppress(FileExistsError):
                        (folder / program.name).symlink_to(program.path)
    return {"PATH": str(folder)}
