"""Which paths exist only on one person's or one cluster's machine."""

from __future__ import annotations

import re

from repro_check.text import pattern

_HEAD = pattern(
    r"(?:file://)?(?:"
    r"(?:/private)?/home/(?P<home>[\w.-]+)(?:/|$)"
    r"|/Users/(?P<user>[\w.-]+)(?:/|$)"
    r"|/roo[t]/[\w.~-]+"
    r"|/(?:g?scratch|gpfs|nfs|lustre|fsx)[\w-]*/[\w.-]+"
    r"|/cluster/(?:home|scratch|work|projects?)/[\w.-]+"
    # what an operating system keeps in `share` is no one's own
    r"|/share/(?!(?:doc|docs|man|info|fonts|icons|locale|java|misc|zoneinfo|applications)/)"
    r"[\w.-]+/[\w.-]+/[\w.-]"
    r"|/mnt/(?!data/?$|[cdCD]/(?:Windows|Program Files))[\w.-]+/[\w.-]+"
    r"|[A-Za-z]:(?P<slash>\\{1,2}|/)(?P<drive>[\w .~-]+)(?P=slash)"
    r"|~(?P<tilde>[a-z][\w-]*)/"
    r")"
)
# accounts of images and cloud services, and the names that documents give to nobody
_NOBODY = pattern(
    r"user(name)?|you(r\w*)?|your[-_.]\w+|my[-_]?(user)?(name)?|me|name|some(one|body)|foo|xxx+|runner|"
    r"vscode|jovyan|docker|app(user)?|worker|coder|developer|nonroot|node|gitpod|codespace|\w*mambauser|"
    r"conda(user)?|ubuntu|stuser|\w*container\w*|ec2-user|sagemaker-user|studio-lab-user|airflow|spark|shared",
    re.IGNORECASE,
)
_SYSTEM = pattern(
    r"(Windows|Program Files( \(x86\))?|ProgramData|Python\d*|tmp|temp)", re.IGNORECASE
)
_PLACEHOLDER = pattern(
    r"<[^>]*>|path[/_-]?to|\byour[-_ ]|\bxxx|^[a-z]:[\\/]+users[\\/]+\{", re.IGNORECASE
)
_PATTERN = pattern(r"[\[\]|^]|[.)]\*|\\[dwsSDW]|\(\?")
# where images keep their work: a mount point of the same name can be made anywhere
_CONTAINERS = ("/workspace", "/content", "/data", "/kaggle")


def is_user_path(text: str) -> bool:
    """Whether a text begins with a folder of one person or of one cluster.

    Placeholders (`/home/<name>`), regular expressions, accounts of container images and folders of
    the operating system do not count.
    """
    head = _HEAD.match(text)
    if head is None or text.startswith(_CONTAINERS) or _PLACEHOLDER.search(text):
        return False
    if head["slash"] is not None:
        return not _SYSTEM.fullmatch(head["drive"]) and (
            head["slash"] != "/" or len(text) > len(head[0])
        )
    account = head["home"] or head["user"] or head["tilde"] or ""
    return not _NOBODY.fullmatch(account) and not _PATTERN.search(text)
