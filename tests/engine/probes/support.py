"""Moments of training to look at."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tests.support import prepared
from tui_nn.engine.evaluation import Part
from tui_nn.engine.probes.look import look
from tui_nn.engine.probes.view import View
from tui_nn.engine.trainer import Trainer
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import AnyFrame, Probes

CPU = torch.device("cpu")

PICTURES = """
data = "digits()"
network = ["Conv2d(1, 4, 3, padding=1)", "BatchNorm2d(4)", "ReLU()", "MaxPool2d(2)",
           "Residual(Conv2d(4, 4, 3, padding=1), Tanh())", "Flatten()", "Dropout(0.2)",
           "Linear(64, 10)"]
loss = "CrossEntropyLoss()"
optimizer = "Adam(lr=0.01)"
[train]
batch_size = 200
val = 0.2
threads = 1
"""

TOKENS = """
data = "modular_addition(p=7)"
network = ["Embedding(7, 4, sparse=True)", "Flatten()", "Linear(8, 7)"]
loss = "CrossEntropyLoss()"
optimizer = ["SparseAdam(lr=0.01)", "AdamW()"]
[train]
batch_size = 10
threads = 1
"""


def view(
    text: str,
    *changes: str,
    steps: int = 0,
    folder: Path = Path(),
    device: torch.device = CPU,
) -> View:
    """After so many steps, with the parameters before the last one."""
    ready = prepared(text, *changes, folder=folder)
    torch.set_num_threads(1)
    trainer = Trainer(ready.plan, ready.split, device)
    unit = ready.split.scaling.unit
    parts = {"train": Part(ready.split.train, ready.plan, device, unit)}
    if ready.split.val is not None:
        parts["val"] = Part(ready.split.val, ready.plan, device, unit)
    loss, before = None, None
    for _ in range(steps):
        before = parameters(trainer)
        [loss], _ = trainer.train_straight(1)
    return View(trainer, ready.split, parts, loss=loss, before=before)


def parameters(trainer: Trainer) -> dict[str, torch.Tensor]:
    """Copies, by name."""
    return {k: v.detach().clone() for k, v in trainer.network.named_parameters()}


def gradient_of(parameter: torch.Tensor) -> torch.Tensor:
    """Its gradient, dense; rows that a sparse one holds twice are added up as SparseAdam does."""
    gradient = parameter.grad
    assert gradient is not None
    return gradient.coalesce().to_dense() if gradient.is_sparse else gradient


def seen(at: View, probe: Probes) -> Any:
    """The frame; untyped, since every test knows its own kind."""
    frame: AnyFrame = look(at, probe)
    return frame


def unpack(array: Array | None) -> NDArray[Any]:
    assert array is not None
    return array.numpy()


def as_tensor(array: Array | None) -> torch.Tensor:
    return torch.from_numpy(np.array(unpack(array)))
