"""CFG002."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from repro_check.findings import Finding, Severity, Span
from repro_check.project.configs import is_experiment_config, is_tool_config
from repro_check.project.files import ConfigFile
from repro_check.project.project import Project
from repro_check.rules.rule import Stage, rule
from repro_check.sources.config import ConfigFacts, read_json, read_toml, read_yaml
from repro_check.sources.discovery import SourceFile
from repro_check.sources.kinds import Kind, Role
from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

_READERS: dict[Kind, Callable[[bytes], ConfigFacts]] = {
    Kind.YAML: read_yaml,
    Kind.TOML: read_toml,
    Kind.JSON: read_json,
}
_PLACE = pattern(r"line (\d+): (.+)")
# limits of this program and dialects of other readers, which say nothing against the config
_NO_ERROR = pattern(
    r"limit of|more than|too deeply|too long|template|null byte|comments|is no TOML$"
)
_CUSTOM_TAG = pattern(r"(?:^|[\s\[{,])![\w!<]")
_LARGEST_JSON = 1_000_000


@rule(
    "CFG002",
    severity=Severity.ERROR,
    on=Project,
    practice=1,
    stage=Stage.REPOSITORY,
    is_default=False,
)
def config_parse_error(project: Project) -> Iterator[Finding]:
    """A config cannot be parsed, or gives one key twice.

    An experiment whose config is broken cannot be run at all. Of a key that is given twice PyYAML and `json`
    silently keep the last value (https://github.com/yaml/pyyaml/issues/165), and OmegaConf and Hydra
    refuse the file, so that readers and programs disagree on what was run. Templates, streams of several
    documents, custom tags and JSON with comments have readers of their own and are left alone.

    Bad:
        # file: configs/train.yaml
        lr: 0.1
        batch_size: 32
        lr: 0.01

    Good:
        # file: configs/train.yaml
        lr: 0.01
        batch_size: 32

    Not this rule:
        # file: configs/train.yaml
        name: first
        ---
        name: second
        # file: configs/loss.yaml
        base: &base
          lr: 0.1
        deep:
          <<: *base
          lr: 0.01
    """
    for path in project.configs.paths:
        file = project.tree.get(path)
        if file is None or file.role is not Role.PRODUCT or is_tool_config(path):
            continue
        config = project.configs.get(path)
        if config is not None and not config.facts.duplicates:
            continue
        if not _is_config(project, file):
            continue
        if config is None:
            yield from _broken(project, file)
        elif config.facts.documents <= 1 and not _has_tags(project, config):
            yield from _doubled(config)


def _is_config(project: Project, file: SourceFile) -> bool:
    """Whether a file is a config; what `.json` is often something else (Jsonnet, lines of records)."""
    subject = ConfigFile(file, ConfigFacts("", ()))
    if file.kind is not Kind.JSON and is_experiment_config(subject):
        return True
    return bool(project.experiments.loaders.of(file.path).sure)


def _broken(project: Project, file: SourceFile) -> Iterator[Finding]:
    text = project.text(file)
    if text is None or (file.kind is Kind.JSON and len(text) > _LARGEST_JSON):
        return
    try:
        _READERS[file.kind](text.encode("utf-8", errors="replace"))
    except Unreadable as error:
        found = _PLACE.match(error.reason)
        if _NO_ERROR.search(error.reason):
            return
        line = int(found[1]) if found else 1
        what = found[2] if found else error.reason
        yield ConfigFile(file, ConfigFacts("", ())).finding(
            Span(line, 1, line, 1),
            f"this config is no {file.kind.value.upper()}, so its experiment cannot be run: {what}",
            help="Mend the syntax here or in the lines above.",
        )


def _doubled(config: ConfigFile) -> Iterator[Finding]:
    facts = config.facts
    doubled = set(facts.duplicates)
    first: dict[tuple[str | int, ...], Span] = {}
    for entry in facts.entries:
        if entry.key_span is None:
            continue
        if entry.key_span not in doubled:
            first.setdefault(entry.keys, entry.key_span)
            continue
        doubled.discard(entry.key_span)  # an alias may repeat it elsewhere
        before = first.get(entry.keys)
        yield config.finding(
            entry.key_span,
            (
                f"`{'.'.join(map(str, entry.keys))}` is given twice: PyYAML takes this value and OmegaConf "
                "refuses the file"
                if facts.format == "yaml"
                else f"`{'.'.join(map(str, entry.keys))}` is given twice, and the last value silently wins"
            ),
            help="Keep the value that you used.",
            related=[config.related(before, "first given here")] if before else [],
        )


def _has_tags(project: Project, config: ConfigFile) -> bool:
    """Whether tags of its own may give a YAML file another meaning."""
    text = project.text(config.file) if config.facts.format == "yaml" else ""
    return text is None or _CUSTOM_TAG.search(text) is not None
