"""The settings table of one smoke test, checked: `[tool.repro-check.smoke]` to `SmokeSpec`."""

from __future__ import annotations

import posixpath
import re
import shlex
from typing import TYPE_CHECKING, Annotated

import msgspec

from repro_check.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

Seconds = Annotated[float, msgspec.Meta(gt=0)]
Tolerance = Annotated[float, msgspec.Meta(ge=0)]

PATH_KEYS = ("install", "checkpoint", "input", "expected", "output")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
PLACEHOLDERS = frozenset({"checkpoint", "input", "output"})
ENTRY = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
OTHER_LOCKS = frozenset(
    {"Pipfile.lock", "environment.yaml", "environment.yml", "pdm.lock", "poetry.lock", "uv.lock"}
)


class SmokeSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to install, what to run on which input, and what must come out.

    Paths are relative to the project's folder, with forward slashes. Exactly one of `entry` and
    `command` is given.

    Attributes:
        name: how reports and the log call this test.
        python: a version ("3.11") or the path of an interpreter; None takes the running one.
        install: the frozen requirements file; None installs nothing.
        checkpoint: the file or folder of weights.
        entry: "module:function", called as `function(checkpoint, input)` with absolute paths.
        command: a command line with `{checkpoint}`, `{input}` and `{output}`; no shell reads it.
        input: the file or folder to infer on; None calls with the checkpoint alone.
        expected: the output to compare with (.json, .npy or text); None compares nothing.
        output: where a command writes, if it does not take `{output}` or print.
        rtol: tolerance relative to the largest expected magnitude.
        atol: absolute tolerance, in the output's units.
        repeat: how many times to infer; the outputs must agree.
        timeout: seconds that one inference may take, start-up included.
        install_timeout: seconds that the installation may take.
        env: names of environment variables that are let through.
    """

    checkpoint: str
    name: Annotated[str, msgspec.Meta(pattern=r"^[\w.-]+$")] = "default"
    python: str | None = None
    install: str | None = None
    entry: str | None = None
    command: str | None = None
    input: str | None = None
    expected: str | None = None
    output: str | None = None
    rtol: Tolerance = 1e-3
    atol: Tolerance = 1e-5
    repeat: Annotated[int, msgspec.Meta(ge=1, le=100)] = 2
    timeout: Seconds = 120.0
    install_timeout: Seconds = 900.0
    env: tuple[str, ...] = ()


def spec_from_table(
    table: Mapping[str, object], *, where: str = "[tool.repro-check.smoke]"
) -> SmokeSpec:
    """Check a settings table.

    Args:
        table: keys as in TOML, with hyphens or underscores.
        where: what the error names as the place of the table.

    Raises:
        SettingsError: a key is unknown, missing, ill-typed or does not fit the others; it names
            the key.
    """
    plain: dict[str, object] = {}
    for key, value in table.items():
        field = key.replace("-", "_")
        if field not in SmokeSpec.__struct_fields__:
            raise _error(where, f"`{key}` is not a setting of a smoke test", _suggest(field))
        if field in plain:
            raise _error(where, f"`{key}` is written twice, with a hyphen and an underscore")
        plain[field] = value
    try:
        spec = msgspec.convert(plain, SmokeSpec)
    except msgspec.ValidationError as error:
        raise _explain(where, error) from error
    return _checked(spec, where)


def _checked(spec: SmokeSpec, where: str) -> SmokeSpec:
    """The spec with tidy paths, once its keys are seen to fit together."""
    if (spec.entry is None) == (spec.command is None):
        fix = 'Write one of them: entry = "predict:predict", or command = "python predict.py ...".'
        raise _error(where, "a smoke test needs exactly one of `entry` and `command`", fix)
    if spec.entry is not None and not ENTRY.fullmatch(spec.entry):
        raise _error(where, f"`entry` is {spec.entry!r}", 'Write "module:function".')
    if spec.command is not None:
        _check_command(spec, spec.command, where)
    if spec.install and posixpath.basename(spec.install) in OTHER_LOCKS:
        fix = "Write the file that pip reads: `uv export`, `pip-compile` and `pip freeze` make one."
        raise _error(where, f"`install` is {spec.install!r}, which pip cannot read", fix)
    given = {key: value for key in PATH_KEYS if (value := getattr(spec, key)) is not None}
    return msgspec.structs.replace(
        spec, **{key: _tidy(key, value, where) for key, value in given.items()}
    )


def _check_command(spec: SmokeSpec, command: str, where: str) -> None:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise _error(where, f"`command` cannot be split into words: {error}") from error
    if not words:
        raise _error(where, "`command` is empty")
    used = set(PLACEHOLDER.findall(command))
    if unknown := sorted(used - PLACEHOLDERS):
        fix = "Known are {checkpoint}, {input} and {output}."
        raise _error(where, f"`command` uses {{{unknown[0]}}}, which is no placeholder", fix)
    if "input" in used and spec.input is None:
        raise _error(where, "`command` uses {input}, but `input` is not set")
    if "output" in used and spec.output is not None:
        fix = "Drop `output`, or name the file in the command."
        raise _error(where, "`command` uses {output} while `output` names another file", fix)


def _tidy(key: str, path: str, where: str) -> str:
    """`path` without `./`, once it is seen to stay inside the project."""
    if not path.strip():
        raise _error(where, f"`{key}` is empty")
    tidy = posixpath.normpath(path.replace("\\", "/"))
    if posixpath.isabs(tidy) or re.match(r"[A-Za-z]:", tidy) or tidy.split("/")[0] in ("..", "~"):
        fix = "Write a path inside the project: other people get nothing else."
        raise _error(where, f"`{key}` is {path!r}, outside the project", fix)
    return tidy


def _explain(where: str, error: msgspec.ValidationError) -> SettingsError:
    """Msgspec's message ("Expected `int`, got `str` - at `$.repeat`") with the key first."""
    message = str(error)
    if missing := re.search(r"missing required field `(\w+)`", message):
        key = missing.group(1).replace("_", "-")
        fix = f'Write {key} = "ckpt/model.pt".'
        return _error(where, f"`{key}` is missing", fix)
    reason, _, place = message.partition(" - at `$.")
    key = place.rstrip("`").replace("_", "-")
    return _error(where, f"`{key}`: {reason[:1].lower()}{reason[1:]}")


def _suggest(field: str) -> str:
    import difflib

    known = [name.replace("_", "-") for name in SmokeSpec.__struct_fields__]
    near = difflib.get_close_matches(field.replace("_", "-"), known, n=1)
    return f"Did you mean `{near[0]}`?" if near else f"Known are {', '.join(sorted(known))}."


def _error(where: str, what: str, fix: str = "") -> SettingsError:
    return SettingsError(f"{what}.", where=where, fix=fix)
