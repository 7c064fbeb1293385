"""Runs as training leaves them, for the tests of what is asked of them afterwards."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from tests.support import advance_to, let_go, prepared, silent
from tui_nn.data.open import Opened
from tui_nn.data.prepare import Prepared
from tui_nn.engine import checkpoint
from tui_nn.engine.starting import start
from tui_nn.engine.travel import change
from tui_nn.runs.folder import Folder


@dataclass(frozen=True)
class Trained:
    """A run's folder, and what it was made of."""

    folder: Folder
    prepared: Prepared
    network: nn.Sequential

    def outputs(self, x: object) -> Tensor:
        """What the network gives for inputs as it gets them."""
        with torch.no_grad():
            outputs: Tensor = self.network(torch.as_tensor(x))
        return outputs


def trained(
    runs: Path,
    text: str,
    *changes: str,
    steps: int = 3,
    folder: Path = Path(),
    then: tuple[str, ...] = (),
) -> Trained:
    """Train a few steps, and one more with `then` changed; relative paths start at `folder`."""
    opened = Opened(prepared(text, *changes, folder=folder), text)
    torch.set_num_threads(1)
    session = start(opened, silent(), runs=runs)
    session.begin()
    advance_to(session, steps)
    if then:
        change(session, then)
        session.advance(1)
    session.save()
    network = session.training.trainer.network.eval()
    return Trained(let_go(session), session.training.prepared, network)


def save(path: Path, network: nn.Module) -> None:
    """Put a network's weights into a checkpoint."""
    tree = checkpoint.read(path).tree if path.exists() else {}
    path.write_bytes(checkpoint.write(network.state_dict(), tree))
