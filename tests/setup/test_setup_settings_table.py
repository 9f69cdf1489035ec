from __future__ import annotations

from pathlib import Path

import pytest

from repro_check.errors import ReproCheckError
from repro_check.settings import Settings, load_settings, parse_toml
from repro_check.setup import add_settings_table, settings_file

PYPROJECTS = {
    "empty": "",
    "plain": '[project]\nname = "x"\n',
    "no last line end": '[project]\nname = "x"',
    "blank line last": '[project]\nname = "x"\n\n',
    "windows line ends": '[project]\r\nname = "x"\r\n',
    "byte order mark": '\ufeff[project]\nname = "x"\n',
    "dotted tool keys": "[tool]\nblack.line-length = 99\n",
    "list of tables last": '[[tool.mypy.overrides]]\nmodule = "x"\n',
    "comment that names us": "# [tool.repro-check]\n[project]\n",
    "requirement that names us": '[dependency-groups]\ndev = ["repro-check-hooks"]\n',
}


@pytest.mark.parametrize("text", PYPROJECTS.values(), ids=PYPROJECTS.keys())
def test_a_table_is_added_once_and_the_rest_is_kept(text: str) -> None:
    result = add_settings_table(text)
    before = parse_toml(text.removeprefix("\ufeff"), "before")
    after = parse_toml(result.removeprefix("\ufeff"), "after")
    assert after["tool"].pop("repro-check") == {}
    before.setdefault("tool", {})
    assert after == before
    assert result.startswith(text)
    assert add_settings_table(result) == result
    assert result.count("\r\n") == (result.count("\n") if "\r\n" in text else 0)


def test_one_blank_line_stands_before_the_table() -> None:
    for name in ("plain", "no last line end", "blank line last"):
        assert '"x"\n\n[tool.repro-check]\n' in add_settings_table(PYPROJECTS[name])
    assert add_settings_table("").startswith("[tool.repro-check]\n")


@pytest.mark.parametrize(
    "text",
    [
        "[tool.repro-check]\n",
        '[tool.repro-check.smoke]\nentry = "x"\n',
        "[tool]\nrepro-check = { cache = false }\n",
        '[tool."repro-check"]\n',
    ],
)
def test_a_project_that_has_the_table_is_left_alone(text: str) -> None:
    assert add_settings_table(text) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tool = { black = {} }\n", "cannot take another table"),
        ("tool = 3\n", "cannot take another table"),
        ("[project\n", r"pyproject\.toml:1:9: not valid TOML"),
    ],
)
def test_a_pyproject_that_cannot_be_extended_gets_a_message(text: str, message: str) -> None:
    with pytest.raises(ReproCheckError, match=message):
        add_settings_table(text)


def uncommented(text: str) -> str:
    return "".join(
        line.removeprefix("#") if line.startswith("#") and line[1] != " " else line
        for line in text.splitlines(keepends=True)
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [("repro-check.toml", settings_file()), ("pyproject.toml", add_settings_table(""))],
)
def test_what_is_commented_out_is_the_default(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(uncommented(text), encoding="utf-8")
    loaded = load_settings(tmp_path, tmp_path)
    assert loaded.path == tmp_path / name
    assert loaded.settings == Settings()
    assert "\nprofile = " in uncommented(text)
