"""Real runs, looked at as the screen looks at them, and what the rules say of them."""

import json
from pathlib import Path

from tests.support import prepared
from tui_nn.engine.evaluation import Part
from tui_nn.engine.probes.look import look
from tui_nn.engine.probes.view import View
from tui_nn.engine.session import Request, Session
from tui_nn.spec.diagnosis.diagnose import diagnose
from tui_nn.spec.diagnosis.evidence import Evidence
from tui_nn.spec.diagnosis.finding import Finding, Name, Remedy
from tui_nn.spec.diagnosis.offers import changes_of
from tui_nn.spec.diagnosis.remedies import remedies
from tui_nn.spec.diagnosis.rows import learning
from tui_nn.spec.finding import read_text
from tui_nn.spec.protocol import Ended, Phase
from tui_nn.spec.protocol.flow import State
from tui_nn.spec.protocol.messages import Present
from tui_nn.views.evidence import evidence, wanted
from tui_nn.views.world import SAMPLES, World

PRESETS = Path(__file__).parents[2] / "presets"


class Patient:
    """A run trained as far as asked, and the world that heard and saw all of it."""

    def __init__(self, text: str, *changes: str, steps: int | None = None) -> None:
        self.text, self.changes = text, (*changes, "train.threads=1", "train.device=cpu")
        self.world = World()
        ready = prepared(text, *self.changes)
        self.session = Session(ready, self.world.take)
        self.session.begin()
        self.steps = steps
        self._look()
        self._train_watched()
        self._look()
        ended = self._train(steps)
        if ended is not None and ended.culprit is not None:
            self._look("diverged")
        else:
            self._train_watched()
            self._look()

    def _train_watched(self) -> None:
        """One step whose update is known."""
        self.session.advance(1, watched=True)
        self.session.tell_steps()

    def _train(self, steps: int | None) -> Ended | None:
        session = self.session
        if steps is None:
            return session.run(Request())
        while session.step < steps:
            reason = session.advance(steps - session.step)
            if reason is not None:
                return session.end(reason)
        return None

    def _look(self, state: State = "paused") -> None:
        session = self.session
        trainer, split = session.training.trainer, session.training.prepared.split
        plan, unit = session.training.plan, split.scaling.unit
        parts = {"train": Part(split.train, plan, trainer.device, unit)}
        if split.val is not None:
            parts["val"] = Part(split.val, plan, trainer.device, unit)
        latest = session.latest()
        view = View(trainer, split, parts, loss=latest.loss, before=latest.before)
        self.world.take(
            Present(state=state, step=session.step, epoch=session.epoch, head=session.head,
                    phase=Phase.EVALUATE if session.step else Phase.OPTIMIZER,
                    lr=trainer.lr)
        )  # fmt: skip
        for probe in (SAMPLES, *wanted(self.world)):
            self.world.take(look(view, probe), probe)

    @property
    def evidence(self) -> Evidence:
        return evidence(self.world)

    @property
    def findings(self) -> dict[Name, Finding]:
        return {finding.name: finding for finding in diagnose(self.evidence)}

    def remedies(self, name: Name) -> dict[str, Remedy]:
        found = remedies(self.findings[name], self.evidence)
        return {remedy.words: remedy for remedy in found}

    def treated(self, remedy: Remedy, steps: int | None = None) -> "Patient":
        """The same from the start, with the remedy."""
        return Patient(
            self.text, *self.changes, *changes_of(remedy), steps=steps or self.steps
        )  # fmt: skip


def preset(name: str, *changes: str, steps: int | None = None) -> Patient:
    return Patient(read_text(PRESETS / f"{name}.toml"), *changes, steps=steps)


MOONS = """
data = "moons(n=100, noise=0.1)"
network = ["Linear(2, 8)", "Tanh()", "Linear(8, 8)", "Tanh()", "Linear(8, 1)"]
loss = "BCEWithLogitsLoss()"
optimizer = "SGD(lr=0.1)"
[train]
batch_size = 20
epochs = 200
eval_every = 1
"""
"""Learns without any illness."""


def moons(*changes: str, seed: int = 0, steps: int = 100) -> Patient:
    return Patient(MOONS, *changes, f"train.seed={seed}", steps=steps)


def deep(activation: str, layers: int = 10, width: int = 8) -> str:
    """Of a network of so many hidden layers, the change."""
    calls = [
        call
        for index in range(layers)
        for call in (f"Linear({width if index else 2}, {width})", f"{activation}()")
    ]
    return f"network={json.dumps([*calls, f'Linear({width}, 1)'])}"


def loss_of(patient: Patient) -> float:
    """Of the last tenth of the steps."""
    losses = patient.evidence.losses
    return losses.mean(0.9 * losses.last, losses.last)


def accuracy_of(patient: Patient) -> float:
    """On the training part."""
    table = patient.evidence.confusion
    return sum(row[index] for index, row in enumerate(table)) / sum(map(sum, table))


def found_rare(patient: Patient) -> float:
    """The share of class 1 that is found."""
    row = patient.evidence.confusion[1]
    return row[1] / sum(row)


def first_of_last(patient: Patient) -> float:
    """|gradient| of the first layer, as a share of the last one's."""
    rows = learning(patient.evidence.layers)
    first, last = rows[0].gradient, rows[-1].gradient
    assert first is not None
    assert last
    return first / last
