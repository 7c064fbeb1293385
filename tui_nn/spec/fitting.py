"""What makes a network fit its data and its loss: pure, quick enough to be asked at each key."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from tui_nn.spec.call import Call
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.catalog.entry import Bound, Shape
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.fixes import FLATTEN
from tui_nn.spec.loss_checks import check_weight, misfit_of_output, misfit_of_shares
from tui_nn.spec.network import Row, ends_in, walking
from tui_nn.spec.resolve import DataFacts
from tui_nn.spec.targets import fit

STEPS = 8
"""So many fixes are made at most, and as many again for each layer."""


@dataclass(frozen=True)
class Misfit:
    """A layer, or the loss, that doesn't fit."""

    error: InvalidInput
    """Its place is `network[2]` or `loss`; `fix` is what stands in its place, where that is known.
    """
    index: int | None
    """Of the layer; None for the loss."""


@dataclass(frozen=True)
class Fitting:
    """A network and a loss that fit their data."""

    network: tuple[Bound, ...]
    loss: Bound


def rows_and_misfit(
    network: Sequence[Bound], loss: Bound, facts: DataFacts
) -> tuple[tuple[Row, ...], Misfit | None]:
    """The layers with their shapes, as far as they fit, and what does not."""
    rows: list[Row] = []
    try:
        rows.extend(walking(network, facts.input_shape, facts.tokens))  # up to one that raises
    except InvalidInput as error:
        return tuple(rows), Misfit(error.at("network"), len(rows))
    return tuple(rows), _misfit_of_end(network, rows, loss, facts)


def _misfit_of_end(
    network: Sequence[Bound], rows: Sequence[Row], loss: Bound, facts: DataFacts
) -> Misfit | None:
    try:
        read = fit(loss.entry.name, facts.kind, ends_in(network))
        check_weight(loss, facts.kind)
    except InvalidInput as error:
        return Misfit(error.at("loss"), None)
    if not rows:
        return Misfit(_empty(facts.input_shape, read.output_shape), 0)
    found = misfit_of_output(loss, rows, read, facts.kind)
    found = found or misfit_of_shares(loss, rows, facts.kind)
    return Misfit(found.at("network"), int(found.where.strip("[]"))) if found else None


def _empty(got: Shape, wanted: Shape) -> InvalidInput:
    linear = Call("Linear", (prod(got), prod(wanted)))
    return InvalidInput(
        "has no layer",
        where="network",
        hint=f"add {linear}",
        fix=(*([FLATTEN] if len(got) > 1 else []), linear),
    )


def fitted(network: Sequence[Bound], loss: Bound, facts: DataFacts) -> Fitting | None:
    """The network, and where it must be the loss, changed as little as the fixes say so that all
    fits; None where they lead nowhere. What fits comes back as it is.
    """
    now = Fitting(tuple(network), loss)
    for _ in range(STEPS + STEPS * len(network)):
        _, misfit = rows_and_misfit(now.network, now.loss, facts)
        if misfit is None:
            return now
        try:
            changed = mended(now, misfit)
        except InvalidInput:
            return None
        if changed is None or changed == now:
            return None
        now = changed
    return None


def mended(fitting: Fitting, misfit: Misfit) -> Fitting | None:
    """With the fix of one misfit in its place; None where none is known."""
    fix = misfit.error.fix
    if fix is None:
        return None
    if misfit.index is None:
        return Fitting(fitting.network, bind_call("loss", fix[0]))
    layers = [bind_call("layer", call) for call in fix]
    before, behind = fitting.network[: misfit.index], fitting.network[misfit.index + 1 :]
    return Fitting((*before, *layers, *behind), fitting.loss)
