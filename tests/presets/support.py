"""Presets trained once for all tests that ask, and what can be measured of a run."""

import re
from functools import cache

import torch

from tests.support import Run, run, trainer
from tui_nn.engine.trainer import Trainer
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.files import experiment_of
from tui_nn.spec.finding import presets_folder

HERE = ("train.device=cpu", "train.threads=1")


def text(name: str) -> str:
    """What a preset's file says."""
    return (presets_folder() / f"{name}.toml").read_text(encoding="utf-8")


def experiment(name: str, *changes: str) -> Experiment:
    return experiment_of(text(name), name, name, changes, presets_folder())


def named_changes(about: str) -> list[str]:
    """The `key=value` changes that a text proposes, as the shell would hand them on."""
    found = re.findall(r"(?<![\w(])([a-z_]+(?:\.[a-z_]+|\[\d+\])?)=('[^']*'|\w+)", about)
    return [f"{key}={value.strip(chr(39))}" for key, value in found]


def train(name: str, seed: int = 0, *changes: str) -> Run:
    """A preset trained to its end, once for all who ask."""
    return _train(name, seed, changes)


@cache
def _train(name: str, seed: int, changes: tuple[str, ...]) -> Run:
    return run(text(name), *HERE, f"train.seed={seed}", *changes, folder=presets_folder())


def fresh(name: str, seed: int = 0, *changes: str) -> Trainer:
    """A preset before its first step."""
    return trainer(text(name), *HERE, f"train.seed={seed}", *changes, folder=presets_folder())


def part_of(done: Run) -> str:
    """The part of the data that decides."""
    return "val" if done.ended.val else "train"


def final(done: Run, metric: str, part: str = "") -> float:
    """A metric at the end, of the part that decides unless another is named."""
    numbers = done.ended.val if (part or part_of(done)) == "val" else done.ended.train
    assert numbers is not None
    value = numbers[metric]
    assert value is not None
    return value


def curve(done: Run, metric: str, part: str = "") -> list[float]:
    """A metric at every evaluation."""
    return [float(y) for y in done.history.evaluations(part or part_of(done), metric)[1]]


def changes(done: Run) -> int:
    """Steps that changed a perceptron's weights."""
    assert done.session.training.watch is not None
    return done.session.training.watch.changes


def changes_by_epoch(done: Run) -> dict[int, int]:
    """How many steps of each epoch changed a weight."""
    assert done.session.training.watch is not None
    return done.session.training.watch.changes_by_epoch


def weights(trained: Trainer) -> list[float]:
    """All parameters in a row: the weights of each layer, then its biases."""
    return torch.cat([p.detach().flatten() for p in trained.network.parameters()]).tolist()


def weight_gradients(trained: Trainer) -> list[torch.Tensor]:
    """The gradient of each weight matrix over the whole training part, first layer first."""
    trained.network.zero_grad()
    loss = trained.loss(trained.network(trained.batches.x), trained.batches.y)
    torch.autograd.backward(loss)
    return [p.grad for p in trained.network.parameters() if p.grad is not None and p.ndim > 1]


def layer(trained: Trainer, index: int) -> torch.nn.Module:
    """A layer of the network, counted from 0."""
    return list(trained.network.children())[index]


def dead_neurons(trained: Trainer) -> torch.Tensor:
    """Which neurons of the first layer have a sum of 0 or less for every sample."""
    with torch.no_grad():
        sums: torch.Tensor = layer(trained, 0)(trained.batches.x)
    return (sums <= 0).all(dim=0)
