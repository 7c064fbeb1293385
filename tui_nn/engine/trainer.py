"""One training step, as the lesson: forward, loss, zero_grad, backward, step."""

import sys
from copy import copy, deepcopy
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_
from torch.optim import LBFGS, Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau

from tui_nn.data.encode import encode
from tui_nn.data.split import Split
from tui_nn.engine.batches import Batches
from tui_nn.engine.building import (
    Schedule,
    build_loss,
    build_network,
    build_optimizers,
    build_schedules,
    freeze,
)
from tui_nn.engine.stepping import step
from tui_nn.engine.straight import Straight
from tui_nn.engine.tensors import on_device
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Phase
from tui_nn.spec.resolve import Plan
from tui_nn.spec.targets import Fit

LARGEST_RATE = 1e30
"""Beyond it, float32 overflows inside an optimizer's step."""
LARGEST_LBFGS_RATE = 1e10
"""Its line search tries steps up to 10²⁵ times longer."""


class StepAbandoned(Exception):
    """Raised by a gate that wants the step undone; see `stepper.Stepper`."""


class Gate(Protocol):
    """What stands between the phases of a step; it may wait, look, or raise StepAbandoned."""

    def __call__(self, phase: Phase, loss: Tensor) -> None: ...


class Trainer:
    """Everything that one more step needs, and how far training has come."""

    def __init__(self, plan: Plan, split: Split, device: torch.device) -> None:
        train = plan.experiment.train
        self.plan = plan
        self.device = device
        self.network = build_network(plan, device)
        self.loss = build_loss(plan, device)
        self.optimizers: tuple[Optimizer, ...] = build_optimizers(plan, self.network)
        self.schedules: tuple[Schedule, ...] = build_schedules(plan, self.optimizers)
        self.refuse_too_large_a_rate()
        self.batches = Batches(
            on_device(split.train.x, train.dtype, device),
            self._targets(split, plan.fit),
            plan.batch_size,
            train.shuffle,
            train.seed,
        )
        self.last_lr = self.lr
        """The learning rate of the last step."""
        self.step = 0
        self.straighten()

    def _targets(self, split: Split, fit: Fit) -> Tensor:
        dtype = self.plan.experiment.train.dtype
        return on_device(encode(split.train, fit), dtype, self.device)

    def recode(self, split: Split, fit: Fit) -> None:
        """Give the targets of the training part the coding of another loss."""
        self.batches.recode(self._targets(split, fit))

    def exchange(self, split: Split, plan: Plan) -> None:
        """Go on with another training part of the same form, coded and cut as `plan` says."""
        x = on_device(split.train.x, self.plan.experiment.train.dtype, self.device)
        self.batches.exchange(x, self._targets(split, plan.fit), plan.batch_size)

    def straighten(self) -> None:
        """Lay the straight path anew, after anything it is made of was exchanged."""
        self.straight = Straight(
            self.network,
            self.loss,
            self.optimizers,
            self.batches,
            self.plan.experiment.train.clip_norm,
        )

    def refuse_too_large_a_rate(self) -> None:
        """InvalidInput where no step can follow."""
        if self.rate_is_too_large:
            raise InvalidInput(
                f"starts at lr {max(self.rates):.3g}, too large for any step",
                where=self.plan.experiment.place("schedule"),
                hint=f"choose its values so that it starts at {LARGEST_LBFGS_RATE:g} or below",
            )

    @property
    def lr(self) -> float:
        """The learning rate of the next step (the first optimizer's)."""
        return self.rates[0]

    @property
    def rate_is_too_large(self) -> bool:
        """Whether no step can follow."""
        return not all(
            lr <= (LARGEST_LBFGS_RATE if isinstance(optimizer, LBFGS) else LARGEST_RATE)
            for optimizer, lr in zip(self.optimizers, self.rates, strict=True)
        )

    @property
    def rates(self) -> list[float]:
        """The learning rate of the next step of each optimizer."""
        return [float(optimizer.param_groups[0]["lr"]) for optimizer in self.optimizers]

    @property
    def asks_again(self) -> bool:
        """Whether one step asks for the loss several times."""
        return isinstance(self.optimizers[0], LBFGS)

    def copied_parameters(self) -> dict[str, Tensor]:
        """The parameters as they are now, by name; later training does not touch them."""
        named = self.network.named_parameters()
        return {name: parameter.detach().clone() for name, parameter in named}

    @property
    def epoch(self) -> int:
        """Whole epochs done."""
        return self.batches.epochs_done

    def twin(self, plan: Plan) -> "Trainer":
        """Another that trains the same samples by a plan of the same targets, apart from this one;
        where it stands is to be restored.
        """
        twin = copy(self)
        twin.plan, twin.network = plan, deepcopy(self.network).train()
        freeze(twin.network, plan.frozen)
        twin.loss = build_loss(plan, self.device)
        twin.optimizers = build_optimizers(plan, twin.network)
        twin.schedules = build_schedules(plan, twin.optimizers)
        twin.batches = self.batches.twin()
        twin.batches.batch_size = plan.batch_size
        twin.straighten()
        return twin

    def train_step(self, gate: Gate) -> Tensor:
        """One step with the gate between its phases; the loss before the update, a scalar."""
        x, y = self.batches.next()
        self.last_lr = self.lr

        def closure() -> Tensor:
            output = self.network(x)
            loss: Tensor = self.loss(output, y)
            gate(Phase.FORWARD, loss)
            self.network.zero_grad()
            loss.backward()
            self.clip()
            gate(Phase.GRADIENT, loss)
            return loss

        loss = step(self.optimizers[0], closure)
        for optimizer in self.optimizers[1:]:
            step(optimizer)
        self.step += 1
        self._move_schedules_if_due()
        gate(Phase.UPDATE, loss)
        return loss.detach()

    def train_straight(self, steps: int) -> tuple[list[float], list[float]]:
        """`steps` steps without a gate: the same bits, sooner.

        Returns the loss before each update and the learning rate of each. Fewer steps are done
        where a schedule raises the rate above `LARGEST_RATE`.
        """
        losses: list[float] = []
        rates: list[float] = []
        while len(losses) < steps and (not losses or not self.rate_is_too_large):
            count = min(steps - len(losses), self._steps_to_schedule())
            self.last_lr = self.lr
            rates += [self.last_lr] * count
            losses += self.straight.run(count)
            self.step += count
            self._move_schedules_if_due()
        return losses, rates

    def clip(self) -> None:
        """Shorten the gradient to train.clip_norm, where that is set."""
        longest = self.plan.experiment.train.clip_norm
        if longest is not None:
            clip_grad_norm_(self.network.parameters(), longest)

    def schedule_evaluation(self, loss: float) -> None:
        """Let schedules that wait for evaluations see one."""
        if self._schedules_wait_for != "evaluation":
            return
        for schedule in self.schedules:
            if isinstance(schedule, ReduceLROnPlateau):
                schedule.step(loss)
            else:
                schedule.step()

    @property
    def _schedules_wait_for(self) -> str | None:
        return self.plan.experiment.train.schedule_every

    def _steps_to_schedule(self) -> int:
        """Steps until the learning rate may move."""
        every = self._schedules_wait_for
        if not self.schedules or every == "evaluation":
            return sys.maxsize
        return 1 if every == "step" else self.batches.left or self.batches.per_epoch

    def _move_schedules_if_due(self) -> None:
        every = self._schedules_wait_for
        if every == "step" or (every == "epoch" and not self.batches.left):
            for schedule in self.schedules:
                schedule.step()  # type: ignore[call-arg]
