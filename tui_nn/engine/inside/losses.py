"""One sample's loss term by term, the mean over the batch, and what goes back into the network."""

from dataclasses import dataclass, replace
from math import exp, log, nan
from typing import Any

import numpy as np

from tui_nn.engine.inside.layers.activation import sigmoid, softplus
from tui_nn.engine.inside.lines import (
    Column,
    Field,
    Floats,
    Ints,
    Line,
    formula,
    grid,
    numbers,
    setting,
    summed,
)
from tui_nn.engine.inside.passing import Passed
from tui_nn.engine.probes.answers import own_losses
from tui_nn.spec.protocol.inside import Place

Index = tuple[int, ...]
LEAST_LOG = -100.0
"""torch cuts the logarithms of BCELoss off here."""
LEAST_SHARE = 1e-12
"""And what it divides by in its gradient, here."""


@dataclass(frozen=True)
class Judged:
    """A pass and the loss that reads its output."""

    passed: Passed
    loss: Any

    @property
    def kind(self) -> str:
        """The loss's name in the catalog."""
        return type(self.loss).__name__

    @property
    def y(self) -> Field:
        """The network's output."""
        place = Place(of="output", name=self.passed.last.name)
        return Field("y", self.passed.output, place)

    @property
    def t(self) -> Field:
        return Field("t", self.passed.target, Place(of="target"))

    @property
    def indices(self) -> Ints:
        """Every number of one sample's output."""
        return grid(*self.passed.output.shape[1:])

    @property
    def per_sample(self) -> int:
        """Numbers of the output of one sample."""
        return len(self.indices)


def loss_of_sample(at: Judged, sample: int) -> list[Line]:
    """The lines of this sample's own loss, as torch gives it for a batch of that one."""
    if at.kind in CLASSES:
        return CLASSES[at.kind](at, sample)
    y, t = at.y.of(sample, at.indices), at.t.of(sample, at.indices)
    found = [_elementwise(at, *pair) for pair in zip(y.values, t.values, strict=True)]
    own = Column("l", np.array([value for value, _, _ in found]))
    text = found[0][1]
    whole = 1.0 if at.kind == "HalfSquaredError" else float(at.per_sample)
    if len(found) == 1:
        columns = (y, t, *_settings(at))
        scale = found[0][2]
        line = formula("loss", text, found[0][0], *columns, scale=scale)
        return [line]
    line = summed("loss", text, own, divisor=None if whole == 1 else whole)
    told = (y, t, *(_repeated(column, len(found)) for column in _settings(at)))
    scale = sum(size for _, _, size in found) / whole
    return [replace(line, columns=told, scale=scale)]


def loss_of_batch(at: Judged) -> list[Line]:
    """The mean of the samples' losses, in which a sample counts as its class does."""
    count = at.passed.count
    samples = np.arange(count)
    own = own_losses(at.loss, at.passed.output.detach(), at.passed.target)
    losses = Column("loss", numbers(own), Place(of="loss"), None, samples)
    weights = _weights_of(at)
    if weights is None:
        return [summed("loss of the batch", "loss", losses, divisor=float(count))]
    counts = Column("w", weights)
    whole = summed("sum of w", "w", counts)
    if _is_smoothed_for_nothing(at, weights):
        # A class of weight 0 counts for nothing, yet its smoothed share of the others does.
        parts = np.array([_smoothed(at, sample).total for sample in range(count)])
        losses = Column("w·loss", parts)
        return [whole, summed("loss of the batch", "w·loss", losses, divisor=whole.total)]
    return [whole, summed("loss of the batch", "w·loss", counts, losses, divisor=whole.total)]


def gradient_of_output(at: Judged, sample: int, index: Index) -> list[Line]:
    """∂L/∂ of one number of the network's output, L the loss of the batch."""
    if at.kind in ("CrossEntropyLoss", "NLLLoss"):
        return _class_gradient(at, sample, index)
    if at.kind == "MultiMarginLoss":
        return _margin_gradient(at, sample, index)
    y, t = at.y.one(index, sample), at.t.one(index, sample)
    text, slope, scale = _slope(at, float(y.values[0]), float(t.values[0]))
    by = float(at.passed.count * (1 if at.kind == "HalfSquaredError" else at.per_sample))
    columns = (y, t, *_settings(at), setting("n", by))
    return [formula("∂L/∂y", f"{text} / n", slope / by, *columns, scale=scale / by)]


