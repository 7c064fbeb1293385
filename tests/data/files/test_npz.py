"""Arrays of a user's own: what becomes of them, and what is refused with which words."""

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.data.files.npz_support import ROWS, Y, read, refused
from tests.spec.support import refusal
from tui_nn.data.files.npz import npz
from tui_nn.data.files.source import Source
from tui_nn.data.split import split
from tui_nn.spec.targets import Classes, Values

pytestmark = pytest.mark.usefixtures("here")


def test_rows_of_numbers_are_columns_to_be_standardised() -> None:
    data = read()
    assert data.x.tolist() == ROWS.tolist()
    assert data.y.tolist() == Y.tolist()
    assert (data.kind, data.class_names) == (Classes(2), ("0", "1"))
    assert (data.input_names, data.sample_name, data.source) == (("x1", "x2"), "row", "a.npz")
    assert data.standardize
    assert not data.standardize_target
    assert data.target_names == ("y",)
    assert data.notices == ("target: y, 2 classes (0, 1); task='values' predicts the number",)
    assert len(data.sha256) == 64


def test_standardising_can_be_chosen() -> None:
    assert not read(standardize=False).standardize
    assert read(np.zeros((6, 4, 5)) + Y[:, None, None], standardize=True).standardize
    assert not read(np.zeros((6, 4, 5))).standardize


def test_one_number_a_sample_is_one_column() -> None:
    assert read(np.arange(6)).x.tolist() == [[0], [1], [2], [3], [4], [5]]


@pytest.mark.parametrize("compress", [np.savez, np.savez_compressed])
def test_arrays_have_the_names_they_are_asked_by(compress: Any) -> None:
    compress("b.npz", inputs=ROWS, targets=Y)
    assert npz("b.npz", x="inputs", y="targets").x.tolist() == ROWS.tolist()


@pytest.mark.parametrize(
    "dtype", ["?", "i1", "u1", "<i2", ">i2", "<u4", ">u4", "<i8", ">i8", "<f2", ">f4", "<f8", "g"]
)
def test_every_type_of_number_and_byte_order_is_read(dtype: str) -> None:
    x = (ROWS % 2).astype(dtype)
    data = read(x)
    assert data.x.dtype == np.dtype("=f4")
    assert data.x.tolist() == (ROWS % 2).tolist()


