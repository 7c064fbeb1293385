"""Layers that bend numbers, one by one or as shares of a whole."""

from tui_nn.spec.catalog.entry import (
    Bound,
    Choice,
    Entry,
    Parameter,
    Real,
    Shape,
    Size,
    Tensor,
    Whole,
    optional,
)
from tui_nn.spec.catalog.layers.common import COUNT, IN_PLACE, PLACED, same
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.fixes import unfit
from tui_nn.spec.shapes import show


def _prelu(bound: Bound, shape: Shape) -> Size:
    """One slope for all, or one for each channel."""
    slopes = bound["num_parameters"]
    if slopes not in (1, shape[0]):
        raise unfit(
            bound.call,
            f"PReLU has {slopes} slopes, its input {shape[0]} channels ({show(shape)})",
            bound.call_with(num_parameters=shape[0]),
        )
    return Size(shape, (Tensor("weight", (slopes,), bound.entry.name),))


def _softmax(bound: Bound, shape: Shape) -> Size:
    """Shares along one dimension; torch counts the batch as dimension 0."""
    dims, dim = len(shape) + 1, bound["dim"]
    if not -dims <= dim < dims:
        reason = f"{bound.call}: the input has dimensions 0 (the batch) to {dims - 1}"
    elif dim % dims == 0:
        reason = f"{bound.call} would share out 1 among the samples of a batch"
    elif shape[dim % dims - 1] == 1:
        reason = f"{bound.call} gets one number ({show(shape)}), whose share is always 1"
    else:
        return Size(shape)
    better = next((index for index, size in enumerate(shape, 1) if size > 1), 0)
    if not better:
        raise InvalidInput(reason, hint="it needs two numbers or more")
    raise unfit(bound.call, reason, bound.call_with(dim=better))


def _need_dim(bound: Bound) -> None:
    if bound["dim"] is None:
        raise InvalidInput(
            f"{bound.entry.name} needs dim: torch only guesses it",
            hint=f"write {bound.call_with(dim=1)}",
        )


def _check_limits(bound: Bound) -> None:
    low, high = bound["min_val"], bound["max_val"]
    if low >= high:
        raise InvalidInput(
            f"Hardtanh: min_val={low} is not below max_val={high}", hint="write a lower min_val"
        )


def _activation(name: str, summary: str, *parameters: Parameter, inplace: bool = False) -> Entry:
    left_out = IN_PLACE if inplace else {}
    return Entry(
        "layer", name, f"torch.nn.{name}", summary, parameters, left_out=left_out, size=same
    )


def _shares(name: str, summary: str) -> Entry:
    return Entry(
        "layer",
        name,
        f"torch.nn.{name}",
        summary,
        (
            Parameter(
                "dim", optional(Whole()), "the dimension that is shared out (0 is the batch)", None
            ),
        ),
        size=_softmax,
        relations=_need_dim,
    )


ACTIVATIONS = (
    _activation("Sigmoid", "Squeezes any number into 0 … 1: 1 / (1 + e^−z)."),
    _activation("Tanh", "Squeezes any number into −1 … 1."),
    _activation("Softsign", "Squeezes any number into −1 … 1, slower than Tanh: z / (1 + |z|)."),
    Entry(
        "layer",
        "Hardtanh",
        "torch.nn.Hardtanh",
        "Keeps numbers from min_val to max_val, cuts off what lies beyond.",
        (
            Parameter("min_val", Real(), "lower numbers become this", -1.0),
            Parameter("max_val", Real(), "higher numbers become this", 1.0),
        ),
        left_out=IN_PLACE
        | {
            "min_value": "is the old spelling of min_val",
            "max_value": "is the old spelling of max_val",
        },
        size=same,
        relations=_check_limits,
    ),
    _activation("ReLU", "Keeps positive numbers, sets negative ones to 0.", inplace=True),
    _activation(
        "LeakyReLU",
        "Keeps positive numbers, shrinks negative ones, so that no neuron dies.",
        Parameter("negative_slope", Real(), "slope for negative numbers", 0.01),
        inplace=True,
    ),
    Entry(
        "layer",
        "PReLU",
        "torch.nn.PReLU",
        "A LeakyReLU that learns its slope for negative numbers.",
        (
            Parameter("num_parameters", COUNT, "one slope for all, or one for each channel", 1),
            Parameter("init", Real(), "the slope to start with", 0.25),
        ),
        left_out=PLACED,
        size=_prelu,
    ),
    _activation(
        "ELU",
        "Keeps positive numbers, bends negative ones towards −alpha: alpha · (e^z − 1).",
        Parameter("alpha", Real(), "how far below 0 it reaches", 1.0),
        inplace=True,
    ),
    _activation(
        "SELU",
        "An ELU with fixed numbers that keep mean 0 and deviation 1 from layer to layer.",
        inplace=True,
    ),
    _activation(
        "GELU",
        "A smooth ReLU: z times the share of a normal distribution below z.",
        Parameter("approximate", Choice(("none", "tanh")), "'tanh' uses a formula for it", "none"),
    ),
    _activation("SiLU", "A smooth ReLU, also called Swish: z · sigmoid(z).", inplace=True),
    _activation("Mish", "A smooth ReLU: z · tanh(log(1 + e^z)).", inplace=True),
    _activation(
        "Hardswish",
        "SiLU whose sigmoid is in straight pieces: z · min(max(z + 3, 0), 6) / 6.",
        inplace=True,
    ),
    _activation(
        "Softplus",
        "A smooth ReLU that is always positive: log(1 + e^(beta·z)) / beta.",
        Parameter("beta", Real(0, above=True), "the larger, the sharper its bend", 1.0),
        Parameter("threshold", Real(), "where beta·z is above this, z itself comes out", 20.0),
    ),
    _shares("Softmax", "Turns numbers into shares of 1 along dim: e^z / Σ e^z."),
    _shares("LogSoftmax", "The logarithm of Softmax, safe where a share is tiny."),
    Entry(
        "layer",
        "Heaviside",
        "tui_nn.engine.modules.Heaviside",
        "The perceptron's step: 1 where z > 0, else 0; the gradient passes as if its slope were 1.",
        size=same,
    ),
)
