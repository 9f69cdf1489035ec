"""The half of a smoke test that runs inside the environment under test.

It is copied there as one file, so it needs Python 3.8 and the standard library only. Imported (by
a .pth file, at the start of every Python), it sets the guard; run as a script, it calls the entry.
The job, a JSON file named by the variable REPRO_CHECK_JOB, is written by `trial.py`:

    allow, hide      folders; the longest one around a path decides, and no folder means hidden
    watch            the checkpoint: that it was opened is reported
    events, results  the files to which guard and entry append one JSON line for each event
    tree, entry, arguments, repeat, limit   what to call; absent for a command

The guard is an audit hook (PEP 578). It makes a path outside of the repository look missing and a
host unreachable, as they are for other people. It watches honest code and does not confine: what
compiled code opens by itself raises no event.
"""

# The hook runs at every open, where pathlib would cost too much.

from __future__ import annotations

import errno
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

PATH_EVENTS = frozenset({"open", "os.listdir", "os.scandir", "sqlite3.connect"})
HOST_EVENTS = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
ADDRESS_EVENTS = frozenset({"socket.connect", "socket.sendto"})
LOCAL_HOSTS = frozenset({"", "localhost", "0.0.0.0", "::", "::1"})  # noqa: S104
OWN_FOLDERS = (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)


def write_line(path: str, event: dict[str, Any]) -> None:
    """Append one JSON line; a single write, so that lines of several processes do not mix."""
    line = (json.dumps(event) + "\n").encode()
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        while line:
            line = line[os.write(file, line) :]
    finally:
        os.close(file)


class Guard:
    """Hides what other people do not have from all that this interpreter will run."""

    def __init__(self, job: dict[str, Any]) -> None:
        rules = [(_normal(path), False) for path in job["hide"]]
        rules += [(_normal(path), True) for path in (*job["allow"], *OWN_FOLDERS)]
        self._rules = sorted(rules, key=lambda rule: len(rule[0]), reverse=True)
        self._watched = _normal(job["watch"])
        self._local = {*LOCAL_HOSTS, os.uname()[1]} if hasattr(os, "uname") else LOCAL_HOSTS
        self._events = job["events"]
        self._seen: set[tuple[str, str]] = set()

    def hook(self, event: str, args: tuple[Any, ...]) -> None:
        """See `sys.addaudithook`."""
        if event in PATH_EVENTS:
            if isinstance(args[0], (str, bytes, os.PathLike)):
                self._check_path(os.fsdecode(args[0]))
        elif event in HOST_EVENTS:
            self._check_host(args[0])
        elif event in ADDRESS_EVENTS:
            if isinstance(args[1], tuple):
                self._check_host(args[1][0])
        elif event == "subprocess.Popen" and isinstance(args[0], (str, bytes, os.PathLike)):
            self._report("program", os.fsdecode(args[0]))

    def _check_path(self, given: str) -> None:
        path = os.path.normcase(os.path.abspath(given))
        if _is_below(path, self._watched):
            self._report("checkpoint", given)
        if (
            self._hides(path)
            and self._hides(_normal(path))
            and os.path.isdir(os.path.dirname(path))
        ):
            self._report("hidden", given)
            reason = "repro-check hides this path, it lies outside of the repository"
            raise FileNotFoundError(errno.ENOENT, reason, given)

    def _hides(self, path: str) -> bool:
        for folder, allowed in self._rules:
            if _is_below(path, folder):
                return not allowed
        return path != os.path.dirname(path)

    def _check_host(self, host: Any) -> None:
        name = os.fsdecode(host) if isinstance(host, (str, bytes)) else ""
        if name in self._local or name.startswith("127."):
            return
        self._report("network", name)
        raise ConnectionError(f"repro-check: the network is off during inference, asked for {name}")

    def _report(self, kind: str, name: str) -> None:
        if (kind, name) not in self._seen:
            self._seen.add((kind, name))
            write_line(self._events, {"event": kind, "name": name})


def call_entry(job: dict[str, Any]) -> None:
    """Import the entry and call it `repeat` times, reporting each step and its seconds."""
    import faulthandler
    import traceback

    def report(**event: Any) -> None:
        write_line(job["results"], event)

    # A run that hangs says where, shortly before it is killed.
    faulthandler.dump_traceback_later(job["limit"], exit=False)
    try:
        began = time.perf_counter()
        function = _find(job["entry"], job["tree"])
        report(event="imported", seconds=time.perf_counter() - began)
        for _ in range(job["repeat"]):
            began = time.perf_counter()
            output = function(*job["arguments"])
            seconds = time.perf_counter() - began
            report(event="output", seconds=seconds, value=plain(output))
    except BaseException:  # noqa: BLE001 - sys.exit in the entry is a failure like any other
        report(event="error", traceback=traceback.format_exc())
        sys.exit(1)


def plain(value: Any) -> Any:
    """A value as JSON can hold it; arrays and tensors by their methods, for no library is imported.

    Raises:
        TypeError: there is no way to compare such a value.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    for method in ("tolist", "to_numpy", "numpy"):
        if callable(getattr(value, method, None)):
            return plain(getattr(value, method)())
    raise TypeError(
        f"repro-check: the entry returned a value of type {type(value).__name__}; return numbers, "
        "text, lists, dictionaries, arrays or tensors"
    )


def _find(entry: str, tree: str) -> Callable[..., Any]:
    """The function "module:name", imported as a script in `tree` would import it."""
    import importlib

    module, _, name = entry.partition(":")
    source = os.path.join(tree, "src")
    sys.path[0:1] = [tree, source] if os.path.isdir(source) else [tree]
    sys.argv = [module]
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        if not hasattr(found, part):
            raise LookupError(f"repro-check: the module {module} has no {name}")
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _normal(path: str) -> str:
    return os.path.normcase(os.path.realpath(path))


def _read_job() -> dict[str, Any]:
    with open(os.environ["REPRO_CHECK_JOB"], encoding="utf-8") as file:
        return json.load(file)  # type: ignore[no-any-return]


if __name__ == "__main__":
    if "_repro_check_probe" not in sys.modules:
        sys.addaudithook(Guard(_read_job()).hook)
    call_entry(_read_job())
elif "REPRO_CHECK_JOB" in os.environ:
    sys.addaudithook(Guard(_read_job()).hook)
