"""Where to train: what was asked for if it is there, what is measured faster for `auto`."""

import time
from collections.abc import Callable

import torch

from tui_nn.data.split import Split
from tui_nn.engine.trainer import Trainer
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.resolve import Plan

STEPS = 50

Measure = Callable[[torch.device], float]
"""Seconds that 50 steps take on a device."""


def choose_device(
    plan: Plan, split: Split, measure: Measure | None = None, cuda_count: int | None = None
) -> tuple[torch.device, str]:
    """The device for train.device, and a sentence about the choice where there was one.

    Raises InvalidInput for a device that isn't there.
    """
    wanted = plan.experiment.train.device
    count = torch.cuda.device_count() if cuda_count is None else cuda_count
    if wanted == "auto":
        if not count:
            return torch.device("cpu"), ""
        return _faster(measure or (lambda device: _seconds(plan, split, device)))
    device = torch.device(wanted)
    if device.type == "cuda" and (device.index or 0) >= count:
        there = f"there are {count}, from cuda:0" if count else "torch finds no CUDA device"
        raise InvalidInput(
            f"{wanted} is not available: {there}",
            where=plan.experiment.place("train.device"),
            hint="write cpu or auto",
        )
    return device, ""


def _faster(measure: Measure) -> tuple[torch.device, str]:
    seconds = {name: measure(torch.device(name)) for name in ("cpu", "cuda")}
    fast, slow = sorted(seconds, key=lambda name: seconds[name])
    times = seconds[slow] / seconds[fast]
    return torch.device(fast), f"{fast} is {times:.1f}x faster than {slow} for this network"


def _seconds(plan: Plan, split: Split, device: torch.device) -> float:
    """Time `STEPS` steps of a network of its own; the generators are put back."""
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        trainer = Trainer(plan, split, device)
        trainer.straight.run(5)
        started = time.perf_counter()
        trainer.straight.run(STEPS)  # its losses are read, so a GPU has finished
        return time.perf_counter() - started
