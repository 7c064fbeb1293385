"""What really comes out of the examples, kind by kind."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from tests.explain import (
    computing_data,
    computing_layers,
    computing_optimizers,
    computing_phases,
)
from tests.explain.reading import Example
from tui_nn.engine.building import resolve_target
from tui_nn.spec.call import Call
from tui_nn.spec.catalog import CATALOG
from tui_nn.spec.targets import INDEX_LOSSES

Results = list[dict[str, Any]]


def _losses(example: Example) -> Results:
    """The loss and its slope along the outputs."""
    assert example.call
    target = CATALOG["loss"][example.call.name].target
    loss = resolve_target(target)(*example.call.args, **dict(example.call.kwargs))
    reads = torch.int64 if example.call.name in INDEX_LOSSES else torch.float64
    found = []
    for case in example.cases:
        y = torch.tensor(case.given["y"], dtype=torch.float64, requires_grad=True)
        t = torch.tensor(case.given["t"], dtype=reads)
        ours = target.startswith("tui_nn")  # it wants samples x outputs
        number = loss(y[:, None], t[:, None]) if ours else loss(y, t)
        number.backward()
        shares = {"p": y.detach().sigmoid(), "softmax": y.detach().softmax(-1)}
        found.append({"L": number.item(), "slope": y.grad} | shares)
    return found


def _inits(example: Example) -> Results:
    """From what torch draws, or what it fills in."""
    assert example.call
    return [_filled(example.call, dict(case.given)) for case in example.cases]


def _filled(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    fill = resolve_target(CATALOG["init"][call.name].target)
    told: dict[str, Any] = {}

    class Told(Tensor):
        """Notes from what it is to be drawn."""

        def uniform_(self, low: float, high: float, **_: object) -> Tensor:  # type: ignore[override]
            told.update({"lowest": low, "highest": high, "std": (high - low) / 12**0.5})
            return self

        def normal_(self, mean: float, std: float, **_: object) -> Tensor:  # type: ignore[override]
            told.update({"mean": mean, "std": std})
            return self

    shape = given["shape"]
    weight = torch.zeros(shape, dtype=torch.float64)
    if call.name != "orthogonal_":  # whose numbers are not those that it draws
        weight = weight.as_subclass(Told)
    fill(weight, *call.args, **dict(call.kwargs))
    if "x" in given:
        x = torch.tensor(given["x"], dtype=torch.float64)
        told |= {"length": x.norm().item(), "length_after": (weight @ x).norm().item()}
    return {"w": weight} | told


COMPUTE: dict[str, Callable[[Example], Results]] = {
    "layer": computing_layers.compute,
    "loss": _losses,
    "optimizer": computing_optimizers.compute,
    "schedule": computing_optimizers.compute_schedule,
    "init": _inits,
    "dataset": computing_data.compute,
    "metric": computing_data.compute_metric,
    "phase": computing_phases.compute,
}
