"""The .npy reader against NumPy itself."""

from __future__ import annotations

import io

import numpy as np
import pytest

from repro_check.smoke.npy import parse_npy

TYPES = ["?", "i1", "<i2", ">i4", "<i8", "u1", "<u4", "<f2", ">f4", "<f8", ">f8"]


def saved(array: np.ndarray, version: tuple[int, int] | None = None) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version)
    return file.getvalue()


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 2), (2, 3, 4)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_numbers_of_every_type_shape_and_order_are_read(
    dtype: str, shape: tuple[int, ...], order: str
) -> None:
    array = np.asarray(np.arange(np.prod(shape, dtype=int)).reshape(shape), dtype, order=order)
    assert parse_npy(saved(array)) == array.tolist()


def test_later_versions_of_the_format_are_read() -> None:
    assert parse_npy(saved(np.array([1.5]), (2, 0))) == [1.5]
    assert parse_npy(saved(np.array([1.5]), (3, 0))) == [1.5]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a .npy file"),
        (b"version https://git-lfs.github.com/spec/v1", "not a .npy file"),
        (saved(np.array([1.0]))[:-1], "7 bytes of data"),
        (saved(np.array(["a"])), "only numbers are"),
        (saved(np.zeros(1, dtype=[("a", "f4")])), "only numbers are"),
        (saved(np.array([1.0])).replace(b"'descr'", b"(descr'"), "header is damaged"),
        (saved(np.array([1.0])).replace(b"(1,)", b"'11'"), "has no shape"),
    ],
)
def test_a_damaged_or_other_file_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_npy(content)


def test_pickled_objects_are_refused_unread() -> None:
    file = io.BytesIO()
    np.save(file, np.array([object()], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="only numbers are"):
        parse_npy(file.getvalue())
