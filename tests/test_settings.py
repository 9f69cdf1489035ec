from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_check.errors import SettingsError, UsageError
from repro_check.findings import Confidence, Severity
from repro_check.settings import Settings, load_settings, override, parse_toml, settings_schema
from repro_check.settings.positions import locate
from repro_check.settings.schema import schema_text

SCHEMA_FILE = Path(__file__).parent.parent / "src/repro_check/settings/settings.schema.json"

FULL = """\
select = ["SEED", "data-mismatch"]
extend-select = ["LAB001"]
ignore = ["PORT001"]
exclude = ["third_party/"]
profile = "release"
fail-on = "never"
min-severity = "warning"
fail-confidence = "low"
baseline = "ci/baseline.txt"
cache = false
max-file-size = 1
max-staged-size = 5_000
notebook-folders = ["nb"]
entry-points = ["scripts/run.py"]
library = true
seeders = ["mylib.rng.seed_all"]
data-budget = 1_000
data = [{ name = "digits", path = "data/digits", digest = "md5:0123" }]

[per-file-ignores]
"tests/**" = ["SEED"]

[smoke]
entry = "predict:predict"
input = { shape = [1, 8], seed = 0 }

[[rules]]
code = "LAB001"
name = "model-card-missing"
severity = "error"
message = "There is no model card."
help = "Write MODEL_CARD.md."
file-exists = "MODEL_CARD.md"

[[rules]]
code = "LAB002"
name = "team-missing"
message = "The config names no team."
key-present = "team.name"
file = "configs/base.yaml"

[[rules]]
code = "LAB003"
name = "old-loader"
message = "The old loader shuffles."
pattern-absent = 'old_loader\\('
files = ["src/**/*.py"]
"""


def load(root: Path, text: str, name: str = "repro-check.toml") -> Settings:
    (root / name).write_text(text, encoding="utf-8")
    return load_settings(root, root).settings


def error(root: Path, text: str, name: str = "repro-check.toml") -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load(root, text, name)
    return caught.value


# Finding the file


def test_no_settings_file_gives_the_defaults(tmp_path: Path) -> None:
    loaded = load_settings(tmp_path, tmp_path)
    assert (loaded.settings, loaded.path, loaded.where("select")) == (Settings(), None, "")


def test_every_key_is_read(tmp_path: Path) -> None:
    settings = load(tmp_path, FULL)
    assert settings.per_file_ignores == {"tests/**": ("SEED",)}
    assert settings.smoke == ({"entry": "predict:predict", "input": {"shape": [1, 8], "seed": 0}},)
    assert [rule.severity for rule in settings.rules] == ["error", "warning", "warning"]
    assert settings.data[0].digest == "md5:0123"
    assert settings.library is True
    unread = [
        field
        for field in Settings.__struct_fields__
        if getattr(settings, field) == getattr(Settings(), field)
    ]
    assert unread == []


def test_the_table_in_pyproject_is_read(tmp_path: Path) -> None:
    text = '[project]\nname = "x"\n[tool.repro-check]\nselect = ["SEED"]\n'
    assert load(tmp_path, text, "pyproject.toml").select == ("SEED",)


def test_the_own_file_wins_over_pyproject_in_the_same_folder(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.repro-check]\nselect = ["A"]\n')
    assert load(tmp_path, 'select = ["B"]\n').select == ("B",)


@pytest.mark.parametrize(
    "nearer",
    [
        '[project]\nname = "member"\n',
        '[project]\ndependencies = ["repro-check-hooks"]\n',
        '[tool]\nother = "repro-check"\n',
        'tool = "repro-check"\n',
        "this is = = not TOML\n",
    ],
)
def test_a_pyproject_without_our_table_is_passed_by(tmp_path: Path, nearer: str) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.repro-check]\nselect = ["ROOT"]\n')
    member = tmp_path / "packages" / "member"
    member.mkdir(parents=True)
    (member / "pyproject.toml").write_text(nearer)
    loaded = load_settings(member, tmp_path)
    assert loaded.settings.select == ("ROOT",)
    assert loaded.path == tmp_path / "pyproject.toml"


