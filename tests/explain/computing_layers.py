"""What torch makes of the example of a layer."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from tests.explain.reading import Example
from tui_nn.engine.building import resolve_target
from tui_nn.spec.call import Call, Value
from tui_nn.spec.catalog import CATALOG

DIMENSIONS = {
    "Conv2d": 4, "LazyConv2d": 4, "ConvTranspose2d": 4, "MaxPool2d": 4, "AvgPool2d": 4,
    "AdaptiveAvgPool2d": 4, "BatchNorm2d": 4, "Dropout2d": 4, "Conv1d": 3, "MaxPool1d": 3,
}  # fmt: skip
"""Of a batch, where a layer takes pictures or rows of channels; an example may leave out ones."""
DRAWS = 200


def compute(example: Example) -> list[dict[str, Any]]:
    """Case by case what comes out; what was set in a line holds for those below."""
    assert example.call
    layer = build(example.call).double()
    found = []
    for case in example.cases:
        given: dict[str, Any] = dict(case.given)
        if "shape" in given:
            layer(torch.zeros(1, *given["shape"], dtype=torch.float64))  # lazy ones read it
        for name in [key for key in given if key not in ("x", "batch", "shape")]:
            _set(layer, name, given.pop(name))
        found.append(_through(layer, example.call.name, given) if case.shown else {})
    return found


def build(call: Call) -> nn.Module:
    """The layer as torch builds it, or nn-tui where torch has none."""
    args = [build(value) if isinstance(value, Call) else value for value in call.args]
    make: Callable[..., nn.Module] = resolve_target(CATALOG["layer"][call.name].target)
    return make(*args, **dict(call.kwargs))


def _set(layer: nn.Module, name: str, value: Value) -> None:
    [parameter] = [p for full, p in layer.named_parameters() if full.split(".")[-1] == name]
    with torch.no_grad():
        parameter.copy_(torch.tensor(value, dtype=torch.float64).reshape(parameter.shape))


def _through(layer: nn.Module, name: str, given: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "parameters": sum(parameter.numel() for parameter in layer.parameters())
    }
    if "shape" in given:
        found["out"] = [*layer(torch.zeros(1, *given["shape"], dtype=torch.float64)).shape[1:]]
        found["in_features"] = getattr(layer, "in_features", None)
        found["in_channels"] = getattr(layer, "in_channels", None)
        return found
    dtype = torch.int64 if name == "Embedding" else torch.float64
    is_batch = "batch" in given
    x = torch.tensor(given["batch" if is_batch else "x"], dtype=dtype)
    left_out = 0 if is_batch else 1
    x = x if is_batch else x[None]
    while x.ndim < DIMENSIONS.get(name, 0):
        x, left_out = x[None], left_out + 1
    answers = _answer(layer, x)
    for _ in range(left_out):
        answers = {key: value[0] for key, value in answers.items()}
    return found | answers | _running(layer) | _drawn(layer, x)


def _answer(layer: nn.Module, x: Tensor) -> dict[str, Tensor]:
    """The output, and its slope along the input, in training; the output in evaluation."""
    if x.dtype is torch.int64:
        return {"y": layer(x).detach()}
    layer.train()
    x = x.clone().requires_grad_()
    y = layer(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    layer.eval()
    with torch.no_grad():
        evaluated = layer(x)
    layer.train()
    return {"y": y.detach(), "slope": slope, "evaluated": evaluated}


def _running(layer: nn.Module) -> dict[str, Tensor]:
    return {name: buffer.clone() for name, buffer in layer.named_buffers()}


def _drawn(layer: nn.Module, x: Tensor) -> dict[str, Any]:
    """All outputs that a layer draws from, in order."""
    if not isinstance(layer, nn.Dropout | nn.Dropout2d):
        return {}
    torch.manual_seed(0)
    return {"any_of": torch.stack([layer(x)[0] for _ in range(DRAWS)]).unique(dim=0)}