def _settings(at: Judged) -> tuple[Column, ...]:
    match at.kind:
        case "SmoothL1Loss":
            return (setting("beta", at.loss.beta),)
        case "HuberLoss":
            return (setting("delta", at.loss.delta),)
        case "BCEWithLogitsLoss" if at.loss.pos_weight is not None:
            return (setting("pos_weight", float(at.loss.pos_weight)),)
    return ()


def _repeated(column: Column, count: int) -> Column:
    return Column(column.name, np.repeat(column.values, count))


def _elementwise(at: Judged, y: float, t: float) -> tuple[float, str, float]:
    """The loss of one number, its formula, and how large what cancels in it is."""
    d = y - t
    rough = abs(y) + abs(t)
    match at.kind:
        case "MSELoss":
            return d * d, "(y − t)²", 2 * abs(d) * rough
        case "HalfSquaredError":
            return d * d / 2, "½·(y − t)²", abs(d) * rough
        case "L1Loss":
            return abs(d), "|y − t|", rough
        case "SmoothL1Loss":
            beta = at.loss.beta
            text = "½·(y − t)² / beta where |y − t| < beta, else |y − t| − ½·beta"
            if abs(d) < beta:
                return d * d / 2 / beta, text, rough * abs(d) / beta
            return abs(d) - beta / 2, text, rough + beta
        case "HuberLoss":
            delta = at.loss.delta
            text = "½·(y − t)² where |y − t| < delta, else delta·(|y − t| − ½·delta)"
            if abs(d) < delta:
                return d * d / 2, text, rough * abs(d)
            return delta * (abs(d) - delta / 2), text, delta * (rough + delta)
        case "BCELoss":
            ones, zeros = _log_of(y), _log_of(1 - y)
            return -(t * ones + (1 - t) * zeros), "−t·log(y) − (1 − t)·log(1 − y)", 1 + abs(zeros)
        case "BCEWithLogitsLoss":
            weight = at.loss.pos_weight
            many = 1.0 if weight is None else float(weight)
            before = "" if weight is None else "pos_weight·"
            text = f"−{before}t·log(σ(y)) − (1 − t)·log(1 − σ(y))"
            value = many * t * softplus(-y) + (1 - t) * softplus(y)
            return value, text, (1 + abs(y)) * (1 + abs(many)) + value
        case _:
            assert at.kind == "SoftMarginLoss"
            return softplus(-t * y), "log(1 + e^(−t·y))", 1 + abs(y)


def _log_of(share: float) -> float:
    if share <= 0:
        return LEAST_LOG
    return max(log(share), LEAST_LOG)


def _slope(at: Judged, y: float, t: float) -> tuple[str, float, float]:
    """The formula of ∂loss/∂y of one number, its value, and how large what cancels in it is."""
    d = y - t
    rough = abs(y) + abs(t)
    sign = float(np.sign(d))
    match at.kind:
        case "MSELoss":
            return "2·(y − t)", 2 * d, 2 * rough
        case "HalfSquaredError":
            return "(y − t)", d, rough
        case "L1Loss":
            return "sign(y − t)", sign, 1.0
        case "SmoothL1Loss":
            beta = at.loss.beta
            text = "((y − t) / beta where |y − t| < beta, else sign(y − t))"
            inside = abs(d) < beta
            return text, d / beta if inside else sign, rough / beta if inside else 1.0
        case "HuberLoss":
            delta = at.loss.delta
            text = "((y − t) where |y − t| < delta, else delta·sign(y − t))"
            return text, d if abs(d) < delta else delta * sign, rough + delta
        case "BCELoss":
            share = max((1 - y) * y, LEAST_SHARE)
            return "(y − t) / (y·(1 − y))", d / share, (rough + abs(d / share)) / share
        case "BCEWithLogitsLoss":
            weight = at.loss.pos_weight
            if weight is None:
                return "(σ(y) − t)", sigmoid(y) - t, (1 + abs(t)) * (1 + abs(y))
            many = float(weight)
            value = (1 - t) * sigmoid(y) - many * t * sigmoid(-y)
            text = "((1 − t)·σ(y) − pos_weight·t·(1 − σ(y)))"
            return text, value, (1 + abs(t) * many) * (1 + abs(y))
        case _:
            assert at.kind == "SoftMarginLoss"
            return "−t·σ(−t·y)", -t * sigmoid(-t * y), 1 + abs(y)


