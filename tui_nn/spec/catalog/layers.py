"""The layers: what torch.nn has, and two of our own."""

from dataclasses import replace

from tui_nn.spec import shapes
from tui_nn.spec.catalog.entry import (
    Bound,
    Choice,
    Either,
    Entry,
    Flag,
    Layer,
    Parameter,
    Real,
    Whole,
    optional,
    pair,
)
from tui_nn.spec.errors import InvalidInput

PLACED = {
    "device": "is train.device, one for the whole network",
    "dtype": "is train.dtype, one for the whole network",
}
IN_PLACE = {"inplace": "would overwrite values that are shown"}

_count = Whole(1)
# Larger ones would overflow the 32-bit integers inside torch's kernels.
_LARGEST_SIDE = 1_000_000
_sides = pair(Whole(1, _LARGEST_SIDE))
_pads = pair(Whole(0, _LARGEST_SIDE))
_bias = Parameter("bias", Flag(), "add a learned number to each output", True)
_stride = Parameter("stride", _sides, "how far the window moves each time", 1)
_ceil = Parameter("ceil_mode", Flag(), "let the last window reach beyond the edge", False)


def _check_conv(bound: Bound) -> None:
    groups = bound["groups"]
    for name in ("in_channels", "out_channels"):
        if bound[name] % groups:
            raise InvalidInput(
                f"{bound.entry.name}: {name}={bound[name]} can't be divided among {groups} groups",
                hint="groups must divide both in_channels and out_channels",
            )
    if bound["padding"] == "same" and bound["stride"] not in (1, (1, 1)):
        raise InvalidInput(
            f"{bound.entry.name}: padding='same' needs stride=1", hint="write padding as a number"
        )


def _check_pool(bound: Bound) -> None:
    kernel, padding = bound["kernel_size"], bound["padding"]
    sides = zip(
        kernel if isinstance(kernel, tuple) else (kernel, kernel),
        padding if isinstance(padding, tuple) else (padding, padding),
        strict=True,
    )
    if any(2 * pad > side for side, pad in sides):
        raise InvalidInput(
            f"{bound.entry.name}: padding is more than half of kernel_size",
            hint="write a smaller padding",
        )


def _need_layers(bound: Bound) -> None:
    if not bound.call.args:
        raise InvalidInput("Residual needs at least one layer", hint="write Residual(layer, …)")


def _batch_norm(dimensions: str, inputs: str, size: object) -> Entry:
    return Entry(
        "layer",
        f"BatchNorm{dimensions}",
        f"torch.nn.BatchNorm{dimensions}",
        f"Scales each {inputs} to mean 0 and deviation 1 over the batch, then by learned numbers.",
        (
            Parameter("num_features", _count, f"{inputs}s of the input"),
            Parameter("eps", Real(0, above=True), "keeps the division safe", 1e-05),
            Parameter(
                "momentum",
                optional(Real(0, 1)),
                "share of the new batch in the running mean; None averages all batches",
                0.1,
            ),
            Parameter("affine", Flag(), "learn a scale and a shift", True),
            Parameter(
                "track_running_stats", Flag(), "keep a running mean for use after training", True
            ),
        ),
        left_out=PLACED | {"bias": "needs torch 2.13; affine=False leaves out scale and shift"},
        size=size,  # type: ignore[arg-type]
    )


def _activation(name: str, summary: str, *parameters: Parameter, inplace: bool = False) -> Entry:
    return Entry(
        "layer",
        name,
        f"torch.nn.{name}",
        summary,
        parameters,
        left_out=IN_PLACE if inplace else {},
        size=shapes.same,
    )


