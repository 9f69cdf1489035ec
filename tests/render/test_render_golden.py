from __future__ import annotations

import subprocess
import sys

import pytest
from render_reports import GOLDEN, golden, sample_document, sample_report

from repro_check.errors import UsageError
from repro_check.findings import Report
from repro_check.render import FORMATS, Style, render


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_sample_report_reads_as_it_was_agreed(format_name):
    assert sample_document(format_name) == golden(format_name)


def test_every_golden_file_belongs_to_a_format():
    assert {path.stem for path in GOLDEN.iterdir()} == set(FORMATS)


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="full, concise, json, github, sarif"):
        render(sample_report(), "yaml", Style())


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_document_ends_with_one_newline(format_name):
    for report in (sample_report(), Report(root="/r", findings=(), files=1)):
        document = render(report, format_name, Style())
        assert document.endswith("\n")
        assert not document.endswith("\n\n")


def test_importing_the_room_imports_no_renderer():
    code = (
        "import sys, repro_check.render as r; print(r.FORMATS['full'] is not None,"
        "[m for m in ('json', 'xml.sax', 'urllib.parse', 'repro_check.render.full')"
        " if m in sys.modules])"
    )
    command = [sys.executable, "-I", "-c", code]
    assert subprocess.check_output(command, text=True).strip() == "True []"
