from __future__ import annotations

import json

import pytest
from secret_samples import HEX, SHAPED, draw

from repro_check.secrets.decode import CellText, decode_text, file_texts, notebook_texts
from repro_check.secrets.scan import scan_text

TOKEN = SHAPED["Hugging Face Token"](9)


def _notebook(*cells: dict[str, object]) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)})


def _code(source: object, *outputs: dict[str, object]) -> dict[str, object]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs), "metadata": {}}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1"])
def test_text_in_any_common_encoding_is_read(encoding: str) -> None:
    text = f'# caf\u00e9\nHF_TOKEN = "{TOKEN}"\n'
    decoded = decode_text(text.encode(encoding))
    assert decoded is not None
    assert len(scan_text(decoded, path="a.py")) == 1


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_zero_bytes(encoding: str) -> None:
    assert decode_text(f"x = '{TOKEN}'".encode(encoding)) == f"x = '{TOKEN}'"


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", bytes(range(256)), b"\0"])
def test_binary_is_not_text(data: bytes) -> None:
    assert decode_text(data) is None


def test_cells_are_counted_over_all_kinds_from_one() -> None:
    text = _notebook(
        {"cell_type": "markdown", "source": ["# Title\n", "text"]},
        _code("x = 1"),
        _code(["y\n", "z"]),
    )
    assert list(notebook_texts(text)) == [
        CellText(1, None, "# Title\ntext"),
        CellText(2, None, "x = 1"),
        CellText(3, None, "y\nz"),
    ]


def test_escaped_quotes_in_a_notebook_do_not_hide_a_key() -> None:
    text = _notebook(_code('client = connect(api_key="' + draw(HEX, 32) + '")'))
    (part,) = file_texts(text, path="a.ipynb")
    assert isinstance(part, CellText)
    assert len(scan_text(part.text, path="a.ipynb")) == 1


@pytest.mark.parametrize(
    "output",
    [
        {"output_type": "stream", "name": "stdout", "text": ["token:\n", TOKEN]},
        {"output_type": "execute_result", "data": {"text/plain": [f"'{TOKEN}'"]}, "metadata": {}},
        {"output_type": "error", "traceback": [f"\x1b[0;31mlogin('\x1b[1m{TOKEN}')", "x"]},
    ],
)
def test_a_secret_in_a_text_output_is_seen(output: dict[str, object]) -> None:
    parts = list(file_texts(_notebook(_code("x", output)), path="a.ipynb"))
    found = [
        (part, scan_text(part.text, path="a.ipynb")) for part in parts if not isinstance(part, str)
    ]
    assert [(part.cell, part.output, len(secrets)) for part, secrets in found] == [
        (1, None, 0),
        (1, 1, 1),
    ]


def test_images_and_html_of_a_notebook_are_not_read() -> None:
    data = {"image/png": TOKEN, "text/html": [TOKEN], "application/json": {"a": TOKEN}}
    text = _notebook(_code("x", {"output_type": "display_data", "data": data, "metadata": {}}))
    assert list(notebook_texts(text)) == [CellText(1, None, "x")]


def test_a_notebook_of_format_three_is_read() -> None:
    sheet = {"cells": [{"cell_type": "code", "input": [f"t = '{TOKEN}'"], "outputs": []}]}
    text = json.dumps({"nbformat": 3, "worksheets": [sheet]})
    assert list(notebook_texts(text)) == [CellText(1, None, f"t = '{TOKEN}'")]


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"cells": 3}', '{"cells": [[]]}'])
def test_a_notebook_that_cannot_be_read_is_searched_whole(text: str) -> None:
    assert list(file_texts(text + TOKEN, path="a.ipynb")) == [text + TOKEN]
