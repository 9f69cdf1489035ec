"""Where our hooks go in lists in brackets and mappings in braces (JSON is one)."""

from __future__ import annotations

import yaml

from repro_check.setup import yaml_nodes as nodes
from repro_check.setup.edits import Edit
from repro_check.setup.hooks_entry import INSTALL_KEY, flow_entry, flow_install_pair


def flow_edits(root: yaml.MappingNode, version: str) -> list[Edit]:
    """The edits of a root in braces that is not empty."""
    repos = nodes.value(root, "repos")
    if repos is None:
        edits = [_append(root, f'"repos": [{flow_entry(version)}]')]
    else:
        edits = [flow_item_edit(repos, version)]
    if nodes.pair(root, INSTALL_KEY) is None:
        start = root.start_mark.index + 1
        edits.append(Edit(start, start, f"{flow_install_pair()}, "))
    return edits


def flow_item_edit(repos: yaml.Node, version: str) -> Edit:
    """The edit that adds our entry to a list of repositories in brackets."""
    return _append(repos, flow_entry(version))


def _append(collection: yaml.Node, item: str) -> Edit:
    """Behind the last item, whether or not a comma follows it."""
    if not collection.value or not isinstance(collection, yaml.CollectionNode):
        start = collection.start_mark.index + 1
        return Edit(start, start, item)
    last = collection.value[-1]
    end = (last[1] if isinstance(last, tuple) else last).end_mark.index
    return Edit(end, end, f", {item}")
