"""What is known of a run, taken in event by event; every panel reads it, none changes it."""

import time
from collections import deque
from collections.abc import Collection, Mapping
from functools import cached_property
from math import floor
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import structs

from tui_nn.runs.epochs import step_of_epoch
from tui_nn.runs.history import History
from tui_nn.spec.protocol import (
    Built,
    Changed,
    Evaluated,
    Noticed,
    Phase,
    Record,
    Saved,
    Started,
    Stepped,
)
from tui_nn.spec.protocol.frames import (
    AnyFrame,
    CurvesFrame,
    Device,
    Frame,
    Given,
    Layers,
    LayersFrame,
    Map,
    Probes,
    Samples,
    SamplesFrame,
    Weights,
)
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Hello, Present, Problem
from tui_nn.views.chosen import Chosen, facts_of
from tui_nn.views.desk import Desk
from tui_nn.views.heat import Heat
from tui_nn.views.kinds import Kind, kind_of
from tui_nn.views.neuron import Steps, neuron_of
from tui_nn.views.recent import Recent
from tui_nn.views.scrubber import Playing
from tui_nn.views.series import AllSeries
from tui_nn.views.updates import INSIDE, Updates

if TYPE_CHECKING:
    from tui_nn.spec.lesson import Lesson
    from tui_nn.spec.resolve import DataFacts, Plan
    from tui_nn.views.judge import Judge

PACE_S = 2.0
"""Steps a second are counted over so long."""
OF_THE_NETWORK = Map | Given | Layers | Weights | Device
"""Probes whose frames stay true where samples are exchanged."""
SAMPLES = Samples()
"""The samples that pictures of the data are made of: looked at once a run."""


