"""Targets that are numbers: two surfaces over a plane and two curves over a line.

`plane` and `gauss_bumps` follow the formulas of TensorFlow Playground (src/dataset.ts), with its
noise from 0 to 0.5. Each returns inputs (n, number of inputs) and targets (n, 1), both float32.
Under the same seed more noise keeps the same points and changes their targets.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.data.features import COORDINATES, dataset_of_points
from tui_nn.spec.targets import Values

ONE_NUMBER = Values((1,))
BUMPS = np.array([(-4, 2.5), (0, 2.5), (4, 2.5), (-4, -2.5), (0, -2.5), (4, -2.5)])
BUMP_SIGNS = np.array([1, -1, 1, -1, 1, -1])


def plane(
    n: int = 1200, noise: float = 0.0, seed: int = 0, features: Sequence[str] = COORDINATES
) -> Dataset:
    """Points of the square −6 … 6 with the target (x1 + x2) / 10.

    The target is read `noise` · U(−6, 6) beside the point in each direction.
    """
    points, read = _square(n, noise, seed)
    return _surface(points, read.sum(axis=1) / 10, features)


def gauss_bumps(
    n: int = 1200, noise: float = 0.0, seed: int = 0, features: Sequence[str] = COORDINATES
) -> Dataset:
    """Points of the square −6 … 6 under six cones of height ±1 and radius 2.

    The target is that of the cone nearest to the point, 0 outside all, and read
    `noise` · U(−6, 6) beside the point in each direction. Playground calls it
    multi gaussian though its flanks are straight.
    """
    points, read = _square(n, noise, seed)
    distances = np.linalg.norm(read[:, None] - BUMPS, axis=2)
    heights = BUMP_SIGNS * np.clip(1 - distances / 2, 0, 1)
    strongest = np.abs(heights).argmax(axis=1)
    return _surface(points, heights[np.arange(n), strongest], features)


def sine(n: int = 200, noise: float = 0.0, seed: int = 0) -> Dataset:
    """y = sin(x) for x drawn evenly from −π to π.

    `noise` is the standard deviation of what is added to y.
    """
    rng = np.random.default_rng(seed)
    x = rng.uniform(-math.pi, math.pi, (n, 1))
    return _curve(x, np.sin(x) + noise * rng.standard_normal((n, 1)))


def line(
    n: int = 100,
    slope: float = 2.0,
    intercept: float = 1.0,
    noise: float = 0.0,
    seed: int = 0,
) -> Dataset:
    """y = slope · x + intercept for x drawn evenly from −1 to 1.

    `noise` is the standard deviation of what is added to y.
    """
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (n, 1))
    return _curve(x, slope * x + intercept + noise * rng.standard_normal((n, 1)))


def _square(n: int, noise: float, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (n, 2), and the places (n, 2) where their targets are read."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(-6, 6, (n, 2))
    return points, points + noise * rng.uniform(-6, 6, (n, 2))


def _surface(
    points: NDArray[np.float64], heights: NDArray[np.float64], features: Sequence[str]
) -> Dataset:
    return dataset_of_points(points, heights[:, None].astype(np.float32), ONE_NUMBER, features)


def _curve(x: NDArray[np.float64], y: NDArray[np.float64]) -> Dataset:
    return Dataset(
        x=x.astype(np.float32),
        y=y.astype(np.float32),
        kind=ONE_NUMBER,
        input_names=("x",),
        sample_name="point",
    )
