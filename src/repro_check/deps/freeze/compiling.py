"""Compile requirements with pip-tools or uv."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from repro_check.deps.freeze.failures import failure
from repro_check.deps.freeze.folder import Folder
from repro_check.deps.freeze.header import own_header, read_header
from repro_check.deps.freeze.jobs import Job
from repro_check.deps.freeze.model import Way, Wish
from repro_check.deps.freeze.preparing import Prepared
from repro_check.deps.freeze.running import run_tool
from repro_check.deps.freeze.workplace import put

_PIP_COMPILE = (
    "--verbose",  # else nothing tells which package could not be built
    "--no-config",
    "--allow-unsafe",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
    "--newline=lf",
)
_OF_UV = frozenset({"--universal", "--python-platform", "--prerelease"})


class Compiler(msgspec.Struct, frozen=True):
    """What compiles.

    Attributes:
        way: pip-tools or uv.
        program: its path.
        env: its environment variables.
        work: the folder that stands for the root of the repository.
    """

    way: Way
    program: str
    env: Mapping[str, str]
    work: Path


def compile_job(
    compiler: Compiler,
    folder: Folder,
    job: Job,
    wish: Wish,
    prepared: Prepared,
    *,
    seed: str,
    derived: Mapping[str, str],
) -> str:
    r"""The text of a frozen file, with `\n` for line ends.

    Args:
        compiler: what compiles.
        folder: the folder that the job belongs to.
        job: what to compile into what.
        wish: whether to upgrade, and how long it may take.
        prepared: what the compiler reads.
        seed: a frozen file whose versions are kept where they fit.
        derived: of the sources that are files of a project, how annotations call them.

    Raises:
        ReproCheckError: the tool failed.
    """
    for name, text in prepared.files.items():
        put(compiler.work, folder.at(name), text.encode())
    for name in prepared.wheels:
        put(compiler.work, folder.at(name), folder.read(name) or b"")
    output = compiler.work / folder.at(job.output)
    output.parent.mkdir(parents=True, exist_ok=True)
    if wish.upgrade or not seed:
        output.unlink(missing_ok=True)
    else:
        put(compiler.work, folder.at(job.output), seed.encode())
    old = folder.text(job.output)
    sources = [derived_name(name) if name in derived else name for name in job.sources]
    argv = [
        compiler.program,
        *_words(compiler.way, job, prepared, old),
        "--output-file",
        job.output,
    ]
    argv += ["--upgrade"] if wish.upgrade else []
    argv += [f"--upgrade-package={name}" for name in wish.upgraded]
    cwd = compiler.work / folder.path
    env = {**compiler.env, **_header_variables(job, old)}
    outcome = run_tool([*argv, *sources], cwd=cwd, env=env, seconds=wish.seconds)
    if outcome.code != 0 or not output.is_file():
        raise failure(compiler.way, outcome, work=compiler.work, seconds=wish.seconds)
    text = output.read_text("utf-8").replace("\r\n", "\n")
    for name, shown in derived.items():
        text = text.replace(f"-r {derived_name(name)}", shown)
    return _with_options(_relative(text, compiler.work, folder, job), prepared.options)


def derived_name(name: str) -> str:
    """The requirements file that stands for a file of a project."""
    return posixpath.join(posixpath.dirname(name), f".frozen-{posixpath.basename(name)}.in")


def _words(way: Way, job: Job, prepared: Prepared, old: str | None) -> list[str]:
    header = read_header(old or "")
    is_same_way = header is not None and header.way is way
    kept = list(job.kept) if is_same_way else []
    if way is Way.PIP_COMPILE:  # options of uv in an old header mean nothing to it
        kept = [word for word in job.kept if word.partition("=")[0] not in _OF_UV]
    # a git repository has no hash, and pip refuses it beside what has one
    hashes = [] if prepared.has_repositories else ["--generate-hashes"]
    if way is Way.PIP_COMPILE:
        has_extras = is_same_way and re.search(r"^[\w.-]+\[", old or "", re.MULTILINE)
        if "--no-strip-extras" not in kept:
            kept.append("--no-strip-extras" if has_extras else "--strip-extras")
        return [*_PIP_COMPILE, *hashes, *kept]
    if header is None or not is_same_way:
        kept.append("--universal")
    python = ["--python-version", job.python] if job.python else []
    return ["pip", "compile", "--no-progress", "--emit-build-options", *hashes, *kept, *python]


def _header_variables(job: Job, old: str | None) -> dict[str, str]:
    header = read_header(old or "")
    command = own_header(
        job.sources, job.output, extras=job.extras, groups=job.groups, python=job.python
    )
    # whoever goes on with the tool itself finds the same file
    if header and not header.is_own and "--generate-hashes" in header.command:
        command = header.command
    return {"CUSTOM_COMPILE_COMMAND": command, "UV_CUSTOM_COMPILE_COMMAND": command}


def _relative(text: str, work: Path, folder: Folder, job: Job) -> str:
    """The text with files of the copy named by their path in the repository."""

    def named(found: re.Match[str]) -> str:
        base = posixpath.dirname(folder.at(job.output)) or "."
        return f"./{posixpath.relpath(found[1], base)}"

    root = re.escape(str(work))
    text = re.sub(
        rf"^[\w.-]+(?:\[[^\]]*\])? @ file://{root}/(\S+)", named, text, flags=re.MULTILINE
    )
    return text.replace(f"file://{work}/", "./").replace(f"{work}/", "")


def _with_options(text: str, options: tuple[str, ...]) -> str:
    """The text with lines that say where packages come from, after its first comments."""
    lines = text.split("\n")
    missing = [option for option in options if option not in lines]
    if not missing:
        return text
    at = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    blank = [] if lines[at : at + 1] in ([], [""]) else [""]
    return "\n".join([*lines[:at], *missing, *blank, *lines[at:]])


def line_ends(text: str, like: bytes | None) -> bytes:
    """The bytes of a text, with the line ends of the file that it replaces."""
    is_windows = like is not None and b"\r\n" in like
    return (text.replace("\n", "\r\n") if is_windows else text).encode()
