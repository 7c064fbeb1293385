"""The schedule against the optimizers and the length of the run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, log

from tui_nn.spec import catalog
from tui_nn.spec.call import Call
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.network import Row, tensors
from tui_nn.spec.optimizer_checks import has_momentum

BY_STEP = frozenset({"OneCycleLR", "CyclicLR"})
"""Schedules that are usual with a move at each step."""
FALLS_FOR = {
    "CosineAnnealingLR": "T_max",
    "LinearLR": "total_iters",
    "PolynomialLR": "total_iters",
}
"""The parameters that say after how many moves a schedule ends its fall."""
LARGEST_POWER = 1024
"""2.0 to this power is more than a float holds."""
NO_MOMENTUM = 1e-9
"""A momentum below it may be rounded to 0."""
SMALLEST_SHARE = 1e-280
"""A rate that falls to less of itself may be rounded to 0."""


@dataclass(frozen=True)
class Part:
    """A plain schedule, alone or inside another, and how it is led."""

    schedule: Bound
    place: str
    moves: int
    """How often it moves in this run."""
    length: int
    """How many moves it is given."""
    rates: int
    """How many of its rates are used, the first included: none follows the run's last move."""


def usual_pace(schedule: Bound) -> str:
    """When it moves unless train.schedule_every says otherwise."""
    if schedule.entry.name == "ReduceLROnPlateau":
        return "evaluation"
    names = {part.entry.name for part in schedule.inner or (schedule,)}
    return "step" if names & BY_STEP else "epoch"


def fill_lengths(experiment: Experiment, steps_per_epoch: int) -> Experiment:
    """OneCycleLR without a length gets that of the run, or of its part of it."""
    schedule = experiment.schedule
    if schedule is None:
        return experiment
    parts = tuple(schedule_parts(experiment, schedule, steps_per_epoch))
    calls = tuple(_filled(part) for part in parts)
    call = schedule.call_with(schedulers=calls) if schedule.inner else calls[0]
    if call == schedule.call:
        return experiment
    table = dict(experiment.table) | {"schedule": str(call)}
    return replace(experiment, schedule=catalog.bind_call("schedule", call), table=table)


def _filled(part: Part) -> Call:
    schedule = part.schedule
    if (
        schedule.entry.name != "OneCycleLR"
        or schedule["total_steps"] is not None
        or schedule["epochs"] is not None
    ):
        return schedule.call
    return schedule.call_with(total_steps=part.length)


def schedule_parts(experiment: Experiment, schedule: Bound, steps_per_epoch: int) -> Iterator[Part]:
    """Each plain schedule with how it is led, in the order of their places."""
    train, where = experiment.train, experiment.place("schedule")
    every = train.eval_every or 1
    if train.schedule_every == "evaluation":
        run, rates = train.epochs // every, ceil(train.epochs / every)
    else:
        run = rates = train.epochs * (steps_per_epoch if train.schedule_every == "step" else 1)
    if not schedule.inner:
        yield Part(schedule, where, run, max(1, run), rates)
        return
    name, last = schedule.entry.name, len(schedule.inner) - 1
    ends = (*schedule.values.get("milestones", (run,) * last), run)
    start = 0
    for index, part in enumerate(schedule.inner):
        place = f"{where}: {name}[{index}]"
        length = max(1, ends[index] - start)
        # The one that takes over makes the move at which the one before would have ended.
        moves = length if index == last or name == "ChainedScheduler" else length - 1
        used = rates - start if ends[index] >= run else min(length, rates - start)
        yield Part(part, place, max(0, min(moves, run - start)), length, max(0, used))
        start = 0 if name == "ChainedScheduler" else ends[index]


def check_schedule(
    experiment: Experiment,
    rows: Sequence[Row],
    shares: Sequence[Sequence[str]],
    steps_per_epoch: int,
) -> None:
    """Refuse a schedule that torch can't lead through this run, with what to write instead."""
    schedule = experiment.schedule
    if schedule is None:
        return
    _check_pace(experiment, schedule)
    sparse = {tensor.name for tensor in tensors(rows) if tensor.sparse}
    takers = zip(experiment.optimizers, shares, strict=True)
    of_sparse = tuple(optimizer for optimizer, share in takers if sparse & {*share})
    for part in schedule_parts(experiment, schedule, steps_per_epoch):
        _check_momentum(part, experiment.optimizers, of_sparse)
        if any(optimizer.entry.name == "LBFGS" for optimizer in experiment.optimizers):
            _check_zero(part)
        if part.schedule.entry.name == "OneCycleLR":
            _check_one_cycle(part)
        if part.schedule.entry.name == "CyclicLR":
            _check_halving(part)


def _check_pace(experiment: Experiment, schedule: Bound) -> None:
    every = experiment.train.schedule_every
    where = experiment.place("train.schedule_every")
    if schedule.entry.name == "ReduceLROnPlateau" and every != "evaluation":
        raise InvalidInput(
            f"is '{every}', but ReduceLROnPlateau looks at evaluations", where=where,
            hint="write 'evaluation', or take it out",
        )  # fmt: skip
    if every == "evaluation" and experiment.train.eval_every == 0:
        raise InvalidInput(
            "is 'evaluation', but train.eval_every is 0",
            where=where,
            hint="write train.eval_every=1",
        )


