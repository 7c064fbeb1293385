"""Steps a second of nn-tui against the tutorial loop, interleaved, on one thread.

The tutorial loop is what every introduction writes: `DataLoader(TensorDataset)`, torch's default
flags, `.item()` each step. Both train the same network from the same weights on the same batches;
after each round the weights must be equal to the bit.

`python tests/benchmarks/engine.py [W1-sgd …]`
"""

import statistics
import sys
import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from tui_nn.data.encode import encode
from tui_nn.data.load import load
from tui_nn.data.prepare import Prepared
from tui_nn.data.split import Split, split
from tui_nn.engine.building import build_loss, build_network, build_optimizers
from tui_nn.engine.session import Request, Session
from tui_nn.spec.files import experiment_of
from tui_nn.spec.protocol import Record, Stepped
from tui_nn.spec.resolve import DataFacts, Plan, resolve

ROUNDS = 21
LONG_ROUNDS = 3
ROUND_SECONDS = 0.35
CNN = (
    '["Conv2d(1, 8, 3, padding=1)", "ReLU()", "MaxPool2d(2)", "Conv2d(8, 16, 3, padding=1)", '
    '"ReLU()", "MaxPool2d(2)", "Flatten()", "Linear(64, 10)"]'
)
LENET = (
    '["Conv2d(1, 6, 5, padding=2)", "ReLU()", "MaxPool2d(2)", "Conv2d(6, 16, 5)", "ReLU()", '
    '"MaxPool2d(2)", "Flatten()", "Linear(400, 120)", "ReLU()", "Linear(120, 84)", "ReLU()", '
    '"Linear(84, 10)"]'
)
DIGITS_MLP = '["Linear(64, 128)", "ReLU()", "Linear(128, 64)", "ReLU()", "Linear(64, 10)"]'
SPIRAL_MLP = '["Linear(2, 8)", "Tanh()", "Linear(8, 8)", "Tanh()", "Linear(8, 1)"]'


@dataclass(frozen=True)
class Workload:
    """One row of the table."""

    name: str
    data: str
    network: str
    loss: str
    optimizer: str
    batch_size: int
    wanted: float
    """The ratio it must reach."""
    samples: int = 0
    """So many, where they are not the dataset's own: an epoch of them is a round."""


WORKLOADS = (
    Workload("W1-sgd", "xor_gate()", '["Linear(2, 4)", "Tanh()", "Linear(4, 1)"]',
             "BCEWithLogitsLoss()", "SGD(lr=0.1)", 0, 1.8),
    Workload("W1-adam", "xor_gate()", '["Linear(2, 4)", "Tanh()", "Linear(4, 1)"]',
             "BCEWithLogitsLoss()", "Adam(lr=0.01)", 0, 1.5),
    Workload("W2", "spiral()", SPIRAL_MLP, "BCEWithLogitsLoss()", "SGD(lr=0.03)", 10, 1.6),
    Workload("W3", "digits(flat=True)", DIGITS_MLP, "CrossEntropyLoss()", "Adam()", 64, 1.6),
    Workload("W4a", "digits()", CNN, "CrossEntropyLoss()", "Adam()", 64, 1.15),
    Workload("W4b", "digits(size=28)", LENET, "CrossEntropyLoss()", "Adam()", 64, 1.0),
    Workload("W5", "digits(size=28)", LENET, "CrossEntropyLoss()", "Adam()", 64, 1.0, 60_000),
)  # fmt: skip


def prepared(work: Workload, epochs: int, evaluate: bool) -> Prepared:
    """The workload as nn-tui sees it; W5's samples are repeated until there are as many."""
    lines = [
        f'data = "{work.data}"', f"network = {work.network}", f'loss = "{work.loss}"',
        f'optimizer = "{work.optimizer}"', "[train]", f"batch_size = {work.batch_size}",
        f"epochs = {epochs}", "threads = 1", 'device = "cpu"',
        "" if evaluate else "eval_every = 0",
    ]  # fmt: skip
    experiment = experiment_of("\n".join(lines), "benchmark", work.name)
    dataset = load(experiment.data)
    if work.samples:
        dataset = dataset.take(np.arange(work.samples) % len(dataset.x))
    parts = split(dataset, 0.0, 0)
    facts = DataFacts(dataset.input_shape, dataset.kind, len(parts.train.x), 0)
    return Prepared(dataset, parts, resolve(experiment, facts))


def tutorial(plan: Plan, parts: Split) -> tuple[nn.Module, float]:
    """Train as a tutorial does; the network and the seconds of its loop."""
    network = build_network(plan, torch.device("cpu"))
    loss_of = build_loss(plan, torch.device("cpu"))
    optimizer = type(build_optimizers(plan, network)[0])(
        network.parameters(),
        **plan.experiment.optimizers[0].given,  # type: ignore[arg-type]
    )
    data = TensorDataset(
        torch.from_numpy(parts.train.x), torch.from_numpy(encode(parts.train, plan.fit))
    )
    generator = torch.Generator().manual_seed(plan.experiment.train.seed)
    batches = DataLoader(data, plan.batch_size, shuffle=True, generator=generator)
    began = time.perf_counter()
    for _ in range(plan.experiment.train.epochs):
        for x, y in batches:
            optimizer.zero_grad()
            loss = loss_of(network(x), y)
            loss.backward()
            optimizer.step()
            loss.item()
    return network, time.perf_counter() - began


def ours(ready: Prepared) -> tuple[nn.Module, float]:
    """Train as nn-tui does; the network and the seconds until its last step was told."""
    told = 0.0

    def emit(record: Record) -> None:
        nonlocal told
        if isinstance(record, Stepped):
            told = time.perf_counter()

    session = Session(ready, emit)
    session.begin()
    began = time.perf_counter()
    session.run(Request())
    return session.training.trainer.network, told - began


def compare(work: Workload, evaluate: bool) -> None:
    """Interleave rounds of both; print the median of their ratios."""
    ready = prepared(work, 1 if work.samples else 2, evaluate)
    tutorial(ready.plan, ready.split)
    if not work.samples:
        seconds = tutorial(ready.plan, ready.split)[1]
        ready = prepared(work, max(2, int(2 * ROUND_SECONDS / seconds)), evaluate)
    plan, parts = ready.plan, ready.split
    slow, fast = [], []
    same = True
    for _ in range(LONG_ROUNDS if work.samples else ROUNDS):
        theirs, their_seconds = tutorial(plan, parts)
        network, seconds = ours(ready)
        slow.append(plan.total_steps / their_seconds)
        fast.append(plan.total_steps / seconds)
        same &= all(
            torch.equal(p, q)
            for p, q in zip(theirs.parameters(), network.parameters(), strict=True)
        )
    ratio = statistics.median(b / a for a, b in zip(slow, fast, strict=True))
    evaluation = f"each {plan.experiment.train.eval_every}" if evaluate else "never"
    met = "" if evaluate else ("  met" if ratio >= work.wanted and same else "  NOT MET")
    print(
        f"{work.name:8} {statistics.median(slow):9,.0f} {statistics.median(fast):9,.0f} "
        f"{ratio:6.2f} {work.wanted:6.2f}  {'equal' if same else 'DIFFERENT':9}  {evaluation}{met}",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    names = sys.argv[1:]
    print(f"torch {torch.__version__}, 1 thread, {ROUNDS} interleaved rounds, steps/s (medians)")
    print("workload  tutorial    nn-tui  ratio wanted  bits       evaluation")
    for evaluate in (False, True):
        for work in WORKLOADS:
            if not names or work.name in names:
                compare(work, evaluate)


if __name__ == "__main__":
    main()
