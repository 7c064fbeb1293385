"""The inputs a network can get of a point: its coordinates, their squares, product and sines.

The seven are those of TensorFlow Playground (src/playground.ts).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.targets import Kind

Column = NDArray[np.float64]

FORMULAS: dict[str, Callable[[Column, Column], Column]] = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1^2": lambda x1, x2: x1 * x1,
    "x2^2": lambda x1, x2: x2 * x2,
    "x1*x2": lambda x1, x2: x1 * x2,
    "sin(x1)": lambda x1, x2: np.sin(x1),
    "sin(x2)": lambda x1, x2: np.sin(x2),
}
COORDINATES = ("x1", "x2")


def compute(
    points: NDArray[np.float32] | NDArray[np.float64], features: Sequence[str]
) -> NDArray[np.float32]:
    """The features of points (n, 2), as columns in the order given: (n, number of features).

    Points are taken as float32, so that a map of the plane and the samples in it agree.
    Raises InvalidInput for no, unknown or repeated features.
    """
    _check(features)
    x1, x2 = points.astype(np.float32).astype(np.float64).T
    return np.stack([FORMULAS[name](x1, x2) for name in features], axis=1).astype(np.float32)


def dataset_of_points(
    points: NDArray[np.float64],
    y: NDArray[np.int64] | NDArray[np.float32],
    kind: Kind,
    features: Sequence[str],
    class_names: tuple[str, ...] = (),
) -> Dataset:
    """Samples whose inputs are features of points (n, 2)."""
    return Dataset(
        x=compute(points, features),
        y=y,
        kind=kind,
        input_names=tuple(features),
        class_names=class_names,
        sample_name="point",
        points=points.astype(np.float32),
    )


def _check(features: Sequence[str]) -> None:
    hint = f"choose from {', '.join(FORMULAS)}"
    if not features:
        raise InvalidInput("features is empty", hint=hint)
    for name in features:
        if name not in FORMULAS:
            raise InvalidInput(f"there is no feature '{name}'", hint=hint)
    if len(set(features)) < len(features):
        raise InvalidInput("a feature stands there twice", hint="keep one")
