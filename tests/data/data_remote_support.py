"""Servers on loopback for the tests of remote data: one that misbehaves on demand, and S3."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from repro_check.data.remote import Patience

MIB = 1 << 20
IMPATIENT = Patience(attempts=4, first_wait=0.001, longest_wait=0.01)
CODES = {403: "AccessDenied", 500: "InternalError", 503: "SlowDown"}


def content(size: int, seed: int = 1) -> bytes:
    """Bytes that do not repeat, so that a piece in a wrong place is noticed."""
    words = (hashlib.md5(f"{seed} {n}".encode()).digest() for n in range(size // 16 + 1))
    return b"".join(words)[:size]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Fault:
    """Something that befalls the next `times` requests of `path` whose method is GET."""

    path: str
    times: int = 1
    status: int = 0  # answer with this status and nothing else
    cut_after: int = -1  # lose the connection after so many bytes of the body
    then: Callable[[], None] = lambda: None  # done before the connection is lost
    at_start: bool = False  # only where the first byte is asked for


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str] = field(repr=False)

    @property
    def start(self) -> int:
        """The first byte that was asked for."""
        return int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0])


class Server:
    """A loopback server that keeps a record of its requests, and has faults."""

    def __init__(self, respond: Callable[[str, str, dict[str, str], bytes], Answer]) -> None:
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.title(): value for name, value in self.headers.items()}
                fault = outer.note(Request(self.command, self.path, headers))
                if fault is not None and fault.status:
                    error = f"<Error><Code>{CODES[fault.status]}</Code></Error>"
                    answer = Answer(fault.status, {}, error.encode())
                else:
                    answer = respond(self.command, self.path, headers, sent)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if not {"Content-Length", "No-Length"} & set(answer.headers):
                    self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                if self.command == "HEAD":
                    return
                if fault is not None and fault.cut_after >= 0:
                    self.wfile.write(answer.body[: fault.cut_after])
                    fault.then()
                    self.close_connection = True
                    return
                self.wfile.write(answer.body)
                self.close_connection = "No-Length" in answer.headers

            def log_message(self, *_: object) -> None:
                pass

        for method in ("GET", "HEAD", "POST", "PUT"):
            setattr(Handler, f"do_{method}", Handler.answer)

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """A reader that goes away is no news."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def note(self, request: Request) -> Fault | None:
        with self.lock:
            self.requests.append(request)
            for fault in self.faults:
                is_meant = request.method == "GET" and fault.path in request.path
                if fault.times and is_meant and not (fault.at_start and request.start):
                    fault.times -= 1
                    return fault
        return None

    def gets(self, path: str) -> list[int]:
        """Where each GET of a path began."""
        return [r.start for r in self.requests if r.method == "GET" and path in r.path]

    @contextlib.contextmanager
    def running(self) -> Iterator[Server]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


@dataclass
class Site:
    """Files of a web server, and how well it behaves."""

    files: dict[str, bytes] = field(default_factory=dict)
    has_ranges: bool = True
    has_tags: bool = True
    has_length: bool = True

    def respond(self, _method: str, path: str, headers: dict[str, str], _sent: bytes) -> Answer:
        body = self.files.get(path.partition("?")[0])
        if body is None:
            return Answer(404, {}, b"")
        found = {}
        tag = f'"{hashlib.md5(body).hexdigest()}"'
        if self.has_tags:
            found["ETag"] = tag
        if not self.has_length:
            return Answer(200, found | {"No-Length": "1"}, body)
        start = int(headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0])
        if start and self.has_ranges and headers.get("If-Range", tag) == tag:
            if start >= len(body):
                return Answer(416, {}, b"")
            found["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            return Answer(206, found, body[start:])
        return Answer(200, found, body)


def forwarding(host: str, port: int) -> Callable[[str, str, dict[str, str], bytes], Answer]:
    """Answers with what another server says."""

    def respond(method: str, path: str, headers: dict[str, str], sent: bytes) -> Answer:
        connection = http.client.HTTPConnection(host, port)
        connection.request(method, path, sent, headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        dropped = {"connection", "transfer-encoding", "date", "server"}
        found = {k: v for k, v in response.getheaders() if k.lower() not in dropped}
        return Answer(response.status, found, body)

    return respond
