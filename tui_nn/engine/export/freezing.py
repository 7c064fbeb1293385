"""Layers frozen and unfrozen while a run trained, as lines of its script."""

from collections.abc import Iterator

from tui_nn.engine.export.networks import freezing
from tui_nn.engine.export.optimizers import naming, shares_of
from tui_nn.engine.export.segments import Segment
from tui_nn.engine.export.settings import Settings
from tui_nn.spec.script.layout import WIDTH, definition, lay

INSIDE = WIDTH - 4
GIVE = definition(
    "def give(optimizer, parameters):",
    '    """Other parameters: what the optimizer holds for those that stay is kept."""',
    "    parameters = list(parameters)",
    "    for parameter in set(optimizer.state) - set(parameters):",
    "        del optimizer.state[parameter]",
    '    optimizer.param_groups[0]["params"] = parameters',
)


def freezing_lines(segment: Segment, settings: Settings, *, fresh: bool) -> list[str]:
    """What freezes and unfreezes; `fresh`: the optimizers are made anew behind it."""
    before, after = (plan.experiment.train.freeze for plan in (segment.before, segment.after))
    holders = settings.network.holders
    several = settings.several
    lines = ["for optimizer in optimizers:", "    optimizer.zero_grad()"]
    lines = lines if several else ["optimizer.zero_grad()"]
    lines += freezing(holders, set(after) - set(before))
    thawed = freezing(holders, set(before) - set(after))
    lines += [line.replace("(False)", "(True)") for line in thawed]
    return lines if fresh else [*lines, *_given(segment, settings)]


def _given(segment: Segment, settings: Settings) -> Iterator[str]:
    """Its share for each optimizer whose share is another now."""
    after = segment.after
    shares = shares_of(after, settings.network)
    yield from naming(shares)
    for index, piece in enumerate(shares):
        if after.shares[index] == segment.before.shares[index]:
            continue
        bound = after.experiment.optimizers[index]
        optimizer = f"optimizers[{index}]" if settings.several else "optimizer"
        yield from lay(f"give({optimizer}, ", piece, ")", width=INSIDE)
        if bound.entry.name == "LBFGS":
            yield "# Its memory is of all its parameters in a row."
            yield f"{optimizer}.state.clear()"
            yield f'{optimizer}._params = {optimizer}.param_groups[0]["params"]'
            yield f"{optimizer}._numel_cache = None"
        if bound.entry.name == "Adagrad":
            start = float(bound["initial_accumulator_value"])
            yield f'for p in {optimizer}.param_groups[0]["params"]:'
            yield f"    if p not in {optimizer}.state:"
            yield (
                f'        {optimizer}.state[p] = {{"step": torch.tensor(0.0), '
                f'"sum": torch.full_like(p, {start})}}'
            )
