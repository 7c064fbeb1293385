"""What every source of data gives: inputs, targets, and the words that describe them."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_nn.spec.targets import Classes, Kind, Values


@dataclass(frozen=True)
class Column:
    """A column of a table that is read, and the inputs it gives."""

    name: str
    texts: tuple[str, ...] = ()
    """The different texts of a column of texts, in their order; empty for numbers."""
    missing: bool = False
    """Whether a row without a text is a kind of its own, behind the texts."""
    precise: bool = False
    """Whether float32 doesn't hold what tells its numbers apart."""

    @property
    def kinds(self) -> tuple[str | None, ...]:
        """The texts that have an input of 0 and 1, None for a missing one; of two the second."""
        kinds: tuple[str | None, ...] = (*self.texts, *([None] if self.missing else []))
        return kinds[1:] if len(kinds) == 2 else kinds

    @property
    def width(self) -> int:
        """How many inputs it gives."""
        return len(self.kinds) if self.texts or self.missing else 1


@dataclass(frozen=True)
class Edited:
    """What a dataset was before samples were taken out and added by hand."""

    data: "Dataset"
    kept: NDArray[np.int64]
    """Where in it those are that stay, ascending; what was added stands behind them."""


@dataclass(frozen=True)
class Dataset:
    """n samples.

    `x`: float32 (n, *input shape), NaN where a value is missing; int64 where it is made of tokens.
    `y`: int64 (n,) class indices where `kind` is Classes, else float32 (n, *kind.shape).
    Numbers whose differences float32 can't hold are float64 in both, until they are standardised.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    kind: Kind
    input_names: tuple[str, ...] = ()
    """One name a column, for flat inputs; empty for pictures."""
    target_names: tuple[str, ...] = ()
    """Names of the columns to be predicted, where they have some."""
    class_names: tuple[str, ...] = ()
    """One name a class; empty for values."""
    sample_name: str = "sample"
    """What one sample is called: row, point, picture."""
    standardize: bool = False
    """Whether inputs are to be scaled with the training part's mean and deviation."""
    source: str = ""
    """Where real data comes from, in one line."""
    points: NDArray[np.float32] | None = None
    """(n, 2): where each sample lies in the plane, for inputs that are features of a point."""
    tokens: int | None = None
    """`x` holds whole numbers from 0 to tokens − 1; None where it holds numbers."""
    missing: int = 0
    """How many values of `x` are NaN, to be filled with the training part's mean."""
    standardize_target: bool = False
    """Whether values to be predicted are to be scaled likewise."""
    apart: int = 0
    """So many samples at the end the data itself keeps from training: for validation or test."""
    apart_for_test: int = 0
    """So many behind those are the data's own test part, whatever is asked for."""
    columns: tuple[Column, ...] = ()
    """What `x` was made of, where that is a user's table."""
    decimal: str = ""
    """The decimal point of that table."""
    pixels: bool = False
    """Whether `x` was bytes, divided by 255."""
    sha256: str = ""
    """Of a user's files; empty for what comes with the package."""
    notices: tuple[str, ...] = ()
    """What a reader found, guessed or mended, a line each."""
    edited: Edited | None = None
    """What is split in its place, where it was edited by hand."""

    def __post_init__(self) -> None:
        expected = (len(self.x),) + (self.kind.shape if isinstance(self.kind, Values) else ())
        assert self.y.shape == expected, (self.y.shape, expected)
        numbers = (np.float32, np.float64)
        assert self.x.dtype in (numbers if self.tokens is None else (np.int64,))
        assert self.points is None or self.points.shape == (len(self.x), 2)
        assert self.y.dtype in ((np.int64,) if isinstance(self.kind, Classes) else numbers)

    @property
    def input_shape(self) -> tuple[int, ...]:
        return self.x.shape[1:]

    def take(self, indices: NDArray[np.int64]) -> "Dataset":
        """The samples at these indices, in their order."""
        points = None if self.points is None else self.points[indices]
        return replace(self, x=self.x[indices], y=self.y[indices], points=points, edited=None)
