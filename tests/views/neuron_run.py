"""A neuron trained here by hand, told to a world event by event as an engine would."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.views.support import VALUE_BASELINE, layer, painted, present, samples, started, stepped
from tui_nn.spec.protocol import Array, Phase, State
from tui_nn.spec.protocol.arrays import split_nonfinite
from tui_nn.spec.protocol.frames import (
    Curves,
    CurvesFrame,
    PredictionsFrame,
    TrainingStep,
    TrainingStepFrame,
)
from tui_nn.views.desk import Desk
from tui_nn.views.panels.neuron.evaluate import SUMS
from tui_nn.views.panels.panel import View
from tui_nn.views.world import SAMPLES, World

GATE = ((0, 0), (0, 1), (1, 0), (1, 1))
AND = (0, 0, 0, 1)
Numbers = NDArray[np.float32]


class NeuronRun:
    """y of w·x + b by one of three rules: a step, a sigmoid, none; torch's numbers in float32."""

    def __init__(
        self,
        x: Any = GATE,
        t: Any = AND,
        *,
        activation: str = "Heaviside",
        loss: str = "HalfSquaredError()",
        lr: float = 1.0,
        batch: int = 1,
        w: Sequence[float] = (0, 0, 0),
        shuffle: bool = False,
        pace: float = 0,
    ) -> None:
        self.x, self.t = np.asarray(x, np.float32), np.asarray(t)
        self.w = np.asarray(w, np.float32)
        self.activation, self.loss, self.lr, self.batch = activation, loss, lr, batch
        self.shuffle, self.pace = shuffle, pace
        self.step = 0
        self.before: Numbers | None = None
        self.gradient: Numbers | None = None
        self.latest: float | None = None
        self.drawn: list[int] = []
        self.world = World()
        self._begin()

    def _begin(self) -> None:
        inputs = self.x.shape[1]
        linear = f"Linear({inputs}, 1)"
        network = [linear, f"{self.activation}()"] if self.activation else [linear]
        is_class = self.t.dtype.kind == "i"
        count = len(self.x)
        self.world.take(
            started(
                experiment={
                    "data": "and_gate()", "network": network, "loss": self.loss,
                    "optimizer": f"SGD(lr={self.lr:g})",
                    "train": {"batch_size": self.batch, "shuffle": self.shuffle},
                    "view": {"pace": self.pace},
                },
                layers=(layer(linear, 1, parameters=inputs + 1),
                        *(layer(call, 1) for call in network[1:])),
                train_count=count, val_count=0, batch_size=self.batch or count,
                steps_per_epoch=-(-count // (self.batch or count)), epochs=20,
                **({} if is_class else {"baseline": VALUE_BASELINE, "metric": "r2"}),
            )
        )  # fmt: skip
        known = samples(
            self.x, self.t if is_class else self.t[:, None],
            input_names=tuple(f"x{i + 1}" for i in range(inputs)),
            class_names=("0", "1") if is_class else (),
        )  # fmt: skip
        self.world.take(known, SAMPLES)
        self._stand(Phase.OPTIMIZER, "ready")
        self._look(Phase.OPTIMIZER)

    # What a person does

    def forward(self) -> "NeuronRun":
        """5: the loss of the next batch is known."""
        count, size = len(self.x), self.batch or len(self.x)
        first = self.step * size % count
        self.drawn = list(range(first, min(first + size, count)))
        self.latest = float(np.mean([self.loss_of(i) for i in self.drawn]))
        self._stand(Phase.FORWARD)
        self._look(Phase.FORWARD)
        return self

    def backward(self) -> "NeuronRun":
        """6: its gradient is known."""
        with np.errstate(all="ignore"):
            terms = [np.append(self.x[i], 1) * self.error(i) for i in self.drawn]
            self.gradient = np.mean(terms, axis=0).astype(np.float32)
        self._stand(Phase.GRADIENT)
        self._look(Phase.GRADIENT)
        return self

    def update(self, phase: Phase = Phase.UPDATE) -> "NeuronRun":
        """7: the weights are the next ones."""
        assert self.gradient is not None
        with np.errstate(all="ignore"):
            self.before, self.w = self.w, self.w - np.float32(self.lr) * self.gradient
        self.step += 1
        self._stand(phase)
        self._look(phase)
        return self

    def evaluate(self) -> "NeuronRun":
        """8: the step is over and told."""
        assert self.latest is not None
        self._tell()
        self._stand(Phase.EVALUATE)
        self._look(Phase.EVALUATE)
        return self

    def steps(self, count: int) -> "NeuronRun":
        """So many at once, looked at behind each."""
        for _ in range(count):
            self.forward_unseen()
            self._tell()
            self.update(Phase.EVALUATE)
        return self

    def forward_unseen(self) -> None:
        """Forward and gradient without a look between."""
        world, self.world = self.world, World()
        self.forward().backward()
        self.world = world

    def back_to(self, step: int, w: Sequence[float]) -> "NeuronRun":
        """Travel to the end of an earlier step: torch holds its weights and no more."""
        self.step, self.w = step, np.asarray(w, np.float32)
        self.before = self.gradient = self.latest = None
        self.drawn = []
        phase = Phase.EVALUATE if step else Phase.OPTIMIZER
        self._stand(phase)
        self._look(phase)
        return self

    # The neuron

    def sum_of(self, index: int) -> float:
        with np.errstate(all="ignore"):
            return float(np.dot(np.append(self.x[index], np.float32(1)), self.w))

    def output_of(self, index: int) -> float:
        z = self.sum_of(index)
        if self.activation == "Heaviside":
            return float(z > 0)
        with np.errstate(all="ignore"):
            return float(1 / (1 + np.exp(-z))) if self.activation == "Sigmoid" else z

    def loss_of(self, index: int) -> float:
        y, t = self.output_of(index), float(self.t[index])
        if self.loss.startswith("BCE"):
            return float(-np.log(y if t else 1 - y))
        half = 0.5 if self.loss.startswith("Half") else 1.0
        with np.errstate(all="ignore"):
            return float(half * np.float32(y - t) ** 2)

    def error(self, index: int) -> np.float32:
        d = np.float32(self.output_of(index) - float(self.t[index]))
        return np.float32(2) * d if self.loss.startswith("MSE") else d

    # The engine

    def _tell(self) -> None:
        """The step that is over, where it is not told yet."""
        assert self.latest is not None
        done = self.world.history.step + 1
        self.world.take(stepped(done, [self.latest], lr=Array.of(np.ones(1, np.float32))))

    def _stand(self, phase: Phase, state: State = "paused") -> None:
        epoch = self.step // self.world.steps_per_epoch
        self.world.take(
            present(self.step, state, phase=phase, epoch=epoch, lr=self.lr, head=self.step)
        )

    def _look(self, phase: Phase) -> None:
        at: dict[str, Any] = {"step": self.step, "phase": phase}
        numbers, words = split_nonfinite({} if self.latest is None else {"loss": self.latest})
        drawn = Array.of(np.array(self.drawn, np.int64)) if self.drawn else None
        self.world.take(
            CurvesFrame(loss=numbers.get("loss"), lr=self.lr, gradient=None, batch=drawn,
                        nonfinite=words, **at),
            Curves(),
        )  # fmt: skip
        is_inside = phase in (Phase.FORWARD, Phase.GRADIENT)
        before = self.w if is_inside else self.before
        self.world.take(
            TrainingStepFrame(
                loss=numbers.get("loss"), lr=self.lr, **self._pass(before),
                before=self._tensors(before),
                gradient=self._tensors(None if phase is Phase.FORWARD else self.gradient),
                after=self._tensors(None if is_inside else self.w), nonfinite=words, **at,
            ),
            TrainingStep(),
        )  # fmt: skip
        if len(self.x) <= 8:
            self.world.take(self._predictions(at), SUMS)

    def _tensors(self, values: Numbers | None) -> dict[str, Array]:
        inputs = self.x.shape[1]
        if values is None:
            return {}
        return {"0.weight": Array.of(values[:inputs]), "0.bias": Array.of(values[inputs:])}

    def _pass(self, before: Numbers | None) -> dict[str, Any]:
        """The batch through the weights before the update."""
        if before is None or not self.drawn:
            return {}
        now, self.w = self.w, before
        outputs = [[f(i) for i in self.drawn] for f in (self.sum_of, self.output_of)]
        self.w = now
        return {
            "count": len(self.drawn),
            "batch": Array.of(np.array(self.drawn, np.int64)),
            "inputs": Array.of(self.x[self.drawn]),
            "targets": Array.of(np.asarray(self.t[self.drawn], np.float32)[:, None]),
            "outputs": {
                name: Array.of(np.array(values, np.float32)[:, None])
                for name, values in zip(("0", "1")[: 1 + bool(self.activation)], outputs,
                                        strict=False)
            },
        }  # fmt: skip

    def _predictions(self, at: dict[str, Any]) -> PredictionsFrame:
        count = len(self.x)
        sums = np.array([[self.sum_of(i)] for i in range(count)], np.float32)
        nothing = Array.of(np.zeros(0, np.int64))
        return PredictionsFrame(
            part="train", samples=Array.of(np.arange(count)), answers=nothing, truths=nothing,
            losses=nothing, outputs=Array.of(sums), worst=nothing, worst_losses=nothing,
            worst_answers=nothing, worst_truths=nothing, **at,
        )  # fmt: skip


def rows(view: View, run: NeuronRun, columns: int, count: int, desk: Desk | None = None) -> str:
    """What a view paints, between two ends of lines."""
    return "\n" + "\n".join(painted(view, run.world, (columns, count), desk)) + "\n"


def at_the_sixth_gradient() -> NeuronRun:
    """The AND gate in its second epoch, inside a step that will change it."""
    return NeuronRun().steps(5).forward().backward()


def regression(count: int = 40) -> NeuronRun:
    """Batches of ten through a neuron without activation."""
    x = np.random.default_rng(0).uniform(-6, 6, (count, 2)).astype(np.float32)
    return NeuronRun(
        x, x.sum(axis=1) / 10, activation="", loss="MSELoss()", lr=0.01, batch=10, w=(0.1, 0, -0.5)
    )
