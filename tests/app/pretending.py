"""An engine that trains nothing, and says of what it is asked that it is so: no torch."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import msgspec

from tests.app.taped import Person, Walk
from tests.views.support import started
from tui_nn.app.app import Workbench
from tui_nn.app.handshake import Greeted
from tui_nn.app.settings import Settings
from tui_nn.spec.changes import differences
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.files import apply_changes, experiment_of, load_experiment
from tui_nn.spec.protocol import Changed, Phase
from tui_nn.spec.protocol.commands import (
    Change,
    Commands,
    GoTo,
    Inspect,
    Load,
    Reset,
    Seen,
    Step,
    Unwatch,
    Watch,
)
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Present
from tui_nn.views.ink import DARK

READY = Present(state="ready", phase=Phase.OPTIMIZER, changes=0)
INSIDE = (Phase.EVALUATE, Phase.FORWARD, Phase.GRADIENT, Phase.UPDATE)


def plain(value: Any) -> Any:
    """As it comes through a pipe."""
    return msgspec.json.decode(msgspec.json.encode(value))


class Pretender:
    """Stands in for a greeted engine and its client."""

    def __init__(self) -> None:
        self.client = self
        self.present = Present(state="loading")
        self.sent: list[Commands] = []
        self.is_busy = False
        """Whether answers wait until it is free."""
        self._asked: list[Commands] = []
        self._made: list[Changed] = []
        self._table: dict[str, Any] = {}

    @property
    def state(self) -> str:
        return self.present.state

    def take_over(self, hear: Callable[[Told], None]) -> "Pretender":
        self._hear = hear
        return self

    def close(self, stop: bool = True) -> None:
        """Nothing goes on."""

    def send(self, command: Commands) -> int:
        self.sent.append(command)
        if isinstance(command, Inspect | Watch | Unwatch | Seen):
            return len(self.sent)  # there is nothing to be seen
        if self.is_busy:
            self._asked.append(command)
        else:
            self._answer(command, len(self.sent))
        return len(self.sent)

    def be_free(self) -> None:
        """Answer what was asked meanwhile."""
        for command in self._asked:
            self._answer(command, self.sent.index(command) + 1)
        self.is_busy = False

    def _answer(self, command: Commands, number: int) -> None:
        match command:
            case Load():
                self._load(command)
            case Change():
                self._change(apply_changes(self._table, command.changes)[0])
            case Reset() if command.seed is not None:
                self._change(apply_changes(self._table, [f"train.seed={command.seed}"])[0])
            case GoTo():
                self._made = self._made if command.step else []
                self._stand(command.step, Phase.EVALUATE)
            case Step():
                self._step(command)
        self._hear(Answer(id=number, present=self.present))

    def _load(self, load: Load) -> None:
        experiment: Experiment = (
            load_experiment(load.experiment, load.changes)
            if load.text is None
            else experiment_of(load.text, load.experiment, load.experiment, load.changes)
        )
        self._table, self._made = dict(experiment.table), []
        self._hear(started(
            experiment=plain(experiment.table), name=experiment.name, title=experiment.title,
            input_shape=(2,), classes=2,
        ))  # fmt: skip
        self.present = READY

    def _change(self, table: dict[str, Any]) -> None:
        for index, one in enumerate(differences(self._table, table)):
            change = Changed(
                branch=0, step=self.present.step, elapsed_s=0.0, key=one.key,
                old=plain(one.old), new=plain(one.new), phase=self.present.phase, index=index,
            )  # fmt: skip
            self._made.append(change)
            self._hear(change)
        self._table = table
        self._stand(self.present.step, self.present.phase)

    def _step(self, step: Step) -> None:
        if step.by == "step":
            self._stand(self.present.step + step.count, Phase.EVALUATE)
            return
        at = INSIDE.index(self.present.phase) if self.present.phase in INSIDE else 0
        phase = INSIDE[(at + step.count) % len(INSIDE)]
        self._stand(self.present.step + (phase is Phase.UPDATE), phase)

    def _stand(self, step: int, phase: Phase) -> None:
        self.present = msgspec.structs.replace(
            self.present, state="paused" if step or phase in INSIDE else "ready", step=step,
            phase=phase, head=max(step, self.present.head), changes=len(self._made),
        )  # fmt: skip


def used(settings: Settings, walk: Walk, size: tuple[int, int] = (100, 36)) -> int | None:
    """Have a person use the app with that engine; what it ended with, None where it did not."""

    async def use() -> None:
        async with app.run_test(size=size) as pilot:
            person = Person(app, pilot)
            await person.sees("ready")
            await walk(person)

    app = Workbench(settings, DARK, 20.0, {}, cast(Greeted, Pretender()))
    asyncio.run(use())
    app.let_go()
    return app.return_value
