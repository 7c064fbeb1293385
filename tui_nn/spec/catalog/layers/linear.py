"""Weighted sums of all numbers: Linear, Bilinear, and Embedding, the sum of one-hot tokens."""

from math import prod

from tui_nn.spec.catalog.entry import (
    Bound,
    Entry,
    Flag,
    Parameter,
    Shape,
    Size,
    Tensor,
    Whole,
    optional,
)
from tui_nn.spec.catalog.layers.common import (
    BIAS,
    COUNT,
    PLACED,
    flatten_or,
    lazy,
    misfit,
    weight_and_bias,
)
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.shapes import show


def _linear(bound: Bound, shape: Shape) -> Size:
    """The last dimension times a matrix, plus a vector."""
    inputs, outputs = bound["in_features"], bound["out_features"]
    if shape[-1:] != (inputs,):
        fix = flatten_or(bound, inputs, shape, lambda count: bound.call_with(in_features=count))
        raise misfit(bound, inputs, shape, *fix)
    tensors = weight_and_bias(bound, (outputs, inputs), outputs, bound["bias"])
    return Size((*shape[:-1], outputs), tensors, prod(shape[:-1]) * inputs * outputs)


def _bilinear(bound: Bound, shape: Shape) -> Size:
    """The last dimension in two parts, all products of one with the other times a matrix."""
    first, second = bound["in1_features"], bound["in2_features"]
    outputs = bound["out_features"]
    if shape[-1:] != (first + second,):
        raise _for_bilinear(bound, shape)
    tensors = weight_and_bias(bound, (outputs, first, second), outputs, bound["bias"])
    return Size((*shape[:-1], outputs), tensors, prod(shape[:-1]) * outputs * first * second)


def _for_bilinear(bound: Bound, shape: Shape) -> InvalidInput:
    first, second = bound["in1_features"], bound["in2_features"]
    if prod(shape) < 2:
        reason = f"Bilinear expects {first} + {second}, gets {show(shape)}"
        return InvalidInput(reason, hint="it needs two numbers or more")
    fix = flatten_or(
        bound,
        first + second,
        shape,
        lambda count: (
            bound.call_with(in2_features=count - first)
            if count > first
            else bound.call_with(in1_features=count // 2, in2_features=count - count // 2)
        ),
    )
    return misfit(bound, f"{first} + {second}", shape, *fix)


def _embedding(bound: Bound, shape: Shape) -> Size:
    """A row of the table for each token."""
    rows, width = bound["num_embeddings"], bound["embedding_dim"]
    weight = Tensor("weight", (rows, width), bound.entry.name, sparse=bound["sparse"])
    return Size((*shape, width), (weight,))


def _check_embedding(bound: Bound) -> None:
    rows, padding = bound["num_embeddings"], bound["padding_idx"]
    if padding is not None and not -rows <= padding < rows:
        raise InvalidInput(
            f"Embedding: padding_idx={padding} is none of its {rows} rows",
            hint=f"write a number from {-rows} to {rows - 1}",
        )
    if bound["sparse"] and bound["scale_grad_by_freq"]:
        raise InvalidInput(
            "Embedding: scale_grad_by_freq does not go with sparse=True", hint="take one out"
        )


_LINEAR = Entry(
    "layer",
    "Linear",
    "torch.nn.Linear",
    "Every output is a weighted sum of all inputs plus a bias: z = W·x + b.",
    (
        Parameter("in_features", COUNT, "numbers that go in"),
        Parameter("out_features", COUNT, "numbers that come out: the neurons"),
        BIAS,
    ),
    left_out=PLACED,
    size=_linear,
)

LINEAR = (
    _LINEAR,
    lazy(
        _LINEAR,
        "LazyLinear",
        "A Linear that reads in_features from what comes in.",
        lambda bound, shape: shape[-1] if shape else 1,
    ),
    Entry(
        "layer",
        "Bilinear",
        "tui_nn.engine.modules.Bilinear",
        "Splits what comes in in two and weighs every product of a number here with one there.",
        (
            Parameter("in1_features", COUNT, "numbers in the first part"),
            Parameter("in2_features", COUNT, "numbers in the second part"),
            Parameter("out_features", COUNT, "numbers that come out"),
            BIAS,
        ),
        left_out=PLACED,
        size=_bilinear,
    ),
    Entry(
        "layer",
        "Embedding",
        "torch.nn.Embedding",
        "A table with a learned row of numbers for every token.",
        (
            Parameter("num_embeddings", COUNT, "rows: how many different tokens there are"),
            Parameter("embedding_dim", COUNT, "numbers in a row"),
            Parameter(
                "padding_idx", optional(Whole()), "a token whose row of zeros isn't trained", None
            ),
            Parameter(
                "scale_grad_by_freq",
                Flag(),
                "divide a row's gradient by how often the batch has its token",
                False,
                keyword_only=True,
            ),
            Parameter(
                "sparse", Flag(), "a gradient of the used rows alone", False, keyword_only=True
            ),
        ),
        left_out=PLACED
        | {
            "max_norm": "would change weights while the network is only looked at",
            "norm_type": "only matters to max_norm",
            "_weight": "is drawn from train.seed, or by init",
            "_freeze": "would leave it untrained",
        },
        size=_embedding,
        relations=_check_embedding,
    ),
)