def test_arrays_in_fortrans_order_keep_their_places() -> None:
    data = read(np.asfortranarray(ROWS))
    assert data.x.tolist() == ROWS.tolist()
    assert data.x.flags.c_contiguous


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((6, 5, 7), (1, 5, 7)),
        ((6, 5, 7, 1), (1, 5, 7)),
        ((6, 5, 7, 3), (3, 5, 7)),
        ((6, 5, 7, 4), (4, 5, 7)),
        ((6, 1, 5, 7), (1, 5, 7)),
        ((6, 3, 5, 7), (3, 5, 7)),
    ],
)
def test_bytes_are_pictures_with_the_channels_first(
    shape: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    raw = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    data = read(raw)
    moved = np.moveaxis(raw, -1, 1) if len(shape) == 4 and shape[1] == 5 else raw
    assert data.input_shape == expected
    assert np.array_equal(data.x, moved.reshape(6, *expected).astype(np.float32) / 255)
    assert data.sample_name == "picture"
    assert "divided by 255" in data.notices[1]
    assert "x".join(map(str, expected)) in data.notices[1]
    assert not data.standardize


def test_bytes_in_rows_and_numbers_in_pictures_stay_as_they_are() -> None:
    assert read(np.full((6, 2), 255, np.uint8)).x.max() == 255
    assert read(np.full((6, 3, 4, 5), 9.0)).input_shape == (3, 4, 5)


def test_numbers_with_the_channels_behind_large_sides_are_pictures_too() -> None:
    raw = np.random.default_rng(0).random((6, 8, 9, 3)).astype(np.float32)
    data = read(raw)
    assert np.array_equal(data.x, np.moveaxis(raw, -1, 1))
    assert data.sample_name == "picture"
    assert data.notices[1] == "x holds pictures 3x8x9, channels brought first"


@pytest.mark.parametrize(
    "shape", [(3, 8, 9), (3, 8, 3), (7, 9, 3), (8, 9, 5), (9, 8), (8, 9, 3, 3)]
)
def test_other_numbers_keep_their_axes(shape: tuple[int, ...]) -> None:
    assert read(np.ones((6, *shape))).input_shape == shape


def test_keras_parts_are_train_and_kept_apart() -> None:
    np.savez("mnist.npz", x_train=ROWS, y_train=Y, x_test=ROWS[:3] + 100, y_test=Y[:3])
    data = npz("mnist.npz")
    assert data.x.tolist() == [*ROWS.tolist(), *(ROWS[:3] + 100).tolist()]
    assert data.apart == 3
    assert data.target_names == ("y_train",)
    assert data.notices[1:] == (
        "validation part: 3 samples of x_test (the test part where train.val is set)",
    )
    parts = split(data, 0, seed=0)
    assert parts.val_indices.tolist() == [6, 7, 8]


def test_keras_parts_without_a_test_are_train_alone() -> None:
    np.savez("a.npz", x_train=ROWS, y_train=Y)
    assert npz("a.npz").apart == 0


def test_parts_of_unlike_form_are_refused() -> None:
    np.savez("a.npz", x_train=ROWS, y_train=Y, x_test=ROWS[:, :1], y_test=Y)
    assert "samples of x_test are float64 (1,)" in refusal(lambda: npz("a.npz"))
    pictures = np.zeros((6, 4, 4))
    np.savez("a.npz", x_train=pictures, y_train=Y, x_test=pictures.astype(np.uint8), y_test=Y)
    assert "x_test" in refusal(lambda: npz("a.npz"))


def test_texts_are_classes_by_name() -> None:
    data = read(y=np.array(["dog", "cat", "dog", "ant", "cat", "dog"]))
    assert data.class_names == ("ant", "cat", "dog")
    assert data.y.tolist() == [2, 1, 2, 0, 1, 2]
    assert read(y=np.array([b"b", b"a", b"b", b"a", b"b", b"a"])).class_names == ("a", "b")


def test_a_class_name_shows_what_a_terminal_would_obey() -> None:
    assert read(y=np.array(["a\x1b", "b"] * 3)).class_names == ("a\\x1b", "b")


def test_true_and_false_are_two_classes() -> None:
    assert read(y=Y.astype(bool)).class_names == ("False", "True")


def test_labels_that_do_not_count_from_0_are_numbered_and_keep_their_names() -> None:
    data = read(y=np.array([-1, 7, -1, 7, 3, 3]))
    assert data.class_names == ("-1", "3", "7")
    assert data.y.tolist() == [0, 2, 0, 2, 1, 1]
    assert data.notices[0].startswith("target: y, 3 classes (-1, 3, 7);")


@pytest.mark.parametrize(
    ("y", "kind"),
    [
        (np.arange(40) % 20, Classes(20)),
        (np.arange(40) % 20 * 2, Classes(20)),
        (np.arange(42) % 21 * 2, Values((1,))),
        (np.arange(42) % 21, Classes(21)),
        (np.arange(2000) % 1000, Classes(1000)),
        (np.arange(2002) % 1001, Values((1,))),
        (np.arange(40), Values((1,))),
        (np.arange(8), Values((1,))),
        (np.array([0, 1]), Classes(2)),
        (np.arange(40) % 3 * 1.0, Classes(3)),
        (np.arange(42) % 21 * 1.0, Values((1,))),
        (np.arange(40) % 3 * 0.5, Values((1,))),
    ],
)
def test_few_whole_numbers_are_classes_others_values(y: Any, kind: object) -> None:
    assert read(np.arange(len(y)), y).kind == kind


def test_the_task_can_be_chosen() -> None:
    values = read(task="values")
    assert values.kind == Values((1,))
    assert values.y.tolist() == [[0], [1], [0], [1], [0], [1]]
    assert values.standardize_target
    assert not read(task="values", standardize_target=False).standardize_target
    assert read(np.arange(50), np.arange(50), task="classes").kind == Classes(50)


@pytest.mark.parametrize(
    ("y", "task", "notice"),
    [
        (Y, "auto", "target: y, 2 classes (0, 1); task='values' predicts the number"),
        (Y * 1.0, "classes", "target: y, 2 classes (0, 1)"),
        (Y.astype(bool), "auto", "target: y, 2 classes (False, True)"),
        (np.array([*"cbacba"]), "auto", "target: y, 3 classes (a, b, c)"),
        (np.arange(6), "classes", "target: y, 6 classes (0, 1, 2, 3, 4 …)"),
        (Y - 0.25, "auto", "target: y, -0.25 to 0.75"),
        (ROWS, "auto", "target: y, 2 values, 0 to 11"),
    ],
)
def test_the_target_is_told(y: Any, task: str, notice: str) -> None:
    assert read(y=y, task=task).notices == (notice,)


def test_rows_with_a_single_1_are_classes() -> None:
    for y in (np.eye(3)[Y], np.eye(3, dtype=bool)[Y], np.eye(3, dtype=np.uint8)[Y]):
        data = read(y=y)
        assert (data.kind, data.class_names) == (Classes(3), ("0", "1", "2"))
        assert data.y.tolist() == Y.tolist()
        [notice] = data.notices
        assert notice.startswith("target: y, 3 classes (0, 1, 2) from one-hot rows; task='values'")
    assert read(y=np.eye(2)[Y], task="classes").kind == Classes(2)
    assert read(y=np.eye(2)[Y], task="values").kind == Values((2,))
    assert "y holds one class only" in refused(y=np.eye(2)[0 * Y])


@pytest.mark.parametrize("first", [[1, 1], [0, 0], [1, 0.5], [2, 0], [1, -1]])
def test_rows_that_hold_anything_but_a_single_1_are_values(first: list[float]) -> None:
    y = np.eye(2)[Y]
    y[0] = first
    assert read(y=y).kind == Values((2,))


LARGE = 1.7e9 + Y * np.array([1, 2, 3, 3, 2, 1]) + 0.5
LONG = LARGE.astype(np.int64) + np.arange(6)


@pytest.mark.parametrize("values", [LARGE, LONG])
def test_values_whose_differences_float32_would_lose_stay_as_they_are(values: Any) -> None:
    data = read(y=values)
    assert data.y.dtype == np.float64
    assert data.y[:, 0].tolist() == values.tolist()
    data = read(x=np.stack([ROWS[:, 0], values], axis=1))
    assert data.x.dtype == np.float64
    assert data.x[:, 1].tolist() == values.tolist()
    assert len(data.notices) == 1
    scaled = split(data, 0, seed=0).train.x
    assert scaled.dtype == np.float32
    assert np.allclose(scaled.std(axis=0), 1)


@pytest.mark.parametrize(
    "values",
    [LARGE.astype(np.float32), 16e6 + Y, 16_000_000 + Y, LARGE * Y, np.full(6, 1.7e9 + 0.1), ROWS],
)
def test_what_float32_holds_well_enough_is_float32(values: Any) -> None:
    assert read(x=values).x.dtype == np.float32


def test_differences_in_the_test_part_alone_are_kept() -> None:
    np.savez("a.npz", x_train=LARGE * Y, y_train=Y, x_test=LARGE, y_test=Y)
    assert npz("a.npz").x[6:, 0].tolist() == LARGE.tolist()


def test_rounding_where_nothing_is_scaled_is_told() -> None:
    data = read(x=LARGE, standardize=False)
    assert data.x.dtype == np.float32
    assert data.notices[1] == (
        "x is rounded to 7 digits, too coarse for numbers near 1.7e+09: standardize=True keeps "
        "their differences"
    )
    far = LARGE + 1000 * np.arange(6)
    data = read(y=far, standardize_target=False)
    assert data.y.dtype == np.float32
    assert "standardize_target=True keeps their differences" in data.notices[1]


def test_values_that_only_rounding_makes_the_same_are_told_from_those_that_are() -> None:
    assert "y is the same for every sample when rounded to 6 digits: write standardize_target" in (
        refused(y=LARGE, standardize_target=False)
    )
    assert "is the same for every sample, there is" in refused(y=np.full(6, 1.7e9 + 0.1))


def test_a_column_of_labels_is_squeezed_and_wider_ones_are_values() -> None:
    assert read(y=Y[:, None]).kind == Classes(2)
    assert read(y=ROWS).kind == Values((2,))
    assert read(y=np.arange(48.0).reshape(6, 2, 4)).y.shape == (6, 2, 4)


def test_rows_and_sha256_hold_the_data_to_what_it_was() -> None:
    sha256 = read().sha256
    assert read(sha256=sha256, rows=6).sha256 == sha256
    assert "has 6 rows" in refused(rows=7)
    assert "is other data" in refused(x=ROWS + 1, sha256=sha256)


def test_a_path_starts_at_the_sources_folder(here: Path) -> None:
    read()
    told: list[str] = []
    (here / "below").mkdir()
    assert len(npz("../a.npz", source=Source(here / "below", told.append)).x) == 6
    assert told == ["reading a.npz", "reading 6 samples: 0 kB in memory"]


def test_what_takes_long_is_told_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    read()
    clock = iter(range(1000))
    monkeypatch.setattr("tui_nn.data.files.source.monotonic", lambda: next(clock))
    told: list[str] = []
    npz("a.npz", source=Source(tell=told.append))
    assert told[-2:] == ["reading x: 100 %", "reading y: 100 %"]


NAN = np.where(ROWS == 5, np.nan, ROWS)


@pytest.mark.parametrize(
    ("x", "y", "task", "reason"),
    [
        (NAN, Y, "auto", "x holds 1 value NaN or infinite, the first at [2, 1]"),
        (np.where(ROWS > 6, -np.inf, ROWS), Y, "auto", "x holds 5 values NaN or infinite"),
        (np.where(ROWS == 5, 1e39, ROWS), Y, "auto", "beyond 3.4e38, the largest of float32, the"),
        (ROWS, NAN[:, 1], "auto", "y holds 1 value NaN or infinite"),
        (ROWS, NAN[:, 1], "classes", "y holds 1 value NaN or infinite"),
        (ROWS, Y[:5], "auto", "x holds 6 samples, y 5"),
        (ROWS[:1], Y[:1], "auto", "x holds 1 sample: at least 2"),
        (ROWS[:0], Y[:0], "auto", "x is empty: its shape is (0, 2)"),
        (ROWS[:, :0], Y, "auto", "x is empty"),
        (np.float64(3), Y, "auto", "x is a single number"),
        (ROWS, np.float64(3), "auto", "y is a single number"),
        (ROWS, 0 * Y, "auto", "y holds one class only"),
        (ROWS, 0 * Y, "values", "y is the same for every sample"),
        (ROWS, np.array(["a"] * 6), "auto", "y holds one class only"),
        (ROWS, np.array(["a", "b", ""] * 2), "auto", "y holds 2 empty texts, the first at [2]"),
        (ROWS, np.array(["a", "b"] * 3), "values", "y holds texts: write task='classes'"),
        (ROWS, np.array([["a", "b"]] * 6), "auto", "y has the shape (6, 2)"),
        (ROWS, 2 * np.eye(6), "classes", "save its argmax(1)"),
        (ROWS, Y + 0.5, "classes", "y holds 0.5 at [0], labels of classes are whole"),
        (ROWS.astype(complex), Y, "auto", "x holds complex128, not numbers"),
        (ROWS, Y.astype("M8[D]"), "auto", "y holds datetime64[D], not numbers"),
        (np.array(["a"] * 6), Y, "auto", "x holds texts, a network reads numbers"),
        (np.zeros(6, [("a", "i4")]), Y, "auto", "not numbers"),
        (np.array([1, "a", None] * 2, object), Y, "auto", "x holds pickled objects"),
        (ROWS, np.array([1, "a", None] * 2, object), "auto", "y holds pickled objects"),
    ],
)  # fmt: skip
def test_arrays_that_cannot_be_learned_from_are_refused(
    x: Any, y: Any, task: str, reason: str
) -> None:
    said = refused(x, y, task=task)
    assert said.startswith("a.npz: ")
    assert reason in said


def test_many_different_labels_are_refused_as_classes() -> None:
    said = refused(np.arange(1001), np.arange(1001), task="classes")
    assert "y holds 1,001 classes, at most 1,000" in said
    assert "task='values'" in said


def test_an_array_that_is_not_there_is_named_with_those_that_are() -> None:
    np.savez("a.npz", features=ROWS, labels=Y, weights=Y)
    said = refusal(lambda: npz("a.npz"))
    assert "holds no array x; it has features, labels, weights: write npz('a.npz', x='" in said
    said = refusal(lambda: npz("a.npz", x="feature", y="labels"))
    assert "did you mean features?" in said
    np.savez("a.npz")
    assert "holds no arrays" in refusal(lambda: npz("a.npz"))


def test_of_two_arrays_that_go_together_the_whole_call_is_told() -> None:
    np.savez("a.npz", Y=Y, X=ROWS)
    assert refusal(lambda: npz("a.npz")) == (
        "a.npz: holds no array x; it has Y, X: write data=\"npz('a.npz', x='X', y='Y')\""
    )
    np.savez("a.npz", Y=Y[:5], X=ROWS)
    assert "did you mean X?" in refusal(lambda: npz("a.npz"))


def test_a_single_array_is_refused_with_the_way_to_save_two() -> None:
    np.save("a.npy", ROWS)
    Path("a.npy").rename("a.npz")
    assert "numpy.savez('data.npz', x=…, y=…)" in refusal(lambda: npz("a.npz"))


def test_what_is_no_file_to_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there is no such file" in refusal(lambda: npz("b.npz"))
    Path("folder").mkdir()
    assert "folder: is a folder" in refusal(lambda: npz("folder"))
    os.mkfifo("pipe.npz")
    assert "a pipe or a device" in refusal(lambda: npz("pipe.npz"))
    read()

    def broken(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(zipfile, "ZipFile", broken)
    assert "Input/output error" in refusal(lambda: npz("a.npz"))
