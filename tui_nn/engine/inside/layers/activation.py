"""Layers that bend numbers one by one: value and slope; and shares of a whole."""

from collections.abc import Callable
from dataclasses import dataclass
from math import erf, exp, expm1, isinf, log, log1p, pi, sqrt, tanh
from typing import Any

import numpy as np

from tui_nn.engine.inside.lines import (
    Column,
    Ints,
    Line,
    formula,
    grid,
    joined,
    setting,
    summed,
)
from tui_nn.engine.inside.rule import At, Index, Rule, Shares

Settings = dict[str, float]
SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


@dataclass(frozen=True)
class Bend:
    """One piece of an activation that holds for this z: formulas, and what they come to."""

    value: str
    output: float
    slope: str
    change: float


Bends = Callable[[float, Settings], Bend]


def sigmoid(z: float) -> float:
    """1 / (1 + e^−z), without overflow."""
    return 1 / (1 + exp(-z)) if z >= 0 else exp(z) / (1 + exp(z))


def softplus(z: float) -> float:
    """log(1 + e^z), without overflow."""
    return max(z, 0.0) + log1p(exp(-abs(z)))


def _sigmoid(z: float, given: Settings) -> Bend:
    y = sigmoid(z)
    return Bend("1 / (1 + e^−z)", y, "σ(z)·(1 − σ(z))", y * sigmoid(-z))


def _tanh(z: float, given: Settings) -> Bend:
    y = tanh(z)
    return Bend("tanh(z)", y, "1 − tanh²(z)", (1 - y) * (1 + y))


def _softsign(z: float, given: Settings) -> Bend:
    return Bend("z / (1 + |z|)", z / (1 + abs(z)), "1 / (1 + |z|)²", 1 / (1 + abs(z)) ** 2)


def _hardtanh(z: float, given: Settings) -> Bend:
    low, high = given["min_val"], given["max_val"]
    inside = low < z < high
    return Bend(
        "min(max(z, min_val), max_val)",
        min(max(z, low), high),
        "1 where min_val < z < max_val, else 0",
        float(inside),
    )


def _relu(z: float, given: Settings) -> Bend:
    return Bend("max(z, 0)", max(z, 0.0), "1 where z > 0, else 0", float(z > 0))


def _leaky(z: float, given: Settings) -> Bend:
    slope = given["negative_slope"]
    return Bend(
        "z where z > 0, else negative_slope·z",
        z if z > 0 else slope * z,
        "1 where z > 0, else negative_slope",
        1.0 if z > 0 else slope,
    )


def _elu(z: float, given: Settings) -> Bend:
    alpha = given["alpha"]
    return Bend(
        "z where z > 0, else alpha·(e^z − 1)",
        z if z > 0 else alpha * expm1(z),
        "1 where z > 0, else alpha·e^z",
        1.0 if z > 0 else alpha * exp(z),
    )


def _selu(z: float, given: Settings) -> Bend:
    return Bend(
        "scale·(z where z > 0, else alpha·(e^z − 1))",
        SELU_SCALE * (z if z > 0 else SELU_ALPHA * expm1(z)),
        "scale·(1 where z > 0, else alpha·e^z)",
        SELU_SCALE * (1.0 if z > 0 else SELU_ALPHA * exp(z)),
    )


def _gelu(z: float, given: Settings) -> Bend:
    below = (1 + erf(z / sqrt(2))) / 2
    density = exp(-z * z / 2) / sqrt(2 * pi)
    return Bend("z·Φ(z)", z * below, "Φ(z) + z·φ(z)", below + z * density)


def _gelu_tanh(z: float, given: Settings) -> Bend:
    inner = sqrt(2 / pi) * (z + 0.044715 * z**3)
    t = tanh(inner)
    change = sqrt(2 / pi) * (1 + 3 * 0.044715 * z * z)
    return Bend(
        "½·z·(1 + tanh(u)), u = √(2/π)·(z + 0.044715·z³)",
        0.5 * z * (1 + t),
        "½·(1 + tanh(u)) + ½·z·(1 − tanh²(u))·u′(z)",
        0.5 * (1 + t) + 0.5 * z * (1 - t * t) * change,
    )