LAYERS = (
    Entry(
        "layer",
        "Linear",
        "torch.nn.Linear",
        "Every output is a weighted sum of all inputs plus a bias: z = W·x + b.",
        (
            Parameter("in_features", _count, "numbers that go in"),
            Parameter("out_features", _count, "numbers that come out: the neurons"),
            _bias,
        ),
        left_out=PLACED,
        size=shapes.linear,
    ),
    Entry(
        "layer",
        "Conv2d",
        "torch.nn.Conv2d",
        "Slides small learned kernels over a picture; each gives one map of where it fits.",
        (
            Parameter("in_channels", _count, "channels of the picture"),
            Parameter("out_channels", _count, "kernels, and so maps that come out"),
            Parameter("kernel_size", _sides, "height and width of a kernel"),
            _stride,
            Parameter(
                "padding",
                Either((*_pads.rules, Choice(("same", "valid")))),
                "rows and columns added round the picture",
                0,
            ),
            Parameter("dilation", _sides, "distance between a kernel's numbers", 1),
            Parameter("groups", _count, "channels split into groups that don't mix", 1),
            _bias,
            Parameter(
                "padding_mode",
                Choice(("zeros", "reflect", "replicate", "circular")),
                "what the added rows and columns hold",
                "zeros",
            ),
        ),
        left_out=PLACED,
        size=shapes.conv2d,
        relations=_check_conv,
    ),
    Entry(
        "layer",
        "MaxPool2d",
        "torch.nn.MaxPool2d",
        "Keeps the largest number of each window: smaller maps, same channels.",
        (
            Parameter("kernel_size", _sides, "height and width of the window"),
            Parameter("stride", optional(_sides), "how far it moves; None: its own size", None),
            Parameter("padding", _pads, "rows and columns added round the picture", 0),
            Parameter("dilation", _sides, "distance between the numbers of a window", 1),
            replace(_ceil, keyword_only=True),
        ),
        left_out={"return_indices": "gives a second output that no layer takes"},
        size=shapes.pool2d,
        relations=_check_pool,
    ),
    Entry(
        "layer",
        "AvgPool2d",
        "torch.nn.AvgPool2d",
        "Averages each window: smaller, smoother maps, same channels.",
        (
            Parameter("kernel_size", _sides, "height and width of the window"),
            Parameter("stride", optional(_sides), "how far it moves; None: its own size", None),
            Parameter("padding", _pads, "rows and columns added round the picture", 0),
            _ceil,
            Parameter("count_include_pad", Flag(), "count added zeros in the average", True),
            Parameter(
                "divisor_override", optional(_count), "divide by this, not the window's size", None
            ),
        ),
        size=shapes.pool2d,
        relations=_check_pool,
    ),
    _batch_norm("1d", "feature", shapes.batch_norm1d),
    _batch_norm("2d", "channel", shapes.batch_norm2d),
    Entry(
        "layer",
        "Dropout",
        "torch.nn.Dropout",
        "While training, sets a random share of the numbers to 0 and enlarges the rest.",
        (Parameter("p", Real(0, 1), "share set to 0", 0.5),),
        left_out=IN_PLACE,
        size=shapes.same,
    ),
    Entry(
        "layer",
        "Flatten",
        "torch.nn.Flatten",
        "Lays maps out as one row of numbers.",
        (
            Parameter("start_dim", Whole(), "first dimension to join (0 is the batch)", 1),
            Parameter("end_dim", Whole(), "last dimension to join", -1),
        ),
        size=shapes.flatten,
    ),
    _activation("Sigmoid", "Squeezes any number into 0 … 1: 1 / (1 + e^−z)."),
    _activation("Tanh", "Squeezes any number into −1 … 1."),
    _activation("ReLU", "Keeps positive numbers, sets negative ones to 0.", inplace=True),
    _activation(
        "LeakyReLU",
        "Keeps positive numbers, shrinks negative ones, so that no neuron dies.",
        Parameter("negative_slope", Real(), "slope for negative numbers", 0.01),
        inplace=True,
    ),
    _activation(
        "GELU",
        "A smooth ReLU: z times the share of a normal distribution below z.",
        Parameter("approximate", Choice(("none", "tanh")), "'tanh' uses a formula for it", "none"),
    ),
    Entry(
        "layer",
        "Heaviside",
        "tui_nn.engine.modules.Heaviside",
        "The perceptron's step: 1 where z > 0, else 0; the gradient passes as if its slope were 1.",
        size=shapes.same,
    ),
    Entry(
        "layer",
        "Residual",
        "tui_nn.engine.modules.Residual",
        "Adds its input to what its layers make of it: x + f(x).",
        variadic=Parameter("layer", Layer(), "the layers of f, in order"),
        size=shapes.residual,
        relations=_need_layers,
    ),
)
