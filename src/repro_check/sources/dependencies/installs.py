"""What one shell command installs: pip, uv, conda and its kin, Poetry, PDM, Pipenv, pixi.

The options with a value follow `pip install --help` (24.0), `uv pip install --help` (0.9) and
`conda create --help` (24.1); an option that is not known is taken for a flag.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from repro_check.findings import Span
from repro_check.sources.dependencies.install_words import Program, program_of
from repro_check.sources.dependencies.model import Declared
from repro_check.sources.shell_places import ShellCommand
from repro_check.text import pattern

FileUse = Literal["requirements", "constraints", "environment", "project"]

_VALUES = {
    "pip": frozenset(
        "-r --requirement --requirements -c --constraint --constraints -e --editable -i --index-url -f "
        "--find-links --extra-index-url --default-index --index -t --target --prefix --root --platform "
        "--python-version --implementation --abi --src -C --config-settings --global-option "
        "--progress-bar --root-user-action --report --no-binary --only-binary --trusted-host --proxy "
        "--retries --timeout --cert --cache-dir --log --upgrade-strategy --use-feature -p --python "
        "--index-strategy --keyring-provider --torch-backend --link-mode --resolution --prerelease "
        "--exclude-newer --override --group --extra --build-constraint".split()
    ),
    "conda": frozenset(
        "-n --name -p --prefix -c --channel -f --file --clone --solver --platform --subdir "
        "--revision --repodata-fn -r --root-prefix".split()
    ),
    "": frozenset(
        "--group -G --optional -E --extra --extras --source --tag --branch --rev --python -p "
        "--index --default-index --index-url --with --without --only --markers --marker --package "
        "-i --pypi-mirror -f --find-links -e --editable -r --requirements --feature --platform "
        "-C --directory --project".split()
    ),
}
_FILES: dict[str, FileUse] = {
    "-r": "requirements",
    "--requirement": "requirements",
    "--requirements": "requirements",
    "-c": "constraints",
    "--constraint": "constraints",
    "--constraints": "constraints",
}
_INDEXES = frozenset(
    {"-i", "--index-url", "-f", "--find-links", "--extra-index-url", "--default-index", "--index"}
)
_ADDING = frozenset({"add", "install", "sync"})
_UNKNOWN = pattern(r"[${]|<[A-Za-z]|\.\.\.|\*.*\.whl|^['\"]")
_PYTHON = pattern(r"(?:cpython|python|pypy)?@?((?:[=<>!~]+\s*)?\d+(?:\.\d+)*(?:\.\*)?)")


class NamedFile(msgspec.Struct, frozen=True, array_like=True):
    """A file or folder of the repository whose requirements are installed, as written."""

    use: FileUse
    path: str
    span: Span


class Install(msgspec.Struct, frozen=True, kw_only=True):
    """What one command installs.

    Attributes:
        tool: "pip", "conda" (mamba and micromamba too), "uv", "poetry", "pdm", "pipenv", "pixi",
            "rye" or "hatch"; `uv pip` is "pip".
        span: from the command's first word to its last.
        declared: the distributions named on the command line; their `span` is that of the word.
        files: those that it reads.
        indexes: URLs of package indexes, in order; of uv's `--torch-backend` its value.
        python: the version of Python that it installs or asks for (PEP 440), "" if none.
        python_span: where.
    """

    tool: str
    span: Span
    declared: tuple[Declared, ...] = ()
    files: tuple[NamedFile, ...] = ()
    indexes: tuple[str, ...] = ()
    python: str = ""
    python_span: Span | None = None


class _Option(NamedTuple):
    name: str
    value: str
    span: Span


def read_install(command: ShellCommand) -> Install | None:
    """What a simple command installs; None if it is none that installs.

    A requirement that holds a variable or a placeholder is left out.
    """
    program = program_of(command.words)
    if program is None:
        return None
    words = command.words[program.rest :]
    if program.name == "conda":
        return _conda(command, program, words)
    if not words or words[0] not in _ADDING:
        return None
    if program.name == "pip":
        return _pip(command, program.rest + 1)
    return _project(command, program)


def _pip(command: ShellCommand, at: int) -> Install:
    declared: list[Declared] = []
    files: list[NamedFile] = []
    indexes: list[str] = []
    for option in _options(command, at, _VALUES["pip"]):
        if option.name in _FILES:
            files.append(NamedFile(_FILES[option.name], option.value, option.span))
        elif option.name in _INDEXES or option.name == "--torch-backend":
            indexes.append(option.value)
        elif option.name in {"", "-e", "--editable"}:
            is_editable = bool(option.name)
            if _is_folder(option.value):
                files.append(NamedFile("project", _bare(option.value), option.span))
            elif one := _required(option, is_editable=is_editable):
                declared.append(one)
    return Install(
        tool="pip",
        span=command.span,
        declared=tuple(declared),
        files=tuple(files),
        indexes=tuple(indexes),
    )


def _project(command: ShellCommand, program: Program) -> Install:
    """`poetry add x`, `uv sync` and so on."""
    at = program.rest + 1
    declared: list[Declared] = []
    files: list[NamedFile] = []
    indexes: list[str] = []
    python, python_span = "", None
    is_adding = command.words[program.rest] == "add" or program.name == "pipenv"
    for option in _options(command, at, _VALUES[""]):
        if option.name in {"-r", "--requirements"}:
            files.append(NamedFile("requirements", option.value, option.span))
        elif option.name in _INDEXES:
            indexes.append(option.value)
        elif option.name == "--python" or (option.name == "-p" and program.name == "uv"):
            python, python_span = python_version(option.value), option.span
        elif option.name in {"", "-e", "--editable"} and is_adding and option.value:
            if _is_folder(option.value):
                files.append(NamedFile("project", _bare(option.value), option.span))
            elif one := _added(option, program.name):
                declared.append(one)
    if not is_adding or not (declared or files):
        files.append(NamedFile("project", ".", command.span))
    return Install(
        tool=program.name,
        span=command.span,
        declared=tuple(declared),
        files=tuple(files),
        indexes=tuple(indexes),
        python=python,
        python_span=python_span if python else None,
    )


def _conda(command: ShellCommand, program: Program, words: Sequence[str]) -> Install | None:
    from repro_check.sources.dependencies.conda import declared_match
    from repro_check.sources.dependencies.specifiers import conda_specifier
    from repro_check.sources.environment import conda_dependency

    is_environment = words[:1] == ("env",)
    verb = words[1:2] if is_environment else words[:1]
    if verb not in {("create",), ("install",), ("update",), ("upgrade",)}:
        return None
    at = program.rest + 1 + is_environment
    declared: list[Declared] = []
    files: list[NamedFile] = []
    python, python_span = "", None
    for option in _options(command, at, _VALUES["conda"]):
        if option.name in {"-f", "--file"}:
            is_yaml = is_environment or option.value.endswith((".yml", ".yaml"))
            use: FileUse = "environment" if is_yaml else "requirements"
            files.append(NamedFile(use, option.value, option.span))
        elif option.name or _UNKNOWN.search(option.value) or is_environment:
            continue
        elif conda_dependency(option.value, option.span).name == "python":
            version = conda_dependency(option.value, option.span).version
            python, python_span = conda_specifier(version), option.span
        elif not option.value[:1].isdigit():
            one = declared_match(option.value, option.span)
            declared.extend([one] if one else [])
    return Install(
        tool="conda",
        span=command.span,
        declared=tuple(declared),
        files=tuple(files),
        python=python,
        python_span=python_span if python else None,
    )


def _options(command: ShellCommand, at: int, with_value: frozenset[str]) -> Iterator[_Option]:
    """Each option with its value, and each word that is none (its name is "")."""
    words, spans = command.words, command.spans
    while at < len(words):
        word, span = words[at], spans[at]
        at += 1
        if not word.startswith("-") or word == "-":
            yield _Option("", word, span)
            continue
        name, has_value, value = word.partition("=")
        if not has_value and not word.startswith("--") and word[:2] in with_value and word[2:]:
            name, value, has_value = word[:2], word[2:], "="
        is_cluster = word[:2] not in with_value and f"-{word[-1]}" in with_value
        if not has_value and not word.startswith("--") and len(word) > 2 and is_cluster:
            name = f"-{word[-1]}"
        if name in with_value and not has_value and at < len(words):
            value, span = words[at], spans[at]
            at += 1
        yield _Option(name, value, span)


def python_version(text: str) -> str:
    """The specifier of a version such as `3.11`, `python3.11` or `>=3.10`; "" if it is none."""
    found = _PYTHON.fullmatch(text.strip())
    version = found[1] if found else ""
    if not version or not version[0].isdigit():
        return version
    return f"=={version}" if version.count(".") > 1 or version.endswith("*") else f"=={version}.*"


def _required(option: _Option, *, is_editable: bool) -> Declared | None:
    from repro_check.sources.dependencies.pip import declared_item
    from repro_check.sources.requirement_item import items_of

    text = option.value
    if _UNKNOWN.search(text):
        return None
    if text.startswith("git@"):
        text = f"git+{text}"
    line = f"-e {text}" if is_editable else text
    items = list(items_of(line, lambda _start, _end: option.span))
    if len(items) != 1 or items[0].kind in {"invalid", "option", "include", "constraint"}:
        return None
    return declared_item(items[0])


def _added(option: _Option, tool: str) -> Declared | None:
    """A requirement in Poetry's form (`x@^1.2`), or in pip's."""
    name, mark, version = option.value.partition("@")
    is_version = mark and version[:1] in set("^~<>=0123456789") and "://" not in option.value
    if tool == "poetry" and (is_version or version == "latest"):
        from repro_check.sources.dependencies.specifiers import is_exact, poetry_specifier

        specifier = poetry_specifier(version) if is_version else ""
        one = _required(option._replace(value=name), is_editable=False)
        if one is None:
            return None
        is_pinned = is_exact(specifier) if specifier else False
        return msgspec.structs.replace(
            one, text=option.value, specifier=specifier, is_pinned=is_pinned
        )
    return _required(option, is_editable=bool(option.name))


def _is_folder(text: str) -> bool:
    path = _bare(text)
    is_archive = path.lower().endswith((".whl", ".zip", ".tar.gz", ".tgz"))
    is_path = path in {".", ".."} or path.startswith(("./", "../", "/", "~"))
    plain = "/" in path and "://" not in path and "@" not in path and "+" not in path
    return not is_archive and (is_path or plain) and not _UNKNOWN.search(path)


def _bare(text: str) -> str:
    """A path without its extras."""
    return text.partition("[")[0].removeprefix("file:")
