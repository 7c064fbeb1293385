"""The plane or the line that an experiment's inputs come from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.data.features import COORDINATES, compute
from tui_nn.data.split import Scaling, Split
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.shapes import show

Points = NDArray[Any]
"""(n, 2) in the plane, (n, 1) on the line, in the data's own units."""
Range = tuple[float, float]
MARGIN = 0.1
"""Of the data's extent, added on each side."""


@dataclass(frozen=True)
class Plane:
    """Where points lie, and what the network gets of them."""

    axes: tuple[str, ...]
    ranges: tuple[Range, ...]
    """One a coordinate: where the data lies, and a little more."""
    inputs: Callable[[Points], NDArray[Any]]
    """The network's inputs of some points."""


def plane_of(split: Split) -> Plane:
    """The plane of features of a point, of two columns, or the line of one.

    InvalidInput where inputs come from none.
    """
    train, scaling = split.train, split.scaling
    parts = [train] if split.val is None else [train, split.val]
    known = [points_of(part, scaling) for part in parts]
    points = [found for found in known if found is not None]
    if not points:
        what = "tokens" if train.tokens is not None else "numbers"
        raise InvalidInput(
            f"the inputs come from no plane and no line: each is {show(train.input_shape)} {what}",
            hint="look at activations instead",
        )
    if train.points is not None:
        names: tuple[str, ...] = COORDINATES
        features = train.input_names

        def raw(points: Points) -> Points:
            return compute(points, features)
    else:
        count = points[0].shape[1]
        names = train.input_names or tuple(f"x{index + 1}" for index in range(count))

        def raw(points: Points) -> Points:
            return points.astype(np.float64)

    ranges = tuple(_range(column) for column in np.concatenate(points).astype(np.float64).T)
    return Plane(tuple(names), ranges, lambda points: scaling.prepare(raw(points)))


def points_of(part: Dataset, scaling: Scaling) -> Points | None:
    """Where the samples of a prepared part lie; None where they lie in no plane or line."""
    if part.points is not None:
        return part.points
    if part.tokens is None and part.x.ndim == 2 and part.x.shape[1] in (1, 2):
        return own_inputs(part.x, scaling)
    return None


def own_inputs(x: NDArray[Any], scaling: Scaling) -> NDArray[Any]:
    """Inputs as the network gets them in their own units again, float32; tokens stay."""
    if scaling.mean is None or scaling.scale is None:
        return x
    return (x * scaling.scale + scaling.mean).astype(np.float32)


def _range(column: NDArray[np.float64]) -> Range:
    low, high = float(column.min()), float(column.max())
    margin = MARGIN * (high - low) or 1.0
    return low - margin, high + margin


def middles(ends: Range, cells: int) -> NDArray[np.float64]:
    """The middle of each of so many equal cells between the ends."""
    low, high = ends
    places = np.arange(cells, dtype=np.float64) + 0.5
    return low + places * ((high - low) / cells)
