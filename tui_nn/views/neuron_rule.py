"""How a neuron's sum z becomes its output y, its loss L and its error ∂L/∂z, in numbers and words.

The formulas are those of torch.nn, for one output; the loss is that of one sample.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, isfinite, log, log1p, nan, tanh
from typing import TYPE_CHECKING

from tui_nn.spec.targets import BINARY_LOSSES, Coding, Decision

if TYPE_CHECKING:
    from tui_nn.spec.catalog.entry import Bound

LEAST_LOG = -100.0
"""BCELoss cuts logarithms off here."""
LEAST_PRODUCT = 1e-12
"""What its slope is divided by, at least."""


def sigmoid(z: float) -> float:
    """1 / (1 + e^−z) without overflow."""
    if z >= 0:
        return 1 / (1 + exp(-min(z, 745.0)))
    return exp(max(z, -745.0)) / (1 + exp(max(z, -745.0)))


@dataclass(frozen=True)
class Activation:
    """y of z, and the slope ∂y/∂z that the error passes."""

    output: Callable[[float], float]
    slope: Callable[[float, float], float]
    """Of z and y."""
    words: str
    """`1(z > 0)`, of z."""
    slope_words: str = ""
    """Empty where it is 1."""


ACTIVATIONS: dict[str, Activation] = {
    "": Activation(lambda z: z, lambda z, y: 1.0, "z"),
    "Identity": Activation(lambda z: z, lambda z, y: 1.0, "z"),
    "Heaviside": Activation(
        lambda z: nan if z != z else float(z > 0), lambda z, y: 1.0, "1 if z > 0 else 0"
    ),
    "Sigmoid": Activation(sigmoid, lambda z, y: y * (1 - y), "sigmoid(z)", "y(1 − y)"),
    "Tanh": Activation(tanh, lambda z, y: 1 - y * y, "tanh(z)", "(1 − y²)"),
    "ReLU": Activation(
        lambda z: z if z > 0 or z != z else 0.0, lambda z, y: float(z > 0), "max(z, 0)", "(z > 0)"
    ),
}
"""By a layer's name; empty where there is none."""


@dataclass(frozen=True)
class Loss:
    """L of y and t, and its slope ∂L/∂y."""

    value: Callable[[float, float], float]
    slope: Callable[[float, float], float]
    words: Callable[[str, str, float], str]
    """The formula with y and t written in; the third is t, for what depends on it."""
    slope_words: str


def _loss(loss: "Bound") -> Loss | None:
    match loss.entry.name:
        case "HalfSquaredError":
            return Loss(
                lambda y, t: 0.5 * (y - t) * (y - t), lambda y, t: y - t,
                lambda y, t, _: f"½({y} − {t})²", "y − t",
            )  # fmt: skip
        case "MSELoss":
            return Loss(
                lambda y, t: (y - t) * (y - t), lambda y, t: 2 * (y - t),
                lambda y, t, _: f"({y} − {t})²", "2(y − t)",
            )  # fmt: skip
        case "L1Loss":
            return Loss(
                lambda y, t: abs(y - t), lambda y, t: _sign(y - t),
                lambda y, t, _: f"|{y} − {t}|", "sign of y − t",
            )  # fmt: skip
        case "HuberLoss":
            return _huber(loss["delta"], loss["delta"])
        case "SmoothL1Loss":
            return _huber(loss["beta"], 1.0)
        case "BCELoss":
            return Loss(_cross_entropy, _cross_entropy_slope, _cross_entropy_words,
                        "(y − t) / y(1 − y)")  # fmt: skip
        case "BCEWithLogitsLoss":
            return _with_logits(loss["pos_weight"])
        case "SoftMarginLoss":
            return Loss(
                lambda y, t: _softplus(-t * y), lambda y, t: -t * sigmoid(-t * y),
                lambda y, t, _: f"log(1 + exp(−{t}·{y}))", "−t · sigmoid(−t·y)",
            )  # fmt: skip
    return None


def _huber(limit: float, steep: float) -> Loss:
    """½ d² · steep / limit within ±limit, from there on straight with the slope `steep`."""

    def value(y: float, t: float) -> float:
        d = abs(y - t)
        return 0.5 * d * d * steep / limit if d < limit else steep * (d - 0.5 * limit)

    def slope(y: float, t: float) -> float:
        d = y - t
        return d * steep / limit if abs(d) < limit else steep * _sign(d)

    def words(y: str, t: str, _: float) -> str:
        return f"huber({y} − {t})"

    return Loss(value, slope, words, f"y − t, at most {steep:g}")


def _cross_entropy(y: float, t: float) -> float:
    return -(t * _log(y) + (1 - t) * _log(1 - y))


def _cross_entropy_slope(y: float, t: float) -> float:
    return (y - t) / max(y * (1 - y), LEAST_PRODUCT)


def _cross_entropy_words(y: str, t: str, target: float) -> str:
    return f"−log {y}" if target == 1 else f"−log(1 − {y})"


