"""Shapes and counts by arithmetic against those of the real layers.

A layer is drawn with a shape of its input, both right most of the time and wrong sometimes; then
either torch takes it and all numbers agree, or both refuse it.
"""

from collections.abc import Callable
from math import prod
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tests.spec.support import error_of, layer, refusal
from tui_nn.engine.building import resolve_target
from tui_nn.spec import catalog
from tui_nn.spec.call import Call, Value
from tui_nn.spec.catalog.entry import Bound, Shape, Size
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.shapes import show

SAMPLES = 2
Case = tuple[Call, Shape]

small = st.integers(1, 5)
side = st.integers(1, 9)
pair_of_small = st.integers(1, 3) | st.tuples(st.integers(1, 3), st.integers(1, 3))
pads = st.integers(0, 2) | st.tuples(st.integers(0, 4), st.integers(0, 4))
any_shape = st.lists(side, min_size=1, max_size=4).map(tuple)
picture = st.tuples(st.integers(1, 4), side, side)


def size_of(bound: Bound, shape: Shape) -> Size:
    assert bound.entry.size is not None
    return bound.entry.size(bound, shape)


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
def convolutions(draw: st.DrawFn) -> Case:
    shape = draw(picture)
    groups = draw(st.sampled_from([1, 1, shape[0]]))
    channels = draw(st.sampled_from([shape[0]] * 4 + [shape[0] + groups]))
    options = draw(
        some(
            stride=pair_of_small,
            padding=pads | st.sampled_from(["same", "valid"]),
            dilation=pair_of_small,
            bias=st.booleans(),
            padding_mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
        )
    )
    outputs = groups * draw(st.integers(1, 3))
    kernel = draw(st.integers(1, 4) | st.tuples(small, small))
    return call("Conv2d", channels, outputs, kernel, groups=groups, **options), shape


def pools(name: str, **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Case]:
    options = some(stride=st.none() | pair_of_small, padding=pads, ceil_mode=st.booleans(), **more)
    calls = st.builds(
        lambda kernel, given: call(name, kernel, **given), small | st.tuples(small, small), options
    )
    return st.tuples(calls, picture)


def norms(name: str, shapes: st.SearchStrategy[Shape]) -> st.SearchStrategy[Case]:
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


def elementwise(name: str, **values: st.SearchStrategy[Any]) -> st.SearchStrategy[Case]:
    return st.tuples(some(**values).map(lambda given: call(name, **given)), any_shape)


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
    shape = draw(picture)
    conv = call("Conv2d", shape[0], shape[0], draw(st.sampled_from([1, 2, 3])), padding=1)
    parts = draw(st.lists(st.just(conv) | st.just(call("GELU")), min_size=1, max_size=3))
    return Call("Residual", tuple(parts)), shape


flattens = st.tuples(
    some(start_dim=st.integers(-4, 4), end_dim=st.integers(-4, 4)).map(
        lambda given: call("Flatten", **given)
    ),
    any_shape,
)

# Every layer of the catalog: how to draw calls and inputs of it.
CASES: dict[str, st.SearchStrategy[Case]] = {
    "Linear": linears(),
    "Conv2d": convolutions(),
    "MaxPool2d": pools("MaxPool2d", dilation=pair_of_small),
    "AvgPool2d": pools(
        "AvgPool2d",
        count_include_pad=st.booleans(),
        divisor_override=st.none() | small,
    ),
    "BatchNorm1d": norms("BatchNorm1d", st.lists(side, min_size=1, max_size=3).map(tuple)),
    "BatchNorm2d": norms("BatchNorm2d", picture | any_shape),
    "Dropout": elementwise("Dropout", p=st.floats(0, 1)),
    "Flatten": flattens,
    "Sigmoid": elementwise("Sigmoid"),
    "Tanh": elementwise("Tanh"),
    "ReLU": elementwise("ReLU"),
    "LeakyReLU": elementwise("LeakyReLU", negative_slope=st.floats(-2, 2)),
    "GELU": elementwise("GELU", approximate=st.sampled_from(["none", "tanh"])),
    "Heaviside": elementwise("Heaviside"),
    "Residual": residuals() | picture_residuals(),
}


