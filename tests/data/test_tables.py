"""The shipped tables against the numbers that are published about them."""

from collections.abc import Callable
from importlib.resources import files

import numpy as np
import pytest

from tui_nn.data.dataset import Dataset
from tui_nn.data.tables import SOBEL_X, breast_cancer, diabetes, digits, edges, iris, wine
from tui_nn.spec.targets import Classes, Values


def test_enlarged_digits_repeat_each_pixel() -> None:
    small, large = digits(), digits(size=16)
    assert large.x.shape == (1797, 1, 16, 16)
    assert np.array_equal(large.x, small.x.repeat(2, axis=2).repeat(2, axis=3))
    assert digits(size=28, flat=True).x.shape == (1797, 784)
    assert np.array_equal(
        digits(size=28).x[:, :, [0, 13, 27]],
        small.x[:, :, [0, 3, 7]][:, :, :, np.arange(28) * 8 // 28],
    )


def test_iris_is_fishers() -> None:
    data = iris()
    assert data.x.shape == (150, 4)
    assert np.bincount(data.y).tolist() == [50, 50, 50]
    assert data.class_names == ("setosa", "versicolor", "virginica")
    assert data.input_names == ("sepal length", "sepal width", "petal length", "petal width")
    np.testing.assert_allclose(data.x.mean(axis=0), [5.8433, 3.0573, 3.758, 1.1993], atol=1e-4)
    # The two flowers that the UCI copy has wrong.
    np.testing.assert_allclose(data.x[34], [4.9, 3.1, 1.5, 0.2], rtol=1e-6)
    np.testing.assert_allclose(data.x[37], [4.9, 3.6, 1.4, 0.1], rtol=1e-6)


def test_wine_has_13_columns_of_three_growers() -> None:
    data = wine()
    assert data.x.shape == (178, 13)
    assert np.bincount(data.y).tolist() == [59, 71, 48]
    assert data.class_names == ("class 0", "class 1", "class 2")
    proline = data.x[:, data.input_names.index("proline")]
    assert (proline.min(), proline.max()) == (278, 1680)
    alcohol = data.x[:, data.input_names.index("alcohol")]
    assert alcohol.mean() == pytest.approx(13.0006, abs=1e-3)


def test_breast_cancer_has_the_published_counts_and_ranges() -> None:
    data = breast_cancer()
    assert data.x.shape == (569, 30)
    assert data.class_names == ("malignant", "benign")
    assert np.bincount(data.y).tolist() == [212, 357]
    # The summary in the description of the UCI copy.
    for name, low, high in (
        ("mean radius", 6.981, 28.11),
        ("mean texture", 9.71, 39.28),
        ("mean concavity", 0, 0.4268),
        ("area error", 6.802, 542.2),
        ("worst radius", 7.93, 36.04),
        ("worst area", 185.2, 4254),
        ("worst fractal dimension", 0.05504, 0.2075),
    ):
        column = data.x[:, data.input_names.index(name)]
        np.testing.assert_allclose((column.min(), column.max()), (low, high), rtol=1e-6)
    # The first patient of wdbc.data, a malignant tumour.
    assert data.y[0] == 0
    np.testing.assert_allclose(data.x[0, :4], [17.99, 10.38, 122.8, 1001], rtol=1e-6)


def test_diabetes_is_in_its_own_units() -> None:
    data = diabetes()
    assert data.x.shape == (442, 10)
    assert data.kind == Values((1,))
    assert (data.y.min(), data.y.max()) == (25, 346)
    assert data.y.mean() == pytest.approx(152.1335, abs=1e-3)
    age, sex = (data.x[:, data.input_names.index(name)] for name in ("age", "sex"))
    assert age.mean() == pytest.approx(48.5181, abs=1e-3)
    assert set(sex.tolist()) == {1, 2}


@pytest.mark.parametrize("table", [iris, wine, breast_cancer, diabetes])
def test_tables_ask_to_be_standardised_unless_told_not_to(table: Callable[..., Dataset]) -> None:
    assert table().standardize
    raw = table(standardize=False)
    assert not raw.standardize
    assert np.array_equal(raw.x, table().x)
    assert raw.sample_name == "sample"
    assert raw.source


def test_digits_are_pictures_from_0_to_1() -> None:
    data = digits()
    assert data.x.shape == (1797, 1, 8, 8)
    assert data.kind == Classes(10)
    assert np.bincount(data.y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (data.x.min(), data.x.max()) == (0, 1)
    assert (data.x * 16).sum(dtype=np.float64) == 561718
    assert (data.x[0, 0, 1] * 16).tolist() == [0, 0, 13, 15, 10, 15, 5, 0]
    assert data.class_names == tuple("0123456789")
    assert data.input_names == ()
    assert data.sample_name == "picture"


def test_flat_digits_are_the_same_pixels_row_by_row() -> None:
    pictures, flat = digits(), digits(flat=True)
    assert flat.x.shape == (1797, 64)
    assert np.array_equal(flat.x.reshape(-1, 1, 8, 8), pictures.x)
    assert (flat.input_names[0], flat.input_names[10]) == ("pixel 0,0", "pixel 1,2")
    assert len(set(flat.input_names)) == 64


def test_edges_are_the_sobel_sums_of_digits_with_zeros_around() -> None:
    data = edges(n=20)
    assert np.array_equal(data.x, digits().x[:20])
    assert data.kind == Values((1, 8, 8))
    expected = np.zeros_like(data.y)
    for index, row, column in np.ndindex(20, 8, 8):
        for down, right in np.ndindex(3, 3):
            i, j = row + down - 1, column + right - 1
            if 0 <= i < 8 and 0 <= j < 8:
                expected[index, 0, row, column] += data.x[index, 0, i, j] * SOBEL_X[down, right]
    assert np.array_equal(data.y, expected)


def test_edges_can_be_had_of_every_picture() -> None:
    assert len(edges(n=1797).x) == 1797


def test_changing_a_table_in_memory_leaves_the_next_one_alone() -> None:
    first = iris()
    first.x[:] = 0
    assert iris().x.min() > 0


def test_shipped_data_is_small_and_tells_its_sources() -> None:
    shipped = files("tui_nn.data").joinpath("shipped")
    names = [file.name for file in shipped.iterdir()]
    assert sum(len(shipped.joinpath(name).read_bytes()) for name in names) < 250_000
    told = shipped.joinpath("SOURCES.md").read_text("utf-8")
    assert all(name in told for name in names if name != "SOURCES.md")
