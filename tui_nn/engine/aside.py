"""Looking without touching."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def aside(network: nn.Module) -> Iterator[None]:
    """Run `network` in evaluation mode without a trace.

    Generators, buffers, the mode of every module and hooks added inside are put back.
    """
    modules = list(network.modules())
    modes = [module.training for module in modules]
    hooks = [dict(module._forward_hooks) for module in modules]
    buffers = [(buffer, buffer.clone()) for buffer in network.buffers()]
    devices = {p.get_device() for p in network.parameters() if p.is_cuda}
    with torch.random.fork_rng(devices=devices), torch.no_grad():
        network.eval()
        try:
            yield
        finally:
            for module, mode, before in zip(modules, modes, hooks, strict=True):
                module.training = mode
                module._forward_hooks.clear()
                module._forward_hooks.update(before)
            for buffer, value in buffers:
                buffer.data.copy_(value)  # a graph that waits for its backward is not disturbed