def test_the_nearest_file_wins_and_its_error_names_it_from_the_root(tmp_path: Path) -> None:
    (tmp_path / "repro-check.toml").write_text('select = ["ROOT"]\n')
    member = tmp_path / "member"
    member.mkdir()
    (member / "repro-check.toml").write_text('select = ["NEAR"]\n')
    (member / "train.py").write_text("")
    loaded = load_settings(member / "train.py", tmp_path)
    assert loaded.settings.select == ("NEAR",)
    assert loaded.where("select") == "member/repro-check.toml:1"


def test_the_search_stops_at_the_root(tmp_path: Path) -> None:
    (tmp_path / "repro-check.toml").write_text('select = ["OUTSIDE"]\n')
    root = tmp_path / "repository"
    (root / "src").mkdir(parents=True)
    assert load_settings(root / "src", root).settings == Settings()


def test_a_start_outside_the_root_gets_the_settings_of_the_root(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "repro-check.toml").write_text('select = ["OUTSIDE"]\n')
    (root / "repro-check.toml").write_text('select = ["ROOT"]\n')
    assert load_settings(outside, root).settings.select == ("ROOT",)


def test_a_link_that_leaves_the_root_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "elsewhere.toml").write_text('select = ["OUTSIDE"]\n')
    (root / "repro-check.toml").symlink_to(tmp_path / "elsewhere.toml")
    with pytest.raises(SettingsError, match="leads out of the repository"):
        load_settings(root, root)


def test_a_named_file_is_read_instead_of_the_found_one(tmp_path: Path) -> None:
    (tmp_path / "repro-check.toml").write_text('select = ["FOUND"]\n')
    strict = tmp_path / "ci" / "strict.toml"
    strict.parent.mkdir()
    strict.write_text('select = ["NAMED"]\n')
    assert load_settings(tmp_path, tmp_path, config=strict).settings.select == ("NAMED",)


def test_isolated_reads_no_file(tmp_path: Path) -> None:
    (tmp_path / "repro-check.toml").write_text("broken = = \n")
    assert load_settings(tmp_path, tmp_path, isolated=True).settings == Settings()


def test_a_named_file_and_isolated_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--isolated"):
        load_settings(tmp_path, tmp_path, config=tmp_path / "x.toml", isolated=True)


def test_a_named_pyproject_without_our_table_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text('[project]\nname = "x"\n')
    with pytest.raises(SettingsError, match=r"has no `\[tool.repro-check\]` table"):
        load_settings(tmp_path, tmp_path, config=path)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "repro-check.toml").write_bytes(b'\xef\xbb\xbfselect = ["SEED"]\r\nprofle = 1\r\n')
    with pytest.raises(SettingsError, match=r"repro-check\.toml:2: unknown key `profle`"):
        load_settings(tmp_path, tmp_path)


# Files that cannot be read


def test_a_missing_named_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read the settings file: No such file"):
        load_settings(tmp_path, tmp_path, config=tmp_path / "none.toml")


def test_a_folder_given_as_settings_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read the settings file"):
        load_settings(tmp_path, tmp_path, config=tmp_path)


def test_a_file_that_is_not_utf_8_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "repro-check.toml").write_bytes(b'select = []\nbaseline = "b\xe9"\n')
    with pytest.raises(SettingsError, match=r"repro-check\.toml:2: .* not UTF-8"):
        load_settings(tmp_path, tmp_path)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    assert "more than 1,000,000 bytes" in error(tmp_path, "#" * 1_000_001).what


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("select = = 3\n", "repro-check.toml:1:10"),
        ('select = []\ncache = "no\n', "repro-check.toml:2:12"),
        ("select = [", "repro-check.toml:1:11"),
        ("cache = true\ncache = false\n", "repro-check.toml:2:14"),
    ],
)
def test_a_syntax_error_names_file_line_and_column(tmp_path: Path, text: str, where: str) -> None:
    found = error(tmp_path, text)
    assert (found.where, found.what[:15]) == (where, "not valid TOML:")


@pytest.mark.parametrize(
    "text", ["x = " + "[" * 20_000, "x = " + "{a=" * 20_000, "cache = " + "9" * 6_000]
)
def test_hostile_toml_gives_a_message_and_no_crash(tmp_path: Path, text: str) -> None:
    assert error(tmp_path, text).where.startswith("repro-check.toml")


