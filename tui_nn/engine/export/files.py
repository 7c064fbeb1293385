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
from torch import Tensor, nn

from tui_nn.data.prepare import Prepared
from tui_nn.data.recipe import recipe_of, to_bytes
from tui_nn.engine.building import build_network
from tui_nn.engine.export.usage import usage
from tui_nn.engine.tensors import on_device
from tui_nn.engine.weights import network_with
from tui_nn.spec.errors import InvalidInput

CPU = torch.device("cpu")


def network_of(prepared: Prepared, weights: Path | None = None) -> nn.Sequential:
    """The network on the CPU, ready to evaluate; with its initial weights, or a file's.

    Raises InvalidInput where the file's are not this network's.
    """
    if weights is not None:
        return network_with(prepared.plan, weights).eval()
    with torch.random.fork_rng(devices=[]):
        return build_network(prepared.plan, CPU).eval()


def safetensors_bytes(prepared: Prepared, network: nn.Module) -> bytes:
    """All parameters and buffers, under torch's names; the usage is in the metadata."""
    tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    return save(tensors, metadata={"format": "pt", "usage": "\n".join(usage(prepared))})


def example_of(prepared: Prepared) -> Tensor:
    """Two training samples, as the network gets them."""
    train = prepared.split.train
    dtype = prepared.plan.experiment.train.dtype
    samples = train.x[[0, -1]]  # two even of one: some programs take a batch of 1 for a fixed one
    return on_device(samples, dtype, CPU)


def pt2_bytes(prepared: Prepared, network: nn.Module) -> bytes:
    """The network as a program of torch.export, for any number of samples.

    Beside it in the file: usage.txt and recipe.json, all numbers that its inputs are prepared with.
    """
    file = io.BytesIO()
    beside = {
        "usage.txt": "\n".join(usage(prepared)) + "\n",
        "recipe.json": to_bytes(recipe_of(prepared)).decode(),
    }
    torch.export.save(_program(prepared, network), file, extra_files=beside)
    return file.getvalue()


def _program(prepared: Prepared, network: nn.Module) -> torch.export.ExportedProgram:
    samples = torch.export.Dim.AUTO
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own, of its insides
        return torch.export.export(network, (example_of(prepared),), dynamic_shapes=({0: samples},))


def need_onnx() -> None:
    """InvalidInput where what torch.onnx needs isn't installed."""
    missing = [name for name in ("onnx", "onnxscript") if find_spec(name) is None]
    if missing:
        raise InvalidInput(
            f"needs {' and '.join(missing)}",
            where="--to onnx",
            hint="pip install 'nn-tui[onnx]'",
        )


@contextmanager
def _silence() -> Iterator[None]:
    """Without what torch logs of packages that aren't there."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


def onnx_bytes(prepared: Prepared, network: nn.Module) -> bytes:
    """The network as an ONNX model with its weights inside; `need_onnx` first."""
    with warnings.catch_warnings(), _silence():
        warnings.simplefilter("ignore")
        made = torch.onnx.export(_program(prepared, network), dynamo=True, verbose=False)
    assert made is not None
    made.model.doc_string = "\n".join(usage(prepared))
    data: bytes = made.model_proto.SerializeToString()
    return data
