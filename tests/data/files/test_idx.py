"""MNIST's format: how its files are found, what becomes of them, what is refused."""

import gzip
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.data.files.fuzz import check_reads_or_refuses, mutated
from tests.spec.support import refusal
from tui_nn.data.files.idx import idx
from tui_nn.data.files.source import Source
from tui_nn.spec.targets import Classes

RAW = np.random.default_rng(0).integers(0, 256, (12, 4, 5)).astype(np.uint8)
LABELS = (np.arange(12) % 3).astype(np.uint8)
CODES = {"u1": 8, "i1": 9, ">i2": 11, ">i4": 12, ">f4": 13, ">f8": 14}

pytestmark = pytest.mark.usefixtures("here")


def encoded(array: Any, dtype: str = "u1") -> bytes:
    """The bytes of a file, as the format's description has them."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, CODES[dtype], array.ndim, *array.shape)
    return header + bytes(array.astype(dtype).tobytes())


def write(
    folder: str = "mnist", parts: tuple[str, ...] = ("train", "t10k"), form: str = "-{}-ubyte"
) -> None:
    """The files of a folder; the first part has 8 pictures, the second the other 4."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    cuts = (slice(0, 8), slice(8, 12))
    for part, cut in zip(parts, cuts, strict=False):
        for kind, array in (("images", RAW[cut]), ("labels", LABELS[cut])):
            name = f"{part}-{kind}" + form.format(f"idx{array.ndim}")
            packed = name.endswith(".gz")
            content = encoded(array)
            Path(folder, name).write_bytes(gzip.compress(content) if packed else content)


def two_files(images: Any = RAW, labels: Any = LABELS, dtype: str = "u1") -> None:
    Path("a").write_bytes(encoded(images, dtype))
    Path("b").write_bytes(encoded(labels))


@pytest.mark.parametrize(
    ("folder", "parts", "form"),
    [
        ("mnist", ("train", "t10k"), "-{}-ubyte"),
        ("mnist", ("train", "t10k"), "-{}-ubyte.gz"),
        ("mnist", ("train", "t10k"), ".{}-ubyte"),
        ("mnist", ("emnist-letters-train", "emnist-letters-test"), "-{}-ubyte"),
        ("mnist/raw", ("train", "t10k"), "-{}-ubyte"),
        ("mnist/MNIST/raw", ("train", "t10k"), "-{}-ubyte"),
        ("mnist/FashionMNIST/raw", ("train", "t10k"), "-{}-ubyte.gz"),
        ("mnist/KMNIST/raw", ("train", "t10k"), "-{}-ubyte"),
    ],
)
def test_a_folder_gives_train_and_keeps_its_test_apart(
    folder: str, parts: tuple[str, ...], form: str
) -> None:
    write(folder, parts, form)
    data = idx("mnist")
    assert data.x.shape == (12, 1, 4, 5)
    assert np.array_equal(data.x[:, 0], RAW.astype(np.float32) / 255)
    assert data.y.tolist() == LABELS.tolist()
    assert (data.kind, data.class_names) == (Classes(3), ("0", "1", "2"))
    assert data.apart == 4
    assert (data.sample_name, data.source, data.standardize) == ("picture", "mnist", False)
    target, part = data.notices
    assert target == "target: the labels, 3 classes (0, 1, 2)"
    assert part.startswith("validation part: 4 pictures of ")
    assert part.endswith("(the test part where train.val is set)")


def test_a_folder_without_test_files_keeps_nothing_apart() -> None:
    write(parts=("train",))
    data = idx("mnist")
    assert (len(data.x), data.apart, len(data.notices)) == (8, 0, 1)


def test_of_a_file_that_lies_there_packed_and_unpacked_one_is_read() -> None:
    write()
    write(form="-{}-ubyte.gz")
    assert len(idx("mnist").x) == 12
    assert idx("mnist").sha256 == idx("mnist").sha256


def test_what_is_packed_is_known_by_its_content() -> None:
    Path("a").write_bytes(gzip.compress(encoded(RAW)))
    Path("b.gz").write_bytes(encoded(LABELS))
    assert np.array_equal(idx("a", "b.gz").y, LABELS)


@pytest.mark.parametrize("dtype", CODES)
def test_every_type_of_number_is_read_and_only_bytes_are_divided(dtype: str) -> None:
    values = RAW // 2
    two_files(values, dtype=dtype)
    x = idx("a", "b").x
    assert x.dtype == np.dtype("=f4")
    expected = values / np.float32(255) if dtype == "u1" else values.astype(np.float32)
    assert np.array_equal(x[:, 0], expected)


