"""Which entry points reach code that compares data with a digest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from repro_check.project.calls import Node
from repro_check.project.entries import Entry
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.data._launchers import COMPARES
from repro_check.sources.expressions import Attribute, Expression, Literal, Name, parts
from repro_check.sources.kinds import Role
from repro_check.sources.python import MODULE, Call
from repro_check.text import pattern

_OURS = pattern(r"repro_check\.(runtime|data)\b")
# whatever they are called for, they hash, or compare what they fetch
_LIBRARIES = pattern(
    r"(hashlib|pooch|dirhash|checksumdir|dvc|datalad|blake3|xxhash|imohash|filehash|hmac)(\.|$)"
    r"|zlib\.(crc32|adler32)$|joblib\.hash|(torchvision|torchaudio)\.datasets\.utils\."
)
_NAME = pattern(
    r"md5|sha_?(1|224|256|384|512)|check_?sum|integrity|digest|fingerprint|^verify(_|$)"
    r"|(file|dir|tree|folder|data|dataset|content)_?hash|hash_?(file|dir|tree|folder|data|content)"
)
_KEYWORD = pattern(
    r"(known|file|expected|data|md5|sha256)_?(hash|digest)|md5|sha256|checksum|hash_prefix"
)
_OPAQUE = pattern(
    r"(builtins\.(__import__|exec|eval)|importlib\.(import_module|util\.\w+)|runpy\.\w+"
    r"|importlib\.metadata\.entry_points|pkg_resources\.\w+)$|(^|\.)(get_class|get_method|locate)$"
)


class Reach(msgspec.Struct, frozen=True):
    """What running an entry point leads to.

    Attributes:
        verifies: some code on the way hashes, or compares digests.
        reads_record: some code on the way reads the recorded digest itself.
        is_hidden: code may run that cannot be seen.
    """

    verifies: bool
    reads_record: bool
    is_hidden: bool


class Verifiers:
    """The code of a repository that has to do with digests.

    Args:
        project: the repository.
        keys: the keys under which its configs record digests (`md5`, `train_sha256`).
    """

    def __init__(self, project: Project, keys: Iterable[str]) -> None:
        self._project = project
        self._keys = frozenset(keys)
        self._tests: dict[str, dict[int, list[Expression]]] = {}

    def reach(self, entry: Entry) -> Reach:
        """What an entry point leads to, possible calls included."""
        nodes = self._project.calls.reachable(*entry.nodes)
        reads = any(self._reads_record(node) for node in nodes)
        return Reach(
            verifies=reads or any(self._hashes(node) for node in nodes),
            reads_record=reads,
            is_hidden=any(self._is_hidden(node) for node in nodes),
        )

    def exist(self) -> bool:
        """Whether any code of the product, reached or not, has to do with digests or is unknown."""
        for file in self._project.python.readable(Role.PRODUCT):
            blocks = (MODULE, *(function.block for function in file.facts.functions))
            nodes = [Node(file.path, block) for block in blocks]
            if not file.is_known or any(self._hashes(n) or self._reads_record(n) for n in nodes):
                return True
        return False

    def _hashes(self, node: Node) -> bool:
        outside = self._project.calls.outside_calls(node)
        if any(_LIBRARIES.match(item.target) for item in outside):
            return True
        file = self._project.python[node.path]
        return any(self._call_hashes(call, file) for call in self._project.calls.calls(node))

    def _call_hashes(self, call: Call, file: PythonFile) -> bool:
        if any(_KEYWORD.fullmatch(keyword.name) for keyword in call.keywords):
            return True
        given = [part for argument in call.args for part in parts(argument)]
        words = [part.value for part in given if isinstance(part, Literal)]
        if COMPARES.search(" ".join(word for word in words if isinstance(word, str))):
            return True
        if any(_LIBRARIES.match(file.target(part, call.block)) for part in given):
            return True
        if not _NAME.search(call.name.rpartition(".")[2].lower()):
            return False
        # what a function of the repository does is seen in its own code, whatever its name
        found = self._project.modules.resolve(file, call.name, call.block)
        return found is None or found.kind not in {"function", "class"}

    def _reads_record(self, node: Node) -> bool:
        outside = self._project.calls.outside_calls(node)
        if any(_OURS.match(item.target) for item in outside):
            return True
        file = self._project.python[node.path]
        function = next((f for f in file.facts.functions if f.block == node.block), None)
        if function and any(item.name in self._keys for item in function.parameters):
            return True
        return any(
            self._is_key(part) for value in self._values(file, node) for part in parts(value)
        ) or any(
            keyword.name in self._keys
            for call in self._project.calls.calls(node)
            for keyword in call.keywords
        )

    def _is_key(self, part: Expression) -> bool:
        match part:
            case Name(name=name):
                return name.rpartition(".")[2] in self._keys
            case Attribute(name=name):
                return name in self._keys
            case Literal(value=str(text)):
                return text in self._keys
        return False

    def _values(self, file: PythonFile, node: Node) -> Iterator[Expression]:
        """The expressions of one function (or of a module's top level) that facts keep."""
        for call in self._project.calls.calls(node):
            yield from call.args
            yield from (keyword.value for keyword in call.keywords)
            # `cfg["data"]["md5"].lower()`
            if call.receiver is not None:
                yield call.receiver
        if file.path not in self._tests:
            self._tests[file.path] = _by_function(file)
        yield from self._tests[file.path].get(node.block, ())

    def _is_hidden(self, node: Node) -> bool:
        calls = self._project.calls
        return not calls.is_known(node) or any(
            _OPAQUE.search(item.target) for item in calls.outside_calls(node)
        )


def _by_function(file: PythonFile) -> dict[int, list[Expression]]:
    """What is assigned, returned or tested in a file, by the block of the function around it."""
    facts = file.facts
    found: dict[int, list[Expression]] = {}

    def keep(block: int, value: Expression | None) -> None:
        if value is not None:
            function = facts.function_of(block)
            found.setdefault(function.block if function else MODULE, []).append(value)

    for item in facts.assignments:
        keep(item.block, item.value)
    for handed in facts.returns:
        keep(handed.block, handed.value)
    for test in facts.truth_tests:
        keep(test.block, test.tested)
    for block in facts.blocks:
        keep(block.parent if block.parent >= 0 else MODULE, block.test)
    return found