def _check_momentum(part: Part, optimizers: Sequence[Bound], of_sparse: Sequence[Bound]) -> None:
    schedule = part.schedule
    if not schedule.values.get("cycle_momentum"):
        return
    name, still = schedule.entry.name, f"write {schedule.call_with(cycle_momentum=False)}"
    for optimizer in optimizers:
        other = optimizer.entry.name
        if not has_momentum(optimizer):
            raise InvalidInput(
                f"{name} moves the momentum, and {other} has none", where=part.place, hint=still
            )
        if other == "RMSprop" and schedule["max_momentum"] < NO_MOMENTUM:
            raise InvalidInput(
                f"{name} starts at max_momentum={schedule['max_momentum']}, from which RMSprop "
                "can't take up momentum",
                where=part.place,
                hint=still,
            )
        if other == "SGD" and optimizer in of_sparse:
            raise InvalidInput(
                f"{name} moves the momentum, which SGD can't keep for sparse gradients",
                where=part.place,
                hint=still,
            )


# How each schedule can come to exactly 0, and what to write so that it does not.
_TO_ZERO: dict[str, tuple[Callable[[Bound], bool], Callable[[Bound], Call]]] = {
    "CosineAnnealingLR": (lambda s: s["eta_min"] == 0, lambda s: s.call_with(eta_min=0.001)),
    "LinearLR": (lambda s: s["end_factor"] == 0, lambda s: s.call_with(end_factor=0.01)),
    "PolynomialLR": (
        lambda s: s["power"] > 0,
        lambda s: Call(
            "LinearLR",
            (),
            (("start_factor", 1.0), ("end_factor", 0.01), ("total_iters", s["total_iters"])),
        ),
    ),
    "CyclicLR": (
        lambda s: s["base_lr"] == 0 or s["max_lr"] == 0,
        lambda s: s.call_with(base_lr=s["base_lr"] or 0.001, max_lr=s["max_lr"] or 0.001),
    ),
    "ReduceLROnPlateau": (
        lambda s: s["factor"] == 0 and s["min_lr"] == 0,
        lambda s: s.call_with(factor=0.1),
    ),
}


def _check_zero(part: Part) -> None:
    schedule = part.schedule
    if schedule.entry.name in ("ExponentialLR", "StepLR") and schedule["gamma"] < 1:
        falls = max(1, part.moves // schedule.values.get("step_size", 1))
        if falls * log(schedule["gamma"]) < log(SMALLEST_SHARE):
            slower = round(0.001 ** (1 / falls), 6)
            raise InvalidInput(
                f"{schedule.entry.name} falls {falls:,} times, to lr 0, along which LBFGS can't "
                "search",
                where=part.place,
                hint=f"write {schedule.call_with(gamma=slower)}",
            )
    reaches, instead = _TO_ZERO.get(schedule.entry.name, (lambda s: False, lambda s: s.call))
    falls = schedule.values.get(FALLS_FOR.get(schedule.entry.name, ""), 0)
    if reaches(schedule) and part.rates > falls:
        raise InvalidInput(
            f"{schedule.entry.name} comes to lr 0, along which LBFGS can't search",
            where=part.place,
            hint=f"write {instead(schedule)}",
        )


def _without_length(schedule: Bound) -> Call:
    kept = dict(schedule.given)
    for name in ("total_steps", "epochs", "steps_per_epoch"):
        kept.pop(name, None)
    return Call(schedule.call.name, (kept.pop("max_lr"),), tuple(kept.items()))


def _check_one_cycle(part: Part) -> None:
    schedule = part.schedule
    length = schedule["total_steps"] or schedule["epochs"] * schedule["steps_per_epoch"]
    if length < part.moves:
        raise InvalidInput(
            f"is over after {length} moves, the run makes {part.moves:,}",
            where=part.place,
            hint=f"write {_without_length(schedule)}: its length is filled in",
        )
    climb = schedule["pct_start"] * length
    if climb == 1:  # torch would divide by the climb's length
        raise InvalidInput(
            f"climbs for pct_start · {length} = 1 move, which is its start already",
            where=part.place,
            hint=f"write {schedule.call_with(pct_start=0.3)}",
        )
    if schedule["three_phase"] and float(2 * schedule["pct_start"] * length) - 2 == length - 1:
        raise InvalidInput(
            f"has no move left for its third phase: pct_start is {schedule['pct_start']}",
            where=part.place,
            hint=f"write {schedule.call_with(pct_start=0.3)}",
        )


def _check_halving(part: Part) -> None:
    schedule = part.schedule
    up = schedule["step_size_up"]
    cycle = up + (schedule["step_size_down"] or up)
    if schedule["mode"] == "triangular2" and part.moves >= LARGEST_POWER * cycle:
        longer = part.moves // LARGEST_POWER + 1
        raise InvalidInput(
            f"makes more than {LARGEST_POWER:,} cycles, each half as high: torch runs out of "
            "numbers",
            where=part.place,
            hint=f"write {schedule.call_with(step_size_up=longer)}",
        )
