"""Shapes and counts by arithmetic against those of the real layers.

A layer is drawn with a shape of its input; then either torch takes it and all numbers agree, or
both refuse it.
"""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tests.spec.layer_cases import CASES
from tests.spec.support import layer
from tui_nn.engine.building import resolve_target
from tui_nn.spec import catalog
from tui_nn.spec.call import Call
from tui_nn.spec.catalog.entry import Shape
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.shapes import show

SAMPLES = 2
TORCH_REFUSES = (ValueError, RuntimeError, IndexError, AssertionError)

# Their inputs may lack the batch, so torch would read the samples as channels.
PLACES = {"Conv1d": 1, "MaxPool1d": 1} | dict.fromkeys(
    ("Conv2d", "LazyConv2d", "ConvTranspose2d", "MaxPool2d", "AvgPool2d"), 2
)


def values_of(call: Call) -> dict[str, Any]:
    """Every parameter's value in a call that need not be one the catalog takes."""
    entry = catalog.find("layer", call.name)
    defaults = {parameter.name: parameter.default for parameter in entry.parameters}
    return defaults | dict(zip(defaults, call.args, strict=False)) | dict(call.kwargs)


def build(call: Call) -> nn.Module:
    """The real layer of a call, whether the catalog takes it or not."""
    entry = catalog.find("layer", call.name)
    module: nn.Module
    if entry.variadic:
        parts = [build(part) for part in call.args if isinstance(part, Call)]
        module = resolve_target(entry.target)(*parts)
    else:
        names = [parameter.name for parameter in entry.parameters]
        given = dict(zip(names, call.args, strict=False)) | dict(call.kwargs)
        module = resolve_target(entry.target)(**given)
    return module


def count_multiply_adds(module: nn.Module, run: Callable[[], object]) -> int:
    """Products of weights in a forward pass of one sample, counted at the real tensors."""
    counted = 0

    def count(part: nn.Module, inputs: tuple[torch.Tensor], output: torch.Tensor) -> None:
        nonlocal counted
        if isinstance(part, nn.ConvTranspose2d):
            counted += inputs[0][0].numel() * part.weight[0].numel()
        elif isinstance(part, nn.Linear | nn.Bilinear | nn.Conv1d | nn.Conv2d):
            counted += output[0].numel() * part.weight[0].numel()

    hooks = [part.register_forward_hook(count) for part in module.modules()]
    run()
    for hook in hooks:
        hook.remove()
    return counted


def refused_on_purpose(call: Call, shape: Shape, error: InvalidInput) -> bool:
    """Where torch takes what we refuse: it would mix samples, broadcast, warn or not look."""
    value, dims = values_of(call), len(shape) + 1
    match call.name:
        case "Flatten":
            return bool(value["start_dim"] % dims == 0)
        case "Unflatten":
            return bool(value["dim"] % dims == 0)
        case "Softmax" | "LogSoftmax":
            return value["dim"] is None or (1, *shape)[value["dim"] % dims] == 1
        case "Residual":
            return "goes in" in error.message
        case "BatchNorm1d" | "BatchNorm2d":  # nothing in it has as many numbers as features
            return not value["affine"] and not value["track_running_stats"]
        case "LayerNorm":
            return bool(value["normalized_shape"] == (SAMPLES, *shape))
        case "GroupNorm":  # torch looks at the batch too, and at no number but those of affine
            return not value["affine"] or "have no deviation" in error.message
        case "ConvTranspose2d" if "takes away all" in error.message:  # down to nothing is fine
            return True
        case "Dropout2d" | "AdaptiveAvgPool2d":  # torch warns, or hardly looks
            return len(shape) != 3
        case "MaxPool1d" | "MaxPool2d" if "sees only padding" in error.message:
            return has_an_empty_window(call, shape)
        case "Embedding":  # torch refuses it in the backward pass
            return bool(value["sparse"] and value["scale_grad_by_freq"])
    return len(shape) == PLACES.get(call.name)


def has_an_empty_window(call: Call, shape: Shape) -> bool:
    """Whether torch finds a maximum of nothing."""
    return bool(build(call)(torch.zeros(1, *shape)).isneginf().any())


@pytest.mark.parametrize("name", ["MaxPool1d", "MaxPool2d"])
@given(data=st.data())
@settings(deadline=None)
def test_a_maximum_is_always_one_of_something(name: str, data: st.DataObject) -> None:
    written, shape = data.draw(CASES[name])
    try:
        catalog.bind_call("layer", written).size_behind(shape)
    except InvalidInput:
        return
    assert not has_an_empty_window(written, shape)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")