def build(bound: Bound) -> nn.Module:
    module: nn.Module = resolve_target(bound.entry.target)(*map(build, bound.inner), **bound.given)
    return module


def unchecked(call: Call) -> nn.Module:
    """The real layer of a call that the catalog refuses."""
    entry = catalog.find("layer", call.name)
    names = [parameter.name for parameter in entry.parameters]
    module: nn.Module = resolve_target(entry.target)(
        **dict(zip(names, call.args, strict=False)), **dict(call.kwargs)
    )
    return module


def count_multiply_adds(module: nn.Module, run: Callable[[], object]) -> int:
    """Products of weights in a forward pass of one sample, counted at the real outputs."""
    counted = 0

    def count(part: nn.Module, _: object, output: torch.Tensor) -> None:
        nonlocal counted
        if isinstance(part, nn.Linear):
            counted += output[0].numel() * part.in_features
        elif isinstance(part, nn.Conv2d):
            counted += output[0].numel() * part.weight[0].numel()

    hooks = [part.register_forward_hook(count) for part in module.modules()]
    run()
    for hook in hooks:
        hook.remove()
    return counted


def refused_on_purpose(bound: Bound, shape: Shape) -> bool:
    """Where torch takes what we refuse: it would mix samples, broadcast or not look."""
    if bound.entry.name == "Flatten":
        return bool(bound["start_dim"] % (len(shape) + 1) == 0)
    if bound.entry.name == "Residual":
        return "goes in" in str(error_of(lambda: size_of(bound, shape)))
    if bound.entry.name.startswith("BatchNorm"):  # nothing in it has as many numbers as features
        return not bound["affine"] and not bound["track_running_stats"]
    return False


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
@settings(max_examples=60)
def test_a_layer_has_the_shapes_and_counts_of_the_real_one(name: str, data: st.DataObject) -> None:
    written, shape = data.draw(CASES[name])
    x = torch.ones(SAMPLES, *shape)
    try:
        bound = catalog.bind_call("layer", written)
    except InvalidInput:  # values that don't go together
        with pytest.raises((ValueError, RuntimeError)):
            unchecked(written)(x)
        return
    module = build(bound)
    try:
        size = size_of(bound, shape)
    except InvalidInput:
        if not refused_on_purpose(bound, shape):
            with pytest.raises((ValueError, RuntimeError, IndexError)):
                module(x)
        return
    output = module(x)
    assert output.shape == (SAMPLES, *size.output_shape)
    real = {parameter: tuple(tensor.shape) for parameter, tensor in module.named_parameters()}
    assert {tensor.name: tensor.shape for tensor in size.tensors} == real
    assert [tensor.name for tensor in size.tensors] == list(real)
    assert size.parameters == sum(tensor.numel() for tensor in module.parameters())
    assert size.multiply_adds == count_multiply_adds(module, lambda: module(x))


def test_every_layer_of_the_catalog_is_drawn() -> None:
    assert set(CASES) == set(catalog.CATALOG["layer"])