def _with_logits(pos_weight: object) -> Loss:
    weight = pos_weight[0] if isinstance(pos_weight, tuple) else pos_weight
    p = float(weight) if isinstance(weight, int | float) else 1.0

    def value(y: float, t: float) -> float:
        return p * t * _softplus(-y) + (1 - t) * _softplus(y)

    def slope(y: float, t: float) -> float:
        return (1 - t) * sigmoid(y) - p * t * sigmoid(-y)

    def words(y: str, t: str, target: float) -> str:
        share = f"sigmoid({y})"
        return f"{'' if p == 1 else f'{p:g}·'}−log {share}" if target == 1 else f"−log(1 − {share})"

    return Loss(value, slope, words, "sigmoid(z) − t" if p == 1 else "sigmoid(z) − t, weighed")


def _softplus(z: float) -> float:
    return z + log1p(exp(-z)) if z > 0 else log1p(exp(max(z, -745.0)))


def _log(value: float) -> float:
    if value != value:
        return nan
    return max(log(value), LEAST_LOG) if value > 0 else LEAST_LOG


def _sign(value: float) -> float:
    return value if value != value else float((value > 0) - (value < 0))


@dataclass(frozen=True)
class Rule:
    """A neuron's activation with the loss behind it."""

    activation: Activation
    loss: Loss | None
    """None: one that is not written out here."""
    loss_name: str
    name: str
    """Of the activation's layer."""

    def output(self, z: float) -> float:
        return self.activation.output(z) if isfinite(z) or z != z else self._at_end(z)

    def _at_end(self, z: float) -> float:
        """The output for an infinite sum."""
        ends = {"Heaviside": (0.0, 1.0), "Sigmoid": (0.0, 1.0), "Tanh": (-1.0, 1.0),
                "ReLU": (0.0, inf)}  # fmt: skip
        low, high = ends.get(self.name, (-inf, inf))
        return high if z > 0 else low

    def loss_of(self, y: float, t: float) -> float | None:
        """L of one sample; None where the formula is not known here."""
        return self.loss.value(y, t) if self.loss else None

    def error(self, z: float, y: float, t: float) -> float | None:
        """∂L/∂z of one sample; None where the formula is not known here."""
        if self.loss is None:
            return None
        if self._is_cancelling:
            return y - t  # the slope of BCELoss times that of the sigmoid, without 0 / 0
        return self.loss.slope(y, t) * self.activation.slope(z, y)

    @property
    def error_words(self) -> str:
        """The formula of the error."""
        if self.loss is None:
            return "∂L/∂z"
        if self._is_cancelling:
            return "y − t"
        slope = self.activation.slope_words
        loss = self.loss.slope_words
        if not slope:
            return loss
        return f"{f'({loss})' if loss == 'y − t' else loss} · {slope}"

    @property
    def _is_cancelling(self) -> bool:
        return self.loss_name == "BCELoss" and self.name == "Sigmoid"

    @property
    def is_step(self) -> bool:
        return self.name == "Heaviside"

    def why(self, *, short: bool = False) -> str:
        """A sentence on where the error comes from."""
        if self.is_step:
            if short:
                return "The step has no slope: the error is handed on as if it were 1.   ? why"
            return ("The step function has no slope; the perceptron rule hands the error on "
                    "as if it had slope 1.    ? why")  # fmt: skip
        if self._is_cancelling:
            if short:
                return "error = y − t: the slopes of the loss and of the sigmoid cancel."
            return ("error = y − t: the sigmoid's slope y(1 − y) cancels against that of the loss, "
                    "so right rows pull too, less and less.")  # fmt: skip
        if self.activation.slope_words:
            return f"error = {self.error_words}: the slope of the loss times that of {self.name}."
        return f"error = {self.error_words}: the slope of the loss, for y = z."


def rule_of(activation: str, loss: "Bound | None") -> Rule:
    """The rule of a neuron; `activation` is one of `ACTIVATIONS`."""
    return Rule(
        ACTIVATIONS[activation],
        _loss(loss) if loss else None,
        loss.entry.name if loss else "",
        activation,
    )


def coded(label: int, loss_name: str, activation: str) -> float:
    """A class 0 or 1 as the loss reads it, by the table of `spec.targets`."""
    if loss_name in BINARY_LOSSES:
        is_signed = BINARY_LOSSES[loss_name][0] is Coding.PLUS_MINUS
    else:
        is_signed = activation == "Tanh"
    return 2.0 * label - 1 if is_signed else float(label)


def class_of(y: float, loss_name: str, activation: str) -> int:
    """The class that an output stands for."""
    if loss_name in BINARY_LOSSES:
        decision = BINARY_LOSSES[loss_name][1]
    else:
        decision = Decision.ABOVE_ZERO if activation == "Tanh" else Decision.ABOVE_HALF
    return int(y > (0.0 if decision is Decision.ABOVE_ZERO else 0.5))
