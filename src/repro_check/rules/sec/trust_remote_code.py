"""SEC004."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.sources.expressions import Literal
from repro_check.sources.python import Call
from repro_check.text import pattern

_LOADER = pattern(
    r"(^|\.)(from_pretrained|load_dataset|load_metric|pipeline|from_config|SentenceTransformer|"
    r"load_dataset_builder|LLM|HFLM|evaluate\.load)$"
)
_ID = pattern(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_COMMIT = pattern(r"[0-9a-f]{7,40}")


@rule(
    "SEC004",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=10,
    is_default=False,
    words=("trust_remote_code",),
)
def trust_remote_code(file: PythonFile, project: Project) -> Iterator[Finding]:
    """Code of somebody else's repository on a hub is run at whatever its owner uploaded last.

    `trust_remote_code=True` downloads Python files and runs them. Without a commit the next reader runs other
    code than the results came from, and code that nobody has read (huggingface.co/docs/transformers,
    "Custom models": "we recommend specifying a revision"). Ids that are folders of this repository, and ids
    that are put together at run time, are not asked.

    Bad:
        from transformers import AutoModel

        model = AutoModel.from_pretrained("mosaicml/mpt-7b", trust_remote_code=True)

    Good:
        from transformers import AutoModel

        model = AutoModel.from_pretrained(
            "mosaicml/mpt-7b", trust_remote_code=True, revision="{random hex 40}"
        )

    Not this rule:
        from transformers import AutoModel

        mine = AutoModel.from_pretrained("./model", trust_remote_code=True)

        def load(name, code_revision):
            return AutoModel.from_pretrained(name, trust_remote_code=True, revision=code_revision)
    """
    for call in file.facts.calls:
        trusted = call.keyword("trust_remote_code")
        if trusted is None or call.unpacks or not _LOADER.search(call.target or call.name):
            continue
        name = _id(file, call)
        if not _is_true(file, trusted, call) or not name or _is_here(project, file, name):
            continue
        given = call.keyword("code_revision") or call.keyword("revision")
        revision = file.constants.text(given, call.block) if given is not None else ""
        if revision is None or _COMMIT.fullmatch(revision):
            continue
        how = f"at `{revision}`, which can move" if revision else "without a revision"
        yield file.finding(
            trusted.span,
            f"code of `{name}` on the hub is run {how}, so it may be other code tomorrow",
            help='Read that code, then write `revision="<commit>"` (its hash stands on the hub\'s page).',
        )


def _id(file: PythonFile, call: Call) -> str:
    """The literal id of a repository on the hub, "" if it is none."""
    names = ("pretrained_model_name_or_path", "path", "model", "model_name_or_path")
    given = [*call.args[:2], *(each.value for each in call.keywords if each.name in names)]
    texts = (file.constants.text(each, call.block) for each in given)
    return next((text for text in texts if text and _ID.fullmatch(text) and "/" in text), "")


def _is_true(file: PythonFile, given: object, call: Call) -> bool:
    found = file.constants.literal(given, call.block)  # type: ignore[arg-type]
    return isinstance(found, Literal) and found.value is True


def _is_here(project: Project, file: PythonFile, name: str) -> bool:
    folder = file.path.rpartition("/")[0]
    places = {name, f"{folder}/{name}".lstrip("/")}
    return any(place in project.tree or any(project.tree.below(place)) for place in places)
