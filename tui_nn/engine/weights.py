"""Weights from a file: a .safetensors of anybody's, or a checkpoint of a run."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from tui_nn.engine.building import build_network
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.finding import shown
from tui_nn.spec.resolve import Plan
from tui_nn.spec.words import near

CPU = torch.device("cpu")
OF_NETWORK = "network/"
"""What stands before the names of a network's tensors in a checkpoint."""
SHOWN = 3


def read_weights(path: Path) -> dict[str, Tensor]:
    """The network's tensors in a .safetensors file, by name: `0.weight`.

    Raises InvalidInput that names the file where it can't be read or isn't one.
    """
    where = shown(path)
    if not path.is_file():
        reason = "is no file" if path.exists() else "there is no such file"
        raise InvalidInput(reason, where=where, hint="name a .safetensors file")
    try:
        with safe_open(path, framework="pt") as file:
            names = list(file.keys())
            prefix = OF_NETWORK if any(name.startswith(OF_NETWORK) for name in names) else ""
            found = {
                name.removeprefix(prefix): file.get_tensor(name)
                for name in names
                if name.startswith(prefix)
            }
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InvalidInput(
            f"is no safetensors file, or a damaged one ({reason})",
            where=where,
            hint="save it with safetensors.torch.save_file(network.state_dict(), …)",
        ) from None
    if not found:
        raise InvalidInput("holds no tensor", where=where, hint="name another file")
    return found


def network_with(plan: Plan, path: Path) -> nn.Sequential:
    """The plan's network on the CPU with the weights of a file; no random number is drawn.

    Raises InvalidInput where the file's are not this network's.
    """
    with torch.random.fork_rng(devices=[]):
        network = build_network(plan, CPU)
    put_weights(network, read_weights(path), shown(path))
    return network


def initial_weights(plan: Plan, path: Path) -> dict[str, Tensor]:
    """What the plan's network begins with, from a file; InvalidInput as `network_with`, or NaN."""
    weights: dict[str, Tensor] = network_with(plan, path).state_dict()
    for name, tensor in weights.items():
        if not bool(tensor.isfinite().all()):
            raise InvalidInput(
                f"{name} holds numbers that are not finite",
                where=shown(path),
                hint="name weights from before they diverged",
            )
    return weights


def put_weights(network: nn.Module, weights: Mapping[str, Tensor], where: str) -> None:
    """Give a network its weights; InvalidInput, and none of them, where they are not its own.

    How many batches a BatchNorm has seen may be left out.
    """
    check_weights(network, weights, where)
    network.load_state_dict(weights, strict=False)


def check_weights(network: nn.Module, weights: Mapping[str, Tensor], where: str) -> None:
    """InvalidInput where `weights` are not those of this network: names, shapes, kinds."""
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
            f"{name} is {tuple(tensor.shape)}, the network's is {tuple(wanted.shape)}",
            where=where,
            hint="write the layers with the sizes of the file",
        )
    if tensor.is_floating_point() != wanted.is_floating_point() or tensor.is_complex():
        raise InvalidInput(
            f"{name} is {_dtype(tensor)}, the network's is {_dtype(wanted)}",
            where=where,
            hint="name a file of real numbers" if wanted.is_floating_point() else "take it out",
        )


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix(f"{torch.__name__}.")


def _some(names: "set[str] | list[str] | Mapping[str, Tensor]") -> str:
    words = sorted(names)
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return f"{', '.join(words[:SHOWN])}{more}"
