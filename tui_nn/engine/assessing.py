"""How good a trained network is on one part: every number that helps to judge it."""

from math import sqrt
from statistics import NormalDist

import msgspec
import numpy as np
from numpy.typing import NDArray
from torch import nn

from tui_nn.data.baseline import answer_in_words, answer_numbers
from tui_nn.data.dataset import Dataset
from tui_nn.data.recipe import Recipe
from tui_nn.engine.aside import aside
from tui_nn.engine.building import build_loss
from tui_nn.engine.evaluation import Part
from tui_nn.engine.predicting import refuse_a_single_one
from tui_nn.engine.weights import CPU
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Numbers
from tui_nn.spec.resolve import Plan

CONFIDENCE = 0.95


class ClassScore(msgspec.Struct, frozen=True):
    """How well one class is found; None where there is nothing to divide by."""

    name: str
    precision: float | None
    """Of the samples said to be of it, the share that is."""
    recall: float | None
    """Of its samples, the share that is said to be."""
    f1: float | None
    support: int
    """How many samples are of it."""


class TargetScore(msgspec.Struct, frozen=True):
    """How well one value is predicted, in its own units; None where it doesn't vary."""

    name: str
    mae: float
    rmse: float
    r2: float | None


class Simplest(msgspec.Struct, frozen=True):
    """What always the commonest class, or the mean, of the training part gets."""

    answer: str
    numbers: Numbers


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """One part, judged."""

    count: int
    not_finite: int = 0
    """Samples with an output that isn't finite: of those no number here says much."""
    numbers: dict[str, float]
    """The metrics of an evaluation, as training tells them."""
    right: int | None = None
    interval: tuple[float, float] | None = None
    """Where the accuracy of all such samples lies, 95 % sure (Wilson score)."""
    classes: tuple[ClassScore, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    """A row a true class, a column a predicted one."""
    targets: tuple[TargetScore, ...] = ()
    """Each value for itself, where there are several in a row."""
    baseline: Simplest


def assess(network: nn.Module, plan: Plan, recipe: Recipe, part: Dataset) -> Assessment:
    """Judge the network on samples as it gets them, without a trace in it; InvalidInput."""
    refuse_a_single_one(plan, len(part.x))
    unit = recipe.scaling.unit
    ready = Part(part, plan, CPU, unit)
    with aside(network):
        outputs = ready.outputs(network)
        not_finite = int((~outputs.isfinite()).flatten(1).any(1).sum())
        try:
            found = ready.measure(outputs, build_loss(plan, CPU))
        except RuntimeError as error:  # some losses refuse numbers that are none
            if not not_finite:
                raise
            raise InvalidInput(
                f"{not_finite:,} of {len(outputs):,} outputs aren't finite, "
                f"{plan.experiment.loss.entry.name} can't judge them ({error})",
                hint="name other weights with --checkpoint",
            ) from None
    baseline = _simplest(recipe, part, unit)
    if found.confusion is None or found.right is None:
        errors = (outputs - ready.labels).double().numpy()
        targets = _target_scores(errors, part, recipe)
        return Assessment(
            count=found.count,
            not_finite=not_finite,
            numbers=found.numbers,
            targets=targets,
            baseline=baseline,
        )
    confusion = found.confusion.numpy()
    return Assessment(
        count=found.count,
        not_finite=not_finite,
        numbers=found.numbers,
        right=found.right,
        interval=wilson(found.right, found.count),
        classes=class_scores(confusion, recipe.names),
        confusion=tuple(map(tuple, confusion.tolist())),
        baseline=baseline,
    )


def wilson(right: int, count: int) -> tuple[float, float]:
    """The interval of a share, `right` of `count`, at a confidence of 95 %.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    share, weight = right / count, z * z / count
    middle = share + weight / 2
    half = z * sqrt((share * (1 - share) + weight / 4) / count)
    low, high = (middle - half) / (1 + weight), (middle + half) / (1 + weight)
    return (0.0 if right == 0 else low, 1.0 if right == count else high)


def class_scores(confusion: NDArray[np.int64], names: tuple[str, ...]) -> tuple[ClassScore, ...]:
    """Precision, recall and F1 of each class, of how often (true, said) came together."""
    hits, actual, said = confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0)
    return tuple(
        ClassScore(
            name=names[i],
            precision=_share(hits[i], said[i]),
            recall=_share(hits[i], actual[i]),
            f1=_share(2 * hits[i], actual[i] + said[i]),
            support=int(actual[i]),
        )
        for i in range(len(confusion))
    )


def _share(part: np.int64, whole: np.int64) -> float | None:
    return float(part / whole) if whole else None


def _target_scores(
    errors: NDArray[np.float64], part: Dataset, recipe: Recipe
) -> tuple[TargetScore, ...]:
    """Of errors (n, values) as the loss has them; none where there is one value, or a picture."""
    if len(recipe.target_shape) != 1 or recipe.target_shape == (1,):
        return ()
    scale = recipe.scaling.target_scale
    own = np.ones(errors.shape[1]) if scale is None else scale
    spread = ((part.y - part.y.mean(axis=0, dtype=np.float64)) ** 2).sum(axis=0)
    squares = (errors**2).sum(axis=0)
    return tuple(
        TargetScore(
            name=name,
            mae=float(own[i] * np.abs(errors[:, i]).mean()),
            rmse=float(own[i] * sqrt((errors[:, i] ** 2).mean())),
            r2=float(1 - squares[i] / spread[i]) if spread[i] else None,
        )
        for i, name in enumerate(recipe.value_names)
    )


def _simplest(recipe: Recipe, part: Dataset, unit: float) -> Simplest:
    answer = (
        np.array(recipe.simplest).reshape(recipe.target_shape)
        if recipe.classes is None
        else int(recipe.simplest[0])
    )
    return Simplest(answer_in_words(answer, recipe.class_names), answer_numbers(part, answer, unit))