def _silu(z: float, given: Settings) -> Bend:
    share = sigmoid(z)
    return Bend("z·σ(z)", z * share, "σ(z)·(1 + z·(1 − σ(z)))", share * (1 + z * sigmoid(-z)))


def _mish(z: float, given: Settings) -> Bend:
    t = tanh(softplus(z))
    return Bend(
        "z·tanh(log(1 + e^z))", z * t,
        "t + z·(1 − t²)·σ(z), t = tanh(log(1 + e^z))", t + z * (1 - t * t) * sigmoid(z),
    )  # fmt: skip


def _hardswish(z: float, given: Settings) -> Bend:
    change = 0.0 if z <= -3 else 1.0 if z >= 3 else z / 3 + 0.5
    return Bend(
        "z·min(max(z + 3, 0), 6) / 6", z * min(max(z + 3, 0), 6) / 6,
        "0 where z ≤ −3, 1 where z ≥ 3, else z/3 + ½", change,
    )  # fmt: skip


def _softplus(z: float, given: Settings) -> Bend:
    beta, straight = given["beta"], given["beta"] * z > given["threshold"]
    return Bend(
        "log(1 + e^(beta·z)) / beta, z where beta·z > threshold",
        z if straight else softplus(beta * z) / beta,
        "σ(beta·z), 1 where beta·z > threshold",
        1.0 if straight else sigmoid(beta * z),
    )


def _heaviside(z: float, given: Settings) -> Bend:
    return Bend("1 where z > 0, else 0", float(z > 0), "1, handed on as if z had this slope", 1.0)


BENDS: dict[str, tuple[Bends, tuple[str, ...]]] = {
    "Sigmoid": (_sigmoid, ()),
    "Tanh": (_tanh, ()),
    "Softsign": (_softsign, ()),
    "Hardtanh": (_hardtanh, ("min_val", "max_val")),
    "ReLU": (_relu, ()),
    "LeakyReLU": (_leaky, ("negative_slope",)),
    "ELU": (_elu, ("alpha",)),
    "SELU": (_selu, ()),
    "GELU": (_gelu, ()),
    "SiLU": (_silu, ()),
    "Mish": (_mish, ()),
    "Hardswish": (_hardswish, ()),
    "Softplus": (_softplus, ("beta", "threshold")),
    "Heaviside": (_heaviside, ()),
}
"""Each with the settings that stand in its formulas."""


class Activation(Rule):
    """f(z) of each number; back comes δ·f′(z)."""

    def output(self, at: At, index: Index) -> list[Line]:
        z, bend, columns = self._bent(at, index)
        size = abs(float(z.values[0])) + abs(bend.output)
        used = [column for column in columns if column.name in bend.value]
        return [formula("output", bend.value, bend.output, *used, scale=size)]

    def passed(self, at: At, index: Index) -> list[Line]:
        _, bend, columns = self._bent(at, index)
        used = [column for column in columns if column.name in bend.slope]
        slope = formula("slope", bend.slope, bend.change, *used, scale=1 + abs(bend.change))
        delta = at.delta.one(index, at.sample)
        value = float(delta.values[0]) * slope.total
        scale = abs(float(delta.values[0])) * slope.scale
        last = formula(
            "passed on", "δ·slope", value, delta, slope.as_factor("slope", 0), scale=scale
        )
        return [slope, last]

    def _bent(self, at: At, index: Index) -> tuple[Column, Bend, list[Column]]:
        z = at.a.named("z").one(index, at.sample)
        name = at.node.kind
        bends, names = BENDS[name]
        if name == "GELU" and at.module.approximate == "tanh":
            bends = _gelu_tanh
        given = {own: float(getattr(at.module, own)) for own in names}
        columns = [setting(own, value) for own, value in given.items()]
        if name == "SELU":
            columns = [setting("scale", SELU_SCALE), setting("alpha", SELU_ALPHA)]
        return z, _bend(bends, float(z.values[0]), given), [z, *columns]


def _bend(bends: Bends, z: float, given: Settings) -> Bend:
    """NaN comes out as NaN, and at the ends what torch holds of it."""
    try:
        return bends(z, given)
    except OverflowError:
        return bends(float(np.copysign(700.0, z)) if not isinf(z) else z, given)


