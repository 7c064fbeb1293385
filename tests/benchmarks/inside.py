"""Inside a step of digits-cnn: how soon an engine answers where a number came from.

A client in a process of its own asks `nn-tui engine` over a pipe: once for places all over the
network in a pass that was not looked into yet, and again in one that was; it steps layer by
layer, there and back; and it asks what every optimizer would do next, once the last gradients are
made again for them. What is asked for most is the dearest: weights of convolutions, whose gradient
is a sum over all samples and places.

`python -m tests.benchmarks.inside`
"""

import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
from msgspec.structs import replace

from tui_nn.client import Client, engine_command
from tui_nn.spec.protocol.commands import Back, Commands, Inspect, Load, Step
from tui_nn.spec.protocol.frames import LayerPass, NextSteps, Number, NumberFrame
from tui_nn.spec.protocol.inside import Place
from tui_nn.spec.protocol.messages import Answer

SOON = 60.0
PRESET = "digits-cnn"
P95_MS = 25.0
TRIES = 3
PARAMETERS = {
    "0.weight": (7, 0, 2, 2), "0.bias": (7,), "1.weight": (7,), "1.bias": (7,),
    "4.weight": (15, 7, 2, 2), "4.bias": (15,), "5.weight": (15,), "5.bias": (15,),
    "9.weight": (9, 63), "9.bias": (9,),
}  # fmt: skip
OUTPUTS = {
    "0": (7, 4, 4), "1": (7, 4, 4), "2": (7, 4, 4), "3": (7, 2, 2), "4": (15, 2, 2),
    "5": (15, 2, 2), "6": (15, 2, 2), "7": (15, 1, 1), "8": (63,), "9": (9,),
}  # fmt: skip


def places() -> Iterator[Place]:
    """One of every kind in every layer."""
    for name, index in PARAMETERS.items():
        yield Place(of="parameter", name=name, index=index, gradient=True)
        yield Place(of="parameter", name=name, index=index, gradient=True, sample=3)
    for name, index in OUTPUTS.items():
        yield Place(of="output", name=name, index=index, sample=3)
        yield Place(of="output", name=name, index=index, sample=3, gradient=True)
    yield Place(of="input", index=(0, 4, 4), sample=3, gradient=True)
    yield Place(of="loss")
    yield Place(of="loss", sample=3)


PLACES = {
    "a kernel": Place(of="parameter", name="4.weight", index=(15, 7, 2, 2)),
    "a matrix": Place(of="parameter", name="9.weight", index=(9, 63)),
}
"""Of which every optimizer's next step is asked for."""


class Asker:
    """Drives an engine, and times its answers."""

    def __init__(self) -> None:
        self.client = Client(engine_command(), lambda told: None)
        self.client.start()
        self.do(Load(experiment=PRESET, changes=("train.threads=1",), runs=None))
        self.do(Step(count=3))

    def do(self, command: Commands) -> Answer:
        answer = self.client.request(command, SOON)
        assert isinstance(answer, Answer), answer
        return answer

    def ask(self, place: Place) -> float:
        """Milliseconds until the arithmetic is there."""
        return self.timed(Inspect(probe=Number(place=place)), self._check)

    def timed(
        self, command: Commands, check: Callable[[Answer], None] = lambda told: None
    ) -> float:
        began = time.perf_counter()
        answer = self.do(command)
        took = 1000 * (time.perf_counter() - began)
        check(answer)
        return took

    @staticmethod
    def _check(answer: Answer) -> None:
        assert isinstance(answer.frame, NumberFrame)
        if not answer.frame.lines:
            return
        assert answer.frame.lines[-1].agrees is not False, answer.frame


def to_a_pass(asker: Asker) -> None:
    """To a gradient that nobody has looked into."""
    asker.do(Step())
    asker.do(Step(by="phase", count=2))


def main() -> None:
    """Print the table; fail where a figure is missed."""
    asker = Asker()
    took: dict[str, list[float]] = {}
    for _ in range(TRIES):
        for place in places():
            to_a_pass(asker)
            took.setdefault("a number, first look", []).append(asker.ask(place))
            took.setdefault("a number, again", []).append(asker.ask(place))
    for _ in range(TRIES):
        to_a_pass(asker)
        for name in OUTPUTS:
            probe = LayerPass(layer=name, sample=3)
            took.setdefault("a layer", []).append(asker.timed(Inspect(probe=probe)))
        for _ in range(20):
            took.setdefault("n", []).append(asker.timed(Step(by="layer")))
        for _ in range(20):
            took.setdefault("N", []).append(asker.timed(Back(by="layer")))
    for place in (PLACES["a kernel"], PLACES["a matrix"]):
        for scale in (1.0, 10.0, 1000.0):
            to_a_pass(asker)
            for name, fed in (("every optimizer, cold", 0), ("every optimizer, again", 20)):
                steps = NextSteps(place=place, scale=scale, fed=fed)
                asker.do(Inspect(probe=replace(steps, scale=2.0)))  # the last gradients, made again
                took.setdefault(name, []).append(asker.timed(Inspect(probe=steps)))
    asker.client.close()
    good = True
    for name, times in took.items():
        p95 = float(np.percentile(times, 95))
        good &= p95 < P95_MS
        print(f"{name:22} {np.median(times):6.2f} ms (median) {p95:6.2f} ms (95 of 100) "
              f"{max(times):6.2f} ms (longest)")  # fmt: skip
    sys.exit(None if good else "a figure is missed")


if __name__ == "__main__":
    main()
