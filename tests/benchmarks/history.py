"""What a history to travel in costs: steps a second with and without it, interleaved.

Both train the same workload of `engine.py` on one thread, evaluations included. Without a history
nothing is kept to return to; with it, as the app keeps it (256 MB) or a run without a screen does
(the newest state alone). A cost is the median of the rounds' ratios. Time is the process's own, in
the timeline as well: on one thread that is the time of an idle machine, however busy this one is.

`python -m tests.benchmarks.history [W1-sgd …]`
"""

import statistics
import sys
import time

import torch

from tests.benchmarks.engine import WORKLOADS, Workload, prepared
from tui_nn.data.prepare import Prepared
from tui_nn.engine.session import Session
from tui_nn.engine.timeline import Timeline

NAMES = ("W1-sgd", "W1-adam", "W3", "W4a")
ROUNDS = 21
ROUND_SECONDS = 1.0
BYTES = 256 * 10**6
WANTED = 3.0
"""Percent of the steps a second, at most."""


def session_of(ready: Prepared, history_bytes: int | None) -> Session:
    """Ready to train; None keeps nothing."""
    session = Session(ready, lambda record: None, history_bytes=history_bytes or 0)
    if history_bytes is None:
        session.timeline.clock = lambda: float("-inf")
    else:
        seconds = session.timeline.seconds
        session.timeline = Timeline(history_bytes, seconds, clock=time.process_time)
        session.timeline.keep(session.good)
    return session


def trained(session: Session, seconds: float) -> float:
    """Steps in a second of the processor, over about so many."""
    first, began = session.step, time.process_time()
    while time.process_time() - began < seconds:
        session.advance()
    return (session.step - first) / (time.process_time() - began)


def compare(work: Workload) -> bool:
    """Interleave rounds of the three; print what both histories cost; whether it is little."""
    ready = prepared(work, 10**7, evaluate=True)
    budgets = (None, BYTES, 0)
    sessions = [session_of(ready, budget) for budget in budgets]
    for session in sessions:
        trained(session, 0.5)  # the pacer finds its pace
    rates: list[list[float]] = [[], [], []]
    for number in range(ROUNDS):
        for offset in range(3):
            index = (number + offset) % 3
            rates[index].append(trained(sessions[index], ROUND_SECONDS))
    costs = [
        100 * (1 - statistics.median(b / a for a, b in zip(rates[0], kept, strict=True)))
        for kept in rates[1:]
    ]
    met = max(costs) < WANTED
    medians = [statistics.median(rate) for rate in rates]
    print(
        f"{work.name:8} {medians[0]:9,.0f} {medians[1]:9,.0f} {medians[2]:9,.0f} "
        f"{costs[0]:7.2f} % {costs[1]:7.2f} %   {'met' if met else 'NOT MET'}",
        flush=True,
    )
    return met


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    names = sys.argv[1:] or NAMES
    print(f"torch {torch.__version__}, 1 thread, {ROUNDS} interleaved rounds, steps/s (medians)")
    print(f"workload   without    256 MB    newest   256 MB    newest   (wanted: < {WANTED:g} %)")
    met = [compare(work) for work in WORKLOADS if work.name in names]
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
