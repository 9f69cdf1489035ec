"""Where our hooks go in a configuration written with indentation."""

from __future__ import annotations

import yaml

from repro_check.errors import ReproCheckError
from repro_check.setup import yaml_nodes as nodes
from repro_check.setup.edits import Edit, insert_lines, line_end, line_start
from repro_check.setup.hooks_entry import INSTALL_KEY, Layout, block_entry, install_line
from repro_check.setup.hooks_flow import flow_item_edit


def block_edits(text: str, root: yaml.MappingNode, version: str) -> list[Edit]:
    """The edits that add our entry to `repos`, and the hook types if none are given.

    Raises:
        ReproCheckError: `repos` is not a list.
    """
    indent = root.start_mark.column
    install = [] if nodes.pair(root, INSTALL_KEY) else [" " * indent + install_line()]
    repos = nodes.pair(root, "repos")
    if repos is None:
        entry = block_entry(Layout(dash=indent + 2), version)
        lines = [*install, " " * indent + "repos:", *entry]
        return [insert_lines(text, _after(text, root, indent), lines)]
    edits = _repos_edits(text, repos[1], version, indent=indent)
    if install:
        above = _above(text, line_start(text, repos[0].start_mark.index))
        edits.append(insert_lines(text, above, install))
    return edits


def _repos_edits(text: str, repos: yaml.Node, version: str, *, indent: int) -> list[Edit]:
    if not (nodes.is_null(repos) or isinstance(repos, yaml.SequenceNode)):
        raise ReproCheckError(
            "`repos` is not a list",
            where=f"{nodes.CONFIG}:{repos.start_mark.line + 1}",
            fix="see https://pre-commit.com for its form; nothing was changed",
        )
    start, end = repos.start_mark.index, repos.end_mark.index
    if not isinstance(repos, yaml.SequenceNode) or not text[start:end].strip("[ ]"):
        lines = block_entry(Layout(dash=indent + 2), version)
        bare = len(text[:start].rstrip(" \t"))
        return [Edit(bare, end, ""), insert_lines(text, line_end(text, end), lines)]
    if repos.flow_style:
        return [flow_item_edit(repos, version)]
    layout = _layout(repos, indent)
    lines = block_entry(layout, version)
    if _are_spaced(text, repos):
        lines.insert(0, "")
    return [insert_lines(text, _after(text, repos, layout.dash), lines)]


def _layout(repos: yaml.SequenceNode, indent: int) -> Layout:
    """The layout of the entries that are there; a form that is not understood has the default."""
    dash = repos.start_mark.column
    gap = repos.value[0].start_mark.column - dash
    inner = 2 if dash > indent else 0
    for repo in repos.value:
        hooks = nodes.pair(repo, "hooks")
        if hooks and isinstance(hooks[1], yaml.SequenceNode) and not hooks[1].flow_style:
            inner = max(0, hooks[1].start_mark.column - hooks[0].start_mark.column)
            break
    return Layout(dash=dash, gap=gap if 2 <= gap <= 8 else 2, inner=inner)


def _are_spaced(text: str, repos: yaml.SequenceNode) -> bool:
    """Whether a blank line stands before the last of several entries (and its comments)."""
    if len(repos.value) < 2:
        return False
    start = line_start(text, repos.value[-1].start_mark.index)
    lines = text[:start].splitlines()
    while lines and lines[-1].lstrip().startswith("#"):
        lines.pop()
    return bool(lines) and not lines[-1].strip()


def _after(text: str, node: yaml.Node, column: int) -> int:
    """Where a line may follow the node's content, and comments below it that are indented more.

    Such comments are most often hooks that were switched off: they belong to the entry above.
    """
    best = at = nodes.content_end(text, node)
    while at < len(text):
        end = line_end(text, at)
        line = text[at:end]
        comment = line.strip()
        if comment and not comment.startswith("#"):
            break
        if comment and len(line) - len(line.lstrip()) > column:
            best = end
        at = end
    return best


def _above(text: str, start: int) -> int:
    """Where a line may precede the key whose line starts at `start`, and the comments on it.

    A comment at the top of the file is about the file, and stays there.
    """
    above = start
    while above > 0:
        previous = line_start(text, above - 1)
        if not text[previous:above].lstrip().startswith("#"):
            break
        above = previous
    is_top = text[:above].strip() in ("", "---")
    return start if is_top else above