class World:
    """A run as the screen sees it."""

    def __init__(self) -> None:
        self.hello: Hello | None = None
        self.present = Present(state="loading")
        self.history = History(keeps=False)
        """Changes, branches, and the latest record of each other kind."""
        self.recent = Recent()
        self.frames: dict[Probes, AnyFrame] = {}
        """The latest of each probe that is watched, and of each kind; the one that came last is the
        last.
        """
        self.heat = Heat()
        self.series = AllSeries()
        """What curves are made of."""
        self.steps = Steps()
        """Of a single neuron, as they happen."""
        self._updates = Updates()
        self.problem: Problem | None = None
        """The last that was told, until something succeeds."""
        self.playing: Playing | None = None
        """How a recording is played; None where an engine trains."""
        self.lesson: Lesson | None = None
        """The slides that go with what is trained."""
        self.judge: Judge | None = None
        """Which of their checks have happened."""
        self.saved_s: float | None = None
        """When the run was saved last, by a monotonic clock; None before it was."""
        self._marks: deque[tuple[float, int]] = deque()
        self.chosen = Chosen()
        self._started: Started | None = None
        self._built: Built | None = None
        self._begun: Built | None = None
        """What the run was built on before its first step."""
        self._stale: set[Probes] = set()
        """Probes of samples that have been exchanged since."""

    @property
    def started(self) -> Started | None:
        """What is trained, with the network and data of now; None before it is known."""
        return self._started

    def take(self, told: Told, probe: Probes | None = None, now: float | None = None) -> None:
        """Take in an event; `probe` is what a frame answers, `now` a monotonic clock in seconds."""
        match told:
            case Hello():
                self.hello = told
            case Present():
                self._stand(told, time.monotonic() if now is None else now)
            case Answer():
                self.problem = None
                self._stand(told.present, time.monotonic() if now is None else now)
                if told.frame is not None and probe is not None:
                    self._show(told.frame, probe)
            case Problem():
                self._refused(told)
            case Frame():
                if probe is not None:
                    self._show(told, probe)
            case _:
                self._record(told)
                if isinstance(told, Saved):
                    self.saved_s = time.monotonic() if now is None else now
        if self.judge is not None:
            self.judge.look(self, told)

    def teach(self, lesson: "Lesson") -> None:
        """These slides go with what is trained."""
        from tui_nn.views.judge import Judge  # knows all of the catalog: not at the start

        self.lesson, self.judge = lesson, Judge(lesson)

    def _refused(self, problem: Problem) -> None:
        """Why nothing could be loaded stays: what is asked for afterwards can't be either."""
        if self.is_broken:
            return
        self.problem = problem
        if self.started is None and problem.id is not None:
            self.present = structs.replace(self.present, state="failed", words="")

    @property
    def is_broken(self) -> bool:
        """Whether what was opened could not be loaded."""
        return self.started is None and self.present.state == "failed"

    def _show(self, frame: AnyFrame, probe: Probes) -> None:
        self.frames.pop(probe, None)
        self.frames[probe] = frame
        self._stale.discard(probe)
        self.steps.take(frame)
        self._updates.take(frame, probe)
        if isinstance(frame, LayersFrame):
            self.heat.take(frame)
        if isinstance(frame, CurvesFrame):
            self.series.look(frame)
        if isinstance(frame, SamplesFrame):
            self.__dict__.pop("kind", None)

    def watch(self, probes: Collection[Probes]) -> None:
        """These are watched now: of others the latest frame of each kind stays, others like it are
        going to come; all stay where none will.
        """
        if self.present.state == "offline":
            return
        latest = {type(frame): probe for probe, frame in self.frames.items()}
        held = {*probes, *latest.values()}
        for probe in [probe for probe in self.frames if probe not in held]:
            del self.frames[probe]

    def _record(self, record: Record) -> None:
        if isinstance(record, Started):
            self.history, self.recent = History(keeps=False), Recent()
            self.steps = Steps(neuron_of(record))
            self.frames.clear()
            self._stale.clear()
            self._updates.clear()
            self.heat.clear()
            self.chosen.forget()
            self._built = self._begun = None
            self._started = record
            self.__dict__.pop("kind", None)
        if isinstance(record, Changed):
            self.steps.forget_samples()
        self.history.take(record)
        self.recent.take(record)
        self.series.take(record)

    def _stand(self, present: Present, now: float) -> None:
        before = self.present
        self.present = present
        if (present.branch, present.state) != (before.branch, before.state) or (
            present.step < before.step
        ):
            self._marks.clear()
            self.heat.cut(present.step)
        branches = self.history.lineage.branches
        known = present.branch in branches
        path = self.history.lineage.path(present.branch) if known else {}
        self._build()
        self.steps.stand(present, path)
        self._marks.append((now, present.step))
        while len(self._marks) > 2 and now - self._marks[0][0] > PACE_S:
            self._marks.popleft()

    def _build(self) -> None:
        """Where the network or the data is another now, what was seen of the one before goes; of
        data that was exchanged what names its samples, which are to be looked at anew.
        """
        first, changes = self.history.started, [c for c in self.changes if c.built is not None]
        built = changes[-1].built if changes else None
        if first is None or built is self._built:
            return
        begun = next((c.built for c in reversed(changes) if not c.step), None)
        is_exchanged, self._begun, self._built = begun is self._begun, begun, built
        self._started = structs.replace(first, **structs.asdict(built)) if built else first
        self.steps = Steps(neuron_of(self._started))
        self._updates.clear()
        self.__dict__.pop("kind", None)
        if is_exchanged:
            kept = [probe for probe in self.frames if isinstance(probe, OF_THE_NETWORK | Samples)]
            self.frames = {probe: self.frames[probe] for probe in kept}
            self._stale = {probe for probe in kept if isinstance(probe, Samples)}
        else:
            self.frames.clear()
            self._stale.clear()
            self.heat.clear()

    def lacks(self, probe: Probes) -> bool:
        """Whether there is no frame of what a probe shows now."""
        return probe not in self.frames or probe in self._stale

    def stand_by(self, record: Stepped | Evaluated) -> None:
        """A recording tells records alone: they say where training stood."""
        before = self.present
        if isinstance(record, Evaluated):
            epoch, lr = record.epoch, record.lr
        else:
            epoch = self.epochs_done(record.step, record.branch)
            lr = float(record.lr.numpy()[-1])
        self.take(
            structs.replace(
                before, branch=record.branch, step=record.step, epoch=epoch, lr=lr,
                phase=Phase.EVALUATE, head=max(before.head, record.step),
            )
        )  # fmt: skip

    def frame(self, probe: Probes) -> Any:
        """The latest frame of a probe, of the type that belongs to it; None before there is one."""
        return self.frames.get(probe)

    def update(self, probe: Probes) -> Any:
        """The latest frame of a probe that knows what an update did; None before there is one."""
        return self._updates.of(probe, self.present)

    @property
    def samples(self) -> SamplesFrame | None:
        """Samples of the training part, evenly spread."""
        found: SamplesFrame | None = self.frame(SAMPLES)
        return found

    @cached_property
    def kind(self) -> Kind:
        """What kind of experiment it is, as the panels tell them apart."""
        return kind_of(self.started, self.samples)

    @property
    def way(self) -> dict[int, int]:
        """The branches that lead to where training stands, each with its last step on the way."""
        branch, step = self.present.branch, self.present.step
        if branch not in self.history.lineage.branches:
            return {branch: step}
        path = {**self.history.lineage.path(branch), branch: step}
        return {number: min(until, step) for number, until in reversed(path.items())}

    @property
    def changes(self) -> list[Changed]:
        """Those in force, in order: who goes back to where one was made finds it still to come."""
        changes, count = self.history.marks(self.present.branch), self.present.changes
        if count is None:
            return [change for change in changes if change.step <= self.present.step]
        return changes[:count]

    @property
    def settings(self) -> Mapping[str, Any]:
        """The experiment as its file would hold it now, changes made."""
        if self.started is None:
            return {}
        return self.chosen.settings(self.started, self.present.branch, self.changes)

    def setting(self, key: str, default: Any = None) -> Any:
        """One of them: `optimizer`, `train.epochs`."""
        found: Any = self.settings
        for word in key.split("."):
            if not isinstance(found, Mapping) or word not in found:
                return default
            found = found[word]
        return found

    @property
    def facts(self) -> "DataFacts | None":
        """Of the data that is trained on; None where the engine didn't tell them."""
        return facts_of(self.started)

    @property
    def plan(self) -> "Plan | None":
        """The experiment of now, held against its data; None where that is not known."""
        return self.chosen.plan(self.settings, self.facts)

    @property
    def running(self) -> bool:
        return self.present.state == "running"

    def lit(self, desk: Desk) -> Phase:
        """The phase whose result is on the screen; before the first step a choice."""
        if self.present.step or self.present.phase is not Phase.OPTIMIZER:
            return self.present.phase
        return tuple(Phase)[desk.chosen_phase]

    @property
    def step(self) -> int:
        """The step that is being made, or was made last."""
        return self.present.step + (self.present.phase in INSIDE)

    @property
    def steps_per_s(self) -> float | None:
        """Of the last seconds; None where training stands or has just begun."""
        if not self.running or len(self._marks) < 2:
            return None
        (since, first), (until, last) = self._marks[0], self._marks[-1]
        return (last - first) / (until - since) if until > since else None

    @property
    def batch_size(self) -> int:
        """Samples of a step; of the last of an epoch it may be fewer."""
        started = self.started
        if started is None:
            return 1
        size = int(self.setting("train.batch_size", started.batch_size))
        return max(1, min(size or started.train_count, started.train_count))

    @property
    def steps_per_epoch(self) -> int:
        return max(1, -(-self.started.train_count // self.batch_size)) if self.started else 1

    def epochs_done(self, step: int, branch: int) -> int:
        """Whole epochs behind a step of a branch, however the size of batches was changed."""
        epochs = self.history.epochs(np.array([step], np.float64), branch)
        return floor(float(epochs[0]) + 1e-9)

    @property
    def place_in_epoch(self) -> tuple[int, int]:
        """The epoch of the step that is being made, or was made last, and its number in it."""
        cuts = self.history.cuts(self.present.branch)
        if not cuts:
            return 1, 0
        epoch = self.epochs_done(self.present.step, self.present.branch)
        within = self.step - step_of_epoch(epoch, cuts)
        if within or not self.present.step:
            return epoch + 1, within
        return epoch, self.step - step_of_epoch(epoch - 1, cuts)

    @property
    def epochs(self) -> int:
        """That are to be trained."""
        started = self.started
        return int(self.setting("train.epochs", started.epochs)) if started else 0

    @property
    def evaluated(self) -> Evaluated | None:
        """The latest evaluation on the way to where training stands."""
        return self.recent.evaluated(self.way)

    @property
    def notice(self) -> Noticed | None:
        return self.history.noticed[-1] if self.history.noticed else None
