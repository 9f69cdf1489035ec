"""What loading a model file would run: ordinary files are safe, and no trick is called so."""

from __future__ import annotations

import argparse
import bz2
import gzip
import io
import lzma
import pickle
import pickletools
import zlib
from functools import partial
from pathlib import Path

import joblib
import numpy as np
import onnx
import pandas as pd
import pytest
import torch
from onnx import TensorProto, helper
from safetensors.torch import save_file
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from repro_check.sources.checkpoints.model import ModelFile, Verdict
from repro_check.sources.checkpoints.reading import read_model, read_model_stream

NOT_SAFE = {Verdict.DANGEROUS, Verdict.UNREADABLE, Verdict.NEEDS_CODE}


def of_bytes(data: bytes) -> ModelFile:
    return read_model_stream(io.BytesIO(data))


def trained() -> dict[str, object]:
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.ReLU())
    optimizer = torch.optim.AdamW(model.parameters())
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
    model(torch.rand(2, 1, 5, 5)).sum().backward()
    optimizer.step()
    return {
        "epoch": 3,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "args": argparse.Namespace(lr=0.1, name="run", paths=[Path("data")]),
        "rng_state": torch.get_rng_state(),
        "numpy_rng_state": np.random.get_state(),  # noqa: NPY002 - what old code saves
        "generator": np.random.default_rng(0),
        "best": float("inf"),
    }


@pytest.mark.parametrize("is_zip", [True, False], ids=["zip", "legacy"])
def test_a_training_checkpoint_of_torch_is_safe_and_told(tmp_path, is_zip) -> None:
    path = tmp_path / "last.pt"
    torch.save(trained(), path, _use_new_zipfile_serialization=is_zip)

    file = read_model(path)

    assert file.verdict is Verdict.SAFE, file.reasons
    assert file.form == ("torch zip" if is_zip else "torch legacy")
    assert file.keys[:3] == ("epoch", "model", "optimizer")
    assert dict(file.values)["epoch"] == "3"
    assert file.has_optimizer
    assert file.has_rng_state
    shapes = {each.name: (each.dtype, each.shape, each.device) for each in file.tensors}
    assert shapes["model.0.weight"] == ("float32", (2, 1, 3, 3), "cpu")
    assert shapes["model.1.num_batches_tracked"] == ("int64", (), "cpu")


def test_a_state_dict_names_its_tensors_as_torch_does(tmp_path) -> None:
    model = torch.nn.TransformerEncoderLayer(8, 2)
    torch.save(model.state_dict(), tmp_path / "model.pt")

    tensors = read_model(tmp_path / "model.pt").tensors

    expected = [(name, tuple(value.shape)) for name, value in model.state_dict().items()]
    assert [(each.name, each.shape) for each in tensors] == expected


@pytest.mark.parametrize("name", ["float16", "bfloat16", "int8", "complex64", "bool", "uint8"])
def test_data_types_are_torch_s(tmp_path, name) -> None:
    torch.save({"x": torch.zeros(3, dtype=getattr(torch, name))}, tmp_path / "x.pt")

    assert read_model(tmp_path / "x.pt").tensors[0].dtype == name


def test_a_whole_module_of_torch_s_own_layers_is_safe(tmp_path) -> None:
    torch.save(torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.GELU()), tmp_path / "model.pt")

    assert read_model(tmp_path / "model.pt").verdict is Verdict.SAFE


def test_torchscript_is_told_apart(tmp_path) -> None:
    torch.jit.script(torch.nn.Linear(2, 2)).save(str(tmp_path / "model.pt"))

    file = read_model(tmp_path / "model.pt")

    assert (file.form, file.verdict) == ("torchscript", Verdict.SAFE)
    assert [each.name for each in file.tensors] == ["weight", "bias"]


