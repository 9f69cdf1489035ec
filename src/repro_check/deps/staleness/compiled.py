"""A compiled requirement file against the `.in` file or pyproject.toml that it was made from.

pip-compile and `uv pip compile` write their own command at the top, which names the input.
"""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Callable, Iterator, Sequence

import msgspec

from repro_check.sources.requirements import RequirementFacts
from repro_check.text import pattern

_COMMAND = pattern(
    r"#\s+((?:\S*python\S* -m )?(?:pip-compile|piptools compile|uv pip compile)\b.*)"
)
_OUTPUT = ("-o", "--output-file")
_NO_INPUT = frozenset(
    {"-c", "--constraint", "--constraints", "--override", "--overrides", "-b", "--build-constraint"}
    | {"--build-constraints", "-f", "--find-links", "--config", "--cache-dir", "--exclude-newer"}
    | {"--excludes", "--config-file", "-i", "--index-url", "--extra-index-url", "--pip-args"}
)
_MANIFESTS = (".in", ".txt", "pyproject.toml", "setup.py", "setup.cfg")
# with these the tool itself decides otherwise than the input
_WAIVERS = ("--override", "--no-emit-package", "--unsafe-package", "--no-deps", "--excludes")


class Recipe(msgspec.Struct, frozen=True):
    """How a file was compiled.

    Attributes:
        inputs: the paths of its inputs in the repository, in order.
        extras: those of a pyproject.toml that were asked for.
        has_all_extras: whether all of them were.
        is_waived: whether options say that the output may differ from what the input asks for.
    """

    inputs: tuple[str, ...]
    extras: tuple[str, ...] = ()
    has_all_extras: bool = False
    is_waived: bool = False


def recipe(path: str, facts: RequirementFacts, exists: Callable[[str], bool]) -> Recipe | None:
    """How a file was compiled, told by its comments; None where that cannot be told.

    Args:
        path: of the compiled file.
        facts: what it says.
        exists: whether the repository has a file of this path.
    """
    if not facts.compiled_by:
        return None
    found = next(filter(None, (_COMMAND.match(each.text) for each in facts.comments)), None)
    beside = f"{path.removesuffix('.txt')}.in"
    if found is None:
        return Recipe((beside,)) if exists(beside) else None
    try:
        words = shlex.split(found[1])
    except ValueError:
        return None
    inputs, output, options = _arguments(words)
    is_waived = any(word.startswith(_WAIVERS) for word in words)
    has_all_extras = "--all-extras" in words
    for folder in _above(path):
        made = [posixpath.normpath(posixpath.join(folder, one)) for one in inputs]
        if not made:
            made = [
                one for one in (beside, posixpath.join(folder, "requirements.in")) if exists(one)
            ][:1]
        target = posixpath.normpath(posixpath.join(folder, output)) if output else ""
        is_target = (
            target == path
            or (not target and any(f"{posixpath.splitext(one)[0]}.txt" == path for one in made))
            or (not target and all(one.endswith(("pyproject.toml", "setup.py")) for one in made))
        )
        if made and is_target and all(map(exists, made)):
            return Recipe(tuple(made), tuple(options), has_all_extras, is_waived)
    return None


def fits(specifier: str, versions: Sequence[str]) -> bool:
    """Whether one of the frozen versions is allowed; a version or specifier of no known form fits.

    Args:
        specifier: the versions that are asked for (PEP 440).
        versions: those that are frozen; "" for a URL or a path.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion

    try:
        allowed = SpecifierSet(specifier)
        return any(not one or allowed.contains(one, prereleases=True) for one in versions)
    except (InvalidSpecifier, InvalidVersion):
        return True


def _arguments(words: list[str]) -> tuple[list[str], str, list[str]]:
    """The inputs, the output ("" if none is named) and the extras of a command."""
    inputs: list[str] = []
    output = ""
    extras: list[str] = []
    before = ""
    for word in words:
        name, _, value = word.partition("=")
        if name in _OUTPUT and value:
            output = value
        elif before in _OUTPUT:
            output = word
        elif before == "--extra" or name == "--extra":
            extras.append(value or word)
        elif word.endswith(_MANIFESTS) and word[0] != "-" and before not in _NO_INPUT:
            inputs.append(word)
        before = word
    return inputs, output, [extra for extra in extras if extra != "--extra"]


def _above(path: str) -> Iterator[str]:
    """The folder of a file and those above it, the root last."""
    folder = posixpath.dirname(path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""
