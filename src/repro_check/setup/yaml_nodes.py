"""Look at a pre-commit configuration as a graph of nodes with places, to edit it as text.

The pure Python loader is used on purpose: it ends a hostile nesting with an error, where the C
composer exhausts the stack. The text is bounded, so its speed does not matter.
"""

from __future__ import annotations

import yaml

from repro_check.errors import ReproCheckError
from repro_check.setup.edits import line_end

CONFIG = ".pre-commit-config.yaml"
MAX_CHARACTERS = 200_000

_FIX = "correct the file, then run this again; nothing was changed"


def compose(text: str) -> yaml.Node | None:
    """The root node of the only document; None if there is no content.

    Raises:
        ReproCheckError: the text is not YAML, holds several documents, or is too large.
    """
    if len(text) > MAX_CHARACTERS:
        raise ReproCheckError(f"it is larger than {MAX_CHARACTERS:,} characters", where=CONFIG)
    try:
        root: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{CONFIG}:{mark.line + 1}:{mark.column + 1}" if mark else CONFIG
        what = f"not valid YAML: {error.problem or error.context}"
        raise ReproCheckError(what, where=where, fix=_FIX) from error
    except yaml.YAMLError as error:
        what = f"not valid YAML: {' '.join(str(error).split())}"
        raise ReproCheckError(what, where=CONFIG, fix=_FIX) from error
    except RecursionError as error:
        raise ReproCheckError("it is nested too deeply", where=CONFIG, fix=_FIX) from error
    return None if root is None or is_null(root) else root


def is_null(node: yaml.Node) -> bool:
    """Whether the node is `null`, `~` or nothing at all."""
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def pair(mapping: yaml.Node, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    """The key and the value node of a key; the last ones, as the loader takes them."""
    if not isinstance(mapping, yaml.MappingNode):
        return None
    found = [item for item in mapping.value if item[0].value == key]
    return found[-1] if found else None


def value(mapping: yaml.Node, key: str) -> yaml.Node | None:
    """The value node of a key."""
    found = pair(mapping, key)
    return found[1] if found else None


def items(node: yaml.Node | None) -> list[yaml.Node]:
    """The nodes of a list; none for anything else."""
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def content_end(text: str, node: yaml.Node) -> int:
    """Where the line after the last content of a block node starts; comments are not content.

    A block node itself ends only where the next one starts, after comments and blank lines.
    """
    last = None
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if token.start_mark.index >= node.end_mark.index:
            break
        if token.end_mark.index > token.start_mark.index:
            last = token
    assert last is not None, "a block node has content"
    if isinstance(last, yaml.ScalarToken) and last.style in ("|", ">"):
        return int(last.end_mark.index)
    return line_end(text, last.end_mark.index)


def canonical(node: yaml.Node) -> str:
    """The node in one fixed spelling; linear in its size, also where aliases would explode."""
    return str(yaml.serialize(node, Dumper=yaml.SafeDumper))
