"""One sample through a neuron and back, worked out here to be held beside what torch holds."""

from dataclasses import dataclass
from math import isfinite

import numpy as np

from tui_nn.views.calls import name_of
from tui_nn.views.desk import Desk
from tui_nn.views.neuron import Given, Sample, Step, Vector
from tui_nn.views.neuron_rule import Rule, class_of, coded, rule_of
from tui_nn.views.rules import bound
from tui_nn.views.world import World

ROUNDING = 16 * float(np.finfo(np.float32).eps)
"""Of a sum of a few terms in float32, of its largest term."""


@dataclass(frozen=True)
class Pass:
    """A sample through the weights of a step; None where it is not known yet."""

    sample: int | None
    x: Vector | None = None
    """(inputs,), and 1 for the bias."""
    w: Vector | None = None
    """(inputs,), and the bias."""
    t: float | None = None
    products: Vector | None = None
    z: float | None = None
    y: float | None = None
    loss: float | None = None
    error: float | None = None
    """∂L/∂z, and so the gradient of the bias."""
    terms: Vector | None = None
    """error · x for each parameter: the gradient of this sample alone."""
    torch: tuple[float, float] | None = None
    """z and y that torch gave."""


def rule(world: World) -> Rule:
    """The activation and the loss of the neuron that is trained."""
    neuron = world.steps.neuron
    return rule_of(neuron.activation if neuron else "", bound(str(world.setting("loss")), "loss"))


def shown_sample(step: Step | None, desk: Desk) -> int | None:
    """The sample that is looked at: the desk's where the batch holds it, else its first."""
    if step is None or not step.samples:
        return None
    return desk.sample if desk.sample in step.samples else next(iter(step.samples))


def pass_of(world: World, step: Step | None, sample: int | None) -> Pass:
    """A sample of its batch through a step, as far as it is known."""
    neuron = world.steps.neuron
    if neuron is None or step is None:
        return Pass(sample)
    w = step.before if step.number else step.after
    told = None if sample is None else step.samples.get(sample)
    if sample is None or told is None or w is None:
        return Pass(sample, w=w)
    return through(rule(world), sample, told, w)


def through(rule: Rule, number: int, told: Sample, w: Vector) -> Pass:
    """A sample worked out anew: `w` with the bias, where there is one, behind the weights."""
    x, t = np.append(told.x, np.ones(len(w) - len(told.x))), told.t
    with np.errstate(all="ignore"):
        products = x * w
        z = float(np.float32(products.sum()))
        if same(z, told.z, float(np.abs(products).max(initial=0.0))):
            z = told.z  # on the edge of a step the last bit decides
        y = rule.output(z)
        error = rule.error(z, y, t)
        terms = None if error is None else error * x
    torch = told.z, told.y
    return Pass(number, x, w, t, products, z, y, rule.loss_of(y, t), error, terms, torch)


def given_of(world: World, sample: int) -> Given | None:
    """A sample of the training part as the network and the loss read it; None where that is not
    known.
    """
    steps = world.steps
    if sample in steps.given:
        return steps.given[sample]
    known = next(iter(steps.given.items()), None)
    if known is None or world.samples is None:
        return None
    one, other = _as_in_the_data(world, known[0]), _as_in_the_data(world, sample)
    is_alike = one is not None and one.t == known[1].t and np.array_equal(one.x, known[1].x)
    return other if is_alike else None  # standardised ones have to be looked at one by one


def class_target(world: World, sample: int) -> float | None:
    """The target of a sample as the loss reads it, where it is a class: no scale changes it."""
    samples = world.samples
    if samples is None or not samples.class_names:
        return None
    found = _as_in_the_data(world, sample)
    return None if found is None else found.t


def _as_in_the_data(world: World, sample: int) -> Given | None:
    """A sample in its own units; None where it was not sent."""
    found, neuron = world.samples, world.steps.neuron
    if found is None or neuron is None:
        return None
    places = np.flatnonzero(found.samples.numpy() == sample)
    if not len(places):
        return None
    x = np.asarray(found.x.numpy()[places[0]], np.float64).ravel()
    label = found.y.numpy()[places[0]]
    if found.class_names or found.y.dtype == "int64":
        name = name_of(world.setting("loss", ""))
        return Given(x, coded(int(label), name, neuron.activation))
    return Given(x, float(np.ravel(label)[0]))


def is_right(world: World, y: float | None, t: float | None) -> bool | None:
    """Whether an output stands for the class wanted; None for numbers to be predicted."""
    neuron, samples = world.steps.neuron, world.samples
    if y is None or t is None or neuron is None or samples is None or not samples.class_names:
        return None
    name = name_of(world.setting("loss", ""))
    return class_of(y, name, neuron.activation) == int(t > 0)


def same(mine: float | None, torchs: float | None, scale: float = 0.0) -> bool:
    """Whether two numbers differ by rounding alone; `scale`: of the largest term of a sum."""
    if mine is None or torchs is None:
        return False
    if not (isfinite(mine) and isfinite(torchs)):
        return mine == torchs or (mine != mine and torchs != torchs)
    scale = scale if isfinite(scale) else 0.0  # beside an infinite term all would be the same
    return abs(mine - torchs) <= ROUNDING * max(abs(mine), abs(torchs), scale) + 1e-37


@dataclass(frozen=True)
class Mean:
    """What a batch gives: loss and gradient, means over its samples."""

    loss: float
    gradient: Vector
    scale: float
    """Of the largest term."""


def batch_size(world: World, step: Step) -> int:
    """Samples in a step's batch."""
    return step.count or world.batch_size


def mean_of(world: World, step: Step) -> Mean | None:
    """Means over the whole batch; None where a sample is not known, or a formula."""
    if not step.samples or step.count > len(step.samples):
        return None
    passes = [pass_of(world, step, sample) for sample in step.samples]
    terms = [one.terms for one in passes if one.terms is not None]
    losses = [one.loss for one in passes if one.loss is not None]
    if len(terms) < len(passes) or len(losses) < len(passes):
        return None
    table = np.array(terms)
    with np.errstate(all="ignore"):
        gradient = table.mean(axis=0)
        longest = world.setting("train.clip_norm")
        if longest:
            gradient = gradient * min(1.0, longest / (float(np.linalg.norm(gradient)) + 1e-6))
    scale = float(np.abs(table).max(initial=0.0))
    return Mean(float(np.mean(losses)), gradient, scale)


def all_same(mine: Vector | None, torchs: Vector | None, scale: float) -> bool:
    """Whether every number is the same but for rounding."""
    if mine is None or torchs is None or len(mine) != len(torchs):
        return False
    return all(same(float(a), float(b), scale) for a, b in zip(mine, torchs, strict=True))