@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
@settings(max_examples=60)
def test_a_layer_has_the_shapes_and_counts_of_the_real_one(name: str, data: st.DataObject) -> None:
    written, shape = data.draw(CASES[name])
    kind = torch.int64 if name == "Embedding" else torch.float32
    x = torch.zeros(SAMPLES, *shape, dtype=kind)
    try:
        size = catalog.bind_call("layer", written).size_behind(shape)
    except InvalidInput as error:
        if not refused_on_purpose(written, shape, error):
            with pytest.raises(TORCH_REFUSES):
                build(written)(x)
        return
    module = build(written)
    output = module(x)
    assert output.shape == (SAMPLES, *size.output_shape)
    real = {parameter: tuple(tensor.shape) for parameter, tensor in module.named_parameters()}
    assert {tensor.name: tensor.shape for tensor in size.tensors} == real
    assert [tensor.name for tensor in size.tensors] == list(real)
    assert size.parameters == sum(tensor.numel() for tensor in module.parameters())
    assert size.multiply_adds == count_multiply_adds(module, lambda: module(x))
    if "BatchNorm" not in str(written):  # what one sample means to those depends on the batch
        assert module(x[:1]).shape == (1, *size.output_shape)


def test_every_layer_of_the_catalog_is_drawn() -> None:
    assert set(CASES) == set(catalog.CATALOG["layer"])


@pytest.mark.parametrize("sparse", [True, False])
def test_an_embedding_knows_whether_its_gradient_is_sparse(sparse: bool) -> None:
    bound = layer(f"Embedding(5, 3, sparse={sparse})")
    module = build(bound.call)
    module(torch.tensor([1, 1, 4])).sum().backward()
    [weight] = module.parameters()
    assert weight.grad is not None
    assert weight.grad.is_sparse == sparse
    assert [tensor.sparse for tensor in bound.size_behind((3,)).tensors] == [sparse]


def test_torch_cannot_scale_sparse_gradients_by_frequency() -> None:
    module = nn.Embedding(5, 3, sparse=True, scale_grad_by_freq=True)
    with pytest.raises(RuntimeError, match="scale_grad_by_freq not supported"):
        module(torch.tensor([1])).sum().backward()


@pytest.mark.parametrize(
    ("lazy", "shape", "full"),
    [
        ("LazyLinear(8)", (64,), "Linear(64, 8)"),
        ("LazyLinear(out_features=8, bias=False)", (3, 5), "Linear(5, out_features=8, bias=False)"),
        ("LazyConv2d(8, 3, padding=1)", (2, 8, 8), "Conv2d(2, 8, 3, padding=1)"),
    ],
)
def test_a_lazy_layer_stands_for_a_full_one(lazy: str, shape: Shape, full: str) -> None:
    bound = layer(lazy)
    assert bound.entry.stands_for is not None
    assert str(bound.entry.stands_for(bound, shape)) == full
    assert bound.size_behind(shape) == layer(full).size_behind(shape)


def test_sizes_beyond_any_memory_are_only_numbers() -> None:
    assert layer("Linear(1000000, 1000000)").size_behind((10**6,)).parameters == 10**12 + 10**6
    huge = layer("Conv2d(1, 9223372036854775807, 3, padding=1000000)").size_behind((1, 8, 8))
    assert huge.output_shape == (2**63 - 1, 2_000_006, 2_000_006)


def test_multiply_adds_of_a_known_network() -> None:
    conv = layer("Conv2d(1, 8, 3, padding=1)").size_behind((1, 8, 8))
    assert conv.multiply_adds == 8 * 64 * 9
    assert conv.parameters == 8 * 9 + 8
    grouped = layer("Conv2d(4, 8, 3, groups=2)").size_behind((4, 8, 8))
    assert grouped.multiply_adds == 8 * 36 * 2 * 9
    assert layer("Linear(5, 3)").size_behind((2, 5)).multiply_adds == 2 * 5 * 3
    assert layer("Bilinear(2, 3, 4)").size_behind((5,)).multiply_adds == 2 * 3 * 4
    stamped = layer("ConvTranspose2d(4, 2, 3, stride=2)").size_behind((4, 5, 5))
    assert stamped.multiply_adds == 4 * 25 * 2 * 9


@pytest.mark.parametrize(("shape", "text"), [((8, 4, 4), "8x4x4"), ((3,), "3"), ((), "1")])
def test_a_shape_is_written_with_x(shape: Shape, text: str) -> None:
    assert show(shape) == text
