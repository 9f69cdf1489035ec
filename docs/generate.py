"""Everything in the documentation that the code knows already, made from the code.

MkDocs runs this file as a hook (`hooks:` in mkdocs.yml): it adds a page for each rule and fills the
tables that `<!-- settings -->`, `<!-- hooks -->` and `<!-- practices -->` stand for. Run as a
program, it brings the table of rules in README.md up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from repro_check.rules.registry import load_rules
from repro_check.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

    from repro_check.rules.rule import Rule

ROOT = Path(__file__).resolve().parents[1]
README_MARKERS = ("<!-- rules -->", "<!-- /rules -->")

PRACTICES = (
    "Configurations in files",
    "Checkpoints",
    "Logging",
    "Seeds",
    "Version control",
    "Data",
    "Notebooks",
    "Results with error bars",
    "Dependencies",
    "Open source",
    "Another machine",
)

_SECTIONS = {"Bad:": "Found", "Good:": "Fine", "Not this rule:": "Not meant by this rule"}
_LANGUAGES = {
    ".py": "python",
    ".ipynb": "json",
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".sh": "bash",
    ".md": "markdown",
}


class Snippet(msgspec.Struct, frozen=True):
    """A file of an example; `path` is "" where the example names none."""

    path: str
    lines: tuple[str, ...]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the rules into the navigation, by family."""
    rules = load_rules()
    families = sorted({rule.family for rule in rules})
    pages: list[object] = [{"All rules": "rules/index.md"}]
    for family in families:
        own = [rule for rule in rules if rule.family == family]
        pages.append({family: [{f"{rule.code} {rule.name}": page_path(rule)} for rule in own]})
    if config.nav is not None:
        config.nav.append({"Rules": pages})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each rule and one for all of them."""
    from mkdocs.structure.files import File

    rules = load_rules()
    pages = {"rules/index.md": index_page(rules)} | {
        page_path(rule): rule_page(rule) for rule in rules
    }
    for path, content in pages.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:  # noqa: ARG001
    """Fill the marked places."""
    tables = {
        "<!-- settings -->": settings_table,
        "<!-- hooks -->": hooks_table,
        "<!-- practices -->": practices_list,
    }
    for mark, table in tables.items():
        if mark in markdown:
            markdown = markdown.replace(mark, table())
    return markdown


def page_path(rule: Rule) -> str:
    """Where the page of a rule lies below docs/; its address is `rule.url`."""
    return f"rules/{rule.family.lower()}/{rule.name}.md"


def rule_page(rule: Rule) -> str:
    """The page of a rule, from its docstring."""
    text, examples = split_document(rule.document)
    fix = {"safe": "yes (`--fix`)", "unsafe": "yes, unsafe (`--unsafe-fixes`)"}.get(
        rule.fixes, "no"
    )
    facts = _table(
        ("Severity", "Runs on", "On by default", "Fix", "Practice"),
        [
            (
                rule.severity.label,
                rule.stage.value,
                "yes" if rule.is_default else "no",
                fix,
                practice(rule),
            )
        ],
    )
    parts = [f"# {rule.code} {rule.name}", *text, facts]
    shown = ""
    for title, snippets in examples:
        if title != shown:
            parts.append(f"## {title}")
        elif len(snippets) > 1:
            parts.append("---")
        shown = title
        parts += [_fenced(snippet) for snippet in snippets]
    parts.append("## Set aside\nWhere it is wrong about your code, say so in the line above:")
    parts.append(f"```python\n# repro-check: ignore[{rule.code}] -- the reason\n```")
    return "\n\n".join(parts) + "\n"


def index_page(rules: Sequence[Rule]) -> str:
    """All rules by practice, each with a link to its page."""
    links = {
        rule.code: f"[{rule.code}]({page_path(rule).removeprefix('rules/')})" for rule in rules
    }
    words = "`repro-check rule CODE` prints the same pages. Rules that are off run when selected."
    return f"# Rules\n\n{words}\n\n{rules_table(rules, links)}\n"


def rules_table(rules: Sequence[Rule], links: Mapping[str, str]) -> str:
    """All rules by practice; `links` says how to write a code that is more than text."""
    rows = [
        (
            practice(rule),
            links.get(rule.code, rule.code),
            rule.name,
            rule.severity.label + ("" if rule.is_default else " (off)"),
            rule.stage.value,
            rule.summary,
        )
        for rule in sorted(rules, key=lambda rule: (rule.practice, rule.code))
    ]
    return _table(("Practice", "Code", "Name", "Severity", "Runs on", "What it finds"), rows)


def readme_table(rules: Sequence[Rule]) -> str:
    """The table as it stands between the markers of README.md."""
    return rules_table(rules, {})


def with_table(readme: str, table: str) -> str:
    """The text of README.md with this table between its markers."""
    start, end = README_MARKERS
    before, _, rest = readme.partition(start)
    _, _, after = rest.partition(end)
    return f"{before}{start}\n{table}\n{end}{after}"


def practice(rule: Rule) -> str:
    """The number and the name of the practice that a rule guards."""
    return f"{rule.practice}. {PRACTICES[rule.practice - 1]}"


def practices_list() -> str:
    """The eleven practices as a numbered list."""
    return "\n".join(f"{number}. {name}" for number, name in enumerate(PRACTICES, start=1))


def settings_table() -> str:
    """All settings with type, default and meaning, from the model that reads them."""
    schema = msgspec.json.schema(Settings)["$defs"]["Settings"]["properties"]
    rows = []
    for field in msgspec.structs.fields(Settings):
        default = (
            field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        )
        shown = msgspec.json.encode(default).decode().replace('","', '", "')
        shown = "inferred" if default is None else f"`{shown}`"
        rows.append((f"`{field.encode_name}`", shown, schema[field.encode_name]["description"]))
    return _table(("Key", "Default", "Meaning"), rows)


def hooks_table() -> str:
    """The hooks that .pre-commit-hooks.yaml offers."""
    import yaml

    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    rows = [
        (f"`{hook['id']}`", f"`{hook['entry']}`", ", ".join(hook["stages"]), hook["description"])
        for hook in hooks
    ]
    return _table(("Hook", "Command", "Stages", "What it does"), rows)


def split_document(document: str) -> tuple[list[str], list[tuple[str, list[Snippet]]]]:
    """A rule's docstring as paragraphs of text and titled examples."""
    text: list[str] = []
    examples: list[tuple[str, list[str]]] = []
    for line in document.splitlines():
        if line in _SECTIONS:
            examples.append((_SECTIONS[line], []))
        elif examples:
            examples[-1][1].append(line.removeprefix("    "))
        else:
            text.append(line)
    paragraphs = "\n".join(text).strip().split("\n\n")
    return paragraphs, [(title, list(_files(lines))) for title, lines in examples]


def _files(lines: Iterable[str]) -> Iterator[Snippet]:
    path = ""
    own: list[str] = []
    for line in lines:
        if line.startswith("# file: "):
            if any(own):
                yield Snippet(path, tuple(own))
            path, own = line.removeprefix("# file: ").strip(), []
        else:
            own.append(line)
    if any(own) or path:
        yield Snippet(path, tuple(own))


def _fenced(snippet: Snippet) -> str:
    language = _LANGUAGES.get(Path(snippet.path).suffix, "text") if snippet.path else "python"
    title = f' title="{snippet.path}"' if snippet.path else ""
    code = "\n".join(snippet.lines).strip("\n")
    # four backticks: the example may be Markdown with a fence of its own
    return f"````{language}{title}\n{code}\n````"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )


def main() -> int:
    """Bring the table of rules in README.md up to date; 1 if it had to be changed."""
    readme = ROOT / "README.md"
    old = readme.read_text("utf-8")
    new = with_table(old, readme_table(load_rules()))
    if new != old:
        readme.write_text(new, "utf-8")
    sys.stdout.write("README.md is changed\n" if new != old else "README.md is up to date\n")
    return int(new != old)


if __name__ == "__main__":
    sys.exit(main())
