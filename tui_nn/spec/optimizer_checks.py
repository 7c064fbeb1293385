"""The optimizers against the network, the gradient's length and the schedule."""

from collections.abc import Iterator, Sequence

from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.network import Row, assign, tensors


def share_out(
    experiment: Experiment, rows: Sequence[Row], frozen: frozenset[str]
) -> tuple[tuple[str, ...], ...]:
    """The names of the parameters each optimizer updates; InvalidInput for what can't be."""
    names = [optimizer.entry.name for optimizer in experiment.optimizers]
    where = experiment.place("optimizer")
    if "LBFGS" in names and len(names) > 1:
        raise InvalidInput(
            "LBFGS can't share a network", where=where,
            hint="write it alone: it steps along all parameters at once",
        )  # fmt: skip
    try:
        shares = assign(experiment.optimizers, rows, frozen)
    except InvalidInput as error:
        raise error.at(where) from None
    trained = (tensor for tensor in tensors(rows) if tensor.name not in frozen)
    sparse = [tensor.name for tensor in trained if tensor.sparse]
    if experiment.train.clip_norm is not None:
        _check_clipping(experiment, names, sparse)
    return shares


def _check_clipping(experiment: Experiment, names: Sequence[str], sparse: Sequence[str]) -> None:
    where = experiment.place("train.clip_norm")
    if "LBFGS" in names:
        raise InvalidInput(
            "can't be used with LBFGS, whose line search needs the true gradient",
            where=where,
            hint="take it out",
        )
    if sparse:
        raise InvalidInput(
            f"can't be used with the sparse gradient of {sparse[0]}, torch can't measure it",
            where=where,
            hint="take it out, or write sparse=False",
        )


def has_momentum(optimizer: Bound) -> bool:
    """Whether a schedule can move its momentum, or its beta1."""
    return bool({"momentum", "betas"} & optimizer.values.keys())


def optimizer_notices(optimizers: Sequence[Bound], *, in_batches: bool) -> Iterator[str]:
    """What a person should know of the optimizers, though nothing is wrong."""
    for optimizer in optimizers:
        if in_batches and optimizer.entry.name in ("Rprop", "LBFGS"):
            yield f"{optimizer.entry.name} wants all samples in each step: train.batch_size=0"
        if optimizer.entry.name == "LBFGS" and optimizer["line_search_fn"] is None:
            yield "LBFGS without line search can explode: line_search_fn='strong_wolfe' is safer"
