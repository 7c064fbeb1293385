"""The layers that slide a window over rows and pictures, written out.

`Tensor.unfold(dimension, size, step)` lays every window out along a dimension of its own.
"""

from math import ceil

from tui_nn.spec.catalog.layers.common import sides
from tui_nn.spec.script.formulas import plus_bias
from tui_nn.spec.script.layout import comment, value
from tui_nn.spec.script.variables import Named

Sides = tuple[int, ...]


def _of(layer: Named, name: str) -> Sides:
    """A setting for each place dimension."""
    return sides(layer.bound[name], len(layer.input_shape) - 1)


def _padded(pads: list[tuple[int, int]], filling: str = "") -> list[str]:
    """x with numbers added round it: (before, after) of each place dimension."""
    if not any(map(any, pads)):
        return []
    # torch counts from the last dimension.
    flat = tuple(side for pair in reversed(pads) for side in pair)
    return [f"x = F.pad(x, {value(flat)}{filling})"]


def _windows(source: str, kernel: Sides, stride: Sides, dilation: Sides) -> str:
    """Every window of `source`, its numbers in the last dimensions."""
    text = source
    for index, (size, step, apart) in enumerate(zip(kernel, stride, dilation, strict=True)):
        text += f".unfold({2 + index}, {apart * (size - 1) + 1}, {step})"
    if any(apart > 1 for apart in dilation):
        text += f"[..., {', '.join(f'::{apart}' if apart > 1 else ':' for apart in dilation)}]"
    return text


