"""The step that the texts of the eight phases follow: one neuron, one row of the AND gate."""

from typing import Any

import torch
from torch import nn

from tests.explain.reading import Example, check
from tui_nn.data.gates import and_gate
from tui_nn.engine.modules import HalfSquaredError
from tui_nn.spec.call import parse


def compute(example: Example) -> list[dict[str, Any]]:
    """All numbers of the step; each text shows some of them."""
    numbers = _story()
    for case in example.cases:
        check(case.given, numbers)
    return [numbers for _ in example.cases]


def _story() -> dict[str, Any]:
    data = and_gate()
    x, t = torch.tensor(data.x).double(), torch.tensor(data.y).double()[:, None]
    neuron = nn.Linear(2, 1).double()
    with torch.no_grad():
        neuron.weight.copy_(torch.tensor([[1.0, -1.0]]))
        neuron.bias.zero_()
    network, loss = nn.Sequential(neuron, nn.Sigmoid()), HalfSquaredError()
    optimizer = torch.optim.SGD(network.parameters(), lr=1)
    found: dict[str, Any] = {
        "network": parse("these([Linear(2, 1), Sigmoid()])").args[0], "row": 3,
        "data": parse("and_gate()"), "optimizer": parse("SGD(lr=1)"),
        "x": x[3].tolist(), "t": t[3].item(), "inputs": 2, "outputs": 1, "samples": len(x),
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "lr": optimizer.param_groups[0]["lr"], "right": _right(network, x, t),
        "w": neuron.weight[0].tolist(), "b": neuron.bias.item(),
    }  # fmt: skip
    z = neuron(x[3:])
    z.retain_grad()
    y = network[1](z)
    y.retain_grad()
    lost = loss(y, t[3:])
    lost.backward()
    optimizer.step()
    with torch.no_grad():
        after = network(x)
    assert y.grad is not None
    assert z.grad is not None
    assert neuron.weight.grad is not None
    assert neuron.bias.grad is not None
    return found | {
        "z": z.item(), "y": y.item(), "L": lost.item(),
        "dL_dy": y.grad.item(), "dy_dz": (y * (1 - y)).item(), "dL_dz": z.grad.item(),
        "dL_dw": neuron.weight.grad[0].tolist(), "dL_db": neuron.bias.grad.item(),
        "w_new": neuron.weight[0].tolist(), "b_new": neuron.bias.item(),
        "answers": after[:, 0].tolist(), "targets": t[:, 0].tolist(),
        "L_new": loss(after[3:], t[3:]).item(), "L_all": loss(after, t).item(),
        "accuracy": _right(network, x, t) / len(x),
    }  # fmt: skip


def _right(network: nn.Module, x: torch.Tensor, t: torch.Tensor) -> int:
    with torch.no_grad():
        return int(((network(x) > 0.5) == (t > 0.5)).sum())
