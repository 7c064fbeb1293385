"""Small experiments for tests, and the ways to run them."""

from dataclasses import dataclass
from pathlib import Path

import torch

from tui_nn.data.prepare import Prepared, prepare
from tui_nn.engine.session import Request, Session
from tui_nn.engine.trainer import Trainer
from tui_nn.runs.history import History
from tui_nn.spec.files import experiment_of
from tui_nn.spec.protocol import Ended, Record

GATE = """
data = "and_gate()"
network = ["Linear(2, 1)", "Heaviside()"]
loss = "HalfSquaredError()"
optimizer = "SGD(lr=1)"
init = "zeros_()"
[train]
batch_size = 1
epochs = 20
shuffle = false
eval_every = 1
"""

MOONS = """
data = "moons(n=50, noise=0.1)"
network = ["Linear(2, 6)", "Tanh()", "Linear(6, 6)", "Tanh()", "Linear(6, 1)"]
loss = "BCEWithLogitsLoss()"
optimizer = "SGD(lr=0.1)"
[train]
batch_size = 8
epochs = 4
threads = 1
"""

RANDOM = """
data = "digits(flat=True)"
network = ["Linear(64, 16)", "BatchNorm1d(16)", "ReLU()", "Dropout(0.3)",
           "Residual(Linear(16, 16), Tanh())", "Linear(16, 10)"]
loss = "CrossEntropyLoss()"
optimizer = "Adam(lr=0.01)"
[train]
batch_size = 100
epochs = 2
threads = 1
"""


def prepared(text: str, *changes: str, folder: Path = Path()) -> Prepared:
    """A TOML text with `key=value` changes, held against its data; paths start at `folder`."""
    return prepare(experiment_of(text, "test.toml", "test", changes, folder))


def trainer(text: str, *changes: str, folder: Path = Path()) -> Trainer:
    """Ready for its first step, on the CPU and one thread."""
    ready = prepared(text, *changes, folder=folder)
    torch.set_num_threads(1)
    return Trainer(ready.plan, ready.split, torch.device("cpu"))


@dataclass(frozen=True)
class Run:
    """A finished run."""

    session: Session
    records: list[Record]
    history: History
    ended: Ended


def run(text: str, *changes: str, request: Request | None = None, folder: Path = Path()) -> Run:
    """Train to the end."""
    ready = prepared(text, *changes, folder=folder)
    records: list[Record] = []
    session = Session(ready, records.append)
    session.begin()
    ended = session.run(request or Request())
    history = History()
    for record in records:
        history.take(record)
    return Run(session, records, history, ended)


def weights(trained: Trainer) -> list[torch.Tensor]:
    """Parameters and buffers."""
    return list(trained.network.state_dict().values())


def same_bits(one: Trainer, other: Trainer) -> bool:
    """Whether two trainers hold the same network to the bit."""
    return all(torch.equal(p, q) for p, q in zip(weights(one), weights(other), strict=True))
