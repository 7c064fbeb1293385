"""The initialisations of torch.nn.init."""

from tui_nn.spec.catalog.entry import Bound, Choice, Entry, Parameter, Real
from tui_nn.spec.errors import InvalidInput

LEFT_OUT = {
    "tensor": "is each weight of 2 or more dimensions, norms apart; zeros_() takes all",
    "generator": "is the one that train.seed starts",
}

_gain = Parameter("gain", Real(0), "factor on all weights", 1.0)
_FANS = Choice(("fan_in", "fan_out"))
_NONLINEARITIES = Choice(
    (
        "linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
        "conv_transpose3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu",
    )
)  # fmt: skip


def _check_interval(bound: Bound) -> None:
    if bound["a"] > bound["b"]:
        raise InvalidInput(
            f"uniform_: a={bound['a']} is above b={bound['b']}", hint="the lower end comes first"
        )


def _init(name: str, summary: str, *parameters: Parameter) -> Entry:
    return Entry(
        "init", name, f"torch.nn.init.{name}", summary, parameters, left_out=LEFT_OUT,
        relations=_check_interval if name == "uniform_" else None,
    )  # fmt: skip


def _kaiming(name: str, form: str) -> Entry:
    return _init(
        name,
        f"{form}, sized so that signals keep their strength through ReLU layers (He, 2015).",
        Parameter("a", Real(), "negative slope of the LeakyReLU behind it", 0),
        Parameter("mode", _FANS, "keep the strength forwards or backwards", "fan_in"),
        Parameter("nonlinearity", _NONLINEARITIES, "the activation behind it", "leaky_relu"),
    )


INITS = (
    _init("zeros_", "All weights and biases 0."),
    _init("constant_", "All weights the same number.", Parameter("val", Real(), "the number")),
    _init(
        "uniform_",
        "Evenly random between a and b.",
        Parameter("a", Real(), "lower end", 0.0),
        Parameter("b", Real(), "upper end", 1.0),
    ),
    _init(
        "normal_",
        "Random round mean with deviation std.",
        Parameter("mean", Real(), "the middle", 0.0),
        Parameter("std", Real(0), "the deviation", 1.0),
    ),
    _init(
        "xavier_uniform_",
        "Evenly random, sized so that signals keep their strength through tanh (Glorot, 2010).",
        _gain,
    ),
    _init(
        "xavier_normal_",
        "Normal, sized so that signals keep their strength through tanh (Glorot, 2010).",
        _gain,
    ),
    _kaiming("kaiming_uniform_", "Evenly random"),
    _kaiming("kaiming_normal_", "Normal"),
    _init(
        "orthogonal_",
        "A random rotation: keeps the length of what passes through (Saxe, 2013).",
        Parameter("gain", Real(0), "factor on all weights", 1),
    ),
)
