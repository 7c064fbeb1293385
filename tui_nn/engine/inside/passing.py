"""One pass through the network and back, made again with every tensor between the layers kept.

The same parameters, samples and stream of Dropout give the same bits, so nothing has to be kept
while training: what is told of a step is computed when somebody asks.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.utils import get_total_norm

from tui_nn.engine.aside import aside
from tui_nn.engine.inside.wiring import Node, wired

DROPS = (nn.Dropout, nn.Dropout2d)


@dataclass(eq=False)
class Start:
    """All that a pass of a step began with: so it can be made again."""

    parameters: Mapping[str, Tensor]
    generators: tuple[Tensor, ...]
    """The stream of Dropout: the CPU's and, on a GPU, the device's."""
    look: int = 1
    """Which pass of the step it is: LBFGS makes several."""
    loss: float | None = None
    """What it came to; None: the loss of the step."""
    optimizers: tuple[Mapping[str, Any], ...] = ()
    """What they kept before the step, as torch saves it; empty where that is not known."""
    made: "Passed | None" = None
    """The pass, once it was made again."""


@dataclass(frozen=True)
class Passed:
    """What a pass has computed; tensors of samples are (n, …)."""

    nodes: Mapping[str, Node]
    training: bool
    """Whether in training mode, as a step is; else as an evaluation."""
    x: Tensor
    target: Tensor
    inputs: Mapping[str, Tensor]
    """By layer; of two layers that read the same, each has its own."""
    outputs: Mapping[str, Tensor]
    masks: Mapping[str, Tensor]
    """By Dropout: what its input was multiplied by."""
    parameters: Mapping[str, Tensor]
    loss: Tensor | None = None
    """Of the batch; None in an evaluation."""
    arrives: Mapping[str, Tensor] = field(default_factory=dict)
    """∂L/∂output by layer, where there is one."""
    passes: Mapping[str, Tensor] = field(default_factory=dict)
    """∂L/∂input by layer, by that layer alone."""
    leaves: Mapping[str, Tensor] = field(default_factory=dict)
    """∂L/∂ of each parameter, not yet shortened."""

    @property
    def output(self) -> Tensor:
        """The network's."""
        return self.outputs[self.last.name]

    @property
    def last(self) -> Node:
        """The layer that the loss reads."""
        return next(node for node in self.nodes.values() if node.reader is None)

    @property
    def count(self) -> int:
        """Samples."""
        return len(self.x)

    @cached_property
    def epsilon(self) -> float:
        """The precision of the numbers."""
        return torch.finfo(self.output.dtype).eps

    def shortened(self, longest: float | None) -> float:
        """What `clip_norm` has multiplied the gradient by; 1 where it was short enough."""
        if longest is None or not self.leaves:
            return 1.0
        norm = get_total_norm(list(self.leaves.values()))
        return min(1.0, longest / (float(norm) + 1e-6))


def make_pass(
    network: nn.Sequential,
    loss: nn.Module,
    x: Tensor,
    target: Tensor,
    *,
    parameters: Mapping[str, Tensor] | None = None,
    generators: Sequence[Tensor] = (),
    back: bool = True,
) -> Passed:
    """A training pass with these parameters (None: the present ones) and this stream of Dropout.

    `back`: whether the way back is made too. Leaves no trace in the network or its generators.
    """
    used = _leaves(network, parameters)
    read = x.detach()
    if back and read.is_floating_point():
        read = read.clone().requires_grad_()
    nodes = wired(network)
    with aside(network), torch.set_grad_enabled(back):
        network.train()
        _set_generators(generators, x.device)
        with _kept(nodes) as kept:
            output = functional_call(network, used, (read,))
        value: Tensor = loss(output, target)
        found = Passed(
            nodes, True, x.detach(), target, kept.inputs, kept.outputs, kept.masks, used, value
        )
        return _with_gradients(found, value) if back else found


