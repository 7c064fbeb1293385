"""A network as a file for other tools: safetensors, torch.export, ONNX."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors.torch import save
from torch import nn

from tui_nn.engine.building import build_network
from tui_nn.engine.weights import CPU, network_with
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.resolve import Plan


def network_of(plan: Plan, weights: Path | None = None) -> nn.Sequential:
    """The network on the CPU, ready to evaluate; with its initial weights, or a file's.

    Raises InvalidInput where the file's are not this network's.
    """
    if weights is not None:
        return network_with(plan, weights).eval()
    with torch.random.fork_rng(devices=[]):
        return build_network(plan, CPU).eval()


def safetensors_bytes(network: nn.Module, usage: str) -> bytes:
    """All parameters and buffers, under torch's names; `usage` in the metadata."""
    tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    return save(tensors, metadata={"format": "pt", "usage": usage})


def pt2_bytes(plan: Plan, network: nn.Module, usage: str, recipe: bytes) -> bytes:
    """The network as a program of torch.export, for any number of samples.

    Beside it in the file: usage.txt, and recipe.json with all numbers that prepare its inputs.
    """
    beside = {"usage.txt": usage, "recipe.json": recipe.decode()}
    file = io.BytesIO()
    torch.export.save(_program(plan, network), file, extra_files=beside)
    return file.getvalue()


def _program(plan: Plan, network: nn.Module) -> torch.export.ExportedProgram:
    dtype = torch.int64 if plan.facts.tokens else getattr(torch, plan.experiment.train.dtype)
    # Two samples: a batch of 1 may be taken for a fixed one.
    example = torch.zeros(2, *plan.facts.input_shape, dtype=dtype)
    samples = torch.export.Dim.AUTO
    with torch.no_grad(), _quiet():
        return torch.export.export(network, (example,), dynamic_shapes=({0: samples},))


@contextmanager
def _quiet() -> Iterator[None]:
    """What torch says of its insides meanwhile is not told."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def need_onnx() -> None:
    """InvalidInput where what torch.onnx needs isn't installed."""
    missing = [name for name in ("onnx", "onnxscript") if find_spec(name) is None]
    if missing:
        raise InvalidInput(
            f"needs {' and '.join(missing)}",
            where="--to onnx",
            hint="pip install 'nn-tui[onnx]'",
        )


def onnx_bytes(plan: Plan, network: nn.Module, usage: str) -> bytes:
    """The network as an ONNX model with its weights and `usage`; `need_onnx` first."""
    with _quiet():
        made = torch.onnx.export(_program(plan, network), dynamo=True, verbose=False)
    assert made is not None
    made.model.doc_string = usage
    data: bytes = made.model_proto.SerializeToString()
    return data