@pytest.mark.parametrize("dtype", ["u1", "i1", ">i2", ">i4"])
def test_labels_are_read_in_every_whole_type(dtype: str) -> None:
    two_files()
    Path("b").write_bytes(encoded(LABELS, dtype))
    assert np.array_equal(idx("a", "b").y, LABELS)


def test_four_dimensions_are_channels_first() -> None:
    four = np.stack([RAW, RAW, 255 - RAW], axis=1)
    two_files(four)
    assert np.array_equal(idx("a", "b").x, four.astype(np.float32) / 255)


def test_labels_that_do_not_begin_at_0_are_numbered_and_keep_their_names() -> None:
    two_files(labels=LABELS * 2 + 1)
    data = idx("a", "b")
    assert data.class_names == ("1", "3", "5")
    assert data.y.tolist() == LABELS.tolist()
    assert data.notices == ("target: the labels, 3 classes (1, 3, 5)",)


def test_a_class_in_the_middle_without_pictures_is_kept_and_told() -> None:
    two_files(labels=LABELS * 2)
    data = idx("a", "b")
    assert data.kind == Classes(5)
    assert data.y.tolist() == (LABELS * 2).tolist()
    assert data.notices[1:] == ("2 of 5 classes have no picture: 1, 3",)


def test_rows_and_sha256_hold_the_data_to_what_it_was() -> None:
    two_files()
    sha256 = idx("a", "b").sha256
    assert idx("a", "b", sha256, 12).sha256 == sha256
    assert "has 12 rows" in refusal(lambda: idx("a", "b", rows=11))
    two_files(labels=LABELS[::-1])
    assert "is other data" in refusal(lambda: idx("a", "b", sha256))


def test_paths_start_at_the_sources_folder(here: Path) -> None:
    two_files()
    (here / "below").mkdir()
    told: list[str] = []
    assert len(idx("../a", "../b", source=Source(here / "below", told.append)).x) == 12
    assert told[1:] == ["reading 12 pictures: 1 kB in memory"]


def test_what_takes_long_is_told_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    two_files()
    clock = iter(range(1000))
    monkeypatch.setattr("tui_nn.data.files.source.monotonic", lambda: next(clock))
    told: list[str] = []
    idx("a", "b", source=Source(tell=told.append))
    assert told[-2:] == ["reading a: 100 %", "reading b: 100 %"]


def test_files_that_do_not_belong_together_are_refused() -> None:
    two_files(labels=LABELS[:7])
    assert "b: holds 7 labels, a 12 pictures" in refusal(lambda: idx("a", "b"))
    two_files()
    assert "b: holds labels, and a the pictures: swap" in refusal(lambda: idx("b", "a"))
    assert "b: has 1 dimensions" in refusal(lambda: idx("b", "b"))
    assert "a: holds no labels" in refusal(lambda: idx("a", "a"))
    assert "a: is one file, pictures need their labels" in refusal(lambda: idx("a"))
    write()
    assert "mnist: is a folder: its labels are found" in refusal(lambda: idx("mnist", "b"))
    assert "mnist: is a folder" in refusal(lambda: idx("a", "mnist"))
    Path("mnist/t10k-images-idx3-ubyte").write_bytes(encoded(RAW[:4, :2]))
    assert "its pictures are 2x5, those of train-images-idx3-ubyte 4x5" in refusal(
        lambda: idx("mnist")
    )


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("train-labels-idx1-ubyte", "has train-images-idx3-ubyte, but not its labels"),
        ("t10k-images-idx3-ubyte", "has t10k-labels-idx1-ubyte, but not its images"),
        ("train*", "holds test files, but none to train on"),
        ("*", "holds no train-images-idx3-ubyte"),
    ],
)
def test_a_folder_in_which_a_file_is_missing_is_refused(missing: str, reason: str) -> None:
    write()
    for path in Path("mnist").glob(missing):
        path.unlink()
    said = refusal(lambda: idx("mnist"))
    assert said.startswith(f"mnist: {reason}")
    assert "idx('IMAGES', labels='LABELS')" in said


