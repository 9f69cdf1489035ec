from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from repro_check.project.closure import closures

NODES = range(9)
Graph = dict[int, list[int]]
GRAPHS = st.dictionaries(
    st.sampled_from(NODES), st.lists(st.sampled_from(NODES), max_size=5), max_size=9
)


def merged(values: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset().union(*values)


def closure(graph: Graph, starts: Iterable[int]) -> dict[int, frozenset[int]]:
    known: dict[int, frozenset[int]] = {}
    for start in starts:
        closures(start, lambda n: graph.get(n, ()), lambda n: frozenset({n}), merged, known)
    return known


def reachable(graph: Graph, start: int) -> frozenset[int]:
    seen = {start}
    waiting = [start]
    while waiting:
        for target in graph.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return frozenset(seen)


@given(GRAPHS, st.lists(st.sampled_from(NODES), min_size=1, max_size=4))
def test_a_node_sums_up_all_that_it_leads_to(graph: Graph, starts: list[int]) -> None:
    known = closure(graph, starts)
    assert set(known) == frozenset().union(*(reachable(graph, start) for start in starts))
    for node, value in known.items():
        assert value == reachable(graph, node)


@given(GRAPHS, st.sampled_from(NODES))
def test_each_node_contributes_and_is_asked_for_its_edges_a_bounded_number_of_times(
    graph: Graph, start: int
) -> None:
    contributed: list[int] = []
    asked: list[int] = []

    def edges(node: int) -> list[int]:
        asked.append(node)
        return graph.get(node, [])

    def own(node: int) -> frozenset[int]:
        contributed.append(node)
        return frozenset({node})

    closures(start, edges, own, merged, {})
    reached = reachable(graph, start)
    assert sorted(contributed) == sorted(reached)
    assert max(asked.count(node) for node in reached) <= 2


def test_what_is_known_is_trusted_and_not_walked_again() -> None:
    known = {1: frozenset({99})}
    asked: list[int] = []

    def edges(node: int) -> list[int]:
        asked.append(node)
        return {0: [1], 1: [2]}.get(node, [])

    closures(0, edges, lambda n: frozenset({n}), merged, known)
    assert known == {0: frozenset({0, 99}), 1: frozenset({99})}
    assert 1 not in asked


def test_the_members_of_a_cycle_share_one_value() -> None:
    known = closure({0: [1], 1: [2], 2: [0, 3], 3: []}, [0])
    assert known[0] is known[1] is known[2]
    assert known[0] == {0, 1, 2, 3}
    assert known[3] == {3}


def test_depth_is_no_limit() -> None:
    graph = {node: [node + 1] for node in range(100_000)}
    known: dict[int, int] = {}
    closures(0, lambda n: graph.get(n, ()), lambda n: n, max, known)
    assert known[0] == 100_000


def test_a_large_cycle_and_many_edges_cost_ordinary_time() -> None:
    size = 2_000
    graph = {node: [(node + step) % size for step in range(1, 50)] for node in range(size)}
    known: dict[int, int] = {}
    closures(0, lambda n: graph[n], lambda n: n, max, known)
    assert set(known.values()) == {size - 1}
