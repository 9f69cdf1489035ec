"""Distributed programs whose processes are all seeded alike."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from repro_check.project.calls import Node, OutsideCall
from repro_check.project.files import PythonFile
from repro_check.project.frameworks import Duty
from repro_check.project.libraries import Family, is_training, seeded_by
from repro_check.project.outside import canonical
from repro_check.project.project import Project
from repro_check.project.reaching import entries_reaching
from repro_check.rules.walking import names_in, values_of
from repro_check.sources.expressions import Expression, Literal, Name
from repro_check.sources.kinds import Role
from repro_check.sources.python import Call
from repro_check.text import pattern

_GROUP = frozenset(
    {
        "torch.distributed.init_process_group",
        "torch.distributed.distributed_c10d.init_process_group",
    }
)
_RANK = pattern(r"rank|worker|process|gpu|(^|[._])(local_id|device_id|replica)", re.IGNORECASE)
# such groups share what they compute, and so must share their noise
_MODEL_PARALLEL = pattern(
    r"(new_group|init_device_mesh|initialize_model_parallel|parallelize_module|megatron|"
    r"FullyShardedDataParallel|fully_shard)$"
)
# what is drawn and seeded before these is not what their processes draw
_SPAWN = pattern(r"multiprocessing\.(\w+\.)*(spawn|start_processes|Process)$")
_NOISE = pattern(
    r"torch\.nn\.(Dropout\w*|AlphaDropout)|torchvision\.transforms\.(Random\w+|ColorJitter|AutoAugment|"
    r"TrivialAugmentWide|RandAugment)"
)


class SharedSeed(msgspec.Struct, frozen=True):
    """A seeding that knows no rank, the process group, and what draws noise."""

    file: PythonFile
    seeded: Call
    group_file: PythonFile
    group: Call
    noise_file: PythonFile
    noise: Call


def shared_seeds(project: Project) -> Iterator[SharedSeed]:
    """The seedings of the product's distributed programs that are the same in all processes."""
    joining = {
        Node(file.path, function.block if function else 0)
        for file in project.python.readable(Role.PRODUCT)
        for call in file.facts.calls
        if call.target in _GROUP
        for function in [file.facts.function_of(call.block)]
    }
    for entry, _ in entries_reaching(project, joining):
        nodes = project.calls.reachable(*entry.nodes, surely=True)
        outside = [each for node in nodes for each in project.calls.outside_calls(node)]
        group = next((each for each in outside if each.target in _GROUP), None)
        if group is None or project.frameworks.takes_over(Duty.SEED, entry):
            continue
        calls_of_spawn = [each for each in outside if _SPAWN.search(each.target)]
        calls = [call for node in nodes for call in project.calls.calls(node)]
        if any(_MODEL_PARALLEL.search(call.target or call.name) for call in calls):
            continue
        noise = next(
            (
                each
                for each in outside
                if _NOISE.fullmatch(canonical(each.target)) and not _is_0(each.call)
            ),
            None,
        )
        seeders = [each for each in outside if Family.TORCH in seeded_by(each.target)]
        if noise is None or not seeders or not any(is_training(call) for call in calls):
            continue
        files = {each.path: project.python[each.path] for each in (*seeders, group, noise)}
        possible = project.calls.reachable(*entry.nodes)
        if any(_knows_rank(project, node) for node in possible):
            continue
        first = next((one for one in seeders if _is_in_ranks(project, calls_of_spawn, one)), None)
        if first is None:
            continue
        yield SharedSeed(
            files[first.path],
            first.call,
            files[group.path],
            group.call,
            files[noise.path],
            noise.call,
        )


def _is_in_ranks(project: Project, spawns: list[OutsideCall], seeded: OutsideCall) -> bool:
    """Whether a seeding happens in the processes themselves, and not in the one that starts them."""
    if not spawns:
        return True
    home = project.python[seeded.path].facts.function_of(seeded.call.block)
    node = Node(seeded.path, home.block if home else 0)
    started = [
        each
        for spawn in spawns
        for each in project.callers.callees(spawn.path, spawn.call, surely=False)
    ]
    return node in project.calls.reachable(*started, surely=True)


def _is_0(call: Call) -> bool:
    rate = call.argument(0, "p")
    return isinstance(rate, Literal) and rate.value == 0


def _knows_rank(project: Project, node: Node) -> bool:
    """Whether any seeding, or any assignment to a seed, names the rank."""
    file = project.python[node.path]
    for call in project.calls.calls(node):
        if re.search(r"seed", call.name, re.IGNORECASE) and any(
            _RANK.search(name.name)
            for value in values_of(call)
            for name in _names(file, call, value)
        ):
            return True
    for item in file.facts.assignments:
        is_seed = any("seed" in getattr(target, "name", "").lower() for target in item.targets)
        if is_seed and any(_RANK.search(name.name) for name in names_in(file.facts, item.value)):
            return True
    return False


def _names(file: PythonFile, call: Call, value: Expression) -> Iterator[Name]:
    yield from names_in(file.facts, value)
    binding = file.constants.binding(getattr(value, "name", ""), call.block)
    if binding is not None:
        yield from names_in(file.facts, binding.value)
