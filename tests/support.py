"""Small experiments for tests, and the ways to run them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from tui_nn.data.open import Opened, open_experiment
from tui_nn.data.prepare import Prepared, prepare
from tui_nn.engine import checkpoint
from tui_nn.engine.session import Request, Session
from tui_nn.engine.starting import Listener, resume, start
from tui_nn.engine.trainer import Trainer
from tui_nn.runs.folder import Folder
from tui_nn.runs.history import History
from tui_nn.runs.log import read_records
from tui_nn.spec.files import experiment_of
from tui_nn.spec.protocol import Ended, Record, Stepped

SMALL = """
data = "moons(n=50, noise=0.1)"
network = ["Linear(2, 6)", "BatchNorm1d(6)", "Tanh()", "Dropout(0.2)", "Linear(6, 6)", "Tanh()",
           "Linear(6, 1)"]
loss = "BCEWithLogitsLoss()"
optimizer = "SGD(lr=0.1)"
[train]
batch_size = 8
epochs = 6
eval_every = 1
threads = 1
"""
"""All that a resumed run could get wrong, in 7 steps an epoch."""

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


@dataclass(frozen=True)
class Kept:
    """A stretch of a run that is kept in a folder, over and let go."""

    folder: Folder
    session: Session
    records: list[Record]
    """Those of this stretch alone."""
    words: list[str]
    ended: Ended


def opened(text: str, *changes: str) -> Opened:
    """As `open_experiment` gives it, without a file."""
    return Opened(prepared(text, *changes), text)


def begun(text: str, *changes: str, runs: Path, init_from: Path | None = None) -> Session:
    """A run kept below `runs`, before its first step."""
    session = start(opened(text, *changes), silent(), runs=runs, init_from=init_from)
    session.begin()
    return session


def silent() -> Listener:
    """Nobody."""
    return Listener(lambda record: None, lambda words: None)


def keep(
    text: str, *changes: str, runs: Path, until: int | None = None, init_from: Path | None = None
) -> Kept:
    """Train to the end, or to step `until`, in a folder below `runs`."""
    records: list[Record] = []
    words: list[str] = []
    listener = Listener(records.append, words.append)
    session = start(opened(text, *changes), listener, runs=runs, init_from=init_from)
    session.begin()
    return _to_the_end(session, records, words, until)


def take_up(folder: Folder, *changes: str, until: int | None = None) -> Kept:
    """Go on with a run as `train --resume` does."""
    records: list[Record] = []
    words: list[str] = []
    listener = Listener(records.append, words.append)
    session = resume(folder, open_experiment(str(folder.experiment)), listener, changes=changes)
    return _to_the_end(session, records, words, until)


def _to_the_end(
    session: Session, records: list[Record], words: list[str], until: int | None
) -> Kept:
    ended = session.run(Request(until=until))
    return Kept(let_go(session), session, records, words, ended)


def advance_to(session: Session, step: int) -> None:
    """Train as far as `step`, without an end."""
    while session.step < step:
        session.advance(step - session.step)


def let_go(session: Session) -> Folder:
    """Leave a run to whoever takes it up next; its folder."""
    assert session.keeper is not None
    session.keeper.close()
    return session.keeper.folder


def saved_and_resumed(session: Session) -> Session:
    """The run, taken up again from its last save."""
    folder = let_go(session)
    return resume(folder, open_experiment(str(folder.experiment)), silent())


def contents(folder: Folder) -> dict[str, bytes]:
    """The bytes of each file in a run's folder."""
    return {path.name: path.read_bytes() for path in folder.path.iterdir()}


def digest(folder: Folder) -> str:
    """A hash of all that the last checkpoint says, but for the clock and the logs' lengths."""
    held = checkpoint.read(folder.last)
    left_out = ("elapsed_s", "events", "changes_log")
    tree = {key: value for key, value in held.tree.items() if key not in left_out}
    return checkpoint.digest_of({"network": held.network, "tree": tree})


def losses_told(folder: Folder) -> dict[tuple[int, int], float]:
    """The loss of each step by branch and step, as the run's log has it: none twice, no gap."""
    told: dict[tuple[int, int], float] = {}
    last: dict[int, int] = {}
    for record in read_records(folder.events):
        if isinstance(record, Stepped):
            losses = record.loss.numpy().tolist()
            assert record.first == last.get(record.branch, record.first - 1) + 1
            assert len(losses) == record.step - record.first + 1
            last[record.branch] = record.step
            told |= {(record.branch, record.first + i): loss for i, loss in enumerate(losses)}
    return told


def same_tensors(one: Iterable[Tensor], other: Iterable[Tensor]) -> bool:
    """Whether they are as many, and the same to the bit."""
    return all(torch.equal(p, q) for p, q in zip(one, other, strict=True))


def weights(trained: Trainer) -> list[Tensor]:
    """Parameters and buffers."""
    return list(trained.network.state_dict().values())


def same_bits(one: Trainer, other: Trainer) -> bool:
    """Whether two trainers hold the same network to the bit."""
    return same_tensors(weights(one), weights(other))