# Faults in the table


@pytest.mark.parametrize(
    ("text", "where", "what", "fix"),
    [
        ("\nper_file_ignores = {}\n", 2, "unknown key `per_file_ignores`", "`per-file-ignores`"),
        ("Select = []\n", 1, "unknown key `Select`", "did you mean `select`?"),
        ("frobnicate = 1\n", 1, "unknown key `frobnicate`", "the keys are `baseline`, `cache`"),
        ("[tool.repro-check]\n", 1, "unknown key `tool`", "stand at the top level"),
        ('"\\u001b[2J" = 1\n', 1, r"unknown key `'\x1b[2J'`", "the keys are"),
        (
            '[[data]]\nname = "a"\npath = "b"\ndigset = "c"\n',
            4,
            "unknown key `digset` in `data[0]`",
            "did you mean `digest`?",
        ),
        (
            'selct = []\n[[rules]]\nmesage = "x"\n',
            1,
            "unknown key `selct`",
            "did you mean `select`?",
        ),
        ('[[data]]\nname = "a"\n', 1, "`data[0]` lacks the key `path`", "`path`:"),
        (
            'select = "SEED"\n',
            1,
            "`select` is a string, but it must be a list",
            "write `select = [...]`",
        ),
        ("ignore = [1]\n", 1, "`ignore[0]` is a whole number, but it must be a string", "`ignore`"),
        ('cache = "no"\n', 1, "`cache` is a string, but it must be true or false", "`cache`"),
        ("library = 1\n", 1, "`library` is a whole number, but it must be true or false", ""),
        ("max-file-size = 0\n", 1, "`max-file-size` must be a whole number >= 1", "(bytes)"),
        ("max-file-size = 1.5\n", 1, "is a number with a fraction, but it must be a whole", ""),
        ("max-file-size = true\n", 1, "is true or false, but it must be a whole number", ""),
        ("baseline = 2020-01-01\n", 1, "`baseline` is a date, but it must be a string", ""),
        ('profile = "relase"\n', 1, "`profile` is `relase`, but", "did you mean `release`?"),
        ('fail-on = "x"\n', 1, "one of `error`, `warning`, `info`, `never`", "`fail-on`:"),
        ("data = { name = 1 }\n", 1, "must be a list", "`[[data]]`, with two brackets"),
        ("smoke = 3\n", 1, "`smoke` is a whole number", "`smoke`:"),
        ("smoke = [3]\n", 1, "`smoke[0]` is a whole number, but it must be a table", ""),
        (
            '[per-file-ignores]\n"a.py" = ["X"]\n"b.py" = "Y"\n',
            3,
            "`per-file-ignores.b.py` is a string, but it must be a list",
            "",
        ),
        (
            '[per-file-ignores]\n"a.py" = ["X"]\n"b.py" = ["Y", 1]\n',
            3,
            "`per-file-ignores.b.py[1]` is a whole number",
            "",
        ),
        ('baseline = "../../.bashrc"\n', 1, "leads out of the repository", "a path inside it"),
        ('baseline = "/etc/passwd"\n', 1, "leads out of the repository", ""),
        ("baseline = 'C:\\x.txt'\n", 1, "leads out of the repository", ""),
        ("baseline = '..\\x.txt'\n", 1, "leads out of the repository", ""),
    ],
)
def test_a_fault_names_its_line_and_a_remedy(
    tmp_path: Path, text: str, where: int, what: str, fix: str
) -> None:
    found = error(tmp_path, text)
    assert found.where == f"repro-check.toml:{where}"
    assert what in found.what
    assert fix in found.fix
    assert found.fix


def test_a_fault_in_pyproject_is_placed_in_our_table(tmp_path: Path) -> None:
    text = '[tool.other]\nignor = []\n\n[tool.repro-check]\nselect = []\nignor = ["X"]\n'
    found = error(tmp_path, text, "pyproject.toml")
    assert found.where == "pyproject.toml:6"
    assert found.what == "unknown key `ignor` in `tool.repro-check`"


def test_our_table_must_be_a_table(tmp_path: Path) -> None:
    assert error(tmp_path, "tool.repro-check = true\n", "pyproject.toml").fix.startswith("write")


