"""Samples drawn by hand: a dataset of its own, or edits of what another one gives."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset, Edited
from tui_nn.data.features import COORDINATES, compute, dataset_of_points
from tui_nn.spec.catalog.drawn import LEVELS
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.targets import Classes, Values

Sample = tuple[Any, ...]
"""Its numbers, or its picture as a text, and its answer behind."""


def points(
    samples: Sequence[Sample], classes: int | None = None, features: Sequence[str] = COORDINATES
) -> Dataset:
    """Points (n, 2) of the plane or (n, 1) of the line, each with its answer behind.

    Classes where all answers are whole numbers: `classes` of them, or one more than the highest, 2
    at least; else values.
    """
    numbers = np.array(samples, np.float64)
    places, answers = numbers[:, :-1], numbers[:, -1]
    is_class = all(isinstance(sample[-1], int) for sample in samples)
    count = classes or max(2, int(answers.max()) + 1)
    kind = Classes(count) if is_class else Values((1,))
    y = answers.astype(np.int64) if is_class else answers[:, None].astype(np.float32)
    names = tuple(map(str, range(count))) if is_class else ()
    if places.shape[1] == 2:
        return dataset_of_points(places, y, kind, features, names)
    return Dataset(
        x=places.astype(np.float32), y=y, kind=kind, input_names=("x",), class_names=names,
        sample_name="point",
    )  # fmt: skip


def edited(data: Dataset, add: Sequence[Sample] = (), remove: Sequence[int] = ()) -> Dataset:
    """`data` without the samples `remove`, counted from 0, and with those of `add` behind.

    The parts of what stays are those of `data`; what is added belongs to the training part.
    Raises InvalidInput for samples that `data` can't have or doesn't have.
    """
    n = len(data.x)
    wrong = next((index for index in remove if index >= n), None)
    if wrong is not None:
        raise InvalidInput(
            f"edited: there is no sample {wrong} to remove", hint=f"there are 0 to {n - 1}"
        )
    kept = np.setdiff1d(np.arange(n), np.array(remove, np.int64))
    if not len(kept) + len(add):
        raise InvalidInput("edited: no sample is left", hint="take out fewer, or add some")
    rest = data.take(kept)
    found = replace(rest, edited=Edited(data, kept))
    if not add:
        return found
    _check_addable(data)
    x = np.concatenate([rest.x, *(_input(data, i, sample) for i, sample in enumerate(add))])
    y = np.concatenate([rest.y, *(_answer(data, i, sample) for i, sample in enumerate(add))])
    places = rest.points
    if places is not None:
        places = np.concatenate([places, np.array([s[:2] for s in add], np.float32)])
    return replace(found, x=x, y=y, points=places)


def _check_addable(data: Dataset) -> None:
    takes = isinstance(data.kind, Classes) or data.kind.shape == (1,)
    if data.tokens is not None or not takes:
        what = "tokens" if data.tokens is not None else "pictures as answers"
        raise InvalidInput(
            f"edited: to data with {what} no sample can be added", hint="take add out"
        )


def _input(data: Dataset, index: int, sample: Sample) -> NDArray[Any]:
    """(1, *input shape), in the data's own units."""
    given = sample[:-1]
    if isinstance(given[0], str):
        return _picture(data, index, given[0])
    if len(data.input_shape) > 1:
        raise InvalidInput(
            f"edited: add[{index}] is no picture", hint=f"write ('{'0' * 8}…', class)"
        )
    wanted = 2 if data.points is not None else data.input_shape[0]
    if len(given) != wanted:
        raise InvalidInput(
            f"edited: add[{index}] has {len(given)} inputs, the data {wanted}",
            hint="write (x1, x2, answer)" if wanted == 2 else f"write {wanted}, then the answer",
        )
    numbers = np.array([given], np.float64)
    if data.points is not None:
        return compute(numbers, data.input_names)
    return numbers.astype(data.x.dtype)


def _picture(data: Dataset, index: int, text: str) -> NDArray[Any]:
    wanted = prod(data.input_shape)
    if data.sample_name != "picture":
        raise InvalidInput(f"edited: add[{index}] is a picture", hint="write its numbers")
    if len(text) != wanted:
        raise InvalidInput(
            f"edited: add[{index}] has {len(text)} pixels, the data's pictures {wanted}",
            hint="write one of 0 … 9, a … g for each, row by row",
        )
    levels = np.array([LEVELS.index(sign) for sign in text], np.float32)
    return (levels / np.float32(16)).reshape(1, *data.input_shape)


def _answer(data: Dataset, index: int, sample: Sample) -> NDArray[Any]:
    """(1,) of classes, else (1, 1)."""
    answer = sample[-1]
    if not isinstance(data.kind, Classes):
        return np.array([[answer]], data.y.dtype)
    count = data.kind.count
    if not isinstance(answer, int) or not 0 <= answer < count:
        raise InvalidInput(
            f"edited: add[{index}] has the class {answer}", hint=f"there are 0 to {count - 1}"
        )
    return np.array([answer], np.int64)
