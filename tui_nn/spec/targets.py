"""What a loss wants of the data: one table, loss × kind of target, for every part that asks."""

from dataclasses import dataclass
from enum import StrEnum

from tui_nn.spec.call import Call
from tui_nn.spec.errors import InvalidInput


@dataclass(frozen=True)
class Classes:
    """The target of each sample is one of `count` classes, 0 … count − 1."""

    count: int

    def __str__(self) -> str:
        return f"{self.count} classes"


@dataclass(frozen=True)
class Values:
    """The target of each sample is an array of numbers of this shape."""

    shape: tuple[int, ...]

    def __str__(self) -> str:
        size = "x".join(map(str, self.shape))
        return "1 value" if size == "1" else f"{size} values"


Kind = Classes | Values


class Coding(StrEnum):
    """How the targets of a dataset become the tensor that a loss reads."""

    INDEX = "class index"  # int64, shape (n,)
    ZERO_ONE = "0 and 1"  # float, shape (n, 1)
    PLUS_MINUS = "−1 and +1"  # float, shape (n, 1)
    ONE_HOT = "one-hot"  # float, shape (n, k)
    VALUES = "the values themselves"  # float, shape (n, *shape)


class Decision(StrEnum):
    """How an output becomes a class."""

    ARGMAX = "the largest output"
    ABOVE_ZERO = "class 1 where the output > 0"
    ABOVE_HALF = "class 1 where the output > 0.5"
    NONE = "none: the output is the answer"


@dataclass(frozen=True)
class Fit:
    """How one loss reads one kind of target."""

    coding: Coding
    output_shape: tuple[int, ...]
    decision: Decision


# Losses of numbers take any kind; those of classes name what they need.
VALUE_LOSSES = frozenset({"MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "HalfSquaredError"})
INDEX_LOSSES = frozenset({"CrossEntropyLoss", "NLLLoss", "MultiMarginLoss"})
BINARY_LOSSES = {
    "BCEWithLogitsLoss": (Coding.ZERO_ONE, Decision.ABOVE_ZERO),
    "BCELoss": (Coding.ZERO_ONE, Decision.ABOVE_HALF),
    "SoftMarginLoss": (Coding.PLUS_MINUS, Decision.ABOVE_ZERO),
}
PROBABILITIES = frozenset({"Sigmoid", "Heaviside"})


def fit(loss: str, kind: Kind, last_layer: str = "") -> Fit:
    """How `loss` reads targets of `kind` behind a network that ends in `last_layer`.

    Raises InvalidInput, with another loss to write, where they don't fit.
    """
    if isinstance(kind, Values):
        if loss in VALUE_LOSSES:
            return Fit(Coding.VALUES, kind.shape, Decision.NONE)
        raise InvalidInput(
            f"{loss} needs classes, the data has {kind}",
            hint="write MSELoss()",
            fix=(Call("MSELoss"),),
        )
    if loss in INDEX_LOSSES:
        if loss == "NLLLoss" and last_layer != "LogSoftmax":
            raise InvalidInput(
                f"NLLLoss needs log-probabilities, the network ends in {last_layer or 'nothing'}",
                hint="end it with LogSoftmax(dim=1), or write CrossEntropyLoss()",
                fix=(Call("CrossEntropyLoss"),),
            )
        return Fit(Coding.INDEX, (kind.count,), Decision.ARGMAX)
    if loss in BINARY_LOSSES:
        if kind.count != 2:
            raise InvalidInput(
                f"{loss} needs 2 classes, the data has {kind.count}",
                hint=f"write CrossEntropyLoss() behind {kind.count} outputs",
                fix=(Call("CrossEntropyLoss"),),
            )
        if loss == "BCELoss" and last_layer not in PROBABILITIES:
            raise InvalidInput(
                f"BCELoss needs outputs from 0 to 1, the network ends in {last_layer or 'nothing'}",
                hint="end it with Sigmoid(), or write BCEWithLogitsLoss()",
                fix=(Call("BCEWithLogitsLoss"),),
            )
        coding, decision = BINARY_LOSSES[loss]
        return Fit(coding, (1,), decision)
    assert loss in VALUE_LOSSES
    if kind.count != 2:
        return Fit(Coding.ONE_HOT, (kind.count,), Decision.ARGMAX)
    if last_layer == "Tanh":
        return Fit(Coding.PLUS_MINUS, (1,), Decision.ABOVE_ZERO)
    return Fit(Coding.ZERO_ONE, (1,), Decision.ABOVE_HALF)
