"""PORT001."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Confidence, Finding, Severity, Span
from repro_check.project.configs import is_tool_config
from repro_check.project.files import ConfigFile, PythonFile, ShellFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule

# a whole literal that begins with a folder of one person or one cluster
_USER_PATH = re.compile(
    r"^(?:file://)?(?:"
    r"/home/(?!runner/|user/|user$|vscode/|jovyan|ubuntu/app|docker|username|your|me/|<|\$|\{)[\w.-]+(?:/|$)"
    r"|/Users/(?!username|user/|your|Shared|me/|<|\$|\{)[\w.-]+(?:/|$)"
    r"|/root/[\w.~-]+"
    r"|/(?:scratch|gpfs|nfs|lustre)[\w-]*/[\w.-]+"
    r"|/mnt/(?!data$|data/$)[\w.-]+/[\w.-]+"
    r"|[A-Za-z]:\\(?!\\?\*)[\w .~-]+\\"
    r"|[A-Za-z]:/(?:Users|Documents|home|data|projects?)/[\w.-]+"
    r"|~[a-z][\w-]*/"
    r")"
)
_PLACEHOLDER = re.compile(
    r"(<[^>]*>|\{[^}]*\}|\$\w|\$\{|path/to|/to/|your[-_ ]|\bxxx|\.\.\.|[*?\[\]|^]|example)", re.IGNORECASE
)
_SHELL_WORD = re.compile(r"[^\s\"'=:;,()`]+")
_CONTAINERS = ("/workspace", "/content", "/data", "/kaggle")


@rule(
    "PORT001",
    severity=Severity.ERROR,
    on=(PythonFile, ConfigFile, ShellFile),
    practice=11,
)
def user_absolute_path(
    file: PythonFile | ConfigFile | ShellFile, _project: Project
) -> Iterator[Finding]:
    """A path that exists only on the author's machine.

    Everybody else's run ends at this line. The tail of an f-string (`f"{root}/home/x"`) is no such path,
    nor are paths of containers and placeholders.

    Bad:
        # file: train.py
        from torchvision.datasets import ImageFolder

        train = ImageFolder(root="/home/ada/datasets/mini")

    Bad:
        # file: configs/train.yaml
        data_dir: /home/ada/datasets/mini  # where the images lie

    Good:
        # file: train.py
        from torchvision.datasets import ImageFolder

        train = ImageFolder(root=cfg.data_root)

    Not this rule:
        # file: train.py
        import re

        path = f"{root}/home/ada/datasets"
        pattern = re.compile(r"/home/.*/datasets")
        url = "https://example.org/home/ada/x"

    Not this rule:
        # file: tests/test_paths.py
        assert normalise("/home/ada/x") == "x"
    """
    if not file.is_product:
        return
    if isinstance(file, PythonFile):
        yield from _in_python(file)
    elif isinstance(file, ConfigFile):
        yield from _in_config(file)
    else:
        yield from _in_shell(file)


def _in_python(file: PythonFile) -> Iterator[Finding]:
    for literal in file.facts.path_literals:
        if not _is_user_path(literal.value):
            continue
        if literal.call >= 0:
            call = file.facts.calls[literal.call]
            if call.target.startswith("re.") or call.name.endswith((".replace", ".startswith")):
                continue
        yield _finding(file, literal.span, literal.value)


def _in_config(file: ConfigFile) -> Iterator[Finding]:
    if is_tool_config(file.path):
        return
    for entry in file.facts.entries:
        if entry.kind == "scalar" and entry.tag == "str" and _is_user_path(entry.text):
            yield _finding(file, entry.span, entry.text)


def _in_shell(file: ShellFile) -> Iterator[Finding]:
    for number, line in enumerate(file.text.splitlines(), start=1):
        if line.lstrip().startswith("#"):
            continue
        for word in _SHELL_WORD.finditer(line):
            if _is_user_path(word[0]):
                span = Span(number, word.start() + 1, number, word.end() + 1)
                yield _finding(file, span, word[0], severity=Severity.WARNING)
                break


def _is_user_path(text: str) -> bool:
    if text.startswith(_CONTAINERS):
        return False
    return bool(_USER_PATH.match(text)) and not _PLACEHOLDER.search(text)


def _finding(
    file: PythonFile | ConfigFile | ShellFile,
    span: Span,
    value: str,
    severity: Severity | None = None,
) -> Finding:
    return file.finding(
        span,
        f"`{value}` exists only on the machine of the author",
        help="Take the folder from the config or the environment, or make it relative to the "
        "repository (`Path(__file__).parent`).",
        severity=severity,
        confidence=Confidence.HIGH,
    )