class ReadsAFile(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.from_file("/etc/passwd", False, 4)


def test_torchscript_that_opens_files_is_dangerous(tmp_path) -> None:
    torch.jit.script(ReadsAFile()).save(str(tmp_path / "model.pt"))

    assert read_model(tmp_path / "model.pt").verdict is Verdict.DANGEROUS


def test_tensors_in_a_plain_pickle_are_read_where_they_lie() -> None:
    data = pickle.dumps({"large": torch.zeros(300, 300), "small": torch.zeros(2)})

    assert of_bytes(data).verdict is Verdict.SAFE


ESTIMATORS = {
    "forest": RandomForestClassifier(3, random_state=0),
    "boosting": GradientBoostingClassifier(n_estimators=2, random_state=0),
    "pipeline": make_pipeline(StandardScaler(), SVC()),
    "regression": LogisticRegression(),
    "neighbours": KNeighborsClassifier(algorithm="kd_tree"),
}


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3)], ids=str)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimators_of_scikit_learn_are_safe(tmp_path, name, compress) -> None:
    x = np.random.default_rng(0).random((30, 2))
    joblib.dump(ESTIMATORS[name].fit(x, [0, 1] * 15), tmp_path / "m.joblib", compress=compress)

    file = read_model(tmp_path / "m.joblib")

    assert (file.form, file.verdict) == ("joblib", Verdict.SAFE), file.reasons
    assert "scikit-learn" in dict(file.values)
    assert "sklearn" in file.libraries


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_all_protocols_are_read(protocol) -> None:
    value = {
        "a": [1, -2, 2**40, 2**90, 1.5, None, True],
        "b": (b"x" * 300, "ü" * 300, {1, 2}, frozenset("a"), bytearray(b"z")),
        "c": np.arange(6.0).reshape(2, 3),
        "d": pd.DataFrame({"n": [1, 2], "t": pd.to_datetime(["2020", "2021"]), "s": ["x", "y"]}),
        "e": partial(dict, a=1),
    }

    file = of_bytes(pickle.dumps(value, protocol=protocol))

    assert file.verdict is Verdict.SAFE, file.reasons
    assert file.keys == ("a", "b", "c", "d", "e")
    assert file.tensors[0].shape == (2, 3)


def test_arrays_of_numpy_are_safe_unless_they_hold_objects(tmp_path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((2, 3), dtype="<u2"))
    np.save(tmp_path / "o.npy", np.array([{}], dtype=object))
    np.savez_compressed(tmp_path / "z.npz", a=np.zeros(3), b=np.array([print]))

    plain, objects, packed = (read_model(tmp_path / each) for each in ("a.npy", "o.npy", "z.npz"))

    assert (plain.verdict, plain.tensors[0].dtype) == (Verdict.SAFE, "uint16")
    assert objects.verdict is Verdict.NEEDS_CODE
    assert packed.verdict is Verdict.DANGEROUS


def test_joblib_s_arrays_of_objects_are_pickles_too(tmp_path) -> None:
    value = {"x": np.arange(5.0), "o": np.array([print, 1], dtype=object), "y": np.arange(3)}
    joblib.dump(value, tmp_path / "m.joblib")

    file = read_model(tmp_path / "m.joblib")

    assert file.verdict is Verdict.DANGEROUS
    assert "builtins.print" in {each.subject for each in file.reasons}


def test_raw_bytes_between_the_opcodes_are_read_as_pickle_would_read_them() -> None:
    code = b"0cos\nsystem\n(Vx\ntR."
    wrapper = b"\x80\x02cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(Vdtype\ncnumpy\ndtype\n"
    state = b"(Vu1\nI0\nI1\ntRVshape\n(I" + str(len(code)).encode() + b"\ntub"

    assert of_bytes(wrapper + state + code + b".").verdict is Verdict.DANGEROUS
    assert of_bytes(wrapper + state + bytes(len(code)) + b".").verdict is Verdict.SAFE


def test_safetensors_and_onnx_name_their_tensors(tmp_path) -> None:
    save_file(
        {"w": torch.zeros(2, 3), "h": torch.zeros(4, dtype=torch.bfloat16)},
        tmp_path / "m.safetensors",
    )
    weights = helper.make_tensor("w", TensorProto.FLOAT16, [3], [1, 2, 3])
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT16, [3])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT16, [3])
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["y"])], "g", [x], [y], [weights]
    )
    onnx.save(helper.make_model(graph, producer_name="tests"), str(tmp_path / "m.onnx"))

    tensors, model = read_model(tmp_path / "m.safetensors"), read_model(tmp_path / "m.onnx")

    found = {each.name: (each.dtype, each.shape) for each in tensors.tensors}
    assert found == {"w": ("float32", (2, 3)), "h": ("bfloat16", (4,))}
    assert [(each.name, each.dtype, each.shape) for each in model.tensors] == [
        ("w", "float16", (3,))
    ]
    assert dict(model.values)["producer"] == "tests"
    assert (tensors.verdict, model.verdict) == (Verdict.SAFE, Verdict.SAFE)


class Own:
    """A class of one's own."""


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("multiprocessing.connection", "Client"),
        ("sklearn.utils.parallel", "Thread"),
        ("sklearn.pipeline", "Parallel"),
        ("omegaconf.grammar.gen.OmegaConfGrammarLexer", "FileStream"),
        ("torch.nn.modules.activation", "F"),
        ("pandas.core.ops", "ARITHMETIC_BINOPS"),
        ("scipy.stats._distn_infrastructure", "rv_frozen"),
    ],
)
def test_what_modules_of_harmless_classes_borrow_is_not_safe(module: str, name: str) -> None:
    assert of_bytes(calling(module, name)).verdict in NOT_SAFE


