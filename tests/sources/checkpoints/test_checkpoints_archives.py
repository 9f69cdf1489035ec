"""Archives of models: what loaders would read is read, and what is not plain is called unreadable."""

from __future__ import annotations

import io
import json
import pickle
import struct
import tarfile
import zipfile

import h5py
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from safetensors.torch import save

from repro_check.sources.checkpoints.model import ModelFile, Verdict
from repro_check.sources.checkpoints.reading import read_model, read_model_stream


def of_bytes(data: bytes) -> ModelFile:
    return read_model_stream(io.BytesIO(data))


def checkpoint() -> bytes:
    made = io.BytesIO()
    torch.save({"w": torch.zeros(40, 40)}, made)
    return made.getvalue()


class Prints:
    def __reduce__(self) -> tuple[object, ...]:
        return print, ("loaded",)


EVIL = pickle.dumps(Prints(), protocol=2)


def rewritten(data: bytes, **replaced: bytes) -> bytes:
    """The same archive with other contents for members, by the last part of their names."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for info in old.infolist():
            tail = info.filename.rpartition("/")[2].replace(".", "_")
            new.writestr(info.filename, replaced.get(tail, old.read(info)))
    return made.getvalue()


def test_a_plain_checkpoint_stays_safe_when_it_is_written_anew() -> None:
    assert of_bytes(rewritten(checkpoint())).verdict is Verdict.SAFE


def test_the_pickle_of_a_checkpoint_is_found_wherever_its_folder_is() -> None:
    assert of_bytes(rewritten(checkpoint(), data_pkl=EVIL)).verdict is Verdict.DANGEROUS


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_pickle_with_a_wrong_check_sum_is_read_all_the_same(method) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("a/data.pkl", EVIL)
    data = bytearray(made.getvalue())
    with zipfile.ZipFile(made) as archive:
        crc = struct.pack("<I", archive.infolist()[0].CRC)
    at = data.rindex(crc)
    data[at : at + 4] = b"\0\0\0\0"

    file = of_bytes(bytes(data))

    assert file.verdict is Verdict.DANGEROUS
    assert any("check sum" in each.message for each in file.reasons)


def test_an_encrypted_flag_hides_nothing() -> None:
    data = bytearray(rewritten(checkpoint(), data_pkl=EVIL))
    at = data.rindex(b"PK\x01\x02", 0, data.index(b"data.pkl", len(data) // 2))
    data[at + 8] |= 1

    file = of_bytes(bytes(data))

    assert file.verdict is Verdict.DANGEROUS
    assert any("encrypted" in each.message for each in file.reasons)


def test_two_members_of_one_name_are_both_read() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a/data.pkl", EVIL)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a/data.pkl", pickle.dumps({}, protocol=2))

    file = of_bytes(made.getvalue())

    assert file.verdict is Verdict.DANGEROUS
    assert any("two members" in each.message for each in file.reasons)


def test_a_member_with_two_names_is_not_plain() -> None:
    data = rewritten(checkpoint()).replace(b"data.pkl", b"dato.pkl", 1)

    file = of_bytes(data)

    assert file.verdict is Verdict.UNREADABLE
    assert "calls" in file.reasons[0].message


@pytest.mark.parametrize("where", ["before", "behind", "between"])
def test_bytes_of_no_member_are_told(where) -> None:
    data = checkpoint()
    if where == "behind":
        data += EVIL
    elif where == "before":
        data = EVIL + data
    else:
        at = data.index(b"PK\x01\x02")
        end = data.rindex(b"PK\x05\x06")
        fields = bytearray(data[end:])
        fields[16:20] = struct.pack("<I", at + 100)
        data = data[:at] + bytes(100) + data[at:end] + bytes(fields)

    assert of_bytes(data).verdict in {Verdict.UNREADABLE, Verdict.DANGEROUS}


def test_a_pickle_with_an_archive_behind_it_is_a_pickle() -> None:
    """`torch.load` goes by the first bytes, `zipfile` by the last ones."""
    assert of_bytes(EVIL + checkpoint()).verdict is Verdict.DANGEROUS


def test_archives_in_archives_are_opened_until_they_are_too_deep() -> None:
    data = EVIL
    for _ in range(3):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("model.pt", data)
        data = made.getvalue()
    assert of_bytes(data).verdict is Verdict.DANGEROUS
    for _ in range(4):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("model.pt", data)
        data = made.getvalue()
    assert of_bytes(data).verdict is Verdict.UNREADABLE


def test_a_tar_of_pickles_is_opened_and_its_pictures_are_not() -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, data in {"cat.jpg": b"\xff\xd8" * 600, "model.ckpt": EVIL}.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))

    file = of_bytes(made.getvalue())

    assert [each.member for each in file.reasons] == ["model.ckpt"]
    assert file.verdict is Verdict.DANGEROUS


def test_a_pickle_is_found_under_the_name_of_a_text() -> None:
    for evil in (EVIL, b"cos\nsystem\n(Vx\ntR."):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("notes.txt", evil)
        assert of_bytes(made.getvalue()).verdict is Verdict.DANGEROUS


def test_a_bomb_is_not_unpacked_to_memory() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "a/data.pkl", b"\x80\x02B" + struct.pack("<I", 200 << 20) + bytes(200 << 20)
        )

    assert of_bytes(made.getvalue()).verdict is Verdict.UNREADABLE


def keras(config: object) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", json.dumps(config))
    return made.getvalue()


def layer(name: str, module: str = "keras.layers", **more: object) -> dict[str, object]:
    return {"class_name": name, "module": module, "config": {}, **more}


def test_a_lambda_layer_of_keras_is_dangerous_and_other_layers_are_not(tmp_path) -> None:
    plain = {**layer("Sequential", "keras"), "config": {"layers": [layer("Dense")]}}
    hidden = {**layer("Sequential", "keras"), "config": {"layers": [layer("Lambda")]}}
    own = {**layer("Sequential", "keras"), "config": {"layers": [layer("Mix", "models.mix")]}}

    assert of_bytes(keras(plain)).verdict is Verdict.SAFE
    assert of_bytes(keras(hidden)).verdict is Verdict.DANGEROUS
    assert of_bytes(keras(own)).classes == ("models.mix.Mix",)
    for name, config in {"plain": plain, "hidden": hidden}.items():
        with h5py.File(tmp_path / f"{name}.h5", "w") as file:
            file.attrs["model_config"] = json.dumps(config)
    assert read_model(tmp_path / "plain.h5").verdict is Verdict.SAFE
    assert read_model(tmp_path / "hidden.h5").verdict is Verdict.DANGEROUS


@pytest.mark.parametrize(
    ("location", "verdict"),
    [
        ("weights.bin", Verdict.SAFE),
        ("data/weights.bin", Verdict.SAFE),
        ("../weights.bin", Verdict.DANGEROUS),
        ("/etc/passwd", Verdict.DANGEROUS),
        ("a/../../b", Verdict.DANGEROUS),
        ("..\\weights.bin", Verdict.DANGEROUS),
    ],
)
def test_the_data_of_onnx_must_stay_in_its_folder(location, verdict) -> None:
    weights = helper.make_tensor("w", TensorProto.FLOAT, [1], bytes(4), raw=True)
    onnx.external_data_helper.set_external_data(weights, location=location)
    graph = helper.make_graph([], "g", [], [], [weights])

    assert of_bytes(helper.make_model(graph).SerializeToString()).verdict is verdict


def with_header(header: object, rest: bytes) -> bytes:
    data = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(data).to_bytes(8, "little") + data + rest


LIES = {
    "too few bytes": with_header(
        {"w": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}, bytes(8)
    ),
    "too many bytes": with_header(
        {"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, bytes(99)
    ),
    "wrong shape": with_header(
        {"w": {"dtype": "F32", "shape": [9], "data_offsets": [0, 8]}}, bytes(8)
    ),
    "overlap": with_header(
        {
            "v": {"dtype": "U8", "shape": [8], "data_offsets": [0, 8]},
            "w": {"dtype": "U8", "shape": [8], "data_offsets": [4, 12]},
        },
        bytes(12),
    ),
    "hole": with_header({"w": {"dtype": "U8", "shape": [8], "data_offsets": [4, 12]}}, bytes(12)),
    "twice": with_header(b'{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{}}', bytes(1)),
    "negative": with_header({"w": {"dtype": "U8", "shape": [-1], "data_offsets": [0, 0]}}, b""),
    "no type": with_header({"w": {"shape": [1], "data_offsets": [0, 1]}}, b"x"),
    "long header": (10_000).to_bytes(8, "little") + b"{}",
    "list": with_header(b'{"w":[]}', b""),
}


@pytest.mark.parametrize("name", LIES)
def test_safetensors_headers_that_lie_are_told(name) -> None:
    assert of_bytes(save({"w": torch.zeros(2)})).verdict is Verdict.SAFE
    assert of_bytes(LIES[name]).verdict is Verdict.UNREADABLE
