"""The tensors of each layer with the values that torch draws for them, as Python text."""

from math import prod

from tui_nn.spec.catalog.entry import Shape
from tui_nn.spec.script.placing import Placed
from tui_nn.spec.script.variables import Named

ONES = ("weight", "running_var")
"""What begins as 1 in a norm; the rest begins as 0."""


def shapes_of(layer: Placed) -> dict[str, Shape]:
    """Its parameters and the statistics that it keeps, by torch's names inside the layer."""
    bound = layer.bound
    if bound.inner:  # they stand for themselves
        return {}
    size = bound.size_behind(layer.input_shape)
    found = {tensor.name: tensor.shape for tensor in size.tensors}
    if bound.values.get("track_running_stats"):
        found |= dict.fromkeys(("running_mean", "running_var"), (bound["num_features"],))
        if bound["momentum"] is None:
            found["num_batches_tracked"] = ()
    return found


def first_values(layer: Named) -> list[str]:
    """A line for each of its tensors, in the order in which torch draws them."""
    shapes, bound = shapes_of(layer), layer.bound
    if layer.name == "Embedding":
        table, padding = layer["weight"], bound["padding_idx"]
        lines = [f"{table} = torch.randn({_sides(shapes['weight'])})"]
        return lines if padding is None else [*lines, f"{table}[{padding}] = 0"]
    if layer.name == "PReLU":
        return [f"{layer['weight']} = torch.full(({bound['num_parameters']},), {bound['init']})"]
    if "Norm" in layer.name:
        return [
            f"{variable} = torch.{'ones' if name in ONES else 'zeros'}({_sides(shapes[name])})"
            for name, variable in layer.tensors.items()
        ]
    if not layer.tensors:
        return []
    weight = shapes["weight"]
    summed = weight[1] if layer.name == "Bilinear" else prod(weight[1:])
    over = f" / {summed}**0.5" if summed > 1 else ""
    return [
        f"{variable} = torch.empty({_sides(shapes[name])}).uniform_(-1, 1){over}"
        for name, variable in layer.tensors.items()
    ]


def _sides(shape: Shape) -> str:
    return ", ".join(map(str, shape)) or "()"
