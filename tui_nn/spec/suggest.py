"""The call of a layer that is added, with sizes that fit what comes in."""

from math import gcd, isqrt, prod
from typing import Any

from tui_nn.spec.call import Call
from tui_nn.spec.catalog import bind_call, find
from tui_nn.spec.catalog.entry import REQUIRED, Bound, Entry, Shape
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.network import EMBEDDING, walking

GROUPS = 4
TRIES = 6


def suggested(
    name: str, shape: Shape, tokens: int | None = None, width: int | None = None
) -> tuple[Bound, ...]:
    """The layer `name` behind an input of this shape, with what must stand before or behind it.

    `tokens` as in `network.walk`. `width`: how many neurons or channels it gives; None: as many as
    it gets, so that what follows fits as before. Raises InvalidInput where it can't stand here.
    """
    entry = find("layer", name)
    layers = [bind_call("layer", _call(entry, shape, tokens, width))]
    for _ in range(TRIES):
        done = 0
        try:
            for _ in walking(layers, shape, tokens):
                done += 1
            return tuple(layers)
        except InvalidInput as error:
            if not error.fix:
                raise InvalidInput(error.message, hint=error.hint) from None
            layers[done : done + 1] = [bind_call("layer", call) for call in error.fix]
    raise InvalidInput(f"{name} doesn't fit here", hint="add it elsewhere")


def _call(entry: Entry, shape: Shape, tokens: int | None, width: int | None) -> Call:
    if entry.name == "Residual":
        return Call("Residual", _keeping(shape))
    if entry.name in ("Linear", "Bilinear") and len(shape) > 1:
        shape = (prod(shape),)
    values = _values(entry, shape, tokens, width)
    args = tuple(values[p.name] for p in entry.parameters if p.default is REQUIRED)
    more: dict[str, Any] = {}
    if "Conv" in entry.name:
        more["padding"] = 1
    if "Softmax" in entry.name:
        more["dim"] = 1
    return Call(entry.name, args, tuple(more.items()))


def _keeping(shape: Shape) -> tuple[Call, ...]:
    """Layers that give back the shape they get."""
    if len(shape) == 3:
        return Call("Conv2d", (shape[0], shape[0], 3), (("padding", 1),)), Call("ReLU")
    return Call("Linear", (shape[-1], shape[-1])), Call("Tanh")


def _values(entry: Entry, shape: Shape, tokens: int | None, width: int | None) -> dict[str, Any]:
    """What parameters without a default are set to."""
    first, last = shape[0], shape[-1]
    side = isqrt(last)
    is_square = len(shape) == 1 and side > 1 and side * side == last
    pooled = 2 if min(shape[1:], default=2) > 1 else 1
    return {
        "in_features": last,
        "out_features": width or last,
        "in1_features": max(1, last // 2),
        "in2_features": max(1, last - last // 2),
        "in_channels": first,
        "out_channels": width or first,
        "kernel_size": pooled if "Pool" in entry.name else 3,
        "num_features": first,
        "num_channels": first,
        "num_groups": gcd(GROUPS, first),
        "normalized_shape": last,
        "num_embeddings": tokens or 1,
        "embedding_dim": width or EMBEDDING,
        "output_size": 1,
        "dim": 1,
        "unflattened_size": (1, side, side) if is_square else (1, first),
    }
