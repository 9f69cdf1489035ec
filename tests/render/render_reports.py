"""Reports to render: one by hand for the golden files, and a strategy for hostile ones."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

import repro_check
from repro_check.findings import (
    Confidence,
    Edit,
    Finding,
    Fix,
    Location,
    NotChecked,
    Related,
    Report,
    RuleInfo,
    Safety,
    Severity,
    Span,
)
from repro_check.render import FORMATS, Style, render

DATA = Path(__file__).parent / "data"
GOLDEN = DATA / "golden"
HOSTILE = (
    "\x1b[31m",
    "\x1b]52;c;cm0gLXJm\x07",
    "\x9b2J",
    "\u202e",
    "\u2066",
    "\r",
    "\n",
    "\u2028",
    "\x00",
    "\udc80",
    "\ud800",
    "\uffff",
    "::error::owned",
    "\n ::error file=x::owned",
    "##[error]owned",
    "%0A::add-mask::a",
    "]]>",
    "</failure>",
    "<img src=x>",
    "[click](http://evil)",
    "|",
    "`",
    "{0}",
    "e\u0301",
    "種",
    "\t",
    "\u3000",
    " ",
    "a",
)


def make_finding(path="train.py", line=12, column=8, end_column=17, **changes) -> Finding:
    values = {
        "code": "SEED004",
        "name": "falsy-seed-skipped",
        "severity": Severity.WARNING,
        "message": "`if args.seed` is false for 0, so seed 0 is never set",
        "help": "write `if args.seed is not None:`",
        "location": Location(path=path, span=Span(line, column, line, end_column)),
        "source": "    if args.seed:",
        "fingerprint": "0123456789abcdef",
    }
    return Finding(**{**values, **changes})


def make_rule(code="SEED004", **changes) -> RuleInfo:
    values = {
        "name": "falsy-seed-skipped",
        "severity": Severity.WARNING,
        "summary": "A truth test on the seed silently skips seed 0.",
        "help": "`if seed:` is false for 0.",
        "practice": 4,
        "url": f"https://example.org/rules/{code}/",
    }
    return RuleInfo(code=code, **{**values, **changes})


def make_fix(safety=Safety.SAFE, path="train.py") -> Fix:
    place = Location(path=path, span=Span(12, 8, 12, 17))
    return Fix(safety, "compare with None", (Edit(place, "args.seed is not None"),))


def in_cell(cell: int, line: int, column: int, end_column: int) -> Location:
    span = Span(line, column, line, end_column)
    return Location(path="nb.ipynb", cell=cell, span=span)


def sample_report() -> Report:
    config = Location(path="configs/a.yaml", span=Span(3, 7, 3, 11))
    return Report(
        root="/home/you/paper",
        files=41,
        seconds=0.2134,
        stale_baseline=2,
        rules={
            "SEED004": make_rule(),
            "CFG008": make_rule(
                "CFG008", name="seed-missing-from-config", severity=Severity.ERROR, practice=1
            ),
        },
        findings=(
            make_finding(
                related=(Related(config, "the config says null here"),),
                fix=make_fix(),
            ),
            make_finding(
                code="CFG008",
                name="seed-missing-from-config",
                severity=Severity.ERROR,
                confidence=Confidence.LOW,
                message="the config holds no seed",
                location=in_cell(3, 2, 5, 9),
                source="x = 種子e\u0301 + seed\t# é",
                help="add `seed: 42` to the config that the notebook composes, so that a reader "
                "of the config alone knows which numbers to expect",
                fix=make_fix(Safety.UNSAFE),
            ),
            make_finding(
                severity=Severity.INFO,
                message="there is no licence",
                location=Location(path=""),
                source="",
                help="",
            ),
            make_finding("odd\x1b[31m\n::error::.py", message="`\u202e` is 100% :, wrong"),
        ),
        suppressed=(make_finding(line=20),),
        baselined=(make_finding(line=30),),
        not_checked=(
            NotChecked("data/big.yaml", "larger than 20 MB"),
            NotChecked("data/large.yaml", "larger than 20 MB"),
            NotChecked("", "git is not installed", required=True),
        ),
    )


def sample_document(format_name: str) -> str:
    places = {("nb.ipynb", 3): Span(57, 12, 57, 16)}
    return render(
        sample_report(),
        format_name,
        Style(width=80, statistics=True),
        physical=lambda place: places.get((place.path, place.cell), place.span),
    )


def golden(format_name: str) -> str:
    text = (GOLDEN / f"{format_name}.txt").read_text(encoding="utf-8")
    return text.replace("{version}", repro_check.__version__)


texts = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=4)), max_size=6).map("".join)
paths = st.one_of(st.sampled_from(["", "train.py", "a b/ü:c,d%.py"]), texts)
numbers = st.integers(1, 300)


@st.composite
def spans(draw) -> Span:
    line, column = draw(numbers), draw(numbers)
    height, width = draw(st.integers(0, 3)), draw(st.integers(0, 200))
    return Span(line, column, line + height, width + 1 if height else column + width)


locations = st.builds(
    Location,
    path=paths,
    cell=st.one_of(st.none(), numbers),
    span=st.one_of(st.none(), spans()),
)
edits = st.builds(Edit, locations, texts)
fixes = st.builds(
    Fix, st.sampled_from(Safety), texts, st.lists(edits, min_size=1, max_size=3).map(tuple)
)
findings = st.builds(
    Finding,
    message=texts,
    location=locations,
    help=texts,
    severity=st.one_of(st.none(), st.sampled_from(Severity)),
    confidence=st.sampled_from(Confidence),
    related=st.lists(st.builds(Related, locations, texts), max_size=2).map(tuple),
    fix=st.one_of(st.none(), fixes),
    code=st.sampled_from(["SEED004", "CFG008", "LAB001"]),
    name=st.sampled_from(["falsy-seed-skipped", ""]),
    fingerprint=st.sampled_from(["", "0123456789abcdef"]),
    source=texts,
)
rules = st.fixed_dictionaries(
    {},
    optional={
        code: st.builds(
            make_rule, st.just(code), summary=texts, help=texts, url=st.one_of(st.just(""), texts)
        )
        for code in ("SEED004", "CFG008")
    },
)
reports = st.builds(
    Report,
    root=texts,
    findings=st.lists(findings, max_size=3).map(tuple),
    suppressed=st.lists(findings, max_size=1).map(tuple),
    baselined=st.lists(findings, max_size=1).map(tuple),
    not_checked=st.lists(st.builds(NotChecked, paths, texts, st.booleans()), max_size=3).map(tuple),
    stale_baseline=st.integers(0, 2),
    files=st.integers(0, 3),
    seconds=st.floats(0, 1e4),
    rules=rules,
)
styles = st.builds(
    Style,
    color=st.booleans(),
    links=st.booleans(),
    width=st.integers(1, 120),
    statistics=st.booleans(),
    footer=st.booleans(),
)


if __name__ == "__main__":
    for name in FORMATS:
        text = sample_document(name).replace(f'"{repro_check.__version__}"', '"{version}"')
        (GOLDEN / f"{name}.txt").write_text(text, encoding="utf-8", newline="\n")
