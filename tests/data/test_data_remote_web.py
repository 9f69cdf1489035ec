"""Files of web servers, also of those that lose connections or know no ranges."""

from __future__ import annotations

import gzip
import hashlib
import socket
import threading
from types import SimpleNamespace

import pytest
from data_remote_support import IMPATIENT, MIB, Answer, Fault, Server, Site, content

from repro_check.data.remote import Patience, hash_object, listing, remote_manifest
from repro_check.data.remote.failures import Stopped
from repro_check.runtime.trees import ChangedTreeError, UndefinedTreeError

pytest.importorskip("aiohttp")
fsspec = pytest.importorskip("fsspec")
BODY = content(3 * MIB + 17)
SHA256 = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def web(monkeypatch):
    """A server with one file, that can be made to misbehave."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    site = Site({"/train.bin": BODY})
    with Server(site.respond).running() as server:
        yield SimpleNamespace(site=site, server=server, url=f"{server.url}/train.bin")
    fsspec.get_filesystem_class("http").clear_instance_cache()


def read(url: str, **words):
    return hash_object(url, "sha256", patience=IMPATIENT, **words)


def test_a_file_is_read_by_one_request(web):
    assert read(web.url) == (SHA256, len(BODY))
    assert [(r.method, r.start) for r in web.server.requests] == [("GET", 0)]


def test_a_file_has_the_manifest_of_one(web):
    (entry,) = remote_manifest(web.url, "sha256")
    assert entry == ("train.bin", len(BODY), SHA256)


def test_the_name_of_a_file_is_decoded_and_has_no_query(web):
    web.site.files["/a%20b/%C3%BC%20c.csv"] = b"x"
    (file,) = listing(f"{web.server.url}/a%20b/%C3%BC%20c.csv?token=geheim#part")
    assert file.path == "ü c.csv"


def test_a_lost_connection_is_taken_up_at_the_byte_reached(web):
    web.server.faults += [Fault("train", cut_after=2 * MIB + 5), Fault("train", status=503)]
    assert read(web.url) == (SHA256, len(BODY))
    starts = web.server.gets("train")
    assert starts[0] == 0
    assert starts[1] == starts[2] >= MIB


def test_a_connection_lost_again_and_again_is_borne_while_it_brings_something(web):
    web.server.faults += [Fault("train", cut_after=200_000, times=12)]
    # now and then a cut connection brings nothing, which uses up one attempt
    patience = Patience(attempts=8, first_wait=0.001, longest_wait=0.01)
    assert hash_object(web.url, "sha256", patience=patience).digest == SHA256
    assert len(web.server.gets("train")) == 13 > patience.attempts


def test_a_server_without_ranges_is_read_from_the_start_again(web):
    web.site.has_ranges = False
    web.server.faults += [Fault("train", cut_after=2 * MIB)]
    seen: list[int] = []
    assert read(web.url, watch=lambda _, block: seen.append(len(block))).digest == SHA256
    assert len(seen) == 2


def test_a_server_without_ranges_that_always_loses_the_connection_is_given_up(web):
    web.site.has_ranges = False
    web.server.faults += [Fault("train", cut_after=2 * MIB, times=1000)]
    with pytest.raises(UndefinedTreeError, match="cannot be read"):
        read(web.url)
    assert len(web.server.gets("train")) <= 3 * IMPATIENT.attempts


@pytest.mark.parametrize("has_tags", [True, False])
def test_a_file_replaced_while_it_is_read_is_read_once_more(web, has_tags):
    web.site.has_tags = has_tags
    new = content(2 * MIB + 1, seed=9)

    def swap() -> None:
        web.site.files["/train.bin"] = new

    web.server.faults += [Fault("train", cut_after=MIB, then=swap)]
    assert read(web.url) == (hashlib.sha256(new).hexdigest(), len(new))


def test_a_file_that_keeps_changing_is_reported(web):
    seeds = iter(range(10))

    def swap() -> None:
        web.site.files["/train.bin"] = content(3 * MIB, seed=next(seeds))

    web.server.faults += [Fault("train", cut_after=MIB, then=swap, at_start=True, times=2)]
    with pytest.raises(ChangedTreeError, match="changed while it was read"):
        read(web.url)


def test_a_file_of_unknown_length_is_not_taken_for_whole(web):
    web.site.has_length = False
    with pytest.raises(UndefinedTreeError, match="has no length"):
        read(web.url)


def test_the_stored_bytes_are_hashed_also_where_they_are_packed():
    packed = gzip.compress(b"text" * 1000, mtime=0)

    def respond(*_: object) -> Answer:
        return Answer(200, {"Content-Encoding": "gzip"}, packed)

    with Server(respond).running() as server:
        assert read(f"{server.url}/a.csv.gz").digest == hashlib.sha256(packed).hexdigest()


def test_nobody_is_asked_to_pack_a_file_on_its_way(web):
    read(web.url)
    assert web.server.requests[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("headers", "is_trusted"),
    [
        ({"ETag": '"strong"'}, True),
        ({"ETag": 'W/"weak"'}, False),
        ({"Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}, True),
        ({"Last-Modified": "Thu, 21 Oct 2999 07:28:00 GMT"}, False),
        ({"ETag": '"strong"', "Last-Modified": "Thu, 21 Oct 2999 07:28:00 GMT"}, False),
        ({"Last-Modified": "yesterday"}, False),
        ({}, False),
    ],
)
def test_only_what_every_change_would_alter_is_a_stamp(headers, is_trusted):
    with Server(lambda *_: Answer(200, headers, b"x")).running() as server:
        (file,) = listing(f"{server.url}/a")
        assert bool(file.stamp) is is_trusted
        assert read(file.url, stamp=file.stamp).size == 1


def test_a_missing_file_is_named_without_its_credentials(web):
    place = web.server.url.removeprefix("http://")
    with pytest.raises(ChangedTreeError) as caught:
        read(f"http://ada:geheim@{place}/gone?X-Amz-Signature=geheim")
    assert str(caught.value).startswith(f"'http://{place}/gone?...' vanished, or never was there")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("action", [read, lambda url: list(listing(url, patience=IMPATIENT))])
def test_no_error_shows_a_credential(action):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(UndefinedTreeError) as caught:
        action(f"http://ada:geheim@127.0.0.1:{port}/x?sig=geheim")
    error: BaseException | None = caught.value
    assert "geheim" not in repr(error)
    assert "Connection refused" in str(error)


def test_the_user_and_password_of_a_url_are_used(web):
    place = web.server.url.removeprefix("http://")
    read(f"http://ada:geheim@{place}/train.bin")
    assert web.server.requests[0].headers["Authorization"].startswith("Basic ")


def test_a_folder_of_a_web_server_has_no_manifest(web):
    with pytest.raises(UndefinedTreeError, match="no listing of a web server"):
        list(listing(f"{web.server.url}/folder/"))


def test_access_that_is_refused_is_not_tried_again(web):
    web.server.faults += [Fault("train", status=403, times=9)]
    with pytest.raises(UndefinedTreeError, match="access is denied"):
        read(web.url)
    assert len(web.server.gets("train")) == 1


def test_a_watcher_may_stop_the_reading(web):
    class PointerMetError(Exception):
        pass

    def watch(_url: str, block: bytes) -> None:
        assert block == BODY[:MIB]
        raise PointerMetError

    with pytest.raises(PointerMetError):
        read(web.url, watch=watch)


def test_what_was_read_is_counted(web):
    counted: list[int] = []
    read(web.url, tick=counted.append)
    assert sum(counted) == len(BODY)


def test_a_stopped_reading_waits_for_nothing(web):
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        read(web.url, stop=stop)
