"""Small experiments held against made-up facts about their data."""

from collections.abc import Sequence
from typing import Any

from tests.spec.support import refusal
from tui_nn.spec.catalog.entry import Shape
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.files import experiment_of
from tui_nn.spec.resolve import DataFacts, Plan, resolve
from tui_nn.spec.targets import Classes, Kind

NETWORK = ("Linear(2, 4)", "Tanh()", "Linear(4, 1)")


def experiment(
    *changes: str,
    network: Sequence[str] = NETWORK,
    loss: str = "BCEWithLogitsLoss()",
    optimizer: str = "SGD()",
) -> Experiment:
    layers = ", ".join(f'"{layer}"' for layer in network)
    text = f'data = "moons()"\nnetwork = [{layers}]\nloss = "{loss}"\noptimizer = "{optimizer}"'
    return experiment_of(text, "x.toml", "x", changes)


def facts(
    shape: Shape = (2,), kind: Kind | None = None, train: int = 100, val: int = 0, test: int = 0
) -> DataFacts:
    return DataFacts(shape, kind or Classes(2), train, val, test)


def plan(
    *changes: str, data: DataFacts | None = None, cores: int | None = None, **parts: Any
) -> Plan:
    return resolve(experiment(*changes, **parts), data or facts(), cores)


def said(*changes: str, data: DataFacts | None = None, **parts: Any) -> str:
    return refusal(lambda: plan(*changes, data=data, **parts))
