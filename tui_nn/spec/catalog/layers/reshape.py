"""Layers that only lay numbers out in another way, or not even that."""

from math import prod

from tui_nn.spec.catalog.entry import Bound, Entry, Parameter, Shape, Size, Whole
from tui_nn.spec.catalog.layers.common import same
from tui_nn.spec.catalog.lists import Listed
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.fixes import FLATTEN, unfit
from tui_nn.spec.shapes import show


def _flatten(bound: Bound, shape: Shape) -> Size:
    """torch counts the batch as dimension 0."""
    dims = len(shape) + 1
    start, end = (bound[name] + dims * (bound[name] < 0) for name in ("start_dim", "end_dim"))
    if not 0 <= start < dims or not 0 <= end < dims or start > end:
        raise unfit(
            bound.call,
            f"{bound.call}: the input has dimensions 0 (the batch) to {dims - 1}",
            FLATTEN,
        )
    if start == 0:
        raise InvalidInput(
            f"{bound.call} would flatten the batch too", hint="start_dim is 1 or more"
        )
    return Size((*shape[: start - 1], prod(shape[start - 1 : end]), *shape[end:]))


def _unflatten(bound: Bound, shape: Shape) -> Size:
    """One dimension into several of the same product; torch counts the batch as dimension 0."""
    dims = len(shape) + 1
    dim = bound["dim"] + dims * (bound["dim"] < 0)
    if not 0 <= dim < dims:
        raise unfit(
            bound.call,
            f"{bound.call}: the input has dimensions 0 (the batch) to {dims - 1}",
            bound.call_with(dim=1),
        )
    if dim == 0:
        raise InvalidInput(f"{bound.call} would unfold the batch", hint="dim is 1 or more")
    count, wanted = shape[dim - 1], bound["unflattened_size"]
    known = prod(size for size in wanted if size != -1)
    if count % known or (known != count and -1 not in wanted):
        raise InvalidInput(
            f"Unflatten: {count} numbers can't become {show(wanted).replace('-1', '?')}",
            hint=f"their product must be {count}; one of them may be -1",
        )
    sizes = (count // known if size == -1 else size for size in wanted)
    return Size((*shape[: dim - 1], *sizes, *shape[dim:]))


def _check_sizes(bound: Bound) -> None:
    sizes = bound["unflattened_size"]
    if 0 in sizes or sizes.count(-1) > 1:
        raise InvalidInput(
            f"Unflatten: unflattened_size is {show(sizes)}",
            hint="each is 1 or more; one of them may be -1, for what is left",
        )


RESHAPES = (
    Entry(
        "layer",
        "Flatten",
        "torch.nn.Flatten",
        "Lays maps out as one row of numbers.",
        (
            Parameter("start_dim", Whole(), "first dimension to join (0 is the batch)", 1),
            Parameter("end_dim", Whole(), "last dimension to join", -1),
        ),
        size=_flatten,
    ),
    Entry(
        "layer",
        "Unflatten",
        "torch.nn.Unflatten",
        "Folds one dimension into several: Unflatten(1, (1, 8, 8)) makes pictures of 64 numbers.",
        (
            Parameter("dim", Whole(), "the dimension to fold (0 is the batch)"),
            Parameter("unflattened_size", Listed(Whole(-1)), "what it becomes; -1 is the rest"),
        ),
        size=_unflatten,
        relations=_check_sizes,
    ),
    Entry(
        "layer",
        "Identity",
        "torch.nn.Identity",
        "Gives back what it gets: keeps the place of a layer that was taken out.",
        size=same,
    ),
)
