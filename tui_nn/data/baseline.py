"""What the simplest answer gets: always the commonest class of the training part, or its mean."""

import numpy as np

from tui_nn.data.dataset import Dataset
from tui_nn.data.split import Split
from tui_nn.spec.protocol import Baseline, Numbers
from tui_nn.spec.targets import Classes


def baseline(split: Split) -> Baseline:
    """The metrics of that answer on each part; values count in their own units.

    Accuracy and macro F1, whose mean is over the classes that are there or answered; MAE, RMSE
    and R².
    """
    parts = {"train": split.train, "val": split.val, "test": split.test}
    present = {name: part for name, part in parts.items() if part is not None}
    kind = split.train.kind
    if isinstance(kind, Classes):
        answer = int(np.bincount(split.train.y.astype(np.int64), minlength=kind.count).argmax())
        name = split.train.class_names[answer] if split.train.class_names else str(answer)
        numbers = {part: _class_numbers(data, answer) for part, data in present.items()}
        return Baseline(f"always {name}", numbers)
    mean = split.train.y.mean(axis=0, dtype=np.float64)
    unit = split.scaling.unit
    return Baseline(
        "always the mean",
        {part: _value_numbers((data.y - mean) * unit) for part, data in present.items()},
    )


def _class_numbers(part: Dataset, answer: int) -> Numbers:
    right = int((part.y == answer).sum())
    # The answered class has recall 1 and precision `share`; every other class that is there, F1 0.
    share = right / len(part.y)
    there = len(np.union1d(part.y, [answer]))
    return {"accuracy": share, "f1": 2 * share / (1 + share) / there}


def _value_numbers(error: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> Numbers:
    squares = float((error**2).sum())
    spread = float(((error - error.mean(axis=0)) ** 2).sum())
    return {
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "r2": 1 - squares / spread if spread else None,
    }