@pytest.mark.parametrize(
    ("text", "shape", "message"),
    [
        ("Linear(10, 4)", (64,), "Linear expects 10, gets 64: write Linear(64, 4)"),
        ("Linear(10, out_features=4, bias=False)", (64,), "write Linear(64, out_features=4, bias="),
        ("Linear(64, 4)", (1, 8, 8), "Linear expects 64, gets 1x8x8: put Flatten() before it"),
        ("Linear(9, 4)", (1, 8, 8), "put Flatten() before it and write Linear(64, 4)"),
        ("Conv2d(3, 4, 3)", (1, 8, 8), "Conv2d expects 3 channels, gets 1 (1x8x8): write Conv2d(1"),
        ("Conv2d(1, 4, 3)", (64,), "Conv2d takes pictures (channels x height x width), gets 64"),
        ("Conv2d(1, 4, 9)", (1, 8, 8), "a window of 9 does not fit into 1x8x8: write a smaller"),
        ("Conv2d(1, 4, 3, padding=8, padding_mode='reflect')", (1, 8, 8), "can't pad 1x8x8 by 8"),
        ("Conv2d(1, 4, (9, 1), padding='same', padding_mode='reflect')", (1, 4, 8), "by 4"),
        ("Conv2d(1, 4, 3, padding=9, padding_mode='circular')", (1, 8, 8), "write less padding"),
        ("MaxPool2d(9)", (1, 8, 8), "MaxPool2d: a window of 9 does not fit into 1x8x8"),
        ("AvgPool2d(2)", (64,), "AvgPool2d takes pictures"),
        ("BatchNorm2d(1)", (64,), "BatchNorm2d takes pictures"),
        ("BatchNorm2d(3)", (8, 4, 4), "BatchNorm2d expects 3, gets 8x4x4: write BatchNorm2d(8)"),
        ("BatchNorm1d(8)", (8, 4, 4), "takes rows of numbers, gets 8x4x4: write BatchNorm2d for"),
        ("BatchNorm1d(3)", (8,), "BatchNorm1d expects 3, gets 8: write BatchNorm1d(8)"),
        ("Flatten(5)", (8,), "Flatten(5): the input has dimensions 0 (the batch) to 1"),
        ("Flatten(0)", (8,), "Flatten(0) would flatten the batch too: start_dim is 1 or more"),
        ("Residual(Linear(8, 4))", (8,), "8 goes in, 4 out: end it with a layer that gives back"),
        ("Residual(Tanh(), Linear(4, 8))", (8,), "Residual[1]: Linear expects 4, gets 8: write Li"),
    ],
)
def test_a_misfit_says_what_to_write(text: str, shape: Shape, message: str) -> None:
    assert message in refusal(lambda: size_of(layer(text), shape))


def test_what_a_misfit_says_to_write_fits() -> None:
    for text, shape in (
        ("Linear(10, 4)", (64,)),
        ("Conv2d(3, 4, 3, bias=False)", (1, 8, 8)),
        ("BatchNorm2d(num_features=3, eps=0.1)", (8, 4, 4)),
    ):
        wrong = layer(text)
        said = refusal(lambda wrong=wrong, shape=shape: size_of(wrong, shape))  # type: ignore[misc]
        size_of(layer(said.rpartition("write ")[2]), shape)


def test_sizes_beyond_any_memory_are_only_numbers() -> None:
    assert size_of(layer("Linear(1000000, 1000000)"), (10**6,)).parameters == 10**12 + 10**6
    huge = size_of(layer("Conv2d(1, 9223372036854775807, 3, padding=1000000)"), (1, 8, 8))
    assert huge.output_shape == (2**63 - 1, 2_000_006, 2_000_006)


def test_multiply_adds_of_a_known_network() -> None:
    conv = size_of(layer("Conv2d(1, 8, 3, padding=1)"), (1, 8, 8))
    assert conv.multiply_adds == 8 * 64 * 9
    assert conv.parameters == 8 * 9 + 8
    grouped = size_of(layer("Conv2d(4, 8, 3, groups=2)"), (4, 8, 8))
    assert grouped.multiply_adds == 8 * 36 * 2 * 9
    assert size_of(layer("Linear(5, 3)"), (2, 5)).multiply_adds == 2 * 5 * 3


@pytest.mark.parametrize(("shape", "text"), [((8, 4, 4), "8x4x4"), ((3,), "3"), ((), "1")])
def test_a_shape_is_written_with_x(shape: Shape, text: str) -> None:
    assert show(shape) == text
