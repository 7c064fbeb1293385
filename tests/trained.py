"""Runs as training leaves them, for the tests of what is asked of them afterwards."""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from tests.support import trainer
from tui_nn.data.prepare import Prepared, prepare
from tui_nn.data.recipe import recipe_of, to_bytes
from tui_nn.engine.trainer import Trainer
from tui_nn.runs.folder import Folder, create
from tui_nn.spec.files import experiment_of, write_toml


@dataclass(frozen=True)
class Trained:
    """A run's folder, and what it was made of."""

    folder: Folder
    prepared: Prepared
    network: nn.Sequential

    def outputs(self, x: object) -> Tensor:
        """What the network gives for inputs as it gets them."""
        with torch.no_grad():
            return self.network(torch.as_tensor(x))  # type: ignore[no-any-return]


def trained(
    runs: Path, text: str, *changes: str, steps: int = 3, folder: Path = Path(), recipe: bool = True
) -> Trained:
    """Train a few steps and leave a run; relative paths of the experiment start at `folder`."""
    ready = prepare(experiment_of(text, "test.toml", "test", changes, folder))
    made: Trainer = trainer(text, *changes, folder=folder)
    made.train_straight(steps)
    run = create(runs, "test", write_toml(ready.plan.experiment, text))
    save(run.last, made.network)
    if recipe:
        run.recipe.write_bytes(to_bytes(recipe_of(ready)))
    return Trained(run, ready, made.network.eval())


def save(path: Path, network: nn.Module) -> None:
    """A checkpoint's tensors of the network."""
    save_file({f"network/{name}": t.contiguous() for name, t in network.state_dict().items()}, path)