class PReLU(Rule):
    """A LeakyReLU whose slope is a parameter."""

    def output(self, at: At, index: Index) -> list[Line]:
        z, w, text, _ = self._bent(at, index)
        value = float(z.values[0]) * (1.0 if w is None else float(w.values[0]))
        columns = [z] if w is None else [w, z]
        return [formula("output", text, value, *columns)]

    def passed(self, at: At, index: Index) -> list[Line]:
        _, w, _, text = self._bent(at, index)
        delta = at.delta.one(index, at.sample)
        value = float(delta.values[0]) * (1.0 if w is None else float(w.values[0]))
        return [formula("passed on", text, value, *([delta] if w is None else [w, delta]))]

    def shares(self, at: At, samples: Ints, tensor: str, index: Index) -> Shares:
        many = at.weight.tensor.numel() > 1
        z = at.a.tensor.detach().cpu().numpy()[samples]
        if many:
            z = z[:, index[0]]
        found = np.argwhere(~(z > 0))
        whose, where = samples[found[:, 0]], found[:, 1:]
        if many:
            where = joined(index[0], where, count=len(found))
        delta = at.delta.across(whose, where)
        return Shares("δ·z", (delta, at.a.named("z").across(whose, where)), whose)

    @staticmethod
    def _bent(at: At, index: Index) -> tuple[Column, Column | None, str, str]:
        """z, its slope where it has one, and the formulas."""
        z = at.a.named("z").one(index, at.sample)
        if float(z.values[0]) > 0:
            return z, None, "z", "δ"
        own = (index[0],) if at.weight.tensor.numel() > 1 else (0,)
        return z, at.weight.one(own), "w·z", "w·δ"


class Shared(Rule):
    """Softmax and LogSoftmax, along one dimension."""

    def output(self, at: At, index: Index) -> list[Line]:
        z = self._along(at, index)
        own = at.a.named("z").one(index, at.sample)
        largest = float(np.max(z.values))
        powers = Column("e^(z − max)", np.exp(z.values - largest), z.place, z.index)
        sum_ = summed("sum", "e^(z − max)", powers)
        columns = (own, setting("max", largest), sum_.as_factor("sum", 0))
        number = float(own.values[0])
        if self._is_log(at):
            value = number - largest - _log(sum_.total)
            scale = abs(number) + abs(largest) + abs(value)
            return [sum_, formula("output", "z − max − log(sum)", value, *columns, scale=scale)]
        value = float(np.exp(number - largest) / sum_.total)
        # A rounding of the exponent counts as often as it is large.
        scale = value * (1 + abs(number) + abs(largest))
        return [sum_, formula("output", "e^(z − max) / sum", value, *columns, scale=scale)]

    def passed(self, at: At, index: Index) -> list[Line]:
        along = self._indices(at, index)
        delta = at.delta.of(at.sample, along)
        own = at.delta.one(index, at.sample)
        y = at.y.one(index, at.sample)
        if self._is_log(at):
            sum_ = summed("sum", "δ", delta)
            share = float(np.exp(y.values[0]))
            value = float(own.values[0]) - share * sum_.total
            scale = abs(float(own.values[0])) + share * sum_.scale * (1 + abs(float(y.values[0])))
            text = "δ − e^y·sum"
        else:
            sum_ = summed("sum", "y·δ", at.y.of(at.sample, along), delta)
            share = float(y.values[0])
            value = share * (float(own.values[0]) - sum_.total)
            scale = share * (abs(float(own.values[0])) + sum_.scale)
            text = "y·(δ − sum)"
        line = formula("passed on", text, value, y, own, sum_.as_factor("sum", 0), scale=scale)
        return [sum_, line]

    def _along(self, at: At, index: Index) -> Column:
        return at.a.named("z").of(at.sample, self._indices(at, index))

    @staticmethod
    def _indices(at: At, index: Index) -> Ints:
        """Every number among which 1 is shared out with this one."""
        dimension = at.module.dim % (len(index) + 1) - 1
        sides: list[Any] = [np.array([i]) for i in index]
        sides[dimension] = at.input_shape[dimension]
        return grid(*sides)

    @staticmethod
    def _is_log(at: At) -> bool:
        return at.node.kind == "LogSoftmax"


def _log(value: float) -> float:
    return log(value) if value > 0 else float("nan")