# Losses of classes


def _class_of(at: Judged, sample: int) -> int:
    return int(at.passed.target[sample])


def _weights(at: Judged) -> Floats:
    """Of each class."""
    count = at.passed.output.shape[1]
    return np.ones(count) if at.loss.weight is None else numbers(at.loss.weight)


def _weights_of(at: Judged) -> Floats | None:
    """How much each sample counts; None where all count alike."""
    if at.kind not in ("CrossEntropyLoss", "NLLLoss"):
        return None
    targets = at.passed.target.cpu().numpy()
    counted = targets != at.loss.ignore_index
    if at.loss.weight is None and counted.all():
        return None
    weights = _weights(at)[np.where(counted, targets, 0)]
    found: Floats = np.where(counted, weights, 0.0)
    return found


def _is_smoothed_for_nothing(at: Judged, weights: Floats) -> bool:
    smoothing = getattr(at.loss, "label_smoothing", 0.0)
    return bool(smoothing) and bool((weights == 0).any())


def _wanted(at: Judged, target: int) -> Floats:
    """How much of each class's −log p counts; nothing for a class that is left out."""
    weights = _weights(at)
    smoothing = getattr(at.loss, "label_smoothing", 0.0)
    if target == at.loss.ignore_index:
        return np.zeros(len(weights))
    wanted = smoothing / len(weights) * weights
    wanted[target] += (1 - smoothing) * weights[target]
    return wanted


def _shares(at: Judged, sample: int) -> tuple[Line, Column, Column]:
    """Σ e^(y − max), the powers' exponents, and −log p of each class."""
    y = at.y.of(sample, at.indices)
    largest = float(np.max(y.values))
    powers = Column("e^(y − max)", np.exp(y.values - largest), y.place, y.index)
    whole = summed("sum", "e^(y − max)", powers)
    surprise = np.log(whole.total) + largest - y.values
    return whole, y, Column("−log p", surprise, y.place, y.index)


def _smoothed(at: Judged, sample: int) -> Line:
    """Σ q·(−log p), where q says how much of each class is wanted."""
    _, y, surprise = _shares(at, sample)
    wanted = _wanted(at, _class_of(at, sample))
    shown = wanted != 0 if wanted.any() else np.arange(len(wanted)) == 0
    columns = [
        Column("q", wanted[shown]),
        Column("−log p", surprise.values[shown], y.place, None if y.index is None else
               y.index[shown]),
    ]  # fmt: skip
    line = summed("loss", "q·−log p", *columns)
    size = float(np.abs(y.values).max())
    scale = line.scale + float(np.abs(wanted).sum()) * (1 + 2 * size)
    return replace(line, scale=scale)


def _cross_entropy(at: Judged, sample: int) -> list[Line]:
    whole, _, _ = _shares(at, sample)
    return _own([whole, _smoothed(at, sample)], at, sample)


def _own(lines: list[Line], at: Judged, sample: int) -> list[Line]:
    """Divided by the weight of its class, as torch divides by those of the batch."""
    last, target = lines[-1], _class_of(at, sample)
    if at.loss.weight is None or target == at.loss.ignore_index:
        return lines
    weight = float(_weights(at)[target])
    value = last.total / weight if weight else 0.0
    columns = (last.as_factor("loss", len(lines) - 1), setting("w", weight))
    text = "loss / w" if weight else "0, for w is 0: loss does not count"
    scale = last.scale / weight if weight else 0.0
    return [*lines, formula("own loss", text, value, *columns, scale=scale)]


def _likelihood(at: Judged, sample: int) -> list[Line]:
    target = _class_of(at, sample)
    if target == at.loss.ignore_index:
        return [formula("loss", "0, for t is left out", 0.0, setting("t", target))]
    weight = float(_weights(at)[target])
    y = at.y.one((target,), sample)
    q = setting("q", weight)
    line = formula("loss", "−q·y", -weight * float(y.values[0]), q, y)
    return _own([line], at, sample)