RULE = '[[rules]]\ncode = "LAB001"\nname = "a-b"\nmessage = "m"\n'


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        ("", "exactly one of"),
        ('file-exists = "a"\npattern-absent = "b"\n', "has `file-exists` and `pattern-absent`"),
        ('key-present = "a"\n', "`key-present` and `file` belong together"),
        ('file-exists = "a"\nfile = "b"\n', "`key-present` and `file` belong together"),
        ('file-exists = "a"\nfiles = ["b"]\n', "`files` belongs to `pattern-absent`"),
        ('pattern-absent = "("\n', "not a regular expression"),
        ('pattern-absent = "a{99999999999999999999}"\n', "not a regular expression"),
        ('file-exists = "a"\nseverity = "fatal"\n', "`rules[0].severity` is `fatal`"),
    ],
)
def test_a_declared_rule_needs_one_sound_condition(
    tmp_path: Path, condition: str, what: str
) -> None:
    assert what in error(tmp_path, RULE + condition).what


@pytest.mark.parametrize(("key", "value"), [("code", "lab1"), ("name", "Not_Kebab")])
def test_a_declared_rule_has_a_code_and_a_kebab_name(tmp_path: Path, key: str, value: str) -> None:
    text = f'{RULE}file-exists = "a"\n'.replace(
        '"LAB001"' if key == "code" else '"a-b"', f'"{value}"'
    )
    assert f"`rules[0].{key}` must be a string matching" in error(tmp_path, text).what


def test_several_smoke_tables_are_kept_as_they_are(tmp_path: Path) -> None:
    settings = load(tmp_path, '[[smoke]]\nname = "a"\n[[smoke]]\nunknown-key = 1979-05-27\n')
    assert [sorted(table) for table in settings.smoke] == [["name"], ["unknown-key"]]


# Places


@pytest.mark.parametrize(
    ("text", "keys", "line"),
    [
        ("a = 1\nb = 2\n", ("b",), 2),
        ("a = 1\n", ("absent",), 1),
        ("[t]\na = 1\n[u]\na = 2\n", ("u", "a"), 4),
        ("[t]\na = 1\n[u]\nb = 2\n", ("u", "a"), 3),
        ("x = [\n  [1],\n]\na = 1\n", ("a",), 4),
        ("x = '''\na = 1\n'''\na = 2\n", ("a",), 4),
        ('x = """\na = \\"""\n[b]\n"""\na = 2\n', ("a",), 5),
        ('# a = "\na = 1 # "\nb = 2\n', ("b",), 3),
        ("[[r]]\nc = 1\n[[r]]\nc = 2\n", ("r", 1, "c"), 4),
        ("[[r]]\nc = 1\n[r.s]\nd = 2\n[[r]]\n[r.s]\nd = 3\n", ("r", 1, "s", "d"), 7),
        ("[ t . 'u' ]\n \"v w\" . x = 1\n", ("t", "u", "v w", "x"), 2),
        ("t.u.v = 1\nt.u.w = 2\n", ("t", "u", "w"), 2),
        ("x = { a = 1, b = 2 }\n", ("x", "b"), 1),
        ("y = 1\nx = [\n  1,\n  2,\n]\n", ("x", 1), 2),
        ('x = ["]", "[", \'"\']\na = 1\n', ("a",), 2),
        ("a = 1\r\n\r\nb = 2\r\n", ("b",), 3),
    ],
)
def test_a_key_is_located_by_line(text: str, keys: tuple[str | int, ...], line: int) -> None:
    parse_toml(text, "sample.toml")
    assert locate(text, keys) == line


