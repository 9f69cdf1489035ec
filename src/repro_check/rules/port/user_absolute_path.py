"""PORT001."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Fix, Severity, Span
from repro_check.project.configs import is_tool_config
from repro_check.project.files import ConfigFile, PythonFile, ShellFile
from repro_check.project.project import Project
from repro_check.rules.port._repository_paths import relative_to_repository
from repro_check.rules.port._shell_lines import host_words
from repro_check.rules.port._user_paths import is_user_path
from repro_check.rules.rule import rule
from repro_check.text import pattern

# texts that people read, and calls that compare or take apart what they are given
_PROSE = frozenset(
    {"help", "description", "epilog", "usage", "metavar", "doc", "example", "examples"}
)
_NO_FILE_CALL = pattern(
    r"(^re\.|\.(replace|removeprefix|lstrip|strip|split|startswith|endswith|route|add_url_rule|"
    r"redirect|websocket|mount|xpath|find|findall|findtext|iterfind)$)"
)
# omegaconf.readthedocs.io/en/2.3_branch/custom_resolvers.html#oc-env
_DEFAULT = pattern(r"\$\{oc\.env:\s*\w+\s*,\s*[\"']?(?P<default>[^\"'{}$,]+)")
_ROUTE = pattern(r"(^|\.)(app|router|api|bp|blueprint|client)\.(get|post|put|patch|delete)$")


@rule(
    "PORT001",
    severity=Severity.ERROR,
    on=(PythonFile, ConfigFile, ShellFile),
    practice=11,
    fixes="unsafe",
    words=(
        *("/home", "/users", "/root", "scratch", "/gpfs", "/nfs", "/lustre", "/mnt", "/fsx"),
        *("/cluster", "/share"),
        *(":/", ":\\", "~"),
    ),
)
def user_absolute_path(
    file: PythonFile | ConfigFile | ShellFile, project: Project
) -> Iterator[Finding]:
    """A path that exists only on the author's machine.

    Everybody else's run ends at this line. An f-string counts by its head; its tail
    (`f"{root}/home/x"`) and what is put behind another text (`root + "/home/x"`) are no such paths, nor
    are placeholders, patterns, and paths inside of container images.

    Bad:
        # file: train.py
        from torchvision.datasets import ImageFolder

        train = ImageFolder(root="/home/ada/datasets/mini")

    Bad:
        # file: train.py
        import torch

        def load(step):
            return torch.load(f"/home/ada/runs/{step}.pt", map_location="cpu")

    Bad:
        # file: src/train.py
        import pandas

        table = pandas.read_csv("/home/ada/mini/data/train.csv")
        # file: data/train.csv
        image,label

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
        path = root + "/home/ada/datasets"
        path = f"/home/{user}/datasets"
        pattern = re.compile(r"/home/.*/datasets")
        url = "https://example.org/home/ada/x"

    Not this rule:
        # file: tests/test_paths.py
        assert normalise("/home/ada/x") == "x"
    """
    if isinstance(file, PythonFile):
        yield from _in_python(file, project)
    elif is_tool_config(file.path):
        return
    elif isinstance(file, ConfigFile):
        yield from _in_config(file)
    else:
        yield from _in_shell(file)


def _in_python(file: PythonFile, project: Project) -> Iterator[Finding]:
    found = [item for item in file.facts.path_literals if is_user_path(item.value)]
    if not found:
        return
    added = {item.value.span for item in file.facts.assignments if item.kind == "+=" and item.value}
    for literal in found:
        if literal.is_tail or literal.span in added or literal.label in _PROSE:
            continue
        if literal.call >= 0:
            call = file.facts.calls[literal.call]
            name = call.target or call.name if call.receiver is None else f".{call.name}"
            if _NO_FILE_CALL.search(name) or _ROUTE.search(name):
                continue
        fix = relative_to_repository(project, file, literal)
        yield _finding(file, literal.span, literal.value, fix=fix)


def _in_config(file: ConfigFile) -> Iterator[Finding]:
    seen: set[object] = set()
    for entry in file.facts.entries:
        if entry.kind != "scalar" or entry.tag != "str":
            continue
        if not (is_user_path(entry.text) or is_user_path(_default_of(entry.text))):
            continue
        # of a list the first item speaks for all; an anchor has one place, however often it is used
        index = next((i for i, key in enumerate(entry.keys) if isinstance(key, int)), None)
        places = {entry.span, entry.keys[:index]}
        if seen.isdisjoint(places):
            yield _finding(file, entry.span, entry.text)
        seen |= places


def _default_of(text: str) -> str:
    """What OmegaConf takes where a variable is not set: `b` of `${oc.env:A,b}`."""
    found = _DEFAULT.match(text)
    return found["default"] if found else ""


def _in_shell(file: ShellFile) -> Iterator[Finding]:
    lines: set[int] = set()
    for line, column, word in host_words(file.text):
        if line not in lines and is_user_path(word):
            lines.add(line)
            span = Span(line, column, line, column + len(word))
            yield _finding(file, span, word, severity=Severity.WARNING)


def _finding(
    file: PythonFile | ConfigFile | ShellFile,
    span: Span,
    value: str,
    *,
    severity: Severity | None = None,
    fix: Fix | None = None,
) -> Finding:
    return file.finding(
        span,
        f"`{value}` exists only on the machine of the author",
        help="Take the folder from the config or the environment, or make it relative to the "
        "repository (`Path(__file__).parent`).",
        severity=severity,
        fix=fix,
    )
