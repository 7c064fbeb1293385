"""A moment of a run as one safetensors file, and back; data alone, nothing in it is ever run.

All tensors are tensors of the file (the network's as `network/0.weight`). The rest is a tree in
its metadata that keeps what JSON would lose: tuples, keys that are numbers, counters, NaN. A digest
over both tells a damaged file before anything of it is used.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, count
from math import isfinite
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from tui_nn.spec.errors import InvalidInput

LONGEST_REASON = 100
"""Characters of what a library says of a file."""
FORMAT = "nn-tui checkpoint 1"
Tensors = dict[str, Tensor]


@dataclass(frozen=True)
class Checkpoint:
    """What a file holds."""

    network: Tensors
    """By torch's names."""
    tree: dict[str, Any]


def write(network: Tensors, tree: dict[str, Any]) -> bytes:
    """The bytes of a checkpoint; `tree` holds plain values and tensors, by text keys at its top."""
    tensors = {f"network/{name}": _plain(tensor) for name, tensor in network.items()}
    text = json.dumps(_pack(tree, "", tensors), allow_nan=False, separators=(",", ":"))
    metadata = {"format": FORMAT, "tree": text, "digest": _digest(tensors, text)}
    return save(tensors, metadata)


def read(path: Path) -> Checkpoint:
    """A checkpoint again, on the CPU; InvalidInput for a file that is none, or is damaged."""
    where = str(path)
    try:
        with safe_open(str(path), "pt") as file:
            metadata: Mapping[str, str] = file.metadata() or {}
            # Their own memory: a file that is written over would change them, or end the process.
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise InvalidInput("there is no such checkpoint", where=where) from None
    except _REFUSALS as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InvalidInput(
            f"is no checkpoint, or a damaged one ({reason[:LONGEST_REASON]})",
            where=where, hint=_WAY_OUT,
        ) from None  # fmt: skip
    if metadata.get("format") != FORMAT:
        raise InvalidInput(
            "is not a checkpoint of nn-tui" if "tree" not in metadata else "is of another version",
            where=where,
            hint="`--init-from` takes weights from any .safetensors file",
        )
    text = metadata.get("tree", "")
    if metadata.get("digest") != _digest(tensors, text):
        raise InvalidInput("is damaged: its digest is another", where=where, hint=_WAY_OUT)
    try:
        tree = _unpack(json.loads(text), tensors)
        if not isinstance(tree, dict):
            raise TypeError(type(tree))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise InvalidInput("is damaged", where=where, hint=_WAY_OUT) from None
    network = {
        name.removeprefix("network/"): tensor
        for name, tensor in tensors.items()
        if name.startswith("network/")
    }
    return Checkpoint(network, tree)


def digest_of(tree: Any) -> str:
    """A hash of plain values and tensors: the same for the same bits."""
    tensors: Tensors = {}
    return _digest(tensors, json.dumps(_pack(tree, "", tensors), allow_nan=False))


_REFUSALS = (
    SafetensorError, OSError, ValueError, RuntimeError, KeyError, TypeError, OverflowError,
    MemoryError,
)  # fmt: skip
"""What the library and torch raise where a file is not what it says."""
_WAY_OUT = "take another checkpoint, or train anew"


def _plain(tensor: Tensor) -> Tensor:
    """As a file can hold it: on the CPU, in one piece, its memory its own."""
    return tensor.detach().cpu().contiguous().clone()


def _digest(tensors: Tensors, text: str) -> str:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32)
    for name in sorted(tensors):
        tensor = tensors[name].contiguous()
        digest.update(f"\0{name}\0{tensor.dtype}\0{tuple(tensor.shape)}\0".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _free_name(place: str, tensors: Tensors) -> str:
    """A tensor's place in the tree as its name, unlike any other's and any of the network's."""
    name = f"~{place}" if place.startswith("network/") else place
    others = (f"{name}~{number}" for number in count(2))
    return next(free for free in chain([name], others) if free not in tensors)


def _pack(value: Any, place: str, tensors: Tensors) -> Any:
    """A tree as JSON: what JSON has no word for is an object with one key, its tag."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if isfinite(value) else {"float": repr(value)}
        case bytes():
            return {"bytes": value.hex()}
        case Tensor():
            name = _free_name(place, tensors)
            tensors[name] = _plain(value)
            return {"tensor": name}
        case list():
            return [_pack(part, f"{place}/{i}", tensors) for i, part in enumerate(value)]
        case tuple():
            return {"tuple": [_pack(p, f"{place}/{i}", tensors) for i, p in enumerate(value)]}
        case dict():
            tag = "counter" if isinstance(value, Counter) else "dict"
            pairs = [
                [_pack(key, "", {}), _pack(part, f"{place}/{key}".lstrip("/"), tensors)]
                for key, part in value.items()
            ]
            return {tag: pairs}
    raise TypeError(f"{type(value).__name__} at {place}")


def _unpack(value: Any, tensors: Tensors) -> Any:
    if isinstance(value, list):
        return [_unpack(part, tensors) for part in value]
    if not isinstance(value, dict):
        return value
    [(tag, inner)] = value.items()
    match tag:
        case "float":
            return float(inner)
        case "bytes":
            return bytes.fromhex(inner)
        case "tensor":
            return tensors[inner]
        case "tuple":
            return tuple(_unpack(part, tensors) for part in inner)
        case "dict":
            return {_unpack(key, tensors): _unpack(part, tensors) for key, part in inner}
        case "counter":
            counts = {_unpack(key, tensors): part for key, part in inner}
            if not all(type(part) is int for part in counts.values()):
                raise TypeError(tag)
            return Counter(counts)
    raise ValueError(tag)
