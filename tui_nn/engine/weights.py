"""Weights from a file: a .safetensors of anybody's, or a checkpoint of a run."""

from collections.abc import Mapping
from pathlib import Path

import safetensors
import torch
from safetensors.torch import load
from torch import Tensor, nn

from tui_nn.spec.catalog.entry import near
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.files import shown
from tui_nn.spec.shapes import show

OF_NETWORK = "network/"
"""What stands before the names of a network's tensors in a checkpoint."""
SHOWN = 3


def read_weights(path: Path) -> dict[str, Tensor]:
    """The network's tensors in a .safetensors file, by name: `0.weight`.

    Raises InvalidInput that names the file where it can't be read or isn't one.
    """
    where = shown(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InvalidInput(
            "there is no such file", where=where, hint="name a .safetensors file"
        ) from None
    except IsADirectoryError:
        raise InvalidInput(
            "is a folder", where=where, hint="name a .safetensors file in it"
        ) from None
    except OSError as error:
        raise InvalidInput(f"can't be read ({error.strerror})", where=where) from None
    try:
        tensors = load(data)
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InvalidInput(
            f"is no safetensors file, or a damaged one ({reason})",
            where=where,
            hint="save it with safetensors.torch.save_file(network.state_dict(), …)",
        ) from None
    of_network = {
        name.removeprefix(OF_NETWORK): tensor
        for name, tensor in tensors.items()
        if name.startswith(OF_NETWORK)
    }
    found = of_network or tensors
    if not found:
        raise InvalidInput("holds no tensor", where=where, hint="name another file")
    return found


def check_weights(network: nn.Module, weights: Mapping[str, Tensor], where: str) -> None:
    """InvalidInput where `weights` are not those of this network: names, shapes, kinds, NaN."""
    wanted = network.state_dict()
    needed = {name for name in wanted if not name.endswith("num_batches_tracked")}
    missing = sorted(needed - weights.keys())
    unexpected = sorted(weights.keys() - wanted.keys())
    if missing:
        close = near(missing[0], unexpected)
        raise InvalidInput(
            f"has no {_some(missing)}",
            where=where,
            hint=close or f"it has {_some(sorted(weights))}; the network wants {_some(needed)}",
        )
    if unexpected:
        raise InvalidInput(
            f"has {_some(unexpected)}, the network has not",
            where=where,
            hint=f"the network has {_some(wanted)}",
        )
    for name, tensor in weights.items():
        _check(name, tensor, wanted[name], where)


def _check(name: str, tensor: Tensor, wanted: Tensor, where: str) -> None:
    if tensor.shape != wanted.shape:
        raise InvalidInput(
            f"{name} has {_shape(tensor)} numbers, the network {_shape(wanted)}",
            where=where,
            hint="write the layers with the sizes of the file",
        )
    if tensor.is_floating_point() != wanted.is_floating_point() or tensor.is_complex():
        raise InvalidInput(
            f"{name} is {_dtype(tensor)}, the network's is {_dtype(wanted)}",
            where=where,
            hint="name a file of real numbers" if wanted.is_floating_point() else "take it out",
        )
    if tensor.is_floating_point() and not bool(tensor.to(wanted.dtype).isfinite().all()):
        raise InvalidInput(
            f"{name} holds numbers that are not finite",
            where=where,
            hint="name weights from before they diverged",
        )


def _shape(tensor: Tensor) -> str:
    return show(tuple(tensor.shape)) if tensor.ndim else "1"


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix(f"{torch.__name__}.")


def _some(names: "set[str] | list[str] | Mapping[str, Tensor]") -> str:
    words = sorted(names)
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return f"{', '.join(words[:SHOWN])}{more}"
