"""Put our hooks into the text of a `.pre-commit-config.yaml`, and touch nothing else.

The file is edited as text, since no YAML writer keeps comments, quotes and indentation alike; the
node graph only says where. Afterwards the graph of the result, less what was added, must be the
graph of the original, or nothing is changed at all.
"""

from __future__ import annotations

import yaml

from repro_check.errors import ReproCheckError
from repro_check.setup import yaml_nodes as nodes
from repro_check.setup.edits import Edit, apply_edits, insert_lines
from repro_check.setup.hooks_block import block_edits
from repro_check.setup.hooks_entry import (
    INSTALL_KEY,
    INSTALL_TYPES,
    REPOSITORY,
    Layout,
    block_entry,
    install_line,
)
from repro_check.setup.hooks_flow import flow_edits
from repro_check.setup.yaml_nodes import CONFIG


def add_hooks(config: str, version: str) -> str:
    """The text of a `.pre-commit-config.yaml` with our hooks; unchanged if it has them.

    Args:
        config: the whole text of the file, which may be empty.
        version: the version of repro-check to pin, without the `v` of its tag.

    Raises:
        ReproCheckError: the text is not YAML, not a pre-commit configuration, or of a form that
            cannot be edited safely.
    """
    text = config.removeprefix("\ufeff")
    root = nodes.compose(text)
    if root is not None and not isinstance(root, yaml.MappingNode):
        raise ReproCheckError(
            "it is not a mapping with the key `repos`",
            where=CONFIG,
            fix="run `pre-commit migrate-config`, then run this again",
        )
    if root is not None and _has_our_hooks(root):
        return config
    result = apply_edits(text, _edits(text, root, version))
    if not _only_adds(root, result):
        raise ReproCheckError(
            "our hooks cannot be added to this file without changing the rest of it",
            where=CONFIG,
            fix="\n".join(["add this yourself:", *_new_config(version)]),
        )
    return config[: len(config) - len(text)] + result


def uninstalled_types(config: str) -> tuple[str, ...]:
    """Hook types that our hooks need and that a plain `pre-commit install` would not install."""
    root = nodes.compose(config.removeprefix("\ufeff"))
    listed = nodes.value(root, INSTALL_KEY) if root else None
    installed = {node.value for node in nodes.items(listed)} if listed else {"pre-commit"}
    return tuple(name for name in INSTALL_TYPES if name not in installed)


def _new_config(version: str) -> list[str]:
    return [install_line(), "repos:", *block_entry(Layout(), version)]


def _edits(text: str, root: yaml.MappingNode | None, version: str) -> list[Edit]:
    if root is None:
        return [insert_lines(text, len(text), _new_config(version))]
    if not root.value:
        start, end = root.start_mark.index, root.end_mark.index
        return [Edit(start, end, "\n".join(_new_config(version)))]
    return flow_edits(root, version) if root.flow_style else block_edits(text, root, version)


def _has_our_hooks(root: yaml.MappingNode) -> bool:
    for repo in nodes.items(nodes.value(root, "repos")):
        url = nodes.value(repo, "repo")
        if url is not None and str(url.value).removesuffix("/").removesuffix(".git") == REPOSITORY:
            return True
        for hook in nodes.items(nodes.value(repo, "hooks")):
            name = nodes.value(hook, "id")
            if name is not None and str(name.value).startswith("repro-check"):
                return True
    return False


def _only_adds(before: yaml.MappingNode | None, text: str) -> bool:
    """Whether `text` is the document before, with our entry last in `repos` and our hook types."""
    try:
        after = nodes.compose(text)
    except ReproCheckError:
        return False
    repos = nodes.items(nodes.value(after, "repos")) if after else []
    url = nodes.value(repos[-1], "repo") if repos else None
    if after is None or url is None or url.value != REPOSITORY:
        return False
    has_types = before is not None and nodes.pair(before, INSTALL_KEY) is not None
    ours = () if has_types else (INSTALL_KEY,)
    return _rest(after, ours, repos_added=1) == _rest(before, (), repos_added=0)


def _rest(root: yaml.Node | None, ours: tuple[str, ...], *, repos_added: int) -> str:
    """The document in a fixed spelling, without our keys and without the last repositories.

    A list `repos` that is empty, null or not there are one and the same to us.
    """
    pairs = []
    for key, value in root.value if root else ():
        kept = value
        if key.value == "repos":
            others = nodes.items(value)
            others = others[: len(others) - repos_added]
            kept = yaml.SequenceNode(value.tag, others, flow_style=False) if others else None
        if kept is not None and key.value not in ours:
            pairs.append((key, kept))
    return nodes.canonical(yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=False))
