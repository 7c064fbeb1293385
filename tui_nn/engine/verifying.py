"""The proof that a run goes on as if never stopped: 2N steps at once against N and N."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tui_nn.data.open import Opened, open_experiment
from tui_nn.engine.checkpoint import digest_of
from tui_nn.engine.session import Request, Session
from tui_nn.engine.starting import Listener, resume, start
from tui_nn.engine.training import Training
from tui_nn.runs.folder import Folder
from tui_nn.spec.protocol import Record, Stepped

STEPS = 100


@dataclass(frozen=True)
class Proof:
    """Both ways, compared."""

    steps: int
    """N; fewer where the run ends sooner."""
    whole: dict[str, str]
    """A hash of each part of the state after 2N steps at once."""
    halves: dict[str, str]
    """The same after N steps, a save, and N more from the file."""
    first_loss_apart: int | None
    """The first step whose loss is another; None where all are the same."""

    @property
    def holds(self) -> bool:
        return self.whole == self.halves and self.first_loss_apart is None


def verify(opened: Opened, steps: int | None, words: Callable[[str], None]) -> Proof:
    """Train `opened` both ways, N = `steps` (default: half of it, at most 100)."""
    half = steps or max(1, min(STEPS, opened.prepared.plan.total_steps // 2))
    words(f"{2 * half:,} steps at once …")
    whole_losses: list[float] = []
    whole = start(opened, _listener(whole_losses), runs=None)
    whole.begin()
    whole.run(Request(until=2 * half))
    with TemporaryDirectory() as place:
        words(f"{half:,} steps, and a save …")
        losses: list[float] = []
        first = start(opened, _listener(losses), runs=Path(place))
        first.begin()
        first.run(Request(until=half))
        assert first.keeper is not None
        folder: Folder = first.keeper.folder
        first.keeper.close()
        words(f"{half:,} steps from the file …")
        second = _resumed(folder, losses)
        second.run(Request(until=2 * half))
        assert second.keeper is not None
        second.keeper.close()
    apart = next(
        (i + 1 for i, (a, b) in enumerate(zip(whole_losses, losses, strict=False)) if a != b),
        None if len(whole_losses) == len(losses) else min(len(whole_losses), len(losses)) + 1,
    )
    return Proof(half, state_hashes(whole.training), state_hashes(second.training), apart)


def _resumed(folder: Folder, losses: list[float]) -> Session:
    return resume(folder, open_experiment(str(folder.experiment)), _listener(losses))


def _listener(losses: list[float]) -> Listener:
    def take(record: Record) -> None:
        if isinstance(record, Stepped):
            losses.extend(record.loss.numpy().tolist())

    return Listener(take, lambda words: None)


def state_hashes(training: Training) -> dict[str, str]:
    """A hash of weights, optimizer and schedule state, place in the data, and generators."""
    snapshot = training.moment(0, 0).snapshot
    parts: dict[str, Any] = {
        "weights": snapshot.network,
        "optimizer": snapshot.optimizers,
        "schedule": snapshot.schedules,
        "generators": (snapshot.place.generator, *snapshot.generators),
    }
    return {name: digest_of(part)[:16] for name, part in parts.items()}
