"""Forged and broken archives: any bytes are a dataset or a refusal."""

import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.lib import format as npy

from tests.data.files.fuzz import check_reads_or_refuses, mutated
from tests.data.files.npz_support import ROWS, Y
from tests.spec.support import refusal
from tui_nn.data.files.npz import npz

pytestmark = pytest.mark.usefixtures("here")


def archive(header: bytes, content: bytes = b"", method: int = zipfile.ZIP_STORED) -> None:
    """A file whose x has this header."""
    y = io.BytesIO()
    np.save(y, Y)
    with zipfile.ZipFile("a.npz", "w", method) as file:
        file.writestr("y.npy", y.getvalue())
        file.writestr("x.npy", header + content)


def header_of(shape: str, descr: str = "'<f8'", version: bytes = b"\1\0") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return npy.MAGIC_PREFIX + version + struct.pack("<H", len(text)) + text


@pytest.mark.parametrize("shape", ["(6, 1000000000000)", "(6, 3)", f"(6, {10**400})"])
def test_a_header_that_promises_more_than_there_is_is_refused_before_memory_is_taken(
    shape: str,
) -> None:
    archive(header_of(shape), bytes(96))
    assert "is truncated: x is to be" in refusal(lambda: npz("a.npz"))


def test_a_packed_bomb_is_refused_by_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    n = 2**17
    archive(header_of(f"(6, {n})"), bytes(6 * n * 8), zipfile.ZIP_DEFLATED)
    monkeypatch.setattr("tui_nn.data.files.source.os.sysconf", lambda name: 1000)
    assert "6 samples take 13 MB of memory, this machine has 1 MB" in refusal(lambda: npz("a.npz"))


@pytest.mark.parametrize(
    "header",
    [
        header_of("(-6, -2)"),
        header_of("(6, 'a')"),
        header_of("6"),
        header_of("(6,)", "'<U0'"),
        header_of("(6,)", "'q,,'"),
        header_of("(6,)", "['a']"),
        header_of("(" * 3000),
        header_of("(6, " + "-" * 9000 + "2)"),
        header_of("(6, '\\q')"),
        header_of("(6L, 2L"),
        header_of("(6, 2)", version=b"\7\7"),
        b"\x93NUMPY",
        b"",
    ],
)
def test_headers_that_are_none_are_refused(header: bytes) -> None:
    archive(header, bytes(96))
    check_reads_or_refuses(lambda: npz("a.npz"))
    assert refusal(lambda: npz("a.npz")).startswith("a.npz: ")


def good_files() -> list[bytes]:
    files = []
    for save in (np.savez, np.savez_compressed):
        for x, y in ((ROWS, Y), (np.zeros((6, 4, 4), np.uint8), np.array(["a", "b"] * 3))):
            file = io.BytesIO()
            save(file, x=x, y=y)
            files.append(file.getvalue())
    return files


fuzzed = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])


@fuzzed
@given(st.one_of(st.binary(max_size=200), mutated(good_files())))
def test_any_bytes_are_a_dataset_or_a_refusal(content: bytes) -> None:
    Path("fuzz.npz").write_bytes(content)
    check_reads_or_refuses(lambda: npz("fuzz.npz"))


@fuzzed
@given(mutated([header_of("(6, 2)"), header_of("(6,)", "'|u1'"), header_of("(6, 1)", "'<U3'")]))
def test_any_header_is_a_dataset_or_a_refusal(header: bytes) -> None:
    archive(header, bytes(96))
    check_reads_or_refuses(lambda: npz("a.npz"))


@fuzzed
@given(
    arrays.arrays(
        st.one_of(arrays.scalar_dtypes(), arrays.unicode_string_dtypes()),
        arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
    ),
    arrays.arrays(
        st.one_of(arrays.scalar_dtypes(), arrays.byte_string_dtypes()),
        arrays.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=5),
    ),
    st.sampled_from(["auto", "classes", "values"]),
)
def test_any_arrays_are_a_dataset_or_a_refusal(x: Any, y: Any, task: str) -> None:
    np.savez("a.npz", x=x, y=y)
    check_reads_or_refuses(lambda: npz("a.npz", task=task))
    np.savez("a.npz", x=y, y=x)
    check_reads_or_refuses(lambda: npz("a.npz", task=task))
