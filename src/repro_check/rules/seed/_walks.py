"""`os.walk`: the order of its folders, and that of the names in each of them."""

from __future__ import annotations

from repro_check.findings import Fix
from repro_check.project.files import PythonFile
from repro_check.rules.seed._listings import Listing
from repro_check.rules.seed._order_sinks import Orders, Sink
from repro_check.sources.expressions import Collection, Literal, Name, Subscript
from repro_check.sources.python import Assignment, Call


def walk_sink(file: PythonFile, orders: Orders, listing: Listing) -> tuple[Sink | None, Fix | None]:
    """What depends on the order of a walk, and how to settle it."""
    call = listing.call
    if call.use == "argument":
        user = file.facts.calls[call.user]
        if user.target == "builtins.next":
            return _first_folder(file, orders, user), None
        if user.target == "builtins.sorted" and user.use == "iterated":
            return _names(file, orders, file.facts.assignments[user.user]), None
        return None, None
    if call.use != "iterated":
        return None, None
    item = file.facts.assignments[call.user]
    if _is_steered(file, orders, item):
        return None, None
    if file.facts.blocks[item.block].kind == "for":
        return orders.of_loop(file, item.block), None
    return orders.of_value(file, file.facts.blocks[item.block].span), None


def _first_folder(file: PythonFile, orders: Orders, call: Call) -> Sink | None:
    """`next(os.walk(path))[1]`: the folders, or with 2 the files, of one folder."""
    site = orders.sites(file).at(call.span)
    parent = site.parents[0] if site and site.parents else None
    if isinstance(parent, Subscript) and isinstance(parent.index, Literal):
        return orders.of_value(file, parent.span) if parent.index.value in {1, 2} else None
    if call.use != "assigned":
        return None
    item = file.facts.assignments[call.user]
    return _of_targets(file, orders, item)


def _names(file: PythonFile, orders: Orders, item: Assignment) -> Sink | None:
    """The names of a walk whose folders are sorted: those of each folder are not."""
    return _of_targets(file, orders, item)


def _of_targets(file: PythonFile, orders: Orders, item: Assignment) -> Sink | None:
    target = item.target
    if not isinstance(target, Collection) or len(target.items) != 3:
        return None
    for name in target.items[1:]:
        if isinstance(name, Name):
            found = orders.of_variable(file, name.name, item.block, name.span)
            if found:
                return found
    return None


def _is_steered(file: PythonFile, orders: Orders, item: Assignment) -> bool:
    """Whether a loop sorts the folders that it goes into (`dirs.sort()`, `dirs[:] = sorted(dirs)`)."""
    target = item.target
    if not isinstance(target, Collection) or len(target.items) != 3:
        return False
    folders = target.items[1]
    if not isinstance(folders, Name):
        return False
    sites = orders.sites(file)
    inside = sites.inside(item.block)
    return any(call.name == f"{folders.name}.sort" for call in sites.calls_in(inside)) or any(
        isinstance(one, Subscript) and getattr(one.base, "name", "") == folders.name
        for assigned in sites.assignments_in(inside)
        for one in assigned.targets
    )