def test_a_folder_with_several_sets_is_refused_by_their_names() -> None:
    write(parts=("emnist-letters-train", "emnist-letters-test"))
    write(parts=("emnist-digits-train", "emnist-digits-test"))
    assert "several sets of pictures (emnist-digits, emnist-letters)" in refusal(
        lambda: idx("mnist")
    )
    write("data/MNIST/raw")
    write("data/KMNIST/raw")
    assert "several sets of pictures (KMNIST, MNIST)" in refusal(lambda: idx("data"))


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (np.zeros(12), "holds one class only"),
        (np.full(12, 7), "holds one class only"),
        (np.arange(12) - 1, "holds the label -1"),
        (np.arange(12) * 1000, "holds 11,001 classes, at most 1,000"),
    ],
)
def test_labels_that_are_no_classes_are_refused(labels: Any, reason: str) -> None:
    two_files()
    Path("b").write_bytes(encoded(labels, ">i4"))
    assert refusal(lambda: idx("a", "b")).startswith(f"b: {reason}")


def test_numbers_that_are_none_are_refused_with_their_place() -> None:
    values = RAW.astype(float)
    values[2, 1, 1] = np.nan
    two_files(values, dtype=">f4")
    assert "a: holds 1 value NaN or infinite, the first at [2, 0, 1, 1]" in refusal(
        lambda: idx("a", "b")
    )


HUGE = struct.pack(">BBBB3I", 0, 0, 8, 3, *3 * [2**32 - 1])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "begins with nothing"),
        (b"\0\0\x08", "begins with 00 00 08"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "begins with 89 50 4e 47"),
        (b"\0\0\x0a\x03" + bytes(20), "begins with 00 00 0a 03"),
        (b"\0\0\x08\x00", "begins with 00 00 08 00"),
        (b"\0\0\x08\x12" + b"\xff" * 80, "begins with 00 00 08 12"),
        (b"\0\0\x08\x03\0\0", "isn't a file in MNIST's format"),
        (encoded(RAW)[:-1], "is truncated: 12x4x5 numbers need 256 bytes, it has 255"),
        (encoded(RAW) + b"\0", "goes on behind the numbers"),
        (struct.pack(">BBBB3I", 0, 0, 8, 3, *3 * [2**32 - 1]) + bytes(99), "is truncated"),
        (encoded(RAW[:1]), "holds 1 picture of 4x5"),
        (encoded(RAW[:, :0]), "holds 12 pictures of 0x5"),
        (gzip.compress(encoded(RAW), mtime=0)[:-30], "isn't a file in MNIST's format"),
        (gzip.compress(encoded(RAW), mtime=0)[:-4] + b"abcd", "isn't a file in MNIST's format"),
        (gzip.compress(encoded(RAW)[:-9], mtime=0), "is truncated: 231 of 240 bytes are there"),
        (gzip.compress(encoded(RAW) + b"\0", mtime=0), "goes on behind the numbers"),
        (b"\x1f\x8bgarbage", "isn't a file in MNIST's format"),
        (
            gzip.compress(struct.pack(">BBBB3I", 0, 0, 8, 3, *3 * [2**32 - 1]), mtime=0),
            "is truncated",
        ),
    ],
)
def test_broken_files_are_refused(content: bytes, reason: str) -> None:
    two_files(labels=LABELS[: 1 if reason == "holds 1 picture of 4x5" else 12])
    Path("a").write_bytes(content)
    said = refusal(lambda: idx("a", "b"))
    assert said.startswith("a: ")
    assert reason in said


def test_a_packed_bomb_is_refused_by_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    two_files()
    Path("a").write_bytes(gzip.compress(encoded(np.zeros((12, 300, 300)))))
    monkeypatch.setattr("tui_nn.data.files.source.os.sysconf", lambda name: 1000)
    assert "12 pictures take 9 MB of memory, this machine has 1 MB" in refusal(
        lambda: idx("a", "b")
    )


def test_what_is_no_file_to_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    two_files()
    assert "there is no such file" in refusal(lambda: idx("c", "b"))
    os.mkfifo("pipe")
    assert "pipe: can't be read (it is a pipe or a device)" in refusal(lambda: idx("pipe", "b"))

    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("tui_nn.data.files.idx._open", broken)
    assert "Input/output error" in refusal(lambda: idx("a", "b"))


GOOD = [encoded(RAW), encoded(LABELS), encoded(RAW, ">f4"), gzip.compress(encoded(RAW))]
fuzzed = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])


@fuzzed
@given(
    st.one_of(st.binary(max_size=60), mutated(GOOD)),
    st.one_of(st.just(encoded(LABELS)), mutated([encoded(LABELS)])),
)
def test_any_bytes_are_a_dataset_or_a_refusal(images: bytes, labels: bytes) -> None:
    Path("a").write_bytes(images)
    Path("b").write_bytes(labels)
    check_reads_or_refuses(lambda: idx("a", "b"))
    check_reads_or_refuses(lambda: idx("b", "a"))