def convolution(layer: Named) -> list[str]:
    """Each kernel times each window, summed."""
    bound, places = layer.bound, len(layer.input_shape) - 1
    kernel, dilation = _of(layer, "kernel_size"), _of(layer, "dilation")
    padding = bound["padding"]
    if padding == "same":
        sums = [apart * (size - 1) for size, apart in zip(kernel, dilation, strict=True)]
        pads = [(total // 2, total - total // 2) for total in sums]
    else:
        pads = [(side, side) for side in sides(0 if padding == "valid" else padding, places)]
    mode = bound["padding_mode"]
    filling = "" if mode == "zeros" else f', mode="{mode}"'
    out, inside = ("hw", "ij") if places == 2 else ("l", "i")
    lines = _padded(pads, filling)
    lines.append(f"windows = {_windows('x', kernel, _of(layer, 'stride'), dilation)}")
    weight, groups = layer["weight"], bound["groups"]
    if groups == 1:
        rule = f"nc{out}{inside},oc{inside}->no{out}"
        product = f'torch.einsum("{rule}", windows, {weight})'
    else:
        lines.append(f"windows = windows.unflatten(1, ({groups}, -1))")
        rule = f"ngc{out}{inside},goc{inside}->ngo{out}"
        kernels = f"{weight}.unflatten(0, ({groups}, -1))"
        product = f'torch.einsum("{rule}", windows, {kernels}).flatten(1, 2)'
    return [*lines, f"x = {product}{plus_bias(layer, places)}"]


def transposed(layer: Named) -> list[str]:
    """Every number stamps its kernel onto a larger picture; the stamps are added up."""
    kernel, stride, dilation = (_of(layer, name) for name in ("kernel_size", "stride", "dilation"))
    pads, groups = _of(layer, "padding"), layer.bound["groups"]
    height, width = layer.input_shape[1:]
    channels, *result = layer.output_shape
    full = tuple(size + 2 * pad for size, pad in zip(result, pads, strict=True))
    rows = f"{dilation[0]} * i : {dilation[0]} * i + {(height - 1) * stride[0] + 1} : {stride[0]}"
    columns = f"{dilation[1]} * j : {dilation[1]} * j + {(width - 1) * stride[1] + 1} : {stride[1]}"
    rows, columns = (text.replace("1 * ", "") for text in (rows, columns))
    weight = layer["weight"]
    if groups == 1:
        stamp = f'torch.einsum("nchw,co->nohw", x, {weight}[:, :, i, j])'
        before: list[str] = []
    else:
        before = [f"x = x.unflatten(1, ({groups}, -1))"]
        kernels = f"{weight}.unflatten(0, ({groups}, -1))[..., i, j]"
        stamp = f'torch.einsum("ngchw,gco->ngohw", x, {kernels}).flatten(1, 2)'
    crop = ", ".join(f"{pad}:{pad + size}" for pad, size in zip(pads, result, strict=True))
    cut = [f"stamped = stamped[:, :, {crop}]"] if any(pads) else []
    return [
        *before,
        f"stamped = x.new_zeros(len(x), {channels}, {full[0]}, {full[1]})",
        f"for i in range({kernel[0]}):",
        f"    for j in range({kernel[1]}):",
        f"        stamp = {stamp}",
        f"        stamped[:, :, {rows}, {columns}] += stamp",
        *cut,
        f"x = stamped{plus_bias(layer, 2)}",
    ]


def _pool_pads(layer: Named, stride: Sides, dilation: Sides) -> list[tuple[int, int]]:
    """What is added (before, after); with ceil_mode so much that the last window fits."""
    kernel, pads = _of(layer, "kernel_size"), _of(layer, "padding")
    if not layer.bound["ceil_mode"]:
        return [(pad, pad) for pad in pads]
    found: list[tuple[int, int]] = []
    for i, size in enumerate(layer.input_shape[1:]):
        reach = (layer.output_shape[1 + i] - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1
        found.append((pads[i], reach - size - pads[i]))
    return found


def _stride(layer: Named) -> Sides:
    return _of(layer, "kernel_size") if layer.bound["stride"] is None else _of(layer, "stride")


def max_pool(layer: Named) -> list[str]:
    """The largest number of each window."""
    stride, dilation = _stride(layer), _of(layer, "dilation")
    lines = _padded(_pool_pads(layer, stride, dilation), ', value=float("-inf")')
    windows = _windows("x", _of(layer, "kernel_size"), stride, dilation)
    flat = ".flatten(-2)" if len(layer.input_shape) == 3 else ""
    return [*lines, f"x = {windows}{flat}.max(-1).values"]


def avg_pool(layer: Named) -> list[str]:
    """The sum of each window, divided by how many numbers it has."""
    kernel, stride, bound = _of(layer, "kernel_size"), _stride(layer), layer.bound
    pads = _pool_pads(layer, stride, (1, 1))
    lines = _padded(pads)
    windows = _windows("x", kernel, stride, (1, 1))
    if bound["divisor_override"]:
        return [*lines, f"x = {windows}.sum((-2, -1)) / {bound['divisor_override']}"]
    inner = _of(layer, "padding")
    beyond = [after > pad for (_, after), pad in zip(pads, inner, strict=True)]
    if not any(beyond) and (bound["count_include_pad"] or not any(inner)):
        return [*lines, f"x = {windows}.mean((-2, -1))"]
    size = layer.input_shape[1:]
    if bound["count_include_pad"]:
        size = tuple(side + 2 * pad for side, pad in zip(size, inner, strict=True))
        rest = [(0, after - pad) for (_, after), pad in zip(pads, inner, strict=True)]
    else:
        rest = pads
    flat = tuple(side for pair in reversed(rest) for side in pair)
    ones = f"F.pad(x.new_ones(1, 1, {size[0]}, {size[1]}), {value(flat)})"
    return [
        *comment("Each window is divided by as many numbers as it has inside the picture."),
        f"counted = {ones}",
        f"counted = {_windows('counted', kernel, stride, (1, 1))}.sum((-2, -1))",
        *lines,
        f"x = {windows}.sum((-2, -1)) / counted",
    ]


def adaptive_avg_pool(layer: Named) -> list[str]:
    """Means over windows side by side, or overlapping where the sizes don't divide."""
    height, width = layer.input_shape[1:]
    rows, columns = layer.output_shape[1:]
    if rows == columns == 1:
        return ["x = x.mean((2, 3), keepdim=True)"]
    if height % rows == 0 and width % columns == 0:
        tall, wide = height // rows, width // columns
        return [f"x = x.unfold(2, {tall}, {tall}).unfold(3, {wide}, {wide}).mean((-2, -1))"]
    lines = []
    for name, size, count in (("rows", height, rows), ("columns", width, columns)):
        edges = tuple((i * size // count, ceil((i + 1) * size / count)) for i in range(count))
        lines.append(f"{name} = {value(edges)}")
    mean = "x[:, :, a:b, c:d].mean((2, 3)) for c, d in columns"
    return [
        *lines,
        f"lines = [torch.stack([{mean}], -1) for a, b in rows]",
        "x = torch.stack(lines, -2)",
    ]
