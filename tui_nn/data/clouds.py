"""Points of a plane in two or more classes.

`circle`, `xor_cloud`, `gauss` and `spiral` follow the formulas of TensorFlow Playground
(src/dataset.ts), with its noise from 0 to 0.5; its label +1 is class 1, its −1 class 0, and
class 1 comes first. The numbers are drawn by numpy, so single points differ from Playground's.
Each returns inputs (n, number of features), whichever of `features.FORMULAS` are asked for,
and class indices (n,). Under the same seed more noise moves the same points.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.data.features import COORDINATES, dataset_of_points
from tui_nn.spec.targets import Classes

Floats = NDArray[np.float64]


def circle(
    n: int = 500, noise: float = 0.0, seed: int = 0, features: Sequence[str] = COORDINATES
) -> Dataset:
    """A disc of class 1, radius 0 to 2.5, in a ring of class 0, radius 3.5 to 5.

    Radius and angle are drawn evenly. The class is read `noise` · U(−5, 5) beside the point in
    each direction, so that with noise points near the border have the other's class.
    """
    rng = np.random.default_rng(seed)
    inside = np.arange(n) < _first_half(n)
    radius = rng.uniform(np.where(inside, 0.0, 3.5), np.where(inside, 2.5, 5.0))
    angle = rng.uniform(0, 2 * math.pi, n)
    points = _polar(radius, angle)
    read = points + noise * rng.uniform(-5, 5, (n, 2))
    return _classes(points, np.hypot(*read.T) < 2.5, features)


def xor_cloud(
    n: int = 500, noise: float = 0.0, seed: int = 0, features: Sequence[str] = COORDINATES
) -> Dataset:
    """Points of the square −5.3 … 5.3 that keep 0.3 away from both axes.

    Class 1 where x1 · x2 ≥ 0, read `noise` · U(−5, 5) beside the point in each direction.
    """
    rng = np.random.default_rng(seed)
    points = rng.uniform(-5, 5, (n, 2))
    points += np.where(points > 0, 0.3, -0.3)
    read = points + noise * rng.uniform(-5, 5, (n, 2))
    return _classes(points, read.prod(axis=1) >= 0, features)


def gauss(
    n: int = 500, noise: float = 0.0, seed: int = 0, features: Sequence[str] = COORDINATES
) -> Dataset:
    """Two normal clouds: class 1 round (2, 2), class 0 round (−2, −2).

    The variance of each coordinate is 0.5 + 7 · `noise`: 0.5 at noise 0, 4 at 0.5.
    """
    rng = np.random.default_rng(seed)
    first = np.arange(n) < _first_half(n)
    centres = np.where(first, 2.0, -2.0)[:, None]
    points = centres + math.sqrt(0.5 + 7 * noise) * rng.standard_normal((n, 2))
    return _classes(points, first, features)


def spiral(
    n: int = 500, noise: float = 0.0, seed: int = 0, features: Sequence[str] = COORDINATES
) -> Dataset:
    """Two arms of 1¾ turns; the arm of class 0 is that of class 1 turned by half a circle.

    Point i of an arm lies at radius 5·i / (n/2) and angle 1.75 · 2π·i / (n/2), measured from the
    x2 axis towards x1, plus `noise` · U(−1, 1) in each coordinate. Without noise the seed changes
    nothing.
    """
    rng = np.random.default_rng(seed)
    first = np.arange(n) < _first_half(n)
    along = np.where(first, np.arange(n), np.arange(n) - _first_half(n)) / (n / 2)
    angle = 1.75 * along * 2 * math.pi + np.where(first, 0.0, math.pi)
    points = _polar(5 * along, angle) + noise * rng.uniform(-1, 1, (n, 2))
    return _classes(points, first, features)


def moons(
    n: int = 500, noise: float = 0.1, seed: int = 0, features: Sequence[str] = COORDINATES
) -> Dataset:
    """Two half circles of radius 1, as scikit-learn's make_moons without its shuffling.

    Class 0: (cos t, sin t); class 1: (1 − cos t, ½ − sin t); t evenly from 0 to π. `noise` is the
    standard deviation added to each coordinate; without it the seed changes nothing.
    """
    rng = np.random.default_rng(seed)
    upper = np.linspace(0, math.pi, n // 2)
    lower = np.linspace(0, math.pi, n - n // 2)
    arcs = [
        np.stack([np.cos(upper), np.sin(upper)], axis=1),
        np.stack([1 - np.cos(lower), 0.5 - np.sin(lower)], axis=1),
    ]
    points = np.concatenate(arcs) + noise * rng.standard_normal((n, 2))
    return _classes(points, np.arange(n) >= n // 2, features)


def blobs(
    n: int = 500,
    classes: int = 3,
    std: float = 1.0,
    seed: int = 0,
    features: Sequence[str] = COORDINATES,
) -> Dataset:
    """Round normal clouds, their centres evenly spaced on a circle of radius 4.

    Class 0 is at the top, the others follow clockwise, so `classes` and `std` alone say how much
    the clouds overlap. Sizes differ by one point at most, the first classes having the larger.
    """
    rng = np.random.default_rng(seed)
    y = np.sort(np.arange(n) % classes)
    centres = _polar(np.full(classes, 4.0), 2 * math.pi * np.arange(classes) / classes)
    points = centres[y] + std * rng.standard_normal((n, 2))
    return _classes(points, y, features, classes)


def rings(
    n: int = 500,
    classes: int = 3,
    noise: float = 0.1,
    seed: int = 0,
    features: Sequence[str] = COORDINATES,
) -> Dataset:
    """Circles round the origin, one for each class: class k has radius 5 · (k + 1) / `classes`.

    Angles are drawn evenly; `noise` is the standard deviation added to each coordinate. Sizes
    differ by one point at most, the first classes having the larger.
    """
    rng = np.random.default_rng(seed)
    y = np.sort(np.arange(n) % classes)
    circles = _polar(5 * (y + 1) / classes, rng.uniform(0, 2 * math.pi, n))
    return _classes(circles + noise * rng.standard_normal((n, 2)), y, features, classes)


def checkerboard(
    n: int = 500,
    squares: int = 4,
    noise: float = 0.0,
    seed: int = 0,
    features: Sequence[str] = COORDINATES,
) -> Dataset:
    """Points drawn evenly on −5 … 5, a board of `squares` x `squares` squares in two classes.

    Class 1 where ⌊(x1 + 5) / side⌋ + ⌊(x2 + 5) / side⌋ is even, side = 10 / `squares`: the square
    at the lower left is class 1. It is read `noise` · U(−5, 5) beside the point in each direction.
    """
    rng = np.random.default_rng(seed)
    points = rng.uniform(-5, 5, (n, 2))
    read = points + noise * rng.uniform(-5, 5, (n, 2))
    square = np.floor((read + 5) * squares / 10)
    return _classes(points, square.sum(axis=1) % 2 == 0, features)


def imbalanced(
    n: int = 1000,
    share: float = 0.05,
    std: float = 1.0,
    seed: int = 0,
    features: Sequence[str] = COORDINATES,
) -> Dataset:
    """Two round normal clouds, one of them rare: round(n · `share`) samples of class 1, "yes".

    Class 0, "no", lies round (−1, −1) and comes first, class 1 round (1, 1); both have the
    deviation `std` in each coordinate. The best rule is a straight line, x1 + x2 >
    std² · ln((1 − share) / share) / 2: at the defaults it finds 65 % of the rare class, 83 % of
    what it finds is right (F1 0.73), where "always no" is right for 95 % and finds none.
    """
    rng = np.random.default_rng(seed)
    rare = np.arange(n) >= n - round(n * share)
    centres = np.where(rare, 1.0, -1.0)[:, None]
    points = centres + std * rng.standard_normal((n, 2))
    return _classes(points, rare, features, names=("no", "yes"))


def _first_half(n: int) -> int:
    """Half of n; for an odd n the first half is the larger."""
    return (n + 1) // 2


def _polar(radius: Floats, angle: Floats) -> Floats:
    """Points (n, 2) at angles measured from the x2 axis towards the x1 axis."""
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)


def _classes(
    points: Floats,
    y: NDArray[np.int64] | NDArray[np.bool_],
    features: Sequence[str],
    classes: int = 2,
    names: tuple[str, ...] = (),
) -> Dataset:
    names = names or tuple(map(str, range(classes)))
    return dataset_of_points(points, y.astype(np.int64), Classes(classes), features, names)
