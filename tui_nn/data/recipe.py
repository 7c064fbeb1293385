"""What training learned of its data: all that new inputs need to be read in the same form.

A run keeps it as recipe.json, so that it can predict when its data is gone.
"""

from math import isfinite, prod

import msgspec
import numpy as np

from tui_nn.data.baseline import simplest_answer
from tui_nn.data.dataset import Column, Dataset
from tui_nn.data.features import COORDINATES
from tui_nn.data.prepare import Prepared
from tui_nn.data.split import Floats, Samples, Scaling
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.resolve import DataFacts
from tui_nn.spec.targets import Classes, Kind, Values

Numbers = tuple[float, ...]

MAX_NUMBERS = 10_000_000
"""In one input, or in one target: more is no recipe of ours."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """How raw inputs become those of the network, and its outputs answers.

    Arrays are flat tuples in C order; None or empty where there is nothing to do.
    """

    version: int = 1
    input_shape: tuple[int, ...]
    tokens: int | None = None
    """Inputs are whole numbers from 0 to tokens − 1; None where they are numbers."""
    columns: tuple[Column, ...] = ()
    """What a row holds, in order, where inputs are flat; empty for pictures and the like."""
    features: tuple[str, ...] = ()
    """The inputs made of a point (x1, x2), where they are; `columns` are its coordinates."""
    pixels: bool = False
    """Inputs are bytes, divided by 255."""
    arrays: tuple[str, ...] = ()
    """The names of inputs and targets in a .npz file, where that was trained on."""
    decimal: str = ""
    """The decimal point of the table that was trained on."""
    exact: bool = False
    """Raw inputs are float64 until they are standardised."""
    exact_target: bool = False
    """Raw values to be predicted likewise."""
    classes: int | None = None
    class_names: tuple[str, ...] = ()
    target_shape: tuple[int, ...] = ()
    """Of the values to be predicted, where there are no classes."""
    target_names: tuple[str, ...] = ()
    sample_name: str = "sample"
    train_count: int
    val_count: int = 0
    test_count: int = 0
    fill: Numbers | None = None
    """Stands for a missing number of each input; None where nothing may be missing."""
    mean: Numbers | None = None
    scale: Numbers | None = None
    target_mean: Numbers | None = None
    target_scale: Numbers | None = None
    simplest: Numbers = ()
    """The simplest answer: the commonest class, or the mean of the targets as the loss got them."""

    @property
    def kind(self) -> Kind:
        return Values(self.target_shape) if self.classes is None else Classes(self.classes)

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each class."""
        return self.class_names or tuple(map(str, range(self.classes or 0)))

    @property
    def value_names(self) -> tuple[str, ...]:
        """A name for each value in a row: its column's, else y, or y1, y2 …; else empty."""
        if len(self.target_shape) != 1:
            return ()
        [count] = self.target_shape
        if len(self.target_names) == count:
            return self.target_names
        return ("y",) if count == 1 else tuple(f"y{i + 1}" for i in range(count))

    @property
    def facts(self) -> DataFacts:
        """What resolving an experiment must know of its data."""
        return DataFacts(
            input_shape=self.input_shape,
            kind=self.kind,
            train_count=self.train_count,
            val_count=self.val_count,
            test_count=self.test_count,
            tokens=self.tokens,
        )

    @property
    def scaling(self) -> Scaling:
        def array(numbers: Numbers | None, shape: tuple[int, ...]) -> Floats | None:
            return None if numbers is None else np.array(numbers, np.float64).reshape(shape)

        return Scaling(
            fill=array(self.fill, self.input_shape),
            mean=array(self.mean, self.input_shape),
            scale=array(self.scale, self.input_shape),
            target_mean=array(self.target_mean, self.target_shape),
            target_scale=array(self.target_scale, self.target_shape),
        )

    @property
    def dtype(self) -> type:
        """Of raw inputs."""
        if self.tokens is not None:
            return np.int64
        return np.float64 if self.exact else np.float32

    def dataset(self, x: Samples, y: Samples) -> Dataset:
        """Samples as the network and the loss get them, of raw inputs and targets."""
        return Dataset(
            x=self.scaling.prepare(x),
            y=self.scaling.prepare_target(y),
            kind=self.kind,
            target_names=self.target_names,
            class_names=self.class_names,
            sample_name=self.sample_name,
            tokens=self.tokens,
        )


