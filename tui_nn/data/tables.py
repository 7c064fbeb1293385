"""Real tables and pictures that come with the package; `shipped/SOURCES.md` tells their origin."""

from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.spec.targets import Classes, Values

SOBEL_X = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float32)
"""Answers where a picture grows brighter from left to right."""

_DIGITS_SOURCE = "Optical Recognition of Handwritten Digits, Alpaydin and Kaynak, UCI, 1998"


def iris(standardize: bool = True) -> Dataset:
    """150 irises: x (150, 4) in cm, three species of 50.

    Fisher 1936, in his own numbers (the UCI copy differs in two flowers).
    """
    return _class_table(
        "iris.csv",
        ("setosa", "versicolor", "virginica"),
        standardize,
        "Iris, R. A. Fisher, 1936",
    )


def wine(standardize: bool = True) -> Dataset:
    """178 wines of one region: x (178, 13) of a chemical analysis, classes of 59, 71 and 48.

    The classes are three growers. Proline goes up to 1680, hue only up to 1.71. Forina et al.,
    UCI 1991.
    """
    return _class_table(
        "wine.csv",
        ("class 0", "class 1", "class 2"),
        standardize,
        "Wine, M. Forina et al., UCI, 1991",
    )


def breast_cancer(standardize: bool = True) -> Dataset:
    """569 breast tumours: x (569, 30) of their cell nuclei, 212 malignant (0), 357 benign (1).

    Ten measurements on a picture of a needle's sample, from radius to fractal dimension, each as
    the mean over the nuclei, its standard error, and the mean of the three largest ("worst").
    Wisconsin Diagnostic: Wolberg, Street and Mangasarian, UCI 1995.
    """
    return _class_table(
        "breast_cancer.csv",
        ("malignant", "benign"),
        standardize,
        "Breast Cancer Wisconsin (Diagnostic), W. H. Wolberg et al., UCI, 1995",
    )


def diabetes(standardize: bool = True) -> Dataset:
    """442 patients: x (442, 10) measurements, y (442, 1) how far the disease went on in a year.

    Both in their own units: age in years, sex 1 or 2, body mass index, blood pressure, then
    six blood serum values. Efron et al. 2004.
    """
    names, numbers = _read_csv("diabetes.csv")
    return Dataset(
        x=numbers[:, :-1],
        y=numbers[:, -1:],
        kind=Values((1,)),
        input_names=names[:-1],
        standardize=standardize,
        source="Diabetes, B. Efron et al., Least Angle Regression, 2004",
    )


def digits(flat: bool = False, size: int = 8) -> Dataset:
    """1797 handwritten digits: x (1797, 1, size, size), or (1797, size²) if `flat`, from 0 to 1.

    Larger ones than 8x8 repeat each pixel. A pixel counts the ink in a square of 4x4, 0 to 16,
    divided by 16. Alpaydin and Kaynak, UCI 1998 (its test part, written by 13 people).
    """
    pictures, y = _read_digits()
    nearest = np.arange(size) * 8 // size
    pictures = np.ascontiguousarray(pictures[:, :, nearest][:, :, :, nearest])
    pixels = [f"pixel {row},{column}" for row, column in np.ndindex(size, size)]
    return Dataset(
        x=pictures.reshape(len(pictures), -1) if flat else pictures,
        y=y,
        kind=Classes(10),
        input_names=tuple(pixels) if flat else (),
        class_names=tuple(map(str, range(10))),
        sample_name="picture",
        source=_DIGITS_SOURCE,
    )


def edges(n: int = 500) -> Dataset:
    """The first n digits and their upright edges: x and y both (n, 1, 8, 8).

    y is x under the kernel `SOBEL_X`, edged with zeros: exactly what
    `Conv2d(1, 1, 3, padding=1, bias=False)` computes when its weight is `SOBEL_X`, so one
    learned kernel can bring the loss to 0. x lies in 0 … 1, y in −4 … 4.
    """
    pictures = _read_digits()[0][:n]
    padded = np.pad(pictures[:, 0], ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    return Dataset(
        x=pictures,
        y=np.einsum("nijab,ab->nij", windows, SOBEL_X)[:, None],
        kind=Values((1, 8, 8)),
        sample_name="picture",
        source=_DIGITS_SOURCE,
    )


def _class_table(
    file: str, class_names: tuple[str, ...], standardize: bool, source: str
) -> Dataset:
    names, numbers = _read_csv(file)
    return Dataset(
        x=numbers[:, :-1],
        y=numbers[:, -1].astype(np.int64),
        kind=Classes(len(class_names)),
        input_names=names[:-1],
        class_names=class_names,
        standardize=standardize,
        source=source,
    )


def _shipped(name: str) -> Traversable:
    return files("tui_nn.data").joinpath("shipped", name)


def _read_csv(name: str) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """The names in the first line, and the numbers below (rows, columns); the target is last."""
    header, *rows = _shipped(name).read_text("utf-8").splitlines()
    return tuple(header.split(",")), np.loadtxt(rows, np.float32, delimiter=",")


def _read_digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Pictures (1797, 1, 8, 8) from 0 to 1, and what they show (1797,)."""
    with _shipped("digits.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return arrays["x"][:, None] / np.float32(16), arrays["y"].astype(np.int64)
