"""Weights from a file: a .safetensors of anybody's, or a checkpoint of a run."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from tui_nn.engine.building import build_network
from tui_nn.spec.catalog.entry import near
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.files import shown
from tui_nn.spec.resolve import Plan
from tui_nn.spec.shapes import show

OF_NETWORK = "network/"
"""What stands before the names of a network's tensors in a checkpoint."""
SHOWN = 3
SAVE_IT = "save it with safetensors.torch.save_file(network.state_dict(), …)"


def network_with(plan: Plan, path: Path, way_out: str = SAVE_IT) -> nn.Sequential:
    """The plan's network on the CPU with a file's weights, the generators left as they were.

    Raises InvalidInput where the file can't be read (`way_out` is the hint where it is damaged),
    or its tensors aren't this network's.
    """
    weights = read_weights(path, way_out)
    with torch.random.fork_rng(devices=[]):
        network = build_network(plan, torch.device("cpu"))
    check_weights(network, weights, shown(path))
    network.load_state_dict(weights, strict=False)
    return network


def first_weights(plan: Plan, path: Path) -> dict[str, Tensor]:
    """All tensors of the plan's network, from a file to begin with.

    Raises InvalidInput as `network_with`, and where one holds numbers that are not finite.
    """
    weights = network_with(plan, path).state_dict()
    for name, tensor in weights.items():
        if not bool(tensor.isfinite().all()):
            raise InvalidInput(
                f"{name} holds numbers that are not finite",
                where=shown(path),
                hint="name weights from before they diverged",
            )
    return weights


def read_weights(path: Path, way_out: str = SAVE_IT) -> dict[str, Tensor]:
    """The network's tensors in a .safetensors file, by name: `0.weight`.

    Raises InvalidInput that names the file where it can't be read or isn't one.
    """
    where = shown(path)
    if path.is_dir():
        raise InvalidInput("is a folder", where=where, hint="name a .safetensors file in it")
    try:
        with safe_open(path, framework="pt") as file:
            names = list(file.keys())
            own = [name for name in names if name.startswith(OF_NETWORK)] or names
            found = {name.removeprefix(OF_NETWORK): file.get_tensor(name) for name in own}
    except FileNotFoundError:
        raise InvalidInput(
            "there is no such file", where=where, hint="name a .safetensors file"
        ) from None
    except OSError as error:
        raise InvalidInput(f"can't be read ({error.strerror or error})", where=where) from None
    except (SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InvalidInput(
            f"is no safetensors file, or a damaged one ({reason})", where=where, hint=way_out
        ) from None
    if not found:
        raise InvalidInput("holds no tensor", where=where, hint="name another file")
    return found


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
    for name, tensor in wanted.items():
        if name in weights:
            _check(name, weights[name], tensor, where)


def _check(name: str, tensor: Tensor, wanted: Tensor, where: str) -> None:
    if tensor.shape != wanted.shape:
        raise InvalidInput(
            f"its {name} is {_shape(tensor)}, the network's {_shape(wanted)}",
            where=where,
            hint="write the layers with the sizes of the file",
        )
    if tensor.is_floating_point() != wanted.is_floating_point() or tensor.is_complex():
        raise InvalidInput(
            f"{name} is {_dtype(tensor)}, the network's is {_dtype(wanted)}",
            where=where,
            hint="name a file of real numbers" if wanted.is_floating_point() else "take it out",
        )


def _shape(tensor: Tensor) -> str:
    return show(tuple(tensor.shape)) if tensor.ndim else "1"


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix(f"{torch.__name__}.")


def _some(names: "set[str] | list[str] | Mapping[str, Tensor]") -> str:
    words = sorted(names)
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return f"{', '.join(words[:SHOWN])}{more}"