@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True),
        st.one_of(
            st.integers(0, 9),
            st.text("ab\"'\\#[]{}=\n ", max_size=12),
            st.lists(st.text('ab"[]#,= ', max_size=5), max_size=3),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_each_key_of_any_document_is_located(values: dict[str, object]) -> None:
    lines, expected = list[str](), dict[str, int]()
    for key, value in values.items():
        expected[key] = len(lines) + 1
        lines += f"{key} = {json.dumps(value)} # = [".split("\n")
    text = "\n".join(lines) + "\n"
    assert parse_toml(text, "t") == values
    assert {key: locate(text, (key,)) for key in values} == expected


# What the command line says


def test_the_command_line_wins_and_lists_add_up() -> None:
    settings = Settings(
        extend_select=("A",), ignore=("B",), exclude=("c",), per_file_ignores={"d": ("E",)}
    )
    changed = override(
        settings,
        extend_select=["F"],
        ignore=["G"],
        exclude=["h"],
        per_file_ignores={"d": ["I"], "j": ["K"]},
        profile="draft",
        cache=False,
    )
    assert changed.extend_select == ("A", "F")
    assert changed.ignore == ("B", "G")
    assert changed.exclude == ("c", "h")
    assert changed.per_file_ignores == {"d": ("E", "I"), "j": ("K",)}
    assert (changed.profile, changed.cache) == ("draft", False)


def test_nothing_given_changes_nothing() -> None:
    settings = Settings(select=("A",), cache=False)
    assert override(settings) == settings


def test_a_given_selection_replaces_the_whole_selection_of_the_file() -> None:
    changed = override(Settings(select=("A",), extend_select=("B",)), select=["C"])
    assert (changed.select, changed.extend_select) == (("C",), ())


def test_an_overridden_copy_leaves_the_original_alone() -> None:
    settings = Settings(per_file_ignores={"a": ("B",)})
    override(settings, per_file_ignores={"a": ["C"]})
    assert settings.per_file_ignores == {"a": ("B",)}


def test_thresholds_are_given_in_the_words_of_findings() -> None:
    settings = Settings(fail_on="error", min_severity="warning", fail_confidence="high")
    assert settings.fail_severity is Severity.ERROR
    assert settings.shown_severity is Severity.WARNING
    assert settings.failing_confidence is Confidence.HIGH
    assert Settings(fail_on="never").fail_severity is None


# The schema


def test_the_committed_schema_is_current() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "write schema_text() to it"


def test_the_schema_is_itself_valid_and_describes_every_key() -> None:
    schema = settings_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    undescribed = [
        (name, key)
        for name, definition in schema["$defs"].items()
        for key, described in definition["properties"].items()
        if not described.get("description")
    ]
    assert undescribed == []


def accepted_by_schema(text: str) -> bool:
    validator = jsonschema.Draft202012Validator(settings_schema())
    return bool(validator.is_valid(parse_toml(text, "sample.toml")))


@pytest.mark.parametrize(
    "text", ["", FULL, "[[smoke]]\na = 1\n[[smoke]]\nb = 2\n", f'{RULE}pattern-absent = "x"\n']
)
def test_the_schema_and_the_loader_accept_the_same_good_documents(
    tmp_path: Path, text: str
) -> None:
    load(tmp_path, text)
    assert accepted_by_schema(text)


@pytest.mark.parametrize(
    "text",
    [
        "per_file_ignores = {}",
        'select = "SEED"',
        "cache = 1",
        'profile = "final"',
        "max-file-size = 0",
        "smoke = 3",
        'baseline = ""',
        '[[data]]\nname = "a"',
        RULE,
        f'{RULE}file-exists = "a"\npattern-absent = "b"\n',
        f'{RULE}key-present = "a"\n',
        f'{RULE}file-exists = "a"\nfile = "b"\n',
        f'{RULE}file-exists = "a"\nfiles = ["b"]\n',
    ],
)
def test_the_schema_and_the_loader_refuse_the_same_bad_documents(tmp_path: Path, text: str) -> None:
    error(tmp_path, text)
    assert not accepted_by_schema(text)


# Cost


def test_reading_settings_imports_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "repro-check.toml").write_text('select = ["SEED"]\n')
    code = (
        "import sys; from pathlib import Path; from repro_check.settings import load_settings\n"
        "early = set(sys.modules); load_settings(Path(sys.argv[1]), Path(sys.argv[1]))\n"
        "print(*({'tomllib', 'tomli', 'difflib'} & early), *({'difflib', 'json'} & set(sys.modules)))"
    )
    command = [sys.executable, "-S", "-c", code, str(tmp_path)]
    paths = ":".join(path for path in sys.path if path)
    done = subprocess.run(
        command, env={"PYTHONPATH": paths}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
