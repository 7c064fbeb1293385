"""The engine as a server: how soon a step answers, and what being watched costs.

A client in a process of its own drives `nn-tui engine` over a pipe. Watching is measured in windows
that alternate with unwatched ones of the same run: a ratio of steps a second for each pair, and the
median of those.

`python tests/benchmarks/server.py [W1-sgd …]`
"""

import statistics
import sys
import time
from collections import Counter

from tests.benchmarks.engine import WORKLOADS, Workload
from tui_nn.client import Client, engine_command
from tui_nn.spec.protocol.commands import (
    Commands,
    Inspect,
    Load,
    Pause,
    Run,
    Seen,
    Step,
    Unwatch,
    Watch,
)
from tui_nn.spec.protocol.frames import (
    Confusion,
    Curves,
    Frame,
    Layers,
    Map,
    Predictions,
    Probes,
    Responses,
    Weights,
)  # fmt: skip
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Present

SOON = 60.0
STEPS = 1000
STEP_LIMIT_MS = 5.0
PAIRS = 15
WINDOW_S = 1.0
SETTLE_S = 0.5
RATE = 20.0
WANTED = 0.95
PLANE = (Curves(), Layers(), Map(), Weights(tensor="0.weight"), Predictions())
PICTURES = (
    Curves(), Layers(), Responses(layer="0"), Weights(tensor="0.weight"), Predictions(), Confusion()
)  # fmt: skip


class Watcher:
    """Acknowledges every frame as soon as it comes, and counts them."""

    def __init__(self) -> None:
        self.frames: Counter[int] = Counter()
        self.client = Client(engine_command(), self._hear)
        self.client.start()

    def _hear(self, told: Told) -> None:
        if isinstance(told, Frame):
            self.frames[told.watch] += 1
            self.client.send(Seen(watch=told.watch, number=told.number))

    def do(self, command: Commands) -> Present:
        answer = self.client.request(command, SOON)
        assert isinstance(answer, Answer), answer
        return answer.present

    def load(self, work: Workload) -> None:
        text = "\n".join([
            f'data = "{work.data}"', f"network = {work.network}", f'loss = "{work.loss}"',
            f'optimizer = "{work.optimizer}"', "[train]", f"batch_size = {work.batch_size}",
            "epochs = 100000000", "eval_every = 0", "threads = 1", 'device = "cpu"',
        ])  # fmt: skip
        self.do(Load(experiment=work.name, text=text, runs=None))

    def pace(self, seconds: float) -> float:
        """Steps a second over a window."""
        begun, first = time.perf_counter(), self.do(Inspect(probe=Curves())).step
        time.sleep(seconds)
        last = self.do(Inspect(probe=Curves())).step
        return (last - first) / (time.perf_counter() - begun)


def time_steps(work: Workload) -> bool:
    """Print how long single steps take to answer; whether they are quick enough."""
    watcher = Watcher()
    watcher.load(work)
    took = []
    for _ in range(STEPS):
        begun = time.perf_counter()
        watcher.do(Step())
        took.append(1000 * (time.perf_counter() - begun))
    watcher.client.close()
    median, late = statistics.median(took), statistics.quantiles(took, n=100)[98]
    print(f"a step of {work.name} answers in {median:.2f} ms (median), {late:.2f} ms (99 of 100)")
    return late < STEP_LIMIT_MS


def compare(work: Workload) -> bool:
    """Print what being watched costs; whether that is little enough."""
    probes: tuple[Probes, ...] = PLANE if work.name[:2] in ("W1", "W2") else PICTURES
    watcher = Watcher()
    watcher.load(work)
    watcher.do(Run())
    watcher.pace(WINDOW_S)
    ratios, frames = [], 0
    for pair in range(PAIRS):
        paces = {}
        for watched in (pair % 2 == 0, pair % 2 == 1):
            for number, probe in enumerate(probes if watched else (), 1):
                watcher.do(Watch(watch=number, probe=probe, rate=RATE))
            watcher.pace(SETTLE_S)  # the first frame of a watch is not paid for
            before = watcher.frames.total()
            paces[watched] = watcher.pace(WINDOW_S)
            frames += watcher.frames.total() - before
            for number in range(1, len(probes) + 1) if watched else ():
                watcher.do(Unwatch(watch=number))
        ratios.append(paces[True] / paces[False])
    watcher.do(Pause())
    watcher.client.close()
    ratio = statistics.median(ratios)
    low, *_, high = statistics.quantiles(ratios, n=4)
    each = frames / PAIRS / WINDOW_S / len(probes)
    print(
        f"{work.name:8} watched / unwatched {ratio:.3f} (quartiles {low:.3f} to {high:.3f})  "
        f"{len(probes)} probes, {each:.1f} frames a second each, {paces[False]:,.0f} steps/s"
    )
    return ratio >= WANTED


def main() -> None:
    """Print the table; fail where a figure is missed."""
    named = [work for work in WORKLOADS if work.name in sys.argv[1:]]
    works = named or [work for work in WORKLOADS if work.name[:3] in ("W1-", "W2", "W3", "W4a")]
    quick = time_steps(works[0])
    good = [compare(work) for work in works]
    sys.exit(None if quick and all(good) else "a figure is missed")


if __name__ == "__main__":
    main()
