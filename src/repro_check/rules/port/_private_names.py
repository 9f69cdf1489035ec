"""Names that mean something to one person, one group or one cluster only."""

from __future__ import annotations

import enum
import re

import msgspec

from repro_check.findings import Span
from repro_check.text import pattern


class Owner(enum.Enum):
    """What a hard-coded name belongs to, in words for people."""

    TRACKER = "an account or a team of an experiment tracker, to which only its members may write"
    CLUSTER = "an account or a queue of one cluster"
    NETWORK = "a machine that only one network knows"


class PrivateName(msgspec.Struct, frozen=True):
    """One such name and its place."""

    owner: Owner
    text: str
    span: Span


_PLACEHOLDER = pattern(
    r"^$|[<>\[\]{}$()*|\s%]|\.\.\.|placeholder|xxx|"
    r"^(none|null|na|n/a|default|auto|todo|tbd|changeme|test|dummy|foo|bar|entity|user(name)?|account|"
    r"partition|project|me|team|org|workspace|x+|your|my)$|(^|[-_])(your|my|some|example)([-_]|$)|"
    r"(entity|account|partition|team|project|user|workspace)[-_]?(name|here)$",
    re.IGNORECASE,
)
# queues that many clusters have
_COMMON_QUEUES = frozenset(
    "gpu gpus cpu cpus batch normal compute main all standard regular default debug".split()
)
_ADDRESS = pattern(r"(?<![\w.])(?P<address>\d{1,3}(?:\.\d{1,3}){3})(?![\w.]*\w)")
_HOST = pattern(
    r"(?:^|//|@)(?P<host>[a-z][\w-]*(?:\.[\w-]+)*"
    r"\.(?:local|localdomain|lan|internal|intranet|intra|corp|cluster|hpc|private))(?=$|[:/])",
    re.IGNORECASE,
)
# they mean the same everywhere: inside of containers, of Kubernetes, of a cloud
_EVERYWHERE = pattern(
    r"(docker\.internal|containers\.internal|cluster\.local|google\.internal)$", re.IGNORECASE
)
# resolvers that programs ask to find out whether there is a network
_RESOLVERS = frozenset({"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "114.114.114.114"})
# this host, link-local, documentation (RFC 5737), multicast and reserved networks (RFC 6890)
_NOBODY = pattern(r"(0|127|169\.254|192\.0\.[02]|198\.51\.100|203\.0\.113|22[4-9]|2[3-5]\d)\.")


def is_private_name(text: str) -> bool:
    """Whether a text names an account or a team, and is no placeholder."""
    return len(text) < 80 and not _PLACEHOLDER.search(text)


def is_private_queue(text: str) -> bool:
    """Whether a text names a queue or partition that other clusters do not have."""
    return is_private_name(text) and text.lower() not in _COMMON_QUEUES


def private_host(text: str) -> str | None:
    """The host in a text that only one network knows: an address, or a name such as `node.lan`.

    Loopback and documentation addresses, public resolvers, and the names that containers and clouds
    give to themselves do not count.
    """
    if "$" in text or "{" in text or len(text) > 300:
        return None
    found = _ADDRESS.search(text)
    if found is not None:
        address = found["address"]
        is_one = all(int(part) < 256 for part in address.split("."))
        return None if not is_one or address in _RESOLVERS or _NOBODY.match(address) else address
    named = _HOST.search(text)
    return None if named is None or _EVERYWHERE.search(named["host"]) else named["host"]
