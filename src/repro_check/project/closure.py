"""Sum something up over all that a node of a graph leads to, cycles included."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

NodeT = TypeVar("NodeT", bound=Hashable)
ValueT = TypeVar("ValueT")


def closures(
    start: NodeT,
    edges: Callable[[NodeT], Iterable[NodeT]],
    own: Callable[[NodeT], ValueT],
    merge: Callable[[list[ValueT]], ValueT],
    known: dict[NodeT, ValueT],
) -> None:
    """Fill `known` for `start` and every node that it leads to.

    A node's value is the merge of its own and of those of all nodes it leads to. Strongly connected
    nodes share one value (Tarjan 1972), without recursion, so that depth is no limit.

    Args:
        start: where to begin.
        edges: the nodes that a node leads to directly.
        own: what a node contributes by itself.
        merge: associative; equal values may be merged repeatedly.
        known: values found so far, which are trusted.
    """
    if start in known:
        return
    index: dict[NodeT, int] = {start: 0}
    low: dict[NodeT, int] = {start: 0}
    stack: list[NodeT] = [start]
    work: list[tuple[NodeT, Iterator[NodeT]]] = [(start, iter(edges(start)))]
    while work:
        node, following = work[-1]
        descended = False
        for target in following:
            if target in known:
                continue
            if target not in index:
                index[target] = low[target] = len(index)
                stack.append(target)
                work.append((target, iter(edges(target))))
                descended = True
                break
            # what was met and is not known yet is on the stack
            low[node] = min(low[node], index[target])
        if descended:
            continue
        work.pop()
        if work:
            parent = work[-1][0]
            low[parent] = min(low[parent], low[node])
        if low[node] == index[node]:
            if stack[-1] == node:  # most stand alone
                stack.pop()
                parts = [own(node)]
                parts += [known[t] for t in edges(node) if t in known]
                known[node] = merge(parts)
                continue
            members: list[NodeT] = []
            while not members or members[-1] != node:
                members.append(stack.pop())
            inside = set(members)
            parts = [own(member) for member in reversed(members)]
            for member in members:
                parts.extend(known[t] for t in edges(member) if t not in inside)
            value = merge(parts)
            known.update(dict.fromkeys(members, value))