def test_arrays_of_objects_are_told_however_the_type_is_written(tmp_path) -> None:
    np.save(tmp_path / "a.npy", np.array([print], dtype=object))
    data = (tmp_path / "a.npy").read_bytes()
    for written in (b"'object'", b"'obj' + ''"):
        other = data.replace(b"'|O'", written)
        cut = len(other) - len(data)
        other = other.replace(b" " * cut + b"\n", b"\n", 1) if cut > 0 else other
        assert of_bytes(other).verdict in {Verdict.DANGEROUS, Verdict.UNREADABLE}


def test_bytes_in_a_pickle_behind_a_header_are_read_where_they_lie(tmp_path) -> None:
    np.save(tmp_path / "a.npy", np.array([torch.zeros(300)], dtype=object))

    assert read_model(tmp_path / "a.npy").verdict is Verdict.NEEDS_CODE


def test_a_class_of_one_s_own_is_named() -> None:
    file = of_bytes(pickle.dumps({"model": Own()}))

    assert file.verdict is Verdict.NEEDS_CODE
    assert file.classes == (f"{__name__}.Own",)


class Reduces:
    def __init__(self, *parts: object) -> None:
        self.parts = parts

    def __reduce__(self) -> tuple[object, ...]:
        return self.parts  # type: ignore[return-value]


def calling(module: str, name: str, *arguments: str, protocol: int = 0) -> bytes:
    """A pickle that calls a function by its name, written by hand."""
    head = f"c{module}\n{name}\n(" if protocol < 4 else ""
    if protocol >= 4:
        parts = b"".join(b"\x8c" + bytes([len(each)]) + each.encode() for each in (module, name))
        return b"\x80\x04" + parts + b"\x93)R."
    return head.encode() + b"".join(f"V{each}\n".encode() for each in arguments) + b"tR."


DANGEROUS = [
    ("os", "system"),
    ("posix", "system"),
    ("nt", "system"),
    ("__builtin__", "eval"),
    ("builtins", "exec"),
    ("builtins", "compile"),
    ("builtins", "__import__"),
    ("builtins", "open"),
    ("builtins", "getattr"),
    ("builtins", "type"),
    ("subprocess", "Popen"),
    ("subprocess", "check_output"),
    ("commands", "getoutput"),
    ("socket", "create_connection"),
    ("webbrowser", "open"),
    ("shutil", "rmtree"),
    ("runpy", "_run_code"),
    ("importlib", "import_module"),
    ("pty", "spawn"),
    ("code", "InteractiveInterpreter"),
    ("cProfile", "runctx"),
    ("pdb", "run"),
    ("timeit", "timeit"),
    ("bdb", "Bdb.run"),
    ("ctypes", "CDLL"),
    ("pickle", "loads"),
    ("_pickle", "loads"),
    ("marshal", "loads"),
    ("types", "FunctionType"),
    ("types", "CodeType"),
    ("operator", "attrgetter"),
    ("operator", "methodcaller"),
    ("functools", "reduce"),
    ("asyncio.unix_events", "_UnixSubprocessTransport._start"),
    ("doctest", "debug_script"),
    ("ensurepip", "_run_pip"),
    ("idlelib.pyshell", "ModifiedInterpreter.runcode"),
    ("lib2to3.pgen2.grammar", "Grammar.loads"),
    ("distutils.file_util", "write_file"),
    ("venv", "create"),
    ("pip", "main"),
    ("pip._internal", "main"),
    ("numpy", "__builtins__"),
    ("numpy.testing._private.utils", "runstring"),
    ("numpy.f2py.crackfortran", "getlincoef"),
    ("torch", "load"),
    ("torch.hub", "load"),
    ("torch.jit.unsupported_tensor_ops", "execWrapper"),
    ("torch._dynamo.guards", "GuardBuilder.get"),
    ("torch.utils.bottleneck.__main__", "run_cprofile"),
    ("torch.utils.collect_env", "run"),
    ("torch.nn.functional", "importlib.import_module"),
    ("torch.nn.modules.module", "warnings.sys"),
    ("sklearn.utils._testing", "TempMemmap"),
    ("sklearn.base", "os.system"),
    ("pandas.core.computation.eval", "eval"),
    ("joblib.numpy_pickle", "load"),
    ("cloudpickle.cloudpickle", "_make_function"),
    ("dill._dill", "_create_function"),
    ("requests.api", "get"),
    ("aiohttp", "request"),
    ("yaml", "unsafe_load"),
    ("transformers", "pipeline"),
    ("_interpreters", "create"),
    ("__main__", "os.system"),
    ("mine.module", "__builtins__.eval"),
    ("scipy.stats._distn_infrastructure", "exec_"),
    ("_pyrepl.pager", "pipe_pager"),
    ("test.support.script_helper", "assert_python_ok"),
]


