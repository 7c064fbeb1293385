"""What was changed while a run trained: the script against a loop written by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import Optimizer, lr_scheduler

from tests.engine.export.support import change, losses_of_script, run
from tests.support import MOONS, prepared
from tui_nn.data.encode import encode
from tui_nn.data.prepare import Prepared
from tui_nn.engine.export.script import write_script
from tui_nn.spec.errors import InvalidInput

STEPS = 40
"""7 of them in an epoch of 50 samples in batches of 8."""


@dataclass
class Loop:
    """Training by hand."""

    ready: Prepared
    optimize: Callable[[Any], Optimizer]
    plan_rate: Callable[[Optimizer], Any] = lambda optimizer: None
    pace: str = "epoch"
    losses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        split = self.ready.split.train
        self.x = torch.tensor(split.x)
        self.y = torch.tensor(encode(split, self.ready.plan.fit))
        torch.manual_seed(0)
        self.network = nn.Sequential(
            nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 1)
        )
        self.loss: nn.Module = nn.BCEWithLogitsLoss()
        self.optimizer = self.optimize(self.network.parameters())
        self.schedule = self.plan_rate(self.optimizer)
        self.generator = torch.Generator().manual_seed(0)
        self.batch_size, self.shuffle, self.every = 8, True, 1
        self.clip: float | None = None

    def train(self, step: int, act: Callable[["Loop"], None]) -> list[float]:
        """STEPS steps, with something done after `step` of them."""
        epoch, order = 0, list[int]()
        while len(self.losses) < STEPS:
            if len(self.losses) == step:
                act(self)
            if not order:
                order = self._draw(epoch)
                epoch += 1
            batch, order = order[: self.batch_size], order[self.batch_size :]
            self._step(self.x[batch], self.y[batch])
            self._after(not order, epoch)
        return self.losses

    def _draw(self, epochs_done: int) -> list[int]:
        count = len(self.x)
        if not self.shuffle:
            return list(range(count))
        if epochs_done:
            torch.randperm(count, generator=self.generator)
        torch.empty((), dtype=torch.int64).random_(generator=self.generator)
        return torch.randperm(count, generator=self.generator).tolist()

    def _step(self, x: torch.Tensor, y: torch.Tensor) -> None:
        loss = self.loss(self.network(x), y)
        self.optimizer.zero_grad()
        loss.backward()
        if self.clip is not None:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.clip)
        self.optimizer.step()
        self.losses.append(loss.item())

    def _after(self, at_end: bool, epoch: int) -> None:
        if self.schedule is None:
            return
        if self.pace == "step" or (self.pace == "epoch" and at_end):
            self.schedule.step()
        if self.pace == "evaluation" and at_end and epoch % self.every == 0:
            with torch.no_grad():
                self.schedule.step(self.loss(self.network(self.x), self.y).item())


def into_groups(**values: Any) -> Callable[[Loop], None]:
    def act(loop: Loop) -> None:
        loop.optimizer.param_groups[0].update(values)

    return act


def with_state(name: str, **values: Any) -> Callable[[Loop], None]:
    def act(loop: Loop) -> None:
        loop.optimizer.param_groups[0].update(values)
        for parameter, state in loop.optimizer.state.items():
            state[name] = torch.zeros_like(parameter)

    return act


def settings(**values: Any) -> Callable[[Loop], None]:
    def act(loop: Loop) -> None:
        for name, value in values.items():
            setattr(loop, name, value)

    return act


def new_optimizer(make: Callable[[Any], Optimizer]) -> Callable[[Loop], None]:
    def act(loop: Loop) -> None:
        loop.optimizer = make(loop.network.parameters())

    return act


def reseed(loop: Loop) -> None:
    loop.generator.manual_seed(5)


def scaled(loop: Loop) -> None:
    [group] = loop.optimizer.param_groups
    group["lr"] = group["lr"] * (0.4 / 0.1)
    group["initial_lr"] = 0.4
    loop.schedule.base_lrs = [0.4]


def scaled_inside(loop: Loop) -> None:
    [group] = loop.optimizer.param_groups
    group["lr"] = 0.4 if group["lr"] == 0.1 else group["lr"] * (0.4 / 0.1)
    group["initial_lr"] = 0.4
    for part in loop.schedule._schedulers:
        part.base_lrs = [0.4]


def other_under_a_schedule(loop: Loop) -> None:
    now = loop.optimizer.param_groups[0]["lr"]
    place = loop.schedule.state_dict()
    loop.optimizer = torch.optim.Adam(loop.network.parameters(), lr=0.02)
    loop.schedule = lr_scheduler.ExponentialLR(loop.optimizer, 0.8)
    loop.schedule.load_state_dict(place | {"base_lrs": [0.02]})
    loop.optimizer.param_groups[0]["lr"] = 0.02 if now == 0.1 else now * (0.02 / 0.1)


def cosine(loop: Loop) -> None:
    [group] = loop.optimizer.param_groups
    group["lr"] = 0.1
    del group["initial_lr"]
    loop.schedule = lr_scheduler.CosineAnnealingLR(loop.optimizer, 4)


def no_cycle(loop: Loop) -> None:
    [group] = loop.optimizer.param_groups
    for key in ("initial_lr", "max_lr", "min_lr", "base_momentum", "max_momentum"):
        del group[key]
    group |= {"lr": 0.1, "momentum": 0.5}
    loop.schedule = None


def first_schedule(loop: Loop) -> None:
    loop.schedule = lr_scheduler.StepLR(loop.optimizer, 2, 0.5)


def soft_margin(loop: Loop) -> None:
    loop.loss, loop.y = nn.SoftMarginLoss(), 2 * loop.y - 1


def sgd(parameters: Any) -> Optimizer:
    return torch.optim.SGD(parameters, lr=0.1)


def one_cycle(optimizer: Optimizer) -> Any:
    return lr_scheduler.OneCycleLR(optimizer, 0.3, total_steps=42)


def composed(optimizer: Optimizer) -> Any:
    parts = [
        lr_scheduler.LinearLR(optimizer, 0.2, total_iters=2),
        lr_scheduler.ExponentialLR(optimizer, 0.5),
    ]
    return lr_scheduler.SequentialLR(optimizer, parts, [2])


SEQUENTIAL = "SequentialLR([LinearLR(0.2, total_iters=2), ExponentialLR(0.5)], [2])"
PLATEAU = "ReduceLROnPlateau(patience=0, threshold=0.5)"


def plateau(optimizer: Optimizer) -> Any:
    return lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, threshold=0.5)


def exponential(optimizer: Optimizer) -> Any:
    return lr_scheduler.ExponentialLR(optimizer, 0.8)


def momentum(parameters: Any) -> Optimizer:
    return torch.optim.SGD(parameters, lr=0.1, momentum=0.5)


def adam(parameters: Any) -> Optimizer:
    return torch.optim.Adam(parameters, lr=0.02)


def rmsprop(parameters: Any) -> Optimizer:
    return torch.optim.RMSprop(parameters, lr=0.01)


Values = dict[str, Any]
# What the run began with, its optimizer and schedule by hand, what was changed, and that by hand.
CASES: dict[str, tuple[tuple[str, ...], Values, Values, Callable[[Loop], None]]] = {
    "lr": ((), {}, {"optimizer": "SGD(lr=0.4)"}, into_groups(lr=0.4)),
    "momentum": (
        (), {}, {"optimizer": "SGD(lr=0.1, momentum=0.9, nesterov=True)"},
        into_groups(momentum=0.9, nesterov=True),
    ),
    "betas and decay": (
        ("optimizer=Adam(lr=0.02)",), {"optimize": adam},
        {"optimizer": "Adam(0.02, (0.5, 0.9), weight_decay=0.1)"},
        into_groups(betas=(0.5, 0.9), weight_decay=0.1),
    ),
    "amsgrad": (
        ("optimizer=Adam(lr=0.02)",), {"optimize": adam}, {"optimizer": "Adam(0.02, amsgrad=True)"},
        with_state("max_exp_avg_sq", amsgrad=True),
    ),
    "momentum of RMSprop": (
        ("optimizer=RMSprop()",), {"optimize": rmsprop}, {"optimizer": "RMSprop(momentum=0.9)"},
        with_state("momentum_buffer", momentum=0.9),
    ),
    "centered": (
        ("optimizer=RMSprop()",), {"optimize": rmsprop}, {"optimizer": "RMSprop(centered=True)"},
        with_state("grad_avg", centered=True),
    ),
    "another optimizer": ((), {}, {"optimizer": "Adam(lr=0.02)"}, new_optimizer(adam)),
    "lr under a schedule": (
        ("schedule=ExponentialLR(0.8)",), {"plan_rate": exponential}, {"optimizer": "SGD(lr=0.4)"},
        scaled,
    ),
    "lr under a composed schedule": (
        (f"schedule={SEQUENTIAL}",), {"plan_rate": composed}, {"optimizer": "SGD(lr=0.4)"},
        scaled_inside,
    ),
    "lr under a cycle with rates of its own": (
        ("schedule=OneCycleLR(0.3)", "train.epochs=6", "optimizer=SGD(lr=0.1, momentum=0.5)"),
        {"plan_rate": one_cycle, "optimize": momentum, "pace": "step"},
        {"optimizer": "SGD(lr=0.4, momentum=0.5)"}, settings(),
    ),
    "another optimizer under a schedule": (
        ("schedule=ExponentialLR(0.8)",), {"plan_rate": exponential},
        {"optimizer": "Adam(lr=0.02)"}, other_under_a_schedule,
    ),
    "another schedule": (
        ("schedule=ExponentialLR(0.8)",), {"plan_rate": exponential},
        {"schedule": "CosineAnnealingLR(4)"}, cosine,
    ),
    "no schedule": (
        ("schedule=OneCycleLR(0.3)", "train.epochs=6", "optimizer=SGD(lr=0.1, momentum=0.5)"),
        {"plan_rate": one_cycle, "optimize": momentum, "pace": "step"},
        {"schedule": None, "train.schedule_every": None}, no_cycle,
    ),
    "a first schedule": ((), {}, {"schedule": "StepLR(2, 0.5)"}, first_schedule),
    "loss": ((), {}, {"loss": "MSELoss()"}, settings(loss=nn.MSELoss())),
    "loss with targets in another coding": ((), {}, {"loss": "SoftMarginLoss()"}, soft_margin),
    "batch size": ((), {}, {"train.batch_size": 5}, settings(batch_size=5)),
    "order": ((), {}, {"train.shuffle": False}, settings(shuffle=False)),
    "seed": ((), {}, {"train.seed": 5}, reseed),
    "longest gradient": ((), {}, {"train.clip_norm": 0.05}, settings(clip=0.05)),
    "pace of the schedule": (
        ("schedule=ExponentialLR(0.8)",), {"plan_rate": exponential},
        {"train.schedule_every": "step"}, settings(pace="step"),
    ),
    "evaluations that a schedule looks at": (
        (f"schedule={PLATEAU}", "train.eval_every=1"),
        {"plan_rate": plateau, "pace": "evaluation"},
        {"train.eval_every": 2}, settings(every=2),
    ),
    "what changes no step": ((), {}, {"train.epochs": 60, "view.pace": 3}, settings()),
}  # fmt: skip


@pytest.mark.parametrize("step", [7, 17], ids=["at an epoch's end", "inside an epoch"])
@pytest.mark.parametrize("name", CASES)
def test_a_script_changes_what_the_run_changed(name: str, step: int, tmp_path: Path) -> None:
    given, by_hand, new, act = CASES[name]
    ready = prepared(MOONS, *given)
    torch.set_num_threads(1)
    expected = Loop(ready, **(Values(optimize=sgd) | by_hand)).train(step, act)
    changes = [change(step, key, value) for key, value in new.items()]
    losses = losses_of_script(ready, "sequential", tmp_path, STEPS, changes)
    assert np.array_equal(losses, expected)
    untouched = losses_of_script(ready, "sequential", tmp_path, STEPS)
    assert losses[:step] == untouched[:step]
    if name not in ("what changes no step", "lr under a cycle with rates of its own"):
        assert losses != untouched


@pytest.mark.parametrize("form", ["module", "matrices"])
@pytest.mark.parametrize("name", ["another optimizer under a schedule", "batch size", "centered"])
def test_the_other_forms_change_it_likewise(name: str, form: str, tmp_path: Path) -> None:
    given, _, new, _ = CASES[name]
    ready = prepared(MOONS, *given)
    changes = [change(12, key, value) for key, value in new.items()]
    expected = losses_of_script(ready, "sequential", tmp_path, STEPS, changes)
    losses = losses_of_script(ready, form, tmp_path, STEPS, changes)
    assert losses == pytest.approx(expected, rel=5e-6 if form == "matrices" else 0)


def test_one_change_follows_the_other(tmp_path: Path) -> None:
    changes = [
        change(5, "optimizer", ["SGD(lr=0.4)"]),
        change(5, "train.batch_size", 4),
        change(9, "optimizer", "SGD(lr=0.2)"),
    ]
    ready = prepared(MOONS)
    script = write_script(ready, steps=STEPS, changes=changes)
    assert "changes = {5: after_step_5, 9: after_step_9}" in script.text
    left = run(script, tmp_path)
    assert len(left["losses"]) == STEPS
    assert left["batch_size"] == 4
    assert left["optimizer"].param_groups[0]["lr"] == 0.2


def test_a_list_of_optimizers_becomes_one_and_keeps_its_schedules_place(tmp_path: Path) -> None:
    ready = prepared(
        MOONS, 'optimizer=["Muon(lr=0.02)", "AdamW(lr=0.01)"]', "schedule=ExponentialLR(0.5)"
    )
    script = write_script(ready, steps=20, changes=[change(14, "optimizer", "SGD(lr=0.1)")])
    left = run(script, tmp_path)
    [schedule] = left["schedules"]
    [optimizer] = left["optimizers"]
    assert schedule.last_epoch == 2
    # Two epochs had brought Muon's 0.02 to 0.005.
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.1 / 4)


def test_another_seed_means_nothing_to_batches_in_their_order(tmp_path: Path) -> None:
    ready = prepared(MOONS, "train.shuffle=False")
    losses = losses_of_script(ready, "module", tmp_path, STEPS, [change(9, "train.seed", 5)])
    assert losses == losses_of_script(ready, "module", tmp_path, STEPS)


def test_a_change_after_the_last_step_is_left_out() -> None:
    script = write_script(prepared(MOONS), steps=10, changes=[change(10, "train.batch_size", 4)])
    assert "changes" not in script.text.partition("losses = []")[2]


def test_a_change_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InvalidInput, match="NLLLoss"):
        write_script(prepared(MOONS), steps=10, changes=[change(3, "loss", "NLLLoss()")])
