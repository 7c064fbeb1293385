"""What a script depends on: its plan, where it changes, and which of its parts change with it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tui_nn.data.prepare import Prepared
from tui_nn.engine.export.networks import Network
from tui_nn.engine.export.segments import Segment
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.resolve import Plan
from tui_nn.spec.script.placing import Placed, has_dropout, placed


@dataclass(frozen=True)
class Settings:
    """Everything the parts of a script ask about."""

    prepared: Prepared
    network: Network
    segments: tuple[Segment, ...]
    steps: int | None
    """How many steps the run took; None for an experiment."""

    @property
    def plan(self) -> Plan:
        return self.prepared.plan

    @cached_property
    def plans(self) -> tuple[Plan, ...]:
        """The plan it begins with, and each that followed."""
        return (self.plan, *(segment.after for segment in self.segments))

    @cached_property
    def layers(self) -> tuple[Placed, ...]:
        return tuple(placed(self.plan.rows))

    @property
    def has_dropout(self) -> bool:
        return has_dropout(self.layers)

    def all(self, read: Callable[[Plan], Any]) -> list[Any]:
        """What each plan says, each answer once."""
        answers: list[Any] = []
        for plan in self.plans:
            if read(plan) not in answers:
                answers.append(read(plan))
        return answers

    def varies(self, read: Callable[[Plan], Any]) -> bool:
        """Whether a change touches it."""
        return len(self.all(read)) > 1

    @cached_property
    def own_batches(self) -> bool:
        """Whether a DataLoader can't give the batches."""
        return any(
            self.varies(read)
            for read in (
                lambda plan: plan.batch_size,
                lambda plan: plan.experiment.train.shuffle,
                lambda plan: plan.experiment.train.seed,
                lambda plan: plan.fit.coding,
            )
        )

    @property
    def shuffles(self) -> bool:
        """Whether the order of the samples is drawn at some time."""
        return any(plan.experiment.train.shuffle for plan in self.plans)

    @cached_property
    def several(self) -> bool:
        """Whether there is more than one optimizer at some time."""
        return any(len(plan.experiment.optimizers) > 1 for plan in self.plans)

    @cached_property
    def with_closure(self) -> bool:
        """Whether an optimizer asks for the loss itself."""
        return any(
            optimizer.entry.name == "LBFGS"
            for plan in self.plans
            for optimizer in plan.experiment.optimizers
        )

    @cached_property
    def schedules(self) -> list[Bound | None]:
        """Every schedule there is at some time, None among them where there is none."""
        return self.all(lambda plan: plan.experiment.schedule)

    @cached_property
    def paces(self) -> list[str]:
        """When a schedule moves, of all times at which there is one."""
        return self.all_of_schedules(lambda plan: plan.experiment.train.schedule_every)

    def all_of_schedules(self, read: Callable[[Plan], Any]) -> list[Any]:
        """As `all`, of the plans that have a schedule."""
        plans = [plan for plan in self.plans if plan.experiment.schedule]
        return list(dict.fromkeys(map(read, plans)))

    def name(self, key: str) -> str:
        """A setting of train as it is called: a constant, or a variable where it changes."""
        read: Callable[[Plan], Any] = (
            (lambda plan: plan.batch_size)
            if key == "batch_size"
            else lambda plan: getattr(plan.experiment.train, key)
        )
        word = {"eval_every": "evaluate_every", "schedule_every": "schedule_every"}.get(key, key)
        return word if self.varies(read) else word.upper()