def make_evaluation(network: nn.Sequential, x: Tensor, target: Tensor) -> Passed:
    """Samples through the present network as in an evaluation."""
    nodes = wired(network)
    with aside(network), _kept(nodes) as kept:
        network(x)
    return Passed(
        nodes, False, x, target, kept.inputs, kept.outputs, kept.masks, _leaves(network, None)
    )


def _leaves(network: nn.Sequential, parameters: Mapping[str, Tensor] | None) -> dict[str, Tensor]:
    """The parameters, apart from the network's own, so that no gradient reaches those."""
    return {
        name: (own if parameters is None else parameters[name])
        .detach()
        .requires_grad_(own.requires_grad)
        for name, own in network.named_parameters()
    }


def _set_generators(generators: Sequence[Tensor], device: torch.device) -> None:
    if not generators:
        return
    torch.set_rng_state(generators[0])
    if device.type == "cuda":
        torch.cuda.set_rng_state(generators[1], device)


def _with_gradients(passed: Passed, loss: Tensor) -> Passed:
    named = (passed.inputs, passed.outputs, passed.parameters)
    wanted = [(kind, name, t) for kind, some in enumerate(named) for name, t in some.items()]
    wanted = [(kind, name, tensor) for kind, name, tensor in wanted if tensor.requires_grad]
    gradients = torch.autograd.grad(loss, [tensor for _, _, tensor in wanted], allow_unused=True)
    found: tuple[dict[str, Tensor], ...] = ({}, {}, {})
    for (kind, name, _), gradient in zip(wanted, gradients, strict=True):
        if gradient is not None:
            found[kind][name] = gradient
    passes, arrives, leaves = found
    _pass_on_through_residuals(passed.nodes, passes, arrives)
    return Passed(
        passed.nodes, True, passed.x, passed.target, passed.inputs, passed.outputs, passed.masks,
        passed.parameters, loss.detach(), arrives, passes, leaves,
    )  # fmt: skip


def _pass_on_through_residuals(
    nodes: Mapping[str, Node], passes: dict[str, Tensor], arrives: Mapping[str, Tensor]
) -> None:
    """What a Residual passes on: all that comes back where it reads; but one that begins another
    only its own part of that.
    """
    begins = {node.first for node in nodes.values() if node.first}
    for node in nodes.values():
        if node.first and node.name in begins:
            passes[node.name] = arrives[node.name] + passes[node.first]


@dataclass(frozen=True)
class _Kept:
    inputs: dict[str, Tensor] = field(default_factory=dict)
    outputs: dict[str, Tensor] = field(default_factory=dict)
    masks: dict[str, Tensor] = field(default_factory=dict)


@contextmanager
def _kept(nodes: Mapping[str, Node]) -> Iterator[_Kept]:
    """Inputs and outputs of every layer, as the forward pass inside computes them."""
    kept, handles = _Kept(), []

    def before(node: Node) -> Any:
        def keep(module: nn.Module, given: tuple[Tensor]) -> tuple[Tensor]:
            [x] = given
            if isinstance(module, DROPS) and module.training:
                kept.masks[node.name] = _mask(module, x)
            # What comes back at a view comes by this layer alone. A Residual reads what its first
            # layer reads: one view more there, and torch would add up in another order.
            kept.inputs[node.name] = x if node.first else x.view_as(x)
            return (kept.inputs[node.name],)

        return keep

    def behind(node: Node) -> Any:
        def keep(module: nn.Module, given: tuple[Tensor], output: Tensor) -> None:
            kept.outputs[node.name] = output

        return keep

    for node in nodes.values():
        handles.append(node.module.register_forward_pre_hook(before(node)))
        handles.append(node.module.register_forward_hook(behind(node)))
    try:
        yield kept
    finally:
        for handle in handles:
            handle.remove()


def _mask(module: nn.Module, x: Tensor) -> Tensor:
    """What the Dropout is about to multiply its input by; its stream is put back."""
    devices = [x.device] if x.is_cuda else []
    with torch.random.fork_rng(devices=devices), torch.no_grad():
        mask: Tensor = module.forward(torch.ones_like(x))
    return mask