def recipe_of(prepared: Prepared) -> Recipe:
    """The recipe of a run's data."""
    dataset, split = prepared.dataset, prepared.split
    scaling, kind, data = split.scaling, dataset.kind, prepared.plan.experiment.data
    of_points = dataset.points is not None
    answer = simplest_answer(split.train)
    return Recipe(
        input_shape=dataset.input_shape,
        tokens=dataset.tokens,
        columns=tuple(_columns(dataset)),
        features=dataset.input_names if of_points else (),
        pixels=dataset.pixels,
        arrays=(data["x"], data["y"]) if data.entry.name == "npz" else (),
        decimal=dataset.decimal,
        exact=dataset.x.dtype == np.float64,
        exact_target=dataset.y.dtype == np.float64,
        classes=kind.count if isinstance(kind, Classes) else None,
        class_names=dataset.class_names,
        target_shape=() if isinstance(kind, Classes) else kind.shape,
        target_names=dataset.target_names,
        sample_name=dataset.sample_name,
        train_count=len(split.train.x),
        val_count=len(split.val_indices),
        test_count=len(split.test_indices),
        fill=None if of_points else _flat(_fill(prepared)),
        mean=_flat(scaling.mean),
        scale=_flat(scaling.scale),
        target_mean=_flat(scaling.target_mean),
        target_scale=_flat(scaling.target_scale),
        simplest=(float(answer),) if isinstance(answer, int) else tuple(answer.ravel().tolist()),
    )


def _columns(dataset: Dataset) -> list[Column]:
    if dataset.columns:
        return list(dataset.columns)
    if dataset.points is not None:
        return [Column(name) for name in COORDINATES]
    if len(dataset.input_shape) != 1:
        return []
    names = dataset.input_names or [f"x{i + 1}" for i in range(dataset.input_shape[0])]
    return [Column(name) for name in names]


def _fill(prepared: Prepared) -> Floats | None:
    """The mean of each column of numbers over the training part, measured where nobody did yet."""
    dataset, scaling = prepared.dataset, prepared.split.scaling
    if scaling.fill is not None or dataset.tokens is not None or len(dataset.input_shape) != 1:
        return scaling.fill
    if scaling.mean is not None:
        return scaling.mean
    mean: Floats = prepared.split.train.x.mean(axis=0, dtype=np.float64)
    return mean


def _flat(array: Floats | None) -> Numbers | None:
    return None if array is None else tuple(array.ravel().tolist())


def to_bytes(recipe: Recipe) -> bytes:
    """The recipe as JSON; every number comes back to the bit."""
    return msgspec.json.encode(recipe)


def from_bytes(data: bytes, where: str) -> Recipe:
    """A recipe again; InvalidInput at `where` for what is none."""
    try:
        recipe = msgspec.json.decode(data, type=Recipe)
        _check(recipe)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InvalidInput(
            f"isn't a recipe of inputs ({error})",
            where=where,
            hint="take the file away: then the run's data is read instead",
        ) from None
    return recipe


def _check(recipe: Recipe) -> None:
    """ValueError where parts of a recipe don't go together."""
    if recipe.version != 1:
        raise ValueError(f"its version is {recipe.version}, this is 1")
    inputs, targets = _size(recipe.input_shape), _size(recipe.target_shape)
    widths = sum(column.width for column in recipe.columns)
    if recipe.features:
        _same(widths, 2, "coordinates")
        _same(inputs, len(recipe.features), "features")
    elif recipe.columns:
        _same(widths, inputs, "columns")
    if recipe.classes is not None:
        if recipe.classes < 2 or recipe.target_shape:
            raise ValueError(f"{recipe.classes} classes")
        if recipe.class_names:
            _same(len(recipe.class_names), recipe.classes, "class names")
        if not (len(recipe.simplest) == 1 and recipe.simplest[0] in range(recipe.classes)):
            raise ValueError("the commonest class is none")
    else:
        _same(len(recipe.simplest), targets, "means")
    for numbers, size in (
        (recipe.fill, inputs),
        (recipe.mean, inputs),
        (recipe.scale, inputs),
        (recipe.target_mean, targets),
        (recipe.target_scale, targets),
    ):
        if numbers is not None:
            _same(len(numbers), size, "numbers")
            if not all(map(isfinite, numbers)):
                raise ValueError("a number isn't finite")


def _size(shape: tuple[int, ...]) -> int:
    if any(side < 1 for side in shape) or prod(shape) > MAX_NUMBERS:
        raise ValueError(f"the shape {shape}")
    return prod(shape)


def _same(found: int, wanted: int, what: str) -> None:
    if found != wanted:
        raise ValueError(f"{found} {what}, not {wanted}")
