"""What an Apptainer definition says, and where."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from repro_check.sources.containers.apptainer import read_apptainer
from repro_check.sources.unreadable import Unreadable

DEFINITION = """\
Bootstrap: docker
From: nvidia/cuda:{{ CUDA }}-devel   # the base
Stage: build

%arguments
    CUDA=12.1.0

%post -c /bin/bash
    # pip install no
    apt-get update && \\
        apt-get install -y python3-pip
    pip install --no-cache-dir "torch>=2" \\
        numpy

%environment
    export LC_ALL=C
    PATH=/opt/bin:$PATH

Bootstrap: library
From: alpine:3.18
Stage: final

%files from build
    /opt/x /opt/

%runscript
    pip install never
"""


def test_each_stage_has_its_image_source_and_alias() -> None:
    facts = read_apptainer(DEFINITION.encode())
    assert [(one.source, one.name, one.alias) for one in facts.images] == [
        ("docker", "nvidia/cuda:12.1.0-devel", "build"),
        ("library", "alpine:3.18", "final"),
    ]
    assert facts.images[0].span.line == 2


def test_only_what_is_run_while_building_is_a_command_and_its_places_are_exact() -> None:
    facts = read_apptainer(DEFINITION.encode())
    words = [command.command.words for command in facts.commands]
    assert words == [
        ("apt-get", "update"),
        ("apt-get", "install", "-y", "python3-pip"),
        ("pip", "install", "--no-cache-dir", "torch>=2", "numpy"),
    ]
    span = facts.commands[-1].command.spans[-1]
    row = DEFINITION.split("\n")[span.line - 1]
    assert row[span.column - 1 : span.end_column - 1] == "numpy"


def test_files_come_from_a_stage_and_variables_are_read() -> None:
    facts = read_apptainer(DEFINITION.encode())
    assert [(one.sources, one.target, one.origin, one.stage) for one in facts.copies] == [
        (("/opt/x",), "/opt/", "build", 1)
    ]
    found = [(one.kind, one.name, one.value) for one in facts.settings]
    assert ("arg", "CUDA", "12.1.0") in found
    assert ("env", "LC_ALL", "C") in found


def test_a_template_without_a_default_leaves_the_image_unknown() -> None:
    (image,) = read_apptainer(b"Bootstrap: docker\nFrom: python:{{ V }}\n").images
    assert (image.name, image.variables) == ("", ("V",))


def test_a_windows_module_definition_says_nothing() -> None:
    facts = read_apptainer(b"LIBRARY BTREE\nEXPORTS\n   Insert @1\n   Delete: x\n")
    assert facts.images == facts.commands == ()


def test_headers_may_stand_in_any_order_and_case() -> None:
    (image,) = read_apptainer(b"FROM: ubuntu:22.04\nBootStrap: Docker\n%post\n ls\n").images
    assert (image.name, image.source) == ("ubuntu:22.04", "docker")


@given(
    st.binary(max_size=300)
    | st.text(alphabet="%Bootsrap:From \n{}#\\'", max_size=200).map(str.encode)
)
def test_any_bytes_give_facts_or_are_unreadable(data: bytes) -> None:
    try:
        facts = read_apptainer(data)
    except Unreadable:
        return
    assert facts.tool == "apptainer"