def _margins(at: Judged, sample: int) -> tuple[Column, Column, Column, int]:
    """How far each other class comes within the margin: 0 for the true one."""
    target = _class_of(at, sample)
    y = at.y.of(sample, at.indices)
    own = float(y.values[target])
    short = np.maximum(0.0, at.loss.margin - own + y.values)
    short[target] = 0.0
    return y, Column("short", short, y.place, y.index), at.y.one((target,), sample), target


def _multi_margin(at: Judged, sample: int) -> list[Line]:
    y, short, own, target = _margins(at, sample)
    weight = float(_weights(at)[target])
    factors = [short] * at.loss.p
    if at.loss.weight is not None:
        factors.insert(0, Column("w", np.full(len(y.values), weight)))
    text = "·".join(column.name for column in factors)
    line = summed("loss", text, *factors, divisor=float(len(y.values)))
    rough = abs(at.loss.margin) + abs(float(own.values[0])) + np.abs(y.values)
    slope = 1.0 if at.loss.p == 1 else 2 * short.values
    scale = float((abs(weight) * rough * slope * (short.values > 0)).mean())
    return [replace(line, scale=line.scale + scale)]


def _class_gradient(at: Judged, sample: int, index: Index) -> list[Line]:
    """(S·p − q) / n, where S is Σ q, and n what the batch's loss is divided by."""
    target = _class_of(at, sample)
    if target == at.loss.ignore_index:
        return [formula("∂L/∂y", "0, for t is left out", 0.0, setting("t", target))]
    weights = _weights_of(at)
    by = float(at.passed.count) if weights is None else float(weights.sum())
    n, y = setting("n", by), at.y.one(index, sample)
    wanted = _wanted(at, target)
    q, whole = float(wanted[index[0]]), float(wanted.sum())
    if at.kind == "NLLLoss":
        return [formula("∂L/∂y", "−q / n", _divided(-q, by), setting("q", q), n)]
    sum_, every, surprise = _shares(at, sample)
    p = exp(-float(surprise.values[index[0]]))
    largest = float(np.max(every.values))
    share = formula(
        "p", "e^(y − max) / sum", p, y, setting("max", largest), sum_.as_factor("sum", 0),
        scale=p * (1 + abs(float(y.values[0])) + abs(largest)),
    )  # fmt: skip
    columns = (setting("S", whole), share.as_factor("p", 1), setting("q", q), n)
    scale, value = whole * share.scale + abs(q), _divided(whole * p - q, by)
    scale = _divided(scale, by)
    line = formula("∂L/∂y", "(S·p − q) / n", value, *columns, scale=scale)
    return [sum_, share, line]


def _divided(value: float, by: float) -> float:
    """As torch divides: a batch in which no class counts has no loss."""
    return value / by if by else nan


def _margin_gradient(at: Judged, sample: int, index: Index) -> list[Line]:
    y, short, _, target = _margins(at, sample)
    weight = float(_weights(at)[target])
    by = float(at.passed.count * len(y.values))
    growth = np.ones(len(y.values)) if at.loss.p == 1 else 2 * short.values
    slopes = np.where(short.values > 0, growth, 0.0) * weight
    name = "w where short > 0" if at.loss.p == 1 else "2·w·short"
    if index[0] == target:
        column = Column(name, -slopes, y.place, y.index)
        line = summed("∂L/∂y", f"−({name})", column, divisor=by)
    else:
        own = index[0]
        chosen = Column(name, slopes[own : own + 1], y.place, grid(len(slopes))[own : own + 1])
        line = summed("∂L/∂y", name, chosen, divisor=by)
    rough = abs(at.loss.margin) + 2 * float(np.abs(y.values).max())
    scale = line.scale + (0 if at.loss.p == 1 else 2 * weight * rough * len(slopes) / by)
    return [replace(line, scale=scale)]


CLASSES = {
    "CrossEntropyLoss": _cross_entropy,
    "NLLLoss": _likelihood,
    "MultiMarginLoss": _multi_margin,
}
ELEMENTWISE = (
    "MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "HalfSquaredError", "BCELoss",
    "BCEWithLogitsLoss", "SoftMarginLoss",
)  # fmt: skip
LOSSES = (*ELEMENTWISE, *CLASSES)
"""All that the catalog has."""
