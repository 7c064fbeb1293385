"""What the simplest answer gets: always the commonest class of the training part, or its mean."""

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.data.split import Split
from tui_nn.spec.protocol import Baseline, Numbers
from tui_nn.spec.targets import Classes

Answer = int | NDArray[np.float64]
"""A class, or the same values (*target shape) for every sample."""


def baseline(split: Split) -> Baseline:
    """The metrics of that answer on each part; values count in their own units.

    Accuracy and macro F1, whose mean is over the classes that are there or answered; MAE, RMSE
    and R².
    """
    parts = {"train": split.train, "val": split.val, "test": split.test}
    present = {name: part for name, part in parts.items() if part is not None}
    answer, unit = simplest_answer(split.train), split.scaling.unit
    numbers = {name: answer_numbers(part, answer, unit) for name, part in present.items()}
    return Baseline(answer_in_words(answer, split.train.class_names), numbers)


def simplest_answer(train: Dataset) -> Answer:
    """The commonest class, or the mean of the values."""
    if isinstance(train.kind, Classes):
        return int(np.bincount(train.y.astype(np.int64), minlength=train.kind.count).argmax())
    mean: NDArray[np.float64] = train.y.mean(axis=0, dtype=np.float64)
    return mean


def answer_in_words(answer: Answer, class_names: tuple[str, ...]) -> str:
    """`always setosa`, `always the mean`."""
    if not isinstance(answer, int):
        return "always the mean"
    return f"always {class_names[answer] if class_names else answer}"


def answer_numbers(part: Dataset, answer: Answer, unit: float) -> Numbers:
    """The metrics of an answer; `unit`: what 1 of the values is in their own units."""
    if isinstance(answer, int):
        return _class_numbers(part, answer)
    return _value_numbers(part, answer, unit)


def _class_numbers(part: Dataset, answer: int) -> Numbers:
    right = int((part.y == answer).sum())
    # The answered class has recall 1 and precision `share`; every other class that is there, F1 0.
    share = right / len(part.y)
    there = len(np.union1d(part.y, [answer]))
    return {"accuracy": share, "f1": 2 * share / (1 + share) / there}


def _value_numbers(part: Dataset, answer: NDArray[np.float64], unit: float) -> Numbers:
    error = unit * (part.y - answer)
    squares = float((error**2).sum())
    # Of y, not of errors: the mean of equal float32 numbers is exact, and leaves no spread.
    spread = unit**2 * float(((part.y - part.y.mean(axis=0, dtype=np.float64)) ** 2).sum())
    return {
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "r2": 1 - squares / spread if spread else None,
    }