@pytest.mark.parametrize("protocol", [0, 4])
@pytest.mark.parametrize(("module", "name"), DANGEROUS, ids=lambda each: each)
def test_functions_that_can_do_harm_are_never_safe(module, name, protocol) -> None:
    verdict = of_bytes(calling(module, name, "x", protocol=protocol)).verdict

    assert verdict is Verdict.DANGEROUS or (name == "TempMemmap" and verdict in NOT_SAFE)


def evil(protocol: int = 2) -> bytes:
    return pickle.dumps(Reduces(eval, ("1",)), protocol=protocol)


TRICKS = {
    "escaped name": b"V\\u006fs\nVsystem\n\x93(Vx\ntR.",
    "quoted name": b"S'\\x6fs'\nS'system'\n\x93(S'x'\ntR.",
    "INST": b"(S'x'\nios\nsystem\n.",
    "OBJ": b"(cos\nsystem\nVx\no.",
    "memo": b"Vos\nq\x00Vsystem\nq\x01h\x00h\x01\x93(Vx\ntR.",
    "duplicated": b"cos\nsystem\n2(Vx\ntR.",
    "behind a broken part": b"cos\nsystem\n(Vx\ntR\xff",
    "no end": b"cos\nsystem\n(Vx\ntR",
    "second pickle": pickle.dumps({}) + evil(),
    "after long text": pickle.dumps("x" * 5_000_000)[:-1] + b"0" + evil(),
    "changes a class": b"ccollections\nOrderedDict\n}Vx\nVy\nsb.",
    "changes a module's dictionary": b"cnumpy\n__builtins__\nVx\nVy\ns.",
    "extension registry": b"\x80\x02\x82\x01.",
    "getattr of a class": b"cbuiltins\ngetattr\n(cbuiltins\nobject\nV__subclasses__\ntR.",
    "getattr handed on": b"cfunctools\npartial\n(cbuiltins\ngetattr\ntR.",
    "getattr of what is made": b"cbuiltins\ngetattr\n(ccollections\nOrderedDict\n)RVpop\ntR.",
    "name from a call": b"cbuiltins\nstr\n(Vos\ntRVsystem\n\x93(Vx\ntR.",
    "nested in torch": b"ctorch.storage\n_load_from_bytes\n(C"
    + bytes([len(evil())])
    + evil()
    + b"tR.",
    "name across a frame's end": b"\x80\x05\x95\x04" + bytes(7) + b"cmacos\nsystem\n.",
    "text across a frame's end": b"\x80\x05\x95\x05" + bytes(7) + b"Vhello world\n.",
    "frame in a frame": b"\x80\x05\x95\x1e" + bytes(7) + b"N\x95\x02" + bytes(7) + b"N.",
    "memo written twice": b"\x80\x04Vos\np0\n0Vcollections\np0\n0Vsystem\n\x940Vos\np1\n0h\x01Vsystem\n\x93(Vx\ntR.",
    "nested handed on": b"cfunctools\npartial\n(ctorch.storage\n_load_from_bytes\nC\x01xtR)R.",
    "a class handed back": b"ctorch.jit._pickle\nrestore_type_tag\n(ccollections\nOrderedDict\nVx\ntR}Vx\nVy\nsb.",
    "a torch module's class": b"(Vmodule\nccollections\nOrderedDict\ntQ}Vx\nVy\nsb.",
    "nested and not there": b"ctorch.storage\n_load_from_bytes\n(NtR.",
}


@pytest.mark.parametrize("name", TRICKS)
def test_tricks_of_pickles_are_seen(name) -> None:
    assert of_bytes(TRICKS[name]).verdict in {Verdict.DANGEROUS, Verdict.UNREADABLE}


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zlib.compress])
def test_packed_pickles_are_unpacked(pack) -> None:
    assert of_bytes(pack(evil())).verdict is Verdict.DANGEROUS
    assert of_bytes(pack(pickle.dumps({"a": 1}))).verdict is Verdict.SAFE


def test_optimised_pickles_are_read_alike() -> None:
    data = pickle.dumps({"a": np.arange(3), "b": Own()}, protocol=2)

    assert of_bytes(pickletools.optimize(data)).verdict is of_bytes(data).verdict


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "too early"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n", "git-lfs"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "7z"),
        (b"\x80\x04}", "too early"),
        (b"# no model at all", "no opcode"),
        (pickle.dumps([1]) + b"\x00rubbish", "behind its end"),
    ],
)
def test_what_cannot_be_read_never_counts_as_safe(data, says) -> None:
    file = of_bytes(data)

    assert file.verdict is Verdict.UNREADABLE
    assert says in file.reasons[0].message
