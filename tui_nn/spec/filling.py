"""Layers with sizes that fit where they are put."""

from collections.abc import Iterator

from tui_nn.spec.call import Call, Value
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.catalog.entry import REQUIRED, Bound, Entry, Shape
from tui_nn.spec.errors import InvalidInput

UNITS = 8
"""Of a layer that may have any number."""
KERNEL = 3
_CHANNELS = frozenset({"in_channels", "num_features", "num_channels"})


def filled(entry: Entry, shape: Shape, tokens: int | None = None) -> Bound | None:
    """A call of a layer that takes an input of this shape; None where none is found.

    What it must be told is what fits, the rest torch's default; `tokens` as in `network.walk`.
    """
    if (entry.name == "Embedding") == (tokens is None):
        return None
    for call in _calls(entry, shape, tokens):
        try:
            bound = bind_call("layer", call)
            bound.size_behind(shape)
        except InvalidInput:
            continue
        return bound
    return None


def _calls(entry: Entry, shape: Shape, tokens: int | None) -> Iterator[Call]:
    if entry.variadic:
        yield Call(entry.name, _same_size(shape))
        return
    names = [p.name for p in entry.parameters]
    needed = [p.name for p in entry.parameters if p.default is REQUIRED]
    values = {name: _fitting(name, shape, tokens) for name in needed}
    if "kernel_size" not in needed:
        yield Call(entry.name, tuple(values.values()))
        yield Call(entry.name, tuple(values.values()), (("dim", 1),) if "dim" in names else ())
        return
    if "out_channels" in needed and "padding" in names:  # a picture stays as large as it is
        yield Call(entry.name, tuple(values.values()), (("padding", KERNEL // 2),))
    for kernel in (2, KERNEL, 1):
        yield Call(entry.name, tuple((values | {"kernel_size": kernel}).values()))


def _fitting(name: str, shape: Shape, tokens: int | None) -> Value:
    """A value of a parameter that must be given."""
    last = shape[-1] if shape else 1
    if name == "in_features":
        return last
    if name in ("in1_features", "in2_features"):
        return last // 2
    if name in _CHANNELS:
        return shape[0] if shape else 1
    if name == "normalized_shape":
        return last if len(shape) < 2 else shape
    fixed: dict[str, Value] = {
        "kernel_size": KERNEL,
        "num_groups": 1,
        "dim": 1,
        "unflattened_size": (1, last),
        "num_embeddings": tokens or 1,
        "output_size": 1,
    }
    return fixed.get(name, UNITS)


def _same_size(shape: Shape) -> tuple[Call, ...]:
    """Layers inside a Residual: what they give has the size of what they get."""
    if len(shape) == 3:
        return (Call("Conv2d", (shape[0], shape[0], KERNEL), (("padding", KERNEL // 2),)),)
    last = shape[-1] if shape else 1
    return (Call("Linear", (last, last)), Call("Tanh"))
