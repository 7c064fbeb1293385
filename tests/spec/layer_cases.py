"""Calls of every layer with shapes of inputs, right most of the time and wrong sometimes."""

from math import prod
from typing import Any

from hypothesis import strategies as st

from tui_nn.spec.call import Call, Value
from tui_nn.spec.catalog.entry import Shape

Case = tuple[Call, Shape]
Cases = st.SearchStrategy[Case]

small = st.integers(1, 5)
side = st.integers(1, 9)
number = st.floats(-2, 2)
pair_of_small = st.integers(1, 3) | st.tuples(st.integers(1, 3), st.integers(1, 3))
pads = st.integers(0, 2) | st.tuples(st.integers(0, 4), st.integers(0, 4))
any_shape = st.lists(side, min_size=1, max_size=4).map(tuple)


def mostly(right: st.SearchStrategy[Any], wrong: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from([right] * 5 + [wrong]).flatmap(lambda drawn: drawn)


picture = mostly(st.tuples(st.integers(1, 4), side, side), any_shape)
row = mostly(st.tuples(st.integers(1, 4), side), any_shape)


def call(name: str, *args: Value, **kwargs: Value) -> Call:
    return Call(name, args, tuple(kwargs.items()))


def some(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A few of these parameters."""
    return st.fixed_dictionaries({}, optional=values)


@st.composite
def linears(draw: st.DrawFn) -> Case:
    shape = draw(any_shape)
    inputs = draw(st.sampled_from([shape[-1], shape[-1], prod(shape), 3]))
    return call("Linear", inputs, draw(small), **draw(some(bias=st.booleans()))), shape


@st.composite
def bilinears(draw: st.DrawFn) -> Case:
    first, second = draw(st.tuples(small, small))
    shape = draw(mostly(st.just((first + second,)), any_shape))
    leading = draw(st.lists(small, max_size=2).map(tuple))
    options = draw(some(bias=st.booleans()))
    return call("Bilinear", first, second, draw(small), **options), (*leading, *shape)


@st.composite
def embeddings(draw: st.DrawFn) -> Case:
    rows = draw(small)
    options = draw(
        some(
            padding_idx=st.none() | st.integers(-rows - 1, rows),
            scale_grad_by_freq=st.booleans(),
            sparse=st.booleans(),
        )
    )
    return call("Embedding", rows, draw(small), **options), draw(any_shape)


def conv_options(side: st.SearchStrategy[Any], pad: st.SearchStrategy[Any]) -> Any:
    return some(
        stride=side,
        padding=pad | st.sampled_from(["same", "valid"]),
        dilation=side,
        bias=st.booleans(),
        padding_mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    )


square = conv_options(pair_of_small, pads)
straight = conv_options(st.integers(1, 3), st.integers(0, 4))
kernels = st.integers(1, 4) | st.tuples(small, small)


@st.composite
def channels(draw: st.DrawFn, shape: Shape) -> tuple[int, int, int]:
    """Channels in, channels out, groups."""
    groups = draw(st.sampled_from([1, 1, shape[0]]))
    inputs = draw(st.sampled_from([shape[0]] * 4 + [shape[0] + groups]))
    return inputs, draw(st.sampled_from([groups, 2 * groups, 3 * groups, groups + 1])), groups


@st.composite
def convolutions(draw: st.DrawFn, name: str, options: Any, shapes: Any, kernels: Any) -> Case:
    shape = draw(shapes)
    inputs, outputs, groups = draw(channels(shape))
    sizes = (outputs,) if name.startswith("Lazy") else (inputs, outputs)
    return call(name, *sizes, draw(kernels), groups=groups, **draw(options)), shape


transposed = some(
    stride=pair_of_small,
    padding=pads,
    output_padding=st.integers(0, 2) | st.tuples(st.integers(0, 2), st.integers(0, 2)),
    bias=st.booleans(),
    dilation=pair_of_small,
)


def pools(name: str, shapes: Any, kernels: Any, **options: st.SearchStrategy[Any]) -> Cases:
    calls = st.builds(
        lambda kernel, given: call(name, kernel, **given),
        kernels,
        some(ceil_mode=st.booleans(), **options),
    )
    return st.tuples(calls, shapes)


def adaptive_pools() -> Cases:
    sides = small | st.tuples(st.none() | small, st.none() | small)
    return st.tuples(sides.map(lambda size: call("AdaptiveAvgPool2d", size)), picture)


def batch_norms(name: str, shapes: st.SearchStrategy[Shape]) -> Cases:
    options = some(
        eps=st.floats(1e-6, 1),
        momentum=st.none() | st.floats(0, 1),
        affine=st.booleans(),
        track_running_stats=st.booleans(),
    )
    return shapes.flatmap(
        lambda shape: st.tuples(
            st.builds(
                lambda features, given: call(name, features, **given),
                st.sampled_from([shape[0]] * 4 + [shape[0] + 1]),
                options,
            ),
            st.just(shape),
        )
    )


@st.composite
def layer_norms(draw: st.DrawFn) -> Case:
    shape = draw(any_shape)
    last = draw(st.integers(0, len(shape) - 1))
    wrong = [shape[:last] or 2, (2, *shape), (*shape[last:-1], shape[-1] + 1)]
    normalized = draw(st.sampled_from([shape[-1], shape[last:], shape[last:], shape, *wrong]))
    options = some(eps=st.floats(1e-6, 1), elementwise_affine=st.booleans(), bias=st.booleans())
    return call("LayerNorm", normalized, **draw(options)), shape


@st.composite
def group_norms(draw: st.DrawFn) -> Case:
    shape = draw(any_shape)
    features = draw(st.sampled_from([shape[0]] * 4 + [shape[0] + 1]))
    groups = draw(st.sampled_from([1, 2, 3, features, features]))
    options = draw(some(eps=st.floats(1e-6, 1), affine=st.booleans()))
    return call("GroupNorm", groups, features, **options), shape


flattens = st.tuples(
    some(start_dim=st.integers(-4, 4), end_dim=st.integers(-4, 4)).map(
        lambda given: call("Flatten", **given)
    ),
    any_shape,
)


@st.composite
def unflattens(draw: st.DrawFn) -> Case:
    shape = draw(any_shape)
    dim = draw(st.integers(1, len(shape)) | st.integers(-5, 5))
    count = shape[(dim - 1) % len(shape)]
    part = draw(st.sampled_from([n for n in range(1, count + 1) if count % n == 0]))
    right = st.permutations([part, count // part, 1]).map(tuple)
    inferred = st.sampled_from([(-1,), (-1, part), (part, -1, 1)])
    wrong = st.lists(st.integers(-1, 4), min_size=1, max_size=3).map(tuple)
    return call("Unflatten", dim, draw(right | inferred | wrong)), shape


def elementwise(name: str, **values: st.SearchStrategy[Any]) -> Cases:
    return st.tuples(some(**values).map(lambda given: call(name, **given)), any_shape)


def prelus() -> Cases:
    return any_shape.flatmap(
        lambda shape: st.tuples(
            st.builds(
                lambda slopes, given: call("PReLU", slopes, **given),
                st.sampled_from([1, shape[0], shape[0], shape[-1] + 1]),
                some(init=number),
            ),
            st.just(shape),
        )
    )


@st.composite
def residuals(draw: st.DrawFn) -> Case:
    features, hidden = draw(st.tuples(small, small))
    parts = draw(
        st.sampled_from(
            [
                (call("Linear", features, features), call("Tanh")),
                (call("Linear", features, hidden), call("Linear", hidden, features)),
                (call("BatchNorm1d", features), call("Residual", call("ReLU"))),
                (call("Residual", call("Linear", features, features)), call("Dropout", 0.5)),
                (call("Linear", features, hidden + features),),
                (call("Linear", features + 1, features),),
            ]
        )
    )
    shape = draw(st.sampled_from([(features,), (features, features)]))
    return Call("Residual", parts), shape


@st.composite
def picture_residuals(draw: st.DrawFn) -> Case:
    shape = draw(st.tuples(st.integers(1, 4), side, side))
    conv = call("Conv2d", shape[0], shape[0], draw(st.sampled_from([1, 2, 3])), padding=1)
    parts = draw(st.lists(st.just(conv) | st.just(call("GELU")), min_size=1, max_size=3))
    return Call("Residual", tuple(parts)), shape


CASES: dict[str, Cases] = {
    "Linear": linears(),
    "LazyLinear": elementwise("LazyLinear", bias=st.booleans()).map(
        lambda case: (Call("LazyLinear", (4,), case[0].kwargs), case[1])
    ),
    "Bilinear": bilinears(),
    "Embedding": embeddings(),
    "Conv2d": convolutions("Conv2d", square, picture, kernels),
    "LazyConv2d": convolutions("LazyConv2d", square, picture, kernels),
    "Conv1d": convolutions("Conv1d", straight, row, small),
    "ConvTranspose2d": convolutions("ConvTranspose2d", transposed, picture, kernels),
    "MaxPool2d": pools(
        "MaxPool2d",
        picture,
        small | st.tuples(small, small),
        stride=st.none() | pair_of_small,
        padding=pads,
        dilation=pair_of_small,
    ),
    "MaxPool1d": pools(
        "MaxPool1d",
        row,
        small,
        stride=st.none() | small,
        padding=st.integers(0, 3),
        dilation=small,
    ),
    "AvgPool2d": pools(
        "AvgPool2d",
        picture,
        small | st.tuples(small, small),
        stride=st.none() | pair_of_small,
        padding=pads,
        count_include_pad=st.booleans(),
        divisor_override=st.none() | small,
    ),
    "AdaptiveAvgPool2d": adaptive_pools(),
    "BatchNorm1d": batch_norms("BatchNorm1d", st.lists(side, min_size=1, max_size=3).map(tuple)),
    "BatchNorm2d": batch_norms("BatchNorm2d", picture),
    "LayerNorm": layer_norms(),
    "GroupNorm": group_norms(),
    "Dropout": elementwise("Dropout", p=st.floats(0, 1)),
    "Dropout2d": st.tuples(
        some(p=st.floats(0, 1)).map(lambda given: call("Dropout2d", **given)), picture
    ),
    "Flatten": flattens,
    "Unflatten": unflattens(),
    "Identity": elementwise("Identity"),
    "Sigmoid": elementwise("Sigmoid"),
    "Tanh": elementwise("Tanh"),
    "Softsign": elementwise("Softsign"),
    "Hardtanh": elementwise("Hardtanh", min_val=number, max_val=number),
    "ReLU": elementwise("ReLU"),
    "LeakyReLU": elementwise("LeakyReLU", negative_slope=number),
    "PReLU": prelus(),
    "ELU": elementwise("ELU", alpha=number),
    "SELU": elementwise("SELU"),
    "GELU": elementwise("GELU", approximate=st.sampled_from(["none", "tanh"])),
    "SiLU": elementwise("SiLU"),
    "Mish": elementwise("Mish"),
    "Hardswish": elementwise("Hardswish"),
    "Softplus": elementwise("Softplus", beta=st.floats(0.01, 9), threshold=st.floats(-9, 30)),
    "Softmax": elementwise("Softmax", dim=st.none() | st.integers(-5, 5)),
    "LogSoftmax": elementwise("LogSoftmax", dim=st.none() | st.integers(-5, 5)),
    "Heaviside": elementwise("Heaviside"),
    "Residual": residuals() | picture_residuals(),
}
"""Every layer of the catalog: how to draw calls and inputs of it."""
