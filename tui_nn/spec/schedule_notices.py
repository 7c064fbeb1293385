"""What a person should know of the schedule, though nothing is wrong."""

from collections.abc import Iterator, Sequence

from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.schedule_checks import BY_STEP, FALLS_FOR, Part, schedule_parts

ABSOLUTE = BY_STEP | {"CosineAnnealingWarmRestarts"}
"""Schedules that set lr, whatever it was, where others multiply it."""


def schedule_notices(experiment: Experiment, steps_per_epoch: int) -> Iterator[str]:
    """What has no effect, or another one than its name says."""
    schedule, every = experiment.schedule, experiment.train.schedule_every
    if schedule is None:
        if every:
            yield "train.schedule_every has no effect: there is no schedule"
        return
    yield from _for_optimizers(schedule, experiment.optimizers)
    parts = tuple(schedule_parts(experiment, schedule, steps_per_epoch))
    for part in parts:
        if part.moves or part is not parts[0]:
            yield from _in_time(part, f"{every}s")
        yield from _odd_gamma(part.schedule)
    yield from _composed(schedule)


def _for_optimizers(schedule: Bound, optimizers: Sequence[Bound]) -> Iterator[str]:
    name = schedule.entry.name
    names = dict.fromkeys(optimizer.entry.name for optimizer in optimizers)
    for other in names:
        if other == "Rprop" and len(names) > 1:
            yield f"{name} has no effect on Rprop, which uses lr for its first step only"
        elif other == "Rprop":
            yield f"{name} has no effect: Rprop uses lr for its first step only"
        if other == "ASGD":
            yield "ASGD takes up a new lr one step late"
    for optimizer in optimizers:
        if name in BY_STEP and "lr" in optimizer.given:
            other, lr = optimizer.entry.name, optimizer["lr"]
            yield f"{name} sets lr itself: lr={lr} of {other} has no effect"


def _in_time(part: Part, unit: str) -> Iterator[str]:
    """What the length of the run, or of its part of it, makes of a schedule."""
    schedule, name = part.schedule, part.schedule.entry.name
    values, rates = schedule.values, part.rates
    if not rates:
        yield f"{name} never leads: the run has ended before its milestone"
        return
    first = 0
    if name == "StepLR":
        first = values["step_size"]
    elif name == "MultiStepLR":
        first = values["milestones"][0]
    elif name == "ReduceLROnPlateau":
        first = values["patience"] + 2  # one sets the mark, one more than patience must miss it
    if first >= rates:
        yield f"{name} has no effect: it first changes lr after {first:,} {unit}, of {rates:,}"
    falls = values.get(FALLS_FOR.get(name, ""), 0)
    if name == "CosineAnnealingLR" and rates > falls + 1:
        yield f"CosineAnnealingLR climbs again after {falls:,} of {rates:,} {unit}"
    elif rates > falls and (values.get("power") or values.get("end_factor") == 0):
        yield f"{name} leaves lr at 0 after {falls:,} of {rates:,} {unit}"


def _odd_gamma(schedule: Bound) -> Iterator[str]:
    if (
        schedule.entry.name == "CyclicLR"
        and schedule["gamma"] != 1
        and schedule["mode"] != "exp_range"
    ):
        yield f"CyclicLR: gamma has no effect in mode='{schedule['mode']}', only in 'exp_range'"


def _composed(schedule: Bound) -> Iterator[str]:
    name = schedule.entry.name
    names = [part.entry.name for part in schedule.inner]
    absolute = next((part for part in names if part in ABSOLUTE), "")
    if name == "ChainedScheduler" and absolute and len(names) > 1:
        yield f"{absolute} sets lr anew at each move: factors chained with it don't add up"
    if name == "SequentialLR" and len(names) > 1:
        # torch writes their first rate where every schedule made after them looks for its start.
        if "OneCycleLR" in names:
            yield "OneCycleLR sets where lr starts, for the other schedules too: max_lr/div_factor"
        elif names[0] == "CyclicLR":
            yield "CyclicLR sets where lr starts, for the other schedules too: base_lr"
